"""Suppliers: who may be ordered from, which papers they have, what is agreed and on which terms they sell."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ownstock.access.rules import Scope
from ownstock.catalog import queries
from ownstock.catalog.rules import WEEKDAYS
from ownstock.planning.queries import business_day
from ownstock.purchasing.queries.commitments import commitment_standings, rebate_standing
from ownstock.purchasing.queries.supplier_orders import open_at
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, page_of
from ownstock.web.security import needs
from ownstock.web.views.supplier_register import tasks_of


@needs(Scope.SUPPLIERS_READ)
@require_safe
def suppliers(request: HttpRequest) -> HttpResponse:
    """Every supplier as it stands today, and what lapses soon."""
    as_of = business_day()
    lapses = [(lapse, (lapse.ends_on - as_of).days) for lapse in queries.lapses(as_of)]
    context = {"page": page_of(request, queries.suppliers(as_of)), "as_of": as_of, "lapses": lapses}
    return render(request, "web/suppliers.html", context)


@needs(Scope.SUPPLIERS_READ)
@require_safe
@shows_refusals
def supplier(request: HttpRequest, code: str) -> HttpResponse:
    """One supplier: the register, papers, the agreement, closures, commitments, terms, people; and what may be done to it."""
    found = queries.supplier_overview(queries.supplier(code), business_day())
    agreed = found.agreement
    context = {
        "found": found,
        "as_of": found.as_of,
        "weekdays": [WEEKDAYS[day - 1].capitalize() for day in agreed.order_weekdays] if agreed else [],
        "contacts": queries.contacts(found.supplier),
        "tasks": tasks_of(actor_of(request)),
        "open": open_at(found.supplier, found.as_of),
        "commitments": commitment_standings(found.supplier, found.as_of),
        "rebate": rebate_standing(agreed, found.as_of),
        "lapses": queries.lapses(found.as_of, supplier=code),
    }
    return render(request, "web/supplier.html", context)
