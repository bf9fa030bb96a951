"""Many hands on one order at once: one approval holds, a change is not approved unseen, a revision leaves once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.journal.models import OutboxRow
from ownstock.purchasing import actions
from ownstock.purchasing.models import Delivery, OrderApproval, PurchaseOrder
from ownstock.purchasing.rules import LineChange, OrderState
from tests.buying_cases import drafted, line, one_supplier, open_by_line, people_with_limits, placed, receive
from tests.db.test_races import together
from tests.factories import ACTOR

pytestmark = pytest.mark.usefixtures("committed_db")


def change(order: PurchaseOrder, quantity: int) -> PurchaseOrder:
    return actions.change(order.number, [LineChange(1, Decimal(quantity))], reason="now", actor="user:anna")


def test_of_two_approvers_one_wins() -> None:
    one_supplier()
    people_with_limits()
    order = drafted(line("CUP", 60), actor="user:anna")
    answers = together([lambda who=who: actions.approve(order.number, actor=who) for who in ("user:carl", "user:dora")])  # type: ignore[misc]
    assert [a.code for a in answers if isinstance(a, Refused)] == ["already_approved"]
    assert OrderApproval.objects.count() == 1


def test_what_is_changed_while_somebody_approves_it_is_not_approved_unseen() -> None:
    one_supplier()
    people_with_limits()
    for quantity in range(61, 69):
        order = drafted(line("CUP", 60), actor="user:anna")
        together(
            [
                lambda order=order: actions.approve(order.number, actor="user:dora", revision=1),  # type: ignore[misc]
                lambda order=order, quantity=quantity: change(order, quantity),  # type: ignore[misc]
            ]
        )
        order.refresh_from_db()
        assert order.state == OrderState.DRAFT
        with pytest.raises(Refused):
            actions.place(order.number, actor="user:anna")
        actions.cancel(order.number, reason="next", actor=ACTOR)


def test_changes_at_once_are_revisions_one_after_the_other_and_leave_once_each() -> None:
    one_supplier()
    order = placed()
    together([lambda q=q: change(order, q) for q in (30, 36, 42, 48)])  # type: ignore[misc]
    keys = OutboxRow.objects.order_by("id").values_list("key", flat=True)
    assert [key.rpartition(":")[2] for key in keys] == ["1", "2", "3", "4", "5"]
    last = order.revisions.latest("number").lines.get(line=1)
    assert open_by_line(order) == {1: int(last.quantity), 2: 12}


def test_goods_that_come_while_the_order_is_cancelled_are_received_in_any_case() -> None:
    one_supplier()
    order = placed()
    together(
        [
            lambda: actions.cancel(order.number, reason="too late", actor=ACTOR),
            lambda: receive(order, 1, 24, key="dn1"),
        ]
    )
    assert sum(d.received_quantity for d in Delivery.objects.all()) == 24
    assert open_by_line(order) == {}


def test_an_order_placed_by_two_people_leaves_once() -> None:
    one_supplier()
    order = drafted()
    together([lambda: actions.place(order.number, actor=ACTOR)] * 4)
    assert OutboxRow.objects.count() == 1
