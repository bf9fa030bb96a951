"""Data health: what the data lack, and what was assumed for it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ownstock.access.rules import Scope
from ownstock.catalog.queries import base_currency
from ownstock.exchange.set_up.health import health as health_of_data
from ownstock.planning.queries import last_run
from ownstock.web.security import needs


@needs(Scope.PLANNING_READ)
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Counted sentences about the data, the gravest first, and what to do next."""
    run = last_run()
    context = {
        "health": health_of_data(), "currency": base_currency(), "run": run,
    }  # fmt: skip
    return render(request, "web/set_up_health.html", context)
