"""Health: value, excess, dead stock, cover, availability, fill rate, turns, accuracy; each with its formula and its items."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ownstock.access.rules import Scope
from ownstock.catalog.queries import base_currency
from ownstock.planning.queries import figures, kpis
from ownstock.planning.rules.kpis import KPI_FORMULAS
from ownstock.web.figure_charts import sparkline, trend_chart
from ownstock.web.grids import answer_of, asked_of, item_column
from ownstock.web.kept import kept
from ownstock.web.policy_cells import matrix
from ownstock.web.refusals import shows_refusals
from ownstock.web.security import needs
from ownstock.web.spans import GROUP_NAMES, address, all_only_of, by_of, named, only_of
from ownstock.web.templatetags.figures import words
from ownstock.web.views.worker_asked import measuring

SHOWN = ("on_hand_value", "excess", "dead", "days_of_cover", "availability", "fill_rate", "turns", "record_accuracy")
SHARES = frozenset({"availability", "fill_rate", "record_accuracy"})
MONEY = frozenset({"on_hand_value", "excess", "dead"})
ROWS_AT_ONCE, ROWS_SHOWN = 2_000, 50
FIELDS = {
    "sku": "item",
    "description": "description",
    "site": "site",
    "supplier": "supplier",
    "category": "category",
    "abc_class": "abc_class",
    "xyz_class": "xyz_class",
    "on_hand": "on_hand",
    "usable": "usable",
    "on_hand_value": "on_hand_value",
    "excess_value": "excess_value",
    "dead_value": "dead_value",
    "days_of_cover": "days_of_cover",
    "issued": "issued_28_days",
    "issued_in_year": "issued_365_days",
    "last_issued_on": "last_issued_on",
}


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
@shows_refusals
def stock_health(request: HttpRequest) -> HttpResponse:
    """All figures as tiles with their trend, by group, and the matrix of classes with their policy."""
    last, only, by = kpis.measured_on(), only_of(request.GET), by_of(request.GET)
    if set(only) - {"site", by}:
        by = "site"
    found = kpis.health(only=only)
    if last is None or not found:
        return render(request, "web/stock_health.html", measuring())
    days = figures.trend(last, only)
    context = {
        "last": last,
        "by": by,
        "by_name": GROUP_NAMES[by],
        "groups": GROUP_NAMES,
        "only": only,
        "currency": base_currency(),
        "tiles": [_tile(name, getattr(found[0], name), days, only) for name in SHOWN],
        "whole": found[0],
        "rows": [
            (row, [_tile(name, getattr(row, name), {}, {**only, by: row.group}) for name in SHOWN])
            for row in kpis.health(by, only=only)
        ],
        "matrix": matrix(kept("class policies", lambda: figures.class_policies(only), only, last)[0], only),
        "all": address(reverse("web:stock-health"), {"by": by}),
    }
    return render(request, "web/stock_health.html", context)


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
@shows_refusals
def figure(request: HttpRequest, name: str) -> HttpResponse:
    """One figure: its formula and version, its days, by group, and the item-sites that make it."""
    last = kpis.measured_on()
    if name not in SHOWN or last is None:
        raise Http404
    only, by = all_only_of(request.GET), by_of(request.GET)
    narrow = only_of(request.GET)
    [whole] = kpis.health(only=narrow)
    days = figures.trend(last, narrow).get(name, [])
    by = by if not set(narrow) - {"site", by} else "site"
    known = [day for day in days if day[1] is not None]
    lines = figures.lines_behind(name, last, only) if name in figures.LINES else []
    context = {
        "name": name,
        "formula": KPI_FORMULAS[name],
        "last": last,
        "tile": _tile(name, getattr(whole, name), {}, only),
        "only": named(only),
        "currency": base_currency(),
        "days": known[::-7],
        "groups": []
        if name == "record_accuracy" and by != "site"
        else [
            _tile(name, getattr(row, name), {}, {**narrow, by: row.group}, row.group)
            for row in kpis.health(by, only=narrow)
        ],
        "by_name": GROUP_NAMES[by],
        "chart": trend_chart(words(KPI_FORMULAS[name].name), days, is_share=name in SHARES) if len(known) > 1 else None,
        "is_of_lines": name in figures.LINES,
        "lines": [_line(one) for one in lines],
        "columns": _columns(name),
        "rows_address": address(reverse("web:health-rows", args=[name]), only),
        "file_address": address(reverse("web:health-file", args=[name]), only),
        "some": [] if name in figures.LINES else figures.item_sites_behind(name, only)[:ROWS_SHOWN],
    }
    return render(request, "web/health_figure.html", context)


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
def rows(request: HttpRequest, name: str) -> JsonResponse:
    """A page of the item-sites behind a figure."""
    asked = asked_of(request, sorts=figures.SORTS, filters=["sku"])
    text = asked.filters.get("sku", "")
    found = figures.item_sites_behind(name, all_only_of(request.GET), text=text, sorts=asked.sorts)
    return answer_of(asked, found, lambda page: [_row(one) for one in page])


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
def file(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """All item-sites behind a figure as a CSV file."""
    found = figures.item_sites_behind(name, all_only_of(request.GET))
    headers = {"Content-Disposition": f'attachment; filename="{name if name in SHOWN else "health"}.csv"'}
    return StreamingHttpResponse(_written(found), content_type="text/csv; charset=utf-8", headers=headers)


class _Line:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _written(found: Any) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(FIELDS.values())
    for one in found.iterator(ROWS_AT_ONCE):
        row = _row(one)
        yield writer.writerow(_plain(row[name]) for name in FIELDS)


def _plain(value: Any) -> Any:
    """Text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _tile(name: str, value: Any, days: Any, only: dict[str, str], group: str = "") -> dict[str, Any]:
    """A figure as tiles and cells show it, with where it leads."""
    return {
        "name": name,
        "title": words(KPI_FORMULAS[name].name),
        "formula": KPI_FORMULAS[name],
        "value": value,
        "group": group,
        "is_share": name in SHARES,
        "is_money": name in MONEY,
        "decimals": 0 if name in MONEY else 1,
        "path": sparkline(days.get(name, [])),
        "href": address(reverse("web:health-figure", args=[name]), only),
    }


def _columns(name: str) -> list[dict[str, Any]]:
    item = [
        item_column(),
        {"field": "description", "title": _("Description"), "sort": False, "min_width": 160, "grow": 3},
        {"field": "site", "title": _("Site"), "width": 100},
    ]
    if name == "fill_rate":
        return [
            *item,
            _number("whole", _("Wanted"), phone=70),
            _number("part", _("Shipped in time"), phone=90),
            _number("off", _("Lacked"), phone=70),
        ]
    if name == "record_accuracy":
        return [*item, _number("whole", _("Expected"), phone=90), _number("part", _("Off by"), phone=80)]
    money = {"excess": ("excess_value", _("Excess")), "dead": ("dead_value", _("Dead stock"))}.get(name)
    return [
        *item,
        {"field": "classes", "title": _("Class"), "sort": False, "width": 75},
        _number("on_hand", _("On hand"), phone=75),
        {**_number("on_hand_value", _("Value"), phone=85), "kind": "money"},
        *([{**_number(*money), "kind": "money"}] if money else []),
        {**_number("days_of_cover", _("Days of cover"), phone=80), "decimals": 1, "width": 145},
        {**_number("issued_in_year", _("Issued in a year")), "width": 155},
        {"field": "last_issued_on", "title": _("Last issued"), "kind": "day", "width": 125},
    ]


def _number(field: str, title: str, **more: int) -> dict[str, Any]:
    return {"field": field, "title": title, "kind": "number", "width": 115, **more}


def _line(one: figures.BehindLine) -> dict[str, Any]:
    return {
        "id": one.item_site,
        "sku": one.sku,
        "description": one.description,
        "site": one.site,
        "whole": float(one.whole),
        "part": float(one.part),
        "off": float(one.whole - one.part),
    }


def _row(one: Any) -> dict[str, Any]:
    item = one.item_site.item
    return {
        "id": one.item_site_id,
        "sku": item.sku,
        "description": item.description,
        "site": one.site.code,
        "supplier": one.supplier.code if one.supplier else "",
        "category": one.category,
        "abc_class": one.abc_class,
        "xyz_class": one.xyz_class,
        "classes": f"{one.abc_class}{one.xyz_class}",
        "on_hand": float(one.on_hand),
        "usable": float(one.usable),
        "on_hand_value": float(one.on_hand_value),
        "excess_value": None if one.excess_value is None else float(one.excess_value),
        "dead_value": float(one.dead_value),
        "days_of_cover": one.days_of_cover,
        "issued": float(one.issued),
        "issued_in_year": float(one.issued_in_year),
        "last_issued_on": one.last_issued_on and str(one.last_issued_on),
    }
