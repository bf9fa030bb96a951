"""A purchase order as a neutral document: what it says, before it is written in a format for machines."""

from __future__ import annotations

from ownstock.exchange.documents import (
    ChangedLine,
    ItemCodes,
    LineChange,
    OrderChangeDocument,
    OrderDocument,
    OrderedLine,
    Party,
    Purpose,
)
from ownstock.exchange.rules import OrderTopic, WrittenLine, WrittenOrder

PURPOSES = {OrderTopic.PLACED: Purpose.ORIGINAL, OrderTopic.CHASED: Purpose.DUPLICATE}


def document_of(order: WrittenOrder) -> OrderDocument | OrderChangeDocument:
    """What an order, its change, its cancellation or a reminder of it says. Quantities and prices count stock units."""
    if order.topic in PURPOSES:
        return OrderDocument(
            number=order.number,
            ordered_on=order.ordered_on,
            purpose=PURPOSES[order.topic],
            release=str(order.revision) if order.revision > 1 else "",
            currency=order.currency,
            parties=_parties(order),
            lines=tuple(map(_ordered, order.lines)),
        )
    return OrderChangeDocument(
        order_number=order.number,
        ordered_on=order.ordered_on,
        purpose=Purpose.CHANGE if order.topic == OrderTopic.CHANGED else Purpose.CANCELLATION,
        change_number=str(order.revision),
        changed_on=order.written_at.date(),
        currency=order.currency,
        parties=_parties(order),
        lines=tuple(_changed(line, order) for line in order.lines),
    )


def _parties(order: WrittenOrder) -> tuple[Party, ...]:
    return (
        Party(role="buyer", name=order.buyer),
        Party(role="seller", name=order.supplier_name, code=order.supplier_code),
        Party(role="ship_to", name=order.site_name, code=order.site_code),
    )


def _ordered(line: WrittenLine) -> OrderedLine:
    return OrderedLine(
        line=str(line.line), codes=_codes(line), quantity=line.quantity, unit=line.unit, price=line.price,
        description=line.description, requested_on=line.requested_on,
    )  # fmt: skip


def _changed(line: WrittenLine, order: WrittenOrder) -> ChangedLine:
    """What becomes of a line: `quantity` is what is asked for now, as is `open_quantity`."""
    before = next((one for one in order.before if one.line == line.line), None)
    if before is None:
        change = LineChange.ADDED
    elif not line.quantity:
        change = LineChange.CANCELLED
    else:
        same = (before.quantity, before.requested_on, before.price) == (line.quantity, line.requested_on, line.price)
        change = LineChange.UNCHANGED if same else LineChange.CHANGED
    return ChangedLine(
        line=str(line.line), change=change, codes=_codes(line), quantity=line.quantity, open_quantity=line.quantity,
        unit=line.unit, price=line.price, description=line.description, requested_on=line.requested_on,
    )  # fmt: skip


def _codes(line: WrittenLine) -> ItemCodes:
    return ItemCodes(sku=line.sku, supplier_sku=line.supplier_sku)
