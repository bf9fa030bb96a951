"""What arrives: receiving goods for an order, with what is wrong with them; taking that back; settling discrepancies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.planning.queries import business_day
from ownstock.purchasing import actions, queries
from ownstock.purchasing.models import OrderLine, PurchaseOrder
from ownstock.purchasing.queries import discrepancies as differences
from ownstock.purchasing.queries import notices
from ownstock.purchasing.rules.discrepancies import WAYS_OUT, DiscrepancyKind, SettlementKind
from ownstock.web.forms import carry_out, open_of
from ownstock.web.receipt_forms import ReasonForm, ReceiptForm, SettlementForm
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, page_of
from ownstock.web.scan_forms import Filled, filled_by_scan, form_with
from ownstock.web.security import needs
from ownstock.web.templatetags.figures import words


@needs(Scope.RECEIPTS_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def receive(request: HttpRequest, number: str) -> HttpResponse:
    """Enter what came; the form can be sent twice and is posted once."""
    found, by_notice = queries.order(number), request.GET.get("notice", "")
    lines = queries.lines(found)
    if request.POST.get("scan", "").strip():
        filled = filled_by_scan(found, lines, request.POST.dict())
        form = form_with(filled, lines, found.site.time_zone)
        return _shown(request, found, form, by_notice, 422 if filled.refusal else 200, filled)
    is_posted = request.method == "POST"
    form = ReceiptForm(
        lines, time_zone=found.site.time_zone, data=request.POST if is_posted else None,
        announced=[] if is_posted or not by_notice else _announced(found, by_notice),
        initial=_initial(request, found, lines),
    )  # fmt: skip
    status = 200
    if is_posted:
        status = carry_out(form, lambda: _receive(found, form, by_notice, actor_of(request)))
        if status == 200:
            messages.success(request, _told(number, form))
            return redirect("web:order", number)
    return _shown(request, found, form, by_notice, status)


def _shown(
    request: HttpRequest, found: PurchaseOrder, form: ReceiptForm, by_notice: str, status: int,
    scanned: Filled | None = None,
) -> HttpResponse:  # fmt: skip
    has_open = any(map(open_of, form.lines.values())) or bool(by_notice)
    context = {
        "order": found, "form": form, "notice": by_notice, "notices": notices.notices_for(found.number),
        "has_open": has_open, "receipts": differences.receipts_of(found), "scanned": scanned,
        "today": datetime.now(ZoneInfo(found.site.time_zone)).date(),
    }  # fmt: skip
    return render(request, "web/receive.html", context, status=status)


def _announced(found: PurchaseOrder, by_notice: str) -> Sequence[notices.NoticedGoods]:
    return notices.still_to_come(notices.notice(found.supplier.code, by_notice), found.number)


def _initial(request: HttpRequest, found: PurchaseOrder, lines: Sequence[OrderLine]) -> dict[str, Any]:
    today = {"received_on": business_day(found.site.time_zone)}
    if "fill" not in request.GET:
        return today
    return today | {f"quantity_{line.line}": plain(open_of(line)) for line in lines if open_of(line)}


def _receive(found: PurchaseOrder, form: ReceiptForm, by_notice: str, actor: str) -> None:
    actions.receive(
        found.number,
        form.receipts(),
        key=f"receipt:{found.number}:{form.cleaned_data['key']}",
        received_on=form.cleaned_data["received_on"],
        moved_at=form.moved_at(),
        actor=actor,
        wrong=form.wrong(),
        notice=by_notice,
    )


def _told(number: str, form: ReceiptForm) -> str:
    count = len(form.receipts()) + len(form.wrong())
    told = ngettext("Received for %(number)s: %(count)s line.", "Received for %(number)s: %(count)s lines.", count)
    return told % {"number": number, "count": count}


@needs(Scope.RECEIPTS_WRITE)
@require_POST
@shows_refusals
def take_back(request: HttpRequest, number: str) -> HttpResponse:
    """Take back a receipt that was wrong."""
    key, form = request.POST.get("receipt", ""), ReasonForm(request.POST)
    if not form.is_valid():
        raise Refused("Say why the receipt is taken back.", code="no_reason")
    actions.take_back(key, new_key=f"back:{key}"[:200], actor=actor_of(request), reason=form.cleaned_data["reason"])
    messages.success(request, _("The receipt is taken back: what it brought is open again."))
    return redirect("web:order", number)


@needs(Scope.ORDERS_READ)
@require_safe
def discrepancies(request: HttpRequest) -> HttpResponse:
    """Goods that were not as ordered: what is to be settled, with the ways out, or all there were."""
    is_all = "all" in request.GET
    page = page_of(request, differences.discrepancies(is_open=not is_all))
    rows = [(row, SettlementForm(WAYS_OUT[DiscrepancyKind(row.kind)], auto_id=f"{row.pk}_%s")) for row in page]
    return render(request, "web/discrepancies.html", {"page": page, "rows": rows, "is_all": is_all})


@needs(Scope.ORDERS_WRITE)
@require_POST
@shows_refusals
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a discrepancy comes to."""
    form = SettlementForm(list(SettlementKind), request.POST)
    if not form.is_valid():
        raise Refused("Say what it comes to, and why.", code="no_reason")
    said = form.cleaned_data
    actions.settle_discrepancy(pk, SettlementKind(said["settled_as"]), reason=said["reason"], actor=actor_of(request))
    messages.success(request, _("It is %s.") % words(said["settled_as"]))
    return redirect("web:discrepancies")
