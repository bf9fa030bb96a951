"""Where everything of a picture lies, in the units of its own frame; the templates draw it as SVG.

Every picture stands beside a table of the same numbers: nothing is told by a picture alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Any

from django.utils.formats import date_format

from ownstock.planning.queries import DayClose, ItemSiteOutlook
from ownstock.purchasing.queries import OpenDelivery
from ownstock.web.templatetags.figures import day, number, units

# A week less in stock than this does not count in the forecast (`engine.history`).
LEAST_IN_STOCK = 0.5
MOST_LABELS = 9
MOST_NAMED_ARRIVALS = 4
LABEL_TURNS_AT = 0.9
NICE_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values to places on the picture."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value, to a tenth of a unit."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place with what is written there."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A week's demand, and for what share of the week there was something to sell."""

    x: float
    y: float
    width: float
    height: float
    is_masked: bool


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of days."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Arrival:
    """An open order on the day it is expected; `row` keeps labels apart."""

    x: float
    label: str
    row: int
    is_labelled_before: bool


@dataclass(frozen=True, slots=True)
class WeeksPicture:
    """Demand by week."""

    bars: list[Bar]
    across: list[Mark]
    up: list[Mark]


@dataclass(frozen=True, slots=True)
class OutlookPicture:
    """On hand until a day and as expected after it, above the demand of each week; one axis of days for both."""

    past: str
    expected: str
    empty: list[Band]
    today: float
    order_arrives: float
    order_arrives_on: date
    level: Mark
    arrivals: list[Arrival]
    weeks: WeeksPicture
    up: list[Mark]
    sentence: str


def weeks_picture(weeks: Sequence[Mapping[str, Any]]) -> WeeksPicture:
    """The bars of a proposal's weeks, on a frame of 640 x 180."""
    start_on = _monday(weeks[0])
    days = Scale(0, 7 * len(weeks), 44, 632)
    return _weeks(weeks, start_on, days, top=14, bottom=150)


def outlook_picture(outlook: ItemSiteOutlook, deliveries: Sequence[OpenDelivery], as_of: date) -> OutlookPicture:
    """An item-site's past and expected stock, on a frame of 960 x 420."""
    why = outlook.reason
    weeks, start_on, end_on = why["inputs"]["weeks"], outlook.past[0].day_on, outlook.expected[-1].day_on
    days = Scale(0, (end_on - start_on).days, 52, 948)
    level = why["decision"]["order_up_to_level"]
    closes = [close.on_hand for close in (*outlook.past, *outlook.expected)]
    height = _units(min(0.0, *closes), max(level, *closes), top=34, bottom=252)
    order_arrives_on = as_of + timedelta(days=why["inputs"]["lead_time_days"])
    last = DayClose(as_of, outlook.past[-1].on_hand)
    return OutlookPicture(
        past=_steps([*outlook.past, last], start_on, days, height),
        expected=_line(outlook.expected, start_on, days, height),
        empty=list(_empty([*outlook.past, last], outlook.expected, start_on, days)),
        today=days((as_of - start_on).days),
        order_arrives=days((order_arrives_on - start_on).days),
        order_arrives_on=order_arrives_on,
        level=Mark(height(level), f"order-up-to level {number(level, 0)}"),
        arrivals=list(_arrivals(outlook, deliveries, as_of, start_on, end_on, days)),
        weeks=_weeks(weeks, start_on, days, top=300, bottom=384),
        up=_ticks(height),
        sentence=_sentence(outlook, as_of),
    )


def _monday(week: Mapping[str, Any]) -> date:
    return date.fromisoformat(week["week_start_on"])


def _weeks(
    weeks: Sequence[Mapping[str, Any]], start_on: date, days: Scale, *, top: float, bottom: float
) -> WeeksPicture:
    height = _units(0, max([week["demand"] for week in weeks], default=0), top=top, bottom=bottom)
    bars = [_bar(week, (_monday(week) - start_on).days, days, height) for week in weeks]
    return WeeksPicture(bars, list(_dates(start_on, days)), _ticks(height))


def _bar(week: Mapping[str, Any], first_day: int, days: Scale, height: Scale) -> Bar:
    left, right, y = days(first_day), days(first_day + 7), height(week["demand"])
    gap = min(3, (right - left) / 4)
    is_masked = week["in_stock_fraction"] < LEAST_IN_STOCK
    return Bar(round(left + gap / 2, 1), y, round(right - left - gap, 1), round(height.start - y, 1), is_masked)


def _units(low: float, high: float, *, top: float, bottom: float) -> Scale:
    """An upright scale from zero (or below) to a round number."""
    step = _step(max(high, 1) - low)
    return Scale(math.floor(low / step) * step, math.ceil(max(high, 1) / step) * step, bottom, top)


def _step(span: float) -> float:
    """A round distance that parts a span into four at most."""
    size = 10.0 ** math.floor(math.log10(span / 4))
    return max(size * next(nice for nice in NICE_STEPS if span / (size * nice) <= 4), 1.0)


def _ticks(height: Scale) -> list[Mark]:
    step = _step(height.high - height.low)
    count = round((height.high - height.low) / step)
    return [Mark(height(height.low + n * step), number(height.low + n * step, 0)) for n in range(count + 1)]


def _dates(start_on: date, days: Scale) -> Iterable[Mark]:
    """Mondays, so many weeks apart that their labels have room."""
    monday = start_on + timedelta(days=-start_on.weekday() % 7)
    weeks_apart = max(1, math.ceil(days.high / 7 / MOST_LABELS))
    while (first_day := (monday - start_on).days) < days.high - 3:
        yield Mark(days(first_day), date_format(monday, "j M"))
        monday += timedelta(weeks=weeks_apart)


def _steps(closes: Sequence[DayClose], start_on: date, days: Scale, height: Scale) -> str:
    """A path that keeps its height until the next change."""
    first, *others = closes
    moves = [f"M{days((first.day_on - start_on).days)} {height(first.on_hand)}"]
    moves += [f"H{days((close.day_on - start_on).days)}V{height(close.on_hand)}" for close in others]
    return "".join(moves)


def _line(closes: Sequence[DayClose], start_on: date, days: Scale, height: Scale) -> str:
    """A path that falls from day to day, and rises upright where something arrives."""
    moves = [f"M{days((closes[0].day_on - start_on).days)} {height(closes[0].on_hand)}"]
    for before, close in pairwise(closes):
        rise = f"V{height(close.on_hand)}" if close.on_hand > before.on_hand else ""
        fall = before.on_hand if rise else close.on_hand
        moves.append(f"L{days((close.day_on - start_on).days)} {height(fall)}{rise}")
    return "".join(moves)


def _empty(past: Sequence[DayClose], expected: Sequence[DayClose], start_on: date, days: Scale) -> Iterable[Band]:
    """Stretches with nothing on hand, seen and then expected."""
    closes = [*past, *expected]
    for is_empty, stretch in groupby(pairwise(closes), key=lambda pair: pair[0].on_hand <= 0):
        pairs = list(stretch)
        left, right = days((pairs[0][0].day_on - start_on).days), days((pairs[-1][1].day_on - start_on).days)
        if is_empty and right > left:
            yield Band(left, round(right - left, 1))


def _arrivals(
    outlook: ItemSiteOutlook,
    deliveries: Sequence[OpenDelivery],
    as_of: date,
    start_on: date,
    end_on: date,
    days: Scale,
) -> Iterable[Arrival]:
    """The open orders that planning counts on, each when it does; the first few by name."""
    expected = {coming.delivery: coming.usable_in_days for coming in outlook.coming}
    dated = [(as_of + timedelta(days=expected[d]), d) for d in deliveries if d in expected]
    shown = [(expected_on, d) for expected_on, d in dated if expected_on <= end_on]
    for row, (expected_on, delivery) in enumerate(sorted(shown, key=lambda pair: pair[0])):
        name = f"+{units(delivery.quantity)} {delivery.number}" if row < MOST_NAMED_ARRIVALS else ""
        x = days((expected_on - start_on).days)
        yield Arrival(x, name, row, is_labelled_before=x > LABEL_TURNS_AT * days.end)


def _sentence(outlook: ItemSiteOutlook, as_of: date) -> str:
    """What the picture shows, for those who cannot see it."""
    given, decision = outlook.reason["inputs"], outlook.reason["decision"]
    demand = sum(week["demand"] for week in given["weeks"])
    out = decision["stock_out_in_days"]
    runs_out = f"it is expected to run out in {out} days" if out is not None else "it is not expected to run out"
    days = given["lead_time_days"] + given["review_period_days"]
    return (
        f"{units(given['usable'])} usable on {day(as_of)}; {units(demand)} were wanted in {len(given['weeks'])} "
        f"weeks; without another order {runs_out} within the next {days} days."
    )
