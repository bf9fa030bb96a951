"""What a supplier could be told of the weeks ahead, and what better terms of it would be worth."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ownstock.access.rules import Scope
from ownstock.catalog.queries import base_currency, supplier
from ownstock.planning.queries import business_day
from ownstock.planning.queries.negotiation import AT_ONCE, EXACT, Asked, Sums, negotiation, worth_of_items
from ownstock.planning.queries.shared_forecast import shared_items, shared_weeks
from ownstock.web.downloads import download
from ownstock.web.refusals import shows_refusals
from ownstock.web.security import needs
from ownstock.web.views.worker_asked import looking_ahead

MOST_SHOWN = 100


class AskedForm(forms.Form):
    """What is asked of the supplier."""

    moq_percent = forms.FloatField(label=gettext_lazy("MOQ lower by, %"), min_value=1, max_value=100)
    lead_time_percent = forms.FloatField(label=gettext_lazy("Lead time shorter by, %"), min_value=1, max_value=100)
    price_percent = forms.FloatField(label=gettext_lazy("Price lower by, %"), min_value=0, max_value=100)
    order_cost = forms.FloatField(label=gettext_lazy("What placing an order costs"), min_value=0, max_value=1_000_000)


class SumsForm(forms.Form):
    """How far the parts before have come."""

    first = forms.IntegerField(min_value=0, max_value=EXACT)
    items = forms.IntegerField(min_value=0, max_value=EXACT, required=False)
    spend = forms.FloatField(min_value=0, required=False)
    moq = forms.FloatField(required=False)
    lead_time = forms.FloatField(required=False)


USUAL = {"moq_percent": 50, "lead_time_percent": 50, "price_percent": 2, "order_cost": 0}


@needs(Scope.SUPPLIERS_READ, Scope.PLANNING_READ)
@require_safe
@shows_refusals
def supplier_negotiation(request: HttpRequest, code: str) -> HttpResponse:
    """The negotiation sheet: what is asked for; the figures come part by part, for each item is replayed."""
    found, form = supplier(code), AskedForm({**USUAL, **request.GET.dict()})
    asked = _asked(form)
    context: dict[str, Any] = {"supplier": found, "form": form, "as_of": business_day(), "currency": base_currency()}
    if asked is not None:
        whole = negotiation(found, asked, Sums())
        context |= {"whole": whole, "exact": min(EXACT, whole.items), "next": _part(form, 0, Sums())}
    return render(request, "web/negotiation.html", context, status=200 if asked else 422)


@needs(Scope.SUPPLIERS_READ, Scope.PLANNING_READ)
@require_safe
@shows_refusals
def negotiation_part(request: HttpRequest, code: str) -> HttpResponse:
    """The next items of the sheet, what all is worth by them, and where the part after begins."""
    found, form, sums = supplier(code), AskedForm({**USUAL, **request.GET.dict()}), SumsForm(request.GET)
    asked = _asked(form)
    if asked is None or not sums.is_valid():
        return render(request, "web/includes/form_errors.html", {"form": form}, status=422)
    said = sums.cleaned_data
    first = said["first"]
    rows = worth_of_items(found, asked, first=first)
    before = Sums(*(said[name] or 0 for name in ("items", "spend", "moq", "lead_time")))
    whole = negotiation(found, asked, before.with_rows(rows))
    end = first + AT_ONCE
    exact = min(EXACT, whole.items)
    context = {
        "rows": rows, "whole": whole, "done": min(end, exact), "exact": exact, "supplier": found, "is_part": True,
        "next": _part(form, end, whole.replayed) if end < exact else "", "currency": base_currency(),
    }  # fmt: skip
    return render(request, "web/includes/negotiation_part.html", context)


def _asked(form: AskedForm) -> Asked | None:
    if not form.is_valid():
        return None
    said = form.cleaned_data
    return Asked(
        1 - said["moq_percent"] / 100, 1 - said["lead_time_percent"] / 100, said["price_percent"], said["order_cost"]
    )


def _part(form: AskedForm, first: int, sums: Sums) -> str:
    """The address of a part, after what the parts before came to."""
    return "?" + urlencode({**form.cleaned_data, "first": first, **asdict(sums)})


@needs(Scope.SUPPLIERS_READ, Scope.PLANNING_READ)
@require_safe
@shows_refusals
def supplier_forecast(request: HttpRequest, code: str) -> HttpResponse:
    """What the supplier could be told: planned orders by week, and what is used of each item."""
    found = supplier(code)
    context = {
        "supplier": found, "weeks": shared_weeks(found), "items": shared_items(found, most=MOST_SHOWN),
        "most": MOST_SHOWN, "as_of": business_day(), "reloads": True, **looking_ahead(),
    }  # fmt: skip
    return render(request, "web/supplier_forecast.html", context)


@needs(Scope.SUPPLIERS_READ, Scope.PLANNING_READ)
@require_safe
@shows_refusals
def forecast_file(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The same of all items as a file for the supplier; nothing of our stock is in it."""
    headings = [_("Item"), _("Description"), _("Site"), _("Unit"), _("Used a week"), _("Proposed now"), _("Wanted on")]
    rows = (
        [one.sku, one.description, one.site, one.unit, round(one.used_a_week, 2), one.proposed, one.wanted_on]
        for one in shared_items(supplier(code))
    )
    return cast(HttpResponse, download("forecast", kind, headings, rows))
