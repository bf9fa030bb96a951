"""Transfers between sites: list, one of them, placing, shipping, receiving, and the papers that go with the goods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.base.text import plain
from ownstock.journal import queries as journal
from ownstock.planning.inputs.transfers import ship as ship_goods
from ownstock.planning.inputs.transfers import suggested
from ownstock.planning.queries import business_day
from ownstock.purchasing.actions import transfers as actions
from ownstock.purchasing.models import TransferLine, TransferOrder
from ownstock.purchasing.queries import transfers as queries
from ownstock.purchasing.rules.transfers import OnTheWay, TransferEntryKind, TransferState
from ownstock.web.forms import carry_out
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, page_of
from ownstock.web.security import needs
from ownstock.web.transfer_forms import ArrivalForm, ShipmentForm, merged


@needs(Scope.TRANSFERS_READ)
@require_safe
def transfers(request: HttpRequest) -> HttpResponse:
    """Transfer orders, newest first, all or in one state."""
    state, counts = request.GET.get("state", ""), queries.transfer_counts()
    context = {
        "page": page_of(request, queries.transfer_totals(state)),
        "state": state,
        "states": [(s, counts[s]) for s in TransferState if s in counts],
        "count": sum(counts.values()),
        "as_of": business_day(),
    }
    return render(request, "web/transfers.html", context)


@needs(Scope.TRANSFERS_READ)
@require_safe
@shows_refusals
def transfer(request: HttpRequest, number: str) -> HttpResponse:
    """One transfer: its lines, what is on the way, what happened."""
    found = queries.transfer(number)
    lines, goods = queries.transfer_lines(found), queries.on_the_way(found)
    context = {
        "transfer": found,
        "lines": lines,
        "goods": [(part, _item(lines, part)) for part in merged(goods)],
        "can_ship": _can_ship(found, lines),
        "has_to_ship": any(line.totals.to_ship for line in lines),
        "shipments": _shipments(found),
        "trail": journal.trail(f"transfer_order:{number}"),
        "as_of": business_day(found.target.time_zone),
    }
    return render(request, "web/transfer.html", context)


def _item(lines: Sequence[TransferLine], part: OnTheWay) -> Any:
    return next(line.item for line in lines if line.line == part.line)


def _can_ship(order: TransferOrder, lines: Sequence[TransferLine]) -> bool:
    is_placed = order.state not in (TransferState.DRAFT, TransferState.CANCELLED)
    return is_placed and any(line.totals.to_ship for line in lines)


def _shipments(order: TransferOrder) -> list[str]:
    """The keys of what was shipped, in order; also what was taken back since."""
    shipped = queries.transfer_entries(order).filter(kind=TransferEntryKind.SHIPPED)
    return list(dict.fromkeys(shipped.values_list("shipment_key", flat=True)))


@needs(Scope.TRANSFERS_WRITE)
@require_POST
@shows_refusals
def place(request: HttpRequest, number: str) -> HttpResponse:
    """Tell the source to ship."""
    actions.place(number, actor=actor_of(request))
    messages.success(request, _("%(number)s is placed: the source is to ship it.") % {"number": number})
    return redirect("web:transfer", number)


@needs(Scope.TRANSFERS_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def ship(request: HttpRequest, number: str) -> HttpResponse:
    """Enter what leaves; the form can be sent twice and is posted once."""
    found = queries.transfer(number)
    lines = queries.transfer_lines(found)
    filled = {f"quantity_{line.line}": plain(line.totals.to_ship) for line in lines if line.totals.to_ship}
    form = ShipmentForm(lines, data=_posted(request), initial=filled if "fill" in request.GET else None)
    status = 200
    if request.method == "POST":
        status = carry_out(form, lambda: _ship(number, form, actor_of(request)))
        if status == 200:
            messages.success(
                request,
                _("%(number)s: the goods are on the way to %(code)s.") % {"number": number, "code": found.target.code},
            )
            return redirect("web:transfer", number)
    picks = suggested(found, today=business_day(found.source.time_zone))
    context = {"transfer": found, "form": form, "picks": picks, "can_ship": _can_ship(found, lines)}
    return render(request, "web/transfer_ship.html", context, status=status)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _ship(number: str, form: ShipmentForm, actor: str) -> None:
    key = f"shipment:{number}:{form.cleaned_data['key']}"
    ship_goods(number, form.parts(), key=key, actor=actor, reason=form.cleaned_data["reason"])


@needs(Scope.TRANSFERS_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def receive(request: HttpRequest, number: str) -> HttpResponse:
    """Enter what came; the form can be sent twice and is posted once."""
    found = queries.transfer(number)
    goods, lines = queries.on_the_way(found), queries.transfer_lines(found)
    filled = {f"came_{n}": plain(part.quantity) for n, part in enumerate(merged(goods))}
    form = ArrivalForm(goods, data=_posted(request), initial=filled if "fill" in request.GET else None)
    status = 200
    if request.method == "POST":
        status = carry_out(form, lambda: _receive(number, form, actor_of(request)))
        if status == 200:
            messages.success(
                request, _("%(number)s: received at %(code)s.") % {"number": number, "code": found.target.code}
            )
            return redirect("web:transfer", number)
    rows = [(part, _item(lines, part), came, damaged) for part, came, damaged in form.rows]
    return render(request, "web/transfer_receive.html", {"transfer": found, "form": form, "rows": rows}, status=status)


def _receive(number: str, form: ArrivalForm, actor: str) -> None:
    key = f"arrival:{number}:{form.cleaned_data['key']}"
    actions.receive(number, form.parts(), key=key, actor=actor, reason=form.cleaned_data["reason"])


@needs(Scope.TRANSFERS_READ)
@require_safe
@shows_refusals
def note(request: HttpRequest, number: str) -> HttpResponse:
    """The pick note as PDF, or with `?shipment=` the delivery note of what left."""
    # Its library takes half a second to load: only who prints a note should wait for it.
    from ownstock.exchange.papers import transfer_note_pdf

    order, shipment = queries.transfer(number), request.GET.get("shipment", "")
    if shipment:
        pages, name = transfer_note_pdf.delivery_note(order, shipment), f"{number}-delivery-note.pdf"
    else:
        picks = suggested(order, today=business_day(order.source.time_zone))
        pages, name = transfer_note_pdf.pick_note(order, picks), f"{number}-pick-note.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(pages, content_type="application/pdf", headers=headers)
