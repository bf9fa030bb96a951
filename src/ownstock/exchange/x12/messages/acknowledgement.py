"""The supplier's answer to an order, 855, or to its change, 865: what becomes of each line, in parts where one is divided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypedDict

from ownstock.exchange.documents import (
    AcknowledgedLine,
    AcknowledgementDocument,
    AnsweredPart,
    Kept,
    LineChange,
    LineStatus,
    Verdict,
)
from ownstock.exchange.x12.envelope import Message, element
from ownstock.exchange.x12.messages import order_change, parts
from ownstock.exchange.x12.messages.order import header_segments, requested
from ownstock.exchange.x12.syntax import Segment

KIND = "855"
CHANGE_KIND = "865"
UNDERSTOOD = {"ST", "BAK", "BCA", "CUR", "N1", "N2", "N3", "N4", "MSG", "CTT", "SE"}
UNDERSTOOD_OF_LINE = {"PO1", "POC", "PID", "ACK"}
VERDICTS = {
    "AK": Verdict.ACCEPTED,
    "AT": Verdict.ACCEPTED,
    "AD": Verdict.ACCEPTED,
    "AE": Verdict.EXCEPTED,
    "AH": Verdict.HELD,
    "RJ": Verdict.REJECTED,
    "RD": Verdict.REJECTED,
}
VERDICT_CODES = {
    Verdict.ACCEPTED: "AD",
    Verdict.DETAILED: "AC",
    Verdict.EXCEPTED: "AE",
    Verdict.HELD: "AH",
    Verdict.REJECTED: "RD",
}
STATUSES = {
    **dict.fromkeys(("IA", "AA", "AR"), LineStatus.ACCEPTED),
    **dict.fromkeys(("IC", "IP", "IQ", "DR", "IE", "SP"), LineStatus.CHANGED),
    **dict.fromkeys(("IB", "BP"), LineStatus.BACKORDERED),
    **dict.fromkeys(("IF", "IH", "IW"), LineStatus.HELD),
    **dict.fromkeys(("AC", "CC", "CP"), LineStatus.SHIPPED),
    **dict.fromkeys(("IR", "R1", "R2", "R3", "R4", "R5", "R6"), LineStatus.REJECTED),
    "IS": LineStatus.SUBSTITUTED,
    "ID": LineStatus.CANCELLED,
}
STATUS_CODES = {status: code for code, status in reversed(STATUSES.items())}
PROMISED = ("067", "069", "017", "002")
SHIPPING = ("068", "079", "010", "011")
LINE_ENDS = ("SCH", "PKG", "LDT", "N9", "N1", "SLN")


def read_acknowledgement(message: Message) -> AcknowledgementDocument:
    """The answer to an order that a message says."""
    header, lines, rest = parts.parted(message, "PO1", ("CTT", "SE"))
    opening = parts.first_of(header, "BAK")
    return AcknowledgementDocument(
        order_number=element(opening, 3),
        ordered_on=parts.date_of(element(opening, 4)),
        verdict=VERDICTS.get(element(opening, 2), Verdict.DETAILED),
        verdict_code=element(opening, 2),
        purpose=parts.purpose_of(element(opening, 1)),
        supplier_number=element(opening, 8),
        answered_on=parts.date_of(element(opening, 9)),
        currency=parts.currency_of(header),
        parties=parts.parties_of(header),
        texts=parts.texts_of(header),
        lines=tuple(_line(block, index) for index, block in enumerate(lines, start=1)),
        kept=parts.kept_of([*header, *rest], UNDERSTOOD),
    )


def read_change_acknowledgement(message: Message) -> AcknowledgementDocument:
    """The answer to the change of an order that a message says."""
    header, lines, rest = parts.parted(message, "POC", ("CTT", "SE"))
    opening = parts.first_of(header, "BCA")
    return AcknowledgementDocument(
        order_number=element(opening, 3),
        change_number=element(opening, 5),
        ordered_on=parts.date_of(element(opening, 6)),
        verdict=VERDICTS.get(element(opening, 2), Verdict.DETAILED),
        verdict_code=element(opening, 2),
        purpose=parts.purpose_of(element(opening, 1)),
        supplier_number=element(opening, 9),
        answered_on=parts.date_of(element(opening, 10)),
        currency=parts.currency_of(header),
        parties=parts.parties_of(header),
        texts=parts.texts_of(header),
        lines=tuple(_changed_line(block, index) for index, block in enumerate(lines, start=1)),
        kept=parts.kept_of([*header, *rest], UNDERSTOOD),
    )


def _line(block: parts.Block, index: int) -> AcknowledgedLine:
    return AcknowledgedLine(
        **parts.line_fields(block, index),
        price=parts.price_of(block.opening, 4),
        **_answered(block),
    )


def _changed_line(block: parts.Block, index: int) -> AcknowledgedLine:
    return AcknowledgedLine(
        **parts.line_fields(block, index, **order_change.POSITIONS),
        price=parts.price_of(block.opening, order_change.PRICE),
        change=order_change.change_of(block.opening),
        **_answered(block),
    )


class _Answered(TypedDict):
    requested_on: date | None
    shipping_on: date | None
    answers: tuple[AnsweredPart, ...]
    texts: tuple[str, ...]
    kept: Kept


def _answered(block: parts.Block) -> _Answered:
    """What is said of an answered line, whichever segment opens it."""
    before, answers = parts.divided(block.segments, "ACK", LINE_ENDS)
    return {
        "requested_on": parts.date_said(before, parts.REQUESTED_DELIVERY),
        "shipping_on": parts.date_said(before, parts.REQUESTED_SHIPPING),
        "answers": tuple(map(_answer, answers)),
        "texts": (*parts.texts_of(block.segments), *parts.words_of(block.segments)),
        "kept": parts.kept_of(block.segments, UNDERSTOOD_OF_LINE),
    }


def _answer(block: list[Segment]) -> AnsweredPart:
    opening = block[0]
    code, kind, said = element(opening, 1), element(opening, 4), parts.date_of(element(opening, 5))
    return AnsweredPart(
        status=STATUSES.get(code, LineStatus.UNKNOWN),
        code=code,
        quantity=parts.decimal_of(element(opening, 2)),
        unit=element(opening, 3),
        promised_on=said if kind in PROMISED else parts.date_said(block, PROMISED),
        shipping_on=said if kind in SHIPPING else parts.date_said(block, SHIPPING),
        codes=parts.codes_of(opening[:27], 7),
    )


def write_acknowledgement(answer: AcknowledgementDocument) -> list[Segment]:
    """The body of an 855."""
    day = parts.day(answer.ordered_on)
    opening = [*_opening("BAK", answer), day, "", "", "", answer.supplier_number, parts.day(answer.answered_on)]
    lines = [[parts.line_segment("PO1", line, line.price), *_line_segments(line)] for line in answer.lines]
    return _body(opening, answer, lines)


def write_change_acknowledgement(answer: AcknowledgementDocument) -> list[Segment]:
    """The body of an 865."""
    opening = [*_opening("BCA", answer), "", answer.change_number, parts.day(answer.ordered_on), "", ""]
    opening += [answer.supplier_number, parts.day(answer.answered_on)]
    return _body(opening, answer, [[_changed_segment(line), *_line_segments(line)] for line in answer.lines])


def _changed_segment(line: AcknowledgedLine) -> Segment:
    return order_change.changed_segment(line, order_change.CHANGE_CODES[line.change or LineChange.CHANGED], None)


def _opening(tag: str, answer: AcknowledgementDocument) -> list[str]:
    code = answer.verdict_code or VERDICT_CODES[answer.verdict]
    return [tag, parts.PURPOSE_CODES[answer.purpose], code, answer.order_number]


def _body(opening: Segment, answer: AcknowledgementDocument, lines: list[list[Segment]]) -> list[Segment]:
    body = [opening, *header_segments(answer.currency, None)]
    body += [*parts.text_segments(answer.texts), *parts.party_segments(answer.parties)]
    return [*body, *(segment for line in lines for segment in line), ["CTT", str(len(lines))]]


def _line_segments(line: AcknowledgedLine) -> list[Segment]:
    said = [*parts.description_segments(line.description), *requested(line.requested_on, line.shipping_on)]
    answers = [segment for one in line.answers for segment in _answer_segments(one)]
    return [*said, *answers, *parts.text_segments(line.texts)]


def _answer_segments(one: AnsweredPart) -> Iterable[Segment]:
    """ACK with the day promised; of two days the other follows in a DTM."""
    days = [(PROMISED[0], one.promised_on), (SHIPPING[0], one.shipping_on)]
    (kind, on), *others = [day for day in days if day[1]] or [("", None)]
    code = one.code or STATUS_CODES[one.status]
    yield ["ACK", code, parts.written(one.quantity), one.unit, kind, parts.day(on), "", *parts.code_pairs(one.codes)]
    yield from (["DTM", kind, parts.day(on)] for kind, on in others)
