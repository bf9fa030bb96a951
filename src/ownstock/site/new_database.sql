-- The tables of a new database, as all migrations make them: `python -m tools.new_database` writes this file.

CREATE TYPE public.procrastinate_job_event_type AS ENUM (
    'deferred',
    'started',
    'deferred_for_retry',
    'failed',
    'succeeded',
    'cancelled',
    'abort_requested',
    'aborted',
    'scheduled',
    'retried'
);

CREATE TYPE public.procrastinate_job_status AS ENUM (
    'todo',
    'doing',
    'succeeded',
    'failed',
    'cancelled',
    'aborting',
    'aborted'
);

CREATE TYPE public.procrastinate_job_to_defer_v1 AS (
	queue_name character varying,
	task_name character varying,
	priority integer,
	lock text,
	queueing_lock text,
	args jsonb,
	scheduled_at timestamp with time zone
);

CREATE FUNCTION public.access_row_hashes(of_table text, of_columns text[], since_transaction_id xid8, since_id bigint, until_transaction_id xid8, until_id bigint, most integer) RETURNS TABLE(row_id bigint, row_transaction_id xid8, row_hash bytea)
    LANGUAGE plpgsql STABLE
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'iso_8601'
    SET bytea_output TO 'hex'
    SET extra_float_digits TO '1'
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_sort TO 'off'
    AS $_$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT id, transaction_id, sha256(convert_to(ROW(%s)::text, ''UTF8'')) FROM %I WHERE %s LIMIT $5',
        (SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.place)
         FROM unnest(of_columns) WITH ORDINALITY AS c(name, place)), of_table,
        CASE WHEN since_transaction_id = until_transaction_id
            THEN 'transaction_id = $1 AND transaction_id = $3 AND id > $2 AND id <= $4 ORDER BY id'
            ELSE '(transaction_id, id) > ($1, $2) AND (transaction_id, id) <= ($3, $4) ORDER BY transaction_id, id' END)
    USING since_transaction_id, since_id, until_transaction_id, until_id, most;
END $_$;

CREATE TABLE public.access_seal (
    number bigint NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    table_name character varying(63) NOT NULL,
    columns character varying(63)[] NOT NULL,
    since_transaction_id xid8 NOT NULL,
    since_id bigint NOT NULL,
    until_transaction_id xid8 NOT NULL,
    until_id bigint NOT NULL,
    ids bigint[] NOT NULL,
    row_hashes bytea[] NOT NULL,
    rows_so_far bigint NOT NULL,
    sealed_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.access_seal ALTER COLUMN row_hashes SET STORAGE EXTERNAL;

CREATE FUNCTION public.access_seal_hash(s public.access_seal) RETURNS bytea
    LANGUAGE plpgsql STABLE
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'iso_8601'
    SET bytea_output TO 'hex'
    SET extra_float_digits TO '1'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
BEGIN
    RETURN sha256(convert_to(ROW(s.number, s.previous_hash, s.table_name, s.columns, s.since_transaction_id, s.since_id,
        s.until_transaction_id, s.until_id, s.ids, s.row_hashes, s.rows_so_far, s.sealed_at)::text, 'UTF8'));
END $$;

CREATE FUNCTION public.access_seal_next(of_table text, of_columns text[], most integer, OUT sealed integer, OUT may_be_more boolean) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    greatest_id CONSTANT bigint := 9223372036854775807;
    made access_seal;
    last_transaction_id xid8;
BEGIN
    PERFORM pg_advisory_xact_lock(7267004);
    SELECT s.number + 1, s.hash, s.rows_so_far INTO made.number, made.previous_hash, made.rows_so_far
    FROM access_seal s ORDER BY s.number DESC LIMIT 1;
    SELECT s.until_transaction_id, s.until_id INTO made.since_transaction_id, made.since_id
    FROM access_seal s WHERE s.table_name = of_table ORDER BY s.number DESC LIMIT 1;
    made.since_transaction_id := coalesce(made.since_transaction_id, '0');
    made.since_id := coalesce(made.since_id, 0);
    IF made.since_transaction_id > pg_snapshot_xmax(pg_current_snapshot()) THEN
        RAISE EXCEPTION 'transaction ids began anew' USING ERRCODE = 'OS005';
    END IF;

    -- What is left of a transaction that is sealed in part, then what lies below the watermark: there every transaction has
    -- ended, so nothing can come later among what is read.
    FOR made.until_transaction_id, made.until_id IN
        SELECT made.since_transaction_id, greatest_id WHERE made.since_id BETWEEN 1 AND greatest_id - 1
        UNION ALL SELECT pg_snapshot_xmin(pg_current_snapshot()), 0
    LOOP
        SELECT count(*), array_agg(row_id ORDER BY place), array_agg(row_hash ORDER BY place),
            (array_agg(row_transaction_id ORDER BY place DESC))[1]
        INTO sealed, made.ids, made.row_hashes, last_transaction_id
        FROM access_row_hashes(of_table, of_columns, made.since_transaction_id, made.since_id, made.until_transaction_id,
            made.until_id, most) WITH ORDINALITY AS r(row_id, row_transaction_id, row_hash, place);
        EXIT WHEN sealed > 0;
    END LOOP;
    may_be_more := sealed = most OR (sealed > 0 AND made.until_id = greatest_id);
    IF sealed = 0 THEN
        RETURN;
    ELSIF sealed = most THEN
        made.until_transaction_id := last_transaction_id;
        made.until_id := made.ids[sealed];
    END IF;

    made.number := coalesce(made.number, 1);
    made.previous_hash := coalesce(made.previous_hash, decode(repeat('00', 32), 'hex'));
    made.rows_so_far := coalesce(made.rows_so_far, 0) + sealed;
    made.table_name := of_table;
    made.columns := of_columns;
    made.sealed_at := clock_timestamp();
    made.hash := access_seal_hash(made);
    INSERT INTO access_seal (number, previous_hash, hash, table_name, columns, since_transaction_id, since_id,
        until_transaction_id, until_id, ids, row_hashes, rows_so_far, sealed_at)
    VALUES (made.number, made.previous_hash, made.hash, made.table_name, made.columns, made.since_transaction_id,
        made.since_id, made.until_transaction_id, made.until_id, made.ids, made.row_hashes, made.rows_so_far, made.sealed_at);
END $$;

CREATE FUNCTION public.exchange_refuse_change_of_inbound() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.id, NEW.supplier_id, NEW.channel_id, NEW.format, NEW.name, NEW.control_number, NEW.content,
            NEW.content_hash, NEW.received_at, NEW.repeats_id)
        IS DISTINCT FROM (OLD.id, OLD.supplier_id, OLD.channel_id, OLD.format, OLD.name, OLD.control_number, OLD.content,
            OLD.content_hash, OLD.received_at, OLD.repeats_id)
    THEN
        RAISE EXCEPTION 'exchange_inbound_message keeps what came as it came' USING ERRCODE = 'OS004';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.journal_refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: facts are never changed; post a reversal instead', TG_TABLE_NAME
        USING ERRCODE = 'OS004';
END $$;

CREATE FUNCTION public.ledger_find_balances(items bigint[], locations bigint[], lots bigint[], statuses text[], changes numeric[]) RETURNS TABLE(id bigint, change numeric)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
BEGIN
    RETURN QUERY
    SELECT f.id, d.change
    FROM unnest(items, locations, lots, statuses, changes) AS d(item, location, lot, status, change)
    CROSS JOIN LATERAL (
        SELECT b.id FROM ledger_balance b
        WHERE d.lot IS NULL AND b.location_id = d.location AND b.item_id = d.item AND b.lot_id IS NULL
            AND b.status = d.status
        UNION ALL
        SELECT b.id FROM ledger_balance b
        WHERE b.location_id = d.location AND b.item_id = d.item AND b.lot_id = d.lot AND b.status = d.status
    ) f;
END $$;

CREATE FUNCTION public.ledger_give_way() RETURNS boolean
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'this line needs the posting function' USING ERRCODE = 'OS005';
END $$;

CREATE FUNCTION public.ledger_line_hash(posting_key text, line integer, item_id bigint, lot_id bigint, source_id bigint, source_status text, target_id bigint, target_status text, quantity numeric, moved_at timestamp with time zone, unit_cost numeric) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT sha256(convert_to(
        posting_key || '|' || line || '|' || item_id || '|' || coalesce(lot_id, 0) || '|' || source_id || '|' || source_status
        || '|' || target_id || '|' || target_status || '|' || round(quantity, 4) || '|' || extract(epoch FROM moved_at)
        || '|' || coalesce(round(unit_cost, 4)::text, ''), 'UTF8'))
$$;

CREATE FUNCTION public.ledger_make_partitions(since date, until date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    first_on date := date_trunc('month', since)::date;
    next_on date;
    part text;
    made integer := 0;
BEGIN
    WHILE first_on < until LOOP
        next_on := (first_on + interval '1 month')::date;
        part := 'ledger_movement_' || to_char(first_on, 'YYYY_MM');
        IF to_regclass(part) IS NULL AND NOT EXISTS (
            SELECT FROM ledger_movement_default
            WHERE recorded_at >= first_on::timestamp AT TIME ZONE 'UTC' AND recorded_at < next_on::timestamp AT TIME ZONE 'UTC'
        ) THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF ledger_movement FOR VALUES FROM (%L) TO (%L)',
                part, first_on || ' 00:00+00', next_on || ' 00:00+00');
            made := made + 1;
        END IF;
        first_on := next_on;
    END LOOP;
    RETURN made;
END $$;

CREATE FUNCTION public.ledger_post(actors text[], imported_file bigint, keys text[], content_hashes bytea[], kinds text[], refs text[], reversed_ids bigint[], assumed boolean[], line_postings integer[], line_keys text[], line_numbers integer[], items bigint[], lots bigint[], sources bigint[], source_statuses text[], targets bigint[], target_statuses text[], quantities numeric[], moments timestamp with time zone[], unit_costs numeric[]) RETURNS TABLE(posting_key text, is_new boolean)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    costs numeric[];
    line_hashes bytea[];
    posting_ids bigint[];
    written integer;
    refused jsonb;
    serials bigint[];
    delta_items bigint[];
    delta_locations bigint[];
    delta_lots bigint[];
    delta_statuses text[];
    delta_changes numeric[];
    balance_ids bigint[];
    changes numeric[];
    on_hands numeric[];
BEGIN
    -- 1. What each line is worth, where it says nothing itself as its item: only what comes in or leaves changes the value.
    SELECT array_agg(CASE WHEN s.holds <> t.holds THEN round(coalesce(l.unit_cost, i.unit_cost), 4) END ORDER BY l.number)
    INTO costs
    FROM unnest(items, sources, targets, unit_costs) WITH ORDINALITY AS l(item, source, target, unit_cost, number)
    JOIN catalog_item i ON i.id = l.item
    JOIN ledger_place s ON s.id = l.source JOIN ledger_place t ON t.id = l.target;

    -- 2. Headers: the unique key makes each happen once; a second caller waits here for the first.
    SELECT array_agg(h.line_hashes ORDER BY h.posting) INTO line_hashes FROM (
        SELECT l.posting, string_agg(ledger_line_hash(l.key, l.line, l.item, l.lot, l.source, l.source_status, l.target,
            l.target_status, l.quantity, coalesce(l.moved_at, statement_timestamp()), l.unit_cost), ''::bytea ORDER BY l.line
            ) AS line_hashes
        FROM unnest(line_postings, line_keys, line_numbers, items, lots, sources, source_statuses, targets, target_statuses,
            quantities, moments, costs) AS l(posting, key, line, item, lot, source, source_status, target, target_status,
            quantity, moved_at, unit_cost)
        GROUP BY l.posting
    ) h;
    SELECT array_agg(nextval('ledger_posting_id_seq')) INTO posting_ids FROM unnest(keys);
    INSERT INTO ledger_posting (id, key, content_hash, kind, reference, actor, is_assumed, reverses_id, imported_file_id,
        line_hashes)
    SELECT a.id, a.key, a.content_hash, a.kind, a.ref, a.actor, a.is_assumed, a.reversed_id,
        ledger_post.imported_file, a.line_hashes
    FROM unnest(posting_ids, actors, keys, content_hashes, kinds, refs, reversed_ids, assumed, line_hashes)
        AS a(id, actor, key, content_hash, kind, ref, reversed_id, is_assumed, line_hashes)
    ORDER BY a.key
    ON CONFLICT (key) DO NOTHING;
    GET DIAGNOSTICS written = ROW_COUNT;

    -- 3. What was posted before is not posted again (its id here is 0); with other content it is another request: refused.
    -- So is what moved in a period that is closed.
    IF written < cardinality(keys) THEN
        SELECT array_agg(CASE WHEN p.id = a.id THEN a.id ELSE 0 END ORDER BY a.number),
            jsonb_agg(p.key ORDER BY p.key) FILTER (WHERE p.content_hash <> a.content_hash)
        INTO posting_ids, refused
        FROM unnest(posting_ids, keys, content_hashes) WITH ORDINALITY AS a(id, key, content_hash, number)
        JOIN ledger_posting p ON p.key = a.key;
        IF refused IS NOT NULL THEN
            RAISE EXCEPTION 'key reused' USING ERRCODE = 'OS001', DETAIL = refused::text;
        END IF;
    END IF;
    IF EXISTS (SELECT FROM ledger_closing) THEN
        SELECT jsonb_agg(jsonb_build_object('key', l.key, 'line', l.line, 'item', l.item, 'location', p.id,
            'moved_at', l.moved_at, 'until_on', c.until_on) ORDER BY l.posting, l.line) INTO refused
        FROM unnest(line_postings, line_keys, line_numbers, items, sources, targets, moments)
            AS l(posting, key, line, item, source, target, moved_at)
        CROSS JOIN LATERAL (VALUES (l.source), (l.target)) AS e(location)
        JOIN ledger_place p ON p.id = e.location AND p.holds
        JOIN (SELECT site_id, max(until_at) AS until_at, max(until_on) AS until_on FROM ledger_closing GROUP BY site_id) c
            ON c.site_id IS NOT DISTINCT FROM p.site_id AND l.moved_at < c.until_at
        WHERE posting_ids[l.posting] > 0;
        IF refused IS NOT NULL THEN
            RAISE EXCEPTION 'period closed' USING ERRCODE = 'OS006', DETAIL = refused::text;
        END IF;
    END IF;

    -- 4. Balances that will change: made at zero where missing, then locked in one order for everybody. A serial number is
    -- one piece wherever it is, in many balances: its lot is locked before them.
    SELECT array_agg(t.id) INTO serials FROM (
        SELECT t.id FROM ledger_lot t WHERE t.id = ANY(lots) AND t.is_serial ORDER BY t.id FOR NO KEY UPDATE
    ) t;
    SELECT array_agg(d.item), array_agg(d.location), array_agg(d.lot), array_agg(d.status), array_agg(d.change)
    INTO delta_items, delta_locations, delta_lots, delta_statuses, delta_changes
    FROM (
        SELECT e.item, e.location, e.lot, e.status, sum(e.change) AS change
        FROM unnest(line_postings, items, lots, sources, source_statuses, targets, target_statuses, quantities)
            AS l(posting, item, lot, source, source_status, target, target_status, quantity)
        CROSS JOIN LATERAL (VALUES
            (l.item, l.source, l.lot, l.source_status, -l.quantity),
            (l.item, l.target, l.lot, l.target_status, l.quantity)) AS e(item, location, lot, status, change)
        JOIN ledger_place p ON p.id = e.location AND p.holds
        WHERE posting_ids[l.posting] > 0
        GROUP BY e.item, e.location, e.lot, e.status
    ) d;
    SELECT array_agg(f.id ORDER BY f.id), array_agg(f.change ORDER BY f.id) INTO balance_ids, changes
    FROM ledger_find_balances(delta_items, delta_locations, delta_lots, delta_statuses, delta_changes) f;
    IF coalesce(cardinality(balance_ids), 0) < cardinality(delta_items) THEN
        INSERT INTO ledger_balance (item_id, location_id, lot_id, status, on_hand)
        SELECT d.item, d.location, d.lot, d.status, 0
        FROM unnest(delta_items, delta_locations, delta_lots, delta_statuses) AS d(item, location, lot, status)
        ORDER BY d.location, d.item, d.lot, d.status
        ON CONFLICT (location_id, item_id, lot_id, status) DO NOTHING;
        SELECT array_agg(f.id ORDER BY f.id), array_agg(f.change ORDER BY f.id) INTO balance_ids, changes
        FROM ledger_find_balances(delta_items, delta_locations, delta_lots, delta_statuses, delta_changes) f;
    END IF;
    SELECT array_agg(held.on_hand ORDER BY held.id) INTO on_hands FROM (
        SELECT b.id, b.on_hand FROM ledger_balance b WHERE b.id = ANY(balance_ids) ORDER BY b.id FOR NO KEY UPDATE
    ) held;
    IF coalesce(cardinality(on_hands), 0) <> coalesce(cardinality(delta_items), 0) THEN
        RAISE EXCEPTION 'a balance row is missing' USING ERRCODE = 'OS003';
    END IF;
    IF EXISTS (SELECT FROM unnest(on_hands, changes) AS h(on_hand, change) WHERE h.on_hand + h.change < 0) THEN
        SELECT jsonb_agg(jsonb_build_object('item', b.item_id, 'location', b.location_id, 'lot', b.lot_id,
            'status', b.status, 'on_hand', h.on_hand, 'wanted', -h.change)) INTO refused
        FROM unnest(balance_ids, on_hands, changes) AS h(id, on_hand, change)
        JOIN ledger_balance b ON b.id = h.id
        WHERE h.on_hand + h.change < 0;
        RAISE EXCEPTION 'not enough on hand' USING ERRCODE = 'OS002', DETAIL = refused::text;
    END IF;
    UPDATE ledger_balance b SET on_hand = b.on_hand + u.change
    FROM unnest(balance_ids, changes) AS u(id, change) WHERE b.id = u.id AND u.change <> 0;
    IF serials IS NOT NULL AND EXISTS (
        SELECT FROM ledger_balance b WHERE b.lot_id = ANY(serials) GROUP BY b.lot_id HAVING sum(b.on_hand) > 1
    ) THEN
        RAISE EXCEPTION 'serial number on hand twice' USING ERRCODE = 'OS007';
    END IF;

    -- 5. The facts, in the order of their lines.
    INSERT INTO ledger_movement (posting_id, line, item_id, lot_id, source_id, source_status, target_id, target_status,
        quantity, unit_cost, moved_at)
    SELECT posting_ids[l.posting], l.line, l.item, l.lot, l.source, l.source_status, l.target, l.target_status, l.quantity,
        l.unit_cost, coalesce(l.moved_at, statement_timestamp())
    FROM unnest(line_postings, line_numbers, items, lots, sources, source_statuses, targets, target_statuses, quantities,
        moments, costs) AS l(posting, line, item, lot, source, source_status, target, target_status, quantity, moved_at,
        unit_cost)
    WHERE posting_ids[l.posting] > 0;

    RETURN QUERY SELECT a.key, a.posting_id > 0 FROM unnest(keys, posting_ids) AS a(key, posting_id);
END $$;

CREATE FUNCTION public.procrastinate_cancel_job_v1(job_id bigint, abort boolean, delete_job boolean) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status = 'todo'
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        IF abort THEN
            UPDATE procrastinate_jobs
            SET abort_requested = true,
                status = CASE status
                    WHEN 'todo' THEN 'cancelled'::procrastinate_job_status ELSE status
                END
            WHERE id = job_id AND status IN ('todo', 'doing')
            RETURNING id INTO _job_id;
        ELSE
            UPDATE procrastinate_jobs
            SET status = 'cancelled'::procrastinate_job_status
            WHERE id = job_id AND status = 'todo'
            RETURNING id INTO _job_id;
        END IF;
    END IF;
    RETURN _job_id;
END;
$$;

CREATE FUNCTION public.procrastinate_defer_jobs_v1(jobs public.procrastinate_job_to_defer_v1[]) RETURNS bigint[]
    LANGUAGE plpgsql
    AS $$
DECLARE
    job_ids bigint[];
BEGIN
    WITH inserted_jobs AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
        SELECT (job).queue_name,
               (job).task_name,
               (job).priority,
               (job).lock,
               (job).queueing_lock,
               (job).args,
               (job).scheduled_at
        FROM unnest(jobs) AS job
        RETURNING id
    )
    SELECT array_agg(id) FROM inserted_jobs INTO job_ids;

    RETURN job_ids;
END;
$$;

CREATE FUNCTION public.procrastinate_defer_periodic_job_v2(_queue_name character varying, _lock character varying, _queueing_lock character varying, _task_name character varying, _priority integer, _periodic_id character varying, _defer_timestamp bigint, _args jsonb) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
	_job_id bigint;
	_defer_id bigint;
BEGIN
    INSERT
        INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)
        VALUES (_task_name, _periodic_id, _defer_timestamp)
        ON CONFLICT DO NOTHING
        RETURNING id into _defer_id;

    IF _defer_id IS NULL THEN
        RETURN NULL;
    END IF;

    UPDATE procrastinate_periodic_defers
        SET job_id = (
            SELECT COALESCE((
                SELECT unnest(procrastinate_defer_jobs_v1(
                    ARRAY[
                        ROW(
                            _queue_name,
                            _task_name,
                            _priority,
                            _lock,
                            _queueing_lock,
                            _args,
                            NULL::timestamptz
                        )
                    ]::procrastinate_job_to_defer_v1[]
                ))
            ), NULL)
        )
        WHERE id = _defer_id
        RETURNING job_id INTO _job_id;

    DELETE
        FROM procrastinate_periodic_defers
        USING (
            SELECT id
            FROM procrastinate_periodic_defers
            WHERE procrastinate_periodic_defers.task_name = _task_name
            AND procrastinate_periodic_defers.periodic_id = _periodic_id
            AND procrastinate_periodic_defers.defer_timestamp < _defer_timestamp
            ORDER BY id
            FOR UPDATE
        ) to_delete
        WHERE procrastinate_periodic_defers.id = to_delete.id;

    RETURN _job_id;
END;
$$;

CREATE TABLE public.procrastinate_jobs (
    id bigint NOT NULL,
    queue_name character varying(128) NOT NULL,
    task_name character varying(128) NOT NULL,
    lock text,
    args jsonb DEFAULT '{}'::jsonb NOT NULL,
    status public.procrastinate_job_status DEFAULT 'todo'::public.procrastinate_job_status NOT NULL,
    scheduled_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    queueing_lock text,
    priority integer DEFAULT 0 NOT NULL,
    abort_requested boolean DEFAULT false NOT NULL,
    worker_id bigint,
    CONSTRAINT check_not_todo_abort_requested CHECK ((NOT ((status = 'todo'::public.procrastinate_job_status) AND (abort_requested = true))))
);

CREATE FUNCTION public.procrastinate_fetch_job_v2(target_queue_names character varying[], p_worker_id bigint) RETURNS public.procrastinate_jobs
    LANGUAGE plpgsql
    AS $$
DECLARE
	found_jobs procrastinate_jobs;
BEGIN
    WITH candidate AS (
        SELECT jobs.*
            FROM procrastinate_jobs AS jobs
            WHERE
                -- reject the job if its lock has earlier or higher priority jobs
                NOT EXISTS (
                    SELECT 1
                        FROM procrastinate_jobs AS other_jobs
                        WHERE
                            jobs.lock IS NOT NULL
                            AND other_jobs.lock = jobs.lock
                            AND (
                                -- job with same lock is already running
                                other_jobs.status = 'doing'
                                OR
                                -- job with same lock is waiting and has higher priority (or same priority but was queued first)
                                (
                                    other_jobs.status = 'todo'
                                    AND (
                                        other_jobs.priority > jobs.priority
                                        OR (
                                        other_jobs.priority = jobs.priority
                                        AND other_jobs.id < jobs.id
                                        )
                                    )
                                )
                            )
                )
                AND jobs.status = 'todo'
                AND (target_queue_names IS NULL OR jobs.queue_name = ANY( target_queue_names ))
                AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())
            ORDER BY jobs.priority DESC, jobs.id ASC LIMIT 1
            FOR UPDATE OF jobs SKIP LOCKED
    )
    UPDATE procrastinate_jobs
        SET status = 'doing', worker_id = p_worker_id
        FROM candidate
        WHERE procrastinate_jobs.id = candidate.id
        RETURNING procrastinate_jobs.* INTO found_jobs;

 RETURN found_jobs;
END;
$$;

CREATE FUNCTION public.procrastinate_finish_job_v1(job_id bigint, end_status public.procrastinate_job_status, delete_job boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF end_status NOT IN ('succeeded', 'failed', 'aborted') THEN
        RAISE 'End status should be either "succeeded", "failed" or "aborted" (job id: %)', job_id;
    END IF;
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = end_status,
            abort_requested = false,
            attempts = CASE status
                WHEN 'doing' THEN attempts + 1 ELSE attempts
            END
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" or "todo" status (job id: %)', job_id;
    END IF;
END;
$$;

CREATE FUNCTION public.procrastinate_notify_queue_abort_job_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'abort_job_requested', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_notify_queue_job_inserted_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'job_inserted', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_prune_stalled_workers_v1(seconds_since_heartbeat double precision) RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY
    DELETE FROM procrastinate_workers
    WHERE last_heartbeat < NOW() - (seconds_since_heartbeat || 'SECOND')::INTERVAL
    RETURNING procrastinate_workers.id;
END;
$$;

CREATE FUNCTION public.procrastinate_register_worker_v1() RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY
    INSERT INTO procrastinate_workers DEFAULT VALUES
    RETURNING procrastinate_workers.id;
END;
$$;

CREATE FUNCTION public.procrastinate_retry_job_v1(job_id bigint, retry_at timestamp with time zone, new_priority integer, new_queue_name character varying, new_lock character varying) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
BEGIN
    SELECT abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status = 'doing'
    FOR UPDATE
    INTO _abort_requested;
    IF _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" status (job id: %)', job_id;
    END IF;
END;
$$;

CREATE FUNCTION public.procrastinate_retry_job_v2(job_id bigint, retry_at timestamp with time zone, new_priority integer, new_queue_name character varying, new_lock character varying) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
    _current_status procrastinate_job_status;
BEGIN
    SELECT status, abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status IN ('doing', 'failed')
    FOR UPDATE
    INTO _current_status, _abort_requested;
    IF _current_status = 'doing' AND _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status IN ('doing', 'failed')
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or has an invalid status to retry (job id: %)', job_id;
    END IF;

END;
$$;

CREATE FUNCTION public.procrastinate_trigger_abort_requested_events_procedure_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'abort_requested'::procrastinate_job_event_type);
    RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_trigger_function_scheduled_events_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type, at)
        VALUES (NEW.id, 'scheduled'::procrastinate_job_event_type, NEW.scheduled_at);

	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_trigger_function_status_events_insert_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'deferred'::procrastinate_job_event_type);
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_trigger_function_status_events_update_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    WITH t AS (
        SELECT CASE
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND NEW.status = 'doing'::procrastinate_job_status
                THEN 'started'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'deferred_for_retry'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'failed'::procrastinate_job_status
                THEN 'failed'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'succeeded'::procrastinate_job_status
                THEN 'succeeded'::procrastinate_job_event_type
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND (
                    NEW.status = 'cancelled'::procrastinate_job_status
                    OR NEW.status = 'failed'::procrastinate_job_status
                    OR NEW.status = 'succeeded'::procrastinate_job_status
                )
                THEN 'cancelled'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'aborted'::procrastinate_job_status
                THEN 'aborted'::procrastinate_job_event_type
            WHEN OLD.status = 'failed'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'retried'::procrastinate_job_event_type
            ELSE NULL
        END as event_type
    )
    INSERT INTO procrastinate_events(job_id, type)
        SELECT NEW.id, t.event_type
        FROM t
        WHERE t.event_type IS NOT NULL;
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_unlink_periodic_defers_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE procrastinate_periodic_defers
    SET job_id = NULL
    WHERE job_id = OLD.id;
    RETURN OLD;
END;
$$;

CREATE FUNCTION public.procrastinate_unregister_worker_v1(worker_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    DELETE FROM procrastinate_workers
    WHERE id = worker_id;
END;
$$;

CREATE FUNCTION public.procrastinate_update_heartbeat_v1(worker_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE procrastinate_workers
    SET last_heartbeat = NOW()
    WHERE id = worker_id;
END;
$$;

CREATE TABLE public.access_api_key (
    id bigint NOT NULL,
    prefix character varying(12) NOT NULL,
    secret_hash bytea NOT NULL,
    label character varying(100) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    revoked_at timestamp with time zone,
    scopes character varying(30)[] NOT NULL,
    expires_at timestamp with time zone,
    CONSTRAINT key_has_scopes CHECK ((
CASE
    WHEN (scopes IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(scopes, 1), 0)
END > 0))
);

ALTER TABLE public.access_api_key ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.access_api_key_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.access_user (
    id bigint NOT NULL,
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    is_superuser boolean NOT NULL,
    username character varying(150) NOT NULL,
    first_name character varying(150) NOT NULL,
    last_name character varying(150) NOT NULL,
    email character varying(254) NOT NULL,
    is_staff boolean NOT NULL,
    is_active boolean NOT NULL,
    date_joined timestamp with time zone NOT NULL,
    roles character varying(20)[] NOT NULL
);

CREATE TABLE public.access_user_groups (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    group_id integer NOT NULL
);

ALTER TABLE public.access_user_groups ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.access_user_groups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.access_user ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.access_user_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.access_user_user_permissions (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    permission_id integer NOT NULL
);

ALTER TABLE public.access_user_user_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.access_user_user_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.account_emailaddress (
    id integer NOT NULL,
    email character varying(254) NOT NULL,
    verified boolean NOT NULL,
    "primary" boolean NOT NULL,
    user_id bigint NOT NULL
);

ALTER TABLE public.account_emailaddress ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.account_emailaddress_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.account_emailconfirmation (
    id integer NOT NULL,
    created timestamp with time zone NOT NULL,
    sent timestamp with time zone,
    key character varying(64) NOT NULL,
    email_address_id integer NOT NULL
);

ALTER TABLE public.account_emailconfirmation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.account_emailconfirmation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);

ALTER TABLE public.auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);

ALTER TABLE public.auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);

ALTER TABLE public.auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.automation_autonomy (
    id bigint NOT NULL,
    state character varying(9) NOT NULL,
    cycles integer NOT NULL,
    since_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    sentence text NOT NULL,
    terms jsonb NOT NULL,
    item_site_id bigint NOT NULL,
    CONSTRAINT automation_autonomy_cycles_check CHECK ((cycles >= 0))
);

CREATE TABLE public.automation_autonomy_event (
    id bigint NOT NULL,
    evidence character varying(10) NOT NULL,
    state_before character varying(9) NOT NULL,
    state_after character varying(9) NOT NULL,
    cycles integer NOT NULL,
    sentence text NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    item_site_id bigint NOT NULL,
    proposal_id bigint,
    CONSTRAINT automation_autonomy_event_cycles_check CHECK ((cycles >= 0))
);

ALTER TABLE public.automation_autonomy_event ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.automation_autonomy_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.automation_autonomy ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.automation_autonomy_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.automation_digest_mail (
    id bigint NOT NULL,
    outbox_key character varying(200) NOT NULL,
    recipient character varying(320) NOT NULL,
    message_id character varying(200) NOT NULL,
    content bytea NOT NULL,
    written_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    user_id bigint NOT NULL
);

ALTER TABLE public.automation_digest_mail ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.automation_digest_mail_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.automation_digest_setting (
    id bigint NOT NULL,
    is_on boolean NOT NULL,
    groups character varying(20)[] NOT NULL,
    sites character varying(60)[] NOT NULL,
    hour smallint NOT NULL,
    time_zone character varying(60) NOT NULL,
    least_money numeric(18,4) NOT NULL,
    user_id bigint NOT NULL,
    CONSTRAINT automation_digest_setting_hour_check CHECK ((hour >= 0)),
    CONSTRAINT digest_hour_of_a_day CHECK ((hour < 24))
);

ALTER TABLE public.automation_digest_setting ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.automation_digest_setting_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.automation_order (
    id bigint NOT NULL,
    is_placing boolean NOT NULL,
    drafted_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    opens_at timestamp with time zone,
    closes_at timestamp with time zone,
    note text NOT NULL,
    is_settled boolean NOT NULL,
    purchase_order_id bigint NOT NULL
);

ALTER TABLE public.automation_order ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.automation_order_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.automation_pause (
    id bigint NOT NULL,
    paused_by character varying(100) NOT NULL,
    paused_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    until_at timestamp with time zone,
    reason text NOT NULL,
    resumed_by character varying(100) NOT NULL,
    resumed_at timestamp with time zone,
    supplier_id bigint
);

ALTER TABLE public.automation_pause ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.automation_pause_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.automation_policy (
    id bigint NOT NULL,
    nightly_plan_at_hour smallint,
    time_zone character varying(60) NOT NULL,
    order_cut_off time without time zone NOT NULL,
    minutes_before_cut_off integer NOT NULL,
    cycles_to_certify integer NOT NULL,
    drift_weeks integer NOT NULL,
    bias_percent_at_most numeric(18,4) NOT NULL,
    wape_percent_at_most numeric(18,4) NOT NULL,
    CONSTRAINT automation_policy_cycles CHECK ((cycles_to_certify >= 1)),
    CONSTRAINT automation_policy_cycles_to_certify_check CHECK ((cycles_to_certify >= 0)),
    CONSTRAINT automation_policy_drift_weeks_check CHECK ((drift_weeks >= 0)),
    CONSTRAINT automation_policy_hour CHECK (((nightly_plan_at_hour IS NULL) OR (nightly_plan_at_hour <= 23))),
    CONSTRAINT automation_policy_is_one CHECK ((id = 1)),
    CONSTRAINT automation_policy_minutes_before_cut_off_check CHECK ((minutes_before_cut_off >= 0)),
    CONSTRAINT automation_policy_nightly_plan_at_hour_check CHECK ((nightly_plan_at_hour >= 0))
);

ALTER TABLE public.automation_policy ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.automation_policy_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.automation_run (
    id bigint NOT NULL,
    occasion character varying(60) NOT NULL,
    actor character varying(100) NOT NULL,
    as_of_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    ended_at timestamp with time zone,
    judged_count integer NOT NULL,
    approved_count integer NOT NULL,
    drafted jsonb NOT NULL,
    placed jsonb NOT NULL,
    "left" jsonb NOT NULL,
    left_count integer NOT NULL,
    sentence text NOT NULL,
    run_id bigint,
    CONSTRAINT automation_run_approved_count_check CHECK ((approved_count >= 0)),
    CONSTRAINT automation_run_judged_count_check CHECK ((judged_count >= 0)),
    CONSTRAINT automation_run_left_count_check CHECK ((left_count >= 0))
);

ALTER TABLE public.automation_run ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.automation_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.automation_standing_rule (
    id bigint NOT NULL,
    name character varying(60) NOT NULL,
    action character varying(7) NOT NULL,
    suppliers character varying(60)[] NOT NULL,
    sites character varying(60)[] NOT NULL,
    categories character varying(60)[] NOT NULL,
    source_classes character varying(60)[] NOT NULL,
    abc_classes character varying(1)[] NOT NULL,
    xyz_classes character varying(1)[] NOT NULL,
    order_value_at_most numeric(18,4) NOT NULL,
    line_value_at_most numeric(18,4),
    median_deviation_percent numeric(18,4),
    usual_deviation_percent numeric(18,4),
    cover_days_at_most numeric(18,4),
    is_qualified_only boolean NOT NULL,
    is_certified_only boolean NOT NULL,
    reason text NOT NULL,
    proposed_by character varying(100) NOT NULL,
    proposed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    approved_by character varying(100) NOT NULL,
    approved_at timestamp with time zone,
    ended_by character varying(100) NOT NULL,
    ended_at timestamp with time zone,
    ended_because text NOT NULL,
    CONSTRAINT standing_rule_action_known CHECK (((action)::text = ANY ((ARRAY['approve'::character varying, 'place'::character varying])::text[]))),
    CONSTRAINT standing_rule_by_two CHECK ((NOT ((approved_by)::text = (proposed_by)::text))),
    CONSTRAINT standing_rule_limit_positive CHECK ((order_value_at_most > (0)::numeric))
);

ALTER TABLE public.automation_standing_rule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.automation_standing_rule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.automation_verdict (
    id bigint NOT NULL,
    outcome character varying(8) NOT NULL,
    sentence text NOT NULL,
    checks jsonb NOT NULL,
    input_hash bytea NOT NULL,
    actor character varying(100) NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    automation_run_id bigint,
    proposal_id bigint NOT NULL,
    rule_id bigint
);

ALTER TABLE public.automation_verdict ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.automation_verdict_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_agreement (
    id bigint NOT NULL,
    code character varying(60) NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    currency character varying(3) NOT NULL,
    net_days integer NOT NULL,
    discount_days integer NOT NULL,
    discount_percent numeric(5,2) NOT NULL,
    incoterm character varying(3) NOT NULL,
    incoterm_place character varying(100) NOT NULL,
    lead_time_days integer,
    early_tolerance_days integer NOT NULL,
    late_tolerance_days integer NOT NULL,
    otif_target_percent numeric(5,2),
    minimum_order_value numeric(18,4),
    minimum_order_weight_kg numeric(18,4),
    minimum_order_volume_l numeric(18,4),
    order_weekdays smallint[] NOT NULL,
    answer_time_hours integer,
    syntax_answer_time_hours integer,
    notice_time_hours integer,
    over_tolerance_percent numeric(5,2) NOT NULL,
    under_tolerance_percent numeric(5,2) NOT NULL,
    price_tolerance_percent numeric(5,2) NOT NULL,
    rebate_base character varying(5) NOT NULL,
    rebate_tiers numeric(18,4)[] NOT NULL,
    weekly_capacity numeric(18,4),
    quota_percent numeric(5,2),
    supplier_id bigint NOT NULL,
    order_cut_off time without time zone,
    order_time_zone character varying(60) NOT NULL,
    CONSTRAINT agreement_ends_after_start CHECK (((valid_to IS NULL) OR (valid_to >= valid_from))),
    CONSTRAINT agreement_weekdays_known CHECK ((order_weekdays <@ ARRAY[(1)::smallint, (2)::smallint, (3)::smallint, (4)::smallint, (5)::smallint, (6)::smallint, (7)::smallint])),
    CONSTRAINT catalog_agreement_answer_time_hours_check CHECK ((answer_time_hours >= 0)),
    CONSTRAINT catalog_agreement_discount_days_check CHECK ((discount_days >= 0)),
    CONSTRAINT catalog_agreement_early_tolerance_days_check CHECK ((early_tolerance_days >= 0)),
    CONSTRAINT catalog_agreement_late_tolerance_days_check CHECK ((late_tolerance_days >= 0)),
    CONSTRAINT catalog_agreement_lead_time_days_check CHECK ((lead_time_days >= 0)),
    CONSTRAINT catalog_agreement_net_days_check CHECK ((net_days >= 0)),
    CONSTRAINT catalog_agreement_notice_time_hours_check CHECK ((notice_time_hours >= 0)),
    CONSTRAINT catalog_agreement_syntax_answer_time_hours_check CHECK ((syntax_answer_time_hours >= 0))
);

ALTER TABLE public.catalog_agreement ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_agreement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_certificate (
    id bigint NOT NULL,
    kind character varying(60) NOT NULL,
    number character varying(100) NOT NULL,
    issuer character varying(200) NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    document_name character varying(200) NOT NULL,
    document_hash character varying(64) NOT NULL,
    document bytea,
    supplier_id bigint NOT NULL,
    CONSTRAINT certificate_ends_after_start CHECK (((valid_to IS NULL) OR (valid_to >= valid_from)))
);

ALTER TABLE public.catalog_certificate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_certificate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_certificate_requirement (
    id bigint NOT NULL,
    kind character varying(60) NOT NULL,
    category character varying(60) NOT NULL,
    item_id bigint,
    supplier_id bigint,
    CONSTRAINT certificate_requirement_one_scope CHECK ((((category)::text = ''::text) OR (item_id IS NULL)))
);

ALTER TABLE public.catalog_certificate_requirement ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_certificate_requirement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_clause (
    id bigint NOT NULL,
    code character varying(40) NOT NULL,
    version integer NOT NULL,
    text text NOT NULL,
    actor character varying(100) NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT catalog_clause_version_check CHECK ((version >= 0)),
    CONSTRAINT clause_says_something CHECK ((NOT (text = ''::text)))
);

ALTER TABLE public.catalog_clause ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_clause_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_clause_requirement (
    id bigint NOT NULL,
    code character varying(40) NOT NULL,
    category character varying(60) NOT NULL,
    item_id bigint,
    supplier_id bigint,
    CONSTRAINT clause_requirement_one_scope CHECK ((((category)::text = ''::text) OR (item_id IS NULL)))
);

ALTER TABLE public.catalog_clause_requirement ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_clause_requirement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_closure (
    id bigint NOT NULL,
    begins_on date NOT NULL,
    ends_on date NOT NULL,
    reason character varying(200) NOT NULL,
    supplier_id bigint NOT NULL,
    CONSTRAINT closure_ends_after_start CHECK ((ends_on >= begins_on))
);

ALTER TABLE public.catalog_closure ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_closure_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_company (
    id bigint NOT NULL,
    name character varying(200) NOT NULL,
    currency character varying(3) NOT NULL,
    lapse_warning_days integer NOT NULL,
    is_qualification_required boolean NOT NULL,
    has_separate_duties boolean NOT NULL,
    commitment_warning_days integer NOT NULL,
    CONSTRAINT catalog_company_commitment_warning_days_check CHECK ((commitment_warning_days >= 0)),
    CONSTRAINT catalog_company_lapse_warning_days_check CHECK ((lapse_warning_days >= 0)),
    CONSTRAINT company_is_one CHECK ((id = 1))
);

ALTER TABLE public.catalog_company ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_company_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_exchange_rate (
    id bigint NOT NULL,
    currency character varying(3) NOT NULL,
    rate numeric(18,8) NOT NULL,
    valid_from date NOT NULL,
    CONSTRAINT exchange_rate_positive CHECK ((rate > (0)::numeric))
);

ALTER TABLE public.catalog_exchange_rate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_exchange_rate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_item (
    id bigint NOT NULL,
    sku character varying(60) NOT NULL,
    description character varying(300) NOT NULL,
    unit character varying(20) NOT NULL,
    unit_cost numeric(18,4) NOT NULL,
    receiving_status character varying(12) NOT NULL,
    tracking character varying(10) NOT NULL,
    valuation_method character varying(16) NOT NULL,
    release_days integer,
    category character varying(60) NOT NULL,
    volume_l numeric(18,4),
    weight_kg numeric(18,4),
    gtin character varying(14),
    release_needs character varying(12) NOT NULL,
    CONSTRAINT catalog_item_release_days_check CHECK ((release_days >= 0)),
    CONSTRAINT item_cost_not_negative CHECK ((unit_cost >= (0)::numeric)),
    CONSTRAINT item_gtin_is_14_digits CHECK (((gtin IS NULL) OR ((gtin)::text ~ '^[0-9]{14}$'::text))),
    CONSTRAINT item_measures_not_negative CHECK (((NOT ((weight_kg < (0)::numeric) AND (weight_kg IS NOT NULL))) AND (NOT ((volume_l < (0)::numeric) AND (volume_l IS NOT NULL))))),
    CONSTRAINT item_receiving_known CHECK (((receiving_status)::text = ANY ((ARRAY['released'::character varying, 'quarantine'::character varying])::text[]))),
    CONSTRAINT item_release_needs_known CHECK (((release_needs)::text = ANY ((ARRAY['nothing'::character varying, 'conformity'::character varying])::text[]))),
    CONSTRAINT item_release_needs_quarantine CHECK ((((release_needs)::text = 'nothing'::text) OR ((receiving_status)::text = 'quarantine'::text))),
    CONSTRAINT item_tracking_known CHECK (((tracking)::text = ANY ((ARRAY['none'::character varying, 'lot'::character varying, 'serial'::character varying])::text[]))),
    CONSTRAINT item_valuation_known CHECK (((valuation_method)::text = ANY ((ARRAY['standard'::character varying, 'moving_average'::character varying, 'fifo'::character varying])::text[])))
);

ALTER TABLE public.catalog_item ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_item_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_item_site (
    id bigint NOT NULL,
    review_period_days integer NOT NULL,
    holding_rate numeric(8,4) NOT NULL,
    shortage_cost numeric(18,4) NOT NULL,
    unserved_demand character varying(10) NOT NULL,
    item_id bigint NOT NULL,
    site_id bigint NOT NULL,
    CONSTRAINT catalog_item_site_review_period_days_check CHECK ((review_period_days >= 0)),
    CONSTRAINT item_site_costs_not_negative CHECK (((holding_rate >= (0)::numeric) AND (shortage_cost >= (0)::numeric))),
    CONSTRAINT item_site_review_positive CHECK ((review_period_days >= 1)),
    CONSTRAINT item_site_unserved_known CHECK (((unserved_demand)::text = ANY ((ARRAY['lost'::character varying, 'backorder'::character varying])::text[])))
);

ALTER TABLE public.catalog_item_site ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_item_site_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_item_unit (
    id bigint NOT NULL,
    unit character varying(20) NOT NULL,
    units_numerator integer NOT NULL,
    units_denominator integer NOT NULL,
    item_id bigint NOT NULL,
    CONSTRAINT catalog_item_unit_units_denominator_check CHECK ((units_denominator >= 0)),
    CONSTRAINT catalog_item_unit_units_numerator_check CHECK ((units_numerator >= 0)),
    CONSTRAINT item_unit_conversion_positive CHECK (((units_denominator > 0) AND (units_numerator > 0)))
);

ALTER TABLE public.catalog_item_unit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_item_unit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_location (
    id bigint NOT NULL,
    code character varying(60) NOT NULL,
    name character varying(200) NOT NULL,
    kind character varying(20) NOT NULL,
    time_zone character varying(60) NOT NULL,
    parent_id bigint,
    site_id bigint,
    CONSTRAINT location_kind_known CHECK (((kind)::text = ANY ((ARRAY['site'::character varying, 'bin'::character varying, 'in_transit'::character varying, 'supplier'::character varying, 'customer'::character varying, 'scrap'::character varying, 'count_difference'::character varying])::text[]))),
    CONSTRAINT site_has_time_zone CHECK (((NOT ((kind)::text = 'site'::text)) OR (NOT ((time_zone)::text = ''::text))))
);

ALTER TABLE public.catalog_location ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_location_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_price_break (
    id bigint NOT NULL,
    from_quantity numeric(18,4) NOT NULL,
    price numeric(18,4) NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    term_id bigint NOT NULL,
    CONSTRAINT price_break_ends_after_start CHECK (((valid_to IS NULL) OR (valid_to >= valid_from))),
    CONSTRAINT price_break_not_negative CHECK (((from_quantity >= (0)::numeric) AND (price >= (0)::numeric)))
);

ALTER TABLE public.catalog_price_break ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_price_break_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_qualification (
    id bigint NOT NULL,
    state character varying(12) NOT NULL,
    categories character varying(60)[] NOT NULL,
    skus character varying(60)[] NOT NULL,
    condition text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    decided_by character varying(100) NOT NULL,
    reason text NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    supplier_id bigint NOT NULL,
    source_class character varying(23) NOT NULL,
    CONSTRAINT qualification_condition_told CHECK (((((state)::text = 'conditional'::text) OR (condition = ''::text)) AND (1 = (
CASE
    WHEN ((state)::text = 'conditional'::text) THEN 1
    ELSE 0
END +
CASE
    WHEN (condition = ''::text) THEN 1
    ELSE 0
END)))),
    CONSTRAINT qualification_ends_after_start CHECK (((valid_to IS NULL) OR (valid_to >= valid_from))),
    CONSTRAINT qualification_source_class_known CHECK (((source_class)::text = ANY ((ARRAY[''::character varying, 'manufacturer'::character varying, 'authorised_distributor'::character varying, 'independent_distributor'::character varying, 'broker'::character varying])::text[]))),
    CONSTRAINT qualification_state_known CHECK (((state)::text = ANY ((ARRAY['approved'::character varying, 'conditional'::character varying, 'blocked'::character varying])::text[])))
);

ALTER TABLE public.catalog_qualification ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_qualification_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_supplier (
    id bigint NOT NULL,
    code character varying(60) NOT NULL,
    name character varying(200) NOT NULL,
    email character varying(254) NOT NULL,
    currency character varying(3) NOT NULL
);

CREATE TABLE public.catalog_supplier_contact (
    id bigint NOT NULL,
    added_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    supplier_id bigint NOT NULL,
    user_id bigint NOT NULL
);

ALTER TABLE public.catalog_supplier_contact ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_supplier_contact_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.catalog_supplier ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_supplier_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_supply_term (
    id bigint NOT NULL,
    supplier_sku character varying(60) NOT NULL,
    purchase_unit character varying(20) NOT NULL,
    units_numerator integer NOT NULL,
    units_denominator integer NOT NULL,
    moq integer NOT NULL,
    order_multiple integer NOT NULL,
    price numeric(18,4) NOT NULL,
    currency character varying(3) NOT NULL,
    lead_time_days integer NOT NULL,
    priority integer NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    item_id bigint NOT NULL,
    site_id bigint,
    supplier_id bigint NOT NULL,
    CONSTRAINT catalog_supply_term_lead_time_days_check CHECK ((lead_time_days >= 0)),
    CONSTRAINT catalog_supply_term_moq_check CHECK ((moq >= 0)),
    CONSTRAINT catalog_supply_term_order_multiple_check CHECK ((order_multiple >= 0)),
    CONSTRAINT catalog_supply_term_priority_check CHECK ((priority >= 0)),
    CONSTRAINT catalog_supply_term_units_denominator_check CHECK ((units_denominator >= 0)),
    CONSTRAINT catalog_supply_term_units_numerator_check CHECK ((units_numerator >= 0)),
    CONSTRAINT supply_term_conversion_positive CHECK (((units_denominator > 0) AND (units_numerator > 0))),
    CONSTRAINT supply_term_ends_after_start CHECK (((valid_to IS NULL) OR (valid_to >= valid_from))),
    CONSTRAINT supply_term_price_not_negative CHECK ((price >= (0)::numeric)),
    CONSTRAINT supply_term_steps_positive CHECK (((moq >= 1) AND (order_multiple >= 1)))
);

ALTER TABLE public.catalog_supply_term ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_supply_term_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalog_volume_commitment (
    id bigint NOT NULL,
    category character varying(60) NOT NULL,
    quantity numeric(18,4),
    amount numeric(18,4),
    currency character varying(3) NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    item_id bigint,
    supplier_id bigint NOT NULL,
    CONSTRAINT volume_commitment_ends_after_start CHECK ((valid_to >= valid_from)),
    CONSTRAINT volume_commitment_one_scope CHECK ((((category)::text = ''::text) OR (item_id IS NULL))),
    CONSTRAINT volume_commitment_quantity_or_amount CHECK ((((amount IS NULL) AND ((currency)::text = ''::text) AND (quantity > (0)::numeric)) OR ((amount > (0)::numeric) AND (quantity IS NULL) AND (NOT ((currency)::text = ''::text)))))
);

ALTER TABLE public.catalog_volume_commitment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalog_volume_commitment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.demand_allocation (
    id bigint NOT NULL,
    quantity numeric(18,4) NOT NULL,
    location_id bigint NOT NULL,
    lot_id bigint,
    line_id bigint NOT NULL,
    CONSTRAINT allocation_quantity_positive CHECK ((quantity > (0)::numeric))
);

ALTER TABLE public.demand_allocation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.demand_allocation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE public.demand_calendar_number
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.demand_customer (
    id bigint NOT NULL,
    code character varying(60) NOT NULL,
    name character varying(200) NOT NULL,
    minimum_remaining_life_days integer NOT NULL,
    CONSTRAINT demand_customer_minimum_remaining_life_days_check CHECK ((minimum_remaining_life_days >= 0))
);

ALTER TABLE public.demand_customer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.demand_customer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.demand_entry (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    allocated_change numeric(18,4) NOT NULL,
    shipped_change numeric(18,4) NOT NULL,
    cancelled_change numeric(18,4) NOT NULL,
    posting_key character varying(200) NOT NULL,
    reason text NOT NULL,
    actor character varying(100) NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    location_id bigint,
    lot_id bigint,
    line_id bigint NOT NULL,
    CONSTRAINT demand_entry_kind_known CHECK (((kind)::text = ANY ((ARRAY['allocated'::character varying, 'released'::character varying, 'shipped'::character varying, 'taken_back'::character varying, 'cut'::character varying])::text[])))
);

ALTER TABLE public.demand_entry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.demand_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.demand_event (
    id bigint NOT NULL,
    number character varying(20) NOT NULL,
    revision integer NOT NULL,
    name character varying(200) NOT NULL,
    from_on date NOT NULL,
    until_on date NOT NULL,
    skus jsonb NOT NULL,
    sites jsonb NOT NULL,
    categories jsonb NOT NULL,
    factor numeric(10,4),
    is_cancelled boolean NOT NULL,
    reason text NOT NULL,
    actor character varying(100) NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT demand_event_factor_positive CHECK (((factor IS NULL) OR (factor > (0)::numeric))),
    CONSTRAINT demand_event_revision_check CHECK ((revision >= 0)),
    CONSTRAINT demand_event_span_forward CHECK ((until_on >= from_on))
);

ALTER TABLE public.demand_event ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.demand_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.demand_lifecycle_step (
    id bigint NOT NULL,
    number character varying(20) NOT NULL,
    revision integer NOT NULL,
    kind character varying(20) NOT NULL,
    factor numeric(10,4) NOT NULL,
    ends_on date,
    is_cancelled boolean NOT NULL,
    reason text NOT NULL,
    actor character varying(100) NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    item_id bigint NOT NULL,
    other_item_id bigint,
    site_id bigint,
    CONSTRAINT demand_lifecycle_step_revision_check CHECK ((revision >= 0)),
    CONSTRAINT lifecycle_says_what CHECK ((((ends_on IS NOT NULL) AND ((kind)::text = 'ends'::text)) OR ((NOT ((kind)::text = 'ends'::text)) AND (other_item_id IS NOT NULL))))
);

ALTER TABLE public.demand_lifecycle_step ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.demand_lifecycle_step_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.demand_line (
    id bigint NOT NULL,
    number character varying(20) NOT NULL,
    key character varying(200) NOT NULL,
    content_hash bytea NOT NULL,
    reference character varying(200) NOT NULL,
    quantity numeric(18,4) NOT NULL,
    wanted_on date NOT NULL,
    state character varying(14) NOT NULL,
    allocated_quantity numeric(18,4) NOT NULL,
    shipped_quantity numeric(18,4) NOT NULL,
    cancelled_quantity numeric(18,4) NOT NULL,
    created_by character varying(100) NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    customer_id bigint NOT NULL,
    item_id bigint NOT NULL,
    site_id bigint NOT NULL,
    CONSTRAINT demand_line_not_exceeded CHECK ((quantity >= ((allocated_quantity + shipped_quantity) + cancelled_quantity))),
    CONSTRAINT demand_line_quantity_positive CHECK ((quantity > (0)::numeric)),
    CONSTRAINT demand_line_state_known CHECK (((state)::text = ANY ((ARRAY['open'::character varying, 'part_shipped'::character varying, 'shipped'::character varying, 'cancelled'::character varying])::text[]))),
    CONSTRAINT demand_line_totals_not_negative CHECK (((allocated_quantity >= (0)::numeric) AND (cancelled_quantity >= (0)::numeric) AND (shipped_quantity >= (0)::numeric)))
);

ALTER TABLE public.demand_line ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.demand_line_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE public.demand_line_number
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);

ALTER TABLE public.django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);

ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);

CREATE TABLE public.exchange_answer_link (
    id bigint NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    last_answered_at timestamp with time zone,
    order_revision_id bigint NOT NULL
);

ALTER TABLE public.exchange_answer_link ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_answer_link_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_answer_remark (
    id bigint NOT NULL,
    comment text NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    acknowledgement_id bigint NOT NULL
);

ALTER TABLE public.exchange_answer_remark ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_answer_remark_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_assumed_value (
    id bigint NOT NULL,
    field character varying(40) NOT NULL,
    record_id bigint NOT NULL,
    value character varying(60) NOT NULL,
    basis character varying(20) NOT NULL,
    assumed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
);

ALTER TABLE public.exchange_assumed_value ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_assumed_value_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_attempt (
    id bigint NOT NULL,
    number integer NOT NULL,
    outcome character varying(8) NOT NULL,
    told text NOT NULL,
    began_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    outbound_message_id bigint NOT NULL,
    CONSTRAINT attempt_outcome_known CHECK (((outcome)::text = ANY ((ARRAY['taken'::character varying, 'refused'::character varying, 'blocked'::character varying, 'failed'::character varying])::text[]))),
    CONSTRAINT exchange_attempt_number_check CHECK ((number >= 0))
);

ALTER TABLE public.exchange_attempt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_attempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_channel (
    id bigint NOT NULL,
    name character varying(40) NOT NULL,
    kind character varying(8) NOT NULL,
    format character varying(12) NOT NULL,
    contents character varying(10)[] NOT NULL,
    settings jsonb NOT NULL,
    last_control_number integer NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    polled_at timestamp with time zone,
    removed_at timestamp with time zone,
    supplier_id bigint NOT NULL,
    CONSTRAINT channel_format_known CHECK (((format)::text = ANY ((ARRAY['mail_pdf_csv'::character varying, 'csv'::character varying, 'x12'::character varying, 'json'::character varying])::text[]))),
    CONSTRAINT channel_kind_known CHECK (((kind)::text = ANY ((ARRAY['mail'::character varying, 'sftp'::character varying, 'webhook'::character varying, 'folder'::character varying, 'portal'::character varying])::text[]))),
    CONSTRAINT exchange_channel_last_control_number_check CHECK ((last_control_number >= 0))
);

ALTER TABLE public.exchange_channel ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_channel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_channel_secret (
    id bigint NOT NULL,
    name character varying(20) NOT NULL,
    sealed bytea NOT NULL,
    set_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    channel_id bigint NOT NULL
);

ALTER TABLE public.exchange_channel_secret ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_channel_secret_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_event_message (
    id bigint NOT NULL,
    outbox_key character varying(200) NOT NULL,
    message_id character varying(60) NOT NULL,
    kind character varying(60) NOT NULL,
    subject character varying(200) NOT NULL,
    content bytea NOT NULL,
    written_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    subscription_id bigint NOT NULL
);

ALTER TABLE public.exchange_event_message ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_event_message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_health_count (
    id bigint NOT NULL,
    figures jsonb NOT NULL,
    counted_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
);

ALTER TABLE public.exchange_health_count ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_health_count_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_inbound_message (
    id bigint NOT NULL,
    format character varying(12) NOT NULL,
    name character varying(200) NOT NULL,
    control_number character varying(200) NOT NULL,
    content bytea NOT NULL,
    content_hash bytea NOT NULL,
    received_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    state character varying(12) NOT NULL,
    kinds character varying(200) NOT NULL,
    fault text NOT NULL,
    fault_place character varying(200) NOT NULL,
    effects jsonb NOT NULL,
    settled_at timestamp with time zone,
    times_seen integer NOT NULL,
    channel_id bigint,
    repeats_id bigint,
    supplier_id bigint NOT NULL,
    CONSTRAINT exchange_inbound_message_times_seen_check CHECK ((times_seen >= 0)),
    CONSTRAINT inbound_state_known CHECK (((state)::text = ANY ((ARRAY['received'::character varying, 'applied'::character varying, 'quarantined'::character varying, 'duplicate'::character varying, 'conflict'::character varying, 'discarded'::character varying])::text[])))
);

ALTER TABLE public.exchange_inbound_message ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_inbound_message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_outbound_message (
    id bigint NOT NULL,
    outbox_key character varying(200) NOT NULL,
    message_id character varying(200) NOT NULL,
    recipient character varying(320) NOT NULL,
    content bytea NOT NULL,
    content_hash bytea NOT NULL,
    rendered_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    order_revision_id bigint,
    control_number character varying(20) NOT NULL,
    file_name character varying(120) NOT NULL,
    format character varying(12) NOT NULL,
    supplier_id bigint NOT NULL,
    topic character varying(60) NOT NULL,
    channel_id bigint
);

ALTER TABLE public.exchange_outbound_message ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_outbound_message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_set_up (
    id bigint NOT NULL,
    state character varying(8) NOT NULL,
    site_code character varying(60) NOT NULL,
    assumptions jsonb NOT NULL,
    told jsonb NOT NULL,
    problem text NOT NULL,
    actor character varying(100) NOT NULL,
    began_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    ended_at timestamp with time zone
);

ALTER TABLE public.exchange_set_up ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_set_up_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_subscription (
    id bigint NOT NULL,
    name character varying(40) NOT NULL,
    url character varying(2000) NOT NULL,
    kinds character varying(60)[] NOT NULL,
    sealed bytea NOT NULL,
    sealed_before bytea NOT NULL,
    secret_set_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    told_transaction xid8 NOT NULL,
    told_source smallint NOT NULL,
    told_number bigint NOT NULL,
    paused_at timestamp with time zone,
    paused_because text NOT NULL,
    first_failed_at timestamp with time zone,
    refusals integer NOT NULL,
    last_taken_at timestamp with time zone,
    CONSTRAINT exchange_subscription_refusals_check CHECK ((refusals >= 0))
);

ALTER TABLE public.exchange_subscription ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_subscription_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_syntax_answer (
    id bigint NOT NULL,
    verdict character varying(24) NOT NULL,
    content jsonb NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    inbound_message_id bigint NOT NULL,
    outbound_message_id bigint NOT NULL
);

ALTER TABLE public.exchange_syntax_answer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_syntax_answer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_uploaded_file (
    id bigint NOT NULL,
    name character varying(200) NOT NULL,
    file_name character varying(80) NOT NULL,
    byte_count bigint NOT NULL,
    file_kind character varying(20) NOT NULL,
    preset character varying(20) NOT NULL,
    mapping jsonb NOT NULL,
    said jsonb NOT NULL,
    state character varying(8) NOT NULL,
    row_count integer NOT NULL,
    fault_count integer NOT NULL,
    faults jsonb NOT NULL,
    told jsonb NOT NULL,
    brought_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    set_up_id bigint NOT NULL,
    CONSTRAINT exchange_uploaded_file_byte_count_check CHECK ((byte_count >= 0)),
    CONSTRAINT exchange_uploaded_file_fault_count_check CHECK ((fault_count >= 0)),
    CONSTRAINT exchange_uploaded_file_row_count_check CHECK ((row_count >= 0))
);

ALTER TABLE public.exchange_uploaded_file ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_uploaded_file_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.journal_alert (
    id bigint NOT NULL,
    key character varying(200) NOT NULL,
    kind character varying(60) NOT NULL,
    sentence text NOT NULL,
    facts jsonb NOT NULL,
    raised_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    cleared_at timestamp with time zone,
    cleared_because text NOT NULL,
    is_closable boolean DEFAULT false NOT NULL,
    deadline_on date,
    item_count integer,
    money numeric(18,4),
    owner character varying(150) NOT NULL,
    snoozed_because text NOT NULL,
    snoozed_money numeric(18,4),
    snoozed_until date,
    cleared_in xid8,
    raised_in xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT alert_cleared_is_whole CHECK ((((cleared_at IS NULL) AND (cleared_in IS NULL)) OR ((cleared_at IS NOT NULL) AND (cleared_in IS NOT NULL)))),
    CONSTRAINT journal_alert_item_count_check CHECK ((item_count >= 0))
);

ALTER TABLE public.journal_alert ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.journal_alert_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.journal_audit_event (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    actor character varying(100) NOT NULL,
    verb character varying(60) NOT NULL,
    subject character varying(200) NOT NULL,
    old jsonb,
    new jsonb,
    reason text NOT NULL
);

ALTER TABLE public.journal_audit_event ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.journal_audit_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.journal_heartbeat (
    id bigint NOT NULL,
    job character varying(100) NOT NULL,
    beat_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    expected_every_seconds integer NOT NULL,
    CONSTRAINT journal_heartbeat_expected_every_seconds_check CHECK ((expected_every_seconds >= 0))
);

ALTER TABLE public.journal_heartbeat ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.journal_heartbeat_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.journal_idempotent_answer (
    id bigint NOT NULL,
    scope character varying(60) NOT NULL,
    key character varying(200) NOT NULL,
    content_hash bytea NOT NULL,
    answer jsonb NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
);

ALTER TABLE public.journal_idempotent_answer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.journal_idempotent_answer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.journal_job_run (
    id bigint NOT NULL,
    job character varying(100) NOT NULL,
    task character varying(100) NOT NULL,
    state character varying(9) NOT NULL,
    step character varying(100) NOT NULL,
    done integer DEFAULT 0 NOT NULL,
    total integer DEFAULT 0 NOT NULL,
    attempts integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    beat_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    due_at timestamp with time zone,
    error text NOT NULL,
    CONSTRAINT journal_job_run_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT journal_job_run_done_check CHECK ((done >= 0)),
    CONSTRAINT journal_job_run_total_check CHECK ((total >= 0))
);

ALTER TABLE public.journal_job_run ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.journal_job_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.journal_job_tally (
    id bigint NOT NULL,
    job character varying(100) NOT NULL,
    outcome character varying(9) NOT NULL,
    count bigint DEFAULT 0 NOT NULL
);

ALTER TABLE public.journal_job_tally ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.journal_job_tally_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.journal_outbox (
    id bigint NOT NULL,
    key character varying(200) NOT NULL,
    topic character varying(60) NOT NULL,
    payload jsonb NOT NULL,
    state character varying(8) DEFAULT 'waiting'::character varying NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    lease_token uuid,
    lease_ends_at timestamp with time zone,
    last_error text NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    done_at timestamp with time zone,
    queue character varying(100) NOT NULL,
    CONSTRAINT journal_outbox_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT outbox_lease_is_whole CHECK ((((lease_ends_at IS NOT NULL) AND (lease_token IS NOT NULL) AND ((state)::text = 'leased'::text)) OR ((NOT ((state)::text = 'leased'::text)) AND (lease_ends_at IS NULL) AND (lease_token IS NULL))))
);

ALTER TABLE public.journal_outbox ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.journal_outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ledger_balance (
    id bigint NOT NULL,
    status character varying(12) NOT NULL,
    on_hand numeric(18,4) NOT NULL,
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    lot_id bigint,
    CONSTRAINT balance_not_negative CHECK ((on_hand >= (0)::numeric))
)
WITH (fillfactor='60');

ALTER TABLE public.ledger_balance ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_balance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ledger_classification (
    id bigint NOT NULL,
    abc_class character varying(1) NOT NULL,
    issued_value numeric(18,4) NOT NULL,
    classified_on date NOT NULL,
    item_id bigint NOT NULL,
    site_id bigint NOT NULL
);

ALTER TABLE public.ledger_classification ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_classification_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ledger_closing (
    id bigint NOT NULL,
    until_on date NOT NULL,
    until_at timestamp with time zone NOT NULL,
    actor character varying(100) NOT NULL,
    announced_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    closed_at timestamp with time zone,
    site_id bigint
);

CREATE TABLE public.ledger_closing_balance (
    id bigint NOT NULL,
    status character varying(12) NOT NULL,
    on_hand numeric(18,4) NOT NULL,
    closing_id bigint NOT NULL,
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    lot_id bigint
);

ALTER TABLE public.ledger_closing_balance ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_closing_balance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.ledger_closing ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_closing_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ledger_count_entry (
    id bigint NOT NULL,
    counting_round integer NOT NULL,
    quantity numeric(18,4) NOT NULL,
    counted_at timestamp with time zone NOT NULL,
    counter character varying(100) NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    line_id bigint NOT NULL,
    CONSTRAINT count_entry_not_negative CHECK ((quantity >= (0)::numeric)),
    CONSTRAINT ledger_count_entry_counting_round_check CHECK ((counting_round >= 0))
);

ALTER TABLE public.ledger_count_entry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_count_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ledger_count_line (
    id bigint NOT NULL,
    line integer NOT NULL,
    status character varying(12) NOT NULL,
    abc_class character varying(1) NOT NULL,
    is_found boolean NOT NULL,
    is_whole boolean NOT NULL,
    is_open boolean NOT NULL,
    counting_round integer NOT NULL,
    counted_quantity numeric(18,4),
    expected_quantity numeric(18,4),
    counted_at timestamp with time zone,
    unit_cost numeric(18,4),
    is_within_tolerance boolean,
    reason text NOT NULL,
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    lot_id bigint,
    cycle_count_id bigint NOT NULL,
    CONSTRAINT count_line_not_negative CHECK (((counted_quantity IS NULL) OR (counted_quantity >= (0)::numeric))),
    CONSTRAINT ledger_count_line_counting_round_check CHECK ((counting_round >= 0)),
    CONSTRAINT ledger_count_line_line_check CHECK ((line >= 0))
);

ALTER TABLE public.ledger_count_line ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_count_line_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ledger_count_policy (
    id bigint NOT NULL,
    abc_class character varying(1) NOT NULL,
    cumulative_share numeric(5,4) NOT NULL,
    every_days integer NOT NULL,
    tolerance_share numeric(5,4) NOT NULL,
    tolerance_units numeric(18,4) NOT NULL,
    tolerance_amount numeric(18,4) NOT NULL,
    CONSTRAINT count_policy_known CHECK ((((abc_class)::text = ANY ((ARRAY['A'::character varying, 'B'::character varying, 'C'::character varying])::text[])) AND (every_days >= 1))),
    CONSTRAINT count_policy_share CHECK (((cumulative_share >= (0)::numeric) AND (cumulative_share <= (1)::numeric))),
    CONSTRAINT count_policy_tolerance CHECK (((tolerance_amount >= (0)::numeric) AND (tolerance_share >= (0)::numeric) AND (tolerance_units >= (0)::numeric))),
    CONSTRAINT ledger_count_policy_every_days_check CHECK ((every_days >= 0))
);

ALTER TABLE public.ledger_count_policy ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_count_policy_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ledger_cycle_count (
    id bigint NOT NULL,
    number character varying(20) NOT NULL,
    state character varying(10) NOT NULL,
    opened_by character varying(100) NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    ended_by character varying(100) NOT NULL,
    ended_at timestamp with time zone,
    site_id bigint NOT NULL,
    CONSTRAINT cycle_count_state_known CHECK (((state)::text = ANY ((ARRAY['open'::character varying, 'approved'::character varying, 'cancelled'::character varying])::text[])))
);

ALTER TABLE public.ledger_cycle_count ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_cycle_count_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE public.ledger_cycle_count_number
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.ledger_imported_file (
    id bigint NOT NULL,
    name character varying(200) NOT NULL,
    content_hash bytea NOT NULL,
    row_count integer NOT NULL,
    actor character varying(100) NOT NULL,
    imported_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    undone_at timestamp with time zone,
    CONSTRAINT ledger_imported_file_row_count_check CHECK ((row_count >= 0))
);

ALTER TABLE public.ledger_imported_file ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_imported_file_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ledger_lot (
    id bigint NOT NULL,
    code character varying(60) NOT NULL,
    expires_on date,
    item_id bigint NOT NULL,
    is_serial boolean NOT NULL,
    retest_on date
);

ALTER TABLE public.ledger_lot ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_lot_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ledger_movement (
    id bigint CONSTRAINT ledger_movement_id_not_null1 NOT NULL,
    posting_id bigint CONSTRAINT ledger_movement_posting_id_not_null1 NOT NULL,
    line integer CONSTRAINT ledger_movement_line_not_null1 NOT NULL,
    item_id bigint CONSTRAINT ledger_movement_item_id_not_null1 NOT NULL,
    lot_id bigint,
    source_id bigint CONSTRAINT ledger_movement_source_id_not_null1 NOT NULL,
    source_status character varying(12) CONSTRAINT ledger_movement_source_status_not_null1 NOT NULL,
    target_id bigint CONSTRAINT ledger_movement_target_id_not_null1 NOT NULL,
    target_status character varying(12) CONSTRAINT ledger_movement_target_status_not_null1 NOT NULL,
    quantity numeric(18,4) CONSTRAINT ledger_movement_quantity_not_null1 NOT NULL,
    unit_cost numeric(18,4),
    moved_at timestamp with time zone CONSTRAINT ledger_movement_moved_at_not_null1 NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT movement_moves CHECK (((source_id <> target_id) OR ((source_status)::text <> (target_status)::text))),
    CONSTRAINT movement_quantity_positive CHECK ((quantity > (0)::numeric))
)
PARTITION BY RANGE (recorded_at);

CREATE SEQUENCE public.ledger_movement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.ledger_movement_id_seq OWNED BY public.ledger_movement.id;

CREATE TABLE public.ledger_movement_default (
    id bigint DEFAULT nextval('public.ledger_movement_id_seq'::regclass) CONSTRAINT ledger_movement_id_not_null1 NOT NULL,
    posting_id bigint CONSTRAINT ledger_movement_posting_id_not_null1 NOT NULL,
    line integer CONSTRAINT ledger_movement_line_not_null1 NOT NULL,
    item_id bigint CONSTRAINT ledger_movement_item_id_not_null1 NOT NULL,
    lot_id bigint,
    source_id bigint CONSTRAINT ledger_movement_source_id_not_null1 NOT NULL,
    source_status character varying(12) CONSTRAINT ledger_movement_source_status_not_null1 NOT NULL,
    target_id bigint CONSTRAINT ledger_movement_target_id_not_null1 NOT NULL,
    target_status character varying(12) CONSTRAINT ledger_movement_target_status_not_null1 NOT NULL,
    quantity numeric(18,4) CONSTRAINT ledger_movement_quantity_not_null1 NOT NULL,
    unit_cost numeric(18,4),
    moved_at timestamp with time zone CONSTRAINT ledger_movement_moved_at_not_null1 NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() CONSTRAINT ledger_movement_recorded_at_not_null NOT NULL,
    CONSTRAINT movement_moves CHECK (((source_id <> target_id) OR ((source_status)::text <> (target_status)::text))),
    CONSTRAINT movement_quantity_positive CHECK ((quantity > (0)::numeric))
);

CREATE VIEW public.ledger_place AS
 SELECT id,
    site_id,
    kind,
    ((kind)::text = ANY ((ARRAY['site'::character varying, 'bin'::character varying, 'in_transit'::character varying])::text[])) AS holds,
    code
   FROM public.catalog_location;

CREATE TABLE public.ledger_posting (
    id bigint NOT NULL,
    key character varying(200) NOT NULL,
    content_hash bytea NOT NULL,
    kind character varying(20) NOT NULL,
    reference character varying(200) NOT NULL,
    actor character varying(100) NOT NULL,
    is_assumed boolean NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    line_hashes bytea NOT NULL,
    reverses_id bigint,
    imported_file_id bigint,
    CONSTRAINT posting_kind_known CHECK (((kind)::text = ANY ((ARRAY['receipt'::character varying, 'issue'::character varying, 'transfer'::character varying, 'adjustment'::character varying, 'count_difference'::character varying, 'return'::character varying])::text[])))
);

ALTER TABLE public.ledger_posting ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_posting_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ledger_valuation (
    id bigint NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    movement_id bigint NOT NULL,
    layers jsonb NOT NULL,
    item_id bigint NOT NULL
);

CREATE TABLE public.ledger_valuation_entry (
    id bigint NOT NULL,
    amount numeric(18,4) NOT NULL,
    currency character varying(3) NOT NULL,
    reason character varying(60) NOT NULL,
    valued_at timestamp with time zone NOT NULL,
    item_id bigint NOT NULL,
    actor character varying(100) NOT NULL,
    line integer,
    posting_id bigint,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    reference character varying(200) NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT ledger_valuation_entry_line_check CHECK ((line >= 0))
);

ALTER TABLE public.ledger_valuation_entry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_valuation_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.ledger_valuation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_valuation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ledger_valuation_mark (
    id bigint NOT NULL,
    watermark bigint NOT NULL,
    CONSTRAINT valuation_mark_is_one CHECK ((id = 1))
);

ALTER TABLE public.ledger_valuation_mark ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_valuation_mark_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.mfa_authenticator (
    id bigint NOT NULL,
    type character varying(20) NOT NULL,
    data jsonb NOT NULL,
    user_id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone
);

ALTER TABLE public.mfa_authenticator ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.mfa_authenticator_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.planning_cash_budget (
    id bigint NOT NULL,
    month_start_on date NOT NULL,
    amount numeric(18,4) NOT NULL,
    CONSTRAINT cash_budget_not_negative CHECK ((amount >= (0)::numeric)),
    CONSTRAINT cash_budget_of_a_month CHECK ((EXTRACT(day FROM month_start_on) = (1)::numeric))
);

ALTER TABLE public.planning_cash_budget ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.planning_cash_budget_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.planning_item_site_plan (
    item_site_id bigint NOT NULL,
    planned_on date NOT NULL,
    fault text NOT NULL,
    unit_cost numeric(18,4),
    usable numeric(18,4),
    backordered numeric(18,4),
    on_order numeric(18,4),
    order_up_to_level numeric(18,4),
    proposed_quantity numeric(18,4),
    lead_time_days integer,
    review_period_days integer,
    demand_a_day double precision,
    demand_in_coverage double precision,
    short_in_lead_time double precision,
    last_week double precision,
    jump double precision,
    stock_out_on date,
    stock_out_probability double precision,
    money_at_stake numeric(18,4),
    surplus numeric(18,4),
    surplus_on_order numeric(18,4),
    method character varying(40) NOT NULL,
    is_new boolean NOT NULL,
    run_id bigint NOT NULL,
    supplier_id bigint,
    CONSTRAINT planning_item_site_plan_lead_time_days_check CHECK ((lead_time_days >= 0)),
    CONSTRAINT planning_item_site_plan_review_period_days_check CHECK ((review_period_days >= 0))
);

CREATE TABLE public.planning_kpi_day (
    id bigint NOT NULL,
    day_on date NOT NULL,
    dimension character varying(10) NOT NULL,
    key character varying(60) NOT NULL,
    item_sites integer NOT NULL,
    on_hand_value numeric(18,4) NOT NULL,
    on_hand_units numeric(18,4) NOT NULL,
    issued_units numeric(18,4) NOT NULL,
    issued_value numeric(18,4) NOT NULL,
    received_value numeric(18,4) NOT NULL,
    movements integer NOT NULL,
    wanted_units numeric(18,4) NOT NULL,
    supplied_units numeric(18,4) NOT NULL,
    excess_value numeric(18,4),
    dead_value numeric(18,4),
    selling integer,
    stocked_out integer,
    site_id bigint NOT NULL,
    CONSTRAINT planning_kpi_day_item_sites_check CHECK ((item_sites >= 0)),
    CONSTRAINT planning_kpi_day_movements_check CHECK ((movements >= 0)),
    CONSTRAINT planning_kpi_day_selling_check CHECK ((selling >= 0)),
    CONSTRAINT planning_kpi_day_stocked_out_check CHECK ((stocked_out >= 0))
);

ALTER TABLE public.planning_kpi_day ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.planning_kpi_day_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.planning_kpi_item_site (
    item_site_id bigint NOT NULL,
    measured_on date NOT NULL,
    category character varying(60) NOT NULL,
    abc_class character varying(1) NOT NULL,
    xyz_class character varying(1) NOT NULL,
    on_hand numeric(18,4) NOT NULL,
    usable numeric(18,4) NOT NULL,
    on_hand_value numeric(18,4) NOT NULL,
    excess_value numeric(18,4),
    dead_value numeric(18,4) NOT NULL,
    last_issued_on date,
    issued numeric(18,4) NOT NULL,
    issued_before numeric(18,4) NOT NULL,
    issued_in_year numeric(18,4) NOT NULL,
    days_of_cover double precision,
    site_id bigint NOT NULL,
    supplier_id bigint
);

CREATE TABLE public.planning_override (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    number character varying(20) NOT NULL,
    revision integer NOT NULL,
    kind character varying(20) NOT NULL,
    value numeric(18,4) NOT NULL,
    from_on date NOT NULL,
    until_on date NOT NULL,
    ended_on date,
    reason_code character varying(20) NOT NULL,
    reason text NOT NULL,
    actor character varying(100) NOT NULL,
    item_site_id bigint NOT NULL,
    CONSTRAINT override_kind_known CHECK (((kind)::text = ANY ((ARRAY['demand_times'::character varying, 'demand_plus'::character varying, 'demand_a_week'::character varying, 'level_at_least'::character varying, 'level_at_most'::character varying, 'cycle_service_level'::character varying, 'fill_rate'::character varying])::text[]))),
    CONSTRAINT override_span_forward CHECK ((until_on >= from_on)),
    CONSTRAINT planning_override_revision_check CHECK ((revision >= 0))
);

CREATE TABLE public.planning_override_effect (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    planned_on date NOT NULL,
    quantity_with numeric(18,4) NOT NULL,
    quantity_without numeric(18,4) NOT NULL,
    lead_time_days integer NOT NULL,
    review_period_days integer NOT NULL,
    terms jsonb NOT NULL,
    override_id bigint NOT NULL,
    run_id bigint NOT NULL,
    CONSTRAINT planning_override_effect_lead_time_days_check CHECK ((lead_time_days >= 0)),
    CONSTRAINT planning_override_effect_review_period_days_check CHECK ((review_period_days >= 0))
);

ALTER TABLE public.planning_override_effect ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.planning_override_effect_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.planning_override ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.planning_override_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE public.planning_override_number
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.planning_override_value (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    demand_before numeric(18,4) NOT NULL,
    demand_within numeric(18,4) NOT NULL,
    cost_with numeric(18,4) NOT NULL,
    cost_without numeric(18,4) NOT NULL,
    value numeric(18,4) NOT NULL,
    effect_id bigint NOT NULL
);

ALTER TABLE public.planning_override_value ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.planning_override_value_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.planning_planned_spend (
    id bigint NOT NULL,
    week_start_on date NOT NULL,
    lead_time_days integer NOT NULL,
    currency character varying(3) NOT NULL,
    mean numeric(18,4) NOT NULL,
    p10 numeric(18,4) NOT NULL,
    p90 numeric(18,4) NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    run_id bigint NOT NULL,
    site_id bigint NOT NULL,
    supplier_id bigint NOT NULL,
    CONSTRAINT planning_planned_spend_lead_time_days_check CHECK ((lead_time_days >= 0))
);

ALTER TABLE public.planning_planned_spend ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.planning_planned_spend_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.planning_proposal (
    id bigint NOT NULL,
    quantity numeric(18,4) NOT NULL,
    price numeric(18,4) NOT NULL,
    requested_on date NOT NULL,
    value numeric(18,4) NOT NULL,
    state character varying(10) NOT NULL,
    input_hash bytea NOT NULL,
    outlook_hash bytea NOT NULL,
    position_after numeric(18,4) NOT NULL,
    reason jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    decided_at timestamp with time zone,
    decided_by character varying(100) NOT NULL,
    decided_because text NOT NULL,
    item_site_id bigint NOT NULL,
    order_line_id bigint,
    run_id bigint NOT NULL,
    supplier_id bigint NOT NULL,
    CONSTRAINT proposal_approved_has_line CHECK ((((order_line_id IS NOT NULL) AND ((state)::text = 'approved'::text)) OR (NOT ((state)::text = 'approved'::text)))),
    CONSTRAINT proposal_quantity_positive CHECK ((quantity > (0)::numeric)),
    CONSTRAINT proposal_state_known CHECK (((state)::text = ANY ((ARRAY['pending'::character varying, 'approved'::character varying, 'rejected'::character varying, 'withdrawn'::character varying])::text[])))
);

CREATE TABLE public.planning_proposal_edit (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    proposed_quantity numeric(18,4) NOT NULL,
    quantity numeric(18,4) NOT NULL,
    proposed_cost numeric(18,4) NOT NULL,
    expected_cost numeric(18,4) NOT NULL,
    input_hash bytea NOT NULL,
    reason_code character varying(20) NOT NULL,
    reason text NOT NULL,
    actor character varying(100) NOT NULL,
    proposal_id bigint NOT NULL,
    CONSTRAINT proposal_edit_quantity_positive CHECK ((quantity > (0)::numeric)),
    CONSTRAINT proposal_edit_reason_known CHECK (((reason_code)::text = ANY ((ARRAY['more_demand'::character varying, 'less_demand'::character varying, 'supplier'::character varying, 'price'::character varying, 'cash'::character varying, 'space'::character varying, 'minimum'::character varying, 'shelf_life'::character varying, 'wrong_input'::character varying, 'other'::character varying])::text[])))
);

ALTER TABLE public.planning_proposal_edit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.planning_proposal_edit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.planning_proposal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.planning_proposal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.planning_replan_cursor (
    id bigint NOT NULL,
    watermark bigint NOT NULL,
    looked_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    minute_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    in_minute integer NOT NULL,
    left_over_at timestamp with time zone,
    left_over integer NOT NULL,
    CONSTRAINT planning_replan_cursor_in_minute_check CHECK ((in_minute >= 0)),
    CONSTRAINT planning_replan_cursor_left_over_check CHECK ((left_over >= 0))
);

ALTER TABLE public.planning_replan_cursor ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.planning_replan_cursor_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.planning_run (
    id bigint NOT NULL,
    planned_on date NOT NULL,
    actor character varying(100) NOT NULL,
    started_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    watermark bigint NOT NULL,
    engine_version character varying(20) NOT NULL,
    product_version character varying(20) NOT NULL,
    input_hash bytea NOT NULL,
    item_site_count integer NOT NULL,
    proposed_count integer NOT NULL,
    unplanned jsonb NOT NULL,
    pool jsonb,
    is_whole boolean DEFAULT true NOT NULL,
    CONSTRAINT planning_run_item_site_count_check CHECK ((item_site_count >= 0)),
    CONSTRAINT planning_run_proposed_count_check CHECK ((proposed_count >= 0))
);

ALTER TABLE public.planning_run ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.planning_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.planning_supplier_switch (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    inputs_hash character varying(64) NOT NULL,
    choices jsonb NOT NULL,
    outcome jsonb NOT NULL,
    actor character varying(100) NOT NULL,
    reason text NOT NULL,
    supplier_id bigint NOT NULL
);

ALTER TABLE public.planning_supplier_switch ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.planning_supplier_switch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.procrastinate_events (
    id bigint NOT NULL,
    job_id bigint NOT NULL,
    type public.procrastinate_job_event_type,
    at timestamp with time zone DEFAULT now()
);

CREATE SEQUENCE public.procrastinate_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.procrastinate_events_id_seq OWNED BY public.procrastinate_events.id;

CREATE SEQUENCE public.procrastinate_jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.procrastinate_jobs_id_seq OWNED BY public.procrastinate_jobs.id;

CREATE TABLE public.procrastinate_periodic_defers (
    id bigint NOT NULL,
    task_name character varying(128) NOT NULL,
    defer_timestamp bigint,
    job_id bigint,
    periodic_id character varying(128) DEFAULT ''::character varying NOT NULL
);

CREATE SEQUENCE public.procrastinate_periodic_defers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.procrastinate_periodic_defers_id_seq OWNED BY public.procrastinate_periodic_defers.id;

CREATE TABLE public.procrastinate_workers (
    id bigint NOT NULL,
    last_heartbeat timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.procrastinate_workers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.procrastinate_workers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_acknowledgement (
    id bigint NOT NULL,
    message_key character varying(200) NOT NULL,
    answer jsonb NOT NULL,
    received_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    actor character varying(100) NOT NULL,
    purchase_order_id bigint NOT NULL,
    revision integer NOT NULL,
    outcome character varying(20) NOT NULL,
    written_at timestamp with time zone,
    CONSTRAINT acknowledgement_outcome_known CHECK (((outcome)::text = ANY ((ARRAY['applied'::character varying, 'older_revision'::character varying, 'overtaken'::character varying, 'nothing_open'::character varying, 'too_much'::character varying])::text[]))),
    CONSTRAINT purchasing_acknowledgement_revision_check CHECK ((revision >= 0))
);

ALTER TABLE public.purchasing_acknowledgement ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_acknowledgement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_approval_limit (
    id bigint NOT NULL,
    role character varying(10) NOT NULL,
    approves_up_to numeric(18,4),
    places_alone_up_to numeric(18,4),
    set_by character varying(100) NOT NULL,
    set_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    confirmed_by character varying(100) NOT NULL,
    confirmed_at timestamp with time zone,
    CONSTRAINT approval_limit_by_two CHECK ((NOT ((confirmed_by)::text = (set_by)::text))),
    CONSTRAINT approval_limit_not_negative CHECK ((((approves_up_to IS NULL) OR (approves_up_to >= (0)::numeric)) AND ((places_alone_up_to IS NULL) OR (places_alone_up_to >= (0)::numeric))))
);

ALTER TABLE public.purchasing_approval_limit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_approval_limit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_chase (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    number integer NOT NULL,
    revision integer NOT NULL,
    sentences jsonb NOT NULL,
    actor character varying(100) NOT NULL,
    purchase_order_id bigint NOT NULL,
    CONSTRAINT purchasing_chase_number_check CHECK ((number >= 0)),
    CONSTRAINT purchasing_chase_revision_check CHECK ((revision >= 0))
);

ALTER TABLE public.purchasing_chase ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_chase_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_conformity_certificate (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    line integer NOT NULL,
    lot character varying(60) NOT NULL,
    quantity numeric(18,4) NOT NULL,
    number character varying(100) NOT NULL,
    document_name character varying(200) NOT NULL,
    document_hash character varying(64) NOT NULL,
    document bytea NOT NULL,
    actor character varying(100) NOT NULL,
    item_id bigint NOT NULL,
    purchase_order_id bigint NOT NULL,
    CONSTRAINT conformity_certificate_covers_something CHECK ((quantity > (0)::numeric)),
    CONSTRAINT purchasing_conformity_certificate_line_check CHECK ((line >= 0))
);

ALTER TABLE public.purchasing_conformity_certificate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_conformity_certificate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_conformity_withdrawal (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    actor character varying(100) NOT NULL,
    reason text NOT NULL,
    certificate_id bigint NOT NULL
);

ALTER TABLE public.purchasing_conformity_withdrawal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_conformity_withdrawal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_delivery (
    id bigint NOT NULL,
    number integer NOT NULL,
    quantity numeric(18,4) NOT NULL,
    requested_on date NOT NULL,
    first_promised_on date,
    latest_promised_on date,
    received_quantity numeric(18,4) NOT NULL,
    cancelled_quantity numeric(18,4) NOT NULL,
    line_id bigint NOT NULL,
    announced_on date,
    shipped_quantity numeric(18,4) NOT NULL,
    refused_quantity numeric(18,4) NOT NULL,
    cancelled_on date,
    CONSTRAINT delivery_parts_not_negative CHECK (((cancelled_quantity >= (0)::numeric) AND (received_quantity >= (0)::numeric))),
    CONSTRAINT delivery_quantity_positive CHECK ((quantity > (0)::numeric)),
    CONSTRAINT delivery_refused_is_cancelled CHECK (((refused_quantity >= (0)::numeric) AND (refused_quantity <= cancelled_quantity))),
    CONSTRAINT purchasing_delivery_number_check CHECK ((number >= 0))
);

ALTER TABLE public.purchasing_delivery ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_discrepancy (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    line integer NOT NULL,
    kind character varying(12) NOT NULL,
    quantity numeric(18,4) NOT NULL,
    lot character varying(60) NOT NULL,
    receipt_key character varying(200) NOT NULL,
    posting_line integer,
    reason text NOT NULL,
    actor character varying(100) NOT NULL,
    item_id bigint NOT NULL,
    purchase_order_id bigint NOT NULL,
    CONSTRAINT discrepancy_kind_known CHECK (((kind)::text = ANY ((ARRAY['short'::character varying, 'over'::character varying, 'damaged'::character varying, 'wrong_item'::character varying])::text[]))),
    CONSTRAINT discrepancy_quantity_positive CHECK ((quantity > (0)::numeric)),
    CONSTRAINT purchasing_discrepancy_line_check CHECK ((line >= 0)),
    CONSTRAINT purchasing_discrepancy_posting_line_check CHECK ((posting_line >= 0))
);

ALTER TABLE public.purchasing_discrepancy ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_discrepancy_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_dispute (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    findings jsonb NOT NULL,
    actor character varying(100) NOT NULL,
    reason text NOT NULL,
    invoice_id bigint NOT NULL
);

ALTER TABLE public.purchasing_dispute ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_dispute_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_dispute_settlement (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    settled_as character varying(17) NOT NULL,
    actor character varying(100) NOT NULL,
    reason text NOT NULL,
    dispute_id bigint NOT NULL,
    credit_note_id bigint,
    CONSTRAINT dispute_end_known CHECK (((settled_as)::text = ANY ((ARRAY['price_accepted'::character varying, 'quantity_accepted'::character varying, 'credited'::character varying, 'resolved'::character varying])::text[])))
);

ALTER TABLE public.purchasing_dispute_settlement ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_dispute_settlement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_invoice (
    id bigint NOT NULL,
    number character varying(60) NOT NULL,
    kind character varying(11) NOT NULL,
    state character varying(9) NOT NULL,
    invoiced_on date NOT NULL,
    due_on date,
    currency character varying(3) NOT NULL,
    total numeric(18,4) NOT NULL,
    findings jsonb NOT NULL,
    message_key character varying(200) NOT NULL,
    content jsonb NOT NULL,
    taken_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    taken_by character varying(100) NOT NULL,
    approved_at timestamp with time zone,
    approved_by character varying(100) NOT NULL,
    supplier_id bigint NOT NULL,
    CONSTRAINT invoice_kind_known CHECK (((kind)::text = ANY ((ARRAY['invoice'::character varying, 'credit_note'::character varying])::text[]))),
    CONSTRAINT invoice_state_known CHECK (((state)::text = ANY ((ARRAY['waiting'::character varying, 'disputed'::character varying, 'matched'::character varying, 'approved'::character varying, 'cancelled'::character varying])::text[])))
);

CREATE TABLE public.purchasing_invoice_charge (
    id bigint NOT NULL,
    kind character varying(6) NOT NULL,
    amount numeric(18,4) NOT NULL,
    words character varying(200) NOT NULL,
    invoice_id bigint NOT NULL,
    CONSTRAINT invoice_charge_kind_known CHECK (((kind)::text = ANY ((ARRAY['charge'::character varying, 'tax'::character varying])::text[])))
);

ALTER TABLE public.purchasing_invoice_charge ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_invoice_charge_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.purchasing_invoice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_invoice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_invoice_line (
    id bigint NOT NULL,
    number integer NOT NULL,
    line integer,
    code character varying(60) NOT NULL,
    description character varying(300) NOT NULL,
    quantity numeric(18,4) NOT NULL,
    unit character varying(20) NOT NULL,
    price numeric(18,4) NOT NULL,
    stock_units numeric(18,4),
    charge numeric(18,4) NOT NULL,
    invoice_id bigint NOT NULL,
    item_id bigint,
    purchase_order_id bigint,
    CONSTRAINT invoice_line_says_something CHECK ((NOT (quantity = (0)::numeric))),
    CONSTRAINT purchasing_invoice_line_line_check CHECK ((line >= 0)),
    CONSTRAINT purchasing_invoice_line_number_check CHECK ((number >= 0))
);

ALTER TABLE public.purchasing_invoice_line ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_invoice_line_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_invoice_share (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    posting_key character varying(200) NOT NULL,
    posting_line integer NOT NULL,
    quantity numeric(18,4) NOT NULL,
    price_variance numeric(18,4) NOT NULL,
    landed_cost numeric(18,4) NOT NULL,
    is_valued boolean NOT NULL,
    invoice_line_id bigint NOT NULL,
    exchange_difference numeric(18,4) NOT NULL,
    invoice_rate numeric(18,8),
    receipt_rate numeric(18,8),
    CONSTRAINT purchasing_invoice_share_posting_line_check CHECK ((posting_line >= 0))
);

ALTER TABLE public.purchasing_invoice_share ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_invoice_share_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_match_policy (
    id bigint NOT NULL,
    price_tolerance_percent numeric(5,2) NOT NULL,
    quantity_tolerance_percent numeric(5,2) NOT NULL,
    small_amount numeric(18,4) NOT NULL,
    has_landed_charges boolean NOT NULL,
    is_approver_apart boolean NOT NULL,
    CONSTRAINT match_policy_is_one CHECK ((id = 1))
);

ALTER TABLE public.purchasing_match_policy ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_match_policy_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_notice_line (
    id bigint NOT NULL,
    number integer NOT NULL,
    line integer NOT NULL,
    quantity numeric(18,4) NOT NULL,
    lot character varying(60) NOT NULL,
    expires_on date,
    marks jsonb NOT NULL,
    item_id bigint NOT NULL,
    purchase_order_id bigint NOT NULL,
    notice_id bigint NOT NULL,
    CONSTRAINT notice_line_quantity_positive CHECK ((quantity > (0)::numeric)),
    CONSTRAINT purchasing_notice_line_line_check CHECK ((line >= 0)),
    CONSTRAINT purchasing_notice_line_number_check CHECK ((number >= 0))
);

ALTER TABLE public.purchasing_notice_line ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_notice_line_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_order_approval (
    id bigint NOT NULL,
    approver character varying(100) NOT NULL,
    role character varying(10) NOT NULL,
    "limit" numeric(18,4) NOT NULL,
    amount numeric(18,4) NOT NULL,
    content_hash bytea NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    revision_id bigint NOT NULL
);

ALTER TABLE public.purchasing_order_approval ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_order_approval_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_order_clause (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    lines integer[] NOT NULL,
    clause_id bigint NOT NULL,
    revision_id bigint NOT NULL
);

ALTER TABLE public.purchasing_order_clause ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_order_clause_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_order_line (
    id bigint NOT NULL,
    line integer NOT NULL,
    supplier_sku character varying(60) NOT NULL,
    quantity numeric(18,4) NOT NULL,
    purchase_unit character varying(20) NOT NULL,
    units_numerator integer NOT NULL,
    units_denominator integer NOT NULL,
    price numeric(18,4) NOT NULL,
    item_id bigint NOT NULL,
    revision_id bigint NOT NULL,
    requested_on date NOT NULL,
    is_day_reckoned boolean NOT NULL,
    CONSTRAINT order_line_quantity_positive CHECK ((quantity > (0)::numeric)),
    CONSTRAINT purchasing_order_line_line_check CHECK ((line >= 0)),
    CONSTRAINT purchasing_order_line_units_denominator_check CHECK ((units_denominator >= 0)),
    CONSTRAINT purchasing_order_line_units_numerator_check CHECK ((units_numerator >= 0))
);

ALTER TABLE public.purchasing_order_line ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_order_line_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE public.purchasing_order_number
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.purchasing_order_revision (
    id bigint NOT NULL,
    number integer NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    created_by character varying(100) NOT NULL,
    purchase_order_id bigint NOT NULL,
    reason text NOT NULL,
    CONSTRAINT purchasing_order_revision_number_check CHECK ((number >= 0))
);

ALTER TABLE public.purchasing_order_revision ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_order_revision_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_past_delivery (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    row_hash bytea NOT NULL,
    order_number character varying(60) NOT NULL,
    shipment character varying(60) NOT NULL,
    ordered_on date NOT NULL,
    promised_on date NOT NULL,
    received_on date NOT NULL,
    quantity numeric(18,4) NOT NULL,
    imported_file_id bigint NOT NULL,
    item_id bigint NOT NULL,
    site_id bigint NOT NULL,
    supplier_id bigint NOT NULL,
    CONSTRAINT past_delivery_in_order CHECK (((quantity > (0)::numeric) AND (received_on >= ordered_on)))
);

ALTER TABLE public.purchasing_past_delivery ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_past_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_purchase_order (
    id bigint NOT NULL,
    number character varying(20) NOT NULL,
    currency character varying(3) NOT NULL,
    state character varying(14) NOT NULL,
    ordered_on date NOT NULL,
    created_by character varying(100) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    placed_at timestamp with time zone,
    site_id bigint NOT NULL,
    supplier_id bigint NOT NULL,
    sent_revision integer,
    is_invoiced boolean NOT NULL,
    merged_into_id bigint,
    sent_at timestamp with time zone,
    CONSTRAINT purchase_order_state_known CHECK (((state)::text = ANY ((ARRAY['draft'::character varying, 'approved'::character varying, 'placed'::character varying, 'acknowledged'::character varying, 'part_received'::character varying, 'received'::character varying, 'closed'::character varying, 'cancelled'::character varying])::text[]))),
    CONSTRAINT purchasing_purchase_order_sent_revision_check CHECK ((sent_revision >= 0))
);

ALTER TABLE public.purchasing_purchase_order ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_purchase_order_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_receipt (
    id bigint NOT NULL,
    posting_key character varying(200) NOT NULL,
    quantity numeric(18,4) NOT NULL,
    received_on date NOT NULL,
    delivery_id bigint NOT NULL,
    posting_line integer NOT NULL,
    notice_id bigint,
    CONSTRAINT purchasing_receipt_posting_line_check CHECK ((posting_line >= 0)),
    CONSTRAINT receipt_quantity_positive CHECK ((quantity > (0)::numeric))
);

ALTER TABLE public.purchasing_receipt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_receipt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_receipt_rate (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    posting_key character varying(200) NOT NULL,
    posting_line integer NOT NULL,
    price numeric(18,4) NOT NULL,
    rate numeric(18,8) NOT NULL,
    added numeric(18,4) NOT NULL,
    CONSTRAINT purchasing_receipt_rate_posting_line_check CHECK ((posting_line >= 0)),
    CONSTRAINT receipt_rate_positive CHECK ((rate > (0)::numeric))
);

ALTER TABLE public.purchasing_receipt_rate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_receipt_rate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_settlement (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    settled_as character varying(10) NOT NULL,
    posting_key character varying(200) NOT NULL,
    actor character varying(100) NOT NULL,
    reason text NOT NULL,
    discrepancy_id bigint NOT NULL,
    CONSTRAINT settlement_kind_known CHECK (((settled_as)::text = ANY ((ARRAY['credited'::character varying, 'replaced'::character varying, 'returned'::character varying, 'accepted'::character varying])::text[])))
);

ALTER TABLE public.purchasing_settlement ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_settlement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_shipping_notice (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    number character varying(60) NOT NULL,
    purpose character varying(12) NOT NULL,
    message_key character varying(200) NOT NULL,
    content jsonb NOT NULL,
    shipped_on date,
    expected_on date,
    carrier character varying(100) NOT NULL,
    reference character varying(100) NOT NULL,
    actor character varying(100) NOT NULL,
    supersedes_id bigint,
    supplier_id bigint NOT NULL,
    CONSTRAINT shipping_notice_purpose_known CHECK (((purpose)::text = ANY ((ARRAY['original'::character varying, 'replacement'::character varying, 'cancellation'::character varying])::text[])))
);

ALTER TABLE public.purchasing_shipping_notice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_shipping_notice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_supplier_comment (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    begins_on date NOT NULL,
    ends_on date NOT NULL,
    figure character varying(20) NOT NULL,
    text text NOT NULL,
    actor character varying(100) NOT NULL,
    answers_id bigint,
    supplier_id bigint NOT NULL,
    CONSTRAINT supplier_comment_ends_after_start CHECK ((ends_on >= begins_on)),
    CONSTRAINT supplier_comment_figure_known CHECK (((figure)::text = ANY ((ARRAY[''::character varying, 'otif_requested'::character varying, 'otif_first_promised'::character varying, 'otif_latest_promised'::character varying, 'fill_rate'::character varying, 'lead_time'::character varying, 'quality'::character varying, 'price_variance'::character varying, 'answer_time'::character varying, 'notices'::character varying, 'disruptions'::character varying])::text[]))),
    CONSTRAINT supplier_comment_says_something CHECK ((NOT (text = ''::text)))
);

ALTER TABLE public.purchasing_supplier_comment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_supplier_comment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_supplier_return (
    id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    line integer NOT NULL,
    receipt_key character varying(200) NOT NULL,
    posting_key character varying(200) NOT NULL,
    quantity numeric(18,4) NOT NULL,
    expected_credit numeric(18,4) NOT NULL,
    actor character varying(100) NOT NULL,
    reason text NOT NULL,
    item_id bigint NOT NULL,
    purchase_order_id bigint NOT NULL,
    CONSTRAINT purchasing_supplier_return_line_check CHECK ((line >= 0)),
    CONSTRAINT supplier_return_positive CHECK ((quantity > (0)::numeric))
);

ALTER TABLE public.purchasing_supplier_return ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_supplier_return_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_transfer_entry (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    shipment_key character varying(200) NOT NULL,
    shipped_change numeric(18,4) NOT NULL,
    received_change numeric(18,4) NOT NULL,
    damaged_quantity numeric(18,4) NOT NULL,
    lost_change numeric(18,4) NOT NULL,
    cancelled_change numeric(18,4) NOT NULL,
    moved_on date,
    expected_on date,
    posting_key character varying(200) NOT NULL,
    reason text NOT NULL,
    actor character varying(100) NOT NULL,
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    location_id bigint,
    lot_id bigint,
    line_id bigint NOT NULL,
    CONSTRAINT transfer_entry_kind_known CHECK (((kind)::text = ANY ((ARRAY['shipped'::character varying, 'received'::character varying, 'lost'::character varying, 'cancelled'::character varying, 'taken_back'::character varying])::text[])))
);

ALTER TABLE public.purchasing_transfer_entry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_transfer_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_transfer_line (
    id bigint NOT NULL,
    line integer NOT NULL,
    quantity numeric(18,4) NOT NULL,
    shipped_quantity numeric(18,4) NOT NULL,
    received_quantity numeric(18,4) NOT NULL,
    lost_quantity numeric(18,4) NOT NULL,
    cancelled_quantity numeric(18,4) NOT NULL,
    item_id bigint NOT NULL,
    transfer_order_id bigint NOT NULL,
    CONSTRAINT purchasing_transfer_line_line_check CHECK ((line >= 0)),
    CONSTRAINT transfer_line_not_exceeded CHECK (((quantity >= (shipped_quantity + cancelled_quantity)) AND (shipped_quantity >= (received_quantity + lost_quantity)))),
    CONSTRAINT transfer_line_quantity_positive CHECK ((quantity > (0)::numeric)),
    CONSTRAINT transfer_line_totals_not_negative CHECK (((cancelled_quantity >= (0)::numeric) AND (lost_quantity >= (0)::numeric) AND (received_quantity >= (0)::numeric) AND (shipped_quantity >= (0)::numeric)))
);

ALTER TABLE public.purchasing_transfer_line ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_transfer_line_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE public.purchasing_transfer_number
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.purchasing_transfer_order (
    id bigint NOT NULL,
    number character varying(20) NOT NULL,
    state character varying(14) NOT NULL,
    requested_on date NOT NULL,
    transit_days integer NOT NULL,
    created_by character varying(100) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    placed_at timestamp with time zone,
    source_id bigint NOT NULL,
    target_id bigint NOT NULL,
    transit_id bigint NOT NULL,
    CONSTRAINT purchasing_transfer_order_transit_days_check CHECK ((transit_days >= 0)),
    CONSTRAINT transfer_order_between_two CHECK ((NOT (source_id = target_id))),
    CONSTRAINT transfer_order_state_known CHECK (((state)::text = ANY ((ARRAY['draft'::character varying, 'placed'::character varying, 'part_shipped'::character varying, 'shipped'::character varying, 'part_received'::character varying, 'received'::character varying, 'cancelled'::character varying])::text[])))
);

ALTER TABLE public.purchasing_transfer_order ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_transfer_order_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.purchasing_transit_place (
    id bigint NOT NULL,
    location_id bigint NOT NULL,
    target_id bigint NOT NULL
);

ALTER TABLE public.purchasing_transit_place ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.purchasing_transit_place_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY public.ledger_movement ATTACH PARTITION public.ledger_movement_default DEFAULT;

ALTER TABLE ONLY public.ledger_movement ALTER COLUMN id SET DEFAULT nextval('public.ledger_movement_id_seq'::regclass);

ALTER TABLE ONLY public.procrastinate_events ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_events_id_seq'::regclass);

ALTER TABLE ONLY public.procrastinate_jobs ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_jobs_id_seq'::regclass);

ALTER TABLE ONLY public.procrastinate_periodic_defers ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_periodic_defers_id_seq'::regclass);

INSERT INTO public.catalog_company VALUES (1, 'My company', 'EUR', 30, false, false, 90);

INSERT INTO public.ledger_count_policy VALUES (1, 'A', 0.8000, 30, 0.0020, 0.0000, 100.0000);
INSERT INTO public.ledger_count_policy VALUES (2, 'B', 0.9500, 90, 0.0100, 0.0000, 100.0000);
INSERT INTO public.ledger_count_policy VALUES (3, 'C', 1.0000, 365, 0.0500, 0.0000, 100.0000);

SELECT pg_catalog.setval('public.ledger_count_policy_id_seq', 3, true);

ALTER TABLE ONLY public.access_api_key
    ADD CONSTRAINT access_api_key_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.access_api_key
    ADD CONSTRAINT access_api_key_prefix_key UNIQUE (prefix);

ALTER TABLE ONLY public.access_seal
    ADD CONSTRAINT access_seal_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.access_user_groups
    ADD CONSTRAINT access_user_groups_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.access_user_groups
    ADD CONSTRAINT access_user_groups_user_id_group_id_425a56a6_uniq UNIQUE (user_id, group_id);

ALTER TABLE ONLY public.access_user
    ADD CONSTRAINT access_user_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.access_user_user_permissions
    ADD CONSTRAINT access_user_user_permiss_user_id_permission_id_ef659a87_uniq UNIQUE (user_id, permission_id);

ALTER TABLE ONLY public.access_user_user_permissions
    ADD CONSTRAINT access_user_user_permissions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.access_user
    ADD CONSTRAINT access_user_username_key UNIQUE (username);

ALTER TABLE ONLY public.account_emailaddress
    ADD CONSTRAINT account_emailaddress_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.account_emailaddress
    ADD CONSTRAINT account_emailaddress_user_id_email_987c8728_uniq UNIQUE (user_id, email);

ALTER TABLE ONLY public.account_emailconfirmation
    ADD CONSTRAINT account_emailconfirmation_key_key UNIQUE (key);

ALTER TABLE ONLY public.account_emailconfirmation
    ADD CONSTRAINT account_emailconfirmation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_acknowledgement
    ADD CONSTRAINT acknowledgement_once UNIQUE (purchase_order_id, message_key);

ALTER TABLE ONLY public.catalog_agreement
    ADD CONSTRAINT agreement_never_overlaps EXCLUDE USING gist (int8range(supplier_id, supplier_id, '[]'::text) WITH &&, daterange(valid_from, valid_to, '[]'::text) WITH &&);

ALTER TABLE ONLY public.catalog_agreement
    ADD CONSTRAINT agreement_once UNIQUE (supplier_id, code);

ALTER TABLE ONLY public.demand_allocation
    ADD CONSTRAINT allocation_once UNIQUE NULLS NOT DISTINCT (line_id, location_id, lot_id);

ALTER TABLE ONLY public.exchange_assumed_value
    ADD CONSTRAINT assumed_value_once UNIQUE (field, record_id);

ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_autonomy_event
    ADD CONSTRAINT automation_autonomy_event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_autonomy_event
    ADD CONSTRAINT automation_autonomy_event_proposal_id_key UNIQUE (proposal_id);

ALTER TABLE ONLY public.automation_autonomy
    ADD CONSTRAINT automation_autonomy_item_site_id_key UNIQUE (item_site_id);

ALTER TABLE ONLY public.automation_autonomy
    ADD CONSTRAINT automation_autonomy_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_digest_mail
    ADD CONSTRAINT automation_digest_mail_message_id_key UNIQUE (message_id);

ALTER TABLE ONLY public.automation_digest_mail
    ADD CONSTRAINT automation_digest_mail_outbox_key_key UNIQUE (outbox_key);

ALTER TABLE ONLY public.automation_digest_mail
    ADD CONSTRAINT automation_digest_mail_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_digest_setting
    ADD CONSTRAINT automation_digest_setting_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_digest_setting
    ADD CONSTRAINT automation_digest_setting_user_id_key UNIQUE (user_id);

ALTER TABLE ONLY public.automation_order
    ADD CONSTRAINT automation_order_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_order
    ADD CONSTRAINT automation_order_purchase_order_id_key UNIQUE (purchase_order_id);

ALTER TABLE ONLY public.automation_pause
    ADD CONSTRAINT automation_pause_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_policy
    ADD CONSTRAINT automation_policy_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_run
    ADD CONSTRAINT automation_run_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_standing_rule
    ADD CONSTRAINT automation_standing_rule_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_verdict
    ADD CONSTRAINT automation_verdict_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_balance
    ADD CONSTRAINT balance_once UNIQUE NULLS NOT DISTINCT (location_id, item_id, lot_id, status);

ALTER TABLE ONLY public.catalog_agreement
    ADD CONSTRAINT catalog_agreement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_certificate
    ADD CONSTRAINT catalog_certificate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_certificate_requirement
    ADD CONSTRAINT catalog_certificate_requirement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_clause
    ADD CONSTRAINT catalog_clause_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_clause_requirement
    ADD CONSTRAINT catalog_clause_requirement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_closure
    ADD CONSTRAINT catalog_closure_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_company
    ADD CONSTRAINT catalog_company_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_exchange_rate
    ADD CONSTRAINT catalog_exchange_rate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_item
    ADD CONSTRAINT catalog_item_gtin_key UNIQUE (gtin);

ALTER TABLE ONLY public.catalog_item
    ADD CONSTRAINT catalog_item_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_item_site
    ADD CONSTRAINT catalog_item_site_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_item
    ADD CONSTRAINT catalog_item_sku_key UNIQUE (sku);

ALTER TABLE ONLY public.catalog_item_unit
    ADD CONSTRAINT catalog_item_unit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_location
    ADD CONSTRAINT catalog_location_code_key UNIQUE (code);

ALTER TABLE ONLY public.catalog_location
    ADD CONSTRAINT catalog_location_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_price_break
    ADD CONSTRAINT catalog_price_break_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_qualification
    ADD CONSTRAINT catalog_qualification_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_supplier
    ADD CONSTRAINT catalog_supplier_code_key UNIQUE (code);

ALTER TABLE ONLY public.catalog_supplier_contact
    ADD CONSTRAINT catalog_supplier_contact_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_supplier_contact
    ADD CONSTRAINT catalog_supplier_contact_user_id_key UNIQUE (user_id);

ALTER TABLE ONLY public.catalog_supplier
    ADD CONSTRAINT catalog_supplier_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_supply_term
    ADD CONSTRAINT catalog_supply_term_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_volume_commitment
    ADD CONSTRAINT catalog_volume_commitment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_certificate
    ADD CONSTRAINT certificate_once UNIQUE (supplier_id, kind, number);

ALTER TABLE ONLY public.catalog_certificate_requirement
    ADD CONSTRAINT certificate_requirement_once UNIQUE NULLS NOT DISTINCT (kind, supplier_id, category, item_id);

ALTER TABLE ONLY public.exchange_channel_secret
    ADD CONSTRAINT channel_secret_once UNIQUE (channel_id, name);

ALTER TABLE ONLY public.purchasing_chase
    ADD CONSTRAINT chase_once UNIQUE (purchase_order_id, number);

ALTER TABLE ONLY public.ledger_classification
    ADD CONSTRAINT classification_once UNIQUE (item_id, site_id);

ALTER TABLE ONLY public.catalog_clause_requirement
    ADD CONSTRAINT clause_requirement_once UNIQUE NULLS NOT DISTINCT (code, supplier_id, category, item_id);

ALTER TABLE ONLY public.catalog_clause
    ADD CONSTRAINT clause_version_once UNIQUE (code, version);

ALTER TABLE ONLY public.ledger_closing
    ADD CONSTRAINT closing_once UNIQUE NULLS NOT DISTINCT (site_id, until_on);

ALTER TABLE ONLY public.catalog_closure
    ADD CONSTRAINT closure_once UNIQUE (supplier_id, begins_on);

ALTER TABLE ONLY public.ledger_count_line
    ADD CONSTRAINT count_line_once UNIQUE (cycle_count_id, line);

ALTER TABLE ONLY public.purchasing_delivery
    ADD CONSTRAINT delivery_once UNIQUE (line_id, number);

ALTER TABLE ONLY public.demand_allocation
    ADD CONSTRAINT demand_allocation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.demand_customer
    ADD CONSTRAINT demand_customer_code_key UNIQUE (code);

ALTER TABLE ONLY public.demand_customer
    ADD CONSTRAINT demand_customer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.demand_entry
    ADD CONSTRAINT demand_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.demand_event
    ADD CONSTRAINT demand_event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.demand_event
    ADD CONSTRAINT demand_event_revision_once UNIQUE (number, revision);

ALTER TABLE ONLY public.demand_lifecycle_step
    ADD CONSTRAINT demand_lifecycle_step_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.demand_line
    ADD CONSTRAINT demand_line_key_key UNIQUE (key);

ALTER TABLE ONLY public.demand_line
    ADD CONSTRAINT demand_line_number_key UNIQUE (number);

ALTER TABLE ONLY public.demand_line
    ADD CONSTRAINT demand_line_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);

ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);

ALTER TABLE ONLY public.exchange_answer_link
    ADD CONSTRAINT exchange_answer_link_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_answer_link
    ADD CONSTRAINT exchange_answer_link_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.exchange_answer_remark
    ADD CONSTRAINT exchange_answer_remark_acknowledgement_id_key UNIQUE (acknowledgement_id);

ALTER TABLE ONLY public.exchange_answer_remark
    ADD CONSTRAINT exchange_answer_remark_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_assumed_value
    ADD CONSTRAINT exchange_assumed_value_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_attempt
    ADD CONSTRAINT exchange_attempt_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_channel
    ADD CONSTRAINT exchange_channel_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_channel_secret
    ADD CONSTRAINT exchange_channel_secret_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_event_message
    ADD CONSTRAINT exchange_event_message_outbox_key_key UNIQUE (outbox_key);

ALTER TABLE ONLY public.exchange_event_message
    ADD CONSTRAINT exchange_event_message_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_health_count
    ADD CONSTRAINT exchange_health_count_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_inbound_message
    ADD CONSTRAINT exchange_inbound_message_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_outbound_message
    ADD CONSTRAINT exchange_outbound_message_message_id_key UNIQUE (message_id);

ALTER TABLE ONLY public.exchange_outbound_message
    ADD CONSTRAINT exchange_outbound_message_outbox_key_key UNIQUE (outbox_key);

ALTER TABLE ONLY public.exchange_outbound_message
    ADD CONSTRAINT exchange_outbound_message_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_exchange_rate
    ADD CONSTRAINT exchange_rate_once_a_day UNIQUE (currency, valid_from);

ALTER TABLE ONLY public.exchange_set_up
    ADD CONSTRAINT exchange_set_up_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_subscription
    ADD CONSTRAINT exchange_subscription_name_key UNIQUE (name);

ALTER TABLE ONLY public.exchange_subscription
    ADD CONSTRAINT exchange_subscription_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_syntax_answer
    ADD CONSTRAINT exchange_syntax_answer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_uploaded_file
    ADD CONSTRAINT exchange_uploaded_file_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.journal_idempotent_answer
    ADD CONSTRAINT idempotent_answer_once UNIQUE (scope, key);

ALTER TABLE ONLY public.purchasing_invoice_line
    ADD CONSTRAINT invoice_line_once UNIQUE (invoice_id, number);

ALTER TABLE ONLY public.purchasing_invoice
    ADD CONSTRAINT invoice_message_once UNIQUE (supplier_id, message_key);

ALTER TABLE ONLY public.catalog_item_site
    ADD CONSTRAINT item_site_once UNIQUE (item_id, site_id);

ALTER TABLE ONLY public.catalog_item_unit
    ADD CONSTRAINT item_unit_once UNIQUE (item_id, unit);

ALTER TABLE ONLY public.journal_job_tally
    ADD CONSTRAINT job_tally_once UNIQUE (job, outcome);

ALTER TABLE ONLY public.journal_alert
    ADD CONSTRAINT journal_alert_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.journal_audit_event
    ADD CONSTRAINT journal_audit_event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.journal_heartbeat
    ADD CONSTRAINT journal_heartbeat_job_key UNIQUE (job);

ALTER TABLE ONLY public.journal_heartbeat
    ADD CONSTRAINT journal_heartbeat_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.journal_idempotent_answer
    ADD CONSTRAINT journal_idempotent_answer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.journal_job_run
    ADD CONSTRAINT journal_job_run_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.journal_job_tally
    ADD CONSTRAINT journal_job_tally_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.journal_outbox
    ADD CONSTRAINT journal_outbox_key_key UNIQUE (key);

ALTER TABLE ONLY public.journal_outbox
    ADD CONSTRAINT journal_outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.planning_kpi_day
    ADD CONSTRAINT kpi_day_once UNIQUE (dimension, day_on, site_id, key);

ALTER TABLE ONLY public.ledger_balance
    ADD CONSTRAINT ledger_balance_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_classification
    ADD CONSTRAINT ledger_classification_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_closing_balance
    ADD CONSTRAINT ledger_closing_balance_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_closing
    ADD CONSTRAINT ledger_closing_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_count_entry
    ADD CONSTRAINT ledger_count_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_count_line
    ADD CONSTRAINT ledger_count_line_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_count_policy
    ADD CONSTRAINT ledger_count_policy_abc_class_key UNIQUE (abc_class);

ALTER TABLE ONLY public.ledger_count_policy
    ADD CONSTRAINT ledger_count_policy_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_cycle_count
    ADD CONSTRAINT ledger_cycle_count_number_key UNIQUE (number);

ALTER TABLE ONLY public.ledger_cycle_count
    ADD CONSTRAINT ledger_cycle_count_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_imported_file
    ADD CONSTRAINT ledger_imported_file_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_lot
    ADD CONSTRAINT ledger_lot_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_posting
    ADD CONSTRAINT ledger_posting_key_key UNIQUE (key);

ALTER TABLE ONLY public.ledger_posting
    ADD CONSTRAINT ledger_posting_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_posting
    ADD CONSTRAINT ledger_posting_reverses_id_key UNIQUE (reverses_id);

ALTER TABLE ONLY public.ledger_valuation_entry
    ADD CONSTRAINT ledger_valuation_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_valuation_mark
    ADD CONSTRAINT ledger_valuation_mark_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_valuation
    ADD CONSTRAINT ledger_valuation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.demand_lifecycle_step
    ADD CONSTRAINT lifecycle_revision_once UNIQUE (number, revision);

ALTER TABLE ONLY public.ledger_lot
    ADD CONSTRAINT lot_once UNIQUE (item_id, code);

ALTER TABLE ONLY public.mfa_authenticator
    ADD CONSTRAINT mfa_authenticator_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_notice_line
    ADD CONSTRAINT notice_line_once UNIQUE (notice_id, number);

ALTER TABLE ONLY public.purchasing_order_clause
    ADD CONSTRAINT order_clause_once UNIQUE (revision_id, clause_id);

ALTER TABLE ONLY public.purchasing_order_line
    ADD CONSTRAINT order_line_once UNIQUE (revision_id, line);

ALTER TABLE ONLY public.purchasing_order_revision
    ADD CONSTRAINT order_revision_once UNIQUE (purchase_order_id, number);

ALTER TABLE ONLY public.planning_override_effect
    ADD CONSTRAINT override_effect_once UNIQUE (override_id, run_id);

ALTER TABLE ONLY public.planning_override
    ADD CONSTRAINT override_revision_once UNIQUE (number, revision);

ALTER TABLE ONLY public.purchasing_past_delivery
    ADD CONSTRAINT past_delivery_once UNIQUE (imported_file_id, row_hash);

ALTER TABLE ONLY public.planning_planned_spend
    ADD CONSTRAINT planned_spend_once UNIQUE (run_id, supplier_id, site_id, week_start_on);

ALTER TABLE ONLY public.planning_cash_budget
    ADD CONSTRAINT planning_cash_budget_month_start_on_key UNIQUE (month_start_on);

ALTER TABLE ONLY public.planning_cash_budget
    ADD CONSTRAINT planning_cash_budget_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.planning_item_site_plan
    ADD CONSTRAINT planning_item_site_plan_pkey PRIMARY KEY (item_site_id);

ALTER TABLE ONLY public.planning_kpi_day
    ADD CONSTRAINT planning_kpi_day_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.planning_kpi_item_site
    ADD CONSTRAINT planning_kpi_item_site_pkey PRIMARY KEY (item_site_id);

ALTER TABLE ONLY public.planning_override_effect
    ADD CONSTRAINT planning_override_effect_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.planning_override
    ADD CONSTRAINT planning_override_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.planning_override_value
    ADD CONSTRAINT planning_override_value_effect_id_key UNIQUE (effect_id);

ALTER TABLE ONLY public.planning_override_value
    ADD CONSTRAINT planning_override_value_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.planning_planned_spend
    ADD CONSTRAINT planning_planned_spend_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.planning_proposal_edit
    ADD CONSTRAINT planning_proposal_edit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.planning_proposal
    ADD CONSTRAINT planning_proposal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.planning_replan_cursor
    ADD CONSTRAINT planning_replan_cursor_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.planning_run
    ADD CONSTRAINT planning_run_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.planning_supplier_switch
    ADD CONSTRAINT planning_supplier_switch_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalog_price_break
    ADD CONSTRAINT price_break_once UNIQUE (term_id, from_quantity, valid_from);

ALTER TABLE ONLY public.procrastinate_events
    ADD CONSTRAINT procrastinate_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_jobs
    ADD CONSTRAINT procrastinate_jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_unique UNIQUE (task_name, periodic_id, defer_timestamp);

ALTER TABLE ONLY public.procrastinate_workers
    ADD CONSTRAINT procrastinate_workers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_acknowledgement
    ADD CONSTRAINT purchasing_acknowledgement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_approval_limit
    ADD CONSTRAINT purchasing_approval_limit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_chase
    ADD CONSTRAINT purchasing_chase_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_conformity_certificate
    ADD CONSTRAINT purchasing_conformity_certificate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_conformity_withdrawal
    ADD CONSTRAINT purchasing_conformity_withdrawal_certificate_id_key UNIQUE (certificate_id);

ALTER TABLE ONLY public.purchasing_conformity_withdrawal
    ADD CONSTRAINT purchasing_conformity_withdrawal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_delivery
    ADD CONSTRAINT purchasing_delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_discrepancy
    ADD CONSTRAINT purchasing_discrepancy_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_dispute
    ADD CONSTRAINT purchasing_dispute_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_dispute_settlement
    ADD CONSTRAINT purchasing_dispute_settlement_dispute_id_key UNIQUE (dispute_id);

ALTER TABLE ONLY public.purchasing_dispute_settlement
    ADD CONSTRAINT purchasing_dispute_settlement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_invoice_charge
    ADD CONSTRAINT purchasing_invoice_charge_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_invoice_line
    ADD CONSTRAINT purchasing_invoice_line_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_invoice
    ADD CONSTRAINT purchasing_invoice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_invoice_share
    ADD CONSTRAINT purchasing_invoice_share_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_match_policy
    ADD CONSTRAINT purchasing_match_policy_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_notice_line
    ADD CONSTRAINT purchasing_notice_line_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_order_approval
    ADD CONSTRAINT purchasing_order_approval_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_order_clause
    ADD CONSTRAINT purchasing_order_clause_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_order_line
    ADD CONSTRAINT purchasing_order_line_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_order_revision
    ADD CONSTRAINT purchasing_order_revision_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_past_delivery
    ADD CONSTRAINT purchasing_past_delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_purchase_order
    ADD CONSTRAINT purchasing_purchase_order_number_key UNIQUE (number);

ALTER TABLE ONLY public.purchasing_purchase_order
    ADD CONSTRAINT purchasing_purchase_order_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_receipt
    ADD CONSTRAINT purchasing_receipt_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_receipt_rate
    ADD CONSTRAINT purchasing_receipt_rate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_settlement
    ADD CONSTRAINT purchasing_settlement_discrepancy_id_key UNIQUE (discrepancy_id);

ALTER TABLE ONLY public.purchasing_settlement
    ADD CONSTRAINT purchasing_settlement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_shipping_notice
    ADD CONSTRAINT purchasing_shipping_notice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_shipping_notice
    ADD CONSTRAINT purchasing_shipping_notice_supersedes_id_key UNIQUE (supersedes_id);

ALTER TABLE ONLY public.purchasing_supplier_comment
    ADD CONSTRAINT purchasing_supplier_comment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_supplier_return
    ADD CONSTRAINT purchasing_supplier_return_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_supplier_return
    ADD CONSTRAINT purchasing_supplier_return_posting_key_key UNIQUE (posting_key);

ALTER TABLE ONLY public.purchasing_transfer_entry
    ADD CONSTRAINT purchasing_transfer_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_transfer_line
    ADD CONSTRAINT purchasing_transfer_line_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_transfer_order
    ADD CONSTRAINT purchasing_transfer_order_number_key UNIQUE (number);

ALTER TABLE ONLY public.purchasing_transfer_order
    ADD CONSTRAINT purchasing_transfer_order_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_transit_place
    ADD CONSTRAINT purchasing_transit_place_location_id_key UNIQUE (location_id);

ALTER TABLE ONLY public.purchasing_transit_place
    ADD CONSTRAINT purchasing_transit_place_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchasing_transit_place
    ADD CONSTRAINT purchasing_transit_place_target_id_key UNIQUE (target_id);

ALTER TABLE ONLY public.purchasing_receipt_rate
    ADD CONSTRAINT receipt_rate_once UNIQUE (posting_key, posting_line);

ALTER TABLE ONLY public.purchasing_shipping_notice
    ADD CONSTRAINT shipping_notice_message_once UNIQUE (supplier_id, message_key);

ALTER TABLE ONLY public.planning_supplier_switch
    ADD CONSTRAINT supplier_switch_once UNIQUE (supplier_id, inputs_hash);

ALTER TABLE ONLY public.catalog_supply_term
    ADD CONSTRAINT supply_term_once_per_start UNIQUE NULLS NOT DISTINCT (supplier_id, item_id, site_id, valid_from);

ALTER TABLE ONLY public.exchange_syntax_answer
    ADD CONSTRAINT syntax_answer_once UNIQUE (outbound_message_id, inbound_message_id);

ALTER TABLE ONLY public.purchasing_transfer_line
    ADD CONSTRAINT transfer_line_once UNIQUE (transfer_order_id, line);

ALTER TABLE ONLY public.ledger_valuation
    ADD CONSTRAINT valuation_once UNIQUE (item_id, moved_at, movement_id);

ALTER TABLE ONLY public.catalog_volume_commitment
    ADD CONSTRAINT volume_commitment_once UNIQUE NULLS NOT DISTINCT (supplier_id, item_id, category, valid_from);

CREATE INDEX access_api_key_prefix_617d357a_like ON public.access_api_key USING btree (prefix varchar_pattern_ops);

CREATE INDEX access_user_groups_group_id_921debcc ON public.access_user_groups USING btree (group_id);

CREATE INDEX access_user_groups_user_id_4f105fa4 ON public.access_user_groups USING btree (user_id);

CREATE INDEX access_user_user_permissions_permission_id_76d8eb82 ON public.access_user_user_permissions USING btree (permission_id);

CREATE INDEX access_user_user_permissions_user_id_67074cbf ON public.access_user_user_permissions USING btree (user_id);

CREATE INDEX access_user_username_09372906_like ON public.access_user USING btree (username varchar_pattern_ops);

CREATE INDEX account_emailaddress_email_03be32b2 ON public.account_emailaddress USING btree (email);

CREATE INDEX account_emailaddress_email_03be32b2_like ON public.account_emailaddress USING btree (email varchar_pattern_ops);

CREATE INDEX account_emailaddress_user_id_2c513194 ON public.account_emailaddress USING btree (user_id);

CREATE INDEX account_emailconfirmation_email_address_id_5b7f8c58 ON public.account_emailconfirmation USING btree (email_address_id);

CREATE INDEX account_emailconfirmation_key_f43612bd_like ON public.account_emailconfirmation USING btree (key varchar_pattern_ops);

CREATE INDEX alert_by_clearing ON public.journal_alert USING btree (cleared_in, id) WHERE (cleared_in IS NOT NULL);

CREATE INDEX alert_by_money ON public.journal_alert USING btree (money DESC NULLS LAST, id) WHERE (cleared_at IS NULL);

CREATE INDEX alert_by_raising ON public.journal_alert USING btree (raised_in, id);

CREATE INDEX alert_cleared ON public.journal_alert USING btree (cleared_at DESC) WHERE (cleared_at IS NOT NULL);

CREATE UNIQUE INDEX alert_once_while_open ON public.journal_alert USING btree (key) WHERE (cleared_at IS NULL);

CREATE INDEX answer_remark_by_xact ON public.exchange_answer_remark USING btree (transaction_id, id);

CREATE INDEX audit_event_by_actor ON public.journal_audit_event USING btree (actor, recorded_at, id);

CREATE INDEX audit_event_by_subject ON public.journal_audit_event USING btree (subject, id);

CREATE INDEX audit_event_by_time ON public.journal_audit_event USING btree (recorded_at, id);

CREATE INDEX audit_event_by_transaction ON public.journal_audit_event USING btree (transaction_id, id);

CREATE INDEX audit_event_by_verb ON public.journal_audit_event USING btree (verb, recorded_at, id);

CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);

CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);

CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);

CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);

CREATE INDEX automatic_order_waiting ON public.automation_order USING btree (id) WHERE (NOT is_settled);

CREATE INDEX automation_autonomy_event_item_site_id_797e11e1 ON public.automation_autonomy_event USING btree (item_site_id);

CREATE INDEX automation_digest_mail_message_id_0efed43d_like ON public.automation_digest_mail USING btree (message_id varchar_pattern_ops);

CREATE INDEX automation_digest_mail_outbox_key_25d01f42_like ON public.automation_digest_mail USING btree (outbox_key varchar_pattern_ops);

CREATE INDEX automation_digest_mail_user_id_48004fd7 ON public.automation_digest_mail USING btree (user_id);

CREATE INDEX automation_pause_supplier_id_09ce0ed6 ON public.automation_pause USING btree (supplier_id);

CREATE INDEX automation_run_run_id_2ac0f23f ON public.automation_run USING btree (run_id);

CREATE INDEX automation_verdict_automation_run_id_a9e3f743 ON public.automation_verdict USING btree (automation_run_id);

CREATE INDEX automation_verdict_proposal_id_ebfe64a2 ON public.automation_verdict USING btree (proposal_id);

CREATE INDEX automation_verdict_rule_id_60b76b01 ON public.automation_verdict USING btree (rule_id);

CREATE INDEX autonomy_by_state ON public.automation_autonomy USING btree (state, item_site_id);

CREATE INDEX autonomy_event_by_item_site ON public.automation_autonomy_event USING btree (item_site_id, id DESC);

CREATE INDEX autonomy_event_by_transaction ON public.automation_autonomy_event USING btree (transaction_id, id);

CREATE INDEX balance_by_item ON public.ledger_balance USING btree (item_id, location_id, id);

CREATE INDEX catalog_agreement_supplier_id_105bd840 ON public.catalog_agreement USING btree (supplier_id);

CREATE INDEX catalog_certificate_requirement_item_id_dd18071e ON public.catalog_certificate_requirement USING btree (item_id);

CREATE INDEX catalog_certificate_requirement_supplier_id_5bcf8b77 ON public.catalog_certificate_requirement USING btree (supplier_id);

CREATE INDEX catalog_certificate_supplier_id_57b7309b ON public.catalog_certificate USING btree (supplier_id);

CREATE INDEX catalog_clause_requirement_item_id_cbd14369 ON public.catalog_clause_requirement USING btree (item_id);

CREATE INDEX catalog_clause_requirement_supplier_id_ce9c15bc ON public.catalog_clause_requirement USING btree (supplier_id);

CREATE INDEX catalog_closure_supplier_id_b95ea71f ON public.catalog_closure USING btree (supplier_id);

CREATE INDEX catalog_item_gtin_76fa7ff9_like ON public.catalog_item USING btree (gtin varchar_pattern_ops);

CREATE INDEX catalog_item_site_item_id_aea7361c ON public.catalog_item_site USING btree (item_id);

CREATE INDEX catalog_item_site_site_id_579c03b6 ON public.catalog_item_site USING btree (site_id);

CREATE INDEX catalog_item_sku_6817e210_like ON public.catalog_item USING btree (sku varchar_pattern_ops);

CREATE INDEX catalog_item_unit_item_id_86f8ffdb ON public.catalog_item_unit USING btree (item_id);

CREATE INDEX catalog_location_code_bc955177_like ON public.catalog_location USING btree (code varchar_pattern_ops);

CREATE INDEX catalog_location_parent_id_655e1ba1 ON public.catalog_location USING btree (parent_id);

CREATE INDEX catalog_location_site_id_feb43a41 ON public.catalog_location USING btree (site_id);

CREATE INDEX catalog_price_break_term_id_0a7d025e ON public.catalog_price_break USING btree (term_id);

CREATE INDEX catalog_qualification_supplier_id_442d2867 ON public.catalog_qualification USING btree (supplier_id);

CREATE INDEX catalog_supplier_code_06ed13fe_like ON public.catalog_supplier USING btree (code varchar_pattern_ops);

CREATE INDEX catalog_supplier_contact_supplier_id_ba383001 ON public.catalog_supplier_contact USING btree (supplier_id);

CREATE INDEX catalog_supply_term_item_id_c8406712 ON public.catalog_supply_term USING btree (item_id);

CREATE INDEX catalog_supply_term_site_id_60be10fe ON public.catalog_supply_term USING btree (site_id);

CREATE INDEX catalog_supply_term_supplier_id_76f4e3fc ON public.catalog_supply_term USING btree (supplier_id);

CREATE INDEX catalog_volume_commitment_item_id_a63b394f ON public.catalog_volume_commitment USING btree (item_id);

CREATE INDEX catalog_volume_commitment_supplier_id_ed606f07 ON public.catalog_volume_commitment USING btree (supplier_id);

CREATE UNIQUE INDEX channel_for_orders_once ON public.exchange_channel USING btree (supplier_id) WHERE ((contents @> ARRAY['orders'::character varying(10)]) AND (removed_at IS NULL));

CREATE UNIQUE INDEX channel_name_once ON public.exchange_channel USING btree (name) WHERE (removed_at IS NULL);

CREATE INDEX chase_by_xact ON public.purchasing_chase USING btree (transaction_id, id);

CREATE INDEX clause_by_transaction ON public.catalog_clause USING btree (transaction_id, id);

CREATE INDEX closing_balance_by_item ON public.ledger_closing_balance USING btree (item_id, location_id, closing_id);

CREATE INDEX comment_by_supplier ON public.purchasing_supplier_comment USING btree (supplier_id, id);

CREATE INDEX conformity_by_line ON public.purchasing_conformity_certificate USING btree (purchase_order_id, line);

CREATE INDEX conformity_by_lot ON public.purchasing_conformity_certificate USING btree (item_id, lot);

CREATE INDEX conformitycertificate_by_xact ON public.purchasing_conformity_certificate USING btree (transaction_id, id);

CREATE INDEX conformitywithdrawal_by_xact ON public.purchasing_conformity_withdrawal USING btree (transaction_id, id);

CREATE INDEX count_entry_by_transaction ON public.ledger_count_entry USING btree (transaction_id, id);

CREATE UNIQUE INDEX count_line_on_one_open_sheet ON public.ledger_count_line USING btree (location_id, item_id, lot_id, status) NULLS NOT DISTINCT WHERE is_open;

CREATE INDEX delivery_open_by_day ON public.purchasing_delivery USING btree (COALESCE(announced_on, latest_promised_on, requested_on), line_id) WHERE (quantity > (received_quantity + cancelled_quantity));

CREATE INDEX delivery_under_way ON public.purchasing_delivery USING btree (line_id) WHERE ((quantity > (received_quantity + cancelled_quantity)) AND (shipped_quantity > received_quantity));

CREATE INDEX demand_allocation_line_id_70616841 ON public.demand_allocation USING btree (line_id);

CREATE INDEX demand_allocation_location_id_22130ab5 ON public.demand_allocation USING btree (location_id);

CREATE INDEX demand_allocation_lot_id_305a60c6 ON public.demand_allocation USING btree (lot_id);

CREATE INDEX demand_customer_code_301cb253_like ON public.demand_customer USING btree (code varchar_pattern_ops);

CREATE INDEX demand_entry_by_line ON public.demand_entry USING btree (line_id, id);

CREATE INDEX demand_entry_by_posting ON public.demand_entry USING btree (posting_key) WHERE (NOT ((posting_key)::text = ''::text));

CREATE INDEX demand_entry_by_transaction ON public.demand_entry USING btree (transaction_id, id);

CREATE INDEX demand_entry_line_id_16a11a5c ON public.demand_entry USING btree (line_id);

CREATE INDEX demand_entry_location_id_c319ffa5 ON public.demand_entry USING btree (location_id);

CREATE INDEX demand_entry_lot_id_623d2127 ON public.demand_entry USING btree (lot_id);

CREATE INDEX demand_event_by_last_day ON public.demand_event USING btree (until_on);

CREATE INDEX demand_event_by_transaction ON public.demand_event USING btree (transaction_id, id);

CREATE INDEX demand_lifecycle_step_item_id_59a5f3bd ON public.demand_lifecycle_step USING btree (item_id);

CREATE INDEX demand_lifecycle_step_other_item_id_d84cf444 ON public.demand_lifecycle_step USING btree (other_item_id);

CREATE INDEX demand_lifecycle_step_site_id_1b1e8c78 ON public.demand_lifecycle_step USING btree (site_id);

CREATE INDEX demand_line_by_customer ON public.demand_line USING btree (customer_id, wanted_on);

CREATE INDEX demand_line_customer_id_68c67a47 ON public.demand_line USING btree (customer_id);

CREATE INDEX demand_line_item_id_be3b0335 ON public.demand_line USING btree (item_id);

CREATE INDEX demand_line_key_139b8520_like ON public.demand_line USING btree (key varchar_pattern_ops);

CREATE INDEX demand_line_number_ad4fd802_like ON public.demand_line USING btree (number varchar_pattern_ops);

CREATE INDEX demand_line_open ON public.demand_line USING btree (item_id, site_id, wanted_on) WHERE ((state)::text = ANY ((ARRAY['open'::character varying, 'part_shipped'::character varying])::text[]));

CREATE INDEX demand_line_site_id_caba6c5e ON public.demand_line USING btree (site_id);

CREATE INDEX discrepancy_by_order_line ON public.purchasing_discrepancy USING btree (purchase_order_id, line);

CREATE INDEX discrepancy_by_receipt ON public.purchasing_discrepancy USING btree (receipt_key);

CREATE INDEX discrepancy_by_xact ON public.purchasing_discrepancy USING btree (transaction_id, id);

CREATE INDEX dispute_by_xact ON public.purchasing_dispute USING btree (transaction_id, id);

CREATE INDEX disputesettlement_by_xact ON public.purchasing_dispute_settlement USING btree (transaction_id, id);

CREATE INDEX django_session_expire_date_a5c62663 ON public.django_session USING btree (expire_date);

CREATE INDEX django_session_session_key_c0390e0f_like ON public.django_session USING btree (session_key varchar_pattern_ops);

CREATE INDEX event_message_newest ON public.exchange_event_message USING btree (subscription_id, id DESC);

CREATE INDEX exchange_answer_link_order_revision_id_deff79aa ON public.exchange_answer_link USING btree (order_revision_id);

CREATE INDEX exchange_attempt_outbound_message_id_e627298e ON public.exchange_attempt USING btree (outbound_message_id);

CREATE INDEX exchange_channel_secret_channel_id_6f1d64a6 ON public.exchange_channel_secret USING btree (channel_id);

CREATE INDEX exchange_channel_supplier_id_87518e04 ON public.exchange_channel USING btree (supplier_id);

CREATE INDEX exchange_event_message_outbox_key_73146c1f_like ON public.exchange_event_message USING btree (outbox_key varchar_pattern_ops);

CREATE INDEX exchange_event_message_subscription_id_58fc5b11 ON public.exchange_event_message USING btree (subscription_id);

CREATE INDEX exchange_inbound_message_channel_id_06a40223 ON public.exchange_inbound_message USING btree (channel_id);

CREATE INDEX exchange_inbound_message_repeats_id_37d9e1f3 ON public.exchange_inbound_message USING btree (repeats_id);

CREATE INDEX exchange_inbound_message_supplier_id_7ae4a57c ON public.exchange_inbound_message USING btree (supplier_id);

CREATE INDEX exchange_outbound_message_channel_id_30eb33a4 ON public.exchange_outbound_message USING btree (channel_id);

CREATE INDEX exchange_outbound_message_message_id_0f461e5d_like ON public.exchange_outbound_message USING btree (message_id varchar_pattern_ops);

CREATE INDEX exchange_outbound_message_order_revision_id_98c4d461 ON public.exchange_outbound_message USING btree (order_revision_id);

CREATE INDEX exchange_outbound_message_outbox_key_79bcb399_like ON public.exchange_outbound_message USING btree (outbox_key varchar_pattern_ops);

CREATE INDEX exchange_outbound_message_supplier_id_ca1e76d3 ON public.exchange_outbound_message USING btree (supplier_id);

CREATE INDEX exchange_subscription_name_548711d4_like ON public.exchange_subscription USING btree (name varchar_pattern_ops);

CREATE INDEX exchange_syntax_answer_inbound_message_id_2c0a3ca8 ON public.exchange_syntax_answer USING btree (inbound_message_id);

CREATE INDEX exchange_syntax_answer_outbound_message_id_4ad5ce88 ON public.exchange_syntax_answer USING btree (outbound_message_id);

CREATE INDEX exchange_uploaded_file_set_up_id_75a58e76 ON public.exchange_uploaded_file USING btree (set_up_id);

CREATE INDEX idx_procrastinate_jobs_worker_not_null ON public.procrastinate_jobs USING btree (worker_id) WHERE ((worker_id IS NOT NULL) AND (status = 'doing'::public.procrastinate_job_status));

CREATE INDEX idx_procrastinate_workers_last_heartbeat ON public.procrastinate_workers USING btree (last_heartbeat);

CREATE INDEX inbound_by_time ON public.exchange_inbound_message USING btree (received_at, id);

CREATE UNIQUE INDEX inbound_message_once ON public.exchange_inbound_message USING btree (supplier_id, control_number) WHERE (repeats_id IS NULL);

CREATE UNIQUE INDEX inbound_repeat_once ON public.exchange_inbound_message USING btree (repeats_id, content_hash) WHERE (repeats_id IS NOT NULL);

CREATE INDEX inbound_to_be_applied ON public.exchange_inbound_message USING btree (id) WHERE ((state)::text = 'received'::text);

CREATE INDEX invoice_line_by_order_line ON public.purchasing_invoice_line USING btree (purchase_order_id, line);

CREATE UNIQUE INDEX invoice_once ON public.purchasing_invoice USING btree (supplier_id, number) WHERE (NOT ((state)::text = 'cancelled'::text));

CREATE INDEX invoice_share_by_receipt ON public.purchasing_invoice_share USING btree (posting_key, posting_line);

CREATE INDEX invoiceshare_by_xact ON public.purchasing_invoice_share USING btree (transaction_id, id);

CREATE INDEX item_site_plan_by_money ON public.planning_item_site_plan USING btree (money_at_stake DESC) WHERE (money_at_stake > (0)::numeric);

CREATE INDEX item_site_plan_by_stock_out ON public.planning_item_site_plan USING btree (stock_out_on);

CREATE INDEX item_site_plan_by_supplier ON public.planning_item_site_plan USING btree (supplier_id);

CREATE INDEX job_run_by_job ON public.journal_job_run USING btree (job, id DESC);

CREATE INDEX job_run_open ON public.journal_job_run USING btree (due_at, id) WHERE ((state)::text = ANY ((ARRAY['running'::character varying, 'failed'::character varying])::text[]));

CREATE INDEX journal_heartbeat_job_fb66d192_like ON public.journal_heartbeat USING btree (job varchar_pattern_ops);

CREATE INDEX journal_outbox_key_df76432a_like ON public.journal_outbox USING btree (key varchar_pattern_ops);

CREATE INDEX kpi_item_site_by_class ON public.planning_kpi_item_site USING btree (abc_class, xyz_class, on_hand_value DESC);

CREATE INDEX kpi_item_site_by_dead ON public.planning_kpi_item_site USING btree (dead_value DESC, item_site_id);

CREATE INDEX kpi_item_site_by_excess ON public.planning_kpi_item_site USING btree (excess_value DESC, item_site_id);

CREATE INDEX kpi_item_site_by_value ON public.planning_kpi_item_site USING btree (on_hand_value DESC, item_site_id);

CREATE INDEX ledger_classification_site_id_eb57982d ON public.ledger_classification USING btree (site_id);

CREATE INDEX ledger_closing_balance_closing_id_52f37c40 ON public.ledger_closing_balance USING btree (closing_id);

CREATE INDEX ledger_closing_site_id_f4dbc115 ON public.ledger_closing USING btree (site_id);

CREATE INDEX ledger_count_entry_line_id_a1d59b70 ON public.ledger_count_entry USING btree (line_id);

CREATE INDEX ledger_count_line_cycle_count_id_d748500e ON public.ledger_count_line USING btree (cycle_count_id);

CREATE INDEX ledger_count_line_item_id_f22ce138 ON public.ledger_count_line USING btree (item_id);

CREATE INDEX ledger_count_policy_abc_class_547cfe32_like ON public.ledger_count_policy USING btree (abc_class varchar_pattern_ops);

CREATE INDEX ledger_cycle_count_number_5373d1a1_like ON public.ledger_cycle_count USING btree (number varchar_pattern_ops);

CREATE INDEX ledger_cycle_count_site_id_412ad42d ON public.ledger_cycle_count USING btree (site_id);

CREATE INDEX ledger_lot_item_id_6663d4a2 ON public.ledger_lot USING btree (item_id);

CREATE INDEX movement_by_item ON ONLY public.ledger_movement USING btree (item_id, moved_at);

CREATE INDEX ledger_movement_default_item_id_moved_at_idx ON public.ledger_movement_default USING btree (item_id, moved_at);

CREATE INDEX movement_by_lot ON ONLY public.ledger_movement USING btree (lot_id, moved_at) WHERE (lot_id IS NOT NULL);

CREATE INDEX ledger_movement_default_lot_id_moved_at_idx ON public.ledger_movement_default USING btree (lot_id, moved_at) WHERE (lot_id IS NOT NULL);

CREATE INDEX movement_by_posting ON ONLY public.ledger_movement USING btree (posting_id, line);

CREATE INDEX ledger_movement_default_posting_id_line_idx ON public.ledger_movement_default USING btree (posting_id, line);

CREATE INDEX ledger_posting_key_8fb631a3_like ON public.ledger_posting USING btree (key varchar_pattern_ops);

CREATE INDEX ledger_valuation_item_id_759b41d0 ON public.ledger_valuation USING btree (item_id);

CREATE INDEX lifecycle_by_transaction ON public.demand_lifecycle_step USING btree (transaction_id, id);

CREATE INDEX mfa_authenticator_user_id_0c3a50c0 ON public.mfa_authenticator USING btree (user_id);

CREATE INDEX notice_line_by_order_line ON public.purchasing_notice_line USING btree (purchase_order_id, line);

CREATE INDEX order_approval_by_transaction ON public.purchasing_order_approval USING btree (transaction_id, id);

CREATE INDEX orderclause_by_xact ON public.purchasing_order_clause USING btree (transaction_id, id);

CREATE INDEX outbound_by_control_number ON public.exchange_outbound_message USING btree (channel_id, control_number) WHERE (NOT ((control_number)::text = ''::text));

CREATE INDEX outbox_by_queue ON public.journal_outbox USING btree (queue, state);

CREATE INDEX outbox_unfinished ON public.journal_outbox USING btree (id) WHERE ((state)::text = ANY ((ARRAY['waiting'::character varying, 'leased'::character varying])::text[]));

CREATE INDEX outbox_waiting ON public.journal_outbox USING btree (due_at, id) WHERE ((state)::text = 'waiting'::text);

CREATE INDEX override_by_item_site ON public.planning_override USING btree (item_site_id, id DESC);

CREATE INDEX override_by_last_day ON public.planning_override USING btree (until_on);

CREATE INDEX override_by_xact ON public.planning_override USING btree (transaction_id, id);

CREATE INDEX overrideeffect_by_xact ON public.planning_override_effect USING btree (transaction_id, id);

CREATE INDEX overridevalue_by_xact ON public.planning_override_value USING btree (transaction_id, id);

CREATE INDEX pastdelivery_by_xact ON public.purchasing_past_delivery USING btree (transaction_id, id);

CREATE UNIQUE INDEX pause_once ON public.automation_pause USING btree (supplier_id) NULLS NOT DISTINCT WHERE (resumed_at IS NULL);

CREATE INDEX planning_item_site_plan_run_id_29ae0192 ON public.planning_item_site_plan USING btree (run_id);

CREATE INDEX planning_item_site_plan_supplier_id_5dc206e4 ON public.planning_item_site_plan USING btree (supplier_id);

CREATE INDEX planning_override_effect_override_id_514b13a6 ON public.planning_override_effect USING btree (override_id);

CREATE INDEX planning_override_effect_run_id_b8015be5 ON public.planning_override_effect USING btree (run_id);

CREATE INDEX planning_override_item_site_id_e9ed66bb ON public.planning_override USING btree (item_site_id);

CREATE INDEX planning_proposal_edit_proposal_id_8c3018c0 ON public.planning_proposal_edit USING btree (proposal_id);

CREATE INDEX planning_proposal_item_site_id_259f23fe ON public.planning_proposal USING btree (item_site_id);

CREATE INDEX planning_proposal_order_line_id_d476b74e ON public.planning_proposal USING btree (order_line_id);

CREATE INDEX planning_proposal_run_id_b10ac722 ON public.planning_proposal USING btree (run_id);

CREATE INDEX planning_proposal_supplier_id_75a9eba4 ON public.planning_proposal USING btree (supplier_id);

CREATE INDEX planning_run_newest ON public.planning_run USING btree (id DESC);

CREATE INDEX planning_run_newest_whole ON public.planning_run USING btree (id DESC) WHERE is_whole;

CREATE INDEX planning_supplier_switch_supplier_id_cc6c5caf ON public.planning_supplier_switch USING btree (supplier_id);

CREATE INDEX posting_by_file ON public.ledger_posting USING btree (imported_file_id) WHERE (imported_file_id IS NOT NULL);

CREATE INDEX posting_by_transaction ON public.ledger_posting USING btree (transaction_id, id);

CREATE INDEX procrastinate_events_job_id_fkey_v1 ON public.procrastinate_events USING btree (job_id);

CREATE INDEX procrastinate_jobs_id_lock_idx_v1 ON public.procrastinate_jobs USING btree (id, lock) WHERE (status = ANY (ARRAY['todo'::public.procrastinate_job_status, 'doing'::public.procrastinate_job_status]));

CREATE UNIQUE INDEX procrastinate_jobs_lock_idx_v1 ON public.procrastinate_jobs USING btree (lock) WHERE (status = 'doing'::public.procrastinate_job_status);

CREATE INDEX procrastinate_jobs_priority_idx_v1 ON public.procrastinate_jobs USING btree (priority DESC, id) WHERE (status = 'todo'::public.procrastinate_job_status);

CREATE INDEX procrastinate_jobs_queue_name_idx_v1 ON public.procrastinate_jobs USING btree (queue_name);

CREATE UNIQUE INDEX procrastinate_jobs_queueing_lock_idx_v1 ON public.procrastinate_jobs USING btree (queueing_lock) WHERE (status = 'todo'::public.procrastinate_job_status);

CREATE INDEX procrastinate_periodic_defers_job_id_fkey_v1 ON public.procrastinate_periodic_defers USING btree (job_id);

CREATE INDEX proposal_by_item_site ON public.planning_proposal USING btree (item_site_id, id DESC);

CREATE INDEX proposal_by_value ON public.planning_proposal USING btree (state, value DESC);

CREATE INDEX proposal_edit_newest ON public.planning_proposal_edit USING btree (proposal_id, id DESC);

CREATE UNIQUE INDEX proposal_pending_once ON public.planning_proposal USING btree (item_site_id) WHERE ((state)::text = 'pending'::text);

CREATE INDEX proposaledit_by_xact ON public.planning_proposal_edit USING btree (transaction_id, id);

CREATE INDEX purchase_order_by_day ON public.purchasing_purchase_order USING btree (ordered_on, id);

CREATE INDEX purchase_order_by_state ON public.purchasing_purchase_order USING btree (state, id);

CREATE INDEX purchasing_acknowledgement_purchase_order_id_c4372e63 ON public.purchasing_acknowledgement USING btree (purchase_order_id);

CREATE INDEX purchasing_chase_purchase_order_id_316652fd ON public.purchasing_chase USING btree (purchase_order_id);

CREATE INDEX purchasing_conformity_certificate_item_id_30488afb ON public.purchasing_conformity_certificate USING btree (item_id);

CREATE INDEX purchasing_conformity_certificate_purchase_order_id_ffea2aa7 ON public.purchasing_conformity_certificate USING btree (purchase_order_id);

CREATE INDEX purchasing_delivery_line_id_0afe939f ON public.purchasing_delivery USING btree (line_id);

CREATE INDEX purchasing_discrepancy_item_id_d427b988 ON public.purchasing_discrepancy USING btree (item_id);

CREATE INDEX purchasing_discrepancy_purchase_order_id_0a8ab207 ON public.purchasing_discrepancy USING btree (purchase_order_id);

CREATE INDEX purchasing_dispute_invoice_id_9f0ed543 ON public.purchasing_dispute USING btree (invoice_id);

CREATE INDEX purchasing_dispute_settlement_credit_note_id_7c66d89a ON public.purchasing_dispute_settlement USING btree (credit_note_id);

CREATE INDEX purchasing_invoice_charge_invoice_id_5b397794 ON public.purchasing_invoice_charge USING btree (invoice_id);

CREATE INDEX purchasing_invoice_line_invoice_id_405a9ba9 ON public.purchasing_invoice_line USING btree (invoice_id);

CREATE INDEX purchasing_invoice_line_item_id_209126ce ON public.purchasing_invoice_line USING btree (item_id);

CREATE INDEX purchasing_invoice_line_purchase_order_id_6a0ed5ef ON public.purchasing_invoice_line USING btree (purchase_order_id);

CREATE INDEX purchasing_invoice_share_invoice_line_id_01221171 ON public.purchasing_invoice_share USING btree (invoice_line_id);

CREATE INDEX purchasing_invoice_supplier_id_3508a1cb ON public.purchasing_invoice USING btree (supplier_id);

CREATE INDEX purchasing_notice_line_item_id_f8d89539 ON public.purchasing_notice_line USING btree (item_id);

CREATE INDEX purchasing_notice_line_notice_id_3815e209 ON public.purchasing_notice_line USING btree (notice_id);

CREATE INDEX purchasing_notice_line_purchase_order_id_7f5f6ae2 ON public.purchasing_notice_line USING btree (purchase_order_id);

CREATE INDEX purchasing_order_approval_revision_id_70b1776f ON public.purchasing_order_approval USING btree (revision_id);

CREATE INDEX purchasing_order_clause_clause_id_863148b7 ON public.purchasing_order_clause USING btree (clause_id);

CREATE INDEX purchasing_order_clause_revision_id_28980c6f ON public.purchasing_order_clause USING btree (revision_id);

CREATE INDEX purchasing_order_line_item_id_05d75240 ON public.purchasing_order_line USING btree (item_id);

CREATE INDEX purchasing_order_line_revision_id_999eddc8 ON public.purchasing_order_line USING btree (revision_id);

CREATE INDEX purchasing_order_revision_purchase_order_id_dd3ce124 ON public.purchasing_order_revision USING btree (purchase_order_id);

CREATE INDEX purchasing_past_delivery_imported_file_id_91388dd2 ON public.purchasing_past_delivery USING btree (imported_file_id);

CREATE INDEX purchasing_past_delivery_item_id_6e6102d6 ON public.purchasing_past_delivery USING btree (item_id);

CREATE INDEX purchasing_past_delivery_site_id_04847c19 ON public.purchasing_past_delivery USING btree (site_id);

CREATE INDEX purchasing_past_delivery_supplier_id_9d187e07 ON public.purchasing_past_delivery USING btree (supplier_id);

CREATE INDEX purchasing_purchase_order_merged_into_id_0eeaa184 ON public.purchasing_purchase_order USING btree (merged_into_id);

CREATE INDEX purchasing_purchase_order_number_8e609724_like ON public.purchasing_purchase_order USING btree (number varchar_pattern_ops);

CREATE INDEX purchasing_purchase_order_site_id_79070e65 ON public.purchasing_purchase_order USING btree (site_id);

CREATE INDEX purchasing_purchase_order_supplier_id_f45411ef ON public.purchasing_purchase_order USING btree (supplier_id);

CREATE INDEX purchasing_receipt_delivery_id_eb396fb3 ON public.purchasing_receipt USING btree (delivery_id);

CREATE INDEX purchasing_receipt_notice_id_ff74b8c2 ON public.purchasing_receipt USING btree (notice_id);

CREATE INDEX purchasing_shipping_notice_supplier_id_ccc6d335 ON public.purchasing_shipping_notice USING btree (supplier_id);

CREATE INDEX purchasing_supplier_comment_answers_id_6859958d ON public.purchasing_supplier_comment USING btree (answers_id);

CREATE INDEX purchasing_supplier_comment_supplier_id_57c75e0c ON public.purchasing_supplier_comment USING btree (supplier_id);

CREATE INDEX purchasing_supplier_return_item_id_4baf6825 ON public.purchasing_supplier_return USING btree (item_id);

CREATE INDEX purchasing_supplier_return_posting_key_07485a1d_like ON public.purchasing_supplier_return USING btree (posting_key varchar_pattern_ops);

CREATE INDEX purchasing_supplier_return_purchase_order_id_873e024d ON public.purchasing_supplier_return USING btree (purchase_order_id);

CREATE INDEX purchasing_transfer_entry_line_id_55ff2c5b ON public.purchasing_transfer_entry USING btree (line_id);

CREATE INDEX purchasing_transfer_entry_location_id_c82b7496 ON public.purchasing_transfer_entry USING btree (location_id);

CREATE INDEX purchasing_transfer_entry_lot_id_0abaa6b8 ON public.purchasing_transfer_entry USING btree (lot_id);

CREATE INDEX purchasing_transfer_line_item_id_33eb0fdd ON public.purchasing_transfer_line USING btree (item_id);

CREATE INDEX purchasing_transfer_line_transfer_order_id_b0b2e92c ON public.purchasing_transfer_line USING btree (transfer_order_id);

CREATE INDEX purchasing_transfer_order_number_15c6fb76_like ON public.purchasing_transfer_order USING btree (number varchar_pattern_ops);

CREATE INDEX purchasing_transfer_order_source_id_ae8e2a36 ON public.purchasing_transfer_order USING btree (source_id);

CREATE INDEX purchasing_transfer_order_target_id_c1bd6dc4 ON public.purchasing_transfer_order USING btree (target_id);

CREATE INDEX purchasing_transfer_order_transit_id_4f0e4545 ON public.purchasing_transfer_order USING btree (transit_id);

CREATE INDEX qualification_by_transaction ON public.catalog_qualification USING btree (transaction_id, id);

CREATE INDEX qualification_newest ON public.catalog_qualification USING btree (supplier_id, id DESC);

CREATE INDEX receipt_by_day ON public.purchasing_receipt USING btree (received_on, delivery_id);

CREATE INDEX receiptrate_by_xact ON public.purchasing_receipt_rate USING btree (transaction_id, id);

CREATE INDEX seal_by_table ON public.access_seal USING btree (table_name, number);

CREATE UNIQUE INDEX set_up_open_once_per_site ON public.exchange_set_up USING btree (site_code) WHERE (NOT ((state)::text = 'done'::text));

CREATE INDEX settlement_by_xact ON public.purchasing_settlement USING btree (transaction_id, id);

CREATE UNIQUE INDEX shipping_notice_once ON public.purchasing_shipping_notice USING btree (supplier_id, number) WHERE (supersedes_id IS NULL);

CREATE INDEX shippingnotice_by_xact ON public.purchasing_shipping_notice USING btree (transaction_id, id);

CREATE INDEX standing_rule_by_name ON public.automation_standing_rule USING btree (name, id DESC);

CREATE INDEX supplier_return_by_order_line ON public.purchasing_supplier_return USING btree (purchase_order_id, line);

CREATE INDEX suppliercomment_by_xact ON public.purchasing_supplier_comment USING btree (transaction_id, id);

CREATE INDEX supplierreturn_by_xact ON public.purchasing_supplier_return USING btree (transaction_id, id);

CREATE INDEX supplierswitch_by_xact ON public.planning_supplier_switch USING btree (transaction_id, id);

CREATE INDEX transfer_entry_by_line ON public.purchasing_transfer_entry USING btree (line_id, id);

CREATE INDEX transfer_entry_by_posting ON public.purchasing_transfer_entry USING btree (posting_key) WHERE (NOT ((posting_key)::text = ''::text));

CREATE INDEX transfer_entry_by_transaction ON public.purchasing_transfer_entry USING btree (transaction_id, id);

CREATE INDEX transfer_order_open ON public.purchasing_transfer_order USING btree (state) WHERE ((state)::text = ANY ((ARRAY['draft'::character varying, 'part_received'::character varying, 'part_shipped'::character varying, 'placed'::character varying, 'shipped'::character varying])::text[]));

CREATE UNIQUE INDEX unique_authenticator_type ON public.mfa_authenticator USING btree (user_id, type) WHERE ((type)::text = ANY ((ARRAY['totp'::character varying, 'recovery_codes'::character varying])::text[]));

CREATE UNIQUE INDEX unique_primary_email ON public.account_emailaddress USING btree (user_id, "primary") WHERE "primary";

CREATE UNIQUE INDEX unique_verified_email ON public.account_emailaddress USING btree (email) WHERE verified;

CREATE INDEX uploaded_file_by_set_up ON public.exchange_uploaded_file USING btree (set_up_id, id);

CREATE INDEX valuation_by_item ON public.ledger_valuation_entry USING btree (item_id, valued_at);

CREATE INDEX valuation_by_movement ON public.ledger_valuation_entry USING btree (posting_id, line);

CREATE INDEX valuation_by_transaction ON public.ledger_valuation_entry USING btree (transaction_id);

CREATE INDEX verdict_by_proposal ON public.automation_verdict USING btree (proposal_id, id DESC);

CREATE INDEX verdict_by_transaction ON public.automation_verdict USING btree (transaction_id, id);

ALTER INDEX public.movement_by_item ATTACH PARTITION public.ledger_movement_default_item_id_moved_at_idx;

ALTER INDEX public.movement_by_lot ATTACH PARTITION public.ledger_movement_default_lot_id_moved_at_idx;

ALTER INDEX public.movement_by_posting ATTACH PARTITION public.ledger_movement_default_posting_id_line_idx;

CREATE TRIGGER access_seal_append_only BEFORE DELETE OR UPDATE ON public.access_seal FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER automation_autonomy_event_append_only BEFORE DELETE OR UPDATE ON public.automation_autonomy_event FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER automation_autonomy_event_not_emptied BEFORE TRUNCATE ON public.automation_autonomy_event FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER automation_verdict_append_only BEFORE DELETE OR UPDATE ON public.automation_verdict FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER automation_verdict_not_emptied BEFORE TRUNCATE ON public.automation_verdict FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER catalog_clause_append_only BEFORE DELETE OR UPDATE ON public.catalog_clause FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER catalog_clause_not_emptied BEFORE TRUNCATE ON public.catalog_clause FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER catalog_qualification_append_only BEFORE DELETE OR UPDATE ON public.catalog_qualification FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER demand_entry_append_only BEFORE DELETE OR UPDATE ON public.demand_entry FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER demand_entry_not_emptied BEFORE TRUNCATE ON public.demand_entry FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER demand_event_append_only BEFORE DELETE OR UPDATE ON public.demand_event FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER demand_event_not_emptied BEFORE TRUNCATE ON public.demand_event FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER demand_lifecycle_step_append_only BEFORE DELETE OR UPDATE ON public.demand_lifecycle_step FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER demand_lifecycle_step_not_emptied BEFORE TRUNCATE ON public.demand_lifecycle_step FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER exchange_inbound_message_keeps BEFORE DELETE OR UPDATE ON public.exchange_inbound_message FOR EACH ROW EXECUTE FUNCTION public.exchange_refuse_change_of_inbound();

CREATE TRIGGER journal_audit_event_append_only BEFORE DELETE OR UPDATE ON public.journal_audit_event FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER journal_audit_event_not_emptied BEFORE TRUNCATE ON public.journal_audit_event FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER ledger_closing_balance_append_only BEFORE DELETE OR UPDATE ON public.ledger_closing_balance FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER ledger_closing_balance_not_emptied BEFORE TRUNCATE ON public.ledger_closing_balance FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER ledger_count_entry_append_only BEFORE DELETE OR UPDATE ON public.ledger_count_entry FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER ledger_count_entry_not_emptied BEFORE TRUNCATE ON public.ledger_count_entry FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER ledger_movement_append_only BEFORE DELETE OR UPDATE ON public.ledger_movement FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER ledger_movement_not_emptied BEFORE TRUNCATE ON public.ledger_movement FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER ledger_posting_append_only BEFORE DELETE OR UPDATE ON public.ledger_posting FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER ledger_posting_not_emptied BEFORE TRUNCATE ON public.ledger_posting FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER ledger_valuation_entry_append_only BEFORE DELETE OR UPDATE ON public.ledger_valuation_entry FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER ledger_valuation_entry_not_emptied BEFORE TRUNCATE ON public.ledger_valuation_entry FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER planning_kpi_day_append_only BEFORE DELETE OR UPDATE ON public.planning_kpi_day FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER planning_kpi_day_not_emptied BEFORE TRUNCATE ON public.planning_kpi_day FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER planning_override_append_only BEFORE DELETE OR UPDATE ON public.planning_override FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER planning_override_effect_append_only BEFORE DELETE OR UPDATE ON public.planning_override_effect FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER planning_override_effect_not_emptied BEFORE TRUNCATE ON public.planning_override_effect FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER planning_override_not_emptied BEFORE TRUNCATE ON public.planning_override FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER planning_override_value_append_only BEFORE DELETE OR UPDATE ON public.planning_override_value FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER planning_override_value_not_emptied BEFORE TRUNCATE ON public.planning_override_value FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER planning_planned_spend_append_only BEFORE DELETE OR UPDATE ON public.planning_planned_spend FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER planning_planned_spend_not_emptied BEFORE TRUNCATE ON public.planning_planned_spend FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER planning_proposal_edit_append_only BEFORE DELETE OR UPDATE ON public.planning_proposal_edit FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER planning_proposal_edit_not_emptied BEFORE TRUNCATE ON public.planning_proposal_edit FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER planning_supplier_switch_append_only BEFORE DELETE OR UPDATE ON public.planning_supplier_switch FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER planning_supplier_switch_not_emptied BEFORE TRUNCATE ON public.planning_supplier_switch FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER procrastinate_jobs_notify_queue_job_aborted_v1 AFTER UPDATE OF abort_requested ON public.procrastinate_jobs FOR EACH ROW WHEN (((old.abort_requested = false) AND (new.abort_requested = true) AND (new.status = 'doing'::public.procrastinate_job_status))) EXECUTE FUNCTION public.procrastinate_notify_queue_abort_job_v1();

CREATE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1 AFTER INSERT ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.status = 'todo'::public.procrastinate_job_status)) EXECUTE FUNCTION public.procrastinate_notify_queue_job_inserted_v1();

CREATE TRIGGER procrastinate_trigger_abort_requested_events_v1 AFTER UPDATE OF abort_requested ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.abort_requested = true)) EXECUTE FUNCTION public.procrastinate_trigger_abort_requested_events_procedure_v1();

CREATE TRIGGER procrastinate_trigger_delete_jobs_v1 BEFORE DELETE ON public.procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION public.procrastinate_unlink_periodic_defers_v1();

CREATE TRIGGER procrastinate_trigger_scheduled_events_v1 AFTER INSERT OR UPDATE ON public.procrastinate_jobs FOR EACH ROW WHEN (((new.scheduled_at IS NOT NULL) AND (new.status = 'todo'::public.procrastinate_job_status))) EXECUTE FUNCTION public.procrastinate_trigger_function_scheduled_events_v1();

CREATE TRIGGER procrastinate_trigger_status_events_insert_v1 AFTER INSERT ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.status = 'todo'::public.procrastinate_job_status)) EXECUTE FUNCTION public.procrastinate_trigger_function_status_events_insert_v1();

CREATE TRIGGER procrastinate_trigger_status_events_update_v1 AFTER UPDATE OF status ON public.procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION public.procrastinate_trigger_function_status_events_update_v1();

CREATE TRIGGER purchasing_chase_append_only BEFORE DELETE OR UPDATE ON public.purchasing_chase FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_chase_not_emptied BEFORE TRUNCATE ON public.purchasing_chase FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_conformity_certificate_append_only BEFORE DELETE OR UPDATE ON public.purchasing_conformity_certificate FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_conformity_certificate_not_emptied BEFORE TRUNCATE ON public.purchasing_conformity_certificate FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_conformity_withdrawal_append_only BEFORE DELETE OR UPDATE ON public.purchasing_conformity_withdrawal FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_conformity_withdrawal_not_emptied BEFORE TRUNCATE ON public.purchasing_conformity_withdrawal FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_order_approval_append_only BEFORE DELETE OR UPDATE ON public.purchasing_order_approval FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_order_approval_not_emptied BEFORE TRUNCATE ON public.purchasing_order_approval FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_order_clause_append_only BEFORE DELETE OR UPDATE ON public.purchasing_order_clause FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_order_clause_not_emptied BEFORE TRUNCATE ON public.purchasing_order_clause FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_past_delivery_append_only BEFORE DELETE OR UPDATE ON public.purchasing_past_delivery FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_past_delivery_not_emptied BEFORE TRUNCATE ON public.purchasing_past_delivery FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_receipt_rate_append_only BEFORE DELETE OR UPDATE ON public.purchasing_receipt_rate FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_receipt_rate_not_emptied BEFORE TRUNCATE ON public.purchasing_receipt_rate FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_supplier_comment_append_only BEFORE DELETE OR UPDATE ON public.purchasing_supplier_comment FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_supplier_comment_not_emptied BEFORE TRUNCATE ON public.purchasing_supplier_comment FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_transfer_entry_append_only BEFORE DELETE OR UPDATE ON public.purchasing_transfer_entry FOR EACH ROW EXECUTE FUNCTION public.journal_refuse_change();

CREATE TRIGGER purchasing_transfer_entry_not_emptied BEFORE TRUNCATE ON public.purchasing_transfer_entry FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse_change();

ALTER TABLE ONLY public.access_user_groups
    ADD CONSTRAINT access_user_groups_group_id_921debcc_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.access_user_groups
    ADD CONSTRAINT access_user_groups_user_id_4f105fa4_fk_access_user_id FOREIGN KEY (user_id) REFERENCES public.access_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.access_user_user_permissions
    ADD CONSTRAINT access_user_user_per_permission_id_76d8eb82_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.access_user_user_permissions
    ADD CONSTRAINT access_user_user_permissions_user_id_67074cbf_fk_access_user_id FOREIGN KEY (user_id) REFERENCES public.access_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.account_emailaddress
    ADD CONSTRAINT account_emailaddress_user_id_2c513194_fk_access_user_id FOREIGN KEY (user_id) REFERENCES public.access_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.account_emailconfirmation
    ADD CONSTRAINT account_emailconfirm_email_address_id_5b7f8c58_fk_account_e FOREIGN KEY (email_address_id) REFERENCES public.account_emailaddress(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_autonomy_event
    ADD CONSTRAINT automation_autonomy__item_site_id_797e11e1_fk_catalog_i FOREIGN KEY (item_site_id) REFERENCES public.catalog_item_site(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_autonomy_event
    ADD CONSTRAINT automation_autonomy__proposal_id_cb9a1f03_fk_planning_ FOREIGN KEY (proposal_id) REFERENCES public.planning_proposal(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_autonomy
    ADD CONSTRAINT automation_autonomy_item_site_id_986c1b68_fk_catalog_i FOREIGN KEY (item_site_id) REFERENCES public.catalog_item_site(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_digest_mail
    ADD CONSTRAINT automation_digest_mail_user_id_48004fd7_fk_access_user_id FOREIGN KEY (user_id) REFERENCES public.access_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_digest_setting
    ADD CONSTRAINT automation_digest_setting_user_id_5cf10eca_fk_access_user_id FOREIGN KEY (user_id) REFERENCES public.access_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_order
    ADD CONSTRAINT automation_order_purchase_order_id_5b093231_fk_purchasin FOREIGN KEY (purchase_order_id) REFERENCES public.purchasing_purchase_order(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_pause
    ADD CONSTRAINT automation_pause_supplier_id_09ce0ed6_fk_catalog_supplier_id FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_run
    ADD CONSTRAINT automation_run_run_id_2ac0f23f_fk_planning_run_id FOREIGN KEY (run_id) REFERENCES public.planning_run(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_verdict
    ADD CONSTRAINT automation_verdict_automation_run_id_a9e3f743_fk_automatio FOREIGN KEY (automation_run_id) REFERENCES public.automation_run(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_verdict
    ADD CONSTRAINT automation_verdict_proposal_id_ebfe64a2_fk_planning_proposal_id FOREIGN KEY (proposal_id) REFERENCES public.planning_proposal(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_verdict
    ADD CONSTRAINT automation_verdict_rule_id_60b76b01_fk_automatio FOREIGN KEY (rule_id) REFERENCES public.automation_standing_rule(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_agreement
    ADD CONSTRAINT catalog_agreement_supplier_id_105bd840_fk_catalog_supplier_id FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_certificate_requirement
    ADD CONSTRAINT catalog_certificate__item_id_dd18071e_fk_catalog_i FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_certificate_requirement
    ADD CONSTRAINT catalog_certificate__supplier_id_5bcf8b77_fk_catalog_s FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_certificate
    ADD CONSTRAINT catalog_certificate_supplier_id_57b7309b_fk_catalog_supplier_id FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_clause_requirement
    ADD CONSTRAINT catalog_clause_requi_supplier_id_ce9c15bc_fk_catalog_s FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_clause_requirement
    ADD CONSTRAINT catalog_clause_requirement_item_id_cbd14369_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_closure
    ADD CONSTRAINT catalog_closure_supplier_id_b95ea71f_fk_catalog_supplier_id FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_item_site
    ADD CONSTRAINT catalog_item_site_item_id_aea7361c_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_item_site
    ADD CONSTRAINT catalog_item_site_site_id_579c03b6_fk_catalog_location_id FOREIGN KEY (site_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_item_unit
    ADD CONSTRAINT catalog_item_unit_item_id_86f8ffdb_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_location
    ADD CONSTRAINT catalog_location_parent_id_655e1ba1_fk_catalog_location_id FOREIGN KEY (parent_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_location
    ADD CONSTRAINT catalog_location_site_id_feb43a41_fk_catalog_location_id FOREIGN KEY (site_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_price_break
    ADD CONSTRAINT catalog_price_break_term_id_0a7d025e_fk_catalog_supply_term_id FOREIGN KEY (term_id) REFERENCES public.catalog_supply_term(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_qualification
    ADD CONSTRAINT catalog_qualificatio_supplier_id_442d2867_fk_catalog_s FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_supplier_contact
    ADD CONSTRAINT catalog_supplier_con_supplier_id_ba383001_fk_catalog_s FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_supplier_contact
    ADD CONSTRAINT catalog_supplier_contact_user_id_e122e5a1_fk_access_user_id FOREIGN KEY (user_id) REFERENCES public.access_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_supply_term
    ADD CONSTRAINT catalog_supply_term_item_id_c8406712_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_supply_term
    ADD CONSTRAINT catalog_supply_term_site_id_60be10fe_fk_catalog_location_id FOREIGN KEY (site_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_supply_term
    ADD CONSTRAINT catalog_supply_term_supplier_id_76f4e3fc_fk_catalog_supplier_id FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_volume_commitment
    ADD CONSTRAINT catalog_volume_commi_supplier_id_ed606f07_fk_catalog_s FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalog_volume_commitment
    ADD CONSTRAINT catalog_volume_commitment_item_id_a63b394f_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.demand_allocation
    ADD CONSTRAINT demand_allocation_line_id_70616841_fk_demand_line_id FOREIGN KEY (line_id) REFERENCES public.demand_line(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.demand_allocation
    ADD CONSTRAINT demand_allocation_location_id_22130ab5_fk_catalog_location_id FOREIGN KEY (location_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.demand_allocation
    ADD CONSTRAINT demand_allocation_lot_id_305a60c6_fk_ledger_lot_id FOREIGN KEY (lot_id) REFERENCES public.ledger_lot(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.demand_entry
    ADD CONSTRAINT demand_entry_line_id_16a11a5c_fk_demand_line_id FOREIGN KEY (line_id) REFERENCES public.demand_line(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.demand_entry
    ADD CONSTRAINT demand_entry_location_id_c319ffa5_fk_catalog_location_id FOREIGN KEY (location_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.demand_entry
    ADD CONSTRAINT demand_entry_lot_id_623d2127_fk_ledger_lot_id FOREIGN KEY (lot_id) REFERENCES public.ledger_lot(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.demand_lifecycle_step
    ADD CONSTRAINT demand_lifecycle_step_item_id_59a5f3bd_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.demand_lifecycle_step
    ADD CONSTRAINT demand_lifecycle_step_other_item_id_d84cf444_fk_catalog_item_id FOREIGN KEY (other_item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.demand_lifecycle_step
    ADD CONSTRAINT demand_lifecycle_step_site_id_1b1e8c78_fk_catalog_location_id FOREIGN KEY (site_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.demand_line
    ADD CONSTRAINT demand_line_customer_id_68c67a47_fk_demand_customer_id FOREIGN KEY (customer_id) REFERENCES public.demand_customer(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.demand_line
    ADD CONSTRAINT demand_line_item_id_be3b0335_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.demand_line
    ADD CONSTRAINT demand_line_site_id_caba6c5e_fk_catalog_location_id FOREIGN KEY (site_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_answer_link
    ADD CONSTRAINT exchange_answer_link_order_revision_id_deff79aa_fk_purchasin FOREIGN KEY (order_revision_id) REFERENCES public.purchasing_order_revision(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_answer_remark
    ADD CONSTRAINT exchange_answer_rema_acknowledgement_id_4c3fd9c5_fk_purchasin FOREIGN KEY (acknowledgement_id) REFERENCES public.purchasing_acknowledgement(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_attempt
    ADD CONSTRAINT exchange_attempt_outbound_message_id_e627298e_fk_exchange_ FOREIGN KEY (outbound_message_id) REFERENCES public.exchange_outbound_message(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_channel_secret
    ADD CONSTRAINT exchange_channel_sec_channel_id_6f1d64a6_fk_exchange_ FOREIGN KEY (channel_id) REFERENCES public.exchange_channel(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_channel
    ADD CONSTRAINT exchange_channel_supplier_id_87518e04_fk_catalog_supplier_id FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_event_message
    ADD CONSTRAINT exchange_event_messa_subscription_id_58fc5b11_fk_exchange_ FOREIGN KEY (subscription_id) REFERENCES public.exchange_subscription(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_inbound_message
    ADD CONSTRAINT exchange_inbound_mes_channel_id_06a40223_fk_exchange_ FOREIGN KEY (channel_id) REFERENCES public.exchange_channel(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_inbound_message
    ADD CONSTRAINT exchange_inbound_mes_repeats_id_37d9e1f3_fk_exchange_ FOREIGN KEY (repeats_id) REFERENCES public.exchange_inbound_message(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_inbound_message
    ADD CONSTRAINT exchange_inbound_mes_supplier_id_7ae4a57c_fk_catalog_s FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_outbound_message
    ADD CONSTRAINT exchange_outbound_me_channel_id_30eb33a4_fk_exchange_ FOREIGN KEY (channel_id) REFERENCES public.exchange_channel(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_outbound_message
    ADD CONSTRAINT exchange_outbound_me_order_revision_id_98c4d461_fk_purchasin FOREIGN KEY (order_revision_id) REFERENCES public.purchasing_order_revision(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_outbound_message
    ADD CONSTRAINT exchange_outbound_me_supplier_id_ca1e76d3_fk_catalog_s FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_syntax_answer
    ADD CONSTRAINT exchange_syntax_answ_inbound_message_id_2c0a3ca8_fk_exchange_ FOREIGN KEY (inbound_message_id) REFERENCES public.exchange_inbound_message(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_syntax_answer
    ADD CONSTRAINT exchange_syntax_answ_outbound_message_id_4ad5ce88_fk_exchange_ FOREIGN KEY (outbound_message_id) REFERENCES public.exchange_outbound_message(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_uploaded_file
    ADD CONSTRAINT exchange_uploaded_file_set_up_id_75a58e76_fk_exchange_set_up_id FOREIGN KEY (set_up_id) REFERENCES public.exchange_set_up(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.ledger_balance
    ADD CONSTRAINT ledger_balance_item_id_48b08225_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.ledger_balance
    ADD CONSTRAINT ledger_balance_location_id_4de2228a_fk_catalog_location_id FOREIGN KEY (location_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.ledger_balance
    ADD CONSTRAINT ledger_balance_lot_id_e2f03d3f_fk_ledger_lot_id FOREIGN KEY (lot_id) REFERENCES public.ledger_lot(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.ledger_closing_balance
    ADD CONSTRAINT ledger_closing_balance_closing_id_52f37c40_fk_ledger_closing_id FOREIGN KEY (closing_id) REFERENCES public.ledger_closing(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.ledger_closing
    ADD CONSTRAINT ledger_closing_site_id_f4dbc115_fk_catalog_location_id FOREIGN KEY (site_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.ledger_count_entry
    ADD CONSTRAINT ledger_count_entry_line_id_a1d59b70_fk_ledger_count_line_id FOREIGN KEY (line_id) REFERENCES public.ledger_count_line(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.ledger_count_line
    ADD CONSTRAINT ledger_count_line_cycle_count_id_d748500e_fk_ledger_cy FOREIGN KEY (cycle_count_id) REFERENCES public.ledger_cycle_count(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.ledger_count_line
    ADD CONSTRAINT ledger_count_line_item_id_f22ce138_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.ledger_count_line
    ADD CONSTRAINT ledger_count_line_location_id_d88ba182_fk_catalog_location_id FOREIGN KEY (location_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.ledger_count_line
    ADD CONSTRAINT ledger_count_line_lot_id_7057d3f6_fk_ledger_lot_id FOREIGN KEY (lot_id) REFERENCES public.ledger_lot(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.ledger_cycle_count
    ADD CONSTRAINT ledger_cycle_count_site_id_412ad42d_fk_catalog_location_id FOREIGN KEY (site_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.ledger_lot
    ADD CONSTRAINT ledger_lot_item_id_6663d4a2_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.ledger_posting
    ADD CONSTRAINT ledger_posting_reverses_id_423e3542_fk_ledger_posting_id FOREIGN KEY (reverses_id) REFERENCES public.ledger_posting(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.ledger_valuation
    ADD CONSTRAINT ledger_valuation_item_id_759b41d0_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.mfa_authenticator
    ADD CONSTRAINT mfa_authenticator_user_id_0c3a50c0_fk_access_user_id FOREIGN KEY (user_id) REFERENCES public.access_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_item_site_plan
    ADD CONSTRAINT planning_item_site_p_item_site_id_7891ddfd_fk_catalog_i FOREIGN KEY (item_site_id) REFERENCES public.catalog_item_site(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_item_site_plan
    ADD CONSTRAINT planning_item_site_p_supplier_id_5dc206e4_fk_catalog_s FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_item_site_plan
    ADD CONSTRAINT planning_item_site_plan_run_id_29ae0192_fk_planning_run_id FOREIGN KEY (run_id) REFERENCES public.planning_run(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_kpi_day
    ADD CONSTRAINT planning_kpi_day_site_id_4a0d919a_fk_catalog_location_id FOREIGN KEY (site_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_kpi_item_site
    ADD CONSTRAINT planning_kpi_item_si_item_site_id_b4481f00_fk_catalog_i FOREIGN KEY (item_site_id) REFERENCES public.catalog_item_site(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_kpi_item_site
    ADD CONSTRAINT planning_kpi_item_si_supplier_id_2529af14_fk_catalog_s FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_kpi_item_site
    ADD CONSTRAINT planning_kpi_item_site_site_id_3c35b742_fk_catalog_location_id FOREIGN KEY (site_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_override_effect
    ADD CONSTRAINT planning_override_ef_override_id_514b13a6_fk_planning_ FOREIGN KEY (override_id) REFERENCES public.planning_override(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_override_effect
    ADD CONSTRAINT planning_override_effect_run_id_b8015be5_fk_planning_run_id FOREIGN KEY (run_id) REFERENCES public.planning_run(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_override
    ADD CONSTRAINT planning_override_item_site_id_e9ed66bb_fk_catalog_item_site_id FOREIGN KEY (item_site_id) REFERENCES public.catalog_item_site(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_override_value
    ADD CONSTRAINT planning_override_va_effect_id_b2b3f3e1_fk_planning_ FOREIGN KEY (effect_id) REFERENCES public.planning_override_effect(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_planned_spend
    ADD CONSTRAINT planning_planned_spe_supplier_id_b4fc2cc1_fk_catalog_s FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_planned_spend
    ADD CONSTRAINT planning_planned_spend_run_id_60d595bf_fk_planning_run_id FOREIGN KEY (run_id) REFERENCES public.planning_run(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_planned_spend
    ADD CONSTRAINT planning_planned_spend_site_id_9a446418_fk_catalog_location_id FOREIGN KEY (site_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_proposal_edit
    ADD CONSTRAINT planning_proposal_ed_proposal_id_8c3018c0_fk_planning_ FOREIGN KEY (proposal_id) REFERENCES public.planning_proposal(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_proposal
    ADD CONSTRAINT planning_proposal_item_site_id_259f23fe_fk_catalog_item_site_id FOREIGN KEY (item_site_id) REFERENCES public.catalog_item_site(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_proposal
    ADD CONSTRAINT planning_proposal_order_line_id_d476b74e_fk_purchasin FOREIGN KEY (order_line_id) REFERENCES public.purchasing_order_line(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_proposal
    ADD CONSTRAINT planning_proposal_run_id_b10ac722_fk_planning_run_id FOREIGN KEY (run_id) REFERENCES public.planning_run(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_proposal
    ADD CONSTRAINT planning_proposal_supplier_id_75a9eba4_fk_catalog_supplier_id FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.planning_supplier_switch
    ADD CONSTRAINT planning_supplier_sw_supplier_id_cc6c5caf_fk_catalog_s FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.procrastinate_events
    ADD CONSTRAINT procrastinate_events_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.procrastinate_jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.procrastinate_jobs
    ADD CONSTRAINT procrastinate_jobs_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.procrastinate_workers(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.procrastinate_jobs(id);

ALTER TABLE ONLY public.purchasing_acknowledgement
    ADD CONSTRAINT purchasing_acknowled_purchase_order_id_c4372e63_fk_purchasin FOREIGN KEY (purchase_order_id) REFERENCES public.purchasing_purchase_order(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_chase
    ADD CONSTRAINT purchasing_chase_purchase_order_id_316652fd_fk_purchasin FOREIGN KEY (purchase_order_id) REFERENCES public.purchasing_purchase_order(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_conformity_withdrawal
    ADD CONSTRAINT purchasing_conformit_certificate_id_e684d164_fk_purchasin FOREIGN KEY (certificate_id) REFERENCES public.purchasing_conformity_certificate(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_conformity_certificate
    ADD CONSTRAINT purchasing_conformit_item_id_30488afb_fk_catalog_i FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_conformity_certificate
    ADD CONSTRAINT purchasing_conformit_purchase_order_id_ffea2aa7_fk_purchasin FOREIGN KEY (purchase_order_id) REFERENCES public.purchasing_purchase_order(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_delivery
    ADD CONSTRAINT purchasing_delivery_line_id_0afe939f_fk_purchasin FOREIGN KEY (line_id) REFERENCES public.purchasing_order_line(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_discrepancy
    ADD CONSTRAINT purchasing_discrepan_purchase_order_id_0a8ab207_fk_purchasin FOREIGN KEY (purchase_order_id) REFERENCES public.purchasing_purchase_order(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_discrepancy
    ADD CONSTRAINT purchasing_discrepancy_item_id_d427b988_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_dispute
    ADD CONSTRAINT purchasing_dispute_invoice_id_9f0ed543_fk_purchasing_invoice_id FOREIGN KEY (invoice_id) REFERENCES public.purchasing_invoice(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_dispute_settlement
    ADD CONSTRAINT purchasing_dispute_s_credit_note_id_7c66d89a_fk_purchasin FOREIGN KEY (credit_note_id) REFERENCES public.purchasing_invoice(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_dispute_settlement
    ADD CONSTRAINT purchasing_dispute_s_dispute_id_776b4485_fk_purchasin FOREIGN KEY (dispute_id) REFERENCES public.purchasing_dispute(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_invoice_charge
    ADD CONSTRAINT purchasing_invoice_c_invoice_id_5b397794_fk_purchasin FOREIGN KEY (invoice_id) REFERENCES public.purchasing_invoice(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_invoice_line
    ADD CONSTRAINT purchasing_invoice_l_invoice_id_405a9ba9_fk_purchasin FOREIGN KEY (invoice_id) REFERENCES public.purchasing_invoice(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_invoice_line
    ADD CONSTRAINT purchasing_invoice_l_purchase_order_id_6a0ed5ef_fk_purchasin FOREIGN KEY (purchase_order_id) REFERENCES public.purchasing_purchase_order(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_invoice_line
    ADD CONSTRAINT purchasing_invoice_line_item_id_209126ce_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_invoice_share
    ADD CONSTRAINT purchasing_invoice_s_invoice_line_id_01221171_fk_purchasin FOREIGN KEY (invoice_line_id) REFERENCES public.purchasing_invoice_line(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_invoice
    ADD CONSTRAINT purchasing_invoice_supplier_id_3508a1cb_fk_catalog_supplier_id FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_notice_line
    ADD CONSTRAINT purchasing_notice_li_notice_id_3815e209_fk_purchasin FOREIGN KEY (notice_id) REFERENCES public.purchasing_shipping_notice(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_notice_line
    ADD CONSTRAINT purchasing_notice_li_purchase_order_id_7f5f6ae2_fk_purchasin FOREIGN KEY (purchase_order_id) REFERENCES public.purchasing_purchase_order(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_notice_line
    ADD CONSTRAINT purchasing_notice_line_item_id_f8d89539_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_order_approval
    ADD CONSTRAINT purchasing_order_app_revision_id_70b1776f_fk_purchasin FOREIGN KEY (revision_id) REFERENCES public.purchasing_order_revision(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_order_clause
    ADD CONSTRAINT purchasing_order_cla_revision_id_28980c6f_fk_purchasin FOREIGN KEY (revision_id) REFERENCES public.purchasing_order_revision(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_order_clause
    ADD CONSTRAINT purchasing_order_clause_clause_id_863148b7_fk_catalog_clause_id FOREIGN KEY (clause_id) REFERENCES public.catalog_clause(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_order_line
    ADD CONSTRAINT purchasing_order_lin_revision_id_999eddc8_fk_purchasin FOREIGN KEY (revision_id) REFERENCES public.purchasing_order_revision(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_order_line
    ADD CONSTRAINT purchasing_order_line_item_id_05d75240_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_order_revision
    ADD CONSTRAINT purchasing_order_rev_purchase_order_id_dd3ce124_fk_purchasin FOREIGN KEY (purchase_order_id) REFERENCES public.purchasing_purchase_order(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_past_delivery
    ADD CONSTRAINT purchasing_past_deli_imported_file_id_91388dd2_fk_ledger_im FOREIGN KEY (imported_file_id) REFERENCES public.ledger_imported_file(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_past_delivery
    ADD CONSTRAINT purchasing_past_deli_site_id_04847c19_fk_catalog_l FOREIGN KEY (site_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_past_delivery
    ADD CONSTRAINT purchasing_past_deli_supplier_id_9d187e07_fk_catalog_s FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_past_delivery
    ADD CONSTRAINT purchasing_past_delivery_item_id_6e6102d6_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_purchase_order
    ADD CONSTRAINT purchasing_purchase__merged_into_id_0eeaa184_fk_purchasin FOREIGN KEY (merged_into_id) REFERENCES public.purchasing_purchase_order(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_purchase_order
    ADD CONSTRAINT purchasing_purchase__site_id_79070e65_fk_catalog_l FOREIGN KEY (site_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_purchase_order
    ADD CONSTRAINT purchasing_purchase__supplier_id_f45411ef_fk_catalog_s FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_receipt
    ADD CONSTRAINT purchasing_receipt_delivery_id_eb396fb3_fk_purchasin FOREIGN KEY (delivery_id) REFERENCES public.purchasing_delivery(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_receipt
    ADD CONSTRAINT purchasing_receipt_notice_id_ff74b8c2_fk_purchasin FOREIGN KEY (notice_id) REFERENCES public.purchasing_shipping_notice(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_settlement
    ADD CONSTRAINT purchasing_settlemen_discrepancy_id_42a1000d_fk_purchasin FOREIGN KEY (discrepancy_id) REFERENCES public.purchasing_discrepancy(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_shipping_notice
    ADD CONSTRAINT purchasing_shipping__supersedes_id_622c0ac2_fk_purchasin FOREIGN KEY (supersedes_id) REFERENCES public.purchasing_shipping_notice(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_shipping_notice
    ADD CONSTRAINT purchasing_shipping__supplier_id_ccc6d335_fk_catalog_s FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_supplier_comment
    ADD CONSTRAINT purchasing_supplier__answers_id_6859958d_fk_purchasin FOREIGN KEY (answers_id) REFERENCES public.purchasing_supplier_comment(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_supplier_return
    ADD CONSTRAINT purchasing_supplier__purchase_order_id_873e024d_fk_purchasin FOREIGN KEY (purchase_order_id) REFERENCES public.purchasing_purchase_order(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_supplier_comment
    ADD CONSTRAINT purchasing_supplier__supplier_id_57c75e0c_fk_catalog_s FOREIGN KEY (supplier_id) REFERENCES public.catalog_supplier(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_supplier_return
    ADD CONSTRAINT purchasing_supplier_return_item_id_4baf6825_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_transfer_entry
    ADD CONSTRAINT purchasing_transfer__line_id_55ff2c5b_fk_purchasin FOREIGN KEY (line_id) REFERENCES public.purchasing_transfer_line(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_transfer_entry
    ADD CONSTRAINT purchasing_transfer__location_id_c82b7496_fk_catalog_l FOREIGN KEY (location_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_transfer_order
    ADD CONSTRAINT purchasing_transfer__source_id_ae8e2a36_fk_catalog_l FOREIGN KEY (source_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_transfer_order
    ADD CONSTRAINT purchasing_transfer__target_id_c1bd6dc4_fk_catalog_l FOREIGN KEY (target_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_transfer_line
    ADD CONSTRAINT purchasing_transfer__transfer_order_id_b0b2e92c_fk_purchasin FOREIGN KEY (transfer_order_id) REFERENCES public.purchasing_transfer_order(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_transfer_order
    ADD CONSTRAINT purchasing_transfer__transit_id_4f0e4545_fk_catalog_l FOREIGN KEY (transit_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_transfer_entry
    ADD CONSTRAINT purchasing_transfer_entry_lot_id_0abaa6b8_fk_ledger_lot_id FOREIGN KEY (lot_id) REFERENCES public.ledger_lot(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_transfer_line
    ADD CONSTRAINT purchasing_transfer_line_item_id_33eb0fdd_fk_catalog_item_id FOREIGN KEY (item_id) REFERENCES public.catalog_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_transit_place
    ADD CONSTRAINT purchasing_transit_p_location_id_d60b2048_fk_catalog_l FOREIGN KEY (location_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.purchasing_transit_place
    ADD CONSTRAINT purchasing_transit_p_target_id_ad3c5889_fk_catalog_l FOREIGN KEY (target_id) REFERENCES public.catalog_location(id) DEFERRABLE INITIALLY DEFERRED;

SELECT public.ledger_make_partitions((now() AT TIME ZONE 'UTC')::date,
    ((now() AT TIME ZONE 'UTC') + interval '3 months')::date);
INSERT INTO public.django_migrations (app, name, applied) VALUES ('access', '0001_initial', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('access', '0002_seal', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('access', '0003_seal_functions', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('access', '0004_key_scopes', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('access', '0005_roles', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('access', '0006_same_act_same_scope', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('account', '0001_initial', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('account', '0002_email_max_length', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('account', '0003_alter_emailaddress_create_unique_verified_email', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('account', '0004_alter_emailaddress_drop_unique_email', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('account', '0005_emailaddress_idx_upper_email', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('account', '0006_emailaddress_lower', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('account', '0007_emailaddress_idx_email', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('account', '0008_emailaddress_unique_primary_email_fixup', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('account', '0009_emailaddress_unique_primary_email', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('auth', '0001_initial', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('auth', '0002_alter_permission_name_max_length', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('auth', '0003_alter_user_email_max_length', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('auth', '0004_alter_user_username_opts', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('auth', '0005_alter_user_last_login_null', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('auth', '0006_require_contenttypes_0002', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('auth', '0007_alter_validators_add_error_messages', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('auth', '0008_alter_user_username_max_length', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('auth', '0009_alter_user_last_name_max_length', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('auth', '0010_alter_group_name_max_length', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('auth', '0011_update_proxy_permissions', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('auth', '0012_alter_user_first_name_max_length', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('automation', '0001_initial', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('automation', '0002_digests', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('catalog', '0001_initial', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('catalog', '0002_company', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('catalog', '0003_materials', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('catalog', '0004_release_days', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('catalog', '0005_supplier_contacts', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('catalog', '0006_supplier_register', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('catalog', '0007_exchange_rates', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('catalog', '0008_commitment_warning_days', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('catalog', '0009_item_gtin', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('catalog', '0010_release_needs', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('catalog', '0011_source_class', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('catalog', '0012_clauses', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('catalog', '0013_order_cut_off', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('contenttypes', '0001_initial', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('contenttypes', '0002_remove_content_type_name', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('demand', '0001_initial', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('demand', '0002_append_only', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('demand', '0003_calendar', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('exchange', '0001_initial', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('exchange', '0002_answer_links', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('exchange', '0003_channels_and_inbox', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('exchange', '0004_set_ups', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('exchange', '0005_health_count', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('exchange', '0006_subscriptions', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('journal', '0001_initial', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('journal', '0002_append_only', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('journal', '0003_audit_event_by_transaction', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('journal', '0004_outbox_queue', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('journal', '0005_outbox_unfinished', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('journal', '0006_closable_alerts', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('journal', '0007_job_runs', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('journal', '0008_worklist', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('journal', '0009_audit_search', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('journal', '0010_events', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('ledger', '0001_initial', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('ledger', '0002_posting', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('ledger', '0003_materials', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('ledger', '0004_partitions', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('ledger', '0005_cycle_counts', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('ledger', '0006_balance_by_item', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('ledger', '0007_posting_in_order', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('mfa', '0001_initial', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('mfa', '0002_authenticator_timestamps', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('mfa', '0003_authenticator_type_uniq', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('planning', '0001_initial', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('planning', '0002_pool', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('planning', '0003_supplier_switches', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('planning', '0004_proposal_edits', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('planning', '0005_overrides', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('planning', '0006_kpis_and_cash', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('planning', '0007_item_site_plans', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('planning', '0008_lines_of_several_proposals', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0001_initial', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0002_drop_started_at_column', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0003_drop_started_at_column', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0004_drop_procrastinate_version_table', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0005_fix_procrastinate_fetch_job', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0006_fix_trigger_status_events_insert', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0007_add_queueing_lock_column', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0008_close_fetch_job_race_condition', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0009_add_defer_job_function', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0010_add_procrastinate_periodic_defers', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0011_add_foreign_key_index', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0012_add_locks_to_periodic_defer', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0013_fix_procrastinate_defer_periodic_job', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0014_add_finish_job_and_retry_job_functions', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0015_add_trigger_on_job_deletion', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0016_delete_finished_jobs', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0017_add_checks_to_finish_job', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0018_add_checks_to_retry_job', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0019_fix_finish_job_compat_issue', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0020_add_index_on_procrastinate_jobs', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0021_add_kwargs_to_defer_periodic_job', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0022_null_locks_excluded', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0023_remove_old_finish_job_function', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0024_job_id_bigint', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0025_add_models', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0026_add_job_priority', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0027_add_periodic_job_priority', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0028_add_cancel_states', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0029_add_additional_params_to_retry_job', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0030_alter_procrastinateevent_options', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0031_add_indexes_for_fetch_job', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0032_pre_cancel_notification', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0033_post_cancel_notification', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0034_pre_add_heartbeat', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0035_post_add_heartbeat', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0036_add_worker_model', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0037_pre_batch_defer_jobs', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0038_post_batch_defer_jobs', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0039_pre_priority_lock_fetch_job', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0040_pre_retry_failed_job', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('procrastinate', '0041_post_retry_failed_job', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0001_initial', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0002_order_number', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0003_revisions', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0004_shipping_notices', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0005_discrepancies', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0006_transfers', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0007_approvals', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0008_past_deliveries', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0009_invoices', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0010_chases', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0011_refused_quantity', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0012_supplier_comments', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0013_conformity', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0014_order_clauses', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0015_rates', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0016_order_lists', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0017_goods_under_way', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('purchasing', '0018_reckoned_days', now());
INSERT INTO public.django_migrations (app, name, applied) VALUES ('sessions', '0001_initial', now());
