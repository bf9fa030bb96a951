"""Moving what hangs on a supplier to other suppliers: what it would cost and risk, and doing it in one step."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from ownstock.access.rules import Scope
from ownstock.base.errors import OwnstockError
from ownstock.catalog.queries import base_currency, supplier
from ownstock.planning.actions.switching import switch as switch_supplier
from ownstock.planning.queries import business_day
from ownstock.planning.queries.switching import FORMULAS, SwitchOption, SwitchOptions, switch_options
from ownstock.planning.queries.switching_costs import NewSource
from ownstock.web.downloads import download
from ownstock.web.refusals import shows_refusals, status_of
from ownstock.web.requests import actor_of
from ownstock.web.security import needs

# Nobody reads more cards than these; the file has all.
MOST_SHOWN = 200
HEADINGS = (
    "sku", "description", "site", "why", "open_quantity", "on_its_way", "old_price", "old_currency", "expected_on",
    "runs_out_on", "proposals", "choice", "source", "order_quantity", "price", "currency", "requested_on",
    "half_come_in_days", "nine_in_ten_come_in_days", "base_currency", "cost_a_year", "risk",
    "short_with_its_orders", "short_without_its_orders", "paid_for_on",
)  # fmt: skip


class CostForm(forms.Form):
    """What a switch costs beside prices."""

    one_off_cost = forms.DecimalField(
        label=_("What moving one item costs once"),
        required=False,
        min_value=0,
        max_digits=16,
        decimal_places=2,
    )


@needs(Scope.SUPPLIERS_READ, to_post=Scope.ORDERS_PLACE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def switch(request: HttpRequest, code: str) -> HttpResponse:
    """What hangs on a supplier that may no longer be ordered from; where each item goes is chosen, then done at once."""
    options = switch_options(supplier(code), business_day())
    refusal = None
    if request.method == "POST":
        try:
            done = switch_supplier(
                code, _choices(request, options), inputs_hash=request.POST.get("inputs_hash", ""),
                actor=actor_of(request), reason=request.POST.get("reason", ""),
            )  # fmt: skip
        except OwnstockError as error:
            refusal = error
        else:
            messages.success(request, _told(done.outcome))
            return redirect("web:switch", code)
    cost = CostForm(request.GET)
    one_off_cost = _one_off_cost(cost)
    context = {
        "options": options, "items": _shown(options, one_off_cost), "cost": cost, "one_off_cost": one_off_cost,
        "supplier": options.supplier, "as_of": options.on, "base_currency": base_currency(),
        "more": max(len(options.items) - MOST_SHOWN, 0), "formulas": FORMULAS,
        "asked": f"?{request.GET.urlencode()}" if request.GET else "",
        "refusal": refusal, "reason": request.POST.get("reason", ""),
        "can_switch": any(item.sources and (item.to_replace or item.proposals) for item in options.items),
    }  # fmt: skip
    return render(request, "web/switch.html", context, status=status_of(refusal) if refusal else 200)


@needs(Scope.SUPPLIERS_READ)
@require_safe
@shows_refusals
def switch_file(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Everything that hangs on a supplier as a file: of each item-site a row for every other source, the next one first."""
    options = switch_options(supplier(code), business_day())
    rows = _rows(options, _one_off_cost(CostForm(request.GET)))
    return cast(HttpResponse, download("switch", kind, HEADINGS, rows))


def _one_off_cost(form: CostForm) -> Decimal | None:
    return form.cleaned_data["one_off_cost"] if form.is_valid() else None


def _rows(options: SwitchOptions, one_off_cost: Decimal | None) -> Iterator[tuple[Any, ...]]:
    currency = base_currency()
    for item in options.items:
        about = _old(item)
        for choice, one in enumerate(item.sources, start=1):
            yield (
                *about, choice, one.term.supplier.code, one.quantity, one.price, one.term.currency, one.requested_on,
                one.expected_in_days, one.nine_in_ten_in_days, currency, one.cost_a_year, *_risked(one),
                None if one_off_cost is None else one.breaks_even_on(options.on, one_off_cost),
            )  # fmt: skip
        if not item.sources:
            yield (*about, *[None] * (len(HEADINGS) - len(about)))


def _risked(source: NewSource) -> tuple[Decimal | None, float | None, float | None]:
    if source.risk is None:
        return None, None, None
    return source.risk.money, round(source.risk.short_with, 1), round(source.risk.short_without, 1)


def _old(item: SwitchOption) -> tuple[Any, ...]:
    """What hangs on the supplier of an item-site, and what becomes of it."""
    lines = item.lines
    return (
        item.item_site.item.sku, item.item_site.item.description, item.item_site.site.code, item.sentence,
        sum((line.quantity for line in lines), Decimal(0)), sum((line.on_the_way for line in lines), Decimal(0)),
        lines[0].price if lines else None, lines[0].currency if lines else None,
        min((line.expected_on for line in lines), default=None), item.runs_out_on, len(item.proposals),
    )  # fmt: skip


def _shown(options: SwitchOptions, one_off_cost: Decimal | None) -> list[tuple[SwitchOption, list[Any]]]:
    """Each item-site with its sources, and of each the day from which it has paid for the switch."""
    on = options.on
    return [
        (item, [(one, None if one_off_cost is None else one.breaks_even_on(on, one_off_cost)) for one in item.sources])
        for item in options.items[:MOST_SHOWN]
    ]


def _choices(request: HttpRequest, options: SwitchOptions) -> dict[tuple[str, str], str | None]:
    """The source that the form names for each item-site; an empty one leaves it where it is."""
    return {
        (item.item_site.item.sku, item.item_site.site.code): request.POST[name] or None
        for item in options.items
        if (name := f"source_{item.item_site.pk}") in request.POST
    }


def _told(outcome: dict[str, Any]) -> str:
    words = {"cancelled": _("Cancelled"), "changed": _("Changed"), "drafted": _("Drafted")}
    parts = [f"{word}: {', '.join(outcome[name])}." for name, word in words.items() if outcome[name]]
    return " ".join(
        [
            *parts,
            _("Proposals withdrawn: %(withdrawn_proposals)s.")
            % {"withdrawn_proposals": outcome["withdrawn_proposals"]},
            *outcome["lacking"].values(),
        ]
    )
