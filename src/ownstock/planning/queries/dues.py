"""What is due to suppliers, line by line: which document, by which terms, on which day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from ownstock.planning.models import PlannedSpend
from ownstock.planning.queries.runs import business_day

NET_DAYS = 30
LINES_A_PAGE = 100

AGREED = """
    WITH agreed AS (
        SELECT DISTINCT ON (supplier_id) supplier_id, net_days FROM catalog_agreement
        WHERE valid_from <= %(on)s AND (valid_to IS NULL OR valid_to >= %(on)s) ORDER BY supplier_id, valid_from DESC)
"""
PROPOSED = """
    SELECT p.id, p.supplier_id, p.item_site_id, p.quantity * p.price AS amount, p.value, p.requested_on AS from_on,
        a.net_days, p.requested_on + coalesce(a.net_days, %(net)s) AS due_on
    FROM planning_proposal p LEFT JOIN agreed a ON a.supplier_id = p.supplier_id WHERE p.state = 'pending'
"""
# Each: kind, currency (none: the supplier's), supplier, document, what of it (or the item, or the item-site), the day that
# counts, agreed net days, money, when it is due. Names are looked up for the lines that are shown.
LINES = {
    "invoiced": """
        SELECT 'invoiced' AS kind, i.currency, i.supplier_id, i.id::text AS document, i.number AS what,
            NULL::bigint AS item_id, NULL::bigint AS item_site_id, i.invoiced_on AS from_on,
            CASE WHEN i.due_on IS NULL THEN a.net_days ELSE i.due_on - i.invoiced_on END AS net_days, i.total AS amount,
            coalesce(i.due_on, i.invoiced_on + coalesce(a.net_days, %(net)s)) AS due_on
        FROM purchasing_invoice i LEFT JOIN agreed a ON a.supplier_id = i.supplier_id
        WHERE i.state <> 'cancelled' AND coalesce(i.due_on, i.invoiced_on + coalesce(a.net_days, %(net)s)) >= %(on)s
    """,
    "ordered": """
        SELECT 'ordered', o.currency, o.supplier_id, o.number, NULL, l.item_id, NULL,
            greatest(coalesce(d.announced_on, d.latest_promised_on, d.requested_on), %(on)s), a.net_days,
            greatest(d.quantity - d.received_quantity - d.cancelled_quantity, 0) * l.price,
            greatest(coalesce(d.announced_on, d.latest_promised_on, d.requested_on), %(on)s) + coalesce(a.net_days, %(net)s)
        FROM purchasing_purchase_order o
        JOIN purchasing_order_revision r ON r.purchase_order_id = o.id JOIN purchasing_order_line l ON l.revision_id = r.id
        JOIN purchasing_delivery d ON d.line_id = l.id LEFT JOIN agreed a ON a.supplier_id = o.supplier_id
        WHERE o.state IN ('draft', 'approved', 'placed', 'acknowledged', 'part_received')
    """,
    "received": """
        SELECT 'received', o.currency, o.supplier_id, o.number, NULL, d.item_id, NULL, d.came_on, a.net_days,
            greatest(d.came - coalesce(v.invoiced, 0), 0) * d.price, d.came_on + coalesce(a.net_days, %(net)s)
        FROM (
            SELECT r.purchase_order_id, l.line, l.item_id, max(l.price) AS price, sum(d.received_quantity) AS came,
                max(c.received_on) AS came_on
            FROM purchasing_purchase_order o JOIN purchasing_order_revision r ON r.purchase_order_id = o.id
            JOIN purchasing_order_line l ON l.revision_id = r.id JOIN purchasing_delivery d ON d.line_id = l.id
            JOIN LATERAL (
                SELECT max(received_on) AS received_on FROM purchasing_receipt WHERE delivery_id = d.id) c ON true
            WHERE NOT o.is_invoiced AND o.state NOT IN ('draft', 'approved', 'placed', 'acknowledged')
                AND d.received_quantity > 0 GROUP BY 1, 2, 3) d
        JOIN purchasing_purchase_order o ON o.id = d.purchase_order_id
        LEFT JOIN agreed a ON a.supplier_id = o.supplier_id
        LEFT JOIN LATERAL (
            SELECT sum(n.stock_units) AS invoiced
            FROM purchasing_invoice_line n JOIN purchasing_invoice i ON i.id = n.invoice_id
            WHERE n.purchase_order_id = d.purchase_order_id AND n.line = d.line AND i.state <> 'cancelled') v ON true
    """,
    "proposed": f"""
        SELECT 'proposed', NULL, supplier_id, id::text, NULL, NULL, item_site_id, from_on, net_days, amount, due_on
        FROM ({PROPOSED}) p
    """,
}
COLUMNS = "(kind, currency, supplier_id, document, what, item_id, item_site_id, from_on, net_days, amount, due_on)"
# Each kind by itself: so PostgreSQL sorts none of the lines.
BY_DAY = " UNION ALL ".join(
    "SELECT kind, currency, supplier_id, due_on, sum(amount) AS amount "
    f"FROM ({lines}) line {COLUMNS} WHERE amount <> 0 GROUP BY 1, 2, 3, 4"
    for lines in LINES.values()
)
DUE = f"""
    {AGREED}, due AS ({BY_DAY}), by_week AS (
        SELECT kind, currency, supplier_id, date_trunc('week', pay_on)::date AS week,
            date_trunc('month', pay_on)::date AS month, sum(amount) AS amount
        FROM (SELECT *, greatest(due_on, %(on)s)::timestamp AS pay_on FROM due) d GROUP BY 1, 2, 3, 4, 5)
    SELECT d.kind, coalesce(d.currency, s.currency), s.code, d.week, d.month, d.amount
    FROM by_week d JOIN catalog_supplier s ON s.id = d.supplier_id
"""
DUE_LINES = f"""
    {AGREED}, asked AS (
        SELECT kind, currency, supplier_id, document, what, item_id, item_site_id, from_on, net_days, amount,
            greatest(due_on, %(on)s) AS pay_on
        FROM ({" UNION ALL ".join(LINES.values())}) due {COLUMNS}
        WHERE amount <> 0 AND (%(kind)s = '' OR kind = %(kind)s)
            AND (%(supplier)s = '' OR supplier_id = (SELECT id FROM catalog_supplier WHERE code = %(supplier)s))
            AND greatest(due_on, %(on)s) >= %(since)s AND greatest(due_on, %(on)s) < %(until)s
        ORDER BY amount DESC, kind, document, item_id, item_site_id LIMIT %(limit)s OFFSET %(first)s)
    SELECT l.kind, coalesce(l.currency, s.currency), s.code, l.document, coalesce(l.what, i.sku), l.from_on, l.net_days,
        l.amount, l.pay_on
    FROM asked l JOIN catalog_supplier s ON s.id = l.supplier_id
    LEFT JOIN catalog_item_site k ON k.id = l.item_site_id
    LEFT JOIN catalog_item i ON i.id = coalesce(k.item_id, l.item_id)
    ORDER BY l.amount DESC, l.kind, l.document, coalesce(l.what, i.sku)
"""


@dataclass(frozen=True, slots=True)
class CashLine:
    """One document, or a line of it, that is to be paid: `from_on` and the net days of the terms make the day.

    `net_days` is empty where nothing is agreed: then 30 are taken.
    """

    kind: str
    currency: str
    supplier: str
    document: str
    what: str
    from_on: date
    net_days: int | None
    amount: Decimal
    pay_on: date


def cash_lines(
    since: date, until: date, *, kind: str = "", supplier: str = "", first: int = 0, limit: int = LINES_A_PAGE
) -> list[CashLine]:
    """What is to be paid from a day until before another, line by line, the largest first."""
    values = {
        "on": business_day(),
        "net": NET_DAYS,
        "since": since,
        "until": until,
        "kind": kind,
        "supplier": supplier,
        "first": first,
        "limit": limit,
    }
    if kind == "planned":
        return _planned_lines(values)
    return [CashLine(*row) for row in _rows(DUE_LINES, values)]


def due_of_planned(on: date) -> Iterator[tuple[PlannedSpend, date]]:
    """What planned orders of the newest look ahead come to, each with the day on which it is to be paid."""
    net = agreed_net_days(on)
    newest = PlannedSpend.objects.order_by("-run_id").values_list("run_id", flat=True).first()
    for one in PlannedSpend.objects.filter(run_id=newest).select_related("supplier", "site"):
        days = net.get(one.supplier_id)
        arrives_on = one.week_start_on + timedelta(days=one.lead_time_days)
        yield one, max(arrives_on + timedelta(days=NET_DAYS if days is None else days), on)


def agreed_net_days(on: date) -> Mapping[int, int]:
    """Net days of the agreements that hold on a day, by supplier's id; without one there is none."""
    return {
        key: days
        for key, days in _rows(AGREED + "SELECT supplier_id, net_days FROM agreed", {"on": on})
        if days is not None
    }


def looked_ahead_at() -> tuple[date, datetime] | None:
    """The planned day of the newest look ahead, and when it was made; None before the first."""
    newest = PlannedSpend.objects.order_by("-run_id").select_related("run").first()
    return None if newest is None else (newest.run.planned_on, newest.recorded_at)


def _planned_lines(values: Mapping[str, Any]) -> list[CashLine]:
    net = agreed_net_days(values["on"])
    found = [
        CashLine(
            "planned",
            one.currency,
            one.supplier.code,
            "",
            one.site.code,
            one.week_start_on + timedelta(days=one.lead_time_days),
            net.get(one.supplier_id),
            one.mean,
            due_on,
        )
        for one, due_on in due_of_planned(values["on"])
        if values["since"] <= due_on < values["until"] and values["supplier"] in ("", one.supplier.code)
    ]
    found.sort(key=lambda line: -line.amount)
    return found[values["first"] : values["first"] + values["limit"]]


def _rows(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
