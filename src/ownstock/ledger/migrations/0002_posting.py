"""The posting function, the fingerprint of a movement, and the triggers that keep facts as they were appended."""

from django.db import migrations

LINE_HASH = """
CREATE FUNCTION ledger_line_hash(
    posting_key text, line integer, item_id bigint, lot_id bigint, source_id bigint, source_status text,
    target_id bigint, target_status text, quantity numeric, moved_at timestamptz
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(
        posting_key || '|' || line || '|' || item_id || '|' || coalesce(lot_id, 0) || '|' || source_id || '|' || source_status
        || '|' || target_id || '|' || target_status || '|' || round(quantity, 4) || '|' || extract(epoch FROM moved_at), 'UTF8'))
$$
"""

# A plan for arrays of unknown length guesses ten rows and joins thousands by nested loops: hence a plan for each call.
# Lock, decide, append: headers first (the unique key decides who posts), then balances locked in one order, then the facts.
POST = """
CREATE FUNCTION ledger_post(
    actor text, currency text,
    keys text[], content_hashes bytea[], kinds text[], refs text[], reversed_ids bigint[], assumed boolean[],
    line_postings integer[], line_numbers integer[], items bigint[], lots bigint[],
    sources bigint[], source_statuses text[], targets bigint[], target_statuses text[],
    quantities numeric[], moments timestamptz[], unit_costs numeric[]
) RETURNS TABLE (posting_key text, is_new boolean) LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    posting_ids bigint[];
    conflicts jsonb;
    balance_ids bigint[];
    changes numeric[];
    shortages jsonb;
    delta_items bigint[];
    delta_locations bigint[];
    delta_lots bigint[];
    delta_statuses text[];
    delta_changes numeric[];
BEGIN
    -- 1. Headers: the unique key makes each happen once; a second caller waits here for the first.
    WITH asked AS (
        SELECT * FROM unnest(keys, content_hashes, kinds, refs, reversed_ids, assumed)
            WITH ORDINALITY AS p(key, content_hash, kind, ref, reversed_id, is_assumed, number)
    ), hashed AS (
        SELECT l.posting AS number, array_agg(ledger_line_hash(
            keys[l.posting], l.line, l.item, l.lot, l.source, l.source_status, l.target, l.target_status, l.quantity,
            coalesce(l.moved_at, transaction_timestamp())) ORDER BY l.line) AS line_hashes
        FROM unnest(line_postings, line_numbers, items, lots, sources, source_statuses, targets, target_statuses, quantities,
            moments) AS l(posting, line, item, lot, source, source_status, target, target_status, quantity, moved_at)
        GROUP BY l.posting
    ), written AS (
        INSERT INTO ledger_posting (key, content_hash, kind, reference, actor, is_assumed, reverses_id, line_hashes)
        SELECT a.key, a.content_hash, a.kind, a.ref, ledger_post.actor, a.is_assumed, a.reversed_id, h.line_hashes
        FROM asked a JOIN hashed h USING (number) ORDER BY a.key
        ON CONFLICT (key) DO NOTHING
        RETURNING id, key, line_hashes
    ), told AS (
        INSERT INTO journal_audit_event (actor, verb, subject, new, reason)
        SELECT ledger_post.actor, 'ledger.posted', 'posting:' || w.key, jsonb_build_object(
            'lines', cardinality(w.line_hashes),
            'fingerprint', encode(sha256(convert_to(array_to_string(w.line_hashes, ','), 'UTF8')), 'hex')), ''
        FROM written w
    )
    SELECT array_agg(w.id ORDER BY a.number) INTO posting_ids FROM asked a LEFT JOIN written w USING (key);

    -- 2. The same key with other content is another request: refused.
    SELECT jsonb_agg(p.key ORDER BY p.key) INTO conflicts
    FROM unnest(keys, content_hashes, posting_ids) AS a(key, content_hash, posting_id)
    JOIN ledger_posting p ON p.key = a.key
    WHERE a.posting_id IS NULL AND p.content_hash <> a.content_hash;
    IF conflicts IS NOT NULL THEN
        RAISE EXCEPTION 'key reused' USING ERRCODE = 'OS001', DETAIL = conflicts::text;
    END IF;

    -- 3. Balances that will change: made at zero where missing, then locked in one order for everybody.
    SELECT array_agg(d.item), array_agg(d.location), array_agg(d.lot), array_agg(d.status), array_agg(d.change)
    INTO delta_items, delta_locations, delta_lots, delta_statuses, delta_changes
    FROM ledger_delta(posting_ids, line_postings, items, lots, sources, source_statuses, targets, target_statuses,
        quantities) d;

    INSERT INTO ledger_balance (item_id, location_id, lot_id, status, on_hand)
    SELECT d.item, d.location, d.lot, d.status, 0
    FROM unnest(delta_items, delta_locations, delta_lots, delta_statuses) AS d(item, location, lot, status)
    WHERE NOT EXISTS (
        SELECT FROM ledger_balance b WHERE b.location_id = d.location AND b.item_id = d.item
        AND b.lot_id IS NOT DISTINCT FROM d.lot AND b.status = d.status)
    ORDER BY d.location, d.item, d.lot, d.status
    ON CONFLICT DO NOTHING;

    SELECT array_agg(held.id), array_agg(held.change), jsonb_agg(jsonb_build_object(
            'item', held.item_id, 'location', held.location_id, 'lot', held.lot_id, 'status', held.status,
            'on_hand', held.on_hand, 'wanted', -held.change)) FILTER (WHERE held.on_hand + held.change < 0)
    INTO balance_ids, changes, shortages
    FROM (
        SELECT b.id, b.item_id, b.location_id, b.lot_id, b.status, b.on_hand, d.change
        FROM unnest(delta_items, delta_locations, delta_lots, delta_statuses, delta_changes)
            AS d(item, location, lot, status, change)
        JOIN ledger_balance b ON b.location_id = d.location AND b.item_id = d.item
            AND b.lot_id IS NOT DISTINCT FROM d.lot AND b.status = d.status
        ORDER BY b.id FOR NO KEY UPDATE OF b
    ) held;
    IF shortages IS NOT NULL THEN
        RAISE EXCEPTION 'not enough on hand' USING ERRCODE = 'OS002', DETAIL = shortages::text;
    END IF;
    IF coalesce(cardinality(balance_ids), 0) <> coalesce(cardinality(delta_items), 0) THEN
        RAISE EXCEPTION 'a balance row is missing' USING ERRCODE = 'OS003';
    END IF;
    UPDATE ledger_balance b SET on_hand = b.on_hand + u.change
    FROM unnest(balance_ids, changes) AS u(id, change) WHERE b.id = u.id AND u.change <> 0;

    -- 4. The facts: movements, and what each changes in value. Ids are drawn first, so that neither waits for the other.
    WITH moved AS MATERIALIZED (
        SELECT nextval('ledger_movement_id_seq') AS id, n.posting_id, l.*
        FROM unnest(line_postings, line_numbers, items, lots, sources, source_statuses, targets, target_statuses, quantities,
            moments, unit_costs) AS l(posting, line, item, lot, source, source_status, target, target_status, quantity,
            moved_at, unit_cost)
        JOIN unnest(posting_ids) WITH ORDINALITY AS n(posting_id, posting) USING (posting)
        WHERE n.posting_id IS NOT NULL
    ), written AS (
        INSERT INTO ledger_movement (id, posting_id, line, item_id, lot_id, source_id, source_status, target_id,
            target_status, quantity, moved_at)
        SELECT id, posting_id, line, item, lot, source, source_status, target, target_status, quantity,
            coalesce(moved_at, transaction_timestamp())
        FROM moved ORDER BY id
    )
    INSERT INTO ledger_valuation_entry (item_id, movement_id, amount, currency, reason, valued_at)
    SELECT m.item, m.id, round(m.quantity * coalesce(m.unit_cost, i.unit_cost), 4) * CASE WHEN t.holds THEN 1 ELSE -1 END,
        ledger_post.currency, kinds[m.posting], coalesce(m.moved_at, transaction_timestamp())
    FROM moved m JOIN catalog_item i ON i.id = m.item
    JOIN ledger_place s ON s.id = m.source JOIN ledger_place t ON t.id = m.target
    WHERE s.holds <> t.holds;

    RETURN QUERY SELECT a.key, a.posting_id IS NOT NULL FROM unnest(keys, posting_ids) AS a(key, posting_id);
END $$
"""

# Which locations keep balances, in the one place where SQL asks it; the same set as catalog.rules.STOCK_KINDS (a test).
PLACE = """
CREATE VIEW ledger_place AS
SELECT id, site_id, kind, kind IN ('site', 'bin', 'in_transit') AS holds FROM catalog_location
"""

DELTA = """
CREATE FUNCTION ledger_delta(
    posting_ids bigint[], line_postings integer[], items bigint[], lots bigint[], sources bigint[], source_statuses text[],
    targets bigint[], target_statuses text[], quantities numeric[]
) RETURNS TABLE (item bigint, location bigint, lot bigint, status text, change numeric) LANGUAGE sql STABLE AS $$
    SELECT e.item, e.location, e.lot, e.status, sum(e.change)
    FROM unnest(line_postings, items, lots, sources, source_statuses, targets, target_statuses, quantities)
        AS l(posting, item, lot, source, source_status, target, target_status, quantity)
    JOIN unnest(posting_ids) WITH ORDINALITY AS n(posting_id, posting) USING (posting)
    CROSS JOIN LATERAL (VALUES
        (l.item, l.source, l.lot, l.source_status, -l.quantity),
        (l.item, l.target, l.lot, l.target_status, l.quantity)) AS e(item, location, lot, status, change)
    JOIN ledger_place p ON p.id = e.location AND p.holds
    WHERE n.posting_id IS NOT NULL
    GROUP BY e.item, e.location, e.lot, e.status
$$
"""

TABLES = ["ledger_posting", "ledger_movement", "ledger_valuation_entry"]


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("catalog", "0001_initial"), ("journal", "0002_append_only")]

    operations = [
        migrations.RunSQL(LINE_HASH, "DROP FUNCTION ledger_line_hash"),
        migrations.RunSQL(PLACE, "DROP VIEW ledger_place"),
        migrations.RunSQL(DELTA, "DROP FUNCTION ledger_delta"),
        migrations.RunSQL(POST, "DROP FUNCTION ledger_post"),
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()",
                f"DROP TRIGGER {table}_append_only ON {table}",
            )
            for table in TABLES
        ],
    ]
