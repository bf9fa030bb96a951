"""The order, 850."""

from __future__ import annotations

from datetime import date

from ownstock.exchange.documents import OrderDocument, OrderedLine
from ownstock.exchange.x12.envelope import Message, element
from ownstock.exchange.x12.messages import parts
from ownstock.exchange.x12.syntax import Segment

KIND = "850"
UNDERSTOOD = {"ST", "BEG", "CUR", "N1", "N2", "N3", "N4", "MSG", "CTT", "SE"}
UNDERSTOOD_OF_LINE = {"PO1", "PID"}


def read_order(message: Message) -> OrderDocument:
    """The order that a message says."""
    header, lines, rest = parts.parted(message, "PO1", ("CTT", "SE"))
    opening = parts.first_of(header, "BEG")
    return OrderDocument(
        number=element(opening, 3),
        ordered_on=parts.date_of(element(opening, 5)),
        purpose=parts.purpose_of(element(opening, 1)),
        kind=element(opening, 2),
        release=element(opening, 4),
        currency=parts.currency_of(header),
        requested_on=parts.date_said(header, parts.REQUESTED_DELIVERY),
        parties=parts.parties_of(header),
        texts=parts.texts_of(header),
        lines=tuple(_line(block, index) for index, block in enumerate(lines, start=1)),
        kept=parts.kept_of([*header, *rest], UNDERSTOOD),
    )


def _line(block: parts.Block, index: int) -> OrderedLine:
    dates = parts.dates_of(block.segments)
    return OrderedLine(
        **parts.line_fields(block, index),
        price=parts.price_of(block.opening, 4),
        requested_on=parts.date_among(dates, parts.REQUESTED_DELIVERY),
        shipping_on=parts.date_among(dates, parts.REQUESTED_SHIPPING),
        kept=parts.kept_of(block.segments, UNDERSTOOD_OF_LINE),
    )


def write_order(order: OrderDocument) -> list[Segment]:
    """The body of an 850."""
    opening = [
        "BEG",
        parts.PURPOSE_CODES[order.purpose],
        order.kind,
        order.number,
        order.release,
        parts.day(order.ordered_on),
    ]
    body = [opening, *header_segments(order.currency, order.requested_on)]
    body += [*parts.text_segments(order.texts), *parts.party_segments(order.parties)]
    for line in order.lines:
        body.append(parts.line_segment("PO1", line, line.price))
        body += [*parts.description_segments(line.description), *requested(line.requested_on, line.shipping_on)]
    return [*body, ["CTT", str(len(order.lines))]]


def header_segments(currency: str, requested_on: date | None) -> list[Segment]:
    """The currency and the requested day of a document."""
    named = [["CUR", "BY", currency]] if currency else []
    return [*named, *requested(requested_on)]


def requested(requested_on: date | None, shipping_on: date | None = None) -> list[Segment]:
    """The day on which something is to arrive, and the day on which it is to leave."""
    days = (("002", requested_on), ("010", shipping_on))
    return [["DTM", kind, parts.day(on)] for kind, on in days if on]
