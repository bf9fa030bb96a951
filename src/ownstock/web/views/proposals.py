"""Proposals: what to order, why, and the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.automation.queries import verdicts_of
from ownstock.base.errors import OwnstockError, Refused
from ownstock.catalog import queries as catalog
from ownstock.planning import actions, queries
from ownstock.planning.actions.approve_orders import approve_what_can_be
from ownstock.planning.models import Proposal
from ownstock.planning.queries.proposal_lists import (
    DUE_IN_A_WEEK,
    DUE_NOW,
    search_proposals,
)
from ownstock.planning.rules.waterfall import waterfall
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.rules import OrderState
from ownstock.web.pictures import weeks_picture
from ownstock.web.proposal_asked import filters_of, number_of, ticked_of, unseen_by
from ownstock.web.proposal_charts import path_chart, waterfall_chart
from ownstock.web.proposal_grid import REASONS, columns
from ownstock.web.refusals import shows_refusals, status_of
from ownstock.web.requests import actor_of, page_of, person_of
from ownstock.web.security import needs
from ownstock.web.templatetags.figures import number

MOST_TOLD = 50
# Of more suppliers one types the code, or part of the name, sooner than one finds it in a list.
MOST_TO_CHOOSE_FROM = 100
SHOWN_WITH = ("item_site__item", "item_site__site", "supplier", "run")
OF_THE_FORM = ("text", "supplier", "site", "abc_class", "due")
DUES: Mapping[str, Promise] = {DUE_NOW: gettext_lazy("Now"), DUE_IN_A_WEEK: gettext_lazy("Within a week")}


@needs(Scope.PLANNING_READ)
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the most valuable first."""
    return _list(request)


@needs(Scope.PLANNING_READ)
@require_safe
@shows_refusals
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal with its reason in numbers that add up."""
    return _page_of(request, queries.proposal(pk))


@needs(Scope.PROPOSALS_DECIDE)
@require_POST
@shows_refusals
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Set another quantity of one proposal, with the reason."""
    found, told = queries.proposal(pk), request.POST
    quantity = number_of(told.get("quantity", ""))
    try:
        if quantity is None:
            raise Refused(_("“%(text)s” is no number.") % {"text": told.get("quantity", "")}, code="no_number")
        wanted = actions.QuantityChange(pk, quantity, told.get("version") or None)
        code, reason = told.get("reason_code", ""), told.get("reason", "")
        actions.change_quantity([wanted], reason_code=code, reason=reason, actor=actor_of(request))
    except Refused as refusal:
        return _page_of(request, found, refusal)
    messages.success(request, _("The quantity is set."))
    return redirect("web:proposal", pk)


def _page_of(request: HttpRequest, found: Proposal, refusal: Refused | None = None) -> HttpResponse:
    bars = waterfall(found.reason, found.quantity)
    context = {
        "proposal": found,
        "reason": found.reason,
        "bars": bars,
        "sum": waterfall_chart(bars, [_(bar.label) for bar in bars], _("Order")),
        "path": path_chart(queries.reproject(found.quantity, proposal_id=found.pk)),
        "edits": found.edits.order_by("-id")[:MOST_TOLD],
        "verdicts": verdicts_of(found.pk)[:MOST_TOLD],
        "version": queries.versions([found])[found.pk],
        "reasons": REASONS.items(),
        "refusal": refusal,
        "picture": weeks_picture(found.reason["inputs"]["weeks"]),
        "base_currency": catalog.base_currency(),
        "as_of": found.run.planned_on,
    }
    return render(request, "web/proposal.html", context, status=status_of(refusal) if refusal else 200)


@needs(Scope.PROPOSALS_DECIDE)
@require_POST
def approve(request: HttpRequest) -> HttpResponse:
    """Turn the ticked proposals into draft orders."""
    try:
        ids, actor, unseen = ticked_of(request), actor_of(request), unseen_by(request)
        if "each" in request.POST:
            return _approve_each(request, ids, actor, unseen)
        orders = actions.approve(ids, actor=actor)
    except OwnstockError as refusal:
        return _list(request, refusal)
    _tell_of(request, orders)
    _tell_of_unseen(request, unseen)
    return redirect(_place_of(orders))


@needs(Scope.PROPOSALS_DECIDE)
@require_POST
def reject(request: HttpRequest) -> HttpResponse:
    """Ask why the ticked proposals are turned down, then turn them down."""
    try:
        ids = ticked_of(request)
        _tell_of_unseen(request, unseen_by(request))
    except Refused as refusal:
        return _list(request, refusal)
    if "because" not in request.POST:
        return _ask_why(request, ids)
    try:
        count = actions.reject(ids, actor=actor_of(request), because=request.POST["because"])
    except OwnstockError as refusal:
        return _ask_why(request, ids, refusal)
    messages.success(
        request,
        ngettext("Turned down: %(count)s proposal.", "Turned down: %(count)s proposals.", count) % {"count": count},
    )
    return redirect("web:proposals")


def _approve_each(request: HttpRequest, ids: Sequence[int], actor: str, unseen: int) -> HttpResponse:
    """Write every order that can be written; name those that are refused."""
    found = approve_what_can_be(ids, actor=actor)
    _tell_of_unseen(request, unseen)
    for sentence in found.refusals[:MOST_TOLD]:
        messages.error(request, sentence)
    if not found.orders:
        return redirect("web:proposals")
    _tell_of(request, found.orders)
    return redirect("web:proposals" if found.refusals else _place_of(found.orders))


def _tell_of_unseen(request: HttpRequest, count: int) -> None:
    """Say what was left out of all that fit the filter."""
    if not count:
        return
    told = ngettext(
        "%(count)s proposal came or was changed since you looked: it was left out and still waits.",
        "%(count)s proposals came or were changed since you looked: they were left out and still wait.",
        count,
    )
    messages.warning(request, told % {"count": number(count, 0)})


def _tell_of(request: HttpRequest, orders: Sequence[PurchaseOrder]) -> None:
    numbers = ", ".join(order.number for order in orders[:MOST_TOLD])
    if len(orders) > MOST_TOLD:
        last, count = orders[-1].number, number(len(orders), 0)
        numbers = _("%(numbers)s … %(last)s, %(count)s in all") % {"numbers": numbers, "last": last, "count": count}
    told = ngettext("Approved. Draft order written: %s.", "Approved. Draft orders written: %s.", len(orders))
    messages.success(request, told % numbers)


def _list(request: HttpRequest, refusal: OwnstockError | None = None) -> HttpResponse:
    filters, as_of = filters_of(request), queries.business_day()
    found = search_proposals(filters, on=as_of).select_related(*SHOWN_WITH)
    may_decide = Scope.PROPOSALS_DECIDE in person_of(request).scopes
    suppliers = list(queries.suppliers_of_proposals()[: MOST_TO_CHOOSE_FROM + 1])
    context = {
        "page": page_of(request, found),
        "filters": filters,
        "asked": urlencode({name: filters[name] for name in OF_THE_FORM if name in filters}),
        "suppliers": suppliers if len(suppliers) <= MOST_TO_CHOOSE_FROM else None,
        "sites": catalog.site_codes(),
        "dues": DUES.items(),
        "reasons": REASONS.items(),
        "columns": columns(is_editable=may_decide),
        "ticked": set(request.POST.getlist("proposal")) | set(request.POST.get("ids", "").split(",")),
        "all_ticked": request.GET.get("ticked") == "all",
        "run": queries.last_run(),
        "as_of": as_of,
        "base_currency": catalog.base_currency(),
        "refusal": refusal,
    }
    return render(request, "web/proposals.html", context, status=status_of(refusal) if refusal else 200)


def _ask_why(request: HttpRequest, ids: Sequence[int], refusal: OwnstockError | None = None) -> HttpResponse:
    found = queries.proposals().filter(pk__in=ids).defer("reason")
    context = {
        "proposals": found[:MOST_TOLD],
        "count": len(ids),
        "joined": ",".join(map(str, ids)),
        "because": request.POST.get("because", ""),
        "refusal": refusal,
    }
    return render(request, "web/reject.html", context, status=status_of(refusal) if refusal else 200)


def _place_of(orders: Sequence[PurchaseOrder]) -> str:
    if len(orders) == 1:
        return reverse("web:order", args=[orders[0].number])
    return f"{reverse('web:orders')}?state={OrderState.DRAFT}"
