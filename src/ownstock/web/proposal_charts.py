"""The charts of a proposal: on hand with a quantity ordered, and the quantity as a sum, as options of the charts of pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from ownstock.planning.queries import Reprojection
from ownstock.planning.rules.waterfall import Bar
from ownstock.web.templatetags.figures import day_of_year

Option = dict[str, Any]
MOST_DAYS = 182
UNSHOWN = {"show": False}


def path_chart(meaning: Reprojection) -> Option:
    """On hand day by day with the quantity ordered now and nothing later: the middle, and where nine of ten cases lie."""
    days = meaning.path[:MOST_DAYS]
    # Nothing is less than nothing on a shelf; what is owed is told by the figures.
    low, middle, high = ([round(max(getattr(d, q), 0), 1) for d in days] for q in ("p10", "p50", "p90"))
    wide = [round(b - a, 1) for a, b in zip(low, high, strict=True)]
    band = {"type": "line", "showSymbol": False, "stack": "range", "lineStyle": {"opacity": 0}, "tooltip": UNSHOWN}
    thin = {"type": "line", "showSymbol": False, "lineStyle": {"width": 1, "type": [3, 3], "color": "--series-1"}}
    colour = {"itemStyle": {"color": "--series-1"}}
    series: list[Option] = [
        {**band, "name": "range", "data": low},
        {**band, "name": "range", "data": wide, "areaStyle": {"color": "--series-1", "opacity": 0.22}},
        {**thin, **colour, "name": _("Low (P10)"), "data": low},
        {"type": "line", "showSymbol": False, "name": _("Projected (P50)"), "data": middle,
         "lineStyle": {"width": 2, "color": "--series-1"}, **colour},
        {**thin, **colour, "name": _("High (P90)"), "data": high},
    ]  # fmt: skip
    option = {
        "xAxis": {"type": "category", "data": [day_of_year(d.day_on) for d in days]},
        "yAxis": {"type": "value", "name": _("units"), "minInterval": 1},
        "grid": {"top": 32, "bottom": 8},
        # Drawn anew at every quantity that is typed: nobody waits for it to move.
        "animation": False,
        "tooltip": {"trigger": "axis"},
        "series": series,
    }
    return {"label": _("On hand as projected, with this quantity ordered"), "option": option}


def waterfall_chart(bars: Sequence[Bar], words: Sequence[str], order: str) -> Option:
    """The quantity as a sum: each step from where the last one ended; up and down differ in hatching as well."""
    names = [*words, order]
    foots, ups, downs = [], [], []
    before = 0.0
    for bar in bars:
        total, units = float(bar.total), float(bar.units)
        # A bar is drawn from its lower end; where a sum lies below zero it hangs from there.
        foots.append(round(min(before, total), 3))
        ups.append(round(units, 3) if units >= 0 else None)
        downs.append(round(-units, 3) if units < 0 else None)
        before = total
    hatch = {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [2, 4], "rotation": -0.785398, "color": "--surface"}
    series: list[Option] = [
        _box("foot", [*foots, 0], {"color": "transparent"}) | {"tooltip": UNSHOWN, "silent": True},
        _box(_("Adds"), [*ups, None], {"color": "--series-1"}),
        _box(_("Takes away"), [*downs, None], {"color": "--series-2", "decal": hatch}),
        _box(_("Order"), [*([None] * len(bars)), round(before, 3)], {"color": "--ink"}),
    ]
    option = {
        "xAxis": {"type": "value", "name": _("units")},
        "yAxis": {
            "type": "category",
            "data": names,
            "inverse": True,
            "axisLabel": {"width": 150, "overflow": "truncate"},
        },
        "grid": {"top": 8, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "series": series,
    }
    return {"label": _("How the quantity adds up"), "option": option}


def _box(name: str, values: Sequence[float | None], style: Option) -> Option:
    return {
        "name": name,
        "type": "bar",
        "stack": "sum",
        "stackStrategy": "all",
        "barWidth": "60%",
        "data": list(values),
        "itemStyle": style,
    }
