"""The charts of figures: days beside other days, a figure's trend, money by week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.template.defaultfilters import date as written
from django.utils.translation import gettext as _

from ownstock.planning.queries.cash import KINDS, CashWeek
from ownstock.web.spans import Span, address

WIDTH, HEIGHT = 120, 28
# Its words are measured before they stand in the page, so that they need a font of their own.
LEGEND = {"textStyle": {"color": "--ink-soft", "fontFamily": "system-ui, sans-serif"}, "itemGap": 22}
Days = Sequence[tuple[date, float | None]]


def sparkline(days: Days) -> str:
    """The path of a figure's days in a frame of 120 x 28; empty where fewer than two are known."""
    known = [(n, value) for n, (_day, value) in enumerate(days) if value is not None]
    if len(known) < 2:
        return ""
    first, last = known[0][0], known[-1][0]
    low, high = min(value for _n, value in known), max(value for _n, value in known)
    across, up = WIDTH / (last - first), (HEIGHT - 4) / (high - low or 1)
    points = [f"{(n - first) * across:.1f} {HEIGHT - 2 - (value - low) * up:.1f}" for n, value in known]
    return "M" + "L".join(points)


def trend_chart(name: str, days: Days, *, is_share: bool) -> dict[str, Any]:
    """A figure by day."""
    factor, decimals = (100, 1) if is_share else (1, 2)
    values = [None if value is None else round(factor * value, decimals) for _day, value in days]
    option = {
        "xAxis": {"type": "category", "boundaryGap": False, "data": [_short(day) for day, _value in days]},
        "yAxis": {"type": "value", "scale": True, "axisLabel": {"formatter": "{value} %"} if is_share else {}},
        "grid": {"top": 12},
        "tooltip": {"trigger": "axis"},
        "series": [
            {
                "type": "line",
                "name": name,
                "data": values,
                "showSymbol": len([v for v in values if v is not None]) < 3,
                "symbolSize": 8,
                "areaStyle": {"opacity": 0.08},
            }
        ],
    }
    return {"label": _("%(name)s by day") % {"name": name}, "option": option}


def beside_chart(
    label: str,
    field: str,
    now: Sequence[Mapping[str, Any]],
    before: Sequence[Mapping[str, Any]],
    span: Span,
    *,
    is_line: bool,
) -> dict[str, Any]:
    """A figure of each day of a span, beside the same day of the other."""
    of_day = {row["day_on"]: float(row[field]) for row in (*now, *before)}
    days = [span.since + timedelta(days=n) for n in range(span.days)]
    others = [span.against + timedelta(days=n) for n in range(span.days)]
    kind: dict[str, Any] = {"type": "line", "showSymbol": False} if is_line else {"type": "bar", "barGap": "0%"}
    series = [
        {**kind, "name": _("these days"), "data": [of_day.get(day) for day in days], "color": "--series-1"},
        {
            **kind,
            "type": "line",
            "showSymbol": False,
            "name": _("the other days"),
            "color": "--series-2",
            "lineStyle": {"type": "dashed", "width": 2},
            "data": [of_day.get(day) for day in others],
        },
    ]
    option = {
        "xAxis": {"type": "category", "data": [_short(day) for day in days], "boundaryGap": not is_line},
        "yAxis": {"type": "value", "scale": is_line},
        "legend": LEGEND,
        "tooltip": {"trigger": "axis"},
        "series": series,
    }
    return {"label": label, "option": option}


KIND_COLOURS = {
    "invoiced": "--series-7",
    "received": "--series-5",
    "ordered": "--series-1",
    "proposed": "--series-2",
    "planned": "--series-3",
}


def kind_names() -> dict[str, str]:
    """What each kind of money is called."""
    return {
        "invoiced": _("Invoiced"),
        "received": _("Received, not invoiced"),
        "ordered": _("Ordered"),
        "proposed": _("Proposed"),
        "planned": _("Planned"),
    }


def cash_chart(
    weeks: Sequence[CashWeek], sums: Sequence[Mapping[str, float]], path: str, currency: str
) -> dict[str, Any]:
    """What is to be paid by week, its kinds on top of each other, each leading to its lines; P10 to P90 as marks."""
    names = kind_names()
    series: list[dict[str, Any]] = [
        {
            "type": "bar",
            "stack": "paid",
            "name": names[kind],
            "color": KIND_COLOURS[kind],
            "barMaxWidth": 34,
            "itemStyle": {"borderColor": "--surface", "borderWidth": 1},
            "data": [
                {
                    "value": round(row[kind], 2) or None,
                    "href": address(path, {"week": week.week_start_on, "kind": kind}),
                }
                for week, row in zip(weeks, sums, strict=True)
            ],
        }
        for kind in KINDS
    ]
    marks = {"type": "scatter", "symbol": "rect", "symbolSize": [22, 3], "color": "--ink", "z": 5}
    for name, field in ((_("one in ten below"), "p10"), (_("nine in ten below"), "p90")):
        data = [float(getattr(week, field)) if week.planned else None for week in weeks]
        series.append({**marks, "name": name, "data": data})
    option = {
        "xAxis": {"type": "category", "data": [_short(week.week_start_on) for week in weeks]},
        "yAxis": {"type": "value", "name": currency, "nameLocation": "end"},
        "legend": {**LEGEND, "type": "scroll"},
        "grid": {"top": 64},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "series": series,
        "aria": {"enabled": True, "label": {"enabled": False}, "decal": {"show": True}},
    }
    return {"label": _("What is to be paid by week, in %(currency)s") % {"currency": currency}, "option": option}


def _short(day: date) -> str:
    return written(day, "j M y")
