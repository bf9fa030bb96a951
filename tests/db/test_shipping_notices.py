"""Shipping notices: what is shipped is expected on their day, the rest keeps its promise; each happens once, in any order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import SupplyTerm
from ownstock.journal.models import Alert
from ownstock.ledger.queries import on_hand
from ownstock.purchasing import actions, queries
from ownstock.purchasing.models import Discrepancy, PurchaseOrder, ShippingNotice
from ownstock.purchasing.queries.notices import still_to_come
from ownstock.purchasing.rules import LineAnswer, LineChange, Promise
from ownstock.purchasing.rules.discrepancies import SettlementKind
from ownstock.purchasing.rules.notices import NoticedLine, NoticePurpose
from tests.factories import ACTOR, TODAY, Business, small_business
from tests.purchasing_cases import WANTED, alerts, came, found, invoiced, noticed, parts, placed_order, state_of

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


def _cancel(order: PurchaseOrder) -> None:
    actions.cancel(order.number, reason="not needed", actor=ACTOR)


def _cut(order: PurchaseOrder) -> None:
    actions.cut(order.number, 1, Decimal(24), actor=ACTOR, reason="not needed")


def _refuse(order: PurchaseOrder) -> None:
    actions.acknowledge(order.number, [LineAnswer(1, ())], message_key="a1", actor="supplier:ALPHA")


def _take_out(order: PurchaseOrder) -> None:
    actions.change(order.number, [LineChange(1, Decimal(0))], reason="not needed", actor=ACTOR)


def _still_announced(order: PurchaseOrder) -> int:
    return sum(shipped - received for _, shipped, received, _ in parts(order))


@pytest.mark.parametrize("ended", [_cancel, _cut, _refuse, _take_out])
def test_what_was_announced_and_is_no_longer_wanted_is_told_and_not_on_its_way(
    shop: Business, ended: Callable[[PurchaseOrder], None]
) -> None:
    order = placed_order(shop, "CUP", "PLATE")
    noticed(order, 10)
    ended(order)
    assert _still_announced(order) == 0
    assert "notice_over" in alerts()
    said = Alert.objects.get(kind="notice_over", cleared_at=None).sentence
    assert f"has shipped 10 more for {order.number} than is open" in said


def test_less_promised_than_announced_is_told_and_an_answer_for_all_of_it_ends_that(order: PurchaseOrder) -> None:
    noticed(order, 20)
    promise_of = {key: LineAnswer(1, (Promise(Decimal(q), WANTED),)) for key, q in (("a1", 8), ("a2", 24))}
    actions.acknowledge(order.number, [promise_of["a1"]], message_key="a1", actor="supplier:ALPHA")
    assert (_still_announced(order), "notice_over" in alerts()) == (8, True)
    actions.acknowledge(order.number, [promise_of["a2"]], message_key="a2", actor="supplier:ALPHA")
    assert (_still_announced(order), "notice_over" in alerts()) == (20, False)


def test_short_goods_that_will_not_come_are_no_longer_on_their_way(order: PurchaseOrder) -> None:
    noticed(order, 24)
    came(order, 10, key="dn1", notice="ASN-1")
    short = Discrepancy.objects.get(kind="short")
    actions.settle_discrepancy(short.pk, SettlementKind.CREDITED, reason="lost on the way", actor=ACTOR)
    assert (_still_announced(order), list(queries.open_deliveries()), alerts()) == (0, [], [])


@pytest.mark.parametrize("is_announced_anew", [False, True])
def test_goods_that_were_announced_and_cancelled_come_all_the_same(
    order: PurchaseOrder, is_announced_anew: bool
) -> None:
    noticed(order, 10)
    _cancel(order)
    if is_announced_anew:
        noticed(order, 12, number="ASN-2")
        assert "notice_cancelled_order" in alerts()
    came(order, 10, key="dn1", on=TODAY + timedelta(days=5), notice="ASN-1")
    order.refresh_from_db()
    assert (on_hand("CUP", "SHOP"), order.state, list(queries.open_deliveries())) == (10, "received", [])
    assert {"after_cancellation", "discrepancy"} <= set(alerts())
    assert [(d.kind, d.quantity) for d in Discrepancy.objects.all()] == [("over", 10)]
    invoice = invoiced(order, (10, "2.40"))
    assert (invoice.state, found()) == ("disputed", ["quantity_over"])
    over = Discrepancy.objects.get()
    actions.settle_discrepancy(over.pk, SettlementKind.ACCEPTED, reason="we can use them", actor=ACTOR)
    assert (state_of(), PurchaseOrder.objects.get().state) == ("matched", "closed")
    assert on_hand("CUP", "SHOP") == 10
