"""The calendar: promotions and other events of all items, week by week, with what earlier ones of their name did."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ownstock.access.rules import Scope
from ownstock.base.errors import OwnstockError
from ownstock.demand.actions.calendar import cancel_event, enter_events, revise_event
from ownstock.demand.calendar_imports import import_events
from ownstock.demand.models import DemandEvent
from ownstock.demand.queries.calendar import event as find_event
from ownstock.demand.queries.calendar import events
from ownstock.planning.queries import business_day
from ownstock.planning.queries.event_factors import SuggestedFactor, suggested_factor
from ownstock.web.forms import carry_out
from ownstock.web.refusals import shows_refusals, status_of
from ownstock.web.requests import actor_of, page_of
from ownstock.web.said_forms import EventForm
from ownstock.web.security import needs
from ownstock.web.uploads import kept_for_now, told_faults

EVENTS_A_PAGE = 100


@needs(Scope.PLANNING_READ, to_post=Scope.PLANNING_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def calendar(request: HttpRequest) -> HttpResponse:
    """Events by week; a new one is entered, and what earlier ones of its name did is shown before."""
    form, suggested, status = EventForm(request.POST or None, initial=_usual(request)), None, 200
    if request.method == "POST" and request.POST.get("do") == "suggest":
        suggested, status = _suggested(form)
    elif request.method == "POST":
        status = carry_out(form, lambda: enter_events([form.entry()], actor=actor_of(request)))
        if status == 200:
            messages.success(request, _("The event is kept. The next plan knows of it."))
            return redirect("web:calendar")
    return render(
        request, "web/calendar.html", {**_weeks(request), "form": form, "suggested": suggested}, status=status
    )


def _usual(request: HttpRequest) -> dict[str, Any]:
    """What the form begins with: the item-site that a link comes from, and the next week."""
    monday = business_day() + timedelta(days=7 - business_day().weekday())
    asked = request.GET
    return {
        "skus": asked.get("sku", ""), "sites": asked.get("site", ""), "from_on": monday,
        "until_on": monday + timedelta(days=6),
    }  # fmt: skip


def _weeks(request: HttpRequest) -> dict[str, Any]:
    """The events of a page by the week in which they begin: from this week on, or those that are over."""
    on = business_day()
    is_past = "past" in request.GET
    rows = events().filter(until_on__lt=on).order_by("-from_on", "-id") if is_past else events(since=on)
    page = page_of(request, rows, rows_a_page=EVENTS_A_PAGE)
    weeks = [(monday, list(some)) for monday, some in groupby(page, key=lambda one: _monday(one.from_on))]
    return {"on": on, "page": page, "weeks": weeks, "is_past": is_past, "this_week": _monday(on)}


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _suggested(form: EventForm) -> tuple[SuggestedFactor | None, int]:
    """What earlier events of the name did, of an event that is not kept yet."""
    if not form.is_valid():
        return None, 422
    entry = form.entry()
    asked = DemandEvent(
        number="", name=entry.name, from_on=entry.from_on, until_on=entry.until_on, skus=list(entry.skus),
        sites=list(entry.sites), categories=list(entry.categories),
    )  # fmt: skip
    return suggested_factor(asked, business_day()), 200


@needs(Scope.PLANNING_READ, to_post=Scope.PLANNING_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def event(request: HttpRequest, number: str) -> HttpResponse:
    """One event, what earlier ones of its name did, and saying it anew."""
    found = find_event(number)
    form = EventForm(request.POST or None, initial=_told(found))
    status = 200
    if request.method == "POST" and request.POST.get("do") == "cancel":
        cancel_event(number, actor=actor_of(request), because=request.POST.get("reason", ""))
        messages.success(request, _("%(number)s is called off: it changes no demand.") % {"number": number})
        return redirect("web:calendar")
    if request.method == "POST":
        status = carry_out(form, lambda: revise_event(number, form.entry(), actor=actor_of(request)))
        if status == 200:
            messages.success(request, _("%(number)s is said anew.") % {"number": number})
            return redirect("web:event", number)
    context = {"event": found, "form": form, "suggested": suggested_factor(found, business_day()), "on": business_day()}
    return render(request, "web/event.html", context, status=status)


def _told(found: DemandEvent) -> dict[str, Any]:
    lists = {name: ", ".join(getattr(found, name)) for name in ("skus", "categories", "sites")}
    return {"name": found.name, "from_on": found.from_on, "until_on": found.until_on, "factor": found.factor, **lists}


@needs(Scope.PLANNING_READ, to_post=Scope.PLANNING_WRITE)
@require_POST
def import_file(request: HttpRequest) -> HttpResponse:
    """Events from a file; what is wrong is told by row, and then nothing is kept."""
    try:
        with kept_for_now(request, "file") as path:
            done = import_events(path, actor=actor_of(request))
    except OwnstockError as error:
        context = {**_weeks(request), "form": EventForm(initial=_usual(request)), **told_faults(error)}
        return render(request, "web/calendar.html", context, status=status_of(error))
    told = {"created": done.created, "same": done.unchanged}
    messages.success(request, _("%(created)s events are kept; %(same)s stood already.") % told)
    return redirect("web:calendar")
