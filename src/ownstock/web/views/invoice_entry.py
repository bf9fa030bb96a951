"""Entering an invoice that came on paper: whose, for which order, and what it asks for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ownstock.access.rules import Scope
from ownstock.catalog.models import Supplier
from ownstock.exchange.confirmations.queries import sent_revision_of
from ownstock.planning.queries import business_day
from ownstock.purchasing import actions
from ownstock.purchasing.queries import invoices as queries
from ownstock.web.forms import carry_out
from ownstock.web.invoice_forms import EnteredInvoiceForm
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, page_of
from ownstock.web.security import needs
from ownstock.web.templatetags.figures import words


@needs(Scope.INVOICES_WRITE)
@require_safe
def choose_order(request: HttpRequest) -> HttpResponse:
    """Choose the supplier and the order of an invoice; what came and is not invoiced stands beside each order."""
    code = request.GET.get("supplier", "")
    values: dict[str, Any] = {}
    for row in queries.goods_not_invoiced(code) if code else []:
        values[row.number] = values.get(row.number, 0) + row.value
    page = page_of(request, queries.orders_to_invoice(code))
    context = {
        "suppliers": Supplier.objects.filter(purchase_orders__sent_revision__isnull=False).distinct().order_by("code"),
        "supplier": code,
        "page": page,
        "rows": [(order, values.get(order.number)) for order in page],
        "as_of": business_day(),
    }
    return render(request, "web/invoice_choose.html", context)


@needs(Scope.INVOICES_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def enter(request: HttpRequest, number: str) -> HttpResponse:
    """Enter an invoice for an order; its page then shows what differs. Sent twice, it counts once."""
    order = queries.order_to_invoice(number)
    missing = {row.line: row.quantity for row in queries.not_invoiced_of(order)}
    form = EnteredInvoiceForm(sent_revision_of(order), missing, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        taken: list[actions.TakenInvoice] = []
        status = carry_out(form, lambda: taken.append(_taken(form, actor_of(request))))
        if status == 200:
            return _told(request, taken[0])
    context = {"order": order, "form": form, "has_missing": bool(missing), "as_of": business_day()}
    return render(request, "web/invoice_enter.html", context, status=status)


def _taken(form: EnteredInvoiceForm, actor: str) -> actions.TakenInvoice:
    return actions.take_invoice(form.invoice(), message_key=f"page:{form.cleaned_data['key']}", actor=actor)


def _told(request: HttpRequest, taken: actions.TakenInvoice) -> HttpResponse:
    found = taken.invoice
    told = (
        _("%(supplier)s, %(number)s is %(state)s.")
        if taken.is_new
        else _("%(supplier)s, %(number)s is %(state)s. It came before, and counts once.")
    )
    messages.success(
        request, told % {"supplier": found.supplier.code, "number": found.number, "state": words(found.state)}
    )
    return redirect("web:invoice", found.pk)
