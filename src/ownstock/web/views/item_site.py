"""The page of one item-site: how it stands, what is projected, what people know, by what it is ordered, what happened."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from ownstock.access.rules import Scope
from ownstock.catalog import queries as catalog
from ownstock.catalog.models import ItemSite
from ownstock.ledger import queries as ledger
from ownstock.planning import queries as planning
from ownstock.planning.queries import standings
from ownstock.purchasing import queries as purchasing
from ownstock.purchasing.queries.transfers import open_transfers
from ownstock.web.fan_pictures import demand_chart, outlook_chart
from ownstock.web.grids import answer_of, asked_of
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import page_of
from ownstock.web.security import needs
from ownstock.web.templatetags.figures import moment, words

MOVEMENTS_A_PAGE = 30
TABS = {
    "item-site": gettext_lazy("Outlook"), "item-site-demand": gettext_lazy("Demand"),
    "item-site-known": gettext_lazy("What we know"), "item-site-policy": gettext_lazy("Policy"),
    "item-site-supply": gettext_lazy("Supply"), "item-site-movements": gettext_lazy("Movements"),
    "item-site-comments": gettext_lazy("Comments and trail"),
}  # fmt: skip


def shared(request: HttpRequest, pk: int, tab: str) -> dict[str, Any]:
    """What every part of the page shows: the item-site, how it stands, and the day of which it is told."""
    row = catalog.item_site(pk)
    on = planning.business_day(row.site.time_zone)
    return {
        "item_site": row, "on": on, "past_on": past_day(request, on), "standing": planning.position_of(row, on),
        "tab": f"web:{tab}", "tabs": [(f"web:{name}", label) for name, label in TABS.items()],
        "base_currency": catalog.base_currency(),
    }  # fmt: skip


def past_day(request: HttpRequest, on: date) -> date | None:
    """The past day that `?on=` names, if it does."""
    try:
        asked = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return None
    return asked if asked < on else None


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
@shows_refusals
def item_site(request: HttpRequest, pk: int) -> HttpResponse:
    """The outlook: what is there, what is on its way; the chart follows when the page is drawn."""
    context = shared(request, pk, "item-site")
    row, past_on = context["item_site"], context["past_on"]
    key = (row.item_id, row.site_id)
    context |= {"balances": standings.stock_at_close(row, past_on)} if past_on else {
        "balances": ledger.balances_at(*key), "deliveries": purchasing.open_deliveries(item_site=key),
        "transfers": open_transfers(item_site=key), "has_two_sites": len(catalog.site_codes()) > 1,
    }  # fmt: skip
    return render(request, "web/item_site.html", context)


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
@shows_refusals
def item_site_demand(request: HttpRequest, pk: int) -> HttpResponse:
    """What was wanted and what is expected; the chart follows when the page is drawn."""
    return render(request, "web/item_site_demand.html", shared(request, pk, "item-site-demand"))


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
@shows_refusals
def item_site_now(request: HttpRequest, pk: int) -> HttpResponse:
    """How it stands now, for a page that is open; nothing (204) where that is what the page shows already."""
    row = catalog.item_site(pk)
    standing = planning.position_of(row, planning.business_day(row.site.time_zone))
    if standing.stamp == request.GET.get("seen"):
        return HttpResponse(status=204)
    answer = render(request, "web/includes/item_site_now.html", {"item_site": row, "standing": standing})
    # What else of the page rests on it is asked for by this event.
    answer.headers["HX-Trigger"] = "item-site-moved"
    return answer


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
@shows_refusals
def item_site_fan(request: HttpRequest, pk: int) -> HttpResponse:
    """The charts, with the same as tables: of stock, or (`?of=demand`) of demand and its forecast."""
    row = catalog.item_site(pk)
    fan = planning.fan(row, planning.business_day(row.site.time_zone))
    context = {"item_site": row, "fan": fan, "base_currency": catalog.base_currency()}
    if request.GET.get("of") == "demand":
        events = standings.events_of(row, fan.demand[0].week_start_on) if fan.demand else []
        context |= {"events": events, "picture": None if fan.fault else demand_chart(fan, events)}
        return render(request, "web/includes/item_site_demand.html", context)
    picture = outlook_chart(fan)
    return render(request, "web/includes/item_site_outlook.html", {**context, "picture": picture})


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ, Scope.SUPPLIERS_READ)
@require_safe
@shows_refusals
def item_site_supply(request: HttpRequest, pk: int) -> HttpResponse:
    """Who sells it, on which terms, and what their record says of the lead time."""
    context = shared(request, pk, "item-site-supply")
    row, on = context["item_site"], context["on"]
    proposal = context["standing"].proposal
    context |= {
        "terms": catalog.supply_terms(row), "chosen": catalog.terms_to_order_by([row], on=on)[row.pk],
        "barred": catalog.reasons_without_source([row], on=on).get(row.pk),
        "lead_time": proposal.reason.get("lead_time") if proposal else None, "told_by": proposal,
    }  # fmt: skip
    return render(request, "web/item_site_supply.html", context)


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
@shows_refusals
def item_site_movements(request: HttpRequest, pk: int) -> HttpResponse:
    """What moved: a grid, and the same as pages of a table for who runs no scripts."""
    context = shared(request, pk, "item-site-movements")
    row, past_on = context["item_site"], context["past_on"]
    page = page_of(request, _movements(row, past_on), rows_a_page=MOVEMENTS_A_PAGE)
    return render(request, "web/item_site_movements.html", {**context, "page": page, "columns": _columns()})


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
@shows_refusals
def item_site_movement_rows(request: HttpRequest, pk: int) -> JsonResponse:
    """A page of the grid of movements."""
    row = catalog.item_site(pk)
    past_on = past_day(request, planning.business_day(row.site.time_zone))
    return answer_of(asked_of(request, sorts={}, filters=()), _movements(row, past_on), lambda page: [
        {
            "id": one.pk, "moved": moment(one.moved_at, row.site.time_zone),
            "kind": words(one.posting.kind) + (f" · {_('assumed')}" if one.posting.is_assumed else ""),
            "quantity": float(_signed(one, row)), "source": one.source.code, "target": one.target.code,
            "lot": one.lot.code if one.lot else "", "reference": one.posting.reference, "posting": one.posting.key,
        }
        for one in page
    ])  # fmt: skip


def _movements(row: ItemSite, past_on: date | None) -> Any:
    until = standings.close_of(row, past_on) if past_on else None
    return ledger.movements_of(row.item.sku, row.site.code, until=until)


def _signed(one: Any, row: ItemSite) -> Any:
    """Units that came (above zero) or left (below); what moves within the site is told as it is."""
    return -one.quantity if one.target.site_id != row.site_id else one.quantity


def _columns() -> list[dict[str, Any]]:
    fixed = {"sort": False}
    return [
        {"field": "moved", "title": _("Moved"), "width": 190, "phone": 155, **fixed},
        {"field": "kind", "title": _("Kind"), "width": 150, "phone": 90, **fixed},
        {"field": "quantity", "title": _("Quantity"), "kind": "number", "width": 100, "phone": 75, **fixed},
        {"field": "source", "title": _("From"), "width": 130, **fixed},
        {"field": "target", "title": pgettext("whom or where", "To"), "width": 130, **fixed},
        {"field": "lot", "title": _("Lot"), "width": 110, **fixed},
        {"field": "reference", "title": _("Reference"), "width": 160, **fixed},
        {"field": "posting", "title": _("Posting"), "kind": "code", "min_width": 160, "grow": 2, **fixed},
    ]
