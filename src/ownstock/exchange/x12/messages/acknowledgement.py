"""The supplier's answer to an order, 855: what becomes of each line, in parts where a line is divided."""

from __future__ import annotations

from ownstock.exchange.documents import AcknowledgedLine, AcknowledgementDocument, AnsweredPart, LineStatus, Verdict
from ownstock.exchange.x12.envelope import Message, element
from ownstock.exchange.x12.messages import parts
from ownstock.exchange.x12.messages.order import header_segments, requested
from ownstock.exchange.x12.syntax import Segment

KIND = "855"
UNDERSTOOD = {"ST", "BAK", "CUR", "N1", "N2", "N3", "N4", "MSG", "CTT", "SE"}
UNDERSTOOD_OF_LINE = {"PO1", "PID", "ACK"}
VERDICTS = {
    "AK": Verdict.ACCEPTED,
    "AT": Verdict.ACCEPTED,
    "AD": Verdict.ACCEPTED,
    "AH": Verdict.HELD,
    "RJ": Verdict.REJECTED,
    "RD": Verdict.REJECTED,
}
VERDICT_CODES = {Verdict.ACCEPTED: "AD", Verdict.DETAILED: "AC", Verdict.HELD: "AH", Verdict.REJECTED: "RD"}
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


def read_acknowledgement(message: Message) -> AcknowledgementDocument:
    """The answer that a message says."""
    header, lines, rest = parts.blocks(message.segments, "PO1", ("CTT", "SE"))
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


def _line(block: list[Segment], index: int) -> AcknowledgedLine:
    opening = block[0]
    before, answers, _ = parts.blocks(block, "ACK", ("SCH", "PKG", "LDT", "N9", "N1", "SLN"))
    return AcknowledgedLine(
        line=parts.number_of_line(opening, index),
        quantity=parts.decimal_of(element(opening, 2)),
        unit=element(opening, 3),
        price=parts.decimal_of(element(opening, 4)),
        codes=parts.codes_of(opening, 6),
        description=parts.description_of(block),
        requested_on=parts.date_said(before, parts.REQUESTED_DELIVERY),
        answers=tuple(map(_answer, answers)),
        kept=parts.kept_of(block, UNDERSTOOD_OF_LINE),
    )


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
    code = answer.verdict_code or VERDICT_CODES[answer.verdict]
    opening = [
        "BAK",
        parts.PURPOSE_CODES[answer.purpose],
        code,
        answer.order_number,
        parts.day(answer.ordered_on),
        "",
        "",
        "",
    ]
    body = [[*opening, answer.supplier_number, parts.day(answer.answered_on)], *header_segments(answer.currency, None)]
    body += [*parts.text_segments(answer.texts), *parts.party_segments(answer.parties)]
    for line in answer.lines:
        numbers = [parts.written(line.quantity), line.unit, parts.written(line.price), ""]
        body.append(["PO1", line.line, *numbers, *parts.code_pairs(line.codes)])
        body += [*parts.description_segments(line.description), *requested(line.requested_on)]
        body += [segment for one in line.answers for segment in _answer_segments(one)]
    return [*body, ["CTT", str(len(answer.lines))]]


def _answer_segments(answer: AnsweredPart) -> list[Segment]:
    code = answer.code or STATUS_CODES[answer.status]
    dates = [(PROMISED[0], answer.promised_on), (SHIPPING[0], answer.shipping_on)]
    said = [[kind, parts.day(on)] for kind, on in dates if on]
    first = said[0] if said else ["", ""]
    opening = ["ACK", code, parts.written(answer.quantity), answer.unit, *first, "", *parts.code_pairs(answer.codes)]
    return [opening, *(["DTM", *other] for other in said[1:])]
