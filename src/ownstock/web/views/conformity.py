"""Certificates of conformity of an order: what came, what of it is certified, entering one, withdrawing one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.catalog.rules.documents import MAX_DOCUMENT_BYTES
from ownstock.purchasing import queries
from ownstock.purchasing.actions.conformity import certify, withdraw_conformity
from ownstock.purchasing.models import OrderLine, PurchaseOrder
from ownstock.purchasing.queries import conformity as certificates
from ownstock.web.forms import QUANTITY_BOX, carry_out
from ownstock.web.receipt_forms import ReasonForm
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of
from ownstock.web.security import needs

TEXT = {"autocomplete": "off"}


class ConformityForm(forms.Form):
    """A certificate of conformity with its document."""

    line = forms.TypedChoiceField(label=_("Line"), coerce=int)
    lot = forms.CharField(label=_("Lot"), max_length=60, required=False, widget=forms.TextInput(TEXT))
    quantity = forms.DecimalField(
        label=_("How many it covers"),
        max_digits=18,
        decimal_places=4,
        widget=forms.NumberInput(QUANTITY_BOX),
    )
    number = forms.CharField(label=_("Its number"), max_length=100, widget=forms.TextInput(TEXT))
    document = forms.FileField(
        label=_("Document"), help_text=_("PDF, PNG or JPEG, at most 5 MiB."),
        widget=forms.FileInput({"accept": ".pdf,.png,.jpg,.jpeg"}),
    )  # fmt: skip

    def __init__(self, lines: list[OrderLine], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        box: Any = self.fields["line"]
        box.choices = [(line.line, f"{line.line} {line.item.sku}") for line in lines]

    def certify(self, order: PurchaseOrder, actor: str) -> None:
        """Enter it."""
        said = self.cleaned_data
        quantity: Decimal = said["quantity"]
        certify(
            order.number, said["line"], said["number"], quantity=quantity, lot=said["lot"], actor=actor,
            document=said["document"].read(MAX_DOCUMENT_BYTES + 1),
        )  # fmt: skip


@needs(Scope.ORDERS_READ, to_post=Scope.QUALITY_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def conformity(request: HttpRequest, number: str) -> HttpResponse:
    """What came for an order and what of it is certified; enter a certificate, filled in with what is missing."""
    found = queries.order(number)
    goods, lines, status = certificates.certified_goods(found), list(queries.lines(found)), 200
    if request.method == "POST":
        form = ConformityForm(lines, request.POST, request.FILES)
        status = carry_out(form, lambda: form.certify(found, actor_of(request)))
        if status == 200:
            messages.success(
                request, _("The certificate %(number)s is kept.") % {"number": form.cleaned_data["number"]}
            )
            return redirect("web:conformity", number)
    else:
        first = next((row for row in goods if row.missing), None)
        begun = {"line": first.line, "lot": first.lot, "quantity": plain(first.missing)} if first else {}
        form = ConformityForm(lines, initial=begun)
    context = {"order": found, "goods": goods, "form": form, "rows": certificates.certificates_of(found)}
    return render(request, "web/conformity.html", context, status=status)


@needs(Scope.QUALITY_WRITE)
@require_POST
@shows_refusals
def withdraw(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Have a certificate no longer count."""
    found, form = _of_order(number, pk), ReasonForm(request.POST)
    reason = str(form.cleaned_data["reason"]) if form.is_valid() else ""
    withdraw_conformity(found.pk, reason=reason, actor=actor_of(request))
    messages.success(request, _("The certificate %(number)s no longer counts.") % {"number": found.number})
    return redirect("web:conformity", number)


@needs(Scope.ORDERS_READ)
@require_safe
@shows_refusals
def document(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The document of a certificate, to keep; no browser is to show it."""
    found = _of_order(number, pk)
    response = HttpResponse(bytes(found.document), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.document_name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _of_order(number: str, pk: int) -> Any:
    found = certificates.conformity_certificate(pk)
    if found.purchase_order.number != number:
        raise Refused(f"{number} has no certificate of conformity {pk}.", code="no_certificate", certificate=pk)
    return found
