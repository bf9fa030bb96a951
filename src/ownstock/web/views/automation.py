"""Automation at a glance: what is on, what comes next, what ran; pause, resume, run now, settings."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.automation import actions, queries
from ownstock.journal.queries import trail
from ownstock.planning.queries import business_day
from ownstock.web.automation_forms import PauseForm, SettingsForm
from ownstock.web.forms import carry_out
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, page_of
from ownstock.web.security import needs

RUNS_SHOWN, NEXT_SHOWN, WAITING_SHOWN = 8, 10, 20


@needs(Scope.AUTOMATION_READ)
@require_safe
def automation(request: HttpRequest) -> HttpResponse:
    """Whether it is on, what leaves next, what waits, what ran last."""
    return _state(request, PauseForm(zone=queries.policy().time_zone))


@needs(Scope.AUTOMATION_READ, to_post=Scope.AUTOMATION_WRITE)
@require_POST
@shows_refusals
def pause(request: HttpRequest) -> HttpResponse:
    """Stop everything that would happen by itself, or what goes to one supplier."""
    form = PauseForm(request.POST, zone=queries.policy().time_zone)
    status = carry_out(form, lambda: actions.pause(actor=actor_of(request), **form.cleaned_data))
    if status != 200:
        return _state(request, form, status)
    messages.success(request, _("Paused."))
    return redirect("web:automation")


@needs(Scope.AUTOMATION_READ, to_post=Scope.AUTOMATION_WRITE)
@require_POST
@shows_refusals
def resume(request: HttpRequest) -> HttpResponse:
    """Let go on what was paused."""
    actions.resume(actor=actor_of(request), supplier=request.POST.get("supplier", ""))
    messages.success(request, _("Resumed."))
    return redirect("web:automation")


@needs(Scope.AUTOMATION_READ, to_post=Scope.AUTOMATION_WRITE)
@require_POST
@shows_refusals
def run_now(request: HttpRequest) -> HttpResponse:
    """Let the rules act on the last plan."""
    run = actions.autopilot(timezone.now(), actor=actor_of(request))
    return redirect("web:automation-run", run.pk)


@needs(Scope.AUTOMATION_READ)
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """Every run, newest first."""
    context = {"page": page_of(request, queries.automation_runs()), "as_of": business_day()}
    return render(request, "web/automation_runs.html", context)


@needs(Scope.AUTOMATION_READ, to_post=Scope.AUTOMATION_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """What the company says of its automation, and who changed it when."""
    form = SettingsForm(request.POST or None, instance=queries.policy())
    status = 200
    if request.method == "POST":
        status = carry_out(form, lambda: actions.set_policy(form.said(), actor=actor_of(request)))
        if status == 200:
            messages.success(request, _("The settings are kept."))
            return redirect("web:automation-settings")
    context = {"form": form, "trail": trail("automation").order_by("-id")[:30]}
    return render(request, "web/automation_settings.html", context, status=status)


def _state(request: HttpRequest, form: PauseForm, status: int = 200) -> HttpResponse:
    now, waiting = timezone.now(), queries.waiting_orders()
    found = queries.next_orders(now)
    context = {
        "form": form,
        "now": now,
        "pauses": [(row, queries.pause_sentence(row)) for row in queries.pauses(now)],
        "policy": queries.policy(),
        "rules": queries.rules_in_force(),
        "proposed": queries.rules().filter(approved_by="", ended_at=None).count(),
        "waiting_count": waiting.count(),
        "waiting": waiting[:WAITING_SHOWN],
        "next_orders": found[:NEXT_SHOWN],
        "next_count": len(found),
        "autonomy": queries.autonomy_counts(),
        "runs": queries.automation_runs()[:RUNS_SHOWN],
        "as_of": business_day(),
    }
    return render(request, "web/automation.html", context, status=status)
