"""Pure decisions about what crosses: what an order says, what its amounts are, what no cell and no header may carry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from ownstock.base.errors import Refused
from ownstock.base.fingerprints import fingerprint

CENT = Decimal("0.01")
# OWASP ASVS 5.0, 1.2.10, with the line ends and the wide forms that spreadsheets also take for the start of a formula.
FORMULA_STARTS = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """One line as the supplier reads it: so much of an item, at a price, on a day.

    `quantity` counts stock units (`unit`) and `price` is of one of them; `purchase_quantity` says the same in purchase
    units, exactly, and is empty where the two units are one.
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

    @property
    def amount(self) -> Decimal:
        """Quantity x price in the order's currency, rounded to 0.01, half up."""
        return (self.quantity * self.price).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class WrittenOrder:
    """A revision of a purchase order as the supplier reads it, whatever paper or file it is written on."""

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

    @property
    def total(self) -> Decimal:
        """The sum of the lines' amounts."""
        return sum((line.amount for line in self.lines), Decimal("0.00"))

    @property
    def name(self) -> str:
        """What its files are called, without an ending: `PO-000012-1`."""
        return f"{self.number}-{self.revision}"

    @property
    def replaces(self) -> str:
        """The sentence that a later revision opens with; empty in the first."""
        return "" if self.revision == 1 else f"This revision {self.revision} replaces all earlier ones of the order."


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
