"""What of an order should have happened by now: pure, by the times agreed or as usual."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ownstock.purchasing.rules.timers import AnswerTimes, ComingPart, Waiting, WatchedOrder, may_chase, overdue

FRIDAY = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
DUE = date(2026, 3, 20)


def watched(**changes: object) -> WatchedOrder:
    given: dict[str, object] = {
        "number": "PO-000001", "supplier": "ALPHA", "time_zone": "Europe/London", "sent_at": FRIDAY,
    }  # fmt: skip
    return WatchedOrder(**{**given, **changes})  # type: ignore[arg-type]


def part(*, is_promised: bool = True, is_shipped: bool = False) -> ComingPart:
    return ComingPart(1, "CUP", Decimal(24), DUE, is_promised, is_shipped)


def waits_for(order: WatchedOrder, now: datetime, times: AnswerTimes | None = None) -> list[str]:
    found = overdue(order, now, today=now.date(), times=times or AnswerTimes())
    return [each.waiting.value for each in found]


@pytest.mark.parametrize(("days", "expected"), [(1, []), (4, []), (4.1, ["unanswered"])])
def test_an_answer_is_due_within_two_working_days(days: float, expected: list[str]) -> None:
    assert waits_for(watched(), FRIDAY + timedelta(days=days)) == expected


def test_an_answer_is_due_within_the_hours_agreed() -> None:
    agreed = AnswerTimes(answer_hours=4)
    assert waits_for(watched(), FRIDAY + timedelta(hours=4), agreed) == []
    assert waits_for(watched(), FRIDAY + timedelta(hours=5), agreed) == ["unanswered"]
    assert waits_for(watched(is_answered=True), FRIDAY + timedelta(hours=5), agreed) == []


def test_two_working_days_over_the_change_of_clocks_end_at_the_same_hour() -> None:
    sent = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)
    [late] = overdue(watched(sent_at=sent), sent + timedelta(days=9), today=DUE, times=AnswerTimes())
    assert late.due_at == datetime(2026, 3, 31, 14, 0, tzinfo=UTC)


def test_what_could_not_be_sent_is_said_and_nothing_else() -> None:
    assert waits_for(watched(is_stuck=True), FRIDAY + timedelta(days=9)) == ["unsent"]


def test_a_message_that_the_suppliers_system_did_not_read_is_said_where_it_answers_at_all() -> None:
    order = watched(unread_since=FRIDAY, is_answered=True)
    assert waits_for(order, FRIDAY + timedelta(hours=25)) == ["unread"]
    assert waits_for(order, FRIDAY + timedelta(hours=25), AnswerTimes(syntax_answer_hours=48)) == []


@pytest.mark.parametrize(
    ("coming", "expected"),
    [(part(), ["no_notice"]), (part(is_promised=False), []), (part(is_shipped=True), [])],
)
def test_a_notice_is_due_before_the_promised_day_where_one_is_agreed(coming: ComingPart, expected: list[str]) -> None:
    order = watched(is_answered=True, parts=[coming])
    eve = datetime(2026, 3, 19, 1, 0, tzinfo=UTC)
    assert waits_for(order, eve, AnswerTimes(notice_hours=24)) == expected
    assert waits_for(order, eve - timedelta(hours=2), AnswerTimes(notice_hours=24)) == []
    assert waits_for(order, eve) == []


def test_goods_are_late_from_the_day_after_and_its_tolerance() -> None:
    order = watched(is_answered=True, parts=[part()])
    noon = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
    assert waits_for(order, noon) == []
    assert waits_for(order, noon + timedelta(days=1)) == ["late"]
    assert waits_for(order, noon + timedelta(days=2), AnswerTimes(late_tolerance_days=2)) == []
    [late] = overdue(order, noon, today=DUE + timedelta(days=15), times=AnswerTimes())
    assert (late.waiting, late.key) == (Waiting.LATE, "late_delivery:PO-000001/1")
    assert "Planning no longer counts on them" in late.sentence


def test_a_supplier_is_reminded_once_a_day() -> None:
    assert may_chase(None, FRIDAY)
    assert not may_chase(FRIDAY, FRIDAY + timedelta(hours=23))
    assert may_chase(FRIDAY, FRIDAY + timedelta(hours=24))
