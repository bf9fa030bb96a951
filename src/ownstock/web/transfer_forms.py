"""What people type of transfers: what is to be sent, what they ship, what came, what will not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ownstock.base.text import plain
from ownstock.catalog.models import Item, Location
from ownstock.purchasing.actions.transfers import ArrivedPart, AskedPart, LostPart, ShippedPart
from ownstock.purchasing.models import TransferLine
from ownstock.purchasing.rules.transfers import MAX_TRANSIT_DAYS, QUANTITY_STEP, OnTheWay
from ownstock.web.forms import QUANTITY_BOX, DayInput, LinesForm

LINES_AT_FIRST = LINES_MORE = 5
# So many are drawn within a fifth of a second; an order may have more.
MOST_LINES = 100
BOX_OF_A_LINE = re.compile(r"(?:sku|quantity)_([1-9]\d{0,3})")


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A line of a transfer as somebody typed it."""

    sku: str = ""
    quantity: str = ""


def typed_lines(said: Mapping[str, str]) -> list[TypedLine]:
    """The lines of a form by the names of their boxes, empty ones among them; at least LINES_AT_FIRST."""
    numbers = sorted({int(found[1]) for name in said if (found := BOX_OF_A_LINE.fullmatch(name))})
    lines = [TypedLine(said.get(f"sku_{n}", "").strip(), said.get(f"quantity_{n}", "").strip()) for n in numbers]
    return lines + [TypedLine()] * (LINES_AT_FIRST - len(lines))


class TransferForm(forms.Form):
    """A transfer to be: from where to where, for when, and lines of an item and a quantity. Sent twice, it counts once.

    `items` are those of the lines that there are, by code. A line that is empty counts for nothing.
    """

    key = forms.UUIDField(widget=forms.HiddenInput)
    source = forms.ChoiceField(label=_("From"))
    target = forms.ChoiceField(label=pgettext_lazy("whom or where", "To"))
    requested_on = forms.DateField(label=_("Wanted there on"), widget=DayInput)
    transit_days = forms.IntegerField(
        label=_("Days on the way"), min_value=0, max_value=MAX_TRANSIT_DAYS,
        widget=forms.NumberInput({"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(
        self, said: Mapping[str, str], lines: Sequence[TypedLine], items: Mapping[str, Item],
        sites: Sequence[Location], *, is_sent: bool = False,
    ) -> None:  # fmt: skip
        typed = {f"sku_{n}": line.sku for n, line in enumerate(lines, start=1)}
        typed |= {f"quantity_{n}": line.quantity for n, line in enumerate(lines, start=1)}
        typed |= {name: said[name] for name in self.base_fields if name in said}
        super().__init__(typed if is_sent else None, initial={"key": uuid4(), **typed})
        self.lines, self.items = lines, items
        for end in ("source", "target"):
            box: Any = self.fields[end]
            box.choices = [("", _("Choose a site")), *((site.code, f"{site.code} {site.name}") for site in sites)]
        for number in range(1, len(lines) + 1):
            self.fields[f"sku_{number}"] = AskedItem(number)
            self.fields[f"quantity_{number}"] = AskedQuantity(number)

    @property
    def head(self) -> list[forms.BoundField]:
        """The boxes of the whole."""
        return [self[name] for name in self.base_fields if name != "key"]

    def go_on(self) -> None:
        """Have the page begin at the first box in which nothing stands."""
        empty = next((name for name in self.fields if not self.get_initial_for_field(self.fields[name], name)), None)
        if empty:
            self.fields[empty].widget.attrs["autofocus"] = True

    @property
    def rows(self) -> Iterator[tuple[int, forms.BoundField, forms.BoundField, Item | None, Decimal | None]]:
        """(number of the line, box of the item, box of the quantity, that item, that quantity where it is one)."""
        for number, line in enumerate(self.lines, start=1):
            quantity = Decimal(line.quantity) if re.fullmatch(r"\d{1,13}(\.\d{1,4})?", line.quantity) else None
            yield number, self[f"sku_{number}"], self[f"quantity_{number}"], self.items.get(line.sku), quantity

    def clean(self) -> dict[str, Any]:
        """Refuse a transfer of nothing, and each line that is half said, of no item or of one that another line has."""
        first: dict[str, int] = {}
        for number, line in enumerate(self.lines, start=1):
            about = {"line": number, "sku": line.sku, "quantity": line.quantity, "first": first.get(line.sku)}
            if line.quantity and not line.sku:
                self.add_error(
                    f"sku_{number}", _("Line %(line)s, item: say of which item %(quantity)s are wanted.") % about
                )
            elif line.sku and line.sku not in self.items:
                self.add_error(f"sku_{number}", _("Line %(line)s, item: there is no item %(sku)s.") % about)
            elif line.sku in first:
                self.add_error(
                    f"sku_{number}",
                    _("Line %(line)s, item: %(sku)s stands on line %(first)s already; add them up.") % about,
                )
            if line.sku and not line.quantity:
                self.add_error(f"quantity_{number}", _("Line %(line)s, quantity: say how many of %(sku)s.") % about)
            if line.sku:
                first.setdefault(line.sku, number)
        count = sum(1 for line in self.lines if line.sku or line.quantity)
        if not count:
            self.add_error(None, _("Fill in the item and the quantity of at least one line."))
        if count > MOST_LINES:
            told = _(
                "%(count)s lines are more than the %(most)s that a page holds; draft the others as another transfer."
            )
            self.add_error(None, told % {"count": count, "most": MOST_LINES})
        return self.cleaned_data

    def parts(self) -> list[AskedPart]:
        """What `draft` takes."""
        said = self.cleaned_data
        return [AskedPart(line.sku, said[f"quantity_{n}"]) for n, line in enumerate(self.lines, start=1) if line.sku]


class AskedItem(forms.CharField):
    """The code of the item of a line; what it may mean is looked up while it is typed."""

    def __init__(self, line: int) -> None:
        label = _("Item of line %(line)s") % {"line": line}
        box = {
            "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "aria-label": label, "list": "items",
            "hx-get": reverse_lazy("web:transfer-items"), "hx-trigger": "input changed delay:150ms",
            "hx-target": "#items", "hx-swap": "innerHTML",
        }  # fmt: skip
        super().__init__(label=label, max_length=60, required=False, widget=forms.TextInput(box))


class AskedQuantity(forms.DecimalField):
    """How many of the item of a line; what is no such number is refused by the line and what was typed."""

    def __init__(self, line: int) -> None:
        self.line, label = line, _("Quantity of line %(line)s") % {"line": line}
        super().__init__(
            label=label, required=False, min_value=QUANTITY_STEP, max_digits=17, decimal_places=4,
            widget=forms.NumberInput({**QUANTITY_BOX, "aria-label": label}),
        )  # fmt: skip

    def clean(self, value: Any) -> Decimal | None:
        """The number that was typed, None where nothing was."""
        try:
            return super().clean(value)
        except forms.ValidationError as fault:
            raise forms.ValidationError(
                _("Line %(line)s, quantity: %(value)s is no number above zero with at most four decimals.")
                % {"line": self.line, "value": value}
            ) from fault


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
            self.fields[f"came_{number}"] = _quantity_box(_("Came sound of %(called)s") % {"called": _called(part)})
            self.fields[f"damaged_{number}"] = _quantity_box(
                _("Came damaged of %(called)s") % {"called": _called(part)}
            )

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


class LossForm(forms.Form):
    """Goods that left and will never come: of each lot on the way how many, and why. Sent twice, it counts once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why"), max_length=1_000)

    def __init__(self, goods: Sequence[OnTheWay], *, data: Any = None) -> None:
        super().__init__(data, initial={"key": uuid4()})
        self.goods = merged(goods)
        for number, part in enumerate(self.goods):
            self.fields[f"lost_{number}"] = _quantity_box(_("Lost of %(called)s") % {"called": _called(part)})

    @property
    def rows(self) -> Iterator[tuple[OnTheWay, forms.BoundField]]:
        """(goods on the way, box of what is lost of them)."""
        for number, part in enumerate(self.goods):
            yield part, self[f"lost_{number}"]

    def clean(self) -> dict[str, Any]:
        """Refuse a form without any quantity."""
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned[f"lost_{number}"] for number in range(len(self.goods))):
            raise forms.ValidationError(_("Fill in what is lost of at least one line."))
        return cleaned

    def parts(self) -> list[LostPart]:
        """What `lose` takes."""
        lost = [(part, self.cleaned_data[f"lost_{number}"]) for number, part in enumerate(self.goods)]
        return [LostPart(part.line, quantity, part.lot) for part, quantity in lost if quantity]


class CancelTransferForm(forms.Form):
    """What is not to leave any more: all that is not shipped, or so much of one line, and why. Sent twice, it counts once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    line = forms.TypedChoiceField(label=_("Of which line"), coerce=int, empty_value=None, required=False)
    quantity = forms.DecimalField(
        label=_("How many of it"), required=False, min_value=QUANTITY_STEP, max_digits=17, decimal_places=4,
        help_text=_("Empty: all that is not shipped."), widget=forms.NumberInput(QUANTITY_BOX),
    )  # fmt: skip
    reason = forms.CharField(label=_("Why"), max_length=1_000)

    def __init__(self, lines: Sequence[TransferLine], data: Any = None) -> None:
        super().__init__(data, initial={"key": uuid4()})
        box: Any = self.fields["line"]
        to_ship = [line for line in lines if line.totals.to_ship]
        box.choices = [("", _("All lines")), *((line.line, _told(line)) for line in to_ship)]
        self.has_lines = bool(to_ship)

    @property
    def boxes(self) -> list[forms.BoundField]:
        """What is asked."""
        return [self[name] for name in ("line", "quantity", "reason")]


def _called(part: OnTheWay) -> str:
    """Goods on the way in words: their line, and their lot where they have one."""
    about = {"line": part.line, "lot": part.lot}
    return _("line %(line)s, lot %(lot)s") % about if part.lot else _("line %(line)s") % about


def _told(line: TransferLine) -> str:
    about = {
        "line": line.line, "sku": line.item.sku, "quantity": plain(line.totals.to_ship), "unit": line.item.unit,
    }  # fmt: skip
    return _("%(line)s: %(quantity)s %(unit)s of %(sku)s to ship") % about


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
