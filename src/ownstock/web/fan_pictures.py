"""The charts of an item-site: past and projected stock, and demand with its forecast, as options of the charts of pages.

Days and weeks are categories, so that a day is one place and hatched bars can shade the days without stock.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ownstock.demand.models import DemandEvent
from ownstock.planning.queries import Fan
from ownstock.planning.queries.fan import ForecastBucket
from ownstock.web.templatetags.figures import day as written_day

Option = dict[str, Any]
# Hatching, so that nothing is told by colour alone.
HATCH = {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [2, 4], "rotation": -0.785398, "color": "--line-strong"}
UNSHOWN = {"show": False}
BLUE = {"color": "--series-1"}
LEAST_IN_STOCK = 0.5
LEAST_PAST = 56
# What is written over lines and hatching stands on the ground of the page.
_ON_ITS_OWN = {"backgroundColor": "--surface", "padding": [2, 5], "distance": 6}


def outlook_chart(fan: Fan) -> Option:
    """Past stock, what is projected of it, orders as dated steps, and the days without stock."""
    days = _days(fan)
    place = {day: n for n, day in enumerate(days)}
    series = [
        _shaded(fan, days), _past(fan, place, days), *_band(fan, place, len(days)), _ahead(fan, place, len(days)),
        _ordered(fan, place, len(days)), _planned(fan, place, len(days)),
    ]  # fmt: skip
    option = {
        "xAxis": {"type": "category", "data": [written_day(day) for day in days], "boundaryGap": True},
        "yAxis": [
            {"type": "value", "name": _("units"), "minInterval": 1},
            {"type": "value", "max": 1, "min": 0, "show": False},
        ],
        "grid": {"top": 64, "bottom": 48},
        "dataZoom": [_window(fan, days)],
        "legend": {"type": "scroll", "data": _named(series)},
        "tooltip": {"trigger": "axis"},
        "series": series,
    }
    return {"label": _("Stock until now and as projected"), "option": option}


def _window(fan: Fan, days: Sequence[date]) -> Option:
    """What is shown at first: what lies ahead, and as much of the past; the slider below shows the rest."""
    behind, ahead = (fan.on - days[0]).days, (days[-1] - fan.on).days
    colours = {
        "backgroundColor": "transparent", "borderColor": "--line-strong", "fillerColor": "transparent",
        "handleStyle": {"color": "--accent", "borderColor": "--accent"}, "moveHandleStyle": {"color": "--line-strong"},
        "textStyle": {"color": "--ink-soft"},
        "dataBackground": {"lineStyle": {"color": "--line-strong"}, "areaStyle": {"color": "--line"}},
        "selectedDataBackground": {"lineStyle": {"color": "--accent"}, "areaStyle": {"color": "--accent-wash"}},
    }  # fmt: skip
    first = max(behind - max(LEAST_PAST, ahead), 0)
    return {
        "type": "slider", "startValue": first, "endValue": len(days) - 1, "height": 18, "bottom": 6,
        "showDetail": False, "brushSelect": False, **colours,
    }  # fmt: skip


def demand_chart(fan: Fan, events: Sequence[DemandEvent]) -> Option:
    """Demand by week, sold-out weeks hatched, the forecast with its range, what customers ordered, and events."""
    weeks, buckets = list(fan.demand), _comparable(fan)
    begins = [week.week_start_on for week in weeks] + [bucket.begins_on for bucket in buckets]
    before, after = [None] * len(weeks), [None] * len(buckets)
    bars = [
        {"value": round(w.demand, 2), **({} if w.in_stock_fraction >= LEAST_IN_STOCK else _sold_out())} for w in weeks
    ]
    low, high = [round(b.p10, 1) for b in buckets], [round(b.p90, 1) for b in buckets]
    wide = [round(b - a, 1) for a, b in zip(low, high, strict=True)]
    known = [round(b.known, 1) or None for b in buckets]
    series: list[Option] = [
        {"name": _("Demand"), "type": "bar", "barCategoryGap": "20%", "itemStyle": {"color": "--bar"},
         "data": [*bars, *after], "markArea": _events(events, begins)},
        *_filled([*before, *low], [*before, *wide]),
        _line(_("Low (P10)"), [*before, *low], lineStyle=_thin(), itemStyle=BLUE),
        _line(_("Forecast"), [*before, *(round(b.mean, 1) for b in buckets)], itemStyle=BLUE,
              lineStyle={"type": "dashed", "width": 2, "color": "--series-1"}),
        _line(_("High (P90)"), [*before, *high], lineStyle=_thin(), itemStyle=BLUE),
        {"name": _("Ordered by customers"), "type": "bar", "barGap": "-100%", "data": [*before, *known],
         "itemStyle": {"color": "--series-3"}},
    ]  # fmt: skip
    option = {
        "xAxis": {"type": "category", "data": [written_day(day) for day in begins]},
        "yAxis": {"type": "value", "name": _("units a week"), "minInterval": 1},
        "grid": {"top": 64, "bottom": 8},
        "legend": {"type": "scroll", "data": _named(series)},
        "tooltip": {"trigger": "axis"},
        "series": series,
    }
    return {"label": _("Demand by week and its forecast"), "option": option}


def _named(series: Sequence[Option]) -> list[str]:
    """The series that the legend names: those that have anything."""
    names = (one["name"] for one in series if any(value is not None for value in one["data"]))
    # The edges of the range are told by what lies between them.
    return [name for name in dict.fromkeys(names) if name not in ("range", _("Low (P10)"), _("High (P90)"))]


def _comparable(fan: Fan) -> list[ForecastBucket]:
    """The forecast by week: longer buckets are spread over their weeks."""
    found = []
    for one in fan.forecast:
        weeks = max(round(one.days / 7), 1)
        for n in range(weeks):
            part = (value / weeks for value in (one.mean, one.p10, one.p50, one.p90, one.known))
            found.append(ForecastBucket(one.begins_on + timedelta(weeks=n), one.days / weeks, *part))
    return found


def _days(fan: Fan) -> list[date]:
    """Every day from the first that is known to the last that is projected, or on which something planned arrives."""
    first = fan.past[0].day_on if fan.past else fan.on
    ends = [
        fan.on,
        *(d.day_on for d in fan.projected[-1:]),
        *(w.week_start_on + timedelta(days=6) for w in fan.ahead[-1:]),
    ]
    last = min(max(ends), fan.on + timedelta(days=182))
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _past(fan: Fan, place: dict[date, int], days: Sequence[date]) -> Option:
    data: list[float | None] = [None] * len(days)
    for one in fan.past:
        data[place[one.day_on]] = round(one.on_hand, 2)
    told = _line(_("On hand"), data, step="end", lineStyle={"width": 2, "color": "--ink"}, itemStyle={"color": "--ink"})
    return {
        **told,
        "markLine": {"symbol": "none", "silent": True, "animation": False, "data": list(_lines(fan, place))},
    }


def _lines(fan: Fan, place: dict[date, int]) -> Iterable[Option]:
    """Today, and the reorder point."""
    label = {"color": "--ink-soft", "fontSize": 12}
    today = {"xAxis": place[fan.on], "lineStyle": {"color": "--ink-soft", "type": "solid", "width": 1}}
    yield today | {"label": {**label, "formatter": _("today"), "position": "end"}}
    if fan.reorder_point >= 0:
        line = {"yAxis": fan.reorder_point, "lineStyle": {"color": "--series-2", "type": [6, 4], "width": 1.5}}
        told = _("reorder point %(units)s") % {"units": f"{fan.reorder_point:,}"}
        yield line | {
            "label": {**label, "color": "--series-2", "formatter": told, "position": "insideStartTop", **_ON_ITS_OWN}
        }


def _band(fan: Fan, place: dict[date, int], count: int) -> list[Option]:
    """What is projected day by day, with what is proposed ordered and nothing later."""
    # Where sales are lost, nothing is owed: what the steps of the computation leave below zero is nothing.
    least = 0.0 if fan.reason.get("inputs", {}).get("unserved_demand") == "lost" else -math.inf
    low, middle, high = ([None] * count for _n in range(3))  # type: list[Any], list[Any], list[Any]
    for one in fan.projected:
        if (n := place.get(one.day_on)) is not None:
            low[n], middle[n], high[n] = (round(max(p, least), 1) for p in (one.p10, one.p50, one.p90))
    wide = [None if a is None else round(b - a, 1) for a, b in zip(low, high, strict=True)]
    return [
        *_filled(low, wide),
        _line(_("Low (P10)"), low, lineStyle=_thin(), itemStyle=BLUE),
        _line(_("Projected (P50)"), middle, lineStyle={"color": "--series-1", "width": 2}, itemStyle=BLUE),
        _line(_("High (P90)"), high, lineStyle=_thin(), itemStyle=BLUE),
    ]  # fmt: skip


def _filled(low: list[Any], wide: list[Any]) -> list[Option]:
    """What lies between the quantiles, from the lower edge up, below zero too."""
    unseen = {"lineStyle": {"opacity": 0}, "stack": "range", "stackStrategy": "all", "tooltip": UNSHOWN}
    area = {"color": "--series-1", "opacity": 0.22}
    filled = {"icon": "rect", "itemStyle": {"color": "--series-1", "opacity": 0.3}}
    return [_line("range", low, **unseen), _line(_("P10 to P90"), wide, **unseen, areaStyle=area, **filled)]


def _ahead(fan: Fan, place: dict[date, int], count: int) -> Option:
    """The end of each week ahead, as the policy would go on ordering."""
    data: list[Any] = [None] * count
    for week in fan.ahead:
        if (n := place.get(week.week_start_on + timedelta(days=6))) is not None:
            data[n] = week.on_hand_p50
    return _line(
        _("With planned orders (P50)"), data, connectNulls=True, showSymbol=True, symbol="diamond", symbolSize=7,
        lineStyle={"type": [2, 4], "width": 1.5, "color": "--series-3"}, itemStyle={"color": "--series-3"},
    )  # fmt: skip


def _ordered(fan: Fan, place: dict[date, int], count: int) -> Option:
    data: list[Any] = [None] * count
    for one in fan.open_orders:
        if (n := place.get(one.expected_on)) is not None:
            before = data[n]["value"] if data[n] else 0
            data[n] = {"value": before + float(one.quantity), "href": reverse("web:order", args=[one.order])}
    return _steps(_("Open orders arrive"), data, {"color": "--series-4"})


def _planned(fan: Fan, place: dict[date, int], count: int) -> Option:
    data: list[Any] = [None] * count
    for week in fan.ahead:
        if week.quantity and (n := place.get(week.arrives_on)) is not None:
            data[n] = {"value": (data[n]["value"] if data[n] else 0) + week.quantity}
    hollow = {"color": "transparent", "borderColor": "--series-3", "borderWidth": 1.5, "borderType": "dashed"}
    return _steps(_("Planned orders arrive"), data, hollow)


def _steps(name: str, data: list[Any], style: Option) -> Option:
    return {
        "name": name, "type": "bar", "data": data, "itemStyle": style, "barWidth": 7, "barGap": "-100%", "z": 4,
        "cursor": "pointer",
    }  # fmt: skip


def _shaded(fan: Fan, days: Sequence[date]) -> Option:
    """The days on which nothing was left, from top to bottom."""
    empty = {one.day_on for one in fan.past if one.is_stock_out}
    return {
        "name": _("Nothing on hand"), "type": "bar", "yAxisIndex": 1, "barWidth": "100%", "barGap": "-100%", "z": 0,
        "silent": True, "tooltip": UNSHOWN, "data": [1 if day in empty else None for day in days],
        "itemStyle": {"color": "--hatch", "decal": HATCH},
    }  # fmt: skip


def _sold_out() -> Option:
    return {"itemStyle": {"color": "--hatch", "borderColor": "--bar", "borderWidth": 1, "decal": HATCH}}


def _events(events: Sequence[DemandEvent], begins: Sequence[date]) -> Option:
    """Each event over the weeks that it touches."""
    areas = []
    for event in events:
        touched = [
            n for n, day in enumerate(begins) if day <= event.until_on and day + timedelta(days=6) >= event.from_on
        ]
        if touched:
            label = {"formatter": event.name, "position": "insideTop", "color": "--ink-soft", "fontSize": 11}
            areas.append([{"xAxis": touched[0], "label": label}, {"xAxis": touched[-1]}])
    style = {
        "color": "--series-6",
        "opacity": 0.12,
        "borderColor": "--series-6",
        "borderWidth": 1,
        "borderType": "dashed",
    }
    return {"silent": True, "itemStyle": style, "data": areas}


def _line(name: str, data: list[Any], **more: Any) -> Option:
    return {"name": name, "type": "line", "showSymbol": False, "symbol": "circle", "data": data, **more}


def _thin() -> Option:
    return {"color": "--series-1", "width": 1, "opacity": 0.65}
