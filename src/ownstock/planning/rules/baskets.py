"""What is proposed of one supplier as one order: the cheapest way to what the supplier asks of an order."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Larger:
    """A larger quantity of a line: units in all, order value that it adds, and expected cost that it adds."""

    quantity: int
    added_value: Decimal
    added_cost: Decimal


def cheapest_to(missing: Decimal, larger: Sequence[Sequence[Larger]]) -> list[Larger | None]:
    """Of each line the larger quantity to take, so that the order reaches what is missing at the least expected cost.

    Step by step the line is enlarged whose next step adds least cost for the money it brings: with costs that grow ever
    faster, as expected costs do, no other way is cheaper but for the size of the last step. `larger` has each line's
    quantities, the smallest first. Where all of them do not suffice, all are taken.
    """
    taken: list[Larger | None] = [None] * len(larger)
    steps = [(_rate(None, ways[0]), line, 0) for line, ways in enumerate(larger) if ways]
    heapq.heapify(steps)
    reached = Decimal(0)
    while steps and reached < missing:
        _, line, place = heapq.heappop(steps)
        before, now = taken[line], larger[line][place]
        reached += now.added_value - (before.added_value if before else Decimal(0))
        taken[line] = now
        if place + 1 < len(larger[line]):
            heapq.heappush(steps, (_rate(now, larger[line][place + 1]), line, place + 1))
    return taken


def _rate(before: Larger | None, after: Larger) -> Decimal:
    """Cost that a step adds for each unit of money of order value."""
    value, cost = after.added_value, after.added_cost
    if before is not None:
        value, cost = value - before.added_value, cost - before.added_cost
    return cost / value if value > 0 else Decimal("Infinity")
