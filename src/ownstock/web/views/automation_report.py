"""The report of automation: what came of a span of days, each number with its origin."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ownstock.access.rules import Scope
from ownstock.automation.queries.reports import report
from ownstock.planning.queries import business_day
from ownstock.web.forms import DayInput
from ownstock.web.refusals import shows_refusals
from ownstock.web.security import needs

MONTH_DAYS = 28


class ReportForm(forms.Form):
    """From which day to which."""

    since = forms.DateField(label=_("From"), required=False, widget=DayInput)
    until = forms.DateField(label=_("To"), required=False, widget=DayInput)


@needs(Scope.AUTOMATION_READ, Scope.PLANNING_READ)
@require_safe
@shows_refusals
def automation_report(request: HttpRequest) -> HttpResponse:
    """Cost, service, orders, overrides and exceptions of some days; at first the last four weeks."""
    form = ReportForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    until = said.get("until") or business_day()
    since = said.get("since") or until - timedelta(days=MONTH_DAYS - 1)
    context = {
        "form": ReportForm(initial={"since": since, "until": until}), "report": report(since, until),
        "as_of": business_day(),
    }  # fmt: skip
    return render(request, "web/automation_report.html", context)
