"""What people have the worker do at once, which it does by itself at night: looking ahead, measuring, verifying the seal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ownstock.access import verifying as seal
from ownstock.access.rules import Scope
from ownstock.journal import jobs
from ownstock.planning import actions
from ownstock.planning.actions import ahead, kpis
from ownstock.planning.queries import dues, last_run
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, back
from ownstock.web.security import needs


@needs(Scope.PLANNING_READ, Scope.PLANNING_WRITE)
@require_POST
@shows_refusals
def look_ahead(request: HttpRequest) -> HttpResponse:
    """Have the worker look ahead from the last plan."""
    actions.ask_to_look_ahead(actor=actor_of(request))
    messages.success(request, _("The worker looks ahead; how far it is stands below."))
    return back(request, "web:cash")


@needs(Scope.PLANNING_READ)
@require_safe
def look_ahead_progress(request: HttpRequest) -> HttpResponse:
    """How far looking ahead is: the part of a page that asks again while it lasts."""
    return _part(request, "web/includes/look_ahead.html", looking_ahead())


def looking_ahead() -> dict[str, Any]:
    """How far looking ahead is, from which plan it was done last, and whether there is a newer one."""
    found, plan = dues.looked_ahead_at(), last_run()
    is_stale = plan is not None and (found is None or found[0] < plan.planned_on)
    return {**_job(ahead.JOB, ahead.TASK), "ahead": found, "is_stale": is_stale}


@needs(Scope.PLANNING_READ, Scope.PLANNING_WRITE)
@require_POST
def measure(request: HttpRequest) -> HttpResponse:
    """Have the worker measure what monitoring and health tell."""
    actions.ask_to_measure(actor=actor_of(request))
    return back(request, "web:monitoring")


@needs(Scope.PLANNING_READ)
@require_safe
def measuring_progress(request: HttpRequest) -> HttpResponse:
    """Whether the worker measures: the part of a page that asks again while it lasts."""
    return _part(request, "web/includes/measuring.html", measuring())


def measuring() -> dict[str, Any]:
    """Whether the worker measures now, for a page that has nothing to show before."""
    return {"last": None, **_job(kpis.JOB, kpis.TASK)}


@needs(Scope.AUDIT_READ)
@require_POST
@shows_refusals
def verify_seal(request: HttpRequest) -> HttpResponse:
    """Have the worker see whether everything is as it was sealed."""
    seal.ask_to_verify(actor=actor_of(request))
    return back(request, "web:audit")


@needs(Scope.AUDIT_READ)
@require_safe
def verifying_progress(request: HttpRequest) -> HttpResponse:
    """How far verifying is: the part of the page that asks again while it lasts."""
    return _part(request, "web/includes/verifying.html", verifying())


def verifying() -> dict[str, Any]:
    """How far verifying the seal is, and what the last walk along it found."""
    return {**_job(seal.JOB, seal.TASK), "verified": seal.last_verification()}


def _job(name: str, task: str) -> dict[str, Any]:
    """The last run of a job, and whether it is at work now or soon: asked for, and not begun by the worker yet."""
    job, is_asked = jobs.runs().filter(job=name).first(), jobs.is_asked_for(task)
    is_running = job is not None and job.state == "running"
    is_waiting = is_asked or (job is not None and job.state == "waiting")
    return {"job": job, "is_at_work": is_running or is_waiting, "is_waiting": is_waiting and not is_running}


def _part(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The part as it is now; once the work is done, the page that shows what came of it is loaded anew, where it asks so."""
    response = render(request, template, {**context, "reloads": "reload" in request.GET})
    if not context["is_at_work"] and "reload" in request.GET:
        response.headers["HX-Refresh"] = "true"
    return response
