"""Pure decisions about waiting: what of an order should have happened by now and has not. Nothing is ever taken as agreed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from ownstock.base.text import plain
from ownstock.purchasing.rules.lateness import days_late, is_past_limit

ANSWER_WORKING_DAYS = 2
READ_HOURS = 24
INVOICE_DAYS = 30
SATURDAY = 5
CHASE_EVERY = timedelta(days=1)


class Waiting(StrEnum):
    """What is missing of an order: an approval; it did not leave, was not read, not answered; no notice; goods; invoice."""

    UNAPPROVED = "unapproved"
    UNSENT = "unsent"
    UNREAD = "unread"
    UNANSWERED = "unanswered"
    NO_NOTICE = "no_notice"
    LATE = "late"
    UNINVOICED = "uninvoiced"


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """Within how many hours a supplier is to do what; None: as usual (an answer within two working days, no notice)."""

    answer_hours: int | None = None
    syntax_answer_hours: int | None = None
    notice_hours: int | None = None
    late_tolerance_days: int = 0


@dataclass(frozen=True, slots=True)
class ComingPart:
    """What is still to come of a line together, when it is expected, and whether a notice said that it left."""

    line: int
    sku: str
    quantity: Decimal
    expected_on: date
    is_promised: bool
    is_shipped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedOrder:
    """What a sent order waits for. `unread_since` is when a message left that the supplier's system did not read yet."""

    number: str
    supplier: str
    time_zone: str
    sent_at: datetime
    is_stuck: bool = False
    is_answered: bool = False
    unread_since: datetime | None = None
    parts: Sequence[ComingPart] = ()


@dataclass(frozen=True, slots=True)
class Overdue:
    """One thing that should have happened: what, of which line (0: the whole order), since when, and what to do.

    Where `is_closable`, a person may say that it was seen to.
    """

    waiting: Waiting
    number: str
    line: int
    due_at: datetime
    sentence: str
    is_closable: bool = False

    @property
    def key(self) -> str:
        """The root cause, as its alert is named."""
        if self.waiting is Waiting.UNAPPROVED:
            return approval_key(self.number)
        if self.waiting is Waiting.LATE:
            return f"late_delivery:{self.number}/{self.line}"
        return f"{self.waiting}_order:{self.number}" + (f"/{self.line}" if self.line else "")


def approval_key(number: str) -> str:
    """The key of the alert about an order that nobody approves."""
    return f"approval_waiting:{number}"


def overdue(order: WatchedOrder, now: datetime, *, today: date, times: AnswerTimes) -> list[Overdue]:
    """What of an order should have happened and has not, in the order of its life."""
    return [*_unsaid(order, now, times), *_without_notice(order, now, times), *_late(order, today, times)]


def _unsaid(order: WatchedOrder, now: datetime, times: AnswerTimes) -> Iterator[Overdue]:
    if order.is_stuck:
        sentence = f"{order.number} could not be sent to {order.supplier}. Mend the cause and send it again."
        yield Overdue(Waiting.UNSENT, order.number, 0, order.sent_at, sentence)
        return
    if order.unread_since is not None and now > (due := order.unread_since + _read_within(times)):
        sentence = (
            f"The system of {order.supplier} has not said that it could read {order.number} (997 or TA1), which left at "
            f"{order.unread_since:%Y-%m-%d %H:%M} UTC; that was due by {due:%Y-%m-%d %H:%M} UTC. Ask whether the supplier "
            "has the order, or send it again."
        )
        yield Overdue(Waiting.UNREAD, order.number, 0, due, sentence)
    due = answer_due(order.sent_at, times, ZoneInfo(order.time_zone))
    if not order.is_answered and now > due:
        sentence = (
            f"{order.supplier} has not answered {order.number}, which was due by {due:%Y-%m-%d %H:%M} UTC. Chase it."
        )
        yield Overdue(Waiting.UNANSWERED, order.number, 0, due, sentence)


def _read_within(times: AnswerTimes) -> timedelta:
    return timedelta(hours=READ_HOURS if times.syntax_answer_hours is None else times.syntax_answer_hours)


def unread_cancellation(
    number: str, supplier: str, since: datetime, now: datetime, times: AnswerTimes
) -> Overdue | None:
    """A cancellation that the supplier's system did not say in time that it could read; None: there is time left."""
    due = since + _read_within(times)
    if now <= due:
        return None
    sentence = (
        f"The system of {supplier} has not said that it could read the cancellation of {number} (997 or TA1), which left at "
        f"{since:%Y-%m-%d %H:%M} UTC; that was due by {due:%Y-%m-%d %H:%M} UTC. Ask whether the supplier knows that nothing "
        "more is wanted: else it may deliver."
    )
    return Overdue(Waiting.UNREAD, number, 0, due, sentence, is_closable=True)


def answer_due(sent_at: datetime, times: AnswerTimes, zone: ZoneInfo) -> datetime:
    """By when an order that was sent is to be answered: within the hours agreed, else within two working days."""
    if times.answer_hours is not None:
        return sent_at + timedelta(hours=times.answer_hours)
    return _working_days_after(sent_at, ANSWER_WORKING_DAYS, zone)


def _working_days_after(begins_at: datetime, days: int, zone: ZoneInfo) -> datetime:
    day, left = begins_at.astimezone(zone), days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return day.astimezone(begins_at.tzinfo)


def approval_due(asked_at: datetime, order_day: date | None, *, working_days: int, zone: ZoneInfo) -> datetime:
    """By when an order is to be approved: within so many working days, and before its supplier's order day is over."""
    due = _working_days_after(asked_at, working_days, zone)
    if order_day is None:
        return due
    return min(due, datetime.combine(order_day, time(), zone).astimezone(asked_at.tzinfo) + timedelta(days=1))


def unapproved(number: str, asked_at: datetime, due_at: datetime, amount: str, approvers: str) -> Overdue:
    """An order that nobody approved in time: since when it waits, of which amount it is, and who may approve it."""
    sentence = (
        f"{number} has waited for approval since {asked_at:%Y-%m-%d %H:%M} UTC, which was due by "
        f"{due_at:%Y-%m-%d %H:%M} UTC. {amount} {approvers}"
    )
    return Overdue(Waiting.UNAPPROVED, number, 0, due_at, sentence)


def _without_notice(order: WatchedOrder, now: datetime, times: AnswerTimes) -> Iterator[Overdue]:
    if times.notice_hours is None:
        return
    for part in order.parts:
        begins = datetime.combine(part.expected_on, time(), ZoneInfo(order.time_zone))
        due = begins - timedelta(hours=times.notice_hours)
        if part.is_promised and not part.is_shipped and now > due:
            sentence = (
                f"{order.number}, line {part.line}: {plain(part.quantity)} of {part.sku} are promised for "
                f"{part.expected_on}, and {order.supplier} has not said that they left."
            )
            yield Overdue(Waiting.NO_NOTICE, order.number, part.line, due, sentence)


def _late(order: WatchedOrder, today: date, times: AnswerTimes) -> Iterator[Overdue]:
    for part in order.parts:
        days = days_late(part.expected_on, today)
        if days > times.late_tolerance_days:
            due = datetime.combine(part.expected_on, time(), ZoneInfo(order.time_zone)) + timedelta(days=1)
            sentence = late_sentence(order.number, part, today)
            yield Overdue(Waiting.LATE, order.number, part.line, due, sentence)


def late_sentence(number: str, part: ComingPart, today: date) -> str:
    """What is late, for how long, whether planning counts on it, and what to do."""
    sentence = (
        f"{number}, line {part.line}: {plain(part.quantity)} of {part.sku} were expected on {part.expected_on} and are "
        f"{days_late(part.expected_on, today)} days late."
    )
    if is_past_limit(part.expected_on, today):
        return f"{sentence} Planning no longer counts on them: get a new promise, or cut them."
    return f"{sentence} Chase the supplier for a new promise."


def uninvoiced(number: str, supplier: str, lines: int, oldest_on: date, today: date) -> Overdue | None:
    """Goods that came, the oldest on a day, are on no invoice past the time that one may take; None: there is time left."""
    due_on = oldest_on + timedelta(days=INVOICE_DAYS)
    if today <= due_on:
        return None
    what = "1 line is" if lines == 1 else f"{lines} lines are"
    sentence = (
        f"{number}: goods have come since {oldest_on}, and {what} on no invoice of {supplier}, which was due by {due_on}. "
        "Ask for the invoice."
    )
    due_at = datetime.combine(due_on, time(), UTC)
    return Overdue(Waiting.UNINVOICED, number, 0, due_at, sentence)


def may_chase(last_chased_at: datetime | None, now: datetime) -> bool:
    """Whether a supplier may be reminded again: not more than once a day."""
    return last_chased_at is None or now - last_chased_at >= CHASE_EVERY
