"""What people of finance type: an invoice that came on paper, and of which price variances they want to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ownstock.base.tables import Directions
from ownstock.base.tables.directions import ALL_OTHERS
from ownstock.base.text import plain
from ownstock.purchasing.models import OrderRevision
from ownstock.purchasing.queries.variances import Asked, Grouping
from ownstock.purchasing.rules.invoices import EnteredCharge, EnteredInvoice, InvoiceKind
from ownstock.web.forms import DayInput
from ownstock.web.portal_forms import InvoiceForm, PaperLine
from ownstock.web.set_up_forms import DATES, NUMBERS
from ownstock.web.templatetags.figures import words_lazy

AS_SHOWN = ("", _("As the file shows"))


class EnteredInvoiceForm(InvoiceForm):
    """An invoice or credit note as it stands on the supplier's paper; filled in with what came and is not invoiced yet."""

    is_credit_note = forms.BooleanField(label=_("It is a credit note: all of it is given back"), required=False)

    def __init__(self, revision: OrderRevision, missing: Mapping[int, Decimal], data: Any = None) -> None:
        self.missing = missing
        super().__init__(revision, data)
        self.fields["number"].label = _("Its number")

    def boxes_of(self, line: PaperLine) -> dict[str, forms.Field]:
        """Quantity and price; the quantity that came and is not invoiced yet is filled in."""
        boxes = super().boxes_of(line)
        missing = self.missing.get(line.row.line)
        if missing and line.row.quantity:
            boxes[f"quantity_{line.row.line}"].initial = plain(missing * line.quantity / line.row.quantity)
        return boxes

    def invoice(self) -> EnteredInvoice:
        """What `purchasing.take_invoice` takes; a credit note is below zero."""
        said = super().invoice()
        if not self.cleaned_data["is_credit_note"]:
            return said
        return replace(
            said, kind=InvoiceKind.CREDIT_NOTE, total=-said.total,
            lines=[replace(line, quantity=-line.quantity) for line in said.lines],
            charges=[EnteredCharge(-charge.amount, charge.words, charge.kind) for charge in said.charges],
        )  # fmt: skip


class InvoiceFileForm(forms.Form):
    """What a file of invoices does not show of itself."""

    numbers = forms.ChoiceField(label=_("Which is the decimal mark?"), choices=[AS_SHOWN, *NUMBERS[1:]], required=False)
    dates = forms.ChoiceField(label=_("How are its dates written?"), choices=[AS_SHOWN, *DATES[1:]], required=False)

    def directions(self) -> Directions:
        """How the file is to be read; columns that are not known are left out."""
        said = self.cleaned_data if self.is_valid() else {}
        return Directions(numbers=said.get("numbers", ""), dates=said.get("dates", ""), ignored=(ALL_OTHERS,))


class VariancesForm(forms.Form):
    """Of which supplier, item and days of invoices, and by what they are summed."""

    supplier = forms.CharField(label=_("Supplier"), max_length=60, required=False)
    sku = forms.CharField(label=_("Item"), max_length=60, required=False)
    begins_on = forms.DateField(label=_("Invoices from"), required=False, widget=DayInput)
    ends_on = forms.DateField(label=_("To"), required=False, widget=DayInput)
    by = forms.ChoiceField(label=_("By"), required=False, choices=[(by.value, words_lazy(by.value)) for by in Grouping])

    def asked(self) -> Asked:
        """What is asked for; a box that cannot be read asks for nothing."""
        said = self.cleaned_data if self.is_valid() or self.errors else {}
        return Asked(
            str(said.get("supplier") or ""), str(said.get("sku") or ""), said.get("begins_on"), said.get("ends_on")
        )

    def grouping(self) -> Grouping:
        """By what they are summed; by supplier where nothing is said."""
        return Grouping(self.cleaned_data.get("by") or Grouping.SUPPLIER)
