"""The policy of a cell of the ABC/XYZ matrix: what its item-sites have, what a change does, and adopting it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from ownstock.access.rules import Scope
from ownstock.base.errors import OwnstockError
from ownstock.catalog.actions.planning_settings import set_planning_settings
from ownstock.catalog.queries import base_currency
from ownstock.planning.queries import figures, kpis
from ownstock.web.kept import forget
from ownstock.web.policy_cells import PolicyForm, previewed, sampled
from ownstock.web.refusals import shows_refusals, status_of
from ownstock.web.requests import actor_of
from ownstock.web.security import needs
from ownstock.web.spans import GROUP_NAMES, address, all_only_of

ROWS_SHOWN = 20


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ, to_post=Scope.PLANNING_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def policy_cell(request: HttpRequest) -> HttpResponse:
    """A cell with its policy; a change is previewed by GET, and adopted by POST."""
    only = {"abc_class": "", "xyz_class": "", **all_only_of(request.GET)}
    found = figures.item_sites_of_cell(only["abc_class"], only["xyz_class"], only)
    form = PolicyForm(request.POST or (request.GET if "try" in request.GET else None))
    context: dict[str, Any] = {"form": form, "only": only}
    if request.method == "POST" and form.is_valid():
        try:
            return _adopted(request, list(found.values_list("pk", flat=True)), form, only)
        except OwnstockError as refusal:
            context |= {"refusal": refusal}
    return render(
        request,
        "web/policy_cell.html",
        context | _shown(form, found, only),
        status=status_of(context["refusal"]) if "refusal" in context else 200,
    )


def _adopted(request: HttpRequest, ids: list[int], form: PolicyForm, only: dict[str, str]) -> HttpResponse:
    count = set_planning_settings(
        ids, actor=actor_of(request), reason=request.POST.get("reason", ""), **form.settings()
    )
    forget()
    said = ngettext(
        "%(count)d item-site is planned so from now on.", "%(count)d item-sites are planned so from now on.", count
    )
    messages.success(request, said % {"count": count})
    return redirect(address(reverse("web:policy-cell"), only))


def _shown(form: PolicyForm, found: Any, only: dict[str, str]) -> dict[str, Any]:
    count = found.count()
    cells = figures.class_policies(only)
    result, some = None, []
    if form.is_bound and form.is_valid():
        some = sampled(found, count)
        result = previewed(some, form.change())
    names = {
        "total_cost": _("Cost of a year"),
        "holding_cost": _("of it holding"),
        "shortage_cost": _("of it running short"),
        "inventory_value": _("Inventory value"),
        "orders_a_year": _("Orders a year"),
        "fill_rate": _("Fill rate, by stock held"),
    }
    return {
        "count": count,
        "cell": cells[0] if cells else None,
        "last": kpis.measured_on(),
        "currency": base_currency(),
        "result": [(key, names[key], *values) for key, *values in result[1]] if result else [],
        "points": 100 * (result[1][-1][2] - result[1][-1][1]) if result else 0,
        "of": result[0] if result else 0,
        "is_unplannable": bool(some) and result is None,
        "is_sample": count > len(some),
        "some": found[:ROWS_SHOWN],
        "named": [(GROUP_NAMES[key], value) for key, value in only.items() if key not in ("abc_class", "xyz_class")],
    }
