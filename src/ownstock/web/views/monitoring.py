"""Monitoring: stock, sales, consumption, cover and movements of any days beside others; today's as they are committed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ownstock.access.rules import Scope
from ownstock.catalog.queries import base_currency
from ownstock.planning.queries import figures, kpis
from ownstock.planning.queries.moved import MOST_MOVEMENTS, moved_today, movements_behind
from ownstock.planning.rules.kpis import KPI_FORMULAS, TREND_DAYS, change
from ownstock.web.figure_charts import beside_chart
from ownstock.web.grids import answer_of, asked_of, item_column
from ownstock.web.kept import kept
from ownstock.web.refusals import shows_refusals
from ownstock.web.security import needs
from ownstock.web.spans import GROUP_NAMES, PRESETS, SpanForm, address, all_only_of, by_of, named, only_of, span_of
from ownstock.web.views.worker_asked import measuring

MOVEMENTS_A_PAGE = 100
# Nobody reads two thousand suppliers one below the other.
MOST_GROUPS = 100


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
@shows_refusals
def monitoring(request: HttpRequest) -> HttpResponse:
    """What moved by group, beside other days, with a chart of each and what moves today."""
    last, only, by = kpis.measured_on(), only_of(request.GET), by_of(request.GET)
    if last is None:
        return render(request, "web/monitoring.html", measuring())
    if set(only) - {"site", by}:
        by = "site"
    span = span_of(request.GET, last)
    asked = (
        {"since": span.since, "until": span.until, "against": span.against}
        if not span.preset
        else {"preset": span.preset}
    )
    (trends, groups), _at = kept(
        "trends",
        lambda: _most(kpis.monitor(by, span.since, span.until, against=span.against, only=only)),
        by,
        span,
        only,
        last,
    )
    [whole] = kpis.monitor("", span.since, span.until, against=span.against, only=only)
    now, before = kpis.daily(span.since, span.until, only), kpis.daily(span.against, span.against_until, only)
    context = {
        "last": last,
        "span": span,
        "by": by,
        "by_name": GROUP_NAMES[by],
        "only": only,
        "groups": GROUP_NAMES,
        "presets": PRESETS,
        "form": SpanForm(initial={"since": span.since, "until": span.until, "against": span.against}),
        "whole": whole,
        "rows": [(row, *_links(by, row.group, only, asked)) for row in trends],
        "left_out": groups - len(trends),
        "stock": beside_chart(_("Stock value by day"), "on_hand_value", now, before, span, is_line=True),
        "sales": beside_chart(_("Issued value by day"), "issued_value", now, before, span, is_line=False),
        "tables": [(_("These days"), _weeks(now)), (_("The other days"), _weeks(before))],
        "formulas": KPI_FORMULAS,
        "currency": base_currency(),
        "asked": asked,
        "items": address(reverse("web:moving-items"), only),
        "behind": {
            flow: address(reverse("web:moved"), only, {"since": span.since, "until": span.until}, {"flow": flow})
            for flow in ("all", "issued", "received")
        },
        "all": address(reverse("web:monitoring"), {"by": by}, asked),
        "kept": {**only, **asked},
        "today": moved_today(by)[:MOST_GROUPS],
    }
    return render(request, "web/monitoring.html", context)


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What moved today so far: the part of the page that is loaded anew when something is posted."""
    by = by_of(request.GET)
    context = {
        "today": moved_today(by)[:MOST_GROUPS],
        "by": by,
        "by_name": GROUP_NAMES[by],
        "currency": base_currency(),
    }
    return render(request, "web/includes/moved_today.html", context)


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
def moving_items(request: HttpRequest) -> HttpResponse:
    """The item-sites of a group: stock, rate, cover, and how sales went up or down."""
    only = all_only_of(request.GET)
    context = {
        "only": named(only),
        "columns": _columns(),
        "last": kpis.measured_on(),
        "currency": base_currency(),
        "rows_address": address(reverse("web:moving-item-rows"), only),
        "some": figures.item_sites_behind("on_hand_value", only)[:MOVEMENTS_A_PAGE],
    }
    return render(request, "web/moving_items.html", context)


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
def moving_item_rows(request: HttpRequest) -> JsonResponse:
    """A page of the grid of item-sites."""
    asked = asked_of(request, sorts=figures.SORTS, filters=["sku"])
    text = asked.filters.get("sku", "")
    found = figures.item_sites_behind("on_hand_value", all_only_of(request.GET), text=text, sorts=asked.sorts)
    return answer_of(asked, found, lambda page: [_row(one) for one in page])


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
@shows_refusals
def moved(request: HttpRequest) -> HttpResponse:
    """The movements behind a figure, the newest first."""
    last = kpis.measured_on()
    only, flow = all_only_of(request.GET), request.GET.get("flow", "")
    span = span_of(request.GET, last) if last else None
    text = request.GET.get("page", "1")
    page = (
        min(max(int(text), 1), MOST_MOVEMENTS // MOVEMENTS_A_PAGE)
        if text.isascii() and text.isdigit() and len(text) < 6
        else 1
    )
    first = (page - 1) * MOVEMENTS_A_PAGE
    rows = (
        movements_behind(span.since, span.until, only=only, flow=flow, first=first, limit=MOVEMENTS_A_PAGE + 1)
        if span
        else []
    )
    asked = {**only, "since": span.since, "until": span.until, "flow": flow or None} if span else {}
    context = {
        "rows": rows[:MOVEMENTS_A_PAGE],
        "span": span,
        "only": named(only),
        "flow": flow,
        "page": page,
        "before": address(reverse("web:moved"), asked, {"page": page - 1}) if page > 1 else "",
        "after": address(reverse("web:moved"), asked, {"page": page + 1}) if len(rows) > MOVEMENTS_A_PAGE else "",
    }
    return render(request, "web/moved.html", context)


def _most(trends: list[kpis.Trend]) -> tuple[list[kpis.Trend], int]:
    """The groups that are shown, and how many there are."""
    return trends[:MOST_GROUPS], len(trends)


def _links(by: str, group: str, only: dict[str, str], asked: dict[str, Any]) -> tuple[str, str, str]:
    """Where a group's row leads: the page of this group alone, its item-sites, its movements."""
    these = {**only, by: group}
    return (
        address(reverse("web:monitoring"), these, {"by": by}, asked),
        address(reverse("web:moving-items"), these),
        address(reverse("web:moved"), these, asked),
    )


def _weeks(days: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sums of every seven days, with the stock at their close."""
    parts = [days[n : n + 7] for n in range(0, len(days), 7)]
    return [
        {"first": part[0]["day_on"], "on_hand_value": part[-1]["on_hand_value"]}
        | {name: sum(day[name] for day in part) for name in ("issued_value", "received_value", "movements")}
        for part in parts
    ]


def _columns() -> list[dict[str, Any]]:
    return [
        item_column(),
        {"field": "description", "title": _("Description"), "sort": False, "min_width": 160, "grow": 3},
        {"field": "site", "title": _("Site"), "width": 100},
        {"field": "on_hand", "title": _("On hand"), "kind": "number", "width": 105, "phone": 75},
        {"field": "on_hand_value", "title": _("Value"), "kind": "money", "width": 115},
        {"field": "issued", "title": _("Issued, 28 days"), "kind": "number", "width": 130, "phone": 85},
        {"field": "trend", "title": _("Change, percent"), "kind": "number", "decimals": 1, "sort": False, "width": 110},
        {"field": "rate", "title": _("A day"), "kind": "number", "decimals": 2, "sort": False, "width": 95},
        {
            "field": "days_of_cover",
            "title": _("Days of cover"),
            "kind": "number",
            "decimals": 1,
            "width": 120,
            "phone": 85,
        },
    ]


def _row(one: Any) -> dict[str, Any]:
    more = change(float(one.issued), float(one.issued_before))
    item = one.item_site.item
    return {
        "id": one.item_site_id,
        "sku": item.sku,
        "description": item.description,
        "site": one.site.code,
        "on_hand": float(one.on_hand),
        "on_hand_value": float(one.on_hand_value),
        "issued": float(one.issued),
        "trend": None if more is None else round(100 * more, 1),
        "rate": float(one.issued) / TREND_DAYS,
        "days_of_cover": one.days_of_cover,
    }
