"""The TA1 that a partner's system sends: whether it could open an envelope of ours."""

from __future__ import annotations

from ownstock.exchange.documents import InterchangeAnswerDocument, SyntaxVerdict
from ownstock.exchange.x12.envelope import element
from ownstock.exchange.x12.messages import parts
from ownstock.exchange.x12.syntax import Segment

VERDICTS = {"A": SyntaxVerdict.ACCEPTED, "E": SyntaxVerdict.ACCEPTED_WITH_ERRORS}


def read_envelope_answer(segment: Segment) -> InterchangeAnswerDocument:
    """The answer that a TA1 says; a verdict that we do not know rejects."""
    return InterchangeAnswerDocument(
        control_number=element(segment, 1),
        verdict=VERDICTS.get(element(segment, 4), SyntaxVerdict.REJECTED),
        code=element(segment, 5),
        answered_on=parts.date_of(f"20{element(segment, 2)}"),
    )
