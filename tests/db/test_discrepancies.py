"""Goods that are not as ordered: none is lost, each difference is told and settled once, and goods may go back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import Agreement, Item
from ownstock.ledger.models import Balance, Lot, Movement
from ownstock.ledger.queries import on_hand
from ownstock.purchasing import actions, queries
from ownstock.purchasing.actions import ReceiptLine, WrongGoods
from ownstock.purchasing.models import Discrepancy, PurchaseOrder, SupplierReturn
from ownstock.purchasing.queries.discrepancies import discrepancies
from ownstock.purchasing.rules.discrepancies import DiscrepancyKind, SettlementKind
from tests.factories import ACTOR, Business, small_business
from tests.purchasing_cases import WANTED, alerts, came, noticed, placed_order

pytestmark = pytest.mark.django_db
DAMAGED = ReceiptLine(1, Decimal(20), damaged=Decimal(4), reason="crushed")


@pytest.fixture
def shop() -> Business:
    return small_business()


@pytest.fixture
def order(shop: Business) -> PurchaseOrder:
    return placed_order(shop)


def take_in(order: PurchaseOrder, *lines: ReceiptLine, wrong: tuple[WrongGoods, ...] = ()) -> PurchaseOrder:
    return actions.receive(order.number, lines, key="dn1", received_on=WANTED, actor=ACTOR, wrong=wrong)


def balances(sku: str = "CUP") -> dict[str, int]:
    """What is on hand of an item, by status."""
    rows = Balance.objects.filter(item__sku=sku, on_hand__gt=0)
    return {status: int(there) for status, there in rows.values_list("status", "on_hand")}


def found() -> list[tuple[str, int]]:
    return [(d.kind, int(d.quantity)) for d in discrepancies()]


def settle(settled_as: str) -> None:
    actions.settle_discrepancy(
        discrepancies()[0].pk, SettlementKind(settled_as), reason="agreed by phone", actor="user:quality"
    )


def still_open() -> int:
    return int(sum(d.quantity for d in queries.open_deliveries()))


def test_damaged_goods_are_there_on_hold_and_told(order: PurchaseOrder) -> None:
    received = take_in(order, DAMAGED)
    assert (received.state, balances()) == ("received", {"released": 20, "on_hold": 4})
    assert (found(), alerts()) == ([("damaged", 4)], ["discrepancy"])


def test_the_same_receipt_again_finds_nothing_twice(order: PurchaseOrder) -> None:
    take_in(order, DAMAGED)
    take_in(order, DAMAGED)
    assert (found(), balances()) == ([("damaged", 4)], {"released": 20, "on_hold": 4})


@pytest.mark.parametrize(
    ("settled_as", "left", "still_to_come"),
    [
        ("accepted", {"released": 24}, 0),
        ("returned", {"released": 20}, 0),
        ("credited", {"released": 20, "on_hold": 4}, 0),
        ("replaced", {"released": 20, "on_hold": 4}, 4),
    ],
)
def test_damaged_goods_are_settled_in_each_way(
    order: PurchaseOrder, settled_as: str, left: dict[str, int], still_to_come: int
) -> None:
    take_in(order, DAMAGED)
    settle(settled_as)
    assert (balances(), still_open(), alerts(), found()) == (left, still_to_come, [], [])


def test_a_discrepancy_is_settled_once(order: PurchaseOrder) -> None:
    take_in(order, DAMAGED)
    pk = discrepancies()[0].pk
    for _ in range(2):
        actions.settle_discrepancy(pk, SettlementKind.RETURNED, reason="broken", actor=ACTOR)
    assert SupplierReturn.objects.get().expected_credit == Decimal("9.6")
    with pytest.raises(Refused, match="is settled: returned"):
        actions.settle_discrepancy(pk, SettlementKind.ACCEPTED, reason="fine after all", actor=ACTOR)


def test_what_is_damaged_of_goods_under_quarantine_is_held_by_way_of_it(order: PurchaseOrder) -> None:
    Item.objects.update(receiving_status="quarantine")
    take_in(order, DAMAGED)
    assert balances() == {"quarantine": 20, "on_hold": 4}
    actions.take_back("dn1", new_key="dn1:back", actor=ACTOR, reason="not ours")
    assert (balances(), still_open(), found(), alerts()) == ({}, 24, [], [])


def test_another_item_is_kept_on_hold_and_worth_nothing_until_it_is_bought(order: PurchaseOrder) -> None:
    take_in(order, ReceiptLine(1, Decimal(20)), wrong=(WrongGoods(1, "PLATE", Decimal(4), reason="plates"),))
    assert (balances("PLATE"), still_open(), found()) == ({"on_hold": 4}, 4, [("wrong_item", 4)])
    assert Movement.objects.get(item__sku="PLATE").unit_cost == 0
    settle("returned")
    assert (balances("PLATE"), SupplierReturn.objects.get().expected_credit) == ({}, 0)


def test_another_item_may_only_be_noted(order: PurchaseOrder) -> None:
    for _ in range(2):
        take_in(order, wrong=(WrongGoods(1, "PLATE", Decimal(4), is_kept=False),))
    assert (balances("PLATE"), still_open(), found()) == ({}, 24, [("wrong_item", 4)])


def test_more_than_ordered_is_in_stock_and_told(order: PurchaseOrder) -> None:
    received = came(order, 30, key="dn1")
    assert (received.state, on_hand("CUP", "SHOP"), found()) == ("received", 30, [("over", 6)])
    settle("returned")
    assert (on_hand("CUP", "SHOP"), alerts()) == (24, [])


def test_more_than_ordered_within_the_agreed_tolerance_is_taken_without_a_word(order: PurchaseOrder) -> None:
    Agreement.objects.create(
        supplier=order.supplier, code="A", valid_from=date(2020, 1, 1), currency="EUR", over_tolerance_percent=10
    )
    came(order, 26, key="dn1")
    assert (on_hand("CUP", "SHOP"), found(), alerts()) == (26, [], [])


@pytest.mark.parametrize(("settled_as", "open_after"), [("credited", 14), ("accepted", 14), ("replaced", 16)])
def test_what_is_short_comes_again_or_not_at_all(order: PurchaseOrder, settled_as: str, open_after: int) -> None:
    noticed(order, 10)
    came(order, 8, key="dn1", notice="ASN-1")
    assert found() == [("short", 2)]
    settle(settled_as)
    assert (still_open(), alerts()) == (open_after, [])


def test_goods_come_for_a_cancelled_order_and_are_not_lost(order: PurchaseOrder) -> None:
    actions.cut(order.number, 1, Decimal(24), actor=ACTOR, reason="not needed")
    came(order, 24, key="dn1")
    assert (on_hand("CUP", "SHOP"), found()) == (24, [("over", 24)])


@pytest.mark.parametrize(
    ("kind", "settled_as"), [("short", "returned"), ("over", "replaced"), ("wrong_item", "credited")]
)
def test_not_every_difference_has_every_way_out(order: PurchaseOrder, kind: str, settled_as: str) -> None:
    row = Discrepancy.objects.create(
        purchase_order=order, line=1, kind=DiscrepancyKind(kind), item=Item.objects.get(sku="CUP"), quantity=1,
        receipt_key="dn1", actor=ACTOR,
    )  # fmt: skip
    with pytest.raises(Refused, match=f"cannot be {settled_as}"):
        actions.settle_discrepancy(row.pk, SettlementKind(settled_as), reason="x", actor=ACTOR)


def test_a_discrepancy_is_settled_with_a_reason(order: PurchaseOrder) -> None:
    take_in(order, DAMAGED)
    with pytest.raises(Refused, match="Say why"):
        actions.settle_discrepancy(discrepancies()[0].pk, SettlementKind.ACCEPTED, reason=" ", actor=ACTOR)


def test_a_lots_expiry_comes_with_its_receipt(order: PurchaseOrder) -> None:
    take_in(order, ReceiptLine(1, Decimal(24), "L1", WANTED + timedelta(days=90)))
    assert Lot.objects.get(code="L1").expires_on == WANTED + timedelta(days=90)


def send_back(quantity: int, *, key: str = "b1") -> SupplierReturn:
    return actions.send_back("dn1", 1, Decimal(quantity), key=key, reason="wrong colour", actor=ACTOR)


def test_goods_go_back_against_their_receipt_once(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    assert send_back(4).pk == send_back(4).pk
    assert (on_hand("CUP", "SHOP"), SupplierReturn.objects.get().expected_credit) == (20, Decimal("9.6"))
    assert Movement.objects.get(posting__key="b1").posting.kind == "return"


def test_no_more_goes_back_than_came(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    send_back(20)
    with pytest.raises(Refused, match="5 of CUP cannot go back; 4"):
        send_back(5, key="b2")
    with pytest.raises(Refused, match="no receipt dn2"):
        actions.send_back("dn2", 1, Decimal(1), key="b3", reason="x", actor=ACTOR)
