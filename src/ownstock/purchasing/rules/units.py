"""Pure decisions about the unit in which a supplier's document counts."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from ownstock.base.units import converted


class CountedItem(Protocol):
    """An item's stock unit."""

    @property
    def unit(self) -> str:
        """In which it is counted."""


class OrderedIn(Protocol):
    """The unit in which a line was ordered: one is units_numerator / units_denominator stock units."""

    @property
    def item(self) -> CountedItem:
        """What was ordered."""

    @property
    def purchase_unit(self) -> str:
        """The unit."""

    @property
    def units_numerator(self) -> int:
        """Of the conversion."""

    @property
    def units_denominator(self) -> int:
        """Of the conversion."""


def units_in(unit: str, line: OrderedIn) -> tuple[int, int] | None:
    """How many stock units one of a unit is on a line, as a fraction; None where the line does not know the unit.

    Empty means the stock unit.
    """
    if unit and unit == line.purchase_unit:
        return line.units_numerator, line.units_denominator
    return (1, 1) if unit in ("", line.item.unit) else None


def counted_in_stock_units(quantity: Decimal, unit: str, line: OrderedIn) -> Decimal | None:
    """A quantity in stock units, exactly to four decimals; None where that cannot be said."""
    size = units_in(unit, line)
    return None if size is None else converted(quantity, *size)
