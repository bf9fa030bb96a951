"""What people know that the history does not: what an override changes, for how long, and what it was worth.

An override says of an item-site and a span of days how demand will differ (times, plus, units a week), or how it is to be
ordered (least and most order-up-to level, a service target). Demand is changed in the forecast, day by day, before the
engine decides; bounds are kept after it has decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DAYS_A_WEEK = 7
MOST_DAYS = 731
MOST_FACTOR = 100.0
MOST_UNITS = 10**9


class OverrideKind(StrEnum):
    """What an override says: demand times, plus so many units in all, so many a week; bounds of the level; a target."""

    DEMAND_TIMES = "demand_times"
    DEMAND_PLUS = "demand_plus"
    DEMAND_A_WEEK = "demand_a_week"
    LEVEL_AT_LEAST = "level_at_least"
    LEVEL_AT_MOST = "level_at_most"
    CYCLE_SERVICE_LEVEL = "cycle_service_level"
    FILL_RATE = "fill_rate"


DEMAND_KINDS = (OverrideKind.DEMAND_TIMES, OverrideKind.DEMAND_A_WEEK, OverrideKind.DEMAND_PLUS)
TARGETS = (OverrideKind.CYCLE_SERVICE_LEVEL, OverrideKind.FILL_RATE)
BOUNDS = (OverrideKind.LEVEL_AT_LEAST, OverrideKind.LEVEL_AT_MOST)


class ReasonCode(StrEnum):
    """Why somebody knows better."""

    PROMOTION = "promotion"
    NEW_CUSTOMER = "new_customer"
    LOST_CUSTOMER = "lost_customer"
    PROJECT = "project"
    SEASON = "season"
    PRICE_CHANGE = "price_change"
    SUPPLY_RISK = "supply_risk"
    SHELF_SPACE = "shelf_space"
    HISTORY_WRONG = "history_wrong"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Asked:
    """An override as somebody asks for it; `until_on` is its last day."""

    kind: OverrideKind
    value: float
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Ahead:
    """What changes demand on the days from one up to, not including, another: an override, an event or an ending."""

    kind: OverrideKind
    value: float
    from_on: date
    before_on: date


def fault_of_override(asked: Asked) -> str | None:
    """Why an override makes no sense, as a sentence that says what to do; None when it does."""
    if asked.until_on < asked.from_on:
        return f"It would end on {asked.until_on}, before it begins on {asked.from_on}; name a later last day."
    if (asked.until_on - asked.from_on).days >= MOST_DAYS:
        return f"It would hold for more than {MOST_DAYS} days; what lasts is a setting, not an override."
    value, kind = asked.value, asked.kind
    if kind in TARGETS and not 0 < value < 1:
        return f"A service target of {value:g} cannot be met; give a share such as 0.95."
    if kind is OverrideKind.DEMAND_TIMES and not 0 <= value <= MOST_FACTOR:
        return f"Demand times {value:g} is not believed; give a factor from 0 to {MOST_FACTOR:g}."
    if kind is OverrideKind.DEMAND_PLUS and not 0 < abs(value) <= MOST_UNITS:
        return "Say how many units are added, or taken away with a minus."
    if kind in (OverrideKind.DEMAND_A_WEEK, *BOUNDS) and not 0 <= value <= MOST_UNITS:
        return f"{value:g} units are not possible; give 0 or more."
    return None


def demand_with(
    mean_by_bucket: Sequence[float], bucket_days: float, today: date, ahead: Iterable[Ahead]
) -> list[float]:
    """Expected demand by bucket from today on, with what people say of it. units by bucket → units by bucket

    A bucket's demand is spread evenly over its days. On each day factors are multiplied; units a week take the place of what
    was expected; units in all are added, an even part on each day of their span. Demand is never below 0.
    """
    told = sorted(ahead, key=lambda one: DEMAND_KINDS.index(one.kind))
    days = round(bucket_days)
    means = []
    for bucket, mean in enumerate(mean_by_bucket):
        first_on = today + timedelta(days=bucket * days)
        touched = [one for one in told if _overlap(one, first_on, first_on + timedelta(days=days))]
        means.append(mean if not touched else _bucket_with(mean, days, first_on, touched))
    return means


def _bucket_with(mean: float, days: int, first_on: date, told: Sequence[Ahead]) -> float:
    each = [mean / days] * days
    for one in told:
        for place in range(days):
            if one.from_on <= first_on + timedelta(days=place) < one.before_on:
                each[place] = _day_with(each[place], one)
    return sum(max(day, 0.0) for day in each)


def _day_with(expected: float, one: Ahead) -> float:
    if one.kind is OverrideKind.DEMAND_TIMES:
        return expected * one.value
    if one.kind is OverrideKind.DEMAND_A_WEEK:
        return one.value / DAYS_A_WEEK
    return expected + one.value / (one.before_on - one.from_on).days


def _overlap(one: Ahead, first_on: date, before_on: date) -> bool:
    return one.from_on < before_on and one.before_on > first_on


@dataclass(frozen=True, slots=True)
class Bounded:
    """What is ordered when the level must lie within bounds, in the steps of a reason. units"""

    needed: int
    step_bound: int
    step_moq: int
    step_multiple: int

    @property
    def quantity(self) -> int:
        """What is ordered."""
        return self.needed + self.step_moq + self.step_multiple


def within_bounds(
    *, position: int, needed: int, moq: int, order_multiple: int, least: float | None, most: float | None
) -> Bounded | None:
    """What to order so that position and order together are at least and at most so much; None where they are already.

    To reach the least it is raised to the MOQ and rounded up; so as not to pass the most it is rounded down, below the MOQ
    to nothing. Where they contradict each other, the most is kept.
    """
    wanted = needed
    if least is not None:
        wanted = max(wanted, int(-(-least // 1)) - position)
    if most is not None:
        wanted = min(wanted, int(most // 1) - position)
    wanted = max(wanted, 0)
    if wanted == needed:
        return None
    to_moq = max(moq - wanted, 0) if wanted else 0
    to_multiple = -(wanted + to_moq) % order_multiple
    if most is not None and position + wanted + to_moq + to_multiple > most:
        lower = wanted // order_multiple * order_multiple
        to_moq, to_multiple = (0, lower - wanted) if lower >= moq else (-wanted, 0)
    return Bounded(wanted, wanted - needed, to_moq, to_multiple)


@dataclass(frozen=True, slots=True)
class Replayed:
    """One decision, and the demand that came: what is needed to say what a quantity would have cost.

    `on_hand` is usable - backordered when it was decided, `before` and `within` what arrived until the order and between it
    and the next; `over` and `under` the cost of a unit too many and a unit short; `demand_before` and `demand_within` what
    was wanted in those stretches. units, money per unit
    """

    on_hand: float
    before: float
    within: float
    over: float
    under: float
    is_lost: bool
    demand_before: float
    demand_within: float

    def cost_of(self, quantity: float) -> float:
        """What a quantity would have cost: c_o·(X + q - D)⁺ + c_u·(D - X - q)⁺, X on hand when it arrived.

        The engine's expected cost (`engine.propose`), at the demand that came instead of over all that may come.
        """
        there = self.on_hand + self.before - self.demand_before
        there = (max(there, 0.0) if self.is_lost else there) + self.within
        left = there + quantity - self.demand_within
        return self.over * max(left, 0.0) + self.under * max(-left, 0.0)


def counted_decisions(decided: Iterable[tuple[date, int]]) -> list[int]:
    """Which decisions of an override count, by place: one a review period. [(day, review period in days)], in order

    A plan is made daily, and says the same until something is ordered; the first that an override changed stands for the
    review period that begins with it, so that no unit is counted twice.
    """
    found, free_on = [], date.min
    for place, (day, review_period_days) in enumerate(decided):
        if day >= free_on:
            found.append(place)
            free_on = day + timedelta(days=review_period_days)
    return found
