"""Pure decisions about what crosses: what an order says, what its amounts are, what no cell and no header may carry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from ownstock.base.errors import Refused
from ownstock.base.fingerprints import fingerprint
from ownstock.base.text import plain

CENT = Decimal("0.01")
# OWASP ASVS 5.0, 1.2.10, with the line ends and the wide forms that spreadsheets also take for the start of a formula.
FORMULA_STARTS = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


class OrderTopic(StrEnum):
    """What a supplier is told of an order."""

    PLACED = "purchase_order.placed"
    CHANGED = "purchase_order.changed"
    CANCELLED = "purchase_order.cancelled"
    CHASED = "purchase_order.chased"

    @property
    def heading(self) -> str:
        """What its papers are called."""
        return HEADINGS[self]


HEADINGS = {
    OrderTopic.PLACED: "Purchase order",
    OrderTopic.CHANGED: "Change of purchase order",
    OrderTopic.CANCELLED: "Cancellation of purchase order",
    OrderTopic.CHASED: "Reminder of purchase order",
}


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """One line as the supplier reads it: so much of an item, at a price, on a day.

    `quantity` counts stock units (`unit`) and `price` is of one of them; `purchase_quantity` says the same in purchase
    units, exactly, and is empty where the two units are one. One purchase unit is units_numerator / units_denominator stock
    units.
    """

    line: int
    sku: str
    supplier_sku: str
    description: str
    quantity: Decimal
    unit: str
    purchase_quantity: str
    purchase_unit: str
    price: Decimal
    requested_on: date
    units_numerator: int = 1
    units_denominator: int = 1

    @property
    def amount(self) -> Decimal:
        """Quantity x price in the order's currency, rounded to 0.01, half up."""
        return (self.quantity * self.price).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class WrittenClause:
    """A version of a clause as the supplier reads it, with the lines that it is for."""

    code: str
    version: int
    text: str
    lines: tuple[int, ...]

    @property
    def name(self) -> str:
        """Its code and version: `Q-17/2`."""
        return f"{self.code}/{self.version}"


@dataclass(frozen=True, slots=True)
class WrittenOrder:
    """A revision of a purchase order as the supplier reads it, whatever paper or file it is written on.

    Where it changes or cancels, `before` has the lines that the supplier knew, and a line that was taken out stays among
    `lines` with a quantity of zero.
    """

    buyer: str
    number: str
    revision: int
    supplier_code: str
    supplier_name: str
    supplier_email: str
    site_code: str
    site_name: str
    currency: str
    ordered_on: date
    written_at: datetime
    lines: tuple[WrittenLine, ...]
    topic: OrderTopic = OrderTopic.PLACED
    before: tuple[WrittenLine, ...] = ()
    clauses: tuple[WrittenClause, ...] = ()

    @property
    def total(self) -> Decimal:
        """The sum of the lines' amounts."""
        return sum((line.amount for line in self.lines), Decimal("0.00"))

    @property
    def name(self) -> str:
        """What its files are called, without an ending: `PO-000012-1`, `PO-000012-2-cancelled`."""
        said = self.topic.partition(".")[2]
        is_told_by_its_number = self.topic in (OrderTopic.PLACED, OrderTopic.CHANGED)
        return f"{self.number}-{self.revision}" + ("" if is_told_by_its_number else f"-{said}")

    def clauses_of(self, line: int) -> str:
        """The clauses that stand on a line, by name, parted by `;`."""
        return "; ".join(clause.name for clause in self.clauses if line in clause.lines)

    @property
    def replaces(self) -> str:
        """The sentence that a later revision opens with; empty in the first."""
        return "" if self.revision == 1 else f"This revision {self.revision} replaces all earlier ones of the order."


def with_lines_taken_out(now: Sequence[WrittenLine], before: Sequence[WrittenLine]) -> tuple[WrittenLine, ...]:
    """The lines of a revision, and those that the one before had and it has not, with a quantity of zero."""
    left = {line.line for line in now}
    gone = [
        replace(line, quantity=Decimal(0), purchase_quantity="0" if line.purchase_quantity else "")
        for line in before
        if line.line not in left
    ]
    return tuple(sorted([*now, *gone], key=lambda line: line.line))


def differences(document: WrittenOrder) -> list[str]:
    """What a revision asks otherwise than the supplier knew, one sentence a line."""
    before = {line.line: line for line in document.before}
    said = [_difference(line, before.get(line.line)) for line in document.lines]
    return [sentence for sentence in said if sentence]


def _difference(now: WrittenLine, before: WrittenLine | None) -> str:
    named = f"Line {now.line} ({now.sku})"
    if before is None:
        return f"{named} is new: {plain(now.quantity)} {now.unit} on {now.requested_on}"
    if not now.quantity:
        return f"{named} is cancelled: {plain(before.quantity)} {before.unit} asked for {before.requested_on}"
    parts = []
    if now.quantity != before.quantity:
        parts.append(f"{plain(now.quantity)} {now.unit} instead of {plain(before.quantity)}")
    if now.requested_on != before.requested_on:
        parts.append(f"on {now.requested_on} instead of {before.requested_on}")
    if now.price != before.price:
        parts.append(f"at {plain(now.price, decimals=2)} instead of {plain(before.price, decimals=2)}")
    return f"{named}: {', '.join(parts)}" if parts else ""


def is_converted(unit: str, purchase_unit: str, numerator: int, denominator: int) -> bool:
    """Whether the supplier counts otherwise than we do: another unit, or another number of the same."""
    return unit != purchase_unit or numerator != denominator


def purchase_quantity(quantity: Decimal, numerator: int, denominator: int) -> str:
    """Stock units in purchase units, exactly: `20`, `2.5`, or with a fraction that no decimal ends, `20 1/3`.

    Stock units = purchase units x numerator / denominator. A whole number stands before every fraction (`0 1/3`),
    because spreadsheets take `1/3` for a date.
    """
    exact = Fraction(quantity) * denominator / numerator
    whole, rest = divmod(exact.numerator, exact.denominator)
    decimals = _decimals(exact.denominator)
    if decimals is None:
        return f"{whole} {rest}/{exact.denominator}"
    return f"{whole}.{rest * 10**decimals // exact.denominator:0{decimals}d}" if rest else str(whole)


def _decimals(denominator: int) -> int | None:
    """How many decimals a fraction needs; None when no number of decimals is enough."""
    decimals = 0
    while 10**decimals % denominator:
        decimals += 1
        if decimals > denominator.bit_length():
            return None
    return decimals


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: a quote is put before a dangerous first character."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def unguarded(text: str) -> str:
    """A text as it was before `safe_cell`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def header_text(what: str, text: str) -> str:
    """A text that may stand in a mail header, as it is.

    Raises:
        Refused: it carries a line break or another control character, with which one header becomes two.
    """
    if not text.isprintable():
        raise Refused(
            f"{what} has a line break or a control character, which no mail header may carry: {text!r}. Correct it.",
            code="header_injection",
            what=what,
        )
    return text


def mail_address(what: str, text: str) -> str:
    """An address in the form that every mail server takes: one `@`, ASCII, the domain in its registered form.

    Raises:
        Refused: it is no address, or its part before the `@` has letters outside ASCII.
    """
    local, _, domain = header_text(what, text).rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        address = ""
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}", address):
        raise Refused(
            f"{what} is no address that mail can be sent to: {text!r}. Correct it.", code="bad_address", what=what
        )
    return address


def check_name(number: str) -> None:
    """Refuse an order number that cannot stand in a file name and a message identity.

    Raises:
        Refused: it has other characters than letters, digits, point, dash and underscore.
    """
    if not NAME.fullmatch(number):
        raise Refused(
            f"The order number {number!r} has characters that cannot stand in a file name; use letters, digits, . - _",
            code="bad_number",
            number=number,
        )


def identity(document: WrittenOrder, outbox_key: str) -> str:
    """The twelve characters that tell this message from every other: from the outbox key, the buyer and the moment.

    The moment is in it because a database set up anew begins its numbers again, and mail systems drop a message whose
    identity they have seen before.
    """
    return fingerprint([outbox_key, document.buyer, document.written_at.isoformat()]).hex()[:12]


class AttemptOutcome(StrEnum):
    """What came of a try to hand over a message."""

    TAKEN = "taken"
    REFUSED = "refused"
    BLOCKED = "blocked"
    FAILED = "failed"


class Answered(StrEnum):
    """What a receiver's status says of a message that was posted to it."""

    TAKEN = "taken"
    LATER = "later"
    REFUSED = "refused"
    GONE = "gone"


# Statuses below 500 that speak of the moment, not of the message: too slow, too early, too many.
PASSING_STATUSES = frozenset({408, 425, 429})
MAX_WAIT_SECONDS = 3_600


def answered(status: int, retry_after: str) -> tuple[Answered, int]:
    """What a status says, and how many seconds the receiver asks to wait, an hour at most (0: it does not say).

    A wait that is told as a date is not followed: the retries have times of their own.
    """
    if 200 <= status < 300:
        return Answered.TAKEN, 0
    if status == 410:
        return Answered.GONE, 0
    if status >= 500 or status in PASSING_STATUSES:
        is_seconds = retry_after.isascii() and retry_after.isdigit() and len(retry_after) <= 9
        return Answered.LATER, min(int(retry_after), MAX_WAIT_SECONDS) if is_seconds else 0
    return Answered.REFUSED, 0


class Direction(StrEnum):
    """Which way a message went."""

    OUT = "out"
    IN = "in"


class OutboundState(StrEnum):
    """How far a message of ours has got: by the outbox, then by what the supplier's system says of it."""

    WAITING = "waiting"
    SENT = "sent"
    READ = "read"
    UNREADABLE = "unreadable"
    GIVEN_UP = "given_up"
