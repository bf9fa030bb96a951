"""Shipping notices: what is shipped is expected on their day, the rest keeps its promise; each happens once, in any order."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import SupplyTerm
from ownstock.ledger.queries import on_hand
from ownstock.purchasing import actions, queries
from ownstock.purchasing.models import PurchaseOrder, ShippingNotice
from ownstock.purchasing.queries.notices import still_to_come
from ownstock.purchasing.rules.notices import NoticedLine, NoticePurpose
from tests.factories import ACTOR, TODAY, Business, small_business
from tests.purchasing_cases import alerts, came, noticed, parts, placed_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Business:
    return small_business()


@pytest.fixture
def order(shop: Business) -> PurchaseOrder:
    return placed_order(shop)


def test_what_is_shipped_is_expected_on_its_day_and_the_rest_keeps_its_promise(order: PurchaseOrder) -> None:
    noticed(order, 10)
    assert parts(order) == [(10, 10, 0, 5), (14, 0, 0, 14)]
    expected = [(int(d.quantity), (d.expected_on - TODAY).days) for d in queries.open_deliveries()]
    assert expected == [(10, 5), (14, 14)]


def test_all_that_is_shipped_moves_the_delivery_as_a_whole(order: PurchaseOrder) -> None:
    noticed(order, 24)
    assert parts(order) == [(24, 24, 0, 5)]


def test_the_same_message_again_changes_nothing(order: PurchaseOrder) -> None:
    first = noticed(order, 10)
    assert noticed(order, 10).pk == first.pk
    assert noticed(order, 10, key="another").pk == first.pk
    assert ShippingNotice.objects.count() == 1


@pytest.mark.parametrize("key", ["m:ASN-1", "another"])
def test_the_same_number_or_message_with_other_content_is_refused_and_told(order: PurchaseOrder, key: str) -> None:
    noticed(order, 10)
    with pytest.raises(Refused, match="came before with other content"):
        noticed(order, 12, key=key)
    assert (parts(order)[0], alerts()) == ((10, 10, 0, 5), ["notice_conflict"])


def test_a_replacement_takes_the_place_of_the_notice_of_its_number(order: PurchaseOrder) -> None:
    noticed(order, 10)
    second = noticed(order, 24, key="m2", expected_in=7, purpose=NoticePurpose.REPLACEMENT)
    assert second.supersedes is not None
    assert sum(shipped for _, shipped, _, _ in parts(order)) == 24
    assert {days for _, _, _, days in parts(order)} == {7}


def test_a_cancelled_notice_leaves_the_promise_and_is_told(order: PurchaseOrder) -> None:
    noticed(order, 10)
    noticed(order, key="m2", purpose=NoticePurpose.CANCELLATION)
    assert {(shipped, days) for _, shipped, _, days in parts(order)} == {(0, 14)}
    assert alerts() == ["notice_cancelled"]


def test_more_noticed_than_open_is_kept_and_told_until_it_is_replaced(order: PurchaseOrder) -> None:
    noticed(order, 30)
    assert (parts(order), alerts()) == ([(24, 24, 0, 5)], ["notice_over"])
    noticed(order, 24, key="m2", purpose=NoticePurpose.REPLACEMENT)
    assert alerts() == []


def test_one_notice_may_tell_of_several_orders(shop: Business, order: PurchaseOrder) -> None:
    other = placed_order(shop)
    lines = [NoticedLine(order.number, Decimal(24), line=1), NoticedLine(other.number, Decimal(6), code="CUP-S")]
    noticed(order, lines=lines)
    assert (parts(order), parts(other)) == ([(24, 24, 0, 5)], [(6, 6, 0, 5), (18, 0, 0, 14)])


def test_a_notice_for_a_cancelled_order_is_kept_and_told(order: PurchaseOrder) -> None:
    actions.cut(order.number, 1, Decimal(24), actor=ACTOR, reason="not needed")
    noticed(order, 24)
    assert sorted(alerts()) == ["notice_cancelled_order", "notice_over"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (NoticedLine("PO-999999", Decimal(1), line=1), "no purchase order PO-999999"),
        (NoticedLine("?", Decimal(1), line=7), "has no line 7"),
        (NoticedLine("?", Decimal(1), code="SAUCER"), "no line with SAUCER"),
        (NoticedLine("?", Decimal(0), line=1), "must be above zero"),
        (NoticedLine("?", Decimal(1), line=1, unit="pallet"), "ordered in each"),
    ],
)
def test_a_notice_that_cannot_be_meant_is_refused(order: PurchaseOrder, line: NoticedLine, sentence: str) -> None:
    named = NoticedLine(line.order_number.replace("?", order.number), line.quantity, line.line, line.code, line.unit)
    with pytest.raises(Refused, match=sentence):
        noticed(order, lines=[named])
    assert not ShippingNotice.objects.exists()


def test_another_suppliers_order_is_not_theirs_to_ship(shop: Business, order: PurchaseOrder) -> None:
    other = placed_order(shop, "PLATE", supplier="BETA")
    with pytest.raises(Refused, match="is no order to ALPHA"):
        noticed(order, lines=[NoticedLine(other.number, Decimal(1), line=1)])


def test_a_notice_counts_in_the_unit_of_the_order(shop: Business) -> None:
    SupplyTerm.objects.update(purchase_unit="box", units_numerator=12)
    order = placed_order(shop)
    noticed(order, lines=[NoticedLine(order.number, Decimal(1), line=1, unit="box")])
    assert parts(order) == [(12, 12, 0, 5), (12, 0, 0, 14)]


@pytest.mark.parametrize("notice_first", [True, False])
def test_a_notice_after_its_goods_ends_as_one_before_them(order: PurchaseOrder, notice_first: bool) -> None:
    steps = [lambda: noticed(order, 10), lambda: came(order, 10, key="dn1", on=TODAY + timedelta(days=5))]
    for step in steps if notice_first else reversed(steps):
        step()
    received = [part for part in parts(order) if part[2]]
    rest = [part for part in parts(order) if not part[2]]
    assert sum(shipped for _, shipped, _, _ in received) == 10
    assert [(int(d.quantity), (d.expected_on - TODAY).days) for d in queries.open_deliveries()] == [(14, 14)]
    assert (alerts(), sum(shipped for _, shipped, _, _ in rest)) == ([], 0)


def test_goods_that_came_before_they_were_shipped_are_others(order: PurchaseOrder) -> None:
    came(order, 10, key="dn1", on=TODAY)
    noticed(order, 14)
    assert [(int(d.quantity), (d.expected_on - TODAY).days) for d in queries.open_deliveries()] == [(14, 5)]


def test_receiving_by_notice_tells_what_of_it_is_still_to_come(order: PurchaseOrder) -> None:
    lines = [
        NoticedLine(order.number, Decimal(6), line=1, lot="A", expires_on=TODAY + timedelta(days=90)),
        NoticedLine(order.number, Decimal(4), line=1, lot="B"),
    ]
    notice = noticed(order, lines=lines)
    assert [(goods.lot, int(goods.quantity)) for goods in still_to_come(notice, order.number)] == [("A", 6), ("B", 4)]
    came(order, 10, key="dn1", on=TODAY + timedelta(days=5), notice="ASN-1")
    assert (still_to_come(notice, order.number), on_hand("CUP", "SHOP"), alerts()) == ([], 10, [])


def test_goods_that_did_not_come_with_their_notice_are_short_and_no_longer_on_their_way(order: PurchaseOrder) -> None:
    noticed(order, 10)
    came(order, 8, key="dn1", on=TODAY + timedelta(days=5), notice="ASN-1")
    assert [(int(d.quantity), (d.expected_on - TODAY).days) for d in queries.open_deliveries()] == [(2, 14), (14, 14)]
    assert alerts() == ["discrepancy"]
