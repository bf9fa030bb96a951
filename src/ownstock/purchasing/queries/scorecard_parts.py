"""The parts of a supplier's lines with what came of them: read at once as columns, judged by the rules.

The line number of an order stays over its revisions, so a line is told by order and number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection

from ownstock.catalog.models import Agreement, Supplier
from ownstock.purchasing.models import OrderLine, PurchaseOrder, Receipt
from ownstock.purchasing.queries.standing import standing
from ownstock.purchasing.rules import LATE_LIMIT_DAYS
from ownstock.purchasing.rules.scorecards import (
    NOT_NAMED,
    OTIF,
    UNIT,
    Arrivals,
    Figure,
    FigureName,
    Ints,
    Judged,
    Parts,
    Verdict,
    judged,
    share,
)

LINES_AN_ORDER = 2**20
NO_DAY = -(10**6)
EPOCH = date(1970, 1, 1)
ASKED = """
    FROM purchasing_purchase_order o
    JOIN purchasing_order_revision v ON v.purchase_order_id = o.id
    JOIN purchasing_order_line l ON l.revision_id = v.id
    JOIN purchasing_delivery d ON d.line_id = l.id
    WHERE o.supplier_id = %(supplier)s AND o.placed_at IS NOT NULL
        AND o.ordered_on BETWEEN %(ordered_from)s AND %(ordered_to)s
        AND (%(item)s::bigint IS NULL OR l.item_id = %(item)s::bigint)
"""
IN_PERIOD = f"""
    AND o.id IN (
        SELECT o.id {ASKED} AND (d.requested_on BETWEEN %(begins_on)s AND %(ends_on)s
            OR d.first_promised_on BETWEEN %(begins_on)s AND %(ends_on)s
            OR d.latest_promised_on BETWEEN %(begins_on)s AND %(ends_on)s)
    )
"""
DELIVERIES = f"""
    SELECT o.id * {LINES_AN_ORDER} + l.line, o.ordered_on - DATE '1970-01-01', d.requested_on - DATE '1970-01-01',
        coalesce(d.first_promised_on - DATE '1970-01-01', {NO_DAY}),
        coalesce(d.latest_promised_on - DATE '1970-01-01', {NO_DAY}),
        ((d.quantity - d.cancelled_quantity) * {UNIT})::bigint, (d.refused_quantity * {UNIT})::bigint,
        CASE WHEN d.cancelled_on IS NULL THEN 0
            ELSE ((d.cancelled_quantity - d.refused_quantity) * {UNIT})::bigint END,
        coalesce(d.cancelled_on - DATE '1970-01-01', {NO_DAY})
    {ASKED}{IN_PERIOD}
"""
# Few postings were ever taken back: they are looked up once, not for each receipt.
TAKEN_BACK = """
    WITH taken_back AS MATERIALIZED (
        SELECT p.key FROM ledger_posting u JOIN ledger_posting p ON p.id = u.reverses_id WHERE u.reverses_id IS NOT NULL
    )
"""
STANDS = "NOT EXISTS (SELECT FROM taken_back t WHERE t.key = {key})"
# What came for other lines than those that were read is left out by the rules.
CAME = f"""
    {TAKEN_BACK}
    SELECT o.id * {LINES_AN_ORDER} + l.line, r.received_on - DATE '1970-01-01', (r.quantity * {UNIT})::bigint
    {
    ASKED.replace(
        "JOIN purchasing_delivery d ON d.line_id = l.id",
        "JOIN purchasing_delivery d ON d.line_id = l.id JOIN purchasing_receipt r ON r.delivery_id = d.id",
    )
}
        AND r.received_on < %(as_of)s AND {STANDS.format(key="r.posting_key")}
"""


@dataclass(frozen=True, slots=True)
class Period:
    """Of which supplier and days a scorecard is, and as it is known at the beginning of which day.

    `item_id` limits it to one item, `agreement` to orders placed while that held.
    """

    supplier: Supplier
    begins_on: date
    ends_on: date
    as_of: date
    item_id: int | None = None
    agreement: Agreement | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """What its questions ask the database."""
        agreed = self.agreement
        return {
            "supplier": self.supplier.pk, "begins_on": self.begins_on, "ends_on": self.ends_on, "as_of": self.as_of,
            "item": self.item_id, "ordered_from": agreed.valid_from if agreed else date.min,
            "ordered_to": (agreed.valid_to or date.max) if agreed else date.max,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class CountedReceipt:
    """A receipt behind a counted row."""

    key: str
    received_on: date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class CountedRow:
    """One of what a figure counted: what it is of, on which day, and what was said of it.

    `counted` is what it adds to the numerator, `weight` what it adds to the denominator.
    """

    order: str
    line: int | None
    sku: str
    day: date | None
    quantity: Decimal
    weight: Decimal
    counted: Decimal
    verdict: str
    receipts: Sequence[CountedReceipt] = ()


@dataclass(frozen=True, slots=True)
class JudgedParts:
    """The parts of a figure: those of the period whose day has passed, and how many others there are."""

    due: Judged
    left_out: int


class LineParts:
    """A supplier's deliveries in a period and what came of their lines, read once for all figures of parts."""

    def __init__(self, period: Period) -> None:
        self.period = period
        with connection.cursor() as cursor:
            cursor.execute(DELIVERIES, period.parameters)
            rows = np.array(cursor.fetchall(), np.int64).reshape(-1, 9).T
            cursor.execute(CAME, {**period.parameters, **_ordered_between(rows[1])})
            came = np.array(cursor.fetchall(), np.int64).reshape(-1, 3).T
        self.line, self.ordered, self.requested, self.first, self.latest, *rest = rows
        self.quantity, self.refused, self.cut, self.cancelled = rest
        self.arrivals = Arrivals(*came)
        self.late, self.early, self.under = self._tolerances()

    def _tolerances(self) -> tuple[Ints, Ints, Ints]:
        """Of each delivery's order day: late and early tolerance in days, under-tolerance in hundredths of a percent."""
        late, early, under = np.zeros((3, self.line.size), np.int64)
        early[:] = NOT_NAMED
        for agreed in self.period.supplier.agreements.all():
            until = _day(agreed.valid_to) if agreed.valid_to else np.iinfo(np.int64).max
            holds = (self.ordered >= _day(agreed.valid_from)) & (self.ordered <= until)
            late[holds], under[holds] = agreed.late_tolerance_days, int(agreed.under_tolerance_percent * 100)
            # None at all is what an agreement says that does not speak of it.
            early[holds] = agreed.early_tolerance_days or NOT_NAMED
        return late, early, under

    def of(self, name: FigureName) -> JudgedParts:
        """The parts of a figure, judged against its day."""
        due = self._due(name)
        is_late_cut = (self.cancelled != NO_DAY) & (self.cancelled > due)
        refused = self.refused if name in (FigureName.OTIF_REQUESTED, FigureName.FILL_RATE) else self.refused * 0
        cut = np.where(is_late_cut, self.cut, 0)
        is_wanted = self.quantity + refused + cut > 0
        is_told = is_wanted & (due != NO_DAY)
        late = self.late if name is not FigureName.DISRUPTIONS else np.full_like(self.late, LATE_LIMIT_DAYS)
        parts = Parts(self.line, due, self.quantity, refused, cut, late, self.early, self.under).some(is_told)
        found = judged(parts, self.arrivals, _day(self.period.as_of))
        found = found.some(self._is_inside(found.parts.due))
        never = int((is_wanted & ~is_told & self._is_inside(self.requested)).sum())
        return JudgedParts(found.some(found.is_due), int((~found.is_due).sum()) + never)

    def _due(self, name: FigureName) -> Ints:
        if name is FigureName.OTIF_FIRST_PROMISED:
            return self.first
        if name is FigureName.OTIF_LATEST_PROMISED:
            return self.latest
        if name is FigureName.DISRUPTIONS:
            return np.where(self.latest == NO_DAY, self.requested, self.latest)
        return self.requested

    def _is_inside(self, day: Ints) -> Any:
        return (day >= _day(self.period.begins_on)) & (day <= _day(self.period.ends_on))


def part_figure(parts: LineParts, name: FigureName, *, target: Decimal | None = None) -> Figure:
    """One of the figures that are made of parts."""
    found = parts.of(name)
    due, n = found.due, found.due.verdict.size
    facts = {word.word: int((due.verdict == word).sum()) for word in Verdict if word is not Verdict.NOT_DUE}
    more: dict[str, Any] = {"n": n, "left_out": found.left_out, "facts": facts}
    if name is FigureName.FILL_RATE:
        return share(name, _units(int(due.filled.sum())), _units(int(_asked(due).sum())), **more)
    counted = int(_is_counted(name, due).sum())
    return share(name, counted, n, target=target, **more)


def _is_counted(name: FigureName, due: Judged) -> Any:
    if name is FigureName.DISRUPTIONS:
        return np.isin(due.verdict, [Verdict.LATE, Verdict.OPEN, Verdict.CUT_LATE])
    return due.verdict == Verdict.KEPT


def _asked(due: Judged) -> Ints:
    asked: Ints = due.parts.quantity + due.parts.refused + due.parts.cut
    return asked


def part_rows(parts: LineParts, name: FigureName) -> tuple[int, Any]:
    """How many parts a figure counted, and a function that tells those from one place to another, in order of their day."""
    due = parts.of(name).due
    due = due.some(np.lexsort((due.parts.line, due.parts.due)))
    return due.verdict.size, lambda first, last: _rows(name, due.some(np.arange(first, last)), parts.period.as_of)


def _rows(name: FigureName, due: Judged, as_of: date) -> list[CountedRow]:
    keys = [divmod(line, LINES_AN_ORDER) for line in due.parts.line.tolist()]
    numbers = dict(PurchaseOrder.objects.filter(pk__in={pk for pk, _ in keys}).values_list("pk", "number"))
    skus, receipts = _skus(numbers), receipts_of(numbers, as_of)
    counted = due.filled if name is FigureName.FILL_RATE else _is_counted(name, due).astype(np.int64) * UNIT
    weight = _asked(due) if name is FigureName.FILL_RATE else np.full(due.verdict.size, UNIT)
    columns = (due.parts.due, _asked(due), weight, counted, due.verdict)
    return [
        CountedRow(
            numbers[pk], line, skus[pk, line], EPOCH + timedelta(days=day), _units(asked), _units(of), _units(adds),
            Verdict(verdict).word, receipts.get((pk, line), ()),
        )
        for (pk, line), day, asked, of, adds, verdict in zip(keys, *(c.tolist() for c in columns), strict=True)
    ]  # fmt: skip


def _skus(orders: Mapping[int, str]) -> dict[tuple[int, int], str]:
    rows = OrderLine.objects.filter(revision__purchase_order_id__in=orders)
    return {(pk, line): sku for pk, line, sku in rows.values_list("revision__purchase_order", "line", "item__sku")}


def receipts_of(orders: Mapping[int, str], as_of: date) -> Mapping[tuple[int, int], list[CountedReceipt]]:
    """The receipts of orders, by their ids, that stand and came before a day: keyed by order and line, earliest first."""
    rows = standing(Receipt.objects.filter(received_on__lt=as_of), "posting_key")
    rows = rows.filter(delivery__line__revision__purchase_order_id__in=orders)
    found: dict[tuple[int, int], list[CountedReceipt]] = defaultdict(list)
    columns = ("delivery__line__revision__purchase_order", "delivery__line__line", "posting_key", "received_on")
    for pk, line, *one in rows.order_by("received_on", "id").values_list(*columns, "quantity"):
        found[pk, line].append(CountedReceipt(*one))
    return found


def _ordered_between(ordered: Ints) -> dict[str, date]:
    """The days on which orders were placed, so that no others are looked through."""
    if not ordered.size:
        return {"ordered_to": date.min}
    first, last = (EPOCH + timedelta(days=int(day)) for day in (ordered.min(), ordered.max()))
    return {"ordered_from": first, "ordered_to": last}


def _day(on: date) -> int:
    return (on - EPOCH).days


def _units(ten_thousandths: int) -> Decimal:
    return Decimal(ten_thousandths) / UNIT


PART_FIGURES = (*OTIF, FigureName.FILL_RATE, FigureName.DISRUPTIONS)
