"""The grid of proposals: its rows, its file, quantities that are tried and set, what is ticked, the panel beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.base.errors import OwnstockError, Refused
from ownstock.catalog import queries as catalog
from ownstock.planning import actions, queries
from ownstock.planning.actions.approve_orders import fill_up
from ownstock.planning.models import Proposal
from ownstock.planning.queries.proposal_lists import (
    PROPOSAL_FILTERS,
    PROPOSAL_SORTS,
    ListedProposal,
    listed_proposals,
    search_proposals,
    sight,
)
from ownstock.planning.rules.waterfall import waterfall
from ownstock.web import proposal_grid
from ownstock.web.downloads import download
from ownstock.web.grids import answer_of, asked_of
from ownstock.web.proposal_asked import AskedQuantity, filters_of, number_of, quantities_of, ticked_of, unread
from ownstock.web.proposal_charts import path_chart
from ownstock.web.refusals import shows_refusals, status_of
from ownstock.web.requests import actor_of
from ownstock.web.security import needs

Answer = dict[str, Any]


@needs(Scope.PLANNING_READ)
@require_safe
def proposal_rows(request: HttpRequest) -> JsonResponse:
    """A page of the grid's rows, as its order and filters ask."""
    asked = asked_of(request, sorts=PROPOSAL_SORTS, filters=PROPOSAL_FILTERS)
    seen = sight()
    found = search_proposals(filters_of(request), asked.sorts, on=queries.business_day())
    return answer_of(
        asked, found, lambda page: [proposal_grid.row_of(one) for one in listed_proposals(page)], seen=seen
    )


@needs(Scope.PLANNING_READ)
@require_safe
def proposal_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The proposals that the grid shows, as CSV or as a workbook."""
    asked = asked_of(request, sorts=PROPOSAL_SORTS, filters=PROPOSAL_FILTERS)
    found = search_proposals(filters_of(request), asked.sorts, on=queries.business_day())
    return download("proposals", kind, proposal_grid.headings(), proposal_grid.file_rows(found))


@needs(Scope.PROPOSALS_DECIDE)
@require_POST
def quantities(request: HttpRequest) -> JsonResponse:
    """Set quantities, with the reason; without a reason they are judged only. What is refused is named, the rest is done."""
    try:
        changes, told = quantities_of(request)
        return JsonResponse(_changed(changes, told, actor_of(request)))
    except OwnstockError as refusal:
        return JsonResponse({"sentence": refusal.sentence}, status=status_of(refusal))


@needs(Scope.PLANNING_READ)
@require_POST
def ticked(request: HttpRequest) -> HttpResponse:
    """What is ticked, as one order per supplier and site: money, and what is missing of minimums."""
    try:
        return _summary(request, ticked_of(request))
    except Refused as refusal:
        return render(request, "web/includes/ticked.html", {"refusal": refusal})


@needs(Scope.PROPOSALS_DECIDE)
@require_POST
def fill(request: HttpRequest) -> HttpResponse:
    """Enlarge what is ticked of a supplier for a site the cheapest way to its minimum."""
    supplier, site = request.POST.get("supplier", ""), request.POST.get("site", "")
    try:
        ids = ticked_of(request)
        fill_up(supplier, site, among=ids, actor=actor_of(request))
    except Refused as refusal:
        return render(request, "web/includes/ticked.html", {"refusal": refusal})
    answer = _summary(request, ids)
    answer["HX-Trigger"] = "proposals-filled"
    return answer


@needs(Scope.PLANNING_READ)
@require_safe
@shows_refusals
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal beside the grid: on hand with the quantity, how it adds up, why."""
    found = queries.proposal(pk)
    quantity = number_of(request.GET.get("quantity", "")) or found.quantity
    meaning = queries.reproject(quantity, proposal_id=pk)
    context = {
        "proposal": found, "quantity": quantity, "meaning": meaning, "bars": waterfall(found.reason, quantity),
        "path": path_chart(meaning), "base_currency": catalog.base_currency(),
    }  # fmt: skip
    return render(request, "web/includes/proposal_panel.html", context)


def _summary(request: HttpRequest, ids: Sequence[int]) -> HttpResponse:
    baskets = queries.supplier_baskets(among=ids)
    short = [one for one in baskets if one.lacks]
    amounts: dict[str, Any] = {}
    for one in baskets:
        amounts[one.currency] = amounts.get(one.currency, 0) + one.order_value
    context = {
        "count": sum(one.lines for one in baskets), "amounts": amounts, "orders": len(baskets), "short": short[:20],
        "short_count": len(short), "base_currency": catalog.base_currency(), "saves": sum(one.saves for one in baskets),
    }  # fmt: skip
    return render(request, "web/includes/ticked.html", context)


def _changed(changes: Sequence[AskedQuantity], told: Answer, actor: str) -> Answer:
    """What became of the quantities: the rows as they now stand, and what was refused, each with a sentence."""
    refusals = unread(changes)
    read = [one for one in changes if one.quantity is not None]
    rows = _rows([one.proposal for one in read])
    refusals += [_decided(one) for one in read if one.proposal not in rows]
    read = [one for one in read if one.proposal in rows]
    meanings = queries.reproject_many([(one.proposal, one.quantity) for one in read if one.quantity is not None])
    if not told.get("reason_code"):
        return {"meanings": [_meaning(rows[m.proposal], m) for m in meanings if m.proposal], "refusals": refusals}
    moved = [one for one in read if one.version not in (None, rows[one.proposal].version)]
    refusals += [_moved(one, rows[one.proposal]) for one in moved]
    unfit = {m.proposal: " ".join(m.faults) for m in meanings if m.faults}
    refusals += [
        _refusal(one.proposal, unfit[one.proposal]) for one in read if one.proposal in unfit and one not in moved
    ]
    good = [one for one in read if one not in moved and one.proposal not in unfit]
    if good:
        wanted = [
            actions.QuantityChange(one.proposal, one.quantity, one.version) for one in good if one.quantity is not None
        ]
        reason = str(told.get("reason", ""))[:500]
        actions.change_quantity(wanted, reason_code=str(told["reason_code"]), reason=reason, actor=actor)
    now = _rows([one.proposal for one in [*good, *moved]])
    return {"rows": [proposal_grid.row_of(one) for one in now.values()], "refusals": refusals, "changed": len(good)}


def _rows(ids: Sequence[int]) -> dict[int, ListedProposal]:
    found = Proposal.objects.filter(pk__in=ids, state="pending").only("pk")
    return {one.proposal.pk: one for one in listed_proposals(found)}


def _meaning(now: ListedProposal, meaning: queries.Reprojection) -> Answer:
    """The figures of a row with another quantity, nothing set yet."""
    return {
        "id": meaning.proposal, "quantity": float(meaning.quantity), "amount": float(meaning.order_value),
        "lasts_until": meaning.used_up_on, "cost_difference": float(meaning.cost_difference) or None,
        "value": float(now.proposal.value + now.meaning.expected_cost - meaning.expected_cost),
        "faults": " ".join(meaning.faults),
    }  # fmt: skip


def _decided(one: AskedQuantity) -> Answer:
    return _refusal(one.proposal, _("Somebody decided this proposal meanwhile; it waits no more."))


def _moved(one: AskedQuantity, now: ListedProposal) -> Answer:
    """A refusal with both quantities, for whoever set one from a sight that no longer holds."""
    by = now.edit.actor.removeprefix("user:") if now.edit is not None and now.is_edited else _("the plan")
    theirs = proposal_grid.quantity_in_words(now.proposal.quantity)
    sentence = _("%(sku)s was changed meanwhile by %(by)s: now %(theirs)s, you set %(mine)s.") % {
        "sku": now.proposal.item_site.item.sku, "by": by, "theirs": theirs, "mine": one.text,
    }  # fmt: skip
    return _refusal(one.proposal, sentence) | {
        "is_conflict": True, "theirs": theirs, "mine": one.text, "version": now.version,
    }  # fmt: skip


def _refusal(pk: int, sentence: str) -> Answer:
    return {"id": pk, "field": "quantity", "sentence": sentence}
