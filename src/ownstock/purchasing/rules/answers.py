"""Pure decisions about a supplier's answer: whether it can be meant, what it makes of a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
    """A supplier's answer to one line: what it promises; what is not promised is refused by the supplier, for a reason.

    A price is of one stock unit; None where the answer says none. A comment is for people to read.
    """

    line: int
    promises: tuple[Promise, ...]
    price: Decimal | None = None
    reason: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerContext:
    """What decides whether an answer is applied: which revision it answers and when it was written, and where the order is.

    `newest_revision` may be above `sent_revision`: then a change waits to be sent.
    """

    revision: int
    sent_revision: int
    newest_revision: int
    is_open: bool
    written_at: datetime | None
    last_written_at: datetime | None


def outcome_of(answer: AnswerContext) -> AnswerOutcome:
    """What an answer is taken for. An older one that comes after a newer one changes nothing."""
    if not answer.is_open:
        return AnswerOutcome.NOTHING_OPEN
    if answer.revision < answer.newest_revision:
        return AnswerOutcome.OLDER_REVISION
    if answer.written_at and answer.last_written_at and answer.written_at < answer.last_written_at:
        return AnswerOutcome.OVERTAKEN
    return AnswerOutcome.APPLIED


def is_lowered(before: Sequence[Promise], after: Sequence[Promise]) -> bool:
    """Whether a supplier takes back of what it had promised: less of it, or any of it later."""
    return any(
        sum((p.quantity for p in after if p.promised_on <= day), Decimal(0))
        < sum((p.quantity for p in before if p.promised_on <= day), Decimal(0))
        for day in {p.promised_on for p in before}
    )


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
