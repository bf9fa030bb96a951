"""What of a supplier ends soon, or has ended, and nothing follows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum


class LapseKind(StrEnum):
    """What of a supplier lapses, and is to be renewed."""

    QUALIFICATION = "qualification"
    CERTIFICATE = "certificate"
    AGREEMENT = "agreement"
    SUPPLY_TERM = "supply_term"
    PRICE_LIST = "price_list"


WHAT_TO_DO = {
    LapseKind.QUALIFICATION: "Decide anew whether it may be ordered from.",
    LapseKind.CERTIFICATE: "Ask the supplier for the new one.",
    LapseKind.AGREEMENT: "Agree on what follows.",
    LapseKind.SUPPLY_TERM: "Import the terms that follow.",
    LapseKind.PRICE_LIST: "Ask for the next list; until it is there, the prices before it count.",
}


@dataclass(frozen=True, slots=True)
class Lapse:
    """One thing that ends: of which supplier, what, on which last day, and which items it concerns."""

    kind: LapseKind
    supplier_id: int
    supplier: str
    what: str
    ends_on: date
    skus: Sequence[str] = field(default=(), compare=False)
    skus_alone: Sequence[str] = field(default=(), compare=False)

    @property
    def key(self) -> str:
        """Its name as a root cause: one alert, however many items it concerns."""
        return f"lapse:{self.kind}:{self.supplier}:{self.what}:{self.ends_on}"[:200]

    def sentence(self, today: date) -> str:
        """What ends and when, what hangs on it, what to do."""
        days = (self.ends_on - today).days
        when = f"ended on {self.ends_on}" if days < 0 else f"ends on {self.ends_on}, in {_days(days)}"
        hangs = f"{_items(len(self.skus))} on it, {len(self.skus_alone):,} with no other source."
        return f"{self.what} of {self.supplier} {when}. {hangs} {WHAT_TO_DO[self.kind]}"


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days:,} days"


def _items(count: int) -> str:
    return "1 item depends" if count == 1 else f"{count:,} items depend"


def covered_until(spans: Iterable[tuple[date, date | None]], on: date) -> date | None:
    """The last day up to which a day is covered without a gap, `date.max` where there is no end.

    Of a day that nothing covers, the last day before it that was covered; None where there was none. Both ends of a span
    are included; None as its end means without end.
    """
    known = sorted((begins, ends or date.max) for begins, ends in spans)
    covered = max((ends for begins, ends in known if begins <= on), default=None)
    if covered is None or covered < on:
        return covered
    for begins, ends in known:
        if covered < date.max and begins <= covered + timedelta(days=1):
            covered = max(covered, ends)
    return covered
