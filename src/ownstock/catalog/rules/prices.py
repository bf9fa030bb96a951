"""What a quantity costs on a day, and how far prices move."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol


class Break(Protocol):
    """What a price looks at of a price break."""

    @property
    def from_quantity(self) -> Decimal:
        """From so many stock units on."""

    @property
    def price(self) -> Decimal:
        """Of one stock unit."""

    @property
    def valid_from(self) -> date:
        """Its first day."""

    @property
    def valid_to(self) -> date | None:
        """Its last day; None until further notice."""


@dataclass(frozen=True, slots=True)
class PriceChange:
    """How the price of one stock unit of an item moves from a quantity on."""

    sku: str
    from_quantity: Decimal
    valid_from: date
    old_price: Decimal
    new_price: Decimal

    @property
    def percent(self) -> Decimal | None:
        """New against old, in percent, to a hundredth; None where the old one was nothing."""
        if not self.old_price:
            return None
        return ((self.new_price / self.old_price - 1) * 100).quantize(Decimal("0.01"))


def price_at(term_price: Decimal, breaks: Iterable[Break], quantity: Decimal, on: date) -> Decimal:
    """The price of one stock unit when so many are ordered on a day.

    Breaks that begin on one day are one list. The newest list in force that has a break for the quantity counts, in it the
    break with the most; where no list has one, the term's own price.
    """
    fitting = [
        one
        for one in breaks
        if one.valid_from <= on and (one.valid_to is None or on <= one.valid_to) and one.from_quantity <= quantity
    ]
    if not fitting:
        return term_price
    return max(fitting, key=lambda one: (one.valid_from, one.from_quantity)).price
