"""Orders that wait for too long are told, once per cause, until it happened; suppliers are reminded once a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from ownstock.automation import order_watch
from ownstock.base.errors import Refused
from ownstock.catalog.models import Agreement
from ownstock.journal.models import OutboxRow
from ownstock.journal.queries import open_alerts
from ownstock.purchasing import actions
from ownstock.purchasing.models import Chase, PurchaseOrder
from ownstock.purchasing.queries.timers import due_chases
from ownstock.purchasing.rules import LineChange
from tests.buying_cases import WANTED, answer, drafted, one_supplier, placed, receive
from tests.factories import ACTOR, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _business() -> None:
    one_supplier()


def watch(*, days: float = 0, today: int = 0) -> set[str]:
    """Look so many days from now, on a day so many after that wanted; the kinds of what is told then."""
    actions.watch_orders(timezone.now() + timedelta(days=days), today=WANTED + timedelta(days=today))
    return set(open_alerts().values_list("kind", flat=True))


def both(order: PurchaseOrder, *, days: int = 0, key: str = "m") -> None:
    answer(order, 1, (24, days), key=f"{key}1")
    answer(order, 2, (12, days), key=f"{key}2")


def test_an_order_that_nobody_answers_is_told_until_it_is_answered() -> None:
    order = placed()
    assert watch(days=0.5) == set()
    assert watch(days=7) == {"unanswered_order"}
    assert watch(days=8) == {"unanswered_order"}
    both(order)
    assert watch(days=8) == set()


def test_silence_is_never_taken_for_a_promise() -> None:
    order = placed()
    watch(days=30)
    order.refresh_from_db()
    assert (order.state, order.acknowledgements.count()) == ("placed", 0)


def test_a_change_has_to_be_answered_again() -> None:
    order = placed()
    both(order)
    actions.change(order.number, [LineChange(1, requested_on=WANTED + timedelta(days=1))], reason="later", actor=ACTOR)
    assert watch(days=7) == {"unanswered_order"}


def test_late_goods_are_told_and_cleared_by_their_arrival_or_a_new_promise() -> None:
    order = placed()
    both(order)
    assert watch(today=0) == set()
    assert watch(today=3) == {"late_delivery"}
    assert open_alerts().count() == 2
    receive(order, 1, 24, key="dn1")
    answer(order, 2, (12, 9), key="m9")
    watch(today=3)
    assert not open_alerts().filter(kind="late_delivery").exists()


def test_a_notice_is_missed_where_one_is_agreed() -> None:
    order = placed()
    both(order)
    Agreement.objects.create(
        supplier=order.supplier, code="2026", valid_from=TODAY, currency="EUR", notice_time_hours=24
    )
    watched_at = timezone.now()
    assert actions.watch_orders(watched_at, today=TODAY) == 2
    assert set(open_alerts().values_list("kind", flat=True)) == {"no_notice_order"}


def test_the_job_watches_by_the_day_of_the_business() -> None:
    placed()
    assert order_watch.watch() == 2
    assert set(open_alerts().values_list("kind", flat=True)) == {"late_delivery"}


def test_a_reminder_leaves_once_a_day_unless_forced() -> None:
    order = placed()
    actions.chase(order.number, actor=ACTOR)
    with pytest.raises(Refused, match=r"was reminded of .* already"):
        actions.chase(order.number, actor=ACTOR)
    actions.chase(order.number, actor=ACTOR, is_forced=True)
    rows = OutboxRow.objects.filter(topic="purchase_order.chased").order_by("id")
    assert [row.payload["chase"] for row in rows] == [1, 2]
    assert [row.key for row in rows] == [f"purchase_order.chased:{order.number}:{n}" for n in (1, 2)]
    assert list(Chase.objects.order_by("number").values_list("number", "revision")) == [(1, 1), (2, 1)]


def test_only_what_is_at_its_supplier_is_chased() -> None:
    with pytest.raises(Refused, match="is draft; there is nothing to remind"):
        actions.chase(drafted().number, actor=ACTOR)


def test_due_reminders_are_those_of_a_day_without_one() -> None:
    order = placed()
    later = timezone.now() + timedelta(days=7)
    assert list(due_chases(now=later, today=TODAY)) == [order.number]
    actions.chase(order.number, actor=ACTOR)
    assert list(due_chases(now=timezone.now() + timedelta(hours=1), today=WANTED + timedelta(days=3))) == []
    assert list(due_chases(now=later, today=TODAY)) == [order.number]
