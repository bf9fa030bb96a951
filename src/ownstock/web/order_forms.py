"""The boxes in which an order is changed or cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ownstock.purchasing import actions, queries
from ownstock.purchasing.actions import DraftLine
from ownstock.purchasing.models import OrderLine, PurchaseOrder
from ownstock.purchasing.order_rows import standing_quantity
from ownstock.purchasing.rules import LineChange
from ownstock.web.forms import QUANTITY_BOX, DayInput


class CancelForm(forms.Form):
    """Why an order is taken back."""

    reason = forms.CharField(label=_("Why"), max_length=500)


class ChangeForm(forms.Form):
    """What each line of an order is to be, one item to add, and why."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    sku = forms.CharField(label=_("Item to add, by its code"), max_length=60, required=False)
    quantity = forms.DecimalField(label=_("Quantity"), min_value=0, max_digits=18, decimal_places=4, required=False)
    requested_on = forms.DateField(label=_("For"), widget=DayInput, required=False)
    reason = forms.CharField(label=_("Why"), max_length=500)

    def __init__(self, order: PurchaseOrder, *, data: Any = None) -> None:
        newest = order.revisions.latest("number")
        super().__init__(data, initial={"revision": newest.number})
        self.order = order
        self.lines = [
            line for line in queries.lines(order) if line.revision_id == newest.pk and standing_quantity(line)
        ]
        for line in self.lines:
            name = f"line {line.line}, {line.item.sku}"
            self.fields[f"quantity_{line.line}"] = _number_box(
                _("Quantity of %(name)s") % {"name": name}, standing_quantity(line)
            )
            self.fields[f"requested_on_{line.line}"] = forms.DateField(
                label=_("Day of %(name)s") % {"name": name}, initial=line.requested_on, widget=DayInput
            )
            self.fields[f"price_{line.line}"] = _number_box(_("Price of %(name)s") % {"name": name}, line.price)

    @property
    def rows(self) -> Iterator[tuple[OrderLine, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """(line, box of the quantity, of the day, of the price)."""
        for line in self.lines:
            yield line, self[f"quantity_{line.line}"], self[f"requested_on_{line.line}"], self[f"price_{line.line}"]

    def clean(self) -> dict[str, Any]:
        """Refuse an item without its quantity and day."""
        cleaned = super().clean() or {}
        if cleaned.get("sku") and not (cleaned.get("quantity") and cleaned.get("requested_on")):
            self.add_error("quantity", _("How many of it, and for which day?"))
        return cleaned

    def carry_out(self, actor: str) -> None:
        """Change the order as the boxes say."""
        told = self.cleaned_data
        changes = [
            LineChange(
                line.line, told[f"quantity_{line.line}"], told[f"requested_on_{line.line}"], told[f"price_{line.line}"]
            )
            for line in self.lines
        ]
        added = []
        if told["sku"]:
            added = [DraftLine(queries.term_for(self.order, told["sku"]), told["quantity"], told["requested_on"])]
        actions.change(
            self.order.number, [*changes, *added], reason=told["reason"], actor=actor, revision=told["revision"]
        )


def _number_box(label: str, initial: Decimal) -> forms.Field:
    return forms.DecimalField(
        label=label,
        initial=initial.normalize() if initial % 1 else initial.quantize(Decimal(1)),
        min_value=Decimal(0),
        max_digits=18,
        decimal_places=4,
        widget=forms.NumberInput(attrs=QUANTITY_BOX),
    )
