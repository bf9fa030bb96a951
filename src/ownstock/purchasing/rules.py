"""Pure decisions of buying: what an answer makes of a delivery, what is still open, when an order is late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ownstock.base.errors import Refused
from ownstock.base.text import plain


class OrderState(StrEnum):
    """Where a purchase order is. On order counts from draft until received."""

    DRAFT = "draft"
    PLACED = "placed"
    ACKNOWLEDGED = "acknowledged"
    PART_RECEIVED = "part_received"
    RECEIVED = "received"
    CANCELLED = "cancelled"


OPEN_STATES = frozenset({OrderState.DRAFT, OrderState.PLACED, OrderState.ACKNOWLEDGED, OrderState.PART_RECEIVED})
ANSWERABLE_STATES = frozenset({OrderState.PLACED, OrderState.ACKNOWLEDGED, OrderState.PART_RECEIVED})
LATE_LIMIT_DAYS = 14


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


def open_quantity(quantity: Decimal, received: Decimal, cancelled: Decimal) -> Decimal:
    """What of a delivery is still to come: never below zero, however much arrived."""
    return max(quantity - received - cancelled, Decimal(0))


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


def state_after_receipt(open_quantities: Iterable[Decimal]) -> OrderState:
    """Received when nothing is open any more, else part received."""
    return OrderState.PART_RECEIVED if any(q > 0 for q in open_quantities) else OrderState.RECEIVED


def days_late(expected_on: date, today: date) -> int:
    """How many days ago the goods were expected; zero when they are not late."""
    return max((today - expected_on).days, 0)


def is_past_limit(expected_on: date, today: date) -> bool:
    """Whether a delivery is so late that it must be promised anew or cancelled before planning counts on it again."""
    return days_late(expected_on, today) > LATE_LIMIT_DAYS


def expected_arrival_in_days(expected_on: date, today: date) -> int:
    """In how many days planning expects an open delivery: as promised; a late one tomorrow at the earliest.

    With no history of the supplier yet, the wait for a late delivery is taken to grow with its lateness (it has been
    d days late, so d more days are expected), up to the late limit.
    """
    late = days_late(expected_on, today)
    return late if late else (expected_on - today).days
