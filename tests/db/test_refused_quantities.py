"""What a supplier refuses of an order is told apart from what we cancel of it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from ownstock.purchasing import actions
from ownstock.purchasing.models import Delivery, PurchaseOrder
from ownstock.purchasing.rules import LineChange
from tests.buying_cases import WANTED, answer, line, one_supplier, open_by_line, placed, receive
from tests.factories import ACTOR

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> PurchaseOrder:
    one_supplier()
    return placed()


def told(number: int = 1) -> tuple[int, int, int, bool]:
    """Of a line, whichever revisions: what it is of in all, what will not come, what was refused, whether we cancelled."""
    rows = Delivery.objects.filter(line__line=number)
    live = [d for d in rows if d.refused_quantity or d.cancelled_on or d.cancelled_quantity < d.quantity]
    sums = (sum(int(getattr(d, name)) for d in live) for name in ("quantity", "cancelled_quantity", "refused_quantity"))
    whole, cancelled, refused = sums
    return whole, cancelled, refused, any(d.cancelled_on for d in live)


def test_what_is_not_promised_of_a_line_is_refused(order: PurchaseOrder) -> None:
    answer(order, 1, (20, 0))
    assert told() == (24, 4, 4, False)
    assert open_by_line(order) == {1: 20, 2: 12}


def test_a_line_without_any_promise_is_refused_whole(order: PurchaseOrder) -> None:
    answer(order, 1)
    assert told() == (24, 24, 24, False)


def test_a_better_answer_takes_a_refusal_back(order: PurchaseOrder) -> None:
    answer(order, 1, (10, 0), (4, 7))
    assert told() == (24, 10, 10, False)
    answer(order, 1, (24, 3), key="m2")
    assert told() == (24, 0, 0, False)
    assert open_by_line(order) == {1: 24, 2: 12}


def test_parts_that_a_new_promise_puts_together_are_not_refused(order: PurchaseOrder) -> None:
    answer(order, 1, (10, 0), (14, 7))
    answer(order, 1, (24, 3), key="m2")
    assert told() == (24, 0, 0, False)


def test_a_refusal_stays_when_another_line_is_changed(order: PurchaseOrder) -> None:
    answer(order, 1, (20, 0))
    actions.change(order.number, [LineChange(2, quantity=Decimal(18))], reason="More plates.", actor=ACTOR)
    assert told() == (24, 4, 4, False)
    answer(order, 1, (20, 2), key="m2")
    assert told() == (24, 4, 4, False)


def test_what_is_asked_for_again_is_no_longer_refused(order: PurchaseOrder) -> None:
    answer(order, 1, (20, 0))
    actions.change(order.number, [LineChange(1, quantity=Decimal(23))], reason="Three after all.", actor=ACTOR)
    assert told() == (24, 1, 1, False)


def test_what_we_cut_is_ours_and_what_the_supplier_cuts_is_refused(order: PurchaseOrder) -> None:
    actions.cut(order.number, 1, Decimal(4), actor=ACTOR, reason="Not wanted.")
    actions.cut(order.number, 2, Decimal(2), actor=ACTOR, reason="Broken mould.", by_supplier=True)
    assert told(1) == (24, 4, 0, True)
    assert told(2) == (12, 2, 2, False)
    assert Delivery.objects.get(line__line=1).cancelled_on == timezone.localdate()


def test_an_answer_does_not_refuse_what_we_cut_before(order: PurchaseOrder) -> None:
    actions.cut(order.number, 1, Decimal(4), actor=ACTOR, reason="Not wanted.")
    answer(order, 1, (20, 0))
    assert told() == (24, 4, 0, True)
    answer(order, 1, (19, 0), key="m2")
    assert told() == (24, 5, 1, True)


def test_cancelling_an_order_refuses_nothing(order: PurchaseOrder) -> None:
    answer(order, 1, (20, 0))
    actions.cancel(order.number, reason="Too late.", actor=ACTOR)
    assert told(1) == (24, 24, 4, True)
    assert told(2) == (12, 12, 0, True)


def test_goods_that_came_stay_with_a_later_refusal(order: PurchaseOrder) -> None:
    receive(order, 1, 10, key="r1")
    answer(order, 1, (15, 0))
    assert told() == (24, 9, 9, False)
    assert open_by_line(order) == {1: 5, 2: 12}


def test_a_refused_line_may_be_ordered_on_a_line_of_its_own(order: PurchaseOrder) -> None:
    answer(order, 1)
    actions.change(order.number, [line("CUP", 24, WANTED)], reason="Asked again.", actor=ACTOR)
    assert told(1) == (24, 24, 24, False)
    assert open_by_line(order) == {2: 12, 3: 24}
