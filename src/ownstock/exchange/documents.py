"""What business partners tell each other, whatever the format: orders, changes, answers, shipping notices, invoices.

A text that was not said is empty, a number or date that was not said is None. `kept` holds what was read and not understood,
in the words of its format, so that nothing that a partner said is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

Kept = tuple[tuple[str, ...], ...]


class Purpose(StrEnum):
    """What a document does to what was told before."""

    ORIGINAL = "original"
    CANCELLATION = "cancellation"
    CHANGE = "change"
    REPLACEMENT = "replacement"
    CONFIRMATION = "confirmation"
    DUPLICATE = "duplicate"
    OTHER = "other"


class Verdict(StrEnum):
    """What a supplier answers to an order as a whole; `detailed` leaves it to the lines, `excepted` excepts them."""

    ACCEPTED = "accepted"
    DETAILED = "detailed"
    EXCEPTED = "excepted"
    HELD = "held"
    REJECTED = "rejected"


class LineStatus(StrEnum):
    """What a supplier answers to a line, or to a part of its quantity."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    BACKORDERED = "backordered"
    HELD = "held"
    SHIPPED = "shipped"
    SUBSTITUTED = "substituted"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


class LineChange(StrEnum):
    """What the buyer does to a line of an order."""

    ADDED = "added"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    UNCHANGED = "unchanged"


class SyntaxVerdict(StrEnum):
    """Whether a partner's system could read a message."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_ERRORS = "accepted_with_errors"
    PARTLY_ACCEPTED = "partly_accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody in a role (`buyer`, `seller`, `ship_to`, or the format's own word), with a code of theirs and an address."""

    role: str
    name: str = ""
    code: str = ""
    code_kind: str = ""
    street: tuple[str, ...] = ()
    town: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCodes:
    """By which codes a line names an item: the buyer's, the supplier's, a GTIN; the rest as (kind, code)."""

    sku: str = ""
    supplier_sku: str = ""
    gtin: str = ""
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a line of any document says: its number, an item by its codes, so much of it in a unit.

    `place` says where it stands in the file, for sentences about it; it is no part of what is said.
    """

    line: str
    codes: ItemCodes = ItemCodes()
    quantity: Decimal | None = None
    unit: str = ""
    description: str = ""
    place: str = field(default="", compare=False)
    kept: Kept = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedLine(Line):
    """So much of an item, at a price per unit, to arrive on a day, or to leave the supplier on one."""

    price: Decimal | None = None
    requested_on: date | None = None
    shipping_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDocument:
    """An order as it crosses. `kind` is the format's own code of it."""

    number: str
    ordered_on: date | None
    purpose: Purpose = Purpose.ORIGINAL
    kind: str = "SA"
    release: str = ""
    currency: str = ""
    requested_on: date | None = None
    parties: tuple[Party, ...] = ()
    texts: tuple[str, ...] = ()
    lines: tuple[OrderedLine, ...] = ()
    kept: Kept = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedLine(OrderedLine):
    """What becomes of a line: `quantity` is by how much or to how much it changes, `open_quantity` what is still to come."""

    change: LineChange
    change_code: str = ""
    open_quantity: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChangeDocument:
    """A change of an order, or its cancellation."""

    order_number: str
    ordered_on: date | None
    purpose: Purpose = Purpose.CHANGE
    kind: str = "SA"
    change_number: str = ""
    changed_on: date | None = None
    currency: str = ""
    requested_on: date | None = None
    parties: tuple[Party, ...] = ()
    texts: tuple[str, ...] = ()
    lines: tuple[ChangedLine, ...] = ()
    kept: Kept = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredPart:
    """What becomes of a line or a part of it; `code` is the format's own, `codes` names another item sent instead."""

    status: LineStatus
    code: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    promised_on: date | None = None
    shipping_on: date | None = None
    codes: ItemCodes = ItemCodes()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgedLine(OrderedLine):
    """An ordered line and the answers to it; together they speak of its whole quantity or of a part.

    `change` is what became of it where a change is answered, `texts` the supplier's own words.
    """

    answers: tuple[AnsweredPart, ...] = ()
    change: LineChange | None = None
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgementDocument:
    """A supplier's answer to an order, or to the change of one that `change_number` names."""

    order_number: str
    ordered_on: date | None
    verdict: Verdict
    verdict_code: str = ""
    purpose: Purpose = Purpose.ORIGINAL
    change_number: str = ""
    supplier_number: str = ""
    answered_on: date | None = None
    currency: str = ""
    parties: tuple[Party, ...] = ()
    texts: tuple[str, ...] = ()
    lines: tuple[AcknowledgedLine, ...] = ()
    kept: Kept = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedLine(Line):
    """So much of an item on its way, for which order, in which packages (their marks, such as an SSCC) and lot."""

    order_number: str
    lot: str = ""
    expires_on: date | None = None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingNoticeDocument:
    """What left a supplier, and when it is expected."""

    number: str
    written_on: date | None
    written_time: str = ""
    purpose: Purpose = Purpose.ORIGINAL
    shipped_on: date | None = None
    expected_on: date | None = None
    carrier: str = ""
    bill_of_lading: str = ""
    carrier_references: tuple[str, ...] = ()
    package_count: int | None = None
    weight: Decimal | None = None
    weight_unit: str = ""
    parties: tuple[Party, ...] = ()
    lines: tuple[ShippedLine, ...] = ()
    kept: Kept = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """Money added (positive) or taken off (negative), for a service by the format's own code."""

    amount: Decimal
    code: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """A tax by the format's own code: its amount, its percent, and what it was taken of."""

    code: str
    amount: Decimal | None = None
    percent: Decimal | None = None
    taxed: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicedLine(Line):
    """So much of an item, at a price per unit; `order_number` where a line names another order than the whole."""

    price: Decimal | None = None
    order_number: str = ""
    charges: tuple[Charge, ...] = ()
    taxes: tuple[Tax, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDocument:
    """An invoice; `total` is what it asks for, in the currency, with all charges and taxes."""

    number: str
    invoiced_on: date | None
    total: Decimal
    due_on: date | None = None
    order_number: str = ""
    ordered_on: date | None = None
    kind: str = ""
    purpose: Purpose = Purpose.ORIGINAL
    currency: str = ""
    parties: tuple[Party, ...] = ()
    charges: tuple[Charge, ...] = ()
    taxes: tuple[Tax, ...] = ()
    lines: tuple[InvoicedLine, ...] = ()
    kept: Kept = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntaxFault:
    """Where a partner's system found an error: segment by tag and number in the message, element where it names one."""

    tag: str
    segment: int
    code: str = ""
    element: int | None = None
    found: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredMessage:
    """What a partner's system says of one message of ours."""

    kind: str
    control_number: str
    verdict: SyntaxVerdict
    codes: tuple[str, ...] = ()
    faults: tuple[SyntaxFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntaxAnswerDocument:
    """What a partner's system says of a group of ours: whether it could read it, not whether anybody agrees."""

    group_kind: str
    group_number: str
    verdict: SyntaxVerdict
    said: int = 0
    came: int = 0
    accepted: int = 0
    codes: tuple[str, ...] = ()
    messages: tuple[AnsweredMessage, ...] = ()
    kept: Kept = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InterchangeAnswerDocument:
    """What a partner's system says of an envelope of ours: whether it could be opened; `code` is the format's own reason."""

    control_number: str
    verdict: SyntaxVerdict
    code: str = ""
    answered_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailableLine(Line):
    """What a supplier has of an item, by kind: `quantity` is at hand now, `coming` what is expected on which days."""

    price: Decimal | None = None
    coming: tuple[tuple[date, Decimal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityDocument:
    """What a supplier says it has of its items."""

    number: str
    written_on: date | None
    purpose: Purpose = Purpose.ORIGINAL
    currency: str = ""
    parties: tuple[Party, ...] = ()
    lines: tuple[AvailableLine, ...] = ()
    kept: Kept = ()


class ForecastBand(StrEnum):
    """How binding a part of a forecast is: to be delivered, to be prepared for, or an outlook."""

    FIRM = "firm"
    FLEXIBLE = "flexible"
    OUTLOOK = "outlook"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastPart:
    """So much expected to be wanted in the week or month that begins on a day."""

    quantity: Decimal
    begins_on: date
    band: ForecastBand = ForecastBand.OUTLOOK
    period: str = "week"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastLine(Line):
    """What is expected to be wanted of an item, period by period."""

    parts: tuple[ForecastPart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastDocument:
    """What a buyer expects to want of a supplier's items."""

    number: str
    written_on: date | None
    begins_on: date | None = None
    ends_on: date | None = None
    purpose: Purpose = Purpose.ORIGINAL
    release: str = ""
    parties: tuple[Party, ...] = ()
    lines: tuple[ForecastLine, ...] = ()
    kept: Kept = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why something that came cannot be taken as it is, where it stands, and what can be done."""

    code: str
    sentence: str
    place: str = ""


Document = (
    OrderDocument
    | OrderChangeDocument
    | AcknowledgementDocument
    | ShippingNoticeDocument
    | InvoiceDocument
    | SyntaxAnswerDocument
    | InterchangeAnswerDocument
    | AvailabilityDocument
    | ForecastDocument
)
