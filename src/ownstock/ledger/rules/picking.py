"""Which lots to take: first expired, first out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Pickable:
    """So much of a lot that lies somewhere, released and promised to nobody; no lot is an empty code."""

    location: str
    lot: str
    quantity: Decimal
    expires_on: date | None = None
    retest_on: date | None = None

    @property
    def last_usable_on(self) -> date:
        """The last day on which it may be used."""
        ends = [end for end in (self.expires_on, self.retest_on) if end is not None]
        return min(ends) - timedelta(days=1) if ends else date.max


@dataclass(frozen=True, slots=True)
class Pick:
    """So much to take of a lot from a place."""

    location: str
    lot: str
    quantity: Decimal


def fefo(there: Iterable[Pickable], quantity: Decimal, *, on: date, min_remaining_days: int = 0) -> list[Pick]:
    """What to take, the first to expire first, then by lot and place; it adds up to less where there is not enough.

    Only what may still be used `min_remaining_days` after the day: a customer may ask for so much remaining life.
    """
    first_day = on + timedelta(days=min_remaining_days)
    usable = [lot for lot in there if lot.last_usable_on >= first_day and lot.quantity > 0]
    picks, left = [], quantity
    for lot in sorted(usable, key=lambda lot: (lot.last_usable_on, lot.lot, lot.location)):
        if left <= 0:
            break
        picks.append(Pick(lot.location, lot.lot, min(lot.quantity, left)))
        left -= lot.quantity
    return picks


def deviates(asked: Iterable[Pick], there: Iterable[Pickable], *, on: date, min_remaining_days: int = 0) -> bool:
    """Whether what is asked for leaves lots behind that expire earlier than others that it takes."""
    asked = list(asked)
    first = fefo(
        there, sum((pick.quantity for pick in asked), Decimal(0)), on=on, min_remaining_days=min_remaining_days
    )
    return _by_lot(asked) != _by_lot(first)


def _by_lot(picks: Iterable[Pick]) -> dict[str, Decimal]:
    taken: dict[str, Decimal] = {}
    for pick in picks:
        taken[pick.lot] = taken.get(pick.lot, Decimal(0)) + pick.quantity
    return taken
