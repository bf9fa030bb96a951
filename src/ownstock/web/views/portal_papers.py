"""A supplier's own shipping notices and invoices: what we have of them, and entering more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from ownstock.base.errors import OwnstockError
from ownstock.catalog.models import Supplier
from ownstock.exchange.confirmations import queries as confirmations
from ownstock.purchasing import actions
from ownstock.purchasing.invoice_imports import import_invoices_of
from ownstock.purchasing.queries.invoices import invoices
from ownstock.purchasing.queries.notices import notices
from ownstock.web.forms import carry_out
from ownstock.web.portal_forms import InvoiceForm, NoticeForm, PaperForm
from ownstock.web.refusals import status_of
from ownstock.web.requests import actor_of, page_of, person_of
from ownstock.web.uploads import kept_for_now, told_faults
from ownstock.web.views.portal import for_their_people, shared


@for_their_people
@require_safe
def portal_notices(request: HttpRequest, supplier: Supplier) -> HttpResponse:
    """A supplier's shipping notices, newest first, each as it came."""
    context = {"page": page_of(request, notices(supplier.code)), **shared(supplier)}
    return render(request, "web/portal_notices.html", context)


@for_their_people
@require_safe
def portal_invoices(request: HttpRequest, supplier: Supplier) -> HttpResponse:
    """A supplier's invoices and credit notes, newest first, each with where it stands."""
    context = {"page": page_of(request, invoices(supplier=supplier.code)), **shared(supplier)}
    return render(request, "web/portal_invoices.html", context)


@for_their_people
@require_http_methods(["GET", "HEAD", "POST"])
def portal_notice(request: HttpRequest, supplier: Supplier, number: str) -> HttpResponse:
    """Say what has left for an order."""

    def take(form: NoticeForm, key: str) -> None:
        actions.take_notice(form.notice(), message_key=key, actor=actor_of(request))

    return _entered(request, supplier, number, NoticeForm, take, "notice", _("Your notice %s is taken down."))


@for_their_people
@require_http_methods(["GET", "HEAD", "POST"])
def portal_invoice(request: HttpRequest, supplier: Supplier, number: str) -> HttpResponse:
    """Ask to be paid for an order."""

    def take(form: InvoiceForm, key: str) -> None:
        actions.take_invoice(form.invoice(), message_key=key, actor=actor_of(request))

    return _entered(request, supplier, number, InvoiceForm, take, "invoice", _("Your invoice %s is taken down."))


def _entered(
    request: HttpRequest, supplier: Supplier, number: str, make: type[PaperForm], take: Callable[[Any, str], None],
    paper: str, told: str,
) -> HttpResponse:  # fmt: skip
    """The page on which a paper about one of their orders is entered: once, however often it is sent."""
    order = confirmations.orders_of(supplier).filter(number=number).first()
    if order is None:
        raise Http404
    form = make(confirmations.sent_revision_of(order), request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        begin = f"portal:{person_of(request).pk}:"
        status = carry_out(form, lambda: take(form, f"{begin}{form.cleaned_data['key']}"))
        if status == 200:
            messages.success(request, told % form.cleaned_data["number"])
            return redirect(f"web:portal-{paper}s")
    context = {"order": order, "form": form, "paper": paper, **shared(supplier)}
    return render(request, "web/portal_paper.html", context, status=status)


@for_their_people
@require_http_methods(["GET", "HEAD", "POST"])
def portal_invoice_file(request: HttpRequest, supplier: Supplier) -> HttpResponse:
    """Bring invoices as a file: all of them, or nothing with every fault named."""
    template, context = "web/portal_invoice_file.html", shared(supplier)
    if request.method != "POST":
        return render(request, template, context)
    try:
        with kept_for_now(request, "sheet") as path:
            created = _imported(path, supplier, actor_of(request))
    except OwnstockError as refusal:
        return render(request, template, {**context, **told_faults(refusal)}, status=status_of(refusal))
    messages.success(
        request,
        ngettext("%(count)s new invoice taken down.", "%(count)s new invoices taken down.", created)
        % {"count": created},
    )
    return redirect("web:portal-invoices")


def _imported(path: Path, supplier: Supplier, actor: str) -> int:
    sent = set(confirmations.orders_of(supplier).values_list("number", flat=True))
    return import_invoices_of(supplier, path, orders=sent, actor=actor).created
