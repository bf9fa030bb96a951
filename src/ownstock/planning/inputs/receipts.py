"""What receipts, open orders and past deliveries tell of suppliers, as the engine learns from it: set-based, numbers alone.

Like demand, the record is of closed weeks: it stands as on the Monday of the week. So a receipt of this week is no news to
a plan of this week, and what was rejected or approved is not asked again every day because a supplier was judged anew.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from ownstock.planning.inputs.columns import columns

# What was ordered longer ago tells nothing of today.
REMEMBERED_DAYS = 3 * 365
UNIT = 10_000
NO_DAY = -(10**6)
EPOCH = date(1970, 1, 1)
# A receipt that was taken back is no arrival; what was cut or cancelled was awaited until then.
TOLD = """
    WITH asked AS (
        SELECT d.id, o.id AS order_id, o.number, o.supplier_id, o.site_id, l.item_id, o.ordered_on, d.requested_on,
            coalesce(d.latest_promised_on, d.requested_on) AS promised_on, d.cancelled_quantity,
            d.quantity - d.received_quantity - d.cancelled_quantity AS open_quantity
        FROM purchasing_purchase_order o
        JOIN purchasing_order_revision v ON v.purchase_order_id = o.id
        JOIN purchasing_order_line l ON l.revision_id = v.id
        JOIN purchasing_delivery d ON d.line_id = l.id
        WHERE o.placed_at IS NOT NULL AND o.ordered_on >= %s AND o.ordered_on < %s
    ), told AS (
        SELECT a.supplier_id, a.site_id, a.item_id, hashtextextended(r.posting_key, 0) AS arrives_with, a.ordered_on,
            a.requested_on, a.promised_on, r.received_on, NULL::date AS cancelled_on, r.quantity
        FROM asked a JOIN purchasing_receipt r ON r.delivery_id = a.id
        WHERE r.received_on >= a.ordered_on AND NOT EXISTS (
            SELECT FROM ledger_posting p JOIN ledger_posting u ON u.reverses_id = p.id WHERE p.key = r.posting_key
        )
        UNION ALL
        SELECT supplier_id, site_id, item_id, order_id * 65536 + (promised_on - DATE '1970-01-01') %% 65536, ordered_on,
            requested_on, promised_on, NULL, NULL, open_quantity
        FROM asked WHERE open_quantity > 0
        UNION ALL
        SELECT supplier_id, site_id, item_id, order_id * 65536 + (promised_on - DATE '1970-01-01') %% 65536, ordered_on,
            requested_on, promised_on, NULL, (
                SELECT max(e.recorded_at)::date FROM journal_audit_event e
                WHERE e.subject = 'purchase_order:' || number AND e.verb IN
                    ('purchasing.acknowledged', 'purchasing.cancelled', 'purchasing.changed', 'purchasing.cut')
            ), cancelled_quantity
        FROM asked WHERE cancelled_quantity > 0
        UNION ALL
        SELECT p.supplier_id, p.site_id, p.item_id, hashtextextended(
                coalesce(nullif(p.shipment, ''), p.order_number || ' ' || (p.received_on - DATE '1970-01-01')), 1
            ), p.ordered_on, p.promised_on, p.promised_on, p.received_on, NULL, p.quantity
        FROM purchasing_past_delivery p JOIN ledger_imported_file f ON f.id = p.imported_file_id
        WHERE f.undone_at IS NULL AND p.ordered_on >= %s AND p.ordered_on < %s
    )
"""
AS_NUMBERS = """
    SELECT supplier_id, site_id, item_id, arrives_with, ordered_on - DATE '1970-01-01' AS ordered_on,
        requested_on - DATE '1970-01-01' AS requested_on, promised_on - DATE '1970-01-01' AS promised_on,
        coalesce(received_on - DATE '1970-01-01', {no_day}) AS received_on,
        coalesce(cancelled_on - DATE '1970-01-01', {no_day}) AS cancelled_on, (quantity * {unit})::bigint AS quantity
    FROM told
"""
KEYS = dict.fromkeys(["supplier_id", "site_id", "item_id", "arrives_with"], "bigint")
DAYS = dict.fromkeys(["ordered_on", "requested_on", "promised_on", "received_on", "cancelled_on"], "integer")


def deliveries_told(as_of: date) -> pl.DataFrame:
    """What is known at the beginning of a day of deliveries: `arrival_frames.RECEIPTS`, and `requested_on` of each.

    The item is the item_site and the site the lane, ids all of them. Sorted, so that the same facts are the same frame.
    """
    query = TOLD + AS_NUMBERS.format(no_day=NO_DAY, unit=UNIT)
    since = as_of - timedelta(days=REMEMBERED_DAYS)
    found = columns(query, [since, as_of, since, as_of], {**KEYS, **DAYS, "quantity": "bigint"})
    frame = pl.DataFrame(dict(zip([*KEYS, *DAYS, "quantity"], found, strict=True)))
    today = (as_of - EPOCH).days
    known = [_known_before(name, today) for name in ("received_on", "cancelled_on")]
    days = [pl.col(name).cast(pl.Int32).cast(pl.Date) for name in ("ordered_on", "requested_on", "promised_on")]
    frame = frame.sort(frame.columns).with_columns(*known, *days)
    return frame.select(
        "ordered_on", "requested_on", "promised_on", "received_on", "cancelled_on",
        item_site="item_id", supplier=pl.col("supplier_id").cast(pl.String), lane=pl.col("site_id").cast(pl.String),
        arrives_with=pl.col("arrives_with").cast(pl.String), quantity=pl.col("quantity") / UNIT,
    )  # fmt: skip


def _known_before(name: str, today: int) -> pl.Expr:
    """A day as it is known at the beginning of another: null where it had not come."""
    is_known = (pl.col(name) != NO_DAY) & (pl.col(name) < today)
    return pl.when(is_known).then(pl.col(name).cast(pl.Int32).cast(pl.Date)).alias(name)
