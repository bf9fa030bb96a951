"""All overrides: those that hold or will, those that are over, and what they were worth."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.base.errors import Refused
from ownstock.catalog.queries import base_currency
from ownstock.planning.actions.overrides import end_overrides
from ownstock.planning.models import Override
from ownstock.planning.queries import business_day
from ownstock.planning.queries.overrides import OVERRIDE_FILTERS, OVERRIDE_SORTS, override_rows, override_values
from ownstock.planning.rules.overrides import OverrideKind
from ownstock.web.grids import answer_of, asked_of
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, page_of
from ownstock.web.said_forms import KINDS, code_in_words
from ownstock.web.security import needs
from ownstock.web.templatetags.figures import day, person

MOST_AT_ONCE = 500


@needs(Scope.PLANNING_READ)
@require_safe
def overrides(request: HttpRequest) -> HttpResponse:
    """The overrides that hold or will, or (`?over`) those that are over, and what those of each person were worth."""
    is_over = "over" in request.GET
    page = page_of(request, override_rows(business_day(), is_over=is_over))
    context = {
        "page": page, "rows": [_row(one) for one in page], "is_over": is_over, "on": business_day(), "columns": _columns(),
        "base_currency": base_currency(), "worth": [
            ([{**row, "key": person(row["key"])} for row in override_values("person")], _("By person")),
            ([{**row, "key": code_in_words(row["key"])} for row in override_values("reason")], _("By reason")),
        ],
    }  # fmt: skip
    return render(request, "web/overrides.html", context)


@needs(Scope.PLANNING_READ)
@require_safe
def override_grid(request: HttpRequest) -> JsonResponse:
    """A page of the grid."""
    asked = asked_of(request, sorts=OVERRIDE_SORTS, filters=tuple(OVERRIDE_FILTERS))
    found = override_rows(business_day(), is_over="over" in request.GET, filters=asked.filters, sorts=asked.sorts)
    return answer_of(asked, found, lambda page: [_row(one) for one in page])


@needs(Scope.PLANNING_READ, to_post=Scope.PLANNING_WRITE)
@require_POST
@shows_refusals
def end_many(request: HttpRequest) -> HttpResponse:
    """End those that are ticked from today on, all or none, with one reason."""
    ids = request.POST.getlist("override")
    numbers = list(
        Override.objects.filter(pk__in=[i for i in ids if i.isdecimal()][:MOST_AT_ONCE]).values_list(
            "number", flat=True
        )
    )
    if not numbers:
        raise Refused(_("Tick the overrides that are to end."), code="nothing_ticked")
    end_overrides(numbers, on=business_day(), actor=actor_of(request), because=request.POST.get("reason", ""))
    told = ngettext("%(count)s override no longer holds.", "%(count)s overrides no longer hold.", len(numbers))
    messages.success(request, told % {"count": len(numbers)})
    return redirect("web:overrides")


def _row(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk, "item_site": one.item_site_id, "number": one.number, "sku": one.item_site.item.sku,
        "site": one.item_site.site.code, "kind": str(KINDS[OverrideKind(one.kind)]), "value": float(one.value),
        "from_on": day(one.from_on), "until_on": day(one.ended_on or one.until_on),
        "reason": f"{code_in_words(one.reason_code)}: {one.reason}",
        "actor": person(one.first_actor or one.actor),
        "saved": None if one.saved is None else float(one.saved),
    }  # fmt: skip


def _columns() -> list[dict[str, Any]]:
    return [
        {"field": "number", "title": _("Override"), "kind": "code", "filter": True, "width": 110},
        {
            "field": "sku",
            "title": _("Item"),
            "kind": "code",
            "filter": True,
            "href": "/item-sites/{item_site}/known",
            "width": 130,
        },
        {"field": "site", "title": _("Site"), "filter": True, "width": 90},
        {"field": "kind", "title": _("What it says"), "sort": False, "min_width": 150, "grow": 2},
        {"field": "value", "title": _("Value"), "kind": "number", "sort": False, "width": 80, "decimals": 4},
        {"field": "from_on", "title": _("From"), "width": 115},
        {"field": "until_on", "title": _("Until"), "width": 115},
        {"field": "reason", "title": _("Why"), "filter": True, "sort": False, "min_width": 150, "grow": 2},
        {"field": "actor", "title": _("Who"), "filter": True, "width": 90},
        {"field": "saved", "title": _("Saved"), "kind": "money", "width": 90},
    ]
