"""Jobs: who gives signs of life, what is at work and how far, what failed; try again, let go."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.journal import jobs as runs
from ownstock.journal import queries
from ownstock.journal.models import JobRun
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, page_of
from ownstock.web.security import needs

State = JobRun.State


@needs(Scope.AUTOMATION_READ)
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """Signs of life, what is at work, what failed and what waits, and what is done."""
    silent = {beat.job for beat in queries.silent_jobs()}
    context = {
        "beats": [(beat, beat.job in silent) for beat in queries.heartbeats()],
        "dead": runs.runs(State.DEAD)[:50],
        "troubled": JobRun.objects.filter(state__in=[State.FAILED, State.WAITING]).order_by("-id")[:50],
        "outbox": queries.outbox_counts(),
        "page": page_of(request, JobRun.objects.filter(state__in=[State.DONE, State.DISCARDED]).order_by("-id")),
        **_at_work(),
    }
    return render(request, "web/jobs.html", context)


@needs(Scope.AUTOMATION_READ)
@require_safe
def running(request: HttpRequest) -> HttpResponse:
    """What is at work and how far, as a part of the page that asks again by itself."""
    return render(request, "web/includes/jobs_running.html", _at_work())


@needs(Scope.AUTOMATION_READ, to_post=Scope.AUTOMATION_WRITE)
@require_POST
@shows_refusals
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a run that failed tried again at once."""
    run = runs.retry(pk, actor=actor_of(request))
    messages.success(request, _("%(job)s is tried again.") % {"job": run.job})
    return redirect("web:jobs")


@needs(Scope.AUTOMATION_READ, to_post=Scope.AUTOMATION_WRITE)
@require_POST
@shows_refusals
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Let go of a run that failed, with the reason."""
    run = runs.discard(pk, actor=actor_of(request), reason=request.POST.get("reason", ""))
    messages.success(request, _("%(job)s is let go.") % {"job": run.job})
    return redirect("web:jobs")


def _at_work() -> dict[str, object]:
    return {"running": runs.runs(State.RUNNING), "now": timezone.now()}
