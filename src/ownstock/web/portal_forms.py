"""The boxes in which a supplier's people announce goods and ask to be paid, order by order."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from ownstock.base.text import plain
from ownstock.purchasing.models import OrderLine, OrderRevision
from ownstock.purchasing.rules.invoices import (
    ChargeKind,
    EnteredCharge,
    EnteredInvoice,
    EnteredInvoiceLine,
    InvoiceKind,
)
from ownstock.purchasing.rules.notices import Notice, NoticedLine, NoticePurpose
from ownstock.web.forms import QUANTITY_BOX, DayInput

LOTS_A_LINE = 3
# Of a shipment the first lot: so many, which, until when.
BOXES_SHOWN = 3
TEXT = {"autocomplete": "off"}


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A line of an order as its supplier counts it: in the unit they sell in where its quantity is a whole number of it."""

    row: OrderLine
    unit: str
    quantity: Decimal
    price: Decimal


def paper_lines(revision: OrderRevision) -> list[PaperLine]:
    """The lines of an order as it was sent last."""
    return [_paper_line(row) for row in revision.lines.select_related("item").order_by("line")]


def _paper_line(row: OrderLine) -> PaperLine:
    bought = row.quantity * row.units_denominator / row.units_numerator
    if bought != bought.to_integral_value():
        return PaperLine(row, row.item.unit, row.quantity, row.price)
    price = (row.price * row.units_numerator / row.units_denominator).quantize(Decimal("0.0001"))
    return PaperLine(row, row.purchase_unit, bought, price)


class PaperForm(forms.Form):
    """A supplier's own paper about one order, with a key made when it is shown: sent twice, it counts once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    number = forms.CharField(label=_("Your number"), max_length=60, widget=forms.TextInput(TEXT))

    def __init__(self, revision: OrderRevision, data: Any = None) -> None:
        super().__init__(data, initial={"key": uuid4()})
        self.order, self.lines = revision.purchase_order, paper_lines(revision)
        for line in self.lines:
            self.fields |= self.boxes_of(line)

    @abstractmethod
    def boxes_of(self, line: PaperLine) -> dict[str, forms.Field]:
        """The boxes of one line."""

    @property
    def head(self) -> list[forms.BoundField]:
        """The boxes of the whole."""
        return [self[name] for name in self.base_fields if name != "key"]

    @property
    def rows(self) -> Iterator[tuple[PaperLine, list[forms.BoundField], list[forms.BoundField]]]:
        """Each line with its boxes: those that are always asked, and those that are seldom."""
        for line in self.lines:
            boxes = [self[name] for name in self.boxes_of(line)]
            yield line, boxes[:BOXES_SHOWN], boxes[BOXES_SHOWN:]

    def clean(self) -> dict[str, Any]:
        """Refuse a paper of nothing."""
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.get(f"quantity_{name}") for name in self._names()):
            raise forms.ValidationError(_("Fill in the quantity of at least one line."))
        return cleaned

    def _names(self) -> list[str]:
        return [name.removeprefix("quantity_") for name in self.fields if name.startswith("quantity_")]


class NoticeForm(PaperForm):
    """Goods that have left for an order: how many of each line, of which lot."""

    shipped_on = forms.DateField(label=_("Shipped on"), widget=DayInput)
    expected_on = forms.DateField(label=_("Arrives on"), widget=DayInput)
    carrier = forms.CharField(label=_("Carrier"), max_length=100, required=False, widget=forms.TextInput(TEXT))
    reference = forms.CharField(
        label=_("Carrier's number"), max_length=100, required=False, widget=forms.TextInput(TEXT)
    )
    replaces = forms.BooleanField(label=_("It replaces my notice of the same number"), required=False)

    def boxes_of(self, line: PaperLine) -> dict[str, forms.Field]:
        """Quantity, lot and expiry, for as many lots as a line may come in."""
        found: dict[str, forms.Field] = {}
        for lot in range(1, LOTS_A_LINE + 1):
            name, of = f"{line.row.line}_{lot}", f"line {line.row.line}, lot {lot}"
            found[f"quantity_{name}"] = _number(_("Shipped, in %(unit)s") % {"unit": line.unit}, of)
            found[f"lot_{name}"] = _words(_("Lot"), of)
            found[f"expires_on_{name}"] = forms.DateField(label=_("Expires on"), required=False, widget=_day(of))
        return found

    def notice(self) -> Notice:
        """What `purchasing.take_notice` takes."""
        said = self.cleaned_data
        return Notice(
            supplier=self.order.supplier.code, number=said["number"], shipped_on=said["shipped_on"],
            expected_on=said["expected_on"], carrier=said["carrier"], reference=said["reference"],
            purpose=NoticePurpose.REPLACEMENT if said["replaces"] else NoticePurpose.ORIGINAL,
            lines=[self._line(line, f"{line.row.line}_{lot}") for line, lot in self._filled()],
        )  # fmt: skip

    def _filled(self) -> Iterator[tuple[PaperLine, int]]:
        for line in self.lines:
            for lot in range(1, LOTS_A_LINE + 1):
                if self.cleaned_data[f"quantity_{line.row.line}_{lot}"]:
                    yield line, lot

    def _line(self, line: PaperLine, name: str) -> NoticedLine:
        quantity, lot = self.cleaned_data[f"quantity_{name}"], self.cleaned_data[f"lot_{name}"]
        expires_on: date | None = self.cleaned_data[f"expires_on_{name}"]
        return NoticedLine(
            self.order.number, quantity, line=line.row.line, unit=line.unit, lot=lot, expires_on=expires_on
        )


class InvoiceForm(PaperForm):
    """What a supplier asks for the goods of an order."""

    invoiced_on = forms.DateField(label=_("Date of the invoice"), widget=DayInput)
    due_on = forms.DateField(label=_("Due on"), required=False, widget=DayInput)
    charges = forms.DecimalField(label=_("Freight and other charges"), max_digits=18, decimal_places=2, required=False)
    taxes = forms.DecimalField(label=_("Taxes"), max_digits=18, decimal_places=2, required=False)
    total = forms.DecimalField(label=_("Total"), max_digits=18, decimal_places=2, min_value=0)

    def boxes_of(self, line: PaperLine) -> dict[str, forms.Field]:
        """Quantity and price."""
        name, of = str(line.row.line), f"line {line.row.line}"
        price = _number(
            _("Price of one %(unit)s in %(currency)s") % {"unit": line.unit, "currency": self.order.currency}, of
        )
        price.initial = plain(line.price, decimals=2)
        return {
            f"quantity_{name}": _number(_("Invoiced, in %(unit)s") % {"unit": line.unit}, of),
            f"price_{name}": price,
        }

    def clean(self) -> dict[str, Any]:
        """Refuse a quantity without its price."""
        cleaned = super().clean()
        for name in self._names():
            if cleaned.get(f"quantity_{name}") and cleaned.get(f"price_{name}") is None:
                self.add_error(f"price_{name}", _("At which price?"))
        return cleaned

    def invoice(self) -> EnteredInvoice:
        """What `purchasing.take_invoice` takes."""
        said = self.cleaned_data
        parts = (("charges", ChargeKind.CHARGE), ("taxes", ChargeKind.TAX))
        return EnteredInvoice(
            supplier=self.order.supplier.code, number=said["number"], invoiced_on=said["invoiced_on"],
            due_on=said["due_on"], currency=self.order.currency, total=said["total"], kind=InvoiceKind.INVOICE,
            charges=[EnteredCharge(said[name], name, kind) for name, kind in parts if said[name]],
            lines=[self._line(line) for line in self.lines if said[f"quantity_{line.row.line}"]],
        )  # fmt: skip

    def _line(self, line: PaperLine) -> EnteredInvoiceLine:
        name, said = line.row.line, self.cleaned_data
        quantity, price = said[f"quantity_{name}"], said[f"price_{name}"]
        return EnteredInvoiceLine(quantity, price, self.order.number, name, unit=line.unit)


def _number(label: str, of: str) -> forms.DecimalField:
    box = forms.NumberInput({**QUANTITY_BOX, "aria-label": f"{label}, {of}"})
    return forms.DecimalField(
        label=label, min_value=Decimal(0), max_digits=18, decimal_places=4, required=False, widget=box
    )


def _words(label: Any, of: str) -> forms.CharField:
    box = forms.TextInput({**TEXT, "aria-label": f"{label}, {of}"})
    return forms.CharField(label=label, max_length=60, required=False, widget=box)


def _day(of: str) -> DayInput:
    return DayInput(attrs={"aria-label": _("Expires on, %(of)s") % {"of": of}})
