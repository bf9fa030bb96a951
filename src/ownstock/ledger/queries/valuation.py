"""What the stock is worth, and what valuing it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Sum

from ownstock.ledger.models import ValuationEntry
from ownstock.ledger.rules.late_costs import LATE_COSTS

# Where each item must be valued anew from: its first movement that is new, was taken back, or was given a late cost.
STARTS = """
    WITH fresh AS (
        SELECT id, recorded_at, reverses_id FROM ledger_posting
        WHERE transaction_id >= %(since)s::text::xid8 AND transaction_id < %(until)s::text::xid8
    ), touched AS (
        SELECT f.id, f.recorded_at FROM fresh f
        UNION SELECT p.id, p.recorded_at FROM fresh f JOIN ledger_posting p ON p.id = f.reverses_id
    ), late AS (
        SELECT p.id, p.recorded_at, v.line
        FROM ledger_valuation_entry v JOIN ledger_posting p ON p.id = v.posting_id
        WHERE v.transaction_id >= %(since)s::text::xid8 AND v.transaction_id < %(until)s::text::xid8
            AND v.reason = ANY(%(late_costs)s)
    )
    SELECT item_id, min(moved_at) FROM (
        SELECT m.item_id, m.moved_at FROM touched t
        JOIN ledger_movement m ON m.posting_id = t.id AND m.recorded_at = t.recorded_at
        UNION ALL
        SELECT m.item_id, m.moved_at FROM late l
        JOIN ledger_movement m ON m.posting_id = l.id AND m.line = l.line AND m.recorded_at = l.recorded_at
    ) n GROUP BY item_id
"""

# Every movement of some items that brings value in or takes it out, each item's from its own moment on, in the order in
# which goods are valued; beside it what was entered for it so far, and when the period it lies in was closed.
FLOWS = """
    SELECT m.item_id, m.id, m.posting_id, m.line, m.moved_at,
        CASE WHEN t.holds THEN m.quantity ELSE -m.quantity END, coalesce(m.unit_cost, 0),
        s.kind = 'customer', p.kind, p.reverses_id, r.id IS NOT NULL,
        coalesce(v.entered, 0), coalesce(v.late, 0), coalesce(v.times, 0), c.until_at
    FROM unnest(%(items)s::bigint[], %(starts)s::timestamptz[], %(after)s::bigint[]) AS a(item_id, start, after)
    JOIN ledger_movement m ON m.item_id = a.item_id AND (m.moved_at, m.id) > (a.start, a.after)
    JOIN ledger_posting p ON p.id = m.posting_id
    LEFT JOIN ledger_posting r ON r.reverses_id = p.id
    JOIN ledger_place s ON s.id = m.source_id JOIN ledger_place t ON t.id = m.target_id
    LEFT JOIN (
        SELECT posting_id, line, sum(amount) AS entered,
            count(*) FILTER (WHERE reason <> ALL(%(late_costs)s)) AS times,
            sum(amount) FILTER (WHERE reason = ANY(%(late_costs)s)) AS late
        FROM ledger_valuation_entry WHERE item_id = ANY(%(items)s::bigint[]) AND posting_id IS NOT NULL
        GROUP BY posting_id, line
    ) v ON v.posting_id = m.posting_id AND v.line = m.line
    LEFT JOIN (
        SELECT site_id, max(until_at) AS until_at FROM ledger_closing WHERE closed_at IS NOT NULL GROUP BY site_id
    ) c ON c.site_id IS NOT DISTINCT FROM CASE WHEN t.holds THEN t.site_id ELSE s.site_id END
    WHERE s.holds <> t.holds
    ORDER BY m.item_id, m.moved_at, m.id
"""


@dataclass(frozen=True, slots=True)
class FlowRow:
    """A movement as valuing reads it: what it moves, what was entered for it so far, whether it was taken back."""

    item_id: int
    movement_id: int
    posting_id: int
    line: int
    moved_at: datetime
    quantity: Decimal
    unit_cost: Decimal
    comes_from_customer: bool
    kind: str
    reverses_id: int | None
    is_reversed: bool
    entered: Decimal
    late: Decimal
    times: int
    closed_until_at: datetime | None

    @property
    def is_cancelled(self) -> bool:
        """Whether it was taken back, or takes something back."""
        return self.is_reversed or self.reverses_id is not None

    @property
    def valued_at(self) -> datetime:
        """When its value changes: when it moved, or where that is closed, when the open period begins."""
        return max(self.moved_at, self.closed_until_at or self.moved_at)


def starts(since: int, until: int) -> dict[int, datetime]:
    """From which moment on each item must be valued, by item id, for what was posted between two watermarks."""
    with connection.cursor() as cursor:
        cursor.execute(STARTS, {"since": since, "until": until, "late_costs": list(LATE_COSTS)})
        return dict(cursor.fetchall())


def flows(starts: Sequence[tuple[int, datetime, int]]) -> list[FlowRow]:
    """Every movement that changes the value of some items, after (item id, moment, movement id), in their order."""
    items, moments, after = zip(*starts, strict=True)
    asked: dict[str, Any] = {
        "items": list(items), "starts": list(moments), "after": list(after), "late_costs": list(LATE_COSTS),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(FLOWS, asked)
        return [FlowRow(*row) for row in cursor.fetchall()]


def value_at(moment: datetime | None = None, *, sku: str | None = None) -> Decimal:
    """What the stock (or that of one item) was worth at a moment, in the company's currency; None: now.

    Only what is valued already counts; `actions.value` brings that up to now.
    """
    rows = ValuationEntry.objects.all()
    if moment is not None:
        rows = rows.filter(valued_at__lte=moment)
    if sku is not None:
        rows = rows.filter(item__sku=sku)
    return rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)
