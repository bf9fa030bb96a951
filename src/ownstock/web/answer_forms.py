"""What a supplier types of an order's lines: as asked, otherwise, not at all, or later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.exchange.confirmations.queries import AskedOrder, LineRemark
from ownstock.exchange.confirmations.rules import (
    MAX_PARTS,
    MAX_WORDS,
    AskedLine,
    LineReply,
    RejectReason,
    as_asked,
    check_day,
    check_price,
    check_words,
    promised,
    rejected,
    stock_units,
)
from ownstock.purchasing.rules import Promise
from ownstock.web.forms import QUANTITY_BOX, DayInput
from ownstock.web.templatetags.figures import words_lazy

# Beyond it a page is no way to answer line by line; the sheet is.
MAX_FORM_LINES = 200
REASONS = [
    ("", _("Choose a reason")),
    *((str(reason), words_lazy(reason.meaning)) for reason in RejectReason),
]


class Stance(StrEnum):
    """What a supplier does with a line."""

    ASKED = "asked"
    OTHERWISE = "otherwise"
    NONE = "none"
    LATER = "later"


STANCES = [
    (Stance.ASKED, _("As asked")),
    (Stance.OTHERWISE, _("Otherwise")),
    (Stance.NONE, _("Not at all")),
    (Stance.LATER, _("Later")),
]


@dataclass(frozen=True, slots=True)
class LineBoxes:
    """The boxes of one line, as the page shows them."""

    asked: AskedLine
    stance: forms.BoundField
    parts: list[tuple[forms.BoundField, forms.BoundField]]
    part_count: forms.BoundField
    price: forms.BoundField
    reason: forms.BoundField
    comment: forms.BoundField

    @property
    def has_room(self) -> bool:
        """Whether another delivery may be added."""
        return len(self.parts) < MAX_PARTS


class KeyForm(forms.Form):
    """A key made when the page was shown: what is sent twice counts once."""

    key = forms.UUIDField(widget=forms.HiddenInput)


class RejectForm(KeyForm):
    """That nothing of an order will come, and why."""

    whole_reason = forms.ChoiceField(
        label=_("Reason"), choices=REASONS, error_messages={"required": _("Choose a reason.")}
    )
    whole_comment = forms.CharField(label=_("In your words"), max_length=MAX_WORDS, required=False)

    def __init__(self, order: AskedOrder, *, data: Any = None) -> None:
        super().__init__(data)
        self.order = order

    def clean(self) -> dict[str, Any]:
        """Refuse another reason that is not written, and words that cannot be shown."""
        cleaned = super().clean() or {}
        if not self.errors:
            comment = cleaned["whole_comment"]
            if cleaned["whole_reason"] == RejectReason.OTHER and not comment:
                self.add_error("whole_comment", _("Write the reason down."))
            _tell(self, "whole_comment", lambda: check_words(0, comment))
        return cleaned

    def replies(self) -> list[LineReply]:
        """Every line, rejected."""
        reason, comment = RejectReason.named(self.cleaned_data["whole_reason"]), self.cleaned_data["whole_comment"]
        return [rejected(line, reason, comment) for line in self.order.lines]


class ReplyForm(KeyForm):
    """An answer line by line. Without data it shows what was answered before, or offers every line as asked."""

    comment = forms.CharField(label=_("To the order as a whole"), max_length=MAX_WORDS, required=False)

    def __init__(self, order: AskedOrder, *, data: Any = None, initial: Mapping[str, Any] | None = None) -> None:
        shown = {"comment": order.comment, **_as_it_stands(order), **(initial or {})}
        super().__init__(data, initial=shown)
        self.order = order
        source = self.data if data is not None else shown
        self.part_counts = {line.line: _count(source.get(f"parts_{line.line}")) for line in order.lines}
        for line in order.lines:
            self.fields |= _fields_of(line, self.part_counts[line.line])

    @property
    def lines(self) -> Iterator[LineBoxes]:
        """The boxes, line by line."""
        for asked in self.order.lines:
            n, count = asked.line, self.part_counts[asked.line]
            yield LineBoxes(
                asked=asked,
                stance=self[f"stance_{n}"],
                parts=[(self[f"quantity_{n}_{part}"], self[f"day_{n}_{part}"]) for part in range(count)],
                part_count=self[f"parts_{n}"],
                price=self[f"price_{n}"],
                reason=self[f"reason_{n}"],
                comment=self[f"comment_{n}"],
            )

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot be meant of a line, at the box where it stands."""
        cleaned = super().clean() or {}
        self._replies = [reply for line in self.order.lines if (reply := self._reply_to(line)) is not None]
        _tell(self, "comment", lambda: check_words(0, cleaned.get("comment", "")))
        if not self.errors and not self._replies:
            raise forms.ValidationError(_("Every line is left for later, so there is nothing to send yet."))
        return cleaned

    def replies(self) -> list[LineReply]:
        """What is said of each line that is not left for later."""
        return self._replies

    def _reply_to(self, line: AskedLine) -> LineReply | None:
        n = line.line
        stance, comment = self.cleaned_data.get(f"stance_{n}"), self.cleaned_data.get(f"comment_{n}", "")
        if stance in (None, Stance.LATER):
            return None
        if stance == Stance.ASKED:
            return as_asked(line)
        _tell(self, f"comment_{n}", lambda: check_words(n, comment))
        return self._refusal(line, comment) if stance == Stance.NONE else self._otherwise(line, comment)

    def _refusal(self, line: AskedLine, comment: str) -> LineReply | None:
        name = self.cleaned_data.get(f"reason_{line.line}")
        if not name:
            self.add_error(f"reason_{line.line}", _("Choose a reason."))
            return None
        reason = RejectReason.named(name)
        return _tell(self, f"comment_{line.line}", lambda: rejected(line, reason, comment))

    def _otherwise(self, line: AskedLine, comment: str) -> LineReply | None:
        n = line.line
        parts = [part for number in range(self.part_counts[n]) if (part := self._part(line, number)) is not None]
        if any(name.startswith((f"quantity_{n}_", f"day_{n}_")) for name in self.errors):
            return None
        promises = _tell(self, f"quantity_{n}_0", lambda: promised(line, parts))
        price = self.cleaned_data.get(f"price_{n}")
        other = None if price is None else _tell(self, f"price_{n}", lambda: check_price(line, price))
        return promises and LineReply(line=n, promises=promises, comment=comment, price=other)

    def _part(self, line: AskedLine, number: int) -> Promise | None:
        """One delivery of a line; None where its row was left empty."""
        quantity_box, day_box = f"quantity_{line.line}_{number}", f"day_{line.line}_{number}"
        quantity: Decimal | None = self.cleaned_data.get(quantity_box)
        day: date | None = self.cleaned_data.get(day_box)
        if quantity is None or not quantity:
            return None
        if day is None:
            if day_box not in self.errors:
                self.add_error(day_box, _("On which day?"))
            return None
        _tell(self, day_box, lambda: check_day(line, day, ordered_on=self.order.written.ordered_on))
        units = _tell(self, quantity_box, lambda: stock_units(line, quantity, line.counting))
        return None if units is None else Promise(units, day)


def with_another_part(order: AskedOrder, posted: Mapping[str, Any], line: int) -> ReplyForm:
    """The form as it was filled in, with one more delivery to a line."""
    filled = {name: posted[name] for name in posted}
    filled[f"parts_{line}"] = min(_count(filled.get(f"parts_{line}")) + 1, MAX_PARTS)
    filled[f"stance_{line}"] = Stance.OTHERWISE
    return ReplyForm(order, initial=filled)


def _tell(form: forms.Form, box: str, judge: Any) -> Any:
    """What a rule makes of a value; where it refuses, its sentence stands at the box."""
    try:
        return judge()
    except Refused as refusal:
        form.add_error(box if box in form.fields else None, refusal.sentence)
        return None


def _count(text: Any) -> int:
    return (
        min(max(int(text), 1), MAX_PARTS) if str(text).isascii() and str(text).isdigit() and len(str(text)) < 4 else 1
    )


def _fields_of(line: AskedLine, count: int) -> dict[str, forms.Field]:
    n, unit = line.line, line.counting.unit
    found: dict[str, forms.Field] = {
        f"stance_{n}": forms.ChoiceField(
            label=_("Line %(line)s") % {"line": n}, choices=STANCES, widget=forms.RadioSelect
        ),
        f"parts_{n}": forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MAX_PARTS),
        f"price_{n}": _number(_("Price of one %(unit)s, line %(line)s") % {"unit": line.unit, "line": n}, places=4),
        f"reason_{n}": forms.ChoiceField(
            label=_("Reason, line %(line)s") % {"line": n}, choices=REASONS, required=False
        ),
        f"comment_{n}": forms.CharField(
            label=_("In your words, line %(line)s") % {"line": n}, max_length=MAX_WORDS, required=False
        ),
    }
    for part in range(count):
        found[f"quantity_{n}_{part}"] = _number(
            _("How many %(unit)s, line %(line)s, delivery %(part)s") % {"unit": unit, "line": n, "part": part + 1},
            places=4,
        )
        found[f"day_{n}_{part}"] = forms.DateField(
            label=_("On, line %(line)s, delivery %(part)s") % {"line": n, "part": part + 1},
            required=False,
            widget=DayInput,
        )
    return found


def _number(label: str, *, places: int) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal(0), max_digits=18, decimal_places=places, required=False,
        widget=forms.NumberInput(attrs=QUANTITY_BOX),
    )  # fmt: skip


def _as_it_stands(order: AskedOrder) -> dict[str, Any]:
    """What the boxes hold at first: what was answered, else what was asked."""
    found: dict[str, Any] = {}
    for line in order.lines:
        remark = order.remarks.get(line.line, LineRemark())
        promises = line.promises or (Promise(line.ordered, line.requested_on),)
        found |= {
            f"stance_{line.line}": _stance_of(line, remark), f"parts_{line.line}": len(promises),
            f"price_{line.line}": "" if remark.price is None else plain(remark.price),
            f"reason_{line.line}": remark.reason, f"comment_{line.line}": remark.comment,
        }  # fmt: skip
        for part, promise in enumerate(promises):
            counted = line.counting.of(promise.quantity)
            found[f"quantity_{line.line}_{part}"] = "" if counted is None else plain(counted)
            found[f"day_{line.line}_{part}"] = promise.promised_on
    return found


def _stance_of(line: AskedLine, remark: LineRemark) -> Stance:
    if not line.is_answered or (line.is_as_asked and remark == LineRemark()):
        return Stance.ASKED
    return Stance.OTHERWISE if line.promises else Stance.NONE
