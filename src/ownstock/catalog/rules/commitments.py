"""Whether what we promised to buy will be bought, and what of a rebate is earned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ownstock.catalog.rules.agreements import RebateBase, rebate

NOTHING, CENT, STEP = Decimal(0), Decimal("0.01"), Decimal("0.0001")


class CommitmentOutlook(StrEnum):
    """How a promise to buy stands on a day."""

    NOT_BEGUN = "not_begun"
    KEPT = "kept"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a promised total is reached between two days, both included.

    `reached` is what counts for it until `as_of`; `coming` is what is on its way and counts before the last day.
    """

    begins_on: date
    ends_on: date
    as_of: date
    promised: Decimal
    reached: Decimal
    coming: Decimal = NOTHING

    @property
    def days_left(self) -> int:
        """Days after `as_of` up to the last one; none once it is over."""
        return max((self.ends_on - max(self.as_of, self.begins_on)).days, 0)

    @property
    def expected(self) -> Decimal:
        """The total on the last day: at the rate of the days gone, and not less than what is on its way makes it.

        reached x days in all / days gone.
        """
        days = (self.ends_on - self.begins_on).days + 1
        gone = min(max((self.as_of - self.begins_on).days + 1, 0), days)
        if gone == days:
            return self.reached
        at_this_rate = self.reached * days / gone if gone else NOTHING
        return max(at_this_rate, self.reached + self.coming).quantize(STEP)

    @property
    def percent(self) -> Decimal:
        """What is reached of what was promised, in percent."""
        return (self.reached * 100 / self.promised).quantize(CENT)

    @property
    def missing(self) -> Decimal:
        """What is not expected of what was promised; nothing where all of it is."""
        return max(self.promised - self.expected, NOTHING)

    @property
    def outlook(self) -> CommitmentOutlook:
        """How it stands."""
        if self.reached >= self.promised:
            return CommitmentOutlook.KEPT
        if self.as_of > self.ends_on:
            return CommitmentOutlook.MISSED
        if self.as_of < self.begins_on:
            return CommitmentOutlook.NOT_BEGUN
        return CommitmentOutlook.BEHIND if self.missing else CommitmentOutlook.ON_TRACK


@dataclass(frozen=True, slots=True)
class Accrual:
    """What of a rebate a turnover has earned, what it comes to at the end at the present rate, what the next tier takes."""

    turnover: Decimal
    earned: Decimal
    expected_turnover: Decimal
    expected: Decimal
    next_from: Decimal | None


def accrual(tiers: Sequence[Sequence[Decimal]], pace: Pace, *, base: RebateBase) -> Accrual:
    """What a rebate by tiers is worth on a day; `pace` counts the turnover and promises nothing."""
    above = [start for start, _ in tiers if start > pace.reached]
    return Accrual(
        pace.reached, rebate(tiers, pace.reached, base=base), pace.expected, rebate(tiers, pace.expected, base=base),
        min(above, default=None),
    )  # fmt: skip
