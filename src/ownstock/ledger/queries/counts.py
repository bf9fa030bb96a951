"""Reading cycle counts: what is due, what a sheet asks, what was found, how right the record is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from ownstock.base.errors import Refused
from ownstock.ledger.models import CountEntry, CountLine, CountPolicy, CycleCount
from ownstock.ledger.rules.counting import AbcClass, CountState, CountVerdict, Settlement, Tally, Tolerance, settle

# What went to customers from each site, at the cost it was posted with.
ISSUED = """
    SELECT k.site_id, k.item_id, coalesce(v.value, 0)
    FROM ({kept}) k
    LEFT JOIN (
        SELECT m.item_id, s.site_id, sum(m.quantity * coalesce(m.unit_cost, 0)) AS value
        FROM ledger_movement m
        JOIN ledger_place s ON s.id = m.source_id AND s.site_id IS NOT NULL
        JOIN ledger_place t ON t.id = m.target_id AND t.kind = 'customer'
        WHERE m.moved_at >= %(since)s AND m.moved_at < %(until)s
            AND m.recorded_at >= %(since)s::timestamptz - interval '1 day'
        GROUP BY 1, 2
    ) v USING (item_id, site_id)
    ORDER BY 1, 2
"""

# An item is kept at a site that plans it, and wherever some of it lies.
KEPT = """
    SELECT item_id, site_id FROM catalog_item_site
    UNION
    SELECT b.item_id, p.site_id FROM ledger_balance b JOIN ledger_place p ON p.id = b.location_id
    WHERE b.on_hand > 0 AND p.site_id IS NOT NULL
"""

DUE = f"""
    WITH counted AS (
        SELECT l.item_id, c.site_id, max(l.counted_at) AS counted_at
        FROM ledger_count_line l JOIN ledger_cycle_count c ON c.id = l.cycle_count_id
        WHERE l.is_whole AND l.counted_at IS NOT NULL GROUP BY 1, 2
    ), busy AS (
        SELECT DISTINCT l.item_id, c.site_id
        FROM ledger_count_line l JOIN ledger_cycle_count c ON c.id = l.cycle_count_id WHERE l.is_open
    ), known AS (
        SELECT k.item_id, k.site_id, coalesce(a.abc_class, 'C') AS abc_class, coalesce(a.issued_value, 0) AS issued_value,
            n.counted_at, (n.counted_at AT TIME ZONE nullif(s.time_zone, ''))::date + p.every_days AS due_on
        FROM ({KEPT}) k
        JOIN catalog_location s ON s.id = k.site_id
        LEFT JOIN ledger_classification a ON a.item_id = k.item_id AND a.site_id = k.site_id
        JOIN ledger_count_policy p ON p.abc_class = coalesce(a.abc_class, 'C')
        LEFT JOIN counted n ON n.item_id = k.item_id AND n.site_id = k.site_id
        WHERE %(site)s::text = '' OR s.code = %(site)s
    )
    SELECT w.item_id, i.sku, l.code, w.abc_class, w.counted_at, w.due_on
    FROM known w JOIN catalog_item i ON i.id = w.item_id JOIN catalog_location l ON l.id = w.site_id
    WHERE (w.due_on IS NULL OR w.due_on <= %(on)s)
        AND NOT EXISTS (SELECT FROM busy b WHERE b.item_id = w.item_id AND b.site_id = w.site_id)
    ORDER BY w.due_on NULLS FIRST, w.abc_class, w.issued_value DESC, i.sku, l.code
    LIMIT %(limit)s
"""

# On hand now, less what moved after each moment: what was posted late and moved before is in it.
EXPECTED = """
    SELECT coalesce((
            SELECT b.on_hand FROM ledger_balance b WHERE b.location_id = c.location AND b.item_id = c.item
            AND b.lot_id IS NOT DISTINCT FROM c.lot AND b.status = c.status
        ), 0) - coalesce((
            SELECT sum(CASE WHEN m.target_id = c.location AND m.target_status = c.status THEN m.quantity ELSE 0 END
                - CASE WHEN m.source_id = c.location AND m.source_status = c.status THEN m.quantity ELSE 0 END)
            FROM ledger_movement m
            WHERE m.item_id = c.item AND m.moved_at > c.counted_at AND m.recorded_at >= c.counted_at - interval '1 day'
                AND m.lot_id IS NOT DISTINCT FROM c.lot AND c.location IN (m.source_id, m.target_id)
        ), 0)
    FROM unnest(%(items)s::bigint[], %(locations)s::bigint[], %(lots)s::bigint[], %(statuses)s::text[],
        %(moments)s::timestamptz[]) WITH ORDINALITY AS c(item, location, lot, status, counted_at, number)
    ORDER BY c.number
"""

ACCURACY = """
    SELECT to_char(l.counted_at AT TIME ZONE nullif(s.time_zone, ''), 'YYYY-MM'), s.code, l.abc_class, count(*),
        count(*) FILTER (WHERE l.counted_quantity = l.expected_quantity), count(*) FILTER (WHERE l.is_within_tolerance),
        sum(round((l.counted_quantity - l.expected_quantity) * l.unit_cost, 4)),
        sum(round(abs(l.counted_quantity - l.expected_quantity) * l.unit_cost, 4))
    FROM ledger_count_line l
    JOIN ledger_cycle_count c ON c.id = l.cycle_count_id JOIN catalog_location s ON s.id = c.site_id
    WHERE l.counted_at >= %(since)s AND (%(site)s::text = '' OR s.code = %(site)s)
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
SHARE_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class DueItem:
    """An item that is to be counted at a site; `due_on` None: it never was."""

    item_id: int
    sku: str
    site: str
    abc_class: str
    counted_at: datetime | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line as those who count may see it: where and what, and whether it still needs a count; never how much."""

    line: int
    sku: str
    description: str
    unit: str
    location: str
    lot: str
    status: str
    verdict: CountVerdict
    counters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A line as whoever approves sees it: what was counted beside what was expected at that moment."""

    line: int
    sku: str
    location: str
    lot: str
    status: str
    counted_quantity: Decimal
    expected_quantity: Decimal
    counted_at: datetime
    counter: str
    unit_cost: Decimal
    is_within_tolerance: bool

    @property
    def difference(self) -> Decimal:
        """Counted less expected, in stock units."""
        return self.counted_quantity - self.expected_quantity

    @property
    def amount(self) -> Decimal:
        """The difference in money, at standard cost."""
        return (self.difference * self.unit_cost).quantize(SHARE_STEP)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How right the record was of what was counted in a month at a site, of one class."""

    month: str
    site: str
    abc_class: str
    lines: int
    exact_lines: int
    lines_within_tolerance: int
    net_amount: Decimal
    absolute_amount: Decimal

    @property
    def exact_share(self) -> Decimal:
        """The share of lines of which exactly the expected quantity was there."""
        return (Decimal(self.exact_lines) / self.lines).quantize(SHARE_STEP)

    @property
    def within_share(self) -> Decimal:
        """The share of lines within tolerance: record accuracy."""
        return (Decimal(self.lines_within_tolerance) / self.lines).quantize(SHARE_STEP)


def policies() -> dict[str, CountPolicy]:
    """How the items of each class are counted."""
    return {policy.abc_class: policy for policy in CountPolicy.objects.order_by("abc_class")}


def issued_values(since: datetime, until: datetime) -> list[tuple[int, int, Decimal]]:
    """(site id, item id, value) of what went to customers between two moments, of every item kept at a site, by site."""
    with connection.cursor() as cursor:
        cursor.execute(ISSUED.format(kept=KEPT), {"since": since, "until": until})
        return [(site, item, Decimal(value)) for site, item, value in cursor.fetchall()]


def due(on: date, *, site: str = "", limit: int | None = None) -> list[DueItem]:
    """What is to be counted by a day, most overdue first, what was never counted before all; not what is being counted."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"on": on, "site": site, "limit": limit})
        return [DueItem(*row) for row in cursor.fetchall()]


def cycle_count(number: str) -> CycleCount:
    """One sheet with its site.

    Raises:
        Refused: there is none of this number.
    """
    found = CycleCount.objects.select_related("site").filter(number=number).first()
    if found is None:
        raise Refused(f"There is no sheet {number}.", code="no_cycle_count", number=number)
    return found


def cycle_counts(state: str = "") -> QuerySet[CycleCount]:
    """Sheets in a state or all, the newest first."""
    rows = CycleCount.objects.select_related("site").order_by("-id")
    return rows.filter(state=state) if state else rows


def lines_of(sheet: CycleCount) -> QuerySet[CountLine]:
    """All lines of a sheet, in order."""
    return sheet.lines.select_related("item", "location", "lot").order_by("line")


def sheet_lines(sheet: CycleCount) -> list[SheetLine]:
    """What those who count may see of an open sheet; of one that has ended, the same."""
    lines = list(lines_of(sheet))
    entries = entries_of(lines)
    settled = settlements(lines)
    return [
        SheetLine(
            line.line, line.item.sku, line.item.description, line.item.unit, line.location.code,
            line.lot.code if line.lot else "", line.status,
            settled[line.pk].verdict if line.is_open else CountVerdict.SETTLED,
            tuple(dict.fromkeys(entry.counter for entry in entries[line.pk])),
        )
        for line in lines
    ]  # fmt: skip


def counters_of(sheet: CycleCount) -> set[str]:
    """Everybody who counted anything of a sheet, in any round."""
    return set(CountEntry.objects.filter(line__cycle_count=sheet).values_list("counter", flat=True))


def entries_of(lines: Iterable[CountLine]) -> defaultdict[int, list[CountEntry]]:
    """What was counted of lines in their running round, by line id, as it was entered."""
    rounds = {line.pk: line.counting_round for line in lines}
    found: defaultdict[int, list[CountEntry]] = defaultdict(list)
    for entry in CountEntry.objects.filter(line_id__in=rounds).order_by("id"):
        if entry.counting_round == rounds[entry.line_id]:
            found[entry.line_id].append(entry)
    return found


def settlements(lines: Sequence[CountLine]) -> dict[int, Settlement]:
    """Which count of each line holds, by line id, given all that is posted up to now."""
    entries = entries_of(lines)
    counted = [(line, entry) for line in lines for entry in entries[line.pk]]
    tallies: dict[int, list[Tally]] = defaultdict(list)
    for (line, entry), expected in zip(counted, _expected(counted), strict=True):
        tallies[line.pk].append(Tally(entry.counter, entry.quantity, entry.counted_at, expected))
    known = {name: tolerance_of(policy) for name, policy in policies().items()}
    return {line.pk: settle(tallies[line.pk], known[line.abc_class], line.item.unit_cost) for line in lines}


def tolerance_of(policy: CountPolicy) -> Tolerance:
    """How far a count of the class may differ."""
    return Tolerance(policy.tolerance_share, policy.tolerance_units, policy.tolerance_amount)


def cuts() -> dict[AbcClass, Decimal]:
    """Until which share of the value each class reaches."""
    return {AbcClass(name): policy.cumulative_share for name, policy in policies().items()}


def _expected(counted: Sequence[tuple[CountLine, CountEntry]]) -> list[Decimal]:
    """What was on hand at the moment of each count, by all that is posted up to now."""
    if not counted:
        return []
    asked: dict[str, Any] = {
        "items": [line.item_id for line, _ in counted], "locations": [line.location_id for line, _ in counted],
        "lots": [line.lot_id for line, _ in counted], "statuses": [line.status for line, _ in counted],
        "moments": [entry.counted_at for _, entry in counted],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(EXPECTED, asked)
        return [expected for (expected,) in cursor.fetchall()]


def differences(number: str, *, viewer: str) -> list[Difference]:
    """What was counted beside what was expected: of a sheet fully counted, for somebody who did not count; or once it ended.

    Raises:
        Refused: no such sheet, a line still needs a count, or the viewer counted.
    """
    sheet = cycle_count(number)
    if sheet.state != CountState.OPEN:
        return _outcomes(sheet)
    if viewer in counters_of(sheet):
        raise Refused(
            f"{viewer} counted on {number}; until it is approved, only somebody who did not may see what was expected.",
            code="counter_looks",
            number=number,
        )
    lines = [line for line in lines_of(sheet) if line.is_open]
    return settled_differences(number, lines)


def settled_differences(number: str, lines: Sequence[CountLine]) -> list[Difference]:
    """The difference of each open line, given all that is posted up to now.

    Raises:
        Refused: a line still needs a count.
    """
    found = settlements(lines)
    if unsettled := [line.line for line in lines if found[line.pk].holds is None]:
        shown = ", ".join(map(str, unsettled[:10])) + (" …" if len(unsettled) > 10 else "")
        raise Refused(
            f"{number} is still being counted: line {shown} needs a count, or one by another person.",
            code="still_counting",
            number=number,
            lines=unsettled,
        )
    return [_difference(line, found[line.pk]) for line in lines]


def _difference(line: CountLine, found: Settlement) -> Difference:
    assert found.holds is not None
    held = found.holds
    return Difference(
        line.line, line.item.sku, line.location.code, line.lot.code if line.lot else "", line.status, held.quantity,
        held.expected, held.counted_at, held.counter, line.item.unit_cost, found.is_within,
    )  # fmt: skip


def _outcomes(sheet: CycleCount) -> list[Difference]:
    lines = [line for line in lines_of(sheet) if line.counted_quantity is not None]
    entries = entries_of(lines)
    return [_outcome(line, entries[line.pk]) for line in lines]


def _outcome(line: CountLine, entries: Sequence[CountEntry]) -> Difference:
    quantity, expected, counted_at = line.counted_quantity, line.expected_quantity, line.counted_at
    assert quantity is not None
    assert expected is not None
    assert counted_at is not None
    counter = next(e.counter for e in reversed(entries) if (e.counted_at, e.quantity) == (counted_at, quantity))
    return Difference(
        line.line, line.item.sku, line.location.code, line.lot.code if line.lot else "", line.status, quantity, expected,
        counted_at, counter, line.unit_cost or Decimal(0), bool(line.is_within_tolerance),
    )  # fmt: skip


def accuracy(since: datetime, *, site: str = "") -> list[Accuracy]:
    """How right the record was, by month, site and class, of what was counted since a moment and approved."""
    with connection.cursor() as cursor:
        cursor.execute(ACCURACY, {"since": since, "site": site})
        return [Accuracy(*row) for row in cursor.fetchall()]
