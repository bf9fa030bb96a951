"""What a supplier says of the lines of an order, on a page or in a sheet, made into what purchasing takes: pure decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.base.units import QUANTITY_DECIMALS, converted
from ownstock.purchasing.rules import OrderState, Promise

MAX_PARTS = 12
MAX_WORDS = 300
# A day further off is a slip of the pen more often than a promise.
MAX_DAYS_AHEAD = 3 * 366


class RejectReason(StrEnum):
    """Why a supplier will not deliver a line, or not all of it; each has a sentence of its own."""

    meaning: str

    OUT_OF_STOCK = "out_of_stock", "We have none and do not know when we will."
    DISCONTINUED = "discontinued", "We do not sell it any more."
    PRICE_DIFFERS = "price_differs", "We cannot deliver at this price."
    QUANTITY_DIFFERS = "quantity_differs", "We cannot deliver this quantity."
    DATE_DIFFERS = "date_differs", "We cannot deliver in time."
    OTHER = "other", "Another reason; please write it down."

    def __new__(cls, value: str, meaning: str) -> RejectReason:
        """A value that is a text, with its meaning beside it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    @classmethod
    def named(cls, name: str) -> RejectReason:
        """The reason of a name that is one."""
        return next(reason for reason in cls if reason == name)


@dataclass(frozen=True, slots=True)
class Counting:
    """The unit in which a supplier is asked: one of it is numerator / denominator stock units."""

    unit: str
    numerator: int = 1
    denominator: int = 1

    def of(self, quantity: Decimal) -> Decimal | None:
        """Stock units counted in it; None where no four decimals say it exactly."""
        return converted(quantity, self.denominator, self.numerator)

    def in_stock_units(self, quantity: Decimal) -> Decimal | None:
        """So many of it counted in stock units; None where no four decimals say it exactly."""
        return converted(quantity, self.numerator, self.denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLine:
    """A line of a revision with what was asked, and what stands of it by the supplier's answers so far.

    Quantities and the price are of stock units; `promises` is empty while nothing was answered, `refused` is what the
    supplier said will not come.
    """

    line: int
    sku: str
    supplier_sku: str
    description: str
    ordered: Decimal
    unit: str
    purchase: Counting
    price: Decimal
    requested_on: date
    promises: tuple[Promise, ...] = ()
    refused: Decimal = Decimal(0)

    @property
    def counting(self) -> Counting:
        """The supplier's own unit, unless the order is no exact number of it."""
        return self.purchase if self.purchase.of(self.ordered) is not None else Counting(self.unit)

    @property
    def is_answered(self) -> bool:
        """Whether the supplier said anything of it."""
        return bool(self.promises) or self.refused > 0

    @property
    def is_as_asked(self) -> bool:
        """Whether all of it is promised for the day that was asked for."""
        return self.promises == (Promise(self.ordered, self.requested_on),)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReply:
    """What a supplier says of one line: its promises in stock units, and beside them a reason, words, another price."""

    line: int
    promises: tuple[Promise, ...]
    reason: RejectReason | None = None
    comment: str = ""
    price: Decimal | None = None


def as_asked(line: AskedLine) -> LineReply:
    """The reply that takes a line as it was asked."""
    return LineReply(line=line.line, promises=(Promise(line.ordered, line.requested_on),))


def rejected(line: AskedLine, reason: RejectReason, comment: str = "") -> LineReply:
    """The reply that nothing of a line will come.

    Raises:
        Refused: another reason is meant and none is written.
    """
    if reason is RejectReason.OTHER and not comment:
        raise Refused(f"Line {line.line}: write the reason down.", code="no_reason", line=line.line)
    return LineReply(line=line.line, promises=(), reason=reason, comment=comment)


def stock_units(line: AskedLine, quantity: Decimal, counting: Counting) -> Decimal:
    """A quantity that a supplier names, in stock units.

    Raises:
        Refused: it is no exact number of them.
    """
    found = counting.in_stock_units(quantity)
    if found is None:
        raise Refused(
            f"Line {line.line}: {plain(quantity)} {counting.unit} is no exact number of {line.unit}; use at most "
            f"{QUANTITY_DECIMALS} decimals, or count in {line.unit}.",
            code="bad_unit",
            line=line.line,
        )
    return found


def promised(line: AskedLine, parts: Sequence[Promise]) -> tuple[Promise, ...]:
    """A line's parts in stock units as promises: earliest first, what falls on one day together.

    Raises:
        Refused: none, too many, more than ordered, or a day that cannot be meant.
    """
    if not parts:
        raise Refused(f"Line {line.line}: say how many will come, and when.", code="no_parts", line=line.line)
    days: dict[date, Decimal] = {}
    for part in parts:
        days[part.promised_on] = days.get(part.promised_on, Decimal(0)) + part.quantity
    if len(days) > MAX_PARTS:
        raise Refused(
            f"Line {line.line}: {len(days)} deliveries; at most {MAX_PARTS} are taken.",
            code="too_many_parts",
            line=line.line,
        )
    total = sum(days.values(), Decimal(0))
    if total > line.ordered:
        raise Refused(
            f"Line {line.line}: {_counted(line, total)} in all, but only {_counted(line, line.ordered)} were ordered. "
            "Ask the buyer to order more first.",
            code="promised_too_much",
            line=line.line,
        )
    return tuple(Promise(quantity, day) for day, quantity in sorted(days.items()))


def check_day(line: AskedLine, day: date, *, ordered_on: date) -> None:
    """Refuse a promised day that cannot be meant.

    Raises:
        Refused: it lies before the order, or more than three years after it.
    """
    if not ordered_on <= day <= ordered_on + timedelta(days=MAX_DAYS_AHEAD):
        raise Refused(
            f"Line {line.line}: {day.isoformat()} cannot be meant; the order is of {ordered_on.isoformat()}. "
            "Look at the year.",
            code="bad_day",
            line=line.line,
            day=day.isoformat(),
        )


def check_words(line: int, words: str) -> None:
    """Refuse words that are no single line of text that can be seen.

    Raises:
        Refused: they are too long, or hold a character that is not shown.
    """
    where = f"Line {line}: the comment" if line else "The comment"
    if len(words) > MAX_WORDS:
        raise Refused(f"{where} is longer than {MAX_WORDS} characters.", code="too_long", line=line)
    if not words.isprintable():
        raise Refused(
            f"{where} has a line break, or another character that cannot be seen.", code="bad_character", line=line
        )


def check_price(line: AskedLine, price: Decimal) -> Decimal | None:
    """A price that a supplier names, of one stock unit; None where it is the ordered one.

    Raises:
        Refused: it is none.
    """
    if price <= 0:
        raise Refused(f"Line {line.line}: a price must be above zero.", code="bad_price", line=line.line)
    return None if price == line.price else price


def closed_because(state: OrderState, *, revision: int, sent_revision: int) -> str:
    """Why an answer to a revision is not taken any more, as its supplier is told; empty while it is."""
    if revision < sent_revision:
        return (
            f"Revision {sent_revision} of this order has replaced revision {revision}. "
            "Please answer that one, by the link in the newer message."
        )
    match state:
        case OrderState.PLACED | OrderState.ACKNOWLEDGED:
            return ""
        case OrderState.CANCELLED:
            return "Nothing of this order is to be delivered any more. If that is a mistake, please write to the buyer."
        case OrderState.PART_RECEIVED:
            return "Goods of this order have come, so it is no longer answered here. Please write to the buyer instead."
    return "This order is done; there is nothing left to answer."


def _counted(line: AskedLine, quantity: Decimal) -> str:
    counted = line.counting.of(quantity)
    return f"{plain(quantity)} {line.unit}" if counted is None else f"{plain(counted)} {line.counting.unit}"
