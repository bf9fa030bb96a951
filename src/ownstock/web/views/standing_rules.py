"""Standing rules: all of them, proposing one with a preview, the second person's page, and what each has done."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.automation import actions, queries
from ownstock.automation.actions.standing import subject_of
from ownstock.automation.models import StandingRule
from ownstock.catalog.queries import base_currency
from ownstock.journal.queries import trail
from ownstock.web.automation_forms import RuleForm, as_typed
from ownstock.web.forms import carry_out
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, person_of
from ownstock.web.security import needs

ENDED_SHOWN, EVENTS_SHOWN = 100, 30


@needs(Scope.AUTOMATION_READ)
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in force, those that wait for a second person, and those that ended."""
    in_force = queries.rules_in_force()
    waiting = list(queries.rules().filter(approved_by="", ended_at=None))
    others = queries.rules().exclude(pk__in=[row.pk for row in [*in_force, *waiting]])
    ended = [(row, queries.state_of(row, ())) for row in others[:ENDED_SHOWN]]
    context = {"in_force": in_force, "waiting": waiting, "ended": ended, "currency": base_currency()}
    return render(request, "web/standing_rules.html", context)


@needs(Scope.AUTOMATION_READ, Scope.AUTOMATION_DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def propose(request: HttpRequest) -> HttpResponse:
    """A form of coverage and limits: see what it would do with today's proposals, then propose it."""
    form, found, status = RuleForm(request.POST or None, initial=_initial(request)), None, 200
    if request.method == "POST" and request.POST.get("do") != "propose":
        status = 200 if form.is_valid() else 422
        found = queries.preview(form.terms(), timezone.now()) if status == 200 else None
    elif request.method == "POST":
        kept: list[StandingRule] = []
        status = carry_out(form, lambda: kept.append(actions.propose_rule(form.draft(), actor=actor_of(request))))
        if kept:
            messages.success(request, _("Proposed. It holds once a second person approves it."))
            return redirect("web:standing-rule", kept[0].pk)
    context = {"form": form, "preview": found, "currency": base_currency()}
    return render(request, "web/standing_rule_form.html", context, status=status)


@needs(Scope.AUTOMATION_READ)
@require_safe
@shows_refusals
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """What exactly a rule says, who agreed to it, what it would do today while it waits, and what it has done since."""
    row = queries.rule(pk)
    state = queries.state_of(row, {each.pk for each in queries.rules_in_force()})
    edits, edit_cost = queries.peoples_edits()
    context = {
        "rule": row,
        "state": state,
        "may_agree": row.proposed_by != actor_of(request) and Scope.AUTOMATION_DECIDE in person_of(request).scopes,
        "preview": queries.preview(queries.terms_of(row), timezone.now()) if state == "proposed" else None,
        "record": queries.record_of(row) if row.approved_by else None,
        "edits": edits,
        "edit_cost": edit_cost,
        "evidence": queries.evidence_counts(),
        "versions": queries.rules().filter(name=row.name).exclude(pk=pk)[:EVENTS_SHOWN],
        "trail": trail(subject_of(row)).order_by("-id")[:EVENTS_SHOWN],
        "currency": base_currency(),
    }
    return render(request, "web/standing_rule.html", context)


@needs(Scope.AUTOMATION_READ, Scope.AUTOMATION_DECIDE)
@require_POST
@shows_refusals
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to a rule as the second person."""
    row = actions.approve_rule(pk, actor=actor_of(request))
    messages.success(request, _("R%(number)s is in force.") % {"number": row.pk})
    return redirect("web:standing-rule", pk)


@needs(Scope.AUTOMATION_READ, Scope.AUTOMATION_DECIDE)
@require_POST
@shows_refusals
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Reject a rule that waits, or end one at once, whoever proposed or approved it."""
    row = actions.end_rule(pk, actor=actor_of(request), reason=request.POST.get("reason", ""))
    messages.success(request, _("R%(number)s is ended.") % {"number": row.pk})
    return redirect("web:standing-rule", pk)


def _initial(request: HttpRequest) -> dict[str, object]:
    number = request.GET.get("from", "")
    found = StandingRule.objects.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None
    return as_typed(found) if found else {}
