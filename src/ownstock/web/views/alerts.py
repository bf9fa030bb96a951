"""What somebody must look at, and that somebody has."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from ownstock.access.rules import Scope
from ownstock.journal.actions import close_alert
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of
from ownstock.web.security import needs


@needs(Scope.ALERTS_WRITE)
@require_POST
@shows_refusals
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an alert that somebody has seen to, with the reason."""
    closed = close_alert(pk, reason=request.POST.get("reason", ""), actor=actor_of(request))
    messages.success(request, f"Done: {closed.sentence}")
    return redirect("web:proposals")
