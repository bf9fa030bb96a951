"""The kinds of messages, one file each: a message as a document, and a document as the body of a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ownstock.exchange.documents import Document
from ownstock.exchange.x12.envelope import Message
from ownstock.exchange.x12.messages import (
    acknowledgement,
    availability,
    forecast,
    invoice,
    order,
    order_change,
    shipping_notice,
    syntax_answer,
)
from ownstock.exchange.x12.syntax import Segment

READERS: dict[str, Callable[[Message], Document]] = {
    order.KIND: order.read_order,
    order_change.KIND: order_change.read_order_change,
    acknowledgement.KIND: acknowledgement.read_acknowledgement,
    acknowledgement.CHANGE_KIND: acknowledgement.read_change_acknowledgement,
    shipping_notice.KIND: shipping_notice.read_shipping_notice,
    invoice.KIND: invoice.read_invoice,
    syntax_answer.KIND: syntax_answer.read_syntax_answer,
    availability.KIND: availability.read_availability,
    forecast.KIND: forecast.read_forecast,
}
# What we write, each as the body of a message; the answers to groups are made of what was read, in `answer`.
WRITERS: dict[str, Callable[[Any], list[Segment]]] = {
    order.KIND: order.write_order,
    order_change.KIND: order_change.write_order_change,
    acknowledgement.KIND: acknowledgement.write_acknowledgement,
    acknowledgement.CHANGE_KIND: acknowledgement.write_change_acknowledgement,
    shipping_notice.KIND: shipping_notice.write_shipping_notice,
    invoice.KIND: invoice.write_invoice,
    forecast.KIND: forecast.write_forecast,
}


def read_document(message: Message) -> Document | None:
    """What a message says; None where its kind is not read. It must have been checked: what breaks is not looked at again."""
    reader = READERS.get(message.kind)
    return reader(message) if reader else None
