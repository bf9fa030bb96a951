"""Whether allocations and the totals of lines are the sums of their entries: they are caches, and this is the proof."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from ownstock.base.text import plain

TOTALS = """
    SELECT l.id, sum(e.allocated_change) AS allocated, sum(e.shipped_change) AS shipped, sum(e.cancelled_change) AS cancelled
    FROM demand_line l JOIN demand_entry e ON e.line_id = l.id GROUP BY l.id
"""
PROMISED = """
    SELECT line_id, location_id, lot_id, sum(allocated_change) AS quantity
    FROM demand_entry WHERE location_id IS NOT NULL GROUP BY 1, 2, 3 HAVING sum(allocated_change) <> 0
"""
DIFFERENCES = f"""
    SELECT l.number, d.what, d.kept, d.derived FROM demand_line l LEFT JOIN ({TOTALS}) t ON t.id = l.id
    CROSS JOIN LATERAL (VALUES
        ('allocated', l.allocated_quantity, coalesce(t.allocated, 0)),
        ('shipped', l.shipped_quantity, coalesce(t.shipped, 0)),
        ('cancelled', l.cancelled_quantity, coalesce(t.cancelled, 0))) AS d(what, kept, derived)
    WHERE d.kept <> d.derived
    UNION ALL
    SELECT l.number, 'allocated at ' || c.code || coalesce(' lot ' || t.code, ''), coalesce(a.quantity, 0),
        coalesce(p.quantity, 0)
    FROM demand_allocation a
    FULL JOIN ({PROMISED}) p ON p.line_id = a.line_id AND p.location_id = a.location_id
        AND coalesce(p.lot_id, 0) = coalesce(a.lot_id, 0)
    JOIN demand_line l ON l.id = coalesce(a.line_id, p.line_id)
    JOIN catalog_location c ON c.id = coalesce(a.location_id, p.location_id)
    LEFT JOIN ledger_lot t ON t.id = coalesce(a.lot_id, p.lot_id)
    WHERE coalesce(a.quantity, 0) <> coalesce(p.quantity, 0)
    ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A total of a demand line that is not the sum of its entries."""

    number: str
    what: str
    kept: Decimal
    derived: Decimal

    @property
    def sentence(self) -> str:
        """What is kept and what the entries say."""
        return f"{self.number}, {self.what}: {plain(self.kept)} kept, but its entries say {plain(self.derived)}."


def differences() -> list[Difference]:
    """Compare every line's totals and every allocation with the entries; an empty list means all agree."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES)
        return [Difference(*row) for row in cursor.fetchall()]
