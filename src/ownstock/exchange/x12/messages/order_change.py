"""The change of an order, 860: a change of lines, or the cancellation of the whole."""

from __future__ import annotations

from decimal import Decimal

from ownstock.exchange.documents import ChangedLine, LineChange, OrderChangeDocument, OrderedLine
from ownstock.exchange.x12.envelope import Message, element
from ownstock.exchange.x12.messages import parts
from ownstock.exchange.x12.messages.order import header_segments, requested
from ownstock.exchange.x12.syntax import Segment

KIND = "860"
UNDERSTOOD = {"ST", "BCH", "CUR", "N1", "N2", "N3", "N4", "MSG", "CTT", "SE"}
UNDERSTOOD_OF_LINE = {"POC", "PID"}
CHANGES = {"AI": LineChange.ADDED, "DI": LineChange.CANCELLED, "NC": LineChange.UNCHANGED}
# Where a POC says what a PO1 says elsewhere.
POSITIONS = {"quantity": 3, "unit": 5, "codes": 8}
PRICE = 6
CHANGE_CODES = {
    LineChange.ADDED: "AI",
    LineChange.CANCELLED: "DI",
    LineChange.UNCHANGED: "NC",
    LineChange.CHANGED: "CA",
}


def read_order_change(message: Message) -> OrderChangeDocument:
    """The change that a message says."""
    header, lines, rest = parts.parted(message, "POC", ("CTT", "SE"))
    opening = parts.first_of(header, "BCH")
    return OrderChangeDocument(
        order_number=element(opening, 3),
        ordered_on=parts.date_of(element(opening, 6)),
        purpose=parts.purpose_of(element(opening, 1)),
        kind=element(opening, 2),
        change_number=element(opening, 5),
        changed_on=parts.date_of(element(opening, 11)),
        currency=parts.currency_of(header),
        requested_on=parts.date_said(header, parts.REQUESTED_DELIVERY),
        parties=parts.parties_of(header),
        texts=parts.texts_of(header),
        lines=tuple(_line(block, index) for index, block in enumerate(lines, start=1)),
        kept=parts.kept_of([*header, *rest], UNDERSTOOD),
    )


def _line(block: parts.Block, index: int) -> ChangedLine:
    opening = block.opening
    return ChangedLine(
        **parts.line_fields(block, index, **POSITIONS),
        change=change_of(opening),
        change_code=element(opening, 2),
        open_quantity=parts.decimal_of(element(opening, 4)),
        price=parts.price_of(opening, PRICE),
        requested_on=parts.date_said(block.segments, parts.REQUESTED_DELIVERY),
        shipping_on=parts.date_said(block.segments, parts.REQUESTED_SHIPPING),
        kept=parts.kept_of(block.segments, UNDERSTOOD_OF_LINE),
    )


def change_of(opening: Segment) -> LineChange:
    """What becomes of a line, by the code of its POC."""
    return CHANGES.get(element(opening, 2), LineChange.CHANGED)


def write_order_change(change: OrderChangeDocument) -> list[Segment]:
    """The body of an 860."""
    opening = ["BCH", parts.PURPOSE_CODES[change.purpose], change.kind, change.order_number, "", change.change_number]
    opening += [parts.day(change.ordered_on), "", "", "", "", parts.day(change.changed_on)]
    body = [opening, *header_segments(change.currency, change.requested_on)]
    body += [*parts.text_segments(change.texts), *parts.party_segments(change.parties)]
    for line in change.lines:
        body.append(changed_segment(line, line.change_code or CHANGE_CODES[line.change], line.open_quantity))
        body += [*parts.description_segments(line.description), *requested(line.requested_on, line.shipping_on)]
    return [*body, ["CTT", str(len(change.lines))]]


def changed_segment(line: OrderedLine, code: str, still_open: Decimal | None) -> Segment:
    """The segment that opens a changed line."""
    numbers = [parts.written(line.quantity), parts.written(still_open), line.unit, parts.written(line.price), ""]
    return ["POC", line.line, code, *numbers, *parts.code_pairs(line.codes)]
