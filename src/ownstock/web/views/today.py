"""Today: what costs money if nobody acts, the dearest first; one of them in full; what people do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ownstock.access.queries import our_people
from ownstock.access.rules import Scope
from ownstock.base.errors import OwnstockError, Refused
from ownstock.catalog import queries as catalog
from ownstock.journal import queries as journal
from ownstock.journal import worklist as deeds
from ownstock.journal.actions import close_alert
from ownstock.planning.queries import affected, business_day
from ownstock.web.alert_facts import facts_of, formula_of
from ownstock.web.grids import answer_of, asked_of, item_column
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, back, person_of
from ownstock.web.security import needs
from ownstock.web.worklist import Worklist, later_days, row_of


@needs(Scope.ALERTS_READ)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The worklist; where nothing was brought in yet, the way to the set-up."""
    if catalog.is_catalog_empty() and Scope.IMPORTS_WRITE in person_of(request).scopes:
        return redirect("web:set-up")
    return render(request, "web/today.html", _context(request))


@needs(Scope.ALERTS_READ)
@require_safe
def today_list(request: HttpRequest) -> HttpResponse:
    """The part of the page that changes while it is open."""
    return render(request, "web/includes/worklist.html", _context(request))


def _context(request: HttpRequest, **more: Any) -> dict[str, Any]:
    found = Worklist(request)
    return {
        "worklist": found, "as_of": found.today, "base_currency": catalog.base_currency(),
        "later": later_days(found.today), "tab": found.tab, **more,
    }  # fmt: skip


@needs(Scope.ALERTS_READ)
@require_safe
@shows_refusals
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them in full: figures and where they come from, the item-sites, what was said and done."""
    found, on = journal.alert(pk), business_day()
    trail = list(journal.trail(journal.alert_subject(found.key)))
    context = {
        "row": row_of(found, on, person_of(request)),
        "alert": found, "as_of": on, "base_currency": catalog.base_currency(), "later": later_days(on),
        "facts": facts_of(found), "formula": formula_of(found.kind), "people": our_people(),
        "comments": [event for event in trail if event.verb == deeds.COMMENTED],
        "trail": [event for event in trail if event.verb != deeds.COMMENTED],
        "columns": _columns(), "has_item_sites": affected.of_alert(found).exists(),
    }  # fmt: skip
    return render(request, "web/today_alert.html", context)


@needs(Scope.ALERTS_READ, Scope.PLANNING_READ)
@require_safe
@shows_refusals
def alert_rows(request: HttpRequest, pk: int) -> JsonResponse:
    """The item-sites that an alert is about, a page of them."""
    asked = asked_of(request, sorts=affected.SORTS, filters=("sku",))
    found = affected.of_alert(journal.alert(pk), text=asked.filters.get("sku", ""))
    rows = found.order_by(*asked.sorts, *affected.USUAL)
    return answer_of(asked, rows, lambda page: [affected.row_of(one) for one in page])


@needs(Scope.ALERTS_WRITE)
@require_POST
@shows_refusals
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Say who sees to it: whoever asks where nobody is named."""
    owner = request.POST.get("owner", request.user.get_username())
    return _done(request, pk, lambda: deeds.assign(pk, owner, people=our_people(), actor=actor_of(request)))


@needs(Scope.ALERTS_WRITE)
@require_POST
@shows_refusals
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it off until a day, with the reason; or back in sight."""
    if "wake" in request.POST:
        return _done(request, pk, lambda: deeds.wake_up(pk, actor=actor_of(request)))
    until, because = _day(request.POST.get("until", "")), request.POST.get("reason", "")
    return _done(request, pk, lambda: deeds.snooze(
        pk, until, because=because, today=business_day(), actor=actor_of(request)
    ))  # fmt: skip


@needs(Scope.ALERTS_WRITE)
@require_POST
@shows_refusals
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something about it."""
    return _done(request, pk, lambda: deeds.comment(pk, request.POST.get("text", ""), actor=actor_of(request)))


@needs(Scope.ALERTS_WRITE)
@require_POST
@shows_refusals
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close what somebody has seen to, with the reason."""
    return _done(request, pk, lambda: close_alert(pk, reason=request.POST.get("reason", ""), actor=actor_of(request)))


def _done(request: HttpRequest, pk: int, deed: Callable[[], object]) -> HttpResponse:
    """Do it; then back to where it was asked for: the list as it now is, or the page that asked."""
    if "HX-Request" in request.headers:
        try:
            deed()
        except OwnstockError as refusal:
            return render(request, "web/includes/worklist.html", _context(request, refusal=refusal), status=409)
        return render(request, "web/includes/worklist.html", _context(request))
    done = deed()
    if getattr(done, "cleared_at", None) and "reason" in request.POST:
        messages.success(request, _("Done: %(sentence)s") % {"sentence": getattr(done, "sentence", "")})
    return back(request, reverse("web:alert", args=[pk]))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise Refused("Say until which day: year-month-day.", code="bad_day") from fault


def _columns() -> list[dict[str, Any]]:
    return [
        item_column(),
        {"field": "description", "title": _("Description"), "sort": False, "grow": 2, "min_width": 150},
        {"field": "site", "title": _("Site"), "sort": False, "width": 90},
        {"field": "usable", "title": _("Usable"), "kind": "number", "width": 110, "phone": 70},
        {"field": "on_order", "title": _("On order"), "kind": "number", "width": 110},
        {"field": "stock_out_on", "title": _("Runs out"), "kind": "day", "width": 120, "phone": 100},
        {"field": "money_at_stake", "title": _("At stake"), "kind": "money", "width": 120, "phone": 80},
        {"field": "surplus", "title": _("Surplus"), "kind": "number", "width": 110},
    ]
