"""The goods of an item at a site: what lies on which shelf, who holds a claim to it, what is free, what to pick first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.ledger.rules import picking

ShelfKey = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Released goods of one balance: a location and a lot."""

    location_id: int
    location: str
    lot_id: int | None
    lot: str
    on_hand: Decimal
    expires_on: date | None = None
    retest_on: date | None = None

    @property
    def key(self) -> ShelfKey:
        """Which balance it is."""
        return self.location_id, self.lot_id


@dataclass(frozen=True, slots=True)
class Claim:
    """What is promised of a shelf to a demand line that needs it on a day, with so much life left."""

    line_id: int
    number: str
    customer: str
    shelf: ShelfKey
    quantity: Decimal
    wanted_on: date
    life_days: int


@dataclass(frozen=True, slots=True)
class Pick:
    """So much to take from a shelf, and how much of it was promised to the line that it is taken for."""

    shelf: Shelf
    quantity: Decimal
    claimed: Decimal = Decimal(0)


def needed_on(wanted_on: date, today: date) -> date:
    """The day for which goods must be fit: that on which they are wanted; today where that has passed."""
    return max(wanted_on, today)


def last_usable_on(expires_on: date | None, retest_on: date | None) -> date:
    """The last day on which goods may be used."""
    return picking.Pickable("", "", Decimal(0), expires_on, retest_on).last_usable_on


def keeps(expires_on: date | None, retest_on: date | None, *, on: date, life_days: int) -> bool:
    """Whether goods may still be used so many days after a day."""
    return last_usable_on(expires_on, retest_on) >= on + timedelta(days=life_days)


def fefo(shelves: Iterable[Shelf], quantity: Decimal, *, on: date, life_days: int = 0) -> list[Pick]:
    """What to take for a quantity by the ledger's rule, first expired first out; less where there is not enough.

    Goods that may not be used `life_days` after the day any more are passed over.
    """
    by_name = {(shelf.location, shelf.lot): shelf for shelf in shelves}
    there = [picking.Pickable(s.location, s.lot, s.on_hand, s.expires_on, s.retest_on) for s in by_name.values()]
    picks = picking.fefo(there, quantity, on=on, min_remaining_days=life_days)
    return [Pick(by_name[pick.location, pick.lot], pick.quantity) for pick in picks]


def _first_expired(shelf: Shelf) -> tuple[date, str, str]:
    return last_usable_on(shelf.expires_on, shelf.retest_on), shelf.lot, shelf.location


class Goods:
    """The goods of an item at a site and the claims to them, while one action decides over them."""

    def __init__(self, shelves: Iterable[Shelf], claims: Iterable[Claim]) -> None:
        self.shelves: dict[ShelfKey, Shelf] = {shelf.key: shelf for shelf in shelves}
        self.claims: dict[tuple[int, ShelfKey], Claim] = {}
        self._free: dict[ShelfKey, Decimal] = {key: shelf.on_hand for key, shelf in self.shelves.items()}
        for claim in claims:
            self.claim(claim)

    def free(self) -> list[Shelf]:
        """What is promised to nobody, shelf by shelf."""
        left = [(key, self._free[key]) for key in self.shelves]
        return [replace(self.shelves[key], on_hand=quantity) for key, quantity in left if quantity > 0]

    def shortfalls(self, today: date) -> dict[tuple[int, ShelfKey], Decimal]:
        """How much of each claim is no longer there for it; claims that hold in full are left out.

        A claim fails whole where its goods would not be fit on the day they are needed. Where a shelf holds less than was
        promised of it, those who want it first keep theirs.
        """
        left = {key: shelf.on_hand for key, shelf in self.shelves.items()}
        short = {}
        for key, claim in sorted(self.claims.items(), key=lambda pair: (pair[1].wanted_on, pair[1].line_id)):
            held = min(claim.quantity, left.get(claim.shelf, Decimal(0))) if self._is_fit(claim, today) else Decimal(0)
            if held < claim.quantity:
                short[key] = claim.quantity - held
            if claim.shelf in left:
                left[claim.shelf] -= held
        return short

    def _is_fit(self, claim: Claim, today: date) -> bool:
        shelf = self.shelves.get(claim.shelf)
        day = needed_on(claim.wanted_on, today)
        return shelf is not None and keeps(shelf.expires_on, shelf.retest_on, on=day, life_days=claim.life_days)

    def held(self, line_id: int, today: date) -> list[Shelf]:
        """What of its claims is there for a line, shelf by shelf."""
        short = self.shortfalls(today)
        found = [(key, claim.quantity - short.get(key, 0)) for key, claim in self._of(line_id)]
        return [replace(self.shelves[key[1]], on_hand=quantity) for key, quantity in found if quantity > 0]

    def _of(self, line_id: int) -> Iterator[tuple[tuple[int, ShelfKey], Claim]]:
        return ((key, claim) for key, claim in self.claims.items() if key[0] == line_id)

    def claim(self, claim: Claim) -> None:
        """Promise goods of a shelf; on top of what the line has of it already."""
        key = (claim.line_id, claim.shelf)
        held = self.claims[key].quantity if key in self.claims else Decimal(0)
        self.claims[key] = replace(claim, quantity=held + claim.quantity)
        self._free[claim.shelf] = self._free.get(claim.shelf, Decimal(0)) - claim.quantity

    def let_go(self, line_id: int, shelf: ShelfKey, quantity: Decimal) -> None:
        """Take so much off what a line was promised of a shelf."""
        self._free[shelf] += quantity
        claim = self.claims.pop((line_id, shelf))
        if claim.quantity > quantity:
            self.claims[line_id, shelf] = replace(claim, quantity=claim.quantity - quantity)

    def take(self, line_id: int, quantity: Decimal, *, today: date, on: date, life_days: int) -> list[Pick]:
        """Take goods for a line: of what it was promised first, then of what is free; each first expired first out.

        Less than asked where there is not enough; what is promised to others is never touched.
        """
        own = fefo(self.held(line_id, today), quantity, on=on, life_days=life_days)
        rest = quantity - sum((pick.quantity for pick in own), Decimal(0))
        picks = {p.shelf.key: Pick(self.shelves[p.shelf.key], p.quantity, p.quantity) for p in own}
        for pick in fefo(self.free(), rest, on=on, life_days=life_days):
            key = pick.shelf.key
            claimed = picks[key].claimed if key in picks else Decimal(0)
            picks[key] = Pick(self.shelves[key], claimed + pick.quantity, claimed)
        for key, pick in picks.items():
            self.shelves[key] = replace(self.shelves[key], on_hand=self.shelves[key].on_hand - pick.quantity)
            self._free[key] -= pick.quantity
            if pick.claimed:
                self.let_go(line_id, key, pick.claimed)
        return list(picks.values())

    def excess(self, line_id: int, quantity: Decimal) -> list[tuple[ShelfKey, Decimal]]:
        """Which of a line's claims to let go of, so much in all: what expires last first, so that FEFO holds."""
        missing = Shelf(0, "", None, "", Decimal(0))
        claims = sorted(
            self._of(line_id), key=lambda p: _first_expired(self.shelves.get(p[0][1], missing)), reverse=True
        )
        found = []
        for (_, shelf), claim in claims:
            share = min(claim.quantity, quantity)
            if share > 0:
                found.append((shelf, share))
                quantity -= share
        return found


def not_there(
    number: str, sku: str, site: str, wanted: Decimal, there: Decimal, others: Mapping[str, Decimal]
) -> Refused:
    """The refusal to ship more than is there for a line; names the lines that the rest is promised to."""
    sentence = f"{number}: {plain(wanted)} of {sku} cannot be shipped from {site}; {plain(there)} can."
    if not others:
        return Refused(f"{sentence} Nothing was shipped.", code="not_enough_available", number=number, there=str(there))
    named = ", ".join(f"{plain(quantity)} to {name}" for name, quantity in list(others.items())[:3])
    more = f" and to {len(others) - 3} more" if len(others) > 3 else ""
    return Refused(
        f"{sentence} What else lies there is promised: {named}{more}. Release it first. Nothing was shipped.",
        code="promised_to_others",
        number=number,
        there=str(there),
        promised_to={name: str(quantity) for name, quantity in others.items()},
    )
