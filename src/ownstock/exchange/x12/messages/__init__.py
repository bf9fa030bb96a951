"""The kinds of messages, one file each: a message as a document, and a document as the body of a message."""

from __future__ import annotations

from collections.abc import Callable

from ownstock.exchange.documents import Document
from ownstock.exchange.x12.envelope import Message
from ownstock.exchange.x12.messages import acknowledgement, invoice, order, order_change, shipping_notice, syntax_answer

READERS: dict[str, Callable[[Message], Document]] = {
    order.KIND: order.read_order,
    order_change.KIND: order_change.read_order_change,
    acknowledgement.KIND: acknowledgement.read_acknowledgement,
    shipping_notice.KIND: shipping_notice.read_shipping_notice,
    invoice.KIND: invoice.read_invoice,
    syntax_answer.KIND: syntax_answer.read_syntax_answer,
}


def read_document(message: Message) -> Document | None:
    """What a message says; None where its kind is not read. It must have been checked: what breaks is not looked at again."""
    reader = READERS.get(message.kind)
    return reader(message) if reader else None
