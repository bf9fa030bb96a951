"""What people type: read, checked for form, and made into what the actions take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from ownstock.base.errors import OwnstockError
from ownstock.purchasing.models import OrderLine
from ownstock.purchasing.rules import LineAnswer, Promise, open_quantity
from ownstock.web.refusals import status_of

QUANTITY_BOX = {"inputmode": "decimal", "step": "any", "autocomplete": "off"}


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%d", **options)


class LinesForm(forms.Form):
    """A form with some boxes for each line of an order, and a key made when it is shown: sent twice, it counts once."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, lines: Sequence[OrderLine], *, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={"key": uuid4(), **(initial or {})})
        self.lines = lines
        for line in lines:
            self.fields[f"quantity_{line.line}"] = _quantity_box(line)

    def clean(self) -> dict[str, Any]:
        """Refuse a form without any quantity."""
        cleaned = super().clean() or {}
        if not self.errors and all(cleaned[f"quantity_{line.line}"] is None for line in self.lines):
            raise forms.ValidationError(_("Fill in the quantity of at least one line."))
        return cleaned

    def filled(self) -> Iterator[tuple[int, Decimal]]:
        """The lines with a quantity: (line, stock units)."""
        for line in self.lines:
            quantity = self.cleaned_data[f"quantity_{line.line}"]
            if quantity is not None:
                yield line.line, quantity


class AnswerForm(LinesForm):
    """A supplier's answer: per line how many it promises, and for when; nothing at all by a quantity of zero."""

    def __init__(self, lines: Sequence[OrderLine], **options: Any) -> None:
        super().__init__(lines, **options)
        for line in lines:
            self.fields[f"promised_on_{line.line}"] = _promise_box(line)

    @property
    def rows(self) -> Iterator[tuple[OrderLine, forms.BoundField, forms.BoundField]]:
        """(line, box of the quantity, box of the day)."""
        for line in self.lines:
            yield line, self[f"quantity_{line.line}"], self[f"promised_on_{line.line}"]

    def clean(self) -> dict[str, Any]:
        """Refuse a quantity without its day."""
        cleaned = super().clean()
        for line in self.lines:
            name = f"promised_on_{line.line}"
            if cleaned.get(f"quantity_{line.line}") and name not in self.errors and not cleaned.get(name):
                self.add_error(name, _("For which day?"))
        return cleaned

    def answers(self) -> list[LineAnswer]:
        """What `purchasing.acknowledge` takes."""
        return [LineAnswer(line, self._promises(line, quantity)) for line, quantity in self.filled()]

    def _promises(self, line: int, quantity: Decimal) -> tuple[Promise, ...]:
        return (Promise(quantity, self.cleaned_data[f"promised_on_{line}"]),) if quantity else ()


def open_of(line: OrderLine) -> Decimal:
    """What is still to come of a line."""
    parts = [open_quantity(d.quantity, d.received_quantity, d.cancelled_quantity) for d in line.deliveries.all()]
    return sum(parts, Decimal(0))


def carry_out(form: forms.BaseForm, action: Callable[[], object]) -> int:
    """Check a form and do what it asks; returns 200, or the status of a refusal, whose sentence the form then shows."""
    if not form.is_valid():
        return 422
    try:
        action()
    except OwnstockError as refusal:
        form.add_error(None, refusal.sentence)
        return status_of(refusal)
    return 200


def _quantity_box(line: OrderLine) -> forms.Field:
    return forms.DecimalField(
        label=_("Quantity of line %(line)s, %(sku)s") % {"line": line.line, "sku": line.item.sku},
        min_value=Decimal(0),
        max_digits=18,
        decimal_places=4,
        required=False,
        widget=forms.NumberInput(attrs=QUANTITY_BOX),
    )


def _promise_box(line: OrderLine) -> forms.Field:
    return forms.DateField(
        label=_("Promised day of line %(line)s, %(sku)s") % {"line": line.line, "sku": line.item.sku},
        required=False,
        widget=DayInput,
    )
