"""How rows and seals are hashed, and how the next seal is made; a trigger keeps seals as they were appended.

The text of a row must be the same for whoever asks: hence the settings that functions carry with them.
"""

from django.db import migrations

SETTINGS = """
    SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD' SET IntervalStyle = 'iso_8601' SET bytea_output = 'hex'
    SET extra_float_digits = 1 SET plan_cache_mode = force_custom_plan
"""

# Rows after one pair of (transaction id, id) and not after another, in that order, each with the hash of its listed columns.
# Within one transaction they are read by id alone, so that a transaction of a million rows is not searched for each link.
ROW_HASHES = f"""
CREATE FUNCTION access_row_hashes(
    of_table text, of_columns text[], since_transaction_id xid8, since_id bigint, until_transaction_id xid8, until_id bigint,
    most integer
) RETURNS TABLE (row_id bigint, row_transaction_id xid8, row_hash bytea) LANGUAGE plpgsql STABLE {SETTINGS}
SET enable_sort = off AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT id, transaction_id, sha256(convert_to(ROW(%s)::text, ''UTF8'')) FROM %I WHERE %s LIMIT $5',
        (SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.place)
         FROM unnest(of_columns) WITH ORDINALITY AS c(name, place)), of_table,
        CASE WHEN since_transaction_id = until_transaction_id
            THEN 'transaction_id = $1 AND transaction_id = $3 AND id > $2 AND id <= $4 ORDER BY id'
            ELSE '(transaction_id, id) > ($1, $2) AND (transaction_id, id) <= ($3, $4) ORDER BY transaction_id, id' END)
    USING since_transaction_id, since_id, until_transaction_id, until_id, most;
END $$
"""

SEAL_HASH = f"""
CREATE FUNCTION access_seal_hash(s access_seal) RETURNS bytea LANGUAGE plpgsql STABLE {SETTINGS} AS $$
BEGIN
    RETURN sha256(convert_to(ROW(s.number, s.previous_hash, s.table_name, s.columns, s.since_transaction_id, s.since_id,
        s.until_transaction_id, s.until_id, s.ids, s.row_hashes, s.rows_so_far, s.sealed_at)::text, 'UTF8'));
END $$
"""

# One seal, in one transaction: whoever is killed in it leaves nothing. A second sealer waits for the first and goes on from there.
# A transaction whose rows fill a link is finished by links of its own; the last of them ends with the greatest id there is.
SEAL_NEXT = """
CREATE FUNCTION access_seal_next(of_table text, of_columns text[], most integer, OUT sealed integer, OUT may_be_more boolean)
LANGUAGE plpgsql AS $$
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
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0002_seal"), ("journal", "0003_audit_event_by_transaction")]

    operations = [
        migrations.RunSQL(ROW_HASHES, "DROP FUNCTION access_row_hashes"),
        migrations.RunSQL(SEAL_HASH, "DROP FUNCTION access_seal_hash"),
        migrations.RunSQL(SEAL_NEXT, "DROP FUNCTION access_seal_next"),
        # Hashes do not compress: trying costs more than it saves.
        migrations.RunSQL("ALTER TABLE access_seal ALTER row_hashes SET STORAGE EXTERNAL", migrations.RunSQL.noop),
        migrations.RunSQL(
            "CREATE TRIGGER access_seal_append_only BEFORE UPDATE OR DELETE ON access_seal "
            "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()",
            "DROP TRIGGER access_seal_append_only ON access_seal",
        ),
    ]
