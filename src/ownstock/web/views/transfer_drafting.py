"""Drafting a transfer: from where to where, for when, and which items; with what is usable at the source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ownstock.access.rules import Scope
from ownstock.catalog import queries as catalog
from ownstock.catalog.models import Item, Location
from ownstock.ledger import queries as ledger
from ownstock.planning.queries import business_day
from ownstock.purchasing.actions import transfers as actions
from ownstock.purchasing.models import TransferOrder
from ownstock.purchasing.queries import transfers as queries
from ownstock.web.forms import carry_out
from ownstock.web.requests import actor_of
from ownstock.web.security import needs
from ownstock.web.transfer_forms import LINES_MORE, MOST_LINES, TransferForm, TypedLine, typed_lines

MOST_SUGGESTED = 20


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line with what is known of it: its item, what of it is usable at the source, and so many fewer than are wanted."""

    number: int
    sku: BoundField
    quantity: BoundField
    item: Item | None
    usable: Decimal | None
    lacking: Decimal


@needs(Scope.TRANSFERS_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_transfer(request: HttpRequest) -> HttpResponse:
    """Write a draft; what is not sent to be drafted is shown with what is known of it. Boxes can be named in the address."""
    said, does = request.POST or request.GET, request.POST.get("do", "")
    sites = {site.code: site for site in catalog.sites()}
    form, status = _form(said.dict(), does, list(sites.values())), 200
    if does == "draft":
        drafted: list[TransferOrder] = []
        status = carry_out(form, lambda: drafted.append(_draft(form, actor_of(request))))
        if status == 200:
            told = _("%(number)s is drafted; place it next.") % {"number": drafted[0].number}
            messages.success(request, told)
            return redirect("web:transfer", drafted[0].number)
    source, target = said.get("source", ""), said.get("target", "")
    context = {
        "form": form, "lines": list(_lines(form, sites.get(source))), "source": source, "target": target,
        "last_days": queries.last_transit_days(source, target), "has_two_sites": len(sites) > 1,
        "can_have_more": len(form.lines) < MOST_LINES, "as_of": business_day(),
    }  # fmt: skip
    return render(request, "web/transfer_new.html", context, status=status)


def _form(said: dict[str, str], does: str, sites: Sequence[Location]) -> TransferForm:
    lines = typed_lines(said)
    if does == "draft":
        # Numbered as the order will be: what is said of a line then names the one that is shown.
        lines = sorted(lines, key=TypedLine().__eq__)
    elif does == "more" or all(line.sku and line.quantity for line in lines):
        lines = lines + [TypedLine()] * min(LINES_MORE, MOST_LINES - len(lines))
    items = {item.sku: item for item in Item.objects.filter(sku__in={line.sku for line in lines if line.sku})}
    form = TransferForm(said, lines, items, sites, is_sent=does == "draft")
    if does in ("look", "more"):
        form.go_on()
    return form


def _draft(form: TransferForm, actor: str) -> TransferOrder:
    said = form.cleaned_data
    return actions.draft(
        said["source"], said["target"], form.parts(), requested_on=said["requested_on"],
        transit_days=said["transit_days"], actor=actor, key=f"page:{said['key']}",
    )  # fmt: skip


def _lines(form: TransferForm, site: Location | None) -> Iterator[ShownLine]:
    there = ledger.usable([i.pk for i in form.items.values()], on=business_day(site.time_zone)) if site else {}
    for number, sku, quantity, item, wanted in form.rows:
        usable = there.get((item.pk, site.pk), Decimal(0)) if site and item else None
        lacking = max(wanted - usable, Decimal(0)) if wanted is not None and usable is not None else Decimal(0)
        yield ShownLine(number, sku, quantity, item, usable, lacking)


@needs(Scope.TRANSFERS_WRITE)
@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """The items that a box of a line may mean by what is typed into it."""
    typed = next((str(value).strip() for name, value in request.GET.dict().items() if name.startswith("sku_")), "")
    found = catalog.search_items(typed)[:MOST_SUGGESTED] if typed else []
    return render(request, "web/includes/items_known.html", {"items": found})
