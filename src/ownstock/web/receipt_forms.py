"""What a receiver types: per row what came sound and damaged, its lot and expiry, and another item that came instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from ownstock.base.text import plain
from ownstock.purchasing.actions import ReceiptLine, WrongGoods
from ownstock.purchasing.models import OrderLine
from ownstock.purchasing.queries.notices import NoticedGoods
from ownstock.web.forms import QUANTITY_BOX, DayInput, open_of
from ownstock.web.templatetags.figures import words

MAX_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """The boxes of one row: goods of a line, of one lot."""

    line: OrderLine
    still_open: Decimal
    quantity: forms.BoundField
    lot: forms.BoundField
    expires_on: forms.BoundField
    damaged: forms.BoundField
    reason: forms.BoundField

    @property
    def has_detail(self) -> bool:
        """Whether something is damaged, or what was typed of it is wrong."""
        return bool(self.damaged.value() or self.reason.value() or self.damaged.errors or self.reason.errors)


class ReceiptForm(forms.Form):
    """Goods that came. The key is made when the form is shown: sent twice, it counts once.

    A line has one row, or one for each lot of it that a notice announces; `rows` keeps which, so that the form is the same
    when it comes back. `pieces` keeps which single pieces were scanned, `counted` the
    rows that scans have begun to count.
    """

    key = forms.UUIDField(widget=forms.HiddenInput)
    rows = forms.CharField(widget=forms.HiddenInput, required=False)
    pieces = forms.CharField(widget=forms.HiddenInput, required=False)
    counted = forms.CharField(widget=forms.HiddenInput, required=False)
    received_on = forms.DateField(label=_("Received on"), widget=DayInput)
    wrong_line = forms.TypedChoiceField(label=_("Instead of"), coerce=int, empty_value=None, required=False)
    wrong_sku = forms.CharField(label=_("Item that came"), max_length=60, required=False)
    wrong_quantity = forms.DecimalField(
        label=_("How many"), min_value=Decimal(0), max_digits=18, decimal_places=4, required=False,
        widget=forms.NumberInput(attrs=QUANTITY_BOX),
    )  # fmt: skip
    wrong_lot = forms.CharField(label=_("Its lot"), max_length=60, required=False)
    is_wrong_kept = forms.BooleanField(label=_("It stays here, on hold"), required=False, initial=True)

    def __init__(
        self, lines: Sequence[OrderLine], *, time_zone: str, announced: Sequence[NoticedGoods] = (), data: Any = None,
        initial: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        names = _names(lines, announced)
        first = {"key": uuid4(), "rows": " ".join(names), **_announced(announced), **(initial or {})}
        super().__init__(data, initial=first)
        self.time_zone, self.lines = ZoneInfo(time_zone), {line.line: line for line in lines}
        said = first if data is None else data
        self.names = _kept_names(str(said.get("rows", "")), self.lines) or names
        for name in self.names:
            self.fields |= _boxes(name, self.lines[_line_of(name)])
        wrong: Any = self.fields["wrong_line"]
        wrong.choices = [("", "none"), *((line.line, f"{line.line} {line.item.sku}") for line in lines)]

    @property
    def receipt_rows(self) -> Iterator[ReceiptRow]:
        """The rows with their boxes."""
        for name in self.names:
            line = self.lines[_line_of(name)]
            boxes = (self[f"{box}_{name}"] for box in ("quantity", "lot", "expires_on", "damaged", "reason"))
            yield ReceiptRow(line, open_of(line), *boxes)

    def clean_received_on(self) -> date:
        """Refuse a day to come."""
        received_on: date = self.cleaned_data["received_on"]
        if received_on > datetime.now(self.time_zone).date():
            raise forms.ValidationError(_("Goods cannot be received on a day to come."))
        return received_on

    def clean(self) -> dict[str, Any]:
        """Refuse a form without any quantity, and another item without its line, code or quantity."""
        cleaned = super().clean() or {}
        said = [cleaned.get(name) for name in ("wrong_line", "wrong_sku", "wrong_quantity")]
        if any(said) and not all(said):
            self.add_error("wrong_sku", _("Say which item came, how many, and instead of which line."))
        if not self.errors and not any(said) and not self.receipts():
            raise forms.ValidationError(_("Fill in the quantity of at least one line."))
        return cleaned

    def receipts(self) -> list[ReceiptLine]:
        """What `purchasing.receive` takes of the order's own items."""
        found = [self._receipt(name) for name in self.names]
        return [receipt for receipt in found if receipt.quantity or receipt.damaged]

    def _receipt(self, name: str) -> ReceiptLine:
        said = {box: self.cleaned_data.get(f"{box}_{name}") for box in ("quantity", "lot", "damaged", "reason")}
        return ReceiptLine(
            _line_of(name), said["quantity"] or Decimal(0), said["lot"] or "",
            self.cleaned_data.get(f"expires_on_{name}"), said["damaged"] or Decimal(0), said["reason"] or "",
        )  # fmt: skip

    def wrong(self) -> list[WrongGoods]:
        """What it takes of another item."""
        said = self.cleaned_data
        if not said["wrong_quantity"]:
            return []
        line, sku, quantity = said["wrong_line"], said["wrong_sku"], said["wrong_quantity"]
        return [WrongGoods(line, sku, quantity, said["wrong_lot"], said["is_wrong_kept"])]

    def moved_at(self) -> datetime | None:
        """When the goods moved: now, or at noon of the earlier day on which they came."""
        received_on: date = self.cleaned_data["received_on"]
        if received_on == datetime.now(self.time_zone).date():
            return None
        return datetime(received_on.year, received_on.month, received_on.day, 12, tzinfo=self.time_zone)


class SettlementForm(forms.Form):
    """How a discrepancy or a dispute ends, and why."""

    settled_as = forms.ChoiceField(label=_("It is"))
    reason = forms.CharField(label=_("Why"), max_length=1_000)

    def __init__(self, ways: Sequence[str], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        box: Any = self.fields["settled_as"]
        box.choices = [(way, words(way)) for way in ways]


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_("Why"), max_length=1_000)


def _names(lines: Sequence[OrderLine], announced: Sequence[NoticedGoods]) -> list[str]:
    """The rows' names: a line's number, and from its second row on the row's own number behind it."""
    if not announced:
        return [str(line.line) for line in lines]
    seen: dict[int, int] = {}
    names = []
    for goods in announced:
        seen[goods.line] = seen.get(goods.line, 0) + 1
        names.append(str(goods.line) if seen[goods.line] == 1 else f"{goods.line}_{seen[goods.line]}")
    return names


def _kept_names(text: str, lines: dict[int, OrderLine]) -> list[str]:
    """The rows that a form came back with, as far as they can be meant."""
    names = text.split()[:MAX_ROWS]
    known = [name for name in names if all(part.isdigit() for part in name.split("_")) and _line_of(name) in lines]
    return list(dict.fromkeys(known))


def _line_of(name: str) -> int:
    return int(name.partition("_")[0])


def _announced(announced: Sequence[NoticedGoods]) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for name, goods in zip(_names([], announced), announced, strict=False):
        filled |= {f"quantity_{name}": plain(goods.quantity), f"lot_{name}": goods.lot}
        filled[f"expires_on_{name}"] = goods.expires_on
    return filled


def _boxes(name: str, line: OrderLine) -> dict[str, forms.Field]:
    of = {"line": line.line, "sku": line.item.sku}
    text = forms.TextInput({"autocomplete": "off"})
    return {
        f"quantity_{name}": _quantity_box(_("Quantity of line %(line)s, %(sku)s") % of),
        f"lot_{name}": forms.CharField(
            label=_("Lot of line %(line)s, %(sku)s") % of, max_length=60, required=False, widget=text
        ),
        f"expires_on_{name}": forms.DateField(
            label=_("Expiry of line %(line)s, %(sku)s") % of, required=False, widget=DayInput
        ),
        f"damaged_{name}": _quantity_box(_("Damaged of line %(line)s, %(sku)s") % of),
        f"reason_{name}": forms.CharField(
            label=_("Damage of line %(line)s, %(sku)s") % of, max_length=300, required=False, widget=text
        ),
    }


def _quantity_box(label: str) -> forms.Field:
    return forms.DecimalField(
        label=label, min_value=Decimal(0), max_digits=18, decimal_places=4, required=False,
        widget=forms.NumberInput(attrs=QUANTITY_BOX),
    )  # fmt: skip
