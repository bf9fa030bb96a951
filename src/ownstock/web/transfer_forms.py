"""What people type of transfers: what they ship, what came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from ownstock.purchasing.actions.transfers import ArrivedPart, ShippedPart
from ownstock.purchasing.models import TransferLine
from ownstock.purchasing.rules.transfers import OnTheWay
from ownstock.web.forms import QUANTITY_BOX, LinesForm


class ShipmentForm(LinesForm):
    """Goods that leave: per line how many, and of which lot where it is not what expires first."""

    reason = forms.CharField(label=_("Why other lots stay behind"), max_length=1_000, required=False)

    def __init__(self, lines: Sequence[TransferLine], **options: Any) -> None:
        # Lines of transfers have number and item as those of orders have.
        super().__init__(lines, **options)  # type: ignore[arg-type]
        for line in lines:
            self.fields[f"lot_{line.line}"] = _text_box(
                _("Lot of line %(line)s, %(sku)s") % {"line": line.line, "sku": line.item.sku}, 60
            )

    @property
    def rows(self) -> Iterator[tuple[TransferLine, Decimal, forms.BoundField, forms.BoundField]]:
        """(line, what is still to be shipped of it, box of the quantity, box of the lot)."""
        for line in self.lines:
            yield line, line.totals.to_ship, self[f"quantity_{line.line}"], self[f"lot_{line.line}"]  # type: ignore[misc, attr-defined]

    def parts(self) -> list[ShippedPart]:
        """What `ship` takes."""
        return [
            ShippedPart(line, quantity, self.cleaned_data[f"lot_{line}"])
            for line, quantity in self.filled()
            if quantity
        ]


class ArrivalForm(forms.Form):
    """Goods that came: of each lot on the way how many came sound, and how many damaged. Sent twice, it counts once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("What is damaged"), max_length=1_000, required=False)

    def __init__(self, goods: Sequence[OnTheWay], *, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={"key": uuid4(), **(initial or {})})
        self.goods = merged(goods)
        for number, part in enumerate(self.goods):
            called = f"line {part.line}{f', lot {part.lot}' if part.lot else ''}"
            self.fields[f"came_{number}"] = _quantity_box(_("Came sound of %(called)s") % {"called": called})
            self.fields[f"damaged_{number}"] = _quantity_box(_("Came damaged of %(called)s") % {"called": called})

    @property
    def rows(self) -> Iterator[tuple[OnTheWay, forms.BoundField, forms.BoundField]]:
        """(goods on the way, box of what came sound, box of what came damaged)."""
        for number, part in enumerate(self.goods):
            yield part, self[f"came_{number}"], self[f"damaged_{number}"]

    def clean(self) -> dict[str, Any]:
        """Refuse a form without any quantity."""
        cleaned = super().clean() or {}
        if not self.errors and not self._parts(cleaned):
            raise forms.ValidationError(_("Fill in what came of at least one line."))
        return cleaned

    def parts(self) -> list[ArrivedPart]:
        """What `receive` takes."""
        return self._parts(self.cleaned_data)

    def _parts(self, cleaned: dict[str, Any]) -> list[ArrivedPart]:
        found = []
        for number, part in enumerate(self.goods):
            came, damaged = (cleaned.get(f"{name}_{number}") or Decimal(0) for name in ("came", "damaged"))
            if came or damaged:
                found.append(ArrivedPart(part.line, came, part.lot, damaged))
        return found


def merged(goods: Sequence[OnTheWay]) -> list[OnTheWay]:
    """Goods on the way by line and lot, whatever shipment they left with; the day is that of the first."""
    found: dict[tuple[int, str], OnTheWay] = {}
    for part in goods:
        first = found.get((part.line, part.lot))
        whole = part.quantity + (first.quantity if first else 0)
        day = min(part.expected_on, first.expected_on) if first else part.expected_on
        found[part.line, part.lot] = OnTheWay(part.line, part.shipment_key, part.lot_id, part.lot, whole, day)
    return list(found.values())


def _quantity_box(label: str) -> forms.Field:
    return forms.DecimalField(
        label=label, min_value=Decimal(0), max_digits=18, decimal_places=4, required=False,
        widget=forms.NumberInput(attrs=QUANTITY_BOX),
    )  # fmt: skip


def _text_box(label: str, max_length: int) -> forms.Field:
    box = forms.TextInput({"autocomplete": "off"})
    return forms.CharField(label=label, max_length=max_length, required=False, widget=box)
