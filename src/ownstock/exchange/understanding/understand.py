"""Each document to the rule that knows what it means."""

from __future__ import annotations

from collections.abc import Mapping

from ownstock.exchange.documents import (
    AcknowledgementDocument,
    Document,
    Fault,
    InterchangeAnswerDocument,
    InvoiceDocument,
    OrderChangeDocument,
    OrderDocument,
    ShippingNoticeDocument,
    SyntaxAnswerDocument,
)
from ownstock.exchange.partners import Conventions
from ownstock.exchange.understanding.answers import understand_acknowledgement
from ownstock.exchange.understanding.invoices import understand_invoice
from ownstock.exchange.understanding.meanings import Understood
from ownstock.exchange.understanding.notices import understand_shipping_notice
from ownstock.exchange.understanding.sent_orders import SentOrder


def order_numbers(document: Document) -> list[str]:
    """The orders that a document speaks of."""
    match document:
        case OrderDocument():
            numbers = [document.number]
        case ShippingNoticeDocument():
            numbers = [line.order_number for line in document.lines]
        case InvoiceDocument():
            numbers = [document.order_number, *(line.order_number for line in document.lines)]
        case OrderChangeDocument() | AcknowledgementDocument():
            numbers = [document.order_number]
        case _:
            numbers = []
    return list(dict.fromkeys(filter(None, numbers)))


def understand(
    document: Document, orders: Mapping[str, SentOrder], conventions: Conventions, supplier: str
) -> Understood:
    """What a document of a supplier means; `orders` are those it speaks of, by number, as far as there are such.

    Whatever the document says there is an answer: what cannot be understood is told as faults, and then nothing else is.
    """
    match document:
        case AcknowledgementDocument():
            return understand_acknowledgement(document, orders, conventions, supplier)
        case ShippingNoticeDocument():
            return understand_shipping_notice(document, orders, conventions, supplier)
        case InvoiceDocument():
            return understand_invoice(document, orders, conventions, supplier)
        case SyntaxAnswerDocument() | InterchangeAnswerDocument():
            return Understood(document)
        case _:
            sentence = (
                f"Nothing is done here with a {type(document).__name__.removesuffix('Document').lower()} of a supplier. Ask "
                "the supplier not to send it, or discard it."
            )
            return Understood(faults=(Fault(code="not_applied", sentence=sentence),))
