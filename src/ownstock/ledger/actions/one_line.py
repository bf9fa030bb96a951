"""Posting one line in one statement: the commonest posting there is, without a second round trip or an array.

It does what the posting function does where that needs little: goods without lots come in or leave, and their balance is
there already. Whatever else it meets, it gives way, having written nothing, and the posting function says the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from django.db import connection

from ownstock.ledger.columns import hash_of
from ownstock.ledger.rules.posting import PostingRequest

# Headers first (the unique key decides who posts), then the balance, then the fact, as in the posting function.
POST_ONE = """
WITH given AS MATERIALIZED (
    SELECT %(key)s::text AS key, %(content_hash)s::bytea AS content_hash, %(kind)s::text AS kind,
        %(reference)s::text AS reference, %(actor)s::text AS actor, %(is_assumed)s::boolean AS is_assumed,
        %(sku)s::text AS sku, %(source)s::text AS source, %(source_status)s::text AS source_status,
        %(target)s::text AS target, %(target_status)s::text AS target_status, %(quantity)s::numeric AS quantity,
        %(unit_cost)s::numeric AS unit_cost, %(moved_at)s::timestamptz AS moved_at
), asked AS MATERIALIZED (
    SELECT g.key, g.content_hash, g.kind, g.reference, g.actor, g.is_assumed, g.source_status, g.target_status, g.quantity,
        i.id AS item_id, s.id AS source_id, t.id AS target_id,
        CASE WHEN s.holds THEN s.id ELSE t.id END AS location_id,
        CASE WHEN s.holds THEN g.source_status ELSE g.target_status END AS status,
        CASE WHEN s.holds THEN -g.quantity ELSE g.quantity END AS change,
        round(coalesce(g.unit_cost, i.unit_cost), 4) AS unit_cost,
        coalesce(g.moved_at, statement_timestamp()) AS moved_at
    FROM given g
    JOIN catalog_item i ON i.sku = g.sku JOIN ledger_place s ON s.code = g.source JOIN ledger_place t ON t.code = g.target
    WHERE s.holds <> t.holds AND i.tracking = 'none' AND i.receiving_status = 'released'
        AND (t.kind <> 'customer' OR g.source_status = 'released')
        AND (g.moved_at IS NULL OR NOT EXISTS (SELECT FROM ledger_closing c WHERE c.until_at > g.moved_at))
), header AS (
    INSERT INTO ledger_posting (key, content_hash, kind, reference, actor, is_assumed, line_hashes)
    SELECT a.key, a.content_hash, a.kind, a.reference, a.actor, a.is_assumed, ledger_line_hash(a.key, 1, a.item_id,
        NULL, a.source_id, a.source_status, a.target_id, a.target_status, a.quantity, a.moved_at, a.unit_cost)
    FROM asked a
    ON CONFLICT (key) DO NOTHING
    RETURNING id
), balance AS (
    UPDATE ledger_balance b SET on_hand = b.on_hand + a.change
    FROM asked a, header h
    WHERE b.location_id = a.location_id AND b.item_id = a.item_id AND b.lot_id IS NULL AND b.status = a.status
    RETURNING b.id
), fact AS (
    INSERT INTO ledger_movement (posting_id, line, item_id, source_id, source_status, target_id, target_status, quantity,
        unit_cost, moved_at)
    SELECT h.id, 1, a.item_id, a.source_id, a.source_status, a.target_id, a.target_status, a.quantity, a.unit_cost,
        a.moved_at
    FROM asked a, header h
)
SELECT CASE
    WHEN EXISTS (SELECT FROM balance) THEN true
    WHEN NOT EXISTS (SELECT FROM header)
        AND (SELECT p.content_hash = g.content_hash FROM ledger_posting p JOIN given g ON g.key = p.key) THEN false
    ELSE ledger_give_way()
END
"""
GIVES_WAY, BELOW_ZERO = "OS005", "23514"


def post_one_line(requests: Sequence[PostingRequest], *, actor: str) -> bool | None:
    """Whether the only line of the only request was posted now (True) or had been before (False).

    None where the statement does not serve: several lines, a lot, another unit, a transfer within, a first balance, a key
    used for other content, too little on hand, an open transaction (which a refusal would spoil).
    """
    [request, *others] = requests
    [line, *more] = request.lines
    if others or more or line.lot or line.unit or connection.in_atomic_block:
        return None
    asked = {
        "key": request.key, "content_hash": hash_of(request), "kind": str(request.kind), "reference": request.reference,
        "actor": actor, "is_assumed": request.is_assumed, "sku": line.sku, "source": line.source, "target": line.target,
        "source_status": str(line.source_status), "target_status": str(line.target_status), "quantity": line.quantity,
        "moved_at": line.moved_at, "unit_cost": line.unit_cost,
    }  # fmt: skip
    connection.ensure_connection()
    try:
        # The driver's own cursor: the server then keeps the statement's plan, which is most of its cost.
        with psycopg.Cursor(connection.connection) as cursor:
            row = cursor.execute(POST_ONE, asked, prepare=True).fetchone()
    except psycopg.Error as fault:
        if fault.sqlstate in (GIVES_WAY, BELOW_ZERO):
            return None
        raise
    return bool(row[0]) if row else None
