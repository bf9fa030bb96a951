"""Where the bars of a scorecard lie, in the units of their own frame; the templates draw them as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ownstock.purchasing.rules.scorecards import Bin, Figure
from ownstock.web.pictures import Scale
from ownstock.web.templatetags.figures import number

MOST_DAYS_LABELLED = 8


@dataclass(frozen=True, slots=True)
class ShareBar:
    """A share of a hundred as a bar, and where the agreed target lies."""

    width: float
    target: float | None


@dataclass(frozen=True, slots=True)
class DayBar:
    """So many receipts that took so many days."""

    x: float
    y: float
    width: float
    height: float
    label: str
    is_labelled: bool


@dataclass(frozen=True, slots=True)
class DaysPicture:
    """Lead times, on a frame of 360 x 170."""

    bars: Sequence[DayBar]
    most: str


def share_bar(figure: Figure) -> ShareBar | None:
    """The bar of a figure in percent, on a frame of 100 x 8; None of any other."""
    if figure.unit != "%" or figure.value is None or not 0 <= figure.value <= 100:
        return None
    return ShareBar(float(figure.value), None if figure.target is None else float(figure.target))


def days_picture(bins: Sequence[Bin]) -> DaysPicture:
    """The histogram of lead times."""
    most = max(one.count for one in bins)
    across, up = Scale(0, len(bins), 32, 356), Scale(0, most, 145, 14)
    every = -(-len(bins) // MOST_DAYS_LABELLED)
    bars = [
        DayBar(
            x=across(place), y=up(one.count), width=max(across(place + 1) - across(place) - 2, 1),
            height=145 - up(one.count), label=str(one.first), is_labelled=place % every == 0,
        )
        for place, one in enumerate(bins)
    ]  # fmt: skip
    return DaysPicture(bars, number(most, 0))
