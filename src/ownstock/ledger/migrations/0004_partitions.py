"""Movements in monthly parts, the posting function for them, and facts that refuse every change in every part."""

import django.db.models.functions.datetime
from django.db import migrations, models

import ownstock.journal.fields

PLACE = """
CREATE OR REPLACE VIEW ledger_place AS
SELECT id, site_id, kind, kind IN ('site', 'bin', 'in_transit') AS holds, code FROM catalog_location
"""

LINE_HASH = """
CREATE FUNCTION ledger_line_hash(
    posting_key text, line integer, item_id bigint, lot_id bigint, source_id bigint, source_status text,
    target_id bigint, target_status text, quantity numeric, moved_at timestamptz, unit_cost numeric
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(
        posting_key || '|' || line || '|' || item_id || '|' || coalesce(lot_id, 0) || '|' || source_id || '|' || source_status
        || '|' || target_id || '|' || target_status || '|' || round(quantity, 4) || '|' || extract(epoch FROM moved_at)
        || '|' || coalesce(round(unit_cost, 4)::text, ''), 'UTF8'))
$$
"""

# Identity columns of partitioned tables came with PostgreSQL 17: hence a sequence of its own.
TABLE = """
ALTER TABLE ledger_movement RENAME TO ledger_movement_before;
ALTER INDEX movement_by_posting RENAME TO movement_before_by_posting;
ALTER INDEX movement_by_item RENAME TO movement_before_by_item;
ALTER SEQUENCE ledger_movement_id_seq RENAME TO ledger_movement_before_id_seq;
CREATE SEQUENCE ledger_movement_id_seq AS bigint;
CREATE TABLE ledger_movement (
    id bigint NOT NULL DEFAULT nextval('ledger_movement_id_seq'),
    posting_id bigint NOT NULL,
    line integer NOT NULL,
    item_id bigint NOT NULL,
    lot_id bigint,
    source_id bigint NOT NULL,
    source_status varchar(12) NOT NULL,
    target_id bigint NOT NULL,
    target_status varchar(12) NOT NULL,
    quantity numeric(18, 4) NOT NULL CONSTRAINT movement_quantity_positive CHECK (quantity > 0),
    unit_cost numeric(18, 4),
    moved_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT movement_moves CHECK (source_id <> target_id OR source_status <> target_status)
) PARTITION BY RANGE (recorded_at);
ALTER SEQUENCE ledger_movement_id_seq OWNED BY ledger_movement.id;
CREATE INDEX movement_by_posting ON ledger_movement (posting_id, line);
CREATE INDEX movement_by_item ON ledger_movement (item_id, moved_at);
CREATE INDEX movement_by_lot ON ledger_movement (lot_id, moved_at) WHERE lot_id IS NOT NULL;
CREATE TABLE ledger_movement_default PARTITION OF ledger_movement DEFAULT;
"""

# The application may not make tables; of these it may ask for more, and nothing else. A month that has rows in the
# default part already stays there.
PARTITIONS = """
CREATE FUNCTION ledger_make_partitions(since date, until date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
SELECT ledger_make_partitions(
    coalesce((SELECT min(recorded_at AT TIME ZONE 'UTC') FROM ledger_posting), now() AT TIME ZONE 'UTC')::date,
    ((now() AT TIME ZONE 'UTC') + interval '3 months')::date);
"""

# What was posted before gets the cost that it was valued at, and fingerprints that hold it.
COPY = """
INSERT INTO ledger_movement (id, posting_id, line, item_id, lot_id, source_id, source_status, target_id, target_status,
    quantity, unit_cost, moved_at, recorded_at)
SELECT m.id, m.posting_id, m.line, m.item_id, m.lot_id, m.source_id, m.source_status, m.target_id, m.target_status,
    m.quantity, round(abs(v.amount) / m.quantity, 4), m.moved_at, p.recorded_at
FROM ledger_movement_before m JOIN ledger_posting p ON p.id = m.posting_id
LEFT JOIN ledger_valuation_entry v ON v.movement_id = m.id
ORDER BY m.id;
ALTER TABLE ledger_valuation_entry DISABLE TRIGGER USER;
UPDATE ledger_valuation_entry v SET posting_id = m.posting_id, line = m.line
FROM ledger_movement_before m WHERE m.id = v.movement_id;
ALTER TABLE ledger_valuation_entry ENABLE TRIGGER USER;
SELECT setval('ledger_movement_id_seq', coalesce((SELECT max(id) FROM ledger_movement), 0) + 1, false);
DROP TABLE ledger_movement_before;
ALTER TABLE ledger_posting DISABLE TRIGGER USER;
ALTER TABLE ledger_posting ALTER line_hashes TYPE bytea USING ''::bytea;
UPDATE ledger_posting p SET line_hashes = h.line_hashes
FROM (
    SELECT m.posting_id, string_agg(ledger_line_hash(q.key, m.line, m.item_id, m.lot_id, m.source_id, m.source_status,
        m.target_id, m.target_status, m.quantity, m.moved_at, m.unit_cost), ''::bytea ORDER BY m.line) AS line_hashes
    FROM ledger_movement m JOIN ledger_posting q ON q.id = m.posting_id GROUP BY m.posting_id
) h WHERE h.posting_id = p.id;
ALTER TABLE ledger_posting ENABLE TRIGGER USER;
"""

# A balance changes often and none of its indexes do: room on its page spares them all.
ROOM = "ALTER TABLE ledger_balance SET (fillfactor = 60)"

# Lock, decide, append: headers first (the unique key decides who posts), then balances locked in one order, then the facts.
# Arrays that belong together are unnested together and never joined with each other: so a plan that knows nothing of their
# length serves for every call, and making one anew, which took as long as posting a thousand lines, is spared.
POST = """
CREATE FUNCTION ledger_post(
    actors text[], imported_file bigint,
    keys text[], content_hashes bytea[], kinds text[], refs text[], reversed_ids bigint[], assumed boolean[],
    line_postings integer[], line_keys text[], line_numbers integer[], items bigint[], lots bigint[],
    sources bigint[], source_statuses text[], targets bigint[], target_statuses text[],
    quantities numeric[], moments timestamptz[], unit_costs numeric[]
) RETURNS TABLE (posting_key text, is_new boolean) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
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
END $$
"""

# Goods without a lot and goods of a lot are looked up apart: so both find their balance by the whole key.
FIND_BALANCES = """
CREATE FUNCTION ledger_find_balances(
    items bigint[], locations bigint[], lots bigint[], statuses text[], changes numeric[]
) RETURNS TABLE (id bigint, change numeric) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
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
END $$
"""

# The statement that posts one line gives way here when what it met needs the whole function.
GIVE_WAY = """
CREATE FUNCTION ledger_give_way() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this line needs the posting function' USING ERRCODE = 'OS005';
END $$
"""

FACTS = ["ledger_posting", "ledger_movement", "ledger_valuation_entry", "ledger_closing_balance", "journal_audit_event"]


def append_only(table: str) -> str:
    """Triggers for each row (so that every part of a partitioned table has them) and against emptying."""
    return f"""
        DROP TRIGGER IF EXISTS {table}_append_only ON {table};
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();
        CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
    """


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_materials"), ("journal", "0002_append_only")]

    operations = [
        migrations.RunSQL(PLACE, migrations.RunSQL.noop),
        migrations.RunSQL(LINE_HASH),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP FUNCTION ledger_post(text, text, text[], bytea[], text[], text[], bigint[], boolean[], integer[], "
                    "integer[], bigint[], bigint[], bigint[], text[], bigint[], text[], numeric[], timestamptz[], numeric[])"
                ),
                migrations.RunSQL("DROP TRIGGER ledger_movement_append_only ON ledger_movement"),
                migrations.RunSQL(TABLE),
                migrations.RunSQL(PARTITIONS),
                migrations.RunSQL(COPY),
                migrations.RunSQL(
                    "DROP FUNCTION ledger_line_hash(text, integer, bigint, bigint, bigint, text, bigint, text, numeric, "
                    "timestamptz)"
                ),
            ],
            state_operations=[
                migrations.AddField(
                    model_name="movement",
                    name="recorded_at",
                    field=models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), help_text="Its posting's."
                    ),
                ),
                migrations.AddField(
                    model_name="movement",
                    name="unit_cost",
                    field=ownstock.journal.fields.QuantityField(
                        help_text="What one stock unit was said to be worth: by the line, else by the item. "
                        "Empty where no value moves.",
                        null=True,
                    ),
                ),
                migrations.AlterField(
                    model_name="posting",
                    name="line_hashes",
                    field=models.BinaryField(
                        help_text="SHA-256 of each movement, in line order, 32 bytes each: what `verify` compares."
                    ),
                ),
                migrations.AddIndex(
                    model_name="movement",
                    index=models.Index(
                        fields=["lot", "moved_at"], name="movement_by_lot", condition=models.Q(lot__isnull=False)
                    ),
                ),
            ],
        ),
        migrations.RemoveField(model_name="valuationentry", name="movement"),
        migrations.RunSQL(ROOM, migrations.RunSQL.noop),
        migrations.RunSQL("DROP FUNCTION ledger_delta"),
        migrations.RunSQL(FIND_BALANCES),
        migrations.RunSQL(POST),
        migrations.RunSQL(GIVE_WAY),
        *[migrations.RunSQL(append_only(table)) for table in FACTS],
    ]
