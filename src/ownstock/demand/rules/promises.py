"""Available to promise: what a customer can be promised by a day without breaking a promise that was made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ownstock.demand.rules.goods import keeps, last_usable_on


@dataclass(frozen=True, slots=True)
class Supply:
    """Goods that can be shipped from a day on; those that expire, not for ever."""

    quantity: Decimal
    from_on: date
    expires_on: date | None = None
    retest_on: date | None = None

    def serves(self, on: date, life_days: int) -> bool:
        """Whether the goods are there on a day, and fit."""
        return self.from_on <= on and keeps(self.expires_on, self.retest_on, on=on, life_days=life_days)


@dataclass(frozen=True, slots=True)
class Commitment:
    """What is open of a demand line: owed on a day, with so much life left."""

    quantity: Decimal
    wanted_on: date
    life_days: int = 0


@dataclass(frozen=True, slots=True)
class Promise:
    """What can be promised of a quantity: so much on the day asked for, and the first day on which all of it can be.

    `steps` says how much it is from each day on; `in_full_on` is None where no day is known.
    """

    quantity: Decimal
    wanted_on: date
    promised_quantity: Decimal
    in_full_on: date | None
    steps: Sequence[tuple[date, Decimal]]


def promise(
    supplies: Iterable[Supply],
    commitments: Iterable[Commitment],
    quantity: Decimal,
    *,
    wanted_on: date,
    life_days: int = 0,
) -> Promise:
    """What can be promised of a quantity by a day, and when all of it.

    Every promise made is kept first, on its day or, where goods come too late, as soon as they come. Promisable is by how
    much more can be served in all when the new demand is added: old promises may then be kept from other goods, but all
    are. Where nothing expires that is the cumulative available-to-promise of the textbooks, the least of (supply -
    promises) from the day on (Stevenson, *Operations Management*, master scheduling; Vollmann et al., *Manufacturing
    Planning and Control*).
    """
    goods = sorted(supplies, key=lambda supply: last_usable_on(supply.expires_on, supply.retest_on))
    kept = _kept(goods, commitments)
    days = sorted({wanted_on, *(supply.from_on for supply in goods if supply.from_on > wanted_on)})
    steps = [(day, _promisable(goods, kept, Commitment(quantity, day, life_days))) for day in days]
    in_full = [day for day, promisable in steps if promisable >= quantity]
    return Promise(quantity, wanted_on, steps[0][1], in_full[0] if in_full else None, steps)


def _kept(goods: Sequence[Supply], commitments: Iterable[Commitment]) -> list[Commitment]:
    """What of the promises can be kept, each part on the day on which it can; what is late waits for the next goods."""
    left = [supply.quantity for supply in goods]
    waiting = sorted(commitments, key=lambda each: each.wanted_on)
    kept = []
    for day in sorted({each.wanted_on for each in waiting} | {supply.from_on for supply in goods}):
        for place, each in enumerate(waiting):
            if each.wanted_on <= day and each.quantity:
                served = _take(goods, left, replace(each, wanted_on=day))
                kept.append(Commitment(served, day, each.life_days))
                waiting[place] = replace(each, quantity=each.quantity - served)
    return [each for each in kept if each.quantity]


def _promisable(goods: Sequence[Supply], kept: Sequence[Commitment], asked: Commitment) -> Decimal:
    """How much more can be served on its day with the new demand than without it.

    Days in order, each demand from the goods that expire first of those that serve it: that serves the most.
    """
    left = [supply.quantity for supply in goods]
    in_order = sorted([*kept, asked], key=lambda each: each.wanted_on)
    served = sum((_take(goods, left, each) for each in in_order), Decimal(0))
    return served - sum((each.quantity for each in kept), Decimal(0))


def _take(goods: Sequence[Supply], left: list[Decimal], wanted: Commitment) -> Decimal:
    """Take from what is left for a demand, in the order of the goods; returns how much was found."""
    missing = wanted.quantity
    for place, supply in enumerate(goods):
        if missing and left[place] and supply.serves(wanted.wanted_on, wanted.life_days):
            share = min(left[place], missing)
            left[place] -= share
            missing -= share
    return wanted.quantity - missing
