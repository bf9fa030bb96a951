"""The 997 that a partner's system sends: whether it could read a group of ours."""

from __future__ import annotations

from ownstock.exchange.documents import AnsweredMessage, SyntaxAnswerDocument, SyntaxFault, SyntaxVerdict
from ownstock.exchange.x12.envelope import Message, element
from ownstock.exchange.x12.messages import parts
from ownstock.exchange.x12.syntax import Segment

KIND = "997"
UNDERSTOOD = {"ST", "AK1", "AK2", "AK3", "AK4", "AK5", "AK9", "SE"}
VERDICTS = {"A": SyntaxVerdict.ACCEPTED, "E": SyntaxVerdict.ACCEPTED_WITH_ERRORS, "P": SyntaxVerdict.PARTLY_ACCEPTED}


def read_syntax_answer(message: Message) -> SyntaxAnswerDocument:
    """The answer that a message says; a verdict that we do not know rejects."""
    _, answered = parts.divided(message.segments, "AK2", ("AK9", "SE"))
    group, closing = parts.first_of(message.segments, "AK1"), parts.first_of(message.segments, "AK9")
    said, came, accepted = (int(parts.decimal_of(element(closing, position)) or 0) for position in (2, 3, 4))
    return SyntaxAnswerDocument(
        group_kind=element(group, 1),
        group_number=element(group, 2),
        verdict=VERDICTS.get(element(closing, 1), SyntaxVerdict.REJECTED),
        said=said,
        came=came,
        accepted=accepted,
        codes=tuple(filter(None, closing[5:])),
        messages=tuple(map(_message, answered)),
        kept=parts.kept_of(message.segments, UNDERSTOOD),
    )


def _message(block: list[Segment]) -> AnsweredMessage:
    closing = parts.first_of(block, "AK5")
    return AnsweredMessage(
        kind=element(block[0], 1),
        control_number=element(block[0], 2),
        verdict=VERDICTS.get(element(closing, 1), SyntaxVerdict.REJECTED),
        codes=tuple(filter(None, closing[2:])),
        faults=tuple(fault for segment in _faulty(block) for fault in segment),
    )


def _faulty(block: list[Segment]) -> list[list[SyntaxFault]]:
    """The faults of each segment that AK3 names: one an element, or one for the segment itself."""
    _, named = parts.divided(block, "AK3", ("AK5",))
    return [_faults(segments) for segments in named]


def _faults(segments: list[Segment]) -> list[SyntaxFault]:
    opening = segments[0]
    tag, number = element(opening, 1), int(parts.decimal_of(element(opening, 2)) or 0)
    if not segments[1:]:
        return [SyntaxFault(tag=tag, segment=number, code=element(opening, 4))]
    return [
        SyntaxFault(
            tag=tag,
            segment=number,
            code=element(of_element, 3),
            element=_position(element(of_element, 1)),
            found=element(of_element, 4),
        )
        for of_element in segments[1:]
    ]


def _position(text: str) -> int | None:
    """The position of an element; of a composite the number before its first separator."""
    digits = "".join(c if c.isascii() and c.isdigit() else " " for c in text).split()
    return int(digits[0]) if digits else None
