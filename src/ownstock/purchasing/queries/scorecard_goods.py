"""What a scorecard tells of goods and their prices: lead times, quality, price variance."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from ownstock.catalog.models import Agreement
from ownstock.purchasing.models import Invoice
from ownstock.purchasing.queries.scorecard_parts import ASKED, STANDS, TAKEN_BACK, CountedReceipt, CountedRow, Period
from ownstock.purchasing.rules.invoices import InvoiceState
from ownstock.purchasing.rules.scorecards import FORMULAS, NOTHING, Bin, Figure, FigureName, histogram, quantile, share

MIDDLE, MOST, LEAST = Decimal("0.5"), Decimal("0.9"), Decimal("0.1")
RECEIPTS = f"""
    SELECT o.number, l.line, l.item_id, r.posting_key, r.posting_line, r.received_on, r.quantity, o.ordered_on,
        coalesce(d.latest_promised_on, d.requested_on) AS promised_on
    {
    ASKED.replace(
        "JOIN purchasing_delivery d ON d.line_id = l.id",
        "JOIN purchasing_delivery d ON d.line_id = l.id JOIN purchasing_receipt r ON r.delivery_id = d.id",
    )
}
        AND r.received_on BETWEEN %(begins_on)s AND %(ends_on)s AND r.received_on < %(as_of)s
        AND {STANDS.format(key="r.posting_key")}
"""
ALL_RECEIPTS = TAKEN_BACK + RECEIPTS
SPREAD = f"""
    {TAKEN_BACK}
    SELECT received_on - ordered_on, promised_on - ordered_on, count(*), sum(quantity) FROM ({RECEIPTS}) found
    GROUP BY 1, 2
"""
# Damaged goods and other items, on the day on which the goods came with which they were found.
FOUND_AT_ONCE = f"""
    {TAKEN_BACK}
    SELECT o.number, x.line, i.sku, x.kind, x.quantity, x.lot, x.item_id, x.receipt_key, came.received_on
    FROM purchasing_discrepancy x
    JOIN purchasing_purchase_order o ON o.id = x.purchase_order_id
    JOIN catalog_item i ON i.id = x.item_id
    CROSS JOIN LATERAL (
        SELECT coalesce(
            (SELECT min(r.received_on) FROM purchasing_receipt r WHERE r.posting_key = x.receipt_key),
            (SELECT min(m.moved_at)::date FROM ledger_posting p JOIN ledger_movement m ON m.posting_id = p.id
                WHERE p.key = x.receipt_key),
            x.recorded_at::date
        ) AS received_on
    ) came
    WHERE o.supplier_id = %(supplier)s AND x.kind IN ('damaged', 'wrong_item')
        AND o.ordered_on BETWEEN %(ordered_from)s AND %(ordered_to)s
        AND (%(item)s::bigint IS NULL OR EXISTS (
            SELECT FROM purchasing_order_line l JOIN purchasing_order_revision v ON v.id = l.revision_id
            WHERE v.purchase_order_id = o.id AND l.line = x.line AND l.item_id = %(item)s::bigint
        ))
        AND came.received_on BETWEEN %(begins_on)s AND %(ends_on)s AND came.received_on < %(as_of)s
        AND {STANDS.format(key="x.receipt_key")}
    ORDER BY came.received_on, x.id
"""
# Of each lot that quality rejected something of: what came of it here, what came of it in all, what was rejected.
REJECTED = f"""
    {TAKEN_BACK}, lots AS (
        SELECT m.lot_id, min(found.number) AS number, min(found.line) AS line, min(found.received_on) AS received_on,
            sum(found.quantity) AS here
        FROM ({RECEIPTS}) found
        JOIN ledger_posting p ON p.key = found.posting_key
        JOIN ledger_movement m ON m.posting_id = p.id AND m.line = found.posting_line
        WHERE m.lot_id IS NOT NULL AND found.item_id IN (SELECT id FROM catalog_item WHERE tracking <> 'none')
        GROUP BY m.lot_id
    )
    SELECT lots.number, lots.line, i.sku, t.code, i.id, lots.received_on, lots.here, rejected.quantity, (
            SELECT sum(r.quantity) FROM purchasing_receipt r JOIN ledger_posting p ON p.key = r.posting_key
            JOIN ledger_movement m ON m.posting_id = p.id AND m.line = r.posting_line
            WHERE m.lot_id = lots.lot_id AND {STANDS.format(key="r.posting_key")}
        )
    FROM lots JOIN ledger_lot t ON t.id = lots.lot_id JOIN catalog_item i ON i.id = t.item_id
    CROSS JOIN LATERAL (
        SELECT sum(m.quantity) AS quantity FROM ledger_movement m JOIN ledger_posting q ON q.id = m.posting_id
        WHERE m.lot_id = lots.lot_id AND m.target_status = 'rejected' AND m.source_status <> 'rejected'
            AND q.reverses_id IS NULL AND NOT EXISTS (SELECT FROM ledger_posting u WHERE u.reverses_id = q.id)
    ) rejected
    WHERE rejected.quantity > 0 ORDER BY lots.received_on, lots.lot_id
"""
PRICES = f"""
    {TAKEN_BACK}
    SELECT n.number, coalesce(o.number, ''), w.line, coalesce(i.sku, w.code), n.invoiced_on, s.quantity, n.currency,
        s.price_variance, w.price * w.quantity / nullif(w.stock_units, 0) * s.quantity - s.price_variance, s.posting_key
    FROM purchasing_invoice_share s
    JOIN purchasing_invoice_line w ON w.id = s.invoice_line_id
    JOIN purchasing_invoice n ON n.id = w.invoice_id
    LEFT JOIN purchasing_purchase_order o ON o.id = w.purchase_order_id
    LEFT JOIN catalog_item i ON i.id = w.item_id
    WHERE n.supplier_id = %(supplier)s AND n.state <> 'cancelled' AND n.invoiced_on < %(as_of)s
        AND n.invoiced_on BETWEEN %(begins_on)s AND %(ends_on)s
        AND (o.ordered_on IS NULL OR o.ordered_on BETWEEN %(ordered_from)s AND %(ordered_to)s)
        AND (%(item)s::bigint IS NULL OR w.item_id = %(item)s::bigint)
        AND {STANDS.format(key="s.posting_key")}
    ORDER BY n.invoiced_on, s.id
"""


@dataclass(slots=True)
class Received:
    """What came in a period: in how many days from the order on, beside what was promised; each receipt counts once.

    `received` is what came in all, in `count` receipts.
    """

    days: list[int]
    promised: list[int]
    received: Decimal
    count: int

    @property
    def bins(self) -> list[Bin]:
        """How they are spread."""
        return histogram(self.days)


def asked(query: str, period: Period) -> list[tuple[Any, ...]]:
    """The rows of a question about a period."""
    with connection.cursor() as cursor:
        cursor.execute(query, period.parameters)
        return list(cursor.fetchall())


def received(period: Period) -> Received:
    """The lead times of all receipts of a period; goods that came before they were ordered took none."""
    found = Received([], [], NOTHING, 0)
    for took, told, count, quantity in asked(SPREAD, period):
        found.received += quantity
        found.count += count
        if took >= 0:
            found.days += [took] * count
            found.promised += [told] * count
    return found


def lead_time_figure(found: Received, agreed: Agreement | None) -> Figure:
    """The middle lead time, with least and most and what was promised beside it."""
    told = {"p10": LEAST, "p50": MIDDLE, "p90": MOST}
    facts: dict[str, Any] = {name: quantile(found.days, level) for name, level in told.items()}
    facts["promised_p50"] = quantile(found.promised, MIDDLE)
    facts["agreed"] = agreed.lead_time_days if agreed else None
    facts["bins"] = found.bins
    n, middle = len(found.days), facts["p50"]
    value = None if middle is None else Decimal(middle)
    name = FigureName.LEAD_TIME
    return Figure(name, FORMULAS[name], Decimal(sum(found.days)), Decimal(n), n, "days", value, facts=facts)


def lead_time_rows(period: Period) -> list[CountedRow]:
    """Every receipt of a period with the days it took."""
    skus = _skus(period)
    return [
        CountedRow(
            number, line, skus[item_id], received_on, quantity, Decimal(1), Decimal((received_on - ordered_on).days),
            _days_told(received_on, promised_on), [CountedReceipt(key, received_on, quantity)],
        )
        for number, line, item_id, key, _, received_on, quantity, ordered_on, promised_on in sorted(
            asked(ALL_RECEIPTS, period), key=lambda row: (row[5], row[0], row[1])
        )
        if received_on >= ordered_on
    ]  # fmt: skip


def _days_told(received_on: date, promised_on: date) -> str:
    late = (received_on - promised_on).days
    return "on_the_day" if not late else f"{abs(late)} days {'late' if late > 0 else 'early'}"


def _skus(period: Period) -> dict[int, str]:
    query = f"SELECT DISTINCT i.id, i.sku FROM ({RECEIPTS}) found JOIN catalog_item i ON i.id = found.item_id"
    return {row[0]: row[1] for row in asked(TAKEN_BACK + query, period)}


def defect_rows(period: Period) -> list[CountedRow]:
    """What was wrong with goods of a period: damaged or another item when they came, or rejected by quality later.

    Damaged goods that quality then rejects count once. Of a lot that came at several times or from several suppliers, its
    part of what was rejected.
    """
    rows, damaged = [], defaultdict[tuple[int, str], Decimal](Decimal)
    for number, line, sku, kind, quantity, lot, item_id, key, received_on in asked(FOUND_AT_ONCE, period):
        receipt = [CountedReceipt(key, received_on, quantity)]
        weight = quantity if kind == "wrong_item" else NOTHING
        rows.append(CountedRow(number, line, sku, received_on, quantity, weight, quantity, kind, receipt))
        damaged[item_id, lot] += quantity if kind == "damaged" else NOTHING
    for number, line, sku, lot, item_id, received_on, here, rejected, in_all in asked(REJECTED, period):
        share_here = (rejected * here / in_all).quantize(Decimal("0.0001"))
        more = min(max(share_here - damaged[item_id, lot], NOTHING), here)
        if more:
            rows.append(CountedRow(number, line, sku, received_on, here, NOTHING, more, f"rejected, lot {lot}"))
    return rows


def quality_figure(period: Period, found: Received) -> Figure:
    """Units that were not good, per million that came; another item than ordered came too."""
    rows = defect_rows(period)
    came = found.received + sum((row.weight for row in rows), NOTHING)
    facts: dict[str, Any] = dict.fromkeys(["damaged", "wrong_item", "rejected"], NOTHING)
    for row in rows:
        facts[row.verdict.partition(",")[0]] += row.counted
    bad = sum((row.counted for row in rows), NOTHING)
    return share(FigureName.QUALITY, bad, came, n=found.count, per=1_000_000, unit="ppm", facts=facts)


def price_figures(period: Period) -> list[Figure]:
    """By how much invoices of a period differ from the orders' prices: a figure for each currency."""
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [NOTHING, NOTHING, NOTHING])
    for row in asked(PRICES, period):
        currency, variance, ordered = row[6], row[7], row[8] or NOTHING
        sums[currency][0] += variance
        sums[currency][1] += ordered
        sums[currency][2] += 1
    name = FigureName.PRICE_VARIANCE
    facts = {"disputed": _disputed(period)}
    if not sums:
        return [share(name, 0, 0, n=0, facts=facts)]
    return [
        share(name, variance, ordered.quantize(Decimal("0.0001")), n=int(n), currency=currency, facts=facts)
        for currency, (variance, ordered, n) in sorted(sums.items())
    ]


def _disputed(period: Period) -> int:
    """How many invoices of a period something is held against: what they differ by counts once that is settled."""
    days = (period.begins_on, period.ends_on)
    rows = Invoice.objects.filter(supplier=period.supplier, invoiced_on__range=days, state=InvoiceState.DISPUTED)
    return rows.filter(invoiced_on__lt=period.as_of).count()


def price_rows(period: Period) -> list[CountedRow]:
    """The goods that invoices of a period pay for, with what each cost more or less."""
    return [
        CountedRow(
            order, line, sku, invoiced_on, quantity, (ordered or NOTHING).quantize(Decimal("0.0001")), variance,
            f"invoice {invoice}, {currency}", [CountedReceipt(key, invoiced_on, quantity)],
        )
        for invoice, order, line, sku, invoiced_on, quantity, currency, variance, ordered, key in asked(PRICES, period)
    ]  # fmt: skip
