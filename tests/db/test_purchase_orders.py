"""Purchase orders: placed once, answered, received in parts, cut; what is open stays exact."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import SupplyTerm
from ownstock.journal.models import OutboxRow
from ownstock.journal.queries import trail
from ownstock.ledger import queries as ledger
from ownstock.ledger.actions import post
from ownstock.ledger.models import Movement
from ownstock.purchasing import actions, queries
from ownstock.purchasing.actions import DraftLine, ReceiptLine
from ownstock.purchasing.models import Delivery, PurchaseOrder
from ownstock.purchasing.rules import LineAnswer, OrderState, Promise
from tests.factories import ACTOR, TODAY, sale, small_business

pytestmark = pytest.mark.django_db
WANTED = TODAY + timedelta(days=14)


@pytest.fixture
def order() -> PurchaseOrder:
    business = small_business(skus=["CUP"])
    line = DraftLine(SupplyTerm.objects.get(), Decimal(24), WANTED)
    return actions.draft(
        supplier=business.suppliers[0], site=business.site, lines=[line], ordered_on=TODAY, actor=ACTOR
    )


@pytest.fixture
def placed(order: PurchaseOrder) -> PurchaseOrder:
    return actions.place(order.number, actor=ACTOR)


def answer(order: PurchaseOrder, *promises: tuple[int, int], key: str = "m1") -> PurchaseOrder:
    """Promise quantities, each some days after they were wanted."""
    promised = tuple(Promise(Decimal(quantity), WANTED + timedelta(days=days)) for quantity, days in promises)
    return actions.acknowledge(order.number, [LineAnswer(1, promised)], message_key=key, actor="supplier:ALPHA")


def receive(order: PurchaseOrder, quantity: int, *, key: str) -> PurchaseOrder:
    return actions.receive(order.number, [ReceiptLine(1, Decimal(quantity))], key=key, received_on=WANTED, actor=ACTOR)


def still_open() -> list[int]:
    return [int(d.quantity) for d in queries.open_deliveries()]


def test_a_draft_counts_as_on_order_and_has_not_left(order: PurchaseOrder) -> None:
    assert (order.state, still_open(), OutboxRow.objects.count()) == (OrderState.DRAFT, [24], 0)


def test_placing_twice_sends_once(placed: PurchaseOrder) -> None:
    actions.place(placed.number, actor=ACTOR)
    assert OutboxRow.objects.get().key == f"purchase_order.placed:{placed.number}:1"


def test_an_order_is_answered_before_it_was_placed_only_in_error(order: PurchaseOrder) -> None:
    with pytest.raises(Refused, match="is draft; it cannot be answered"):
        answer(order, (24, 0))


def test_a_supplier_may_split_a_line(placed: PurchaseOrder) -> None:
    order = answer(placed, (10, 5), (14, 0))
    assert (order.state, still_open()) == (OrderState.ACKNOWLEDGED, [14, 10])


def test_what_the_supplier_does_not_promise_will_not_come(placed: PurchaseOrder) -> None:
    answer(placed, (18, 0))
    assert still_open() == [18]


def test_a_line_refused_whole_cancels_the_order(placed: PurchaseOrder) -> None:
    assert (answer(placed).state, still_open()) == (OrderState.CANCELLED, [])


def test_the_first_promise_is_kept_when_it_moves(placed: PurchaseOrder) -> None:
    answer(placed, (24, 0))
    answer(placed, (24, 9), key="m2")
    delivery = Delivery.objects.get()
    assert (delivery.requested_on, delivery.first_promised_on) == (WANTED, WANTED)
    assert delivery.latest_promised_on == WANTED + timedelta(days=9)


def test_the_same_message_twice_changes_nothing_and_other_content_is_refused(placed: PurchaseOrder) -> None:
    answer(placed, (24, 0))
    answer(placed, (24, 0))
    with pytest.raises(Refused, match="came before with other content"):
        answer(placed, (12, 0))
    assert len([e for e in trail(f"purchase_order:{placed.number}") if e.verb == "purchasing.acknowledged"]) == 1


@pytest.mark.parametrize(
    ("promises", "sentence"),
    [([(25, 0)], "only 24 ordered"), ([(0, 0)], "more than zero"), ([(-1, 0), (2, 0)], "more than zero")],
)
def test_an_answer_that_cannot_be_meant_is_refused(
    placed: PurchaseOrder, promises: list[tuple[int, int]], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        answer(placed, *promises)
    assert still_open() == [24]


def test_goods_come_in_parts_and_the_order_closes_with_the_last(placed: PurchaseOrder) -> None:
    first = receive(placed, 10, key="dn1")
    assert (first.state, still_open(), ledger.on_hand("CUP", "SHOP")) == (OrderState.PART_RECEIVED, [14], 10)
    assert (receive(placed, 14, key="dn2").state, still_open()) == (OrderState.RECEIVED, [])


def test_the_same_delivery_note_twice_is_received_once(placed: PurchaseOrder) -> None:
    receive(placed, 10, key="dn1")
    receive(placed, 10, key="dn1")
    assert (ledger.on_hand("CUP", "SHOP"), still_open()) == (10, [14])
    with pytest.raises(Refused, match="key dn1 was already used"):
        receive(placed, 11, key="dn1")


def test_one_line_may_come_in_several_lots_at_once(placed: PurchaseOrder) -> None:
    goods = [ReceiptLine(1, Decimal(10), lot="A"), ReceiptLine(1, Decimal(9), lot="B")]
    actions.receive(placed.number, goods, key="dn1", received_on=WANTED, actor=ACTOR)
    assert (still_open(), ledger.on_hand("CUP", "SHOP")) == ([5], 19)
    assert Delivery.objects.get().received_quantity == 19


def test_a_receipt_that_is_taken_back_is_open_again(placed: PurchaseOrder) -> None:
    receive(placed, 24, key="dn1")
    actions.take_back("dn1", new_key="dn1:back", actor=ACTOR, reason="another order's goods")
    placed.refresh_from_db()
    assert (placed.state, still_open(), ledger.on_hand("CUP", "SHOP")) == (OrderState.PLACED, [24], 0)
    assert actions.take_back("dn1", new_key="dn1:back", actor=ACTOR, reason="again").is_new is False
    assert still_open() == [24]


def test_of_two_receipts_only_the_one_taken_back_is_open_again(placed: PurchaseOrder) -> None:
    answer(placed, (12, 0), (12, 7))
    receive(placed, 10, key="dn1")
    receive(placed, 14, key="dn2")
    actions.take_back("dn1", new_key="dn1:back", actor=ACTOR, reason="counted wrong")
    placed.refresh_from_db()
    assert (placed.state, sum(still_open()), ledger.on_hand("CUP", "SHOP")) == (OrderState.PART_RECEIVED, 10, 14)


def test_a_receipt_whose_goods_are_gone_cannot_be_taken_back(placed: PurchaseOrder) -> None:
    receive(placed, 24, key="dn1")
    post([sale("CUP", 20, key="s1")], actor=ACTOR)
    with pytest.raises(Refused, match="Not enough on hand"):
        actions.take_back("dn1", new_key="dn1:back", actor=ACTOR, reason="counted wrong")
    assert still_open() == []


def test_more_than_was_ordered_is_received_as_it_came(placed: PurchaseOrder) -> None:
    assert receive(placed, 30, key="dn1").state == OrderState.RECEIVED
    assert (ledger.on_hand("CUP", "SHOP"), still_open()) == (30, [])


def test_a_new_promise_keeps_what_was_received(placed: PurchaseOrder) -> None:
    receive(placed, 10, key="dn1")
    order = answer(placed, (12, 0), (12, 7))
    assert (order.state, still_open()) == (OrderState.PART_RECEIVED, [2, 12])
    with pytest.raises(Refused, match="10 already received"):
        answer(placed, (9, 0), key="m2")


def test_a_cut_takes_from_the_latest_delivery_first(placed: PurchaseOrder) -> None:
    answer(placed, (12, 0), (12, 7))
    actions.cut(placed.number, 1, Decimal(15), actor=ACTOR, reason="not needed")
    assert still_open() == [9]
    with pytest.raises(Refused, match="10 cannot be cut; 9 is open"):
        actions.cut(placed.number, 1, Decimal(10), actor=ACTOR, reason="not needed")
    assert actions.cut(placed.number, 1, Decimal(9), actor=ACTOR, reason="not needed").state == OrderState.CANCELLED


def test_nothing_is_received_for_a_draft_or_an_unknown_line(order: PurchaseOrder) -> None:
    with pytest.raises(Refused, match="is draft; nothing can be received"):
        receive(order, 1, key="dn1")
    actions.place(order.number, actor=ACTOR)
    with pytest.raises(Refused, match="has no line 2"):
        actions.receive(order.number, [ReceiptLine(2, Decimal(1))], key="dn1", received_on=TODAY, actor=ACTOR)
    assert ledger.on_hand("CUP", "SHOP") == 0


@pytest.mark.parametrize(("currency", "value"), [("EUR", Decimal("24.0")), ("USD", Decimal("25.0"))])
def test_goods_are_valued_as_bought_or_at_standard_cost_where_the_order_is_in_another_currency(
    order: PurchaseOrder, currency: str, value: Decimal
) -> None:
    PurchaseOrder.objects.update(currency=currency)
    actions.place(order.number, actor=ACTOR)
    receive(order, 10, key="dn1")
    assert Movement.objects.get().unit_cost == value / 10


def test_the_trail_of_an_order_tells_its_life(placed: PurchaseOrder) -> None:
    answer(placed, (24, 0))
    receive(placed, 24, key="dn1")
    verbs = [event.verb for event in trail(f"purchase_order:{placed.number}")]
    assert verbs == ["purchasing.drafted", "purchasing.placed", "purchasing.acknowledged", "purchasing.received"]
