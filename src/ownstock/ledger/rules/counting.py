"""Counting in cycles: which class an item is of, how far a count may differ, which count holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ownstock.catalog.rules import Tracking
from ownstock.ledger.rules.posting import MAX_QUANTITY, QUANTITY_STEP, Status

ZERO = Decimal(0)
CLASS_YEAR_DAYS = 365
MAX_LINES_OF_A_SHEET = 5_000


class AbcClass(StrEnum):
    """How much of the value of all issues an item stands for."""

    A = "A"
    B = "B"
    C = "C"


class CountState(StrEnum):
    """Where a sheet is on its way."""

    OPEN = "open"
    APPROVED = "approved"
    CANCELLED = "cancelled"


class CountVerdict(StrEnum):
    """What a line of an open sheet still needs: a count, another person's count, or nothing."""

    UNCOUNTED = "uncounted"
    NEEDS_ANOTHER = "needs_another"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Counted:
    """What somebody counted: of a line of the sheet, or (without one) of goods found elsewhere, which their codes name.

    `counted_at` None means now. Codes beside a line must be the line's own, so that a row that slipped is noticed.
    """

    quantity: Decimal
    line: int | None = None
    sku: str = ""
    location: str = ""
    lot: str = ""
    status: str = ""
    counted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a count may differ: by a share of what is expected or by so many units, never by more than an amount."""

    share: Decimal
    units: Decimal
    amount: Decimal

    def allows(self, difference: Decimal, expected: Decimal, unit_cost: Decimal) -> bool:
        """Whether |difference| ≤ max(share x expected, units), and |difference| x unit cost ≤ amount."""
        size = abs(difference)
        return size <= max(self.share * abs(expected), self.units) and size * unit_cost <= self.amount


@dataclass(frozen=True, slots=True)
class Tally:
    """One count of a line beside what was on hand, by the record, at the moment of that count."""

    counter: str
    quantity: Decimal
    counted_at: datetime
    expected: Decimal

    @property
    def difference(self) -> Decimal:
        """Counted less expected: comparable between counts, whatever moved between them."""
        return self.quantity - self.expected


@dataclass(frozen=True, slots=True)
class Settlement:
    """Which count of a line holds, if one does, and whether every count lay within tolerance."""

    verdict: CountVerdict
    holds: Tally | None = None
    is_within: bool = False


def abc_classes(values: Sequence[Decimal], cuts: Mapping[AbcClass, Decimal]) -> list[AbcClass]:
    """The class of each item of a site by its value, in the order given.

    Items are ranked by value; an item belongs to the first class whose cut lies above the share that the items before it
    reach together. So the item of most value is always of the first class. What has no value is of the last.
    (Pareto ranking by annual value, after Dickie, "ABC inventory analysis shoots for dollars, not pennies", 1951.)
    """
    total = sum(values, ZERO)
    ranked = sorted(range(len(values)), key=lambda n: (-values[n], n))
    ordered = sorted(cuts.items(), key=lambda pair: pair[1])
    last = ordered[-1][0]
    classes = [last] * len(values)
    before = ZERO
    for number in ranked:
        if values[number] <= 0:
            break
        classes[number] = next((name for name, cut in ordered if before < cut * total), last)
        before += values[number]
    return classes


def settle(tallies: Sequence[Tally], tolerance: Tolerance, unit_cost: Decimal) -> Settlement:
    """Decide which count of a line holds; `tallies` in the order in which they were entered.

    All within tolerance: the last one. Once any was not, two people must agree: their last counts may differ from each
    other, in what they differ by from the record, only within tolerance; the later of the newest such pair holds. Until
    then another person counts. An earlier count out of tolerance is not undone by its own author's correction, or somebody
    could try numbers until one is accepted.
    """
    if not tallies:
        return Settlement(CountVerdict.UNCOUNTED)
    if all(tolerance.allows(t.difference, t.expected, unit_cost) for t in tallies):
        return Settlement(CountVerdict.SETTLED, tallies[-1], is_within=True)
    newest_first = _last_of_each(tallies)
    for number, later in enumerate(newest_first):
        for earlier in newest_first[number + 1 :]:
            if tolerance.allows(later.difference - earlier.difference, later.expected, unit_cost):
                return Settlement(CountVerdict.SETTLED, later)
    return Settlement(CountVerdict.NEEDS_ANOTHER)


def _last_of_each(tallies: Sequence[Tally]) -> list[Tally]:
    """The last count of each person, the newest first."""
    found: dict[str, Tally] = {}
    for tally in reversed(tallies):
        found.setdefault(tally.counter, tally)
    return list(found.values())


def quantity_fault(quantity: Decimal, tracking: str) -> str | None:
    """What is wrong with a counted quantity, as the end of a sentence; None when nothing is."""
    if not quantity.is_finite() or not 0 <= quantity < MAX_QUANTITY:
        return f"the quantity {quantity} must be zero or more and below {MAX_QUANTITY:,.0f}."
    if quantity != quantity.quantize(QUANTITY_STEP):
        return f"the quantity {quantity} has more than four decimals."
    if tracking == Tracking.SERIAL and quantity not in (0, 1):
        return f"a serial number is one piece or none; {quantity} was counted."
    return None


def found_fault(counted: Counted, tracking: str) -> str | None:
    """Why goods that were found cannot be put on the sheet, as the end of a sentence; None when they can."""
    if counted.status not in list(Status):
        return f"a status must be one of {', '.join(Status)}."
    if tracking != Tracking.NONE and not counted.lot:
        return f"its goods are told apart by {'serial number' if tracking == Tracking.SERIAL else 'lot'}: name it."
    return None


def moment_fault(
    counted_at: datetime, *, counts_from_at: datetime, now: datetime, closed_until_at: datetime | None
) -> str | None:
    """Why goods cannot have been counted at a moment, as the end of a sentence; None when they can."""
    if counted_at.tzinfo is None:
        return "the moment has no time zone."
    if counted_at > now:
        return f"it was counted at {counted_at:%Y-%m-%d %H:%M:%S} UTC, which is yet to come."
    if counted_at < counts_from_at:
        return f"it was counted before the counting began ({counts_from_at:%Y-%m-%d %H:%M:%S} UTC); count again."
    if closed_until_at is not None and counted_at < closed_until_at:
        return f"it was counted in a period that is closed until {closed_until_at:%Y-%m-%d %H:%M} UTC; count again."
    return None


def slip_fault(counted: Counted, own: Counted) -> str | None:
    """Whether the codes beside a line are another line's, as the end of a sentence; None when they agree or are not said."""
    for name in ("sku", "location", "lot", "status"):
        said, is_ = getattr(counted, name), getattr(own, name)
        if said and said != is_:
            return f"the sheet says {name} {is_ or 'none'}, not {said}."
    return None
