"""Transfers between sites: what leaves is on the way until it comes or is lost, and every unit is somewhere."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, Location
from ownstock.journal.queries import open_alerts, trail
from ownstock.ledger import actions as ledger
from ownstock.ledger import queries as stock
from ownstock.ledger.models import Lot
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.purchasing.actions import transfers
from ownstock.purchasing.actions.transfers import ArrivedPart, AskedPart, ShippedPart
from ownstock.purchasing.models import TransferEntry, TransferOrder
from ownstock.purchasing.queries.transfers import (
    on_the_way,
    open_transfers,
    transfer,
    transfer_differences,
    transfer_lines,
)
from tests.demand_cases import goods_in
from tests.factories import ACTOR, TODAY
from tests.transfer_cases import (
    DEPOT,
    ON_THE_WAY,
    SHOP,
    drafted,
    lose,
    nothing_promised,
    placed,
    receive,
    ship,
    site,
    two_sites,
    where,
)

pytestmark = pytest.mark.django_db


def refused(call: object) -> str:
    with pytest.raises(Refused) as no:
        call()  # type: ignore[operator]
    return no.value.code


def test_goods_leave_are_on_the_way_and_come() -> None:
    two_sites(30)
    order = placed(10)
    assert (order.number[:3], order.state, where()) == ("TO-", "placed", (30, 0, 0))
    assert (ship(order, 10).state, where()) == ("shipped", (20, 10, 0))
    assert (receive(order, 10).state, where()) == ("received", (20, 0, 10))
    assert transfer_differences() == []


def test_a_part_at_a_time() -> None:
    two_sites(30)
    order = placed(10)
    assert ship(order, 4).state == "part_shipped"
    assert receive(order, 3).state == "part_received"
    assert ship(order, 6, key="s2").state == "part_received"
    assert where() == (20, 7, 3)
    assert receive(order, 7, key="r2").state == "received"
    [line] = transfer_lines(order)
    assert (line.shipped_quantity, line.received_quantity, where()) == (10, 10, (20, 0, 10))


def test_the_place_on_the_way_is_made_once_and_is_at_no_site() -> None:
    two_sites(30)
    site("OUTLET")
    orders = [drafted(), drafted(), drafted(source="OUTLET"), drafted(target="OUTLET")]
    assert [order.transit.code for order in orders] == [ON_THE_WAY] * 3 + ["TRANSIT-OUTLET"]
    made = orders[0].transit
    assert (made.kind, made.site) == ("in_transit", None)


def test_a_place_that_has_the_code_is_used_where_it_is_fit_for_it() -> None:
    two_sites(30)
    road = Location.objects.create(code=ON_THE_WAY, name="Road", kind="in_transit")
    Location.objects.create(code="TRANSIT-DEPOT", name="Dump", kind="scrap")
    assert drafted().transit == road
    assert refused(lambda: drafted(source=SHOP, target=DEPOT)) == "no_transit"


def test_goods_on_the_way_are_usable_nowhere() -> None:
    sites = two_sites(30)
    ship(placed(10), 10)
    usable = stock.usable([sites.cup.pk], on=TODAY)
    assert usable == {(sites.cup.pk, sites.depot.pk): 20}


def test_what_is_lost_has_a_reason_and_a_person() -> None:
    two_sites(30)
    order = placed(10)
    ship(order, 10)
    assert refused(lambda: transfers.lose(order.number, [], key="l", reason=" ", actor=ACTOR)) == "no_reason"
    lose(order, 3)
    [event] = trail(f"transfer_order:{order.number}").filter(verb="purchasing.transfer_lost")
    assert (event.actor, event.reason) == (ACTOR, "fell off the lorry")
    assert (transfer(order.number).state, where()) == ("part_received", (20, 7, 0))
    assert stock.on_hand("CUP", "DIFFERENCES") == 0


def test_more_than_is_on_the_way_cannot_come_or_be_lost() -> None:
    two_sites(30)
    order = placed(10)
    ship(order, 4)
    assert refused(lambda: receive(order, 5)) == "more_than_open"
    assert refused(lambda: lose(order, 5)) == "more_than_open"
    parts = [ArrivedPart(1, Decimal(2)), ArrivedPart(1, Decimal(3))]
    assert refused(lambda: transfers.receive(order.number, parts, key="r", actor=ACTOR)) == "more_than_open"
    assert where() == (26, 4, 0)


def test_more_than_was_asked_for_or_than_is_there_cannot_leave() -> None:
    two_sites(8)
    order = placed(10)
    assert refused(lambda: ship(order, 11)) == "more_than_open"
    assert refused(lambda: ship(order, 9)) == "not_enough_available"
    parts = [ShippedPart(1, Decimal(6)), ShippedPart(1, Decimal(6))]
    call = lambda: transfers.ship(order.number, parts, key="s", promised=nothing_promised, actor=ACTOR)  # noqa: E731
    assert refused(call) == "more_than_open"


def test_what_is_promised_to_customers_stays() -> None:
    sites = two_sites(30)
    order = placed(20)

    def promised(item_id: int, site_id: int) -> dict[tuple[int, int | None], Decimal]:
        assert (item_id, site_id) == (sites.cup.pk, sites.depot.pk)
        return {(sites.depot.pk, None): Decimal(15)}

    with pytest.raises(Refused, match="15 of it is promised to customers"):
        transfers.ship(order.number, [ShippedPart(1, Decimal(16))], key="s", promised=promised, actor=ACTOR)
    transfers.ship(order.number, [ShippedPart(1, Decimal(15))], key="s", promised=promised, actor=ACTOR)
    assert where() == (15, 15, 0)


@pytest.mark.parametrize("step", ["ship", "receive", "lose"])
def test_nothing_moves_out_of_order(step: str) -> None:
    two_sites(30)
    order = drafted()
    call = {"ship": lambda: ship(order, 1), "receive": lambda: receive(order, 1), "lose": lambda: lose(order, 1)}[step]
    assert refused(call) == "wrong_state"
    transfers.cancel(order.number, key="c", reason="not wanted", actor=ACTOR)
    assert refused(call) == "wrong_state"
    assert refused(lambda: transfers.place(order.number, actor=ACTOR)) == "wrong_state"


def test_what_is_not_shipped_can_be_cancelled() -> None:
    two_sites(30)
    order = placed(10)
    ship(order, 4)
    transfers.cancel(order.number, line=1, quantity=Decimal(2), key="c1", reason="less", actor=ACTOR)
    assert (
        refused(
            lambda: transfers.cancel(order.number, line=1, quantity=Decimal(5), key="c2", reason="less", actor=ACTOR)
        )
        == "more_than_open"
    )
    assert transfers.cancel(order.number, key="c3", reason="no more", actor=ACTOR).state == "shipped"
    assert receive(order, 4).state == "received"
    assert refused(lambda: transfers.cancel(order.number, key="c4", reason="x", actor=ACTOR)) == "nothing_open"


def test_everything_happens_once_under_its_key() -> None:
    two_sites(30)
    parts = [AskedPart("CUP", Decimal(10))]
    day = TODAY + timedelta(days=7)
    first, again = (
        transfers.draft(DEPOT, SHOP, parts, requested_on=day, transit_days=3, actor=ACTOR, key="d1") for _ in range(2)
    )
    assert first.number == again.number
    transfers.place(first.number, actor=ACTOR)
    transfers.place(first.number, actor=ACTOR)
    for _ in range(2):
        ship(first, 6)
        receive(first, 2)
        lose(first, 1)
        transfers.cancel(first.number, line=1, quantity=Decimal(1), key="c", reason="less", actor=ACTOR)
    [line] = transfer_lines(first)
    totals = (line.shipped_quantity, line.received_quantity, line.lost_quantity, line.cancelled_quantity)
    assert (totals, where()) == ((6, 2, 1, 1), (24, 3, 2))
    assert refused(lambda: ship(first, 3)) == "key_reused"
    assert refused(lambda: receive(first, 3)) == "key_reused"


def test_a_key_of_another_posting_is_refused_and_nothing_is_kept() -> None:
    two_sites(30)
    order = placed(10)
    assert refused(lambda: ship(order, 5, key="opening:depot")) == "key_reused"
    assert (where(), TransferEntry.objects.count()) == ((30, 0, 0), 0)


def test_damaged_goods_come_on_hold_with_a_reason() -> None:
    two_sites(30)
    order = placed(10)
    ship(order, 10)
    parts = [ArrivedPart(1, Decimal(7), damaged=Decimal(3))]
    assert refused(lambda: transfers.receive(order.number, parts, key="r", actor=ACTOR)) == "no_reason"
    assert receive(order, 7, damaged=3).state == "received"
    held = (stock.on_hand("CUP", SHOP, status="released"), stock.on_hand("CUP", SHOP, status="on_hold"))
    assert held == (7, 3)


def test_all_that_came_may_be_damaged() -> None:
    two_sites(30)
    order = placed(2)
    ship(order, 2)
    receive(order, 0, damaged=2)
    assert stock.on_hand("CUP", SHOP, status="on_hold") == 2


def test_goods_may_be_put_into_a_bin_of_the_target_only() -> None:
    two_sites(30)
    shop = Location.objects.get(code=SHOP)
    Location.objects.create(code="S1", name="Shelf", kind="bin", parent=shop, site=shop)
    order = placed(10)
    ship(order, 10)
    assert refused(lambda: receive(order, 4, location="DEPOT-A1")) == "wrong_place"
    receive(order, 4, location="S1")
    assert stock.on_hand("CUP", "S1") == 4


class TestLots:
    """Goods keep their lot, their expiry and their status on the way."""

    @pytest.fixture(autouse=True)
    def _lots(self) -> None:
        two_sites()
        Item.objects.filter(sku="CUP").update(tracking="lot")
        # Expiry counts from the real day: goods are picked today.
        self.today = timezone.localdate()
        for lot, days, location in (("OLD", 2, DEPOT), ("SOON", 20, "DEPOT-A1"), ("LATE", 90, DEPOT)):
            goods_in(5, lot=lot, expires_on=self.today + timedelta(days=days), location=location)

    def on_the_way(self, order: TransferOrder) -> dict[str, Decimal]:
        return {goods.lot: goods.quantity for goods in on_the_way(order)}

    def test_what_expires_first_leaves_first_but_for_what_will_have_expired_on_arrival(self) -> None:
        order = placed(8)
        ship(order, 8)
        assert self.on_the_way(order) == {"SOON": 5, "LATE": 3}

    def test_a_lot_that_is_named_leaves_with_a_reason_where_others_expire_earlier(self) -> None:
        order = placed(8)
        assert refused(lambda: ship(order, 2, lot="LATE")) == "fefo_deviation"
        assert refused(lambda: ship(order, 2, lot="OLD")) == "not_enough_available"
        ship(order, 2, lot="LATE", reason="asked for")
        ship(order, 5, lot="SOON", key="s2")
        assert self.on_the_way(order) == {"LATE": 2, "SOON": 5}

    def test_the_same_lots_come(self) -> None:
        order = placed(8)
        ship(order, 8)
        assert refused(lambda: receive(order, 4)) == "which_lot"
        assert refused(lambda: receive(order, 4, lot="LATE")) == "more_than_open"
        receive(order, 3, lot="LATE")
        receive(order, 5, key="r2")
        balances = {b.lot.code: b.on_hand for b in stock.balances(location=SHOP) if b.lot}
        assert (balances, transfer_differences()) == ({"SOON": 5, "LATE": 3}, [])

    def test_goods_that_were_held_on_the_way_are_on_hold_when_they_come(self) -> None:
        order = placed(8)
        ship(order, 8)
        ledger.hold("CUP", ON_THE_WAY, lot="SOON", key="h", reason="recall", actor="quality")
        receive(order, 8)
        assert stock.on_hand("CUP", SHOP, status="on_hold") == 5
        assert stock.on_hand("CUP", SHOP, status="released") == 3

    def test_goods_in_quarantine_or_on_hold_do_not_leave(self) -> None:
        goods_in(5, lot="NEW", status="quarantine", location=DEPOT)
        ledger.hold("CUP", DEPOT, lot="LATE", key="h", reason="recall", actor="quality")
        order = placed(8)
        assert refused(lambda: ship(order, 6)) == "not_enough_available"
        ship(order, 5)
        assert self.on_the_way(order) == {"SOON": 5}

    def test_goods_of_an_item_that_is_received_into_quarantine_come_released(self) -> None:
        Item.objects.filter(sku="CUP").update(receiving_status="quarantine")
        order = placed(5)
        ship(order, 5)
        receive(order, 5)
        assert stock.on_hand("CUP", SHOP, status="released") == 5


def test_serial_numbers_stay_who_they_are() -> None:
    two_sites()
    Item.objects.filter(sku="CUP").update(tracking="serial")
    for number in ("N1", "N2", "N3"):
        goods_in(1, lot=number, location=DEPOT)
    order = placed(2)
    parts = [ShippedPart(1, Decimal(1), "N3"), ShippedPart(1, Decimal(1), "N1")]
    transfers.ship(order.number, parts, key="s", promised=nothing_promised, actor=ACTOR, reason="as asked")
    receive(order, 1, lot="N3")
    assert {b.lot.code: b.location.code for b in stock.balances(sku="CUP") if b.lot} == {
        "N1": ON_THE_WAY, "N2": DEPOT, "N3": SHOP,
    }  # fmt: skip
    assert Lot.objects.count() == 3


class TestTakingBack:
    """A shipment, a receipt and a loss are taken back by reversing their postings."""

    def back(self, key: str, new_key: str = "") -> None:
        transfers.take_back(key, new_key=new_key or f"{key}:reversed", actor=ACTOR, reason="a slip")

    def test_a_shipment_lies_where_it_lay_and_can_leave_again(self) -> None:
        two_sites(30)
        order = placed(10)
        ship(order, 10)
        self.back("s1")
        self.back("s1")
        assert (where(), transfer(order.number).state) == ((30, 0, 0), "placed")
        assert refused(lambda: self.back("s1", "another key")) == "already_reversed"
        ship(order, 10, key="s2")
        assert (where(), transfer_differences()) == ((20, 10, 0), [])

    def test_a_receipt_is_on_the_way_again(self) -> None:
        two_sites(30)
        order = placed(10)
        ship(order, 10)
        receive(order, 8, damaged=2)
        self.back("r1")
        assert (where(), transfer(order.number).state) == ((20, 10, 0), "shipped")
        assert receive(order, 10, key="r2").state == "received"

    def test_what_was_lost_is_found(self) -> None:
        two_sites(30)
        order = placed(10)
        ship(order, 10)
        lose(order, 10)
        self.back("l1")
        assert (where(), transfer(order.number).state) == ((20, 10, 0), "shipped")

    def test_a_shipment_that_came_is_not_taken_back_from_the_goods_of_another(self) -> None:
        two_sites(30)
        first, second = placed(10), placed(10)
        ship(first, 10)
        ship(second, 10, key="s2")
        receive(first, 10)
        assert refused(lambda: self.back("s1")) == "moved_on"
        self.back("r1")
        self.back("s1")
        assert (where(), transfer_differences()) == ((20, 10, 0), [])

    def test_what_was_cancelled_meanwhile_stays_cancelled(self) -> None:
        two_sites(30)
        order = placed(10)
        ship(order, 6)
        transfers.cancel(order.number, key="c", reason="enough", actor=ACTOR)
        self.back("s1")
        assert (transfer(order.number).state, transfer_lines(order)[0].totals.to_ship) == ("placed", 6)

    def test_a_posting_of_something_else_is_refused(self) -> None:
        two_sites(30)
        assert refused(lambda: self.back("opening:depot")) == "no_transfer_posting"


def test_a_movement_beside_the_transfer_is_named_and_stops_the_receipt() -> None:
    two_sites(30)
    order = placed(10)
    ship(order, 10)
    line = Line(sku="CUP", source=ON_THE_WAY, target="DIFFERENCES", quantity=Decimal(4))
    ledger.post([PostingRequest("beside", Kind.ADJUSTMENT, [line])], actor=ACTOR)
    [found] = transfer_differences()
    assert found.sentence == "TRANSIT-SHOP, CUP: 6 kept, but its entries say 10."
    assert refused(lambda: receive(order, 10)) == "not_in_transit"
    receive(order, 6)


def test_what_is_open_of_a_transfer_is_told_from_the_draft_on() -> None:
    sites = two_sites(30)
    order = drafted(10)
    [part] = open_transfers()
    assert (part.quantity, part.is_shipped, part.leaves_on) == (10, False, TODAY + timedelta(days=4))
    transfers.place(order.number, actor=ACTOR)
    ship(order, 4)
    left = {part.is_shipped: part for part in open_transfers()}
    assert (left[False].quantity, left[True].quantity) == (6, 4)
    assert left[True].expected_on == timezone.localdate() + timedelta(days=3)
    receive(order, 4)
    assert [part.quantity for part in open_transfers()] == [6]
    for place in (sites.depot.pk, sites.business.site.pk):
        assert len(open_transfers(item_site=(sites.cup.pk, place))) == 1
    assert open_transfers(item_site=(sites.business.items[1].pk, sites.depot.pk)) == []
    transfers.cancel(order.number, key="c", reason="x", actor=ACTOR)
    assert open_transfers() == []


class TestLateness:
    """Whoever is late is alerted, and the alert closes when it is over."""

    def alerts(self, today: date) -> list[str]:
        transfers.alert_late(today=today)
        return [alert.sentence for alert in open_alerts().filter(kind="late_transfer")]

    def test_goods_that_have_not_left_or_not_come_are_alerted(self) -> None:
        two_sites(30)
        order = placed(10)
        assert self.alerts(TODAY + timedelta(days=7)) == []
        [sentence] = self.alerts(TODAY + timedelta(days=9))
        assert "10 of CUP from DEPOT to SHOP were expected on 2026-03-09 and are 2 days late" in sentence
        assert "have not left" in sentence
        ship(order, 10)
        later = timezone.localdate() + timedelta(days=4)
        [sentence] = self.alerts(later)
        assert "on the way: receive them, or say that they are lost" in sentence
        receive(order, 10)
        assert list(open_alerts().filter(kind="late_transfer")) == []
        assert self.alerts(later) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"target": DEPOT}, "same_site"), ({"source": "MOON"}, "unknown_site"), ({"sku": "MOON"}, "unknown_item"),
        ({"quantity": 0}, "bad_quantity"), ({"quantity": "1.00001"}, "bad_quantity"), ({"transit_days": 366}, "bad_days"),
        ({"source": "DEPOT-A1"}, "unknown_site"),
    ],
)  # fmt: skip
def test_an_order_that_cannot_be_meant_is_refused(changes: dict[str, object], code: str) -> None:
    two_sites(30)
    assert refused(lambda: drafted(**changes)) == code  # type: ignore[arg-type]


def test_an_item_stands_on_one_line() -> None:
    two_sites(30)
    parts = [AskedPart("CUP", Decimal(1)), AskedPart("CUP", Decimal(2))]
    call = lambda: transfers.draft(DEPOT, SHOP, parts, requested_on=TODAY, transit_days=0, actor=ACTOR)  # noqa: E731
    assert refused(call) == "doubled_item"


def test_the_database_keeps_the_bounds_of_a_line() -> None:
    two_sites(30)
    [line] = transfer_lines(placed(10))
    for column in ("received_quantity", "shipped_quantity"):
        setattr(line, column, 11)
        with pytest.raises(IntegrityError), transaction.atomic():
            line.save()
        line.refresh_from_db()
