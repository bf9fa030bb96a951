"""Pure decisions about shipping notices: whether one can be meant, which goods it speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ownstock.base.errors import Refused

MAX_NOTICE_LINES = 10_000
MAX_MARKS = 1_000


class NoticePurpose(StrEnum):
    """What a shipping notice does to the one of the same number before it."""

    ORIGINAL = "original"
    REPLACEMENT = "replacement"
    CANCELLATION = "cancellation"


@dataclass(frozen=True, slots=True)
class NoticedLine:
    """Goods on their way for a line of an order: how many, of which lot, in which packages.

    The line is named by its number, or where that is 0 by `code`: our item's or the supplier's own. `unit` empty means stock
    units; else it is the unit in which the line was ordered. `marks` name the packages, such as their SSCC.
    """

    order_number: str
    quantity: Decimal
    line: int = 0
    code: str = ""
    unit: str = ""
    lot: str = ""
    expires_on: date | None = None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a supplier says has left it: under its own number, for one or several orders."""

    supplier: str
    number: str
    lines: Sequence[NoticedLine]
    purpose: NoticePurpose = NoticePurpose.ORIGINAL
    shipped_on: date | None = None
    expected_on: date | None = None
    carrier: str = ""
    reference: str = ""


def check_notice(notice: Notice) -> None:
    """Refuse a notice whose form alone is wrong.

    Raises:
        Refused: no number, no lines (but for a cancellation) or too many, a quantity that is not above zero, or goods that
            are expected before they were shipped.
    """
    name = f"The notice {notice.number or 'without number'} of {notice.supplier}"
    if not 0 < len(notice.number) <= 60:
        raise Refused(f"{name} needs a number of 1 to 60 characters.", code="bad_number")
    is_cancelled = notice.purpose == NoticePurpose.CANCELLATION
    if len(notice.lines) > MAX_NOTICE_LINES or not (notice.lines or is_cancelled):
        raise Refused(f"{name} needs 1 to {MAX_NOTICE_LINES:,} lines.", code="bad_line_count")
    if notice.shipped_on and notice.expected_on and notice.expected_on < notice.shipped_on:
        raise Refused(
            f"{name}: its goods are expected on {notice.expected_on}, before they were shipped on {notice.shipped_on}.",
            code="expected_before_shipped",
        )
    for number, line in enumerate(notice.lines, start=1):
        if not line.quantity.is_finite() or line.quantity <= 0:
            raise Refused(
                f"{name}, line {number}: the quantity {line.quantity} must be above zero.", code="bad_quantity"
            )
        if len(line.marks) > MAX_MARKS:
            raise Refused(f"{name}, line {number}: more than {MAX_MARKS:,} marks.", code="too_many_marks")


@dataclass(slots=True)
class Arrival:
    """Goods that came for a line: when, how many, and by which notice where somebody said so."""

    received_on: date
    quantity: Decimal
    notice: int | None = None


@dataclass(frozen=True, slots=True)
class Announced:
    """What a notice in force says of a line: so many, shipped and expected on days it may not tell."""

    notice: int
    quantity: Decimal
    shipped_on: date | None = None
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """What of a notice has come already, and what is still on its way."""

    announced: Announced
    arrived: Decimal
    left: Decimal = field(default=Decimal(0))


def on_the_way(announced: Iterable[Announced], arrivals: Iterable[Arrival]) -> list[OnTheWay]:
    """Tell of each notice of a line, in the order in which they were taken, what has come of its goods.

    Receipts that name a notice count for it. Of the others those count that came on the day it was shipped or later: a notice
    often comes after its goods, but goods never come before they were shipped.
    """
    notices, left = list(announced), [Arrival(a.received_on, a.quantity, a.notice) for a in arrivals]
    taken = {notice.notice: _take(left, notice, notice.quantity, named=True) for notice in notices}
    found = []
    for notice in notices:
        arrived = taken[notice.notice]
        arrived += _take(left, notice, notice.quantity - arrived, named=False)
        found.append(OnTheWay(notice, arrived, notice.quantity - arrived))
    return found


def _take(arrivals: Sequence[Arrival], notice: Announced, wanted: Decimal, *, named: bool) -> Decimal:
    """Take up to so much off the arrivals that may be a notice's goods; what was taken."""
    taken = Decimal(0)
    for arrival in arrivals:
        is_its_own = arrival.notice == notice.notice
        is_free = arrival.notice is None and (notice.shipped_on is None or arrival.received_on >= notice.shipped_on)
        if is_its_own if named else is_free:
            share = min(arrival.quantity, wanted - taken)
            arrival.quantity -= share
            taken += share
    return taken
