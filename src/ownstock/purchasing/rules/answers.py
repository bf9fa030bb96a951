"""Pure decisions about a supplier's answer: whether it can be meant, what it makes of a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ownstock.base.errors import Refused
from ownstock.base.text import plain


class AnswerOutcome(StrEnum):
    """What an answer was taken for: applied to the order, or kept without effect, and why."""

    APPLIED = "applied"
    OLDER_REVISION = "older_revision"
    OVERTAKEN = "overtaken"
    NOTHING_OPEN = "nothing_open"
    TOO_MUCH = "too_much"


@dataclass(frozen=True, slots=True)
class Promise:
    """A part of a line that the supplier says it will deliver: so many stock units, on a day."""

    quantity: Decimal
    promised_on: date


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """A supplier's answer to one line: what it promises; what is not promised is refused by the supplier."""

    line: int
    promises: tuple[Promise, ...]


def check_answer(answer: LineAnswer, *, ordered: Decimal, received: Decimal) -> None:
    """Refuse an answer that cannot be meant.

    Raises:
        Refused: a promise of nothing, more promised than ordered, or less than has already been received.
    """
    promised = sum((p.quantity for p in answer.promises), Decimal(0))
    if any(p.quantity <= 0 for p in answer.promises):
        raise Refused(
            f"Line {answer.line}: a promise must be of more than zero.", code="empty_promise", line=answer.line
        )
    if promised > ordered:
        raise Refused(
            f"Line {answer.line}: {plain(promised)} promised, but only {plain(ordered)} ordered; change the order first.",
            code="promised_too_much",
            line=answer.line,
            promised=str(promised),
            ordered=str(ordered),
        )
    if promised < received:
        raise Refused(
            f"Line {answer.line}: {plain(promised)} promised, but {plain(received)} already received.",
            code="promised_too_little",
            line=answer.line,
            promised=str(promised),
            received=str(received),
        )


def spread_received(promises: Sequence[Promise], received: Decimal) -> list[Decimal]:
    """Share what has already arrived over new promises, earliest first, each up to its quantity."""
    shares = []
    for promise in promises:
        share = min(promise.quantity, received)
        shares.append(share)
        received -= share
    return shares
