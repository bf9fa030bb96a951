"""Item-sites as a list: what is usable of each, what is on order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ownstock.access.rules import Scope
from ownstock.catalog import queries as catalog
from ownstock.catalog.models import ItemSite
from ownstock.ledger import queries as ledger
from ownstock.planning import queries as planning
from ownstock.purchasing import queries as purchasing
from ownstock.purchasing.queries.transfers import transfers_coming
from ownstock.web.grids import answer_of, asked_of
from ownstock.web.requests import page_of
from ownstock.web.security import needs


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
def item_sites(request: HttpRequest) -> HttpResponse:
    """Every item-site with what is usable and on order: a grid, and the same as pages of a table for who runs no scripts."""
    text = request.GET.get("text", "").strip()
    page = page_of(request, catalog.search_item_sites(text))
    context = {"page": page, "rows": _figures(page), "text": text, "as_of": planning.business_day()}
    return render(request, "web/item_sites.html", {**context, "columns": _columns()})


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ)
@require_safe
def item_site_rows(request: HttpRequest) -> JsonResponse:
    """A page of the grid's rows, as its order and filters ask."""
    asked = asked_of(request, sorts=catalog.ITEM_SITE_SORTS, filters=catalog.ITEM_SITE_FILTERS)
    found = catalog.search_item_sites(request.GET.get("text", "").strip(), asked.filters, asked.sorts)
    return answer_of(asked, found, lambda page: [
        {
            "id": row.pk, "sku": row.item.sku, "description": row.item.description, "site": row.site.code,
            "usable": float(usable), "on_order": float(on_order),
        }
        for row, usable, on_order in _figures(page)
    ])  # fmt: skip


def _columns() -> list[dict[str, Any]]:
    return [
        {
            "field": "sku",
            "title": _("Item"),
            "kind": "code",
            "href": "/item-sites/{id}",
            "filter": True,
            "width": 170,
            "phone": 100,
        },
        {
            "field": "description",
            "title": _("Description"),
            "filter": True,
            "min_width": 180,
            "sort": False,
            "grow": 3,
            "phone": 130,
        },
        {"field": "site", "title": _("Site"), "filter": True, "width": 120},
        {"field": "usable", "title": _("Usable"), "kind": "number", "sort": False, "width": 110, "phone": 80},
        {"field": "on_order", "title": _("On order"), "kind": "number", "sort": False, "width": 110},
    ]


def _figures(page: Iterable[ItemSite]) -> list[tuple[ItemSite, Any, Any]]:
    """Some item-sites with what is usable and what is on order, transfers among it."""
    rows = list(page)
    item_ids = [row.item_id for row in rows]
    usable, ordered, coming = (
        ledger.usable(item_ids, on=planning.business_day()), purchasing.on_order(item_ids), transfers_coming(item_ids),
    )  # fmt: skip
    return [
        (row, usable.get(key, 0), ordered.get(key, 0) + coming.get(key, 0))
        for row in rows
        for key in [(row.item_id, row.site_id)]
    ]
