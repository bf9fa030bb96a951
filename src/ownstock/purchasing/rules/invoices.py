"""Pure decisions about an invoice: whether its figures add up, where it stands, how its charges are shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ownstock.base.errors import Refused
from ownstock.base.text import plain

CENT = Decimal("0.01")
STEP = Decimal("0.0001")
MAX_INVOICE_LINES = 10_000
MAX_CHARGES = 100


class InvoiceKind(StrEnum):
    """Whether a supplier asks for money or gives some back."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class InvoiceState(StrEnum):
    """Where an invoice is on its way to being paid."""

    WAITING = "waiting"
    DISPUTED = "disputed"
    MATCHED = "matched"
    APPROVED = "approved"
    CANCELLED = "cancelled"


class ChargeKind(StrEnum):
    """What is asked for beside the goods."""

    CHARGE = "charge"
    TAX = "tax"


@dataclass(frozen=True, slots=True)
class EnteredCharge:
    """Money asked for beside the goods (or taken off, below zero): freight, a discount, a tax."""

    amount: Decimal
    words: str = ""
    kind: ChargeKind = ChargeKind.CHARGE


@dataclass(frozen=True, slots=True)
class EnteredInvoiceLine:
    """Goods invoiced: how many at which price of one, in the unit named (empty: the stock unit).

    The order's line is named by its number, or where that is 0 by `code`: our item's or the supplier's own. Without an order
    the goods were not ordered. Below zero: goods that are credited.
    """

    quantity: Decimal
    price: Decimal
    order_number: str = ""
    line: int = 0
    code: str = ""
    unit: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredInvoice:
    """What a supplier asks for, or credits, under its own number."""

    supplier: str
    number: str
    invoiced_on: date
    currency: str
    total: Decimal
    lines: Sequence[EnteredInvoiceLine]
    charges: Sequence[EnteredCharge] = field(default_factory=tuple)
    kind: InvoiceKind = InvoiceKind.INVOICE
    due_on: date | None = None


def line_amount(quantity: Decimal, price: Decimal) -> Decimal:
    """What a line asks for, in whole cents."""
    return (quantity * price).quantize(CENT)


def check_invoice(invoice: EnteredInvoice) -> None:
    """Refuse an invoice that cannot be meant.

    Raises:
        Refused: no number, no lines or too many, a line of nothing or with a price below zero, an invoice below zero or a
            credit note above, or figures that do not add up: lines + charges + taxes = total, to a cent a line.
    """
    name = f"The invoice {invoice.number or 'without number'} of {invoice.supplier}"
    if not 0 < len(invoice.number) <= 60:
        raise Refused(f"{name} needs a number of 1 to 60 characters.", code="bad_number")
    if not 0 < len(invoice.lines) <= MAX_INVOICE_LINES or len(invoice.charges) > MAX_CHARGES:
        raise Refused(
            f"{name} needs 1 to {MAX_INVOICE_LINES:,} lines, and {MAX_CHARGES} charges at most.", code="bad_line_count"
        )
    for number, line in enumerate(invoice.lines, start=1):
        _check_line(f"{name}, line {number}", line)
    if (invoice.total < 0) != (invoice.kind == InvoiceKind.CREDIT_NOTE) and invoice.total:
        raise Refused(f"{name}: an invoice is of more than nothing, a credit note of less.", code="bad_sign")
    _check_sum(name, invoice)


def _check_line(name: str, line: EnteredInvoiceLine) -> None:
    if not line.quantity.is_finite() or not line.quantity:
        raise Refused(f"{name}: the quantity {line.quantity} says nothing.", code="bad_quantity")
    if not line.price.is_finite() or line.price < 0:
        raise Refused(f"{name}: the price {line.price} is below zero.", code="bad_price")


def _check_sum(name: str, invoice: EnteredInvoice) -> None:
    lines = sum((line.quantity * line.price for line in invoice.lines), Decimal(0))
    charges = sum((charge.amount for charge in invoice.charges), Decimal(0))
    difference = invoice.total - lines - charges
    if abs(difference) > CENT * len(invoice.lines):
        told = f"lines {plain(lines, decimals=2)} and charges and taxes {plain(charges, decimals=2)}"
        raise Refused(
            f"{name} does not add up: {told} are {plain(lines + charges, decimals=2)}, its total is "
            f"{plain(invoice.total, decimals=2)}, a difference of {plain(difference, decimals=2)}.",
            code="does_not_add_up",
            difference=str(difference),
        )


def shared(amount: Decimal, values: Sequence[Decimal]) -> list[Decimal]:
    """Share an amount by value, to four decimals, so that the shares add up to it; equally where nothing has a value."""
    weights = [abs(value) for value in values] if any(values) else [Decimal(1)] * len(values)
    whole, done, given, shares = sum(weights, Decimal(0)), Decimal(0), Decimal(0), []
    for weight in weights:
        done += weight
        upto = (amount * done / whole).quantize(STEP)
        shares.append(upto - given)
        given = upto
    return shares
