"""What a supplier's invoice means: goods of which lines at which price, charges, taxes, and what is asked for in all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from ownstock.exchange.documents import Charge, Fault, InvoicedLine, InvoiceDocument, Purpose, Tax
from ownstock.exchange.partners import Conventions
from ownstock.exchange.understanding.meanings import Findings, Understood
from ownstock.exchange.understanding.sent_orders import SentOrder, line_meant, objections, unit_meant, unit_unknown
from ownstock.purchasing.rules.invoices import (
    ChargeKind,
    EnteredCharge,
    EnteredInvoice,
    EnteredInvoiceLine,
    InvoiceKind,
)

HEADER = "the head of the invoice"
NEW = frozenset({Purpose.ORIGINAL, Purpose.DUPLICATE, Purpose.CONFIRMATION})
# How X12 calls an invoice that gives money back.
CREDITS = frozenset({"CN", "CR", "CO", "FD"})
CENT = Decimal("0.01")
MAX_FIGURE = 10**12


def understand_invoice(
    document: InvoiceDocument, orders: Mapping[str, SentOrder], conventions: Conventions, supplier: str
) -> Understood:
    """The invoice, each of its goods on a line of an order, in the unit that it names; prices stay as they are said."""
    found = Findings()
    found.faults += _faults_of_the_whole(document)
    found.faults += _objections(document, orders, supplier)
    lines = [_line(said, document, orders, conventions) for said in document.lines] if not found.faults else []
    charges = [*_charges(document)]
    found.faults += [one for one in (*lines, *charges) if isinstance(one, Fault)]
    if found.faults or document.invoiced_on is None:
        return found.understood(None)
    order = orders[next(iter(_numbers(document)))].newest
    invoice = EnteredInvoice(
        supplier=supplier,
        number=document.number,
        invoiced_on=document.invoiced_on,
        currency=document.currency or order.currency,
        total=document.total,
        lines=tuple(line for line in lines if isinstance(line, EnteredInvoiceLine)),
        charges=tuple(charge for charge in charges if isinstance(charge, EnteredCharge)),
        due_on=document.due_on,
    )
    return found.understood(_credited(invoice) if document.kind in CREDITS else invoice)


def _numbers(document: InvoiceDocument) -> dict[str, str]:
    """The orders that are invoiced, each with the place where it is named first."""
    named: dict[str, str] = {}
    for said in document.lines:
        named.setdefault(said.order_number or document.order_number, said.place)
    return named or {document.order_number: HEADER}


def _faults_of_the_whole(document: InvoiceDocument) -> Iterator[Fault]:
    if document.purpose not in NEW:
        sentence = (
            f"{HEADER}: it takes back or replaces {document.number}, or does not say what it does. Nothing is done with it; "
            "cancel the invoice by hand, or ask the supplier for a credit note."
        )
        yield Fault(code="purpose_unknown", sentence=sentence, place=HEADER)
    if document.invoiced_on is None:
        yield Fault(code="no_date", sentence=f"{HEADER}: it has no date. Ask the supplier.", place=HEADER)


def _objections(document: InvoiceDocument, orders: Mapping[str, SentOrder], supplier: str) -> Iterator[Fault]:
    for number, place in _numbers(document).items():
        yield from objections(orders.get(number), number, supplier, document.currency, place)


def _line(
    said: InvoicedLine, document: InvoiceDocument, orders: Mapping[str, SentOrder], conventions: Conventions
) -> EnteredInvoiceLine | Fault:
    number = said.order_number or document.order_number
    line = line_meant(orders[number].lines, said, number, conventions)
    if isinstance(line, Fault):
        return line
    unit = unit_meant(line, said.unit, conventions)
    if unit is None:
        return unit_unknown(line, said.unit, said.place)
    if said.quantity is None or said.price is None or not _are_figures(said.quantity, said.price):
        sentence = f"{said.place}: line {said.line} of the invoice says no quantity or no price. Ask the supplier."
        return Fault(code="no_figures", sentence=sentence, place=said.place)
    return EnteredInvoiceLine(
        quantity=said.quantity,
        price=said.price,
        order_number=number,
        line=line.line,
        unit=unit,
        description=said.description,
    )


def _are_figures(*figures: Decimal) -> bool:
    return all(figure.is_finite() and abs(figure) <= MAX_FIGURE for figure in figures)


def _charges(document: InvoiceDocument) -> Iterator[EnteredCharge | Fault]:
    """What is asked for beside the goods, for the whole and line by line."""
    yield from _asked(document.charges, document.taxes, "", HEADER)
    for line in document.lines:
        yield from _asked(line.charges, line.taxes, f"line {line.line}: ", line.place)


def _asked(charges: tuple[Charge, ...], taxes: tuple[Tax, ...], of: str, place: str) -> Iterator[EnteredCharge | Fault]:
    for charge in charges:
        yield EnteredCharge(amount=charge.amount, words=f"{of}{charge.words or charge.code}"[:200])
    for tax in taxes:
        amount = _amount(tax)
        if amount is None:
            sentence = f"{place}: the tax {tax.code} says no amount. Ask the supplier."
            yield Fault(code="tax_without_amount", sentence=sentence, place=place)
        else:
            yield EnteredCharge(amount=amount, words=f"{of}tax {tax.code}", kind=ChargeKind.TAX)


def _amount(tax: Tax) -> Decimal | None:
    """What a tax comes to: as it is said, or its percent of what is taxed, to the cent."""
    if tax.amount is not None:
        return tax.amount
    if tax.percent is None or tax.taxed is None or not _are_figures(tax.percent, tax.taxed):
        return None
    return (tax.taxed * tax.percent / 100).quantize(CENT, ROUND_HALF_UP)


def _credited(invoice: EnteredInvoice) -> EnteredInvoice:
    """A credit note: its figures are below zero, whichever way the supplier writes them."""
    if invoice.total < 0:
        return replace(invoice, kind=InvoiceKind.CREDIT_NOTE)
    return replace(
        invoice,
        kind=InvoiceKind.CREDIT_NOTE,
        total=-invoice.total,
        lines=tuple(replace(line, quantity=-line.quantity) for line in invoice.lines),
        charges=tuple(replace(charge, amount=-charge.amount) for charge in invoice.charges),
    )
