"""Proposals: what to order, why, and the decision."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.base.errors import OwnstockError, Refused
from ownstock.catalog import queries as catalog
from ownstock.journal import queries as journal
from ownstock.planning import actions, queries
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.rules import OrderState
from ownstock.web.pictures import weeks_picture
from ownstock.web.refusals import shows_refusals, status_of
from ownstock.web.requests import actor_of, page_of
from ownstock.web.security import needs


@needs(Scope.PLANNING_READ)
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the most valuable first, below what people must look at."""
    return _list(request)


@needs(Scope.PLANNING_READ)
@require_safe
@shows_refusals
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal with its reason in numbers that add up."""
    found = queries.proposal(pk)
    context = {
        "proposal": found,
        "reason": found.reason,
        "picture": weeks_picture(found.reason["inputs"]["weeks"]),
        "base_currency": catalog.base_currency(),
        "as_of": found.run.planned_on,
    }
    return render(request, "web/proposal.html", context)


@needs(Scope.PROPOSALS_DECIDE)
@require_POST
def approve(request: HttpRequest) -> HttpResponse:
    """Turn the ticked proposals into draft orders."""
    try:
        orders = actions.approve(_ticked(request), actor=actor_of(request))
    except OwnstockError as refusal:
        return _list(request, refusal)
    numbers = ", ".join(order.number for order in orders)
    messages.success(request, f"Approved. Draft {'order' if len(orders) == 1 else 'orders'} written: {numbers}.")
    return redirect(_place_of(orders))


@needs(Scope.PROPOSALS_DECIDE)
@require_POST
def reject(request: HttpRequest) -> HttpResponse:
    """Ask why the ticked proposals are turned down, then turn them down."""
    try:
        ids = _ticked(request)
    except Refused as refusal:
        return _list(request, refusal)
    if "because" not in request.POST:
        return _ask_why(request, ids)
    try:
        count = actions.reject(ids, actor=actor_of(request), because=request.POST["because"])
    except OwnstockError as refusal:
        return _ask_why(request, ids, refusal)
    messages.success(request, f"Turned down: {count} {'proposal' if count == 1 else 'proposals'}.")
    return redirect("web:proposals")


def _list(request: HttpRequest, refusal: OwnstockError | None = None) -> HttpResponse:
    supplier, text = request.GET.get("supplier", ""), request.GET.get("text", "").strip()
    context = {
        "page": page_of(request, queries.proposals(supplier=supplier, text=text)),
        "supplier": supplier,
        "text": text,
        "suppliers": queries.suppliers_of_proposals(),
        "ticked": set(request.POST.getlist("proposal")),
        "all_ticked": request.GET.get("ticked") == "all",
        "alerts": list(journal.open_alerts()),
        "run": queries.last_run(),
        "as_of": queries.business_day(),
        "base_currency": catalog.base_currency(),
        "refusal": refusal,
    }
    return render(request, "web/proposals.html", context, status=status_of(refusal) if refusal else 200)


def _ask_why(request: HttpRequest, ids: Iterable[int], refusal: OwnstockError | None = None) -> HttpResponse:
    context = {
        "proposals": queries.proposals().filter(pk__in=ids),
        "ids": ids,
        "because": request.POST.get("because", ""),
        "refusal": refusal,
    }
    return render(request, "web/reject.html", context, status=status_of(refusal) if refusal else 200)


def _ticked(request: HttpRequest) -> list[int]:
    ids = [int(pk) for pk in request.POST.getlist("proposal") if pk.isdecimal()]
    if not ids:
        raise Refused("Tick at least one proposal first.", code="nothing_ticked")
    return ids


def _place_of(orders: list[PurchaseOrder]) -> str:
    if len(orders) == 1:
        return reverse("web:order", args=[orders[0].number])
    return f"{reverse('web:orders')}?state={OrderState.DRAFT}"
