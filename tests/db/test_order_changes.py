"""A change makes the next revision and is sent; what was sent before, and what came, stays as it was."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.exchange.queries import written_order
from ownstock.journal.models import OutboxRow
from ownstock.journal.queries import open_alerts, trail
from ownstock.ledger.queries import on_hand
from ownstock.purchasing import actions, queries
from ownstock.purchasing.models import Delivery, PurchaseOrder
from ownstock.purchasing.queries.order_lists import listed
from ownstock.purchasing.rules import LineChange, OrderState
from tests.buying_cases import WANTED, answer, drafted, line, one_supplier, open_by_line, placed, receive
from tests.factories import ACTOR, TODAY

pytestmark = pytest.mark.django_db
MORE = [LineChange(1, Decimal(36))]


@pytest.fixture(autouse=True)
def _business() -> None:
    one_supplier()


def change(order: PurchaseOrder, *changes: LineChange) -> PurchaseOrder:
    return actions.change(order.number, changes, reason="more are sold", actor=ACTOR)


def told(order: PurchaseOrder) -> list[str]:
    prefix = f"{order.number}:"
    keys = OutboxRow.objects.order_by("id").values_list("key", flat=True)
    return [key.replace(prefix, "").removeprefix("purchase_order.") for key in keys]


def amount_of(order: PurchaseOrder) -> Decimal:
    [one] = listed([order], now=timezone.now(), today=TODAY)
    return one.amount


def test_a_change_of_a_placed_order_is_the_next_revision_and_leaves_once() -> None:
    order = change(placed(), *MORE)
    assert told(order) == ["placed:1", "changed:2"]
    assert open_by_line(order) == {1: 36, 2: 12}
    first, second = order.revisions.order_by("number")
    assert [int(row.quantity) for row in first.lines.order_by("line")] == [24, 12]
    assert [int(row.quantity) for row in second.lines.order_by("line")] == [36, 12]
    assert (second.reason, second.created_by) == ("more are sold", ACTOR)


def test_what_was_sent_can_be_written_again_after_a_change() -> None:
    order = placed()
    change(order, LineChange(1, requested_on=WANTED + timedelta(days=5)))
    first, second = [written_order(r, written_at=r.created_at) for r in order.revisions.order_by("number")]
    assert [row.requested_on for row in first.lines] == [WANTED, WANTED]
    assert [row.requested_on for row in second.lines] == [WANTED + timedelta(days=5), WANTED]


def test_a_draft_is_changed_without_a_word_to_the_supplier() -> None:
    order = change(drafted(), *MORE)
    assert (order.state, told(order), open_by_line(order)) == (OrderState.DRAFT, [], {1: 36, 2: 12})
    actions.place(order.number, actor=ACTOR)
    assert told(order) == ["placed:2"]


def test_lines_are_added_with_numbers_of_their_own_and_taken_out() -> None:
    order = placed()
    actions.change(order.number, [LineChange(2, Decimal(0)), line("BOWL", 6)], reason="bowls instead", actor=ACTOR)
    assert open_by_line(order) == {1: 24, 3: 6}
    actions.change(order.number, [line("PLATE", 18)], reason="plates after all", actor=ACTOR)
    assert open_by_line(order) == {1: 24, 3: 6, 4: 18}
    assert amount_of(order) == Decimal("2.4") * (24 + 6 + 18)


def test_the_promise_of_a_changed_line_falls_and_its_first_promise_is_kept() -> None:
    order = placed()
    answer(order, 1, (24, 3))
    answer(order, 2, (12, 4), key="m2")
    change(order, *MORE)
    cups, plates = Delivery.objects.order_by("line__line")
    assert (cups.latest_promised_on, cups.first_promised_on) == (None, WANTED + timedelta(days=3))
    assert plates.latest_promised_on == WANTED + timedelta(days=4)


def test_a_change_of_the_price_alone_leaves_the_promise() -> None:
    order = placed()
    answer(order, 1, (10, 3), (14, 9))
    change(order, LineChange(1, price=Decimal("2.5")))
    promised = Delivery.objects.filter(line__line=1).order_by("number").values_list("latest_promised_on", flat=True)
    assert list(promised) == [WANTED + timedelta(days=3), WANTED + timedelta(days=9)]
    assert queries.lines(order)[0].price == Decimal("2.5")


def test_a_changed_order_waits_for_another_answer() -> None:
    order = answer(placed(), 1, (24, 0))
    assert order.state == OrderState.ACKNOWLEDGED
    assert change(order, *MORE).state == OrderState.PLACED
    assert answer(order, 1, (36, 0), key="m2").state == OrderState.ACKNOWLEDGED


def test_what_came_stays_received_and_less_is_refused() -> None:
    order = placed()
    receive(order, 1, 10, key="dn1")
    with pytest.raises(Refused, match="10 already received; 9 is less"):
        change(order, LineChange(1, Decimal(9)))
    with pytest.raises(Refused, match="10 already received; 0 is less"):
        change(order, LineChange(1, Decimal(0)))
    change(order, LineChange(1, Decimal(16)))
    assert open_by_line(order) == {1: 6, 2: 12}
    assert change(order, LineChange(1, Decimal(10))).state == OrderState.PART_RECEIVED
    assert open_by_line(order) == {2: 12}
    assert on_hand("CUP", "SHOP") == 10


def test_a_line_that_came_in_parts_is_raised_by_a_delivery_of_its_own() -> None:
    order = placed()
    receive(order, 1, 24, key="dn1")
    change(order, *MORE, LineChange(2, requested_on=WANTED + timedelta(days=1)))
    came, more = Delivery.objects.filter(line__line=1).order_by("number")
    assert (came.quantity, came.received_quantity, more.quantity, more.received_quantity) == (24, 24, 12, 0)
    actions.take_back("dn1", new_key="dn1:back", actor=ACTOR, reason="another order's")
    assert open_by_line(order) == {1: 36, 2: 12}


def test_what_the_supplier_refused_is_not_asked_for_again_by_changing_another_line() -> None:
    order = placed()
    answer(order, 1, (18, 0))
    change(order, LineChange(2, Decimal(18)))
    assert open_by_line(order) == {1: 18, 2: 18}
    assert [int(row.quantity) for row in order.revisions.latest("number").lines.order_by("line")] == [18, 18]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ([LineChange(1)], "stands like that already"),
        ([LineChange(1, Decimal(24))], "stands like that already"),
        ([LineChange(7, Decimal(1))], "has no line 7"),
        ([LineChange(1, Decimal(1)), LineChange(1, Decimal(2))], "changed twice"),
        ([LineChange(1, Decimal(-1))], "below zero"),
        ([LineChange(1, Decimal(0)), LineChange(2, Decimal(0))], "cancel it"),
    ],
)
def test_a_change_that_cannot_be_meant_is_refused(changes: list[LineChange], sentence: str) -> None:
    order = placed()
    with pytest.raises(Refused, match=sentence):
        change(order, *changes)
    assert (order.revisions.count(), open_by_line(order)) == (1, {1: 24, 2: 12})


def test_a_change_says_why_and_the_trail_keeps_old_and_new() -> None:
    order = placed()
    with pytest.raises(Refused, match="Say why"):
        actions.change(order.number, MORE, reason=" ", actor=ACTOR)
    change(order, *MORE)
    [event] = [e for e in trail(f"purchase_order:{order.number}") if e.verb == "purchasing.changed"]
    assert event.old is not None
    assert event.new is not None
    assert [row["quantity"] for row in event.old["lines"]] == ["24.0000"]
    assert [row["quantity"] for row in event.new["lines"]] == ["36"]


def test_a_cancelled_order_is_told_to_the_supplier_once() -> None:
    order = placed()
    cancelled = actions.cancel(order.number, reason="no longer sold", actor=ACTOR)
    assert (cancelled.state, open_by_line(order)) == (OrderState.CANCELLED, {})
    actions.cancel(order.number, reason="no longer sold", actor=ACTOR)
    assert told(order) == ["placed:1", "cancelled:2"]
    with pytest.raises(Refused, match="is cancelled; it can no longer be changed"):
        change(order, *MORE)


def test_a_cancelled_draft_was_never_sent_and_is_never_sent() -> None:
    order = drafted()
    assert actions.cancel(order.number, reason="twice", actor=ACTOR).state == OrderState.CANCELLED
    with pytest.raises(Refused, match="only a draft can be placed"):
        actions.place(order.number, actor=ACTOR)
    assert told(order) == []


def test_what_is_still_open_is_cancelled_and_what_came_stays() -> None:
    order = placed()
    receive(order, 1, 10, key="dn1")
    assert actions.cancel(order.number, reason="too late", actor=ACTOR).state == OrderState.RECEIVED
    last = order.revisions.latest("number")
    assert [(row.line, int(row.quantity)) for row in last.lines.all()] == [(1, 10)]
    with pytest.raises(Refused, match="nothing is open of it"):
        actions.cancel(order.number, reason="again", actor=ACTOR)


def test_goods_that_come_for_a_cancelled_order_are_received_and_told() -> None:
    order = placed()
    actions.cancel(order.number, reason="too late", actor=ACTOR)
    assert receive(order, 1, 24, key="dn1").state == OrderState.RECEIVED
    assert on_hand("CUP", "SHOP") == 24
    alert = open_alerts().get(kind="after_cancellation")
    assert order.number in alert.sentence


def test_goods_of_a_line_that_was_taken_out_are_received_for_it() -> None:
    order = placed()
    change(order, LineChange(2, Decimal(0)))
    receive(order, 2, 12, key="dn1")
    assert (on_hand("PLATE", "SHOP"), open_by_line(order)) == (12, {1: 24})
    order.refresh_from_db()
    assert order.state == OrderState.PART_RECEIVED
