"""Invoices: the list, one beside what was ordered and what came, and what is done about it."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.base.errors import Refused
from ownstock.catalog.queries import base_currency
from ownstock.journal import queries as journal
from ownstock.planning.queries import business_day
from ownstock.purchasing import actions
from ownstock.purchasing.models import Invoice
from ownstock.purchasing.queries import invoices as queries
from ownstock.purchasing.queries import variances as variances_of
from ownstock.purchasing.queries.variances import Grouping
from ownstock.purchasing.rules.disputes import DisputeEnd
from ownstock.purchasing.rules.invoices import InvoiceState
from ownstock.web.invoice_forms import VariancesForm
from ownstock.web.receipt_forms import ReasonForm, SettlementForm
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, page_of
from ownstock.web.security import needs

OPEN = (InvoiceState.WAITING, InvoiceState.DISPUTED, InvoiceState.MATCHED)


@needs(Scope.INVOICES_READ)
@require_safe
def invoices(request: HttpRequest) -> HttpResponse:
    """Invoices and credit notes, newest first, all or in one state."""
    state, came = request.GET.get("state", ""), _came(request)
    counts = queries.invoice_counts(came)
    context = {
        "page": page_of(request, queries.invoices(state=state, came=came)),
        "state": state,
        "came": came,
        "states": [(s, counts[s]) for s in InvoiceState if s in counts],
        "count": sum(counts.values()),
        "as_of": business_day(),
    }
    return render(request, "web/invoices.html", context)


def _came(request: HttpRequest) -> tuple[int, int] | None:
    """The first and the last of a file that was taken in, where those alone are asked for."""
    said = re.fullmatch(r"(\d{1,18})-(\d{1,18})", request.GET.get("came", ""))
    return (int(said[1]), int(said[2])) if said else None


@needs(Scope.INVOICES_READ)
@require_safe
@shows_refusals
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """One invoice line by line: ordered, received, invoiced, with what differs; and the ways out."""
    found = queries.invoice_by_id(pk)
    context = {
        "invoice": found,
        "lines": queries.matched_lines(found),
        "charges": found.charges.order_by("id"),
        "entries": queries.variance_entries(found),
        "is_open": found.state in OPEN,
        "settlement": SettlementForm(list(DisputeEnd), auto_id="settle_%s"),
        "disputes": found.disputes.select_related("settlement").order_by("id"),
        "trail": journal.trail(f"invoice:{found.supplier.code}/{found.number}"),
        "as_of": business_day(),
    }
    return render(request, "web/invoice.html", context)


@needs(Scope.INVOICES_READ)
@require_safe
def not_invoiced(request: HttpRequest) -> HttpResponse:
    """Goods that came and are kept, and stand on no invoice yet; and what suppliers are still to credit."""
    rows = queries.goods_not_invoiced()
    context = {
        "rows": rows,
        "totals": _totals(rows),
        "credits": queries.expected_credits(),
        "as_of": business_day(),
    }
    return render(request, "web/not_invoiced.html", context)


def _totals(rows: list[queries.NotInvoiced]) -> list[tuple[str, str, Any]]:
    """The value by supplier and currency."""
    sums: dict[tuple[str, str], Any] = {}
    for row in rows:
        key = row.supplier, row.currency
        sums[key] = sums.get(key, 0) + row.value
    return [(supplier, currency, value) for (supplier, currency), value in sorted(sums.items())]


@needs(Scope.INVOICES_READ)
@require_safe
def variances(request: HttpRequest) -> HttpResponse:
    """By how much invoiced prices differ from those that goods came at, by supplier, item or month."""
    form = VariancesForm(request.GET)
    asked, by = form.asked(), form.grouping()
    rows = variances_of.variance_sums(asked, by)
    context = {
        "form": form,
        "by": by,
        "groupings": list(Grouping),
        "rows": [(row, _narrowed(request, by, row)) for row in rows],
        **_summed(asked),
        "as_of": business_day(),
    }
    return render(request, "web/variances.html", context)


def _summed(asked: variances_of.Asked) -> dict[str, Any]:
    """What variances come to, and whether exchange rates are part of it."""
    totals = variances_of.variance_totals(asked)
    return {"totals": totals, "has_exchange": any(total[3] for total in totals), "our_currency": base_currency()}


def _narrowed(request: HttpRequest, by: Grouping, row: variances_of.VarianceSum) -> str:
    """The query of a page that shows the goods of one row alone."""
    query = request.GET.copy()
    query.pop("by", None)
    if isinstance(row.name, date):
        last = row.name.replace(day=monthrange(row.name.year, row.name.month)[1])
        query["begins_on"] = max(query.get("begins_on", ""), row.name.isoformat())
        query["ends_on"] = min(query.get("ends_on") or last.isoformat(), last.isoformat())
    else:
        query["sku" if by == Grouping.ITEM else "supplier"] = row.name
    return query.urlencode()


@needs(Scope.INVOICES_READ)
@require_safe
def variance_goods(request: HttpRequest) -> HttpResponse:
    """The goods that a price variance is summed over, each with its invoice and its receipt."""
    form = VariancesForm(request.GET)
    asked = form.asked()
    context = {
        "page": page_of(request, variances_of.variance_goods(asked)),
        "asked": asked,
        **_summed(asked),
        "as_of": business_day(),
    }
    return render(request, "web/variance_goods.html", context)


@needs(Scope.INVOICES_APPROVE)
@require_POST
@shows_refusals
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a matched invoice for payment."""
    found = queries.invoice_by_id(pk)
    actions.approve_invoice(found.supplier.code, found.number, actor=actor_of(request))
    return _done(request, found, _("It is approved for payment."))


@needs(Scope.INVOICES_WRITE)
@require_POST
@shows_refusals
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold something against an invoice."""
    found, reason = queries.invoice_by_id(pk), _reason(request)
    actions.dispute_invoice(found.supplier.code, found.number, reason=reason, actor=actor_of(request))
    return _done(request, found, _("It is disputed."))


@needs(Scope.INVOICES_WRITE)
@require_POST
@shows_refusals
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """End the dispute about an invoice."""
    found, form = queries.invoice_by_id(pk), SettlementForm(list(DisputeEnd), request.POST)
    if not form.is_valid():
        raise Refused("Say how the dispute ends, and why.", code="no_reason")
    end = DisputeEnd(form.cleaned_data["settled_as"])
    actions.settle_dispute(
        found.supplier.code, found.number, end, reason=form.cleaned_data["reason"], actor=actor_of(request),
        credit_note=request.POST.get("credit_note", ""),
    )  # fmt: skip
    return _done(request, found, _("The dispute is ended, and the invoice matched again."))


@needs(Scope.INVOICES_WRITE)
@require_POST
@shows_refusals
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an invoice out that was entered wrongly or withdrawn."""
    found, reason = queries.invoice_by_id(pk), _reason(request)
    actions.cancel_invoice(found.supplier.code, found.number, reason=reason, actor=actor_of(request))
    return _done(request, found, _("It is cancelled."))


def _reason(request: HttpRequest) -> str:
    """Why, in the words of whoever asks; empty where they gave none, which the action refuses."""
    form = ReasonForm(request.POST)
    return str(form.cleaned_data["reason"]) if form.is_valid() else ""


def _done(request: HttpRequest, found: Invoice, sentence: str) -> HttpResponse:
    messages.success(request, f"{found.supplier.code}, {found.number}: {sentence}")
    return redirect("web:invoice", found.pk)
