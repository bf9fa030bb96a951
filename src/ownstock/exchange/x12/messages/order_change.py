"""The change of an order, 860: a change of lines, or the cancellation of the whole."""

from __future__ import annotations

from ownstock.exchange.documents import ChangedLine, LineChange, OrderChangeDocument
from ownstock.exchange.x12.envelope import Message, element
from ownstock.exchange.x12.messages import parts
from ownstock.exchange.x12.messages.order import header_segments, requested
from ownstock.exchange.x12.syntax import Segment

KIND = "860"
UNDERSTOOD = {"ST", "BCH", "CUR", "N1", "N2", "N3", "N4", "MSG", "CTT", "SE"}
UNDERSTOOD_OF_LINE = {"POC", "PID"}
CHANGES = {"AI": LineChange.ADDED, "DI": LineChange.CANCELLED, "NC": LineChange.UNCHANGED}
CHANGE_CODES = {
    LineChange.ADDED: "AI",
    LineChange.CANCELLED: "DI",
    LineChange.UNCHANGED: "NC",
    LineChange.CHANGED: "CA",
}


def read_order_change(message: Message) -> OrderChangeDocument:
    """The change that a message says."""
    header, lines, rest = parts.blocks(message.segments, "POC", ("CTT", "SE"))
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


def _line(block: list[Segment], index: int) -> ChangedLine:
    opening = block[0]
    code = element(opening, 2)
    return ChangedLine(
        line=parts.number_of_line(opening, index),
        change=CHANGES.get(code, LineChange.CHANGED),
        change_code=code,
        quantity=parts.decimal_of(element(opening, 3)),
        open_quantity=parts.decimal_of(element(opening, 4)),
        unit=element(opening, 5),
        price=parts.decimal_of(element(opening, 6)),
        codes=parts.codes_of(opening, 8),
        description=parts.description_of(block),
        requested_on=parts.date_said(block, parts.REQUESTED_DELIVERY),
        kept=parts.kept_of(block, UNDERSTOOD_OF_LINE),
    )


def write_order_change(change: OrderChangeDocument) -> list[Segment]:
    """The body of an 860."""
    opening = ["BCH", parts.PURPOSE_CODES[change.purpose], change.kind, change.order_number, "", change.change_number]
    opening += [parts.day(change.ordered_on), "", "", "", "", parts.day(change.changed_on)]
    body = [opening, *header_segments(change.currency, change.requested_on)]
    body += [*parts.text_segments(change.texts), *parts.party_segments(change.parties)]
    for line in change.lines:
        code = line.change_code or CHANGE_CODES[line.change]
        numbers = [
            parts.written(line.quantity),
            parts.written(line.open_quantity),
            line.unit,
            parts.written(line.price),
            "",
        ]
        body.append(["POC", line.line, code, *numbers, *parts.code_pairs(line.codes)])
        body += [*parts.description_segments(line.description), *requested(line.requested_on)]
    return [*body, ["CTT", str(len(change.lines))]]
