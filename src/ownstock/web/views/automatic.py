"""What automation said and did: one run with its verdicts, taking back, and how item-sites earn that they are trusted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.automation import actions, queries
from ownstock.automation.models import AutomaticOrder, Autonomy
from ownstock.automation.rules.autonomy import AutonomyState
from ownstock.automation.rules.standing import VerdictOutcome
from ownstock.catalog import queries as catalog
from ownstock.planning.queries import business_day
from ownstock.web.grids import answer_of, asked_of
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, page_of
from ownstock.web.security import needs
from ownstock.web.templatetags.figures import day

ORDERS_SHOWN = 100


@needs(Scope.AUTOMATION_READ)
@require_safe
@shows_refusals
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: what it drafted, sent and left, and every verdict with its numbers."""
    found = queries.automation_run(pk)
    outcome = request.GET.get("outcome", "")
    orders = AutomaticOrder.objects.filter(purchase_order__number__in=found.drafted[:ORDERS_SHOWN])
    context = {
        "run": found,
        "page": page_of(request, queries.verdicts_in(found, outcome)),
        "outcome": outcome,
        "outcomes": [VerdictOutcome.APPROVED.value, VerdictOutcome.LEFT.value],
        "orders": orders.select_related("purchase_order__supplier", "purchase_order__site").order_by("-pk"),
        "sent": found.placed[:ORDERS_SHOWN],
        "seconds": (found.ended_at - found.started_at).total_seconds() if found.ended_at else None,
    }
    return render(request, "web/automation_run.html", context)


@needs(Scope.AUTOMATION_READ, to_post=Scope.AUTOMATION_WRITE)
@require_POST
@shows_refusals
def undo(request: HttpRequest, number: str) -> HttpResponse:
    """Take back what a rule drafted, or one proposal of it, until it is sent."""
    only = [int(told) for told in request.POST.getlist("proposal") if told.isdecimal()]
    again = actions.undo(number, actor=actor_of(request), reason=request.POST.get("reason", ""), only=only)
    told = (
        _("Taken back from %(number)s; proposals that wait again: %(count)s.")
        if only
        else _("%(number)s is taken back; proposals that wait again: %(count)s.")
    )
    messages.success(request, told % {"number": number, "count": len(again)})
    return redirect("web:order", number)


@needs(Scope.AUTOMATION_READ)
@require_safe
def autonomies(request: HttpRequest) -> HttpResponse:
    """How many item-sites are watched, certified and lost, and each of which something is known."""
    state = request.GET.get("state", "")
    state = state if state in set(AutonomyState) else ""
    page = page_of(request, queries.search_autonomies({"state": state} if state else {}))
    context = {
        "counts": queries.autonomy_counts(),
        "policy": queries.policy(),
        "state": state,
        "page": page,
        "columns": _columns(),
        "as_of": business_day(),
    }
    return render(request, "web/autonomies.html", context)


@needs(Scope.AUTOMATION_READ)
@require_safe
def autonomy_rows(request: HttpRequest) -> JsonResponse:
    """A page of the grid's rows."""
    asked = asked_of(request, sorts=queries.AUTONOMY_SORTS, filters=queries.AUTONOMY_FILTERS)
    state = request.GET.get("state", "")
    filters = {**({"state": state} if state else {}), **asked.filters}
    return answer_of(asked, queries.search_autonomies(filters, asked.sorts), _rows)


@needs(Scope.AUTOMATION_READ)
@require_safe
@shows_refusals
def autonomy(request: HttpRequest, pk: int) -> HttpResponse:
    """What spoke for and against one item-site, and what it made of it."""
    item_site = catalog.item_site(pk)
    context = {
        "item_site": item_site,
        "autonomy": Autonomy.objects.filter(item_site=item_site).first(),
        "policy": queries.policy(),
        "page": page_of(request, queries.autonomy_events(item_site)),
    }
    return render(request, "web/autonomy.html", context)


def _columns() -> list[dict[str, Any]]:
    return [
        {"field": "sku", "title": _("Item"), "kind": "code", "href": "/automation/items/{id}", "filter": True, "width": 150},
        {"field": "site", "title": _("Site"), "filter": True, "width": 110},
        {"field": "state", "title": _("State"), "kind": "state", "filter": True, "width": 120},
        {"field": "cycles", "title": _("Cycles in a row"), "kind": "number", "width": 140},
        {"field": "since", "title": _("Since"), "width": 130},
        {"field": "sentence", "title": _("What was said last"), "sort": False, "min_width": 320, "grow": 4},
    ]  # fmt: skip


def _rows(page: Page[Autonomy]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.item_site_id, "sku": row.item_site.item.sku, "site": row.item_site.site.code, "state": row.state,
            "cycles": row.cycles, "since": day(row.since_at.date()), "sentence": row.sentence,
        }
        for row in page
    ]  # fmt: skip
