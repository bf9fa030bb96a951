"""What an item-site must have to be planned."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol


class Economics(Protocol):
    """What an item-site must have to be planned."""

    @property
    def holding_rate(self) -> Decimal:
        """Cost of holding, per year, as a share of unit cost."""

    @property
    def shortage_cost(self) -> Decimal:
        """Cost of one unit short."""


def fault_of(economics: Economics, unit_cost: Decimal, *, has_term: bool) -> str | None:
    """Why an item-site cannot be planned, as a sentence that says what to do; None when it can."""
    if not has_term:
        return "No supply term holds on this day: add one."
    if unit_cost <= 0:
        return "Its unit cost is zero: enter what one costs."
    if economics.holding_rate <= 0:
        return "Its holding rate is zero: enter what holding costs a year, such as 0.25."
    return None
