"""Where everything of a picture lies, in the units of its own frame; the templates draw it as SVG.

Every picture stands beside a table of the same numbers: nothing is told by a picture alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ownstock.web.templatetags.figures import day_of_year, number

# A week less in stock than this does not count in the forecast (`engine.history`).
LEAST_IN_STOCK = 0.5
MOST_LABELS = 9
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
class WeeksPicture:
    """Demand by week."""

    bars: list[Bar]
    across: list[Mark]
    up: list[Mark]


def weeks_picture(weeks: Sequence[Mapping[str, Any]]) -> WeeksPicture:
    """The bars of a proposal's weeks, on a frame of 640 x 180."""
    start_on = _monday(weeks[0])
    days = Scale(0, 7 * len(weeks), 44, 632)
    return _weeks(weeks, start_on, days, top=14, bottom=150)


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
        yield Mark(days(first_day), day_of_year(monday))
        monday += timedelta(weeks=weeks_apart)
