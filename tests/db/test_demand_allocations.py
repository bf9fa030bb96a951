"""Allocations: released goods, first expired first out, promised once; and what becomes of them when goods vanish."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import Location
from ownstock.demand import actions, queries
from ownstock.demand.models import Allocation, DemandEntry, DemandLine
from ownstock.journal.queries import open_alerts, trail
from ownstock.ledger.models import Lot
from tests.demand_cases import allocate, entered, goods_in, goods_lost, promised, put_on_hold
from tests.factories import ACTOR, TODAY, Business, small_business

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def business() -> Business:
    made = small_business()
    actions.set_customer("ANNA", "Anna's", actor=ACTOR)
    actions.set_customer("BERT", "Bert's", minimum_remaining_life_days=30, actor=ACTOR)
    return made


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def short() -> dict[str, Decimal]:
    return {s.number: s.short for s in queries.short_allocations(TODAY)}


def test_what_expires_first_is_promised_first() -> None:
    goods_in(5)
    goods_in(4, lot="B", expires_on=in_days(90))
    goods_in(3, lot="A", expires_on=in_days(60))
    line = entered("k1", 9)
    [after] = allocate(line)
    assert promised(line) == {"A": 3, "B": 4, "SHOP": 2}
    assert (after.allocated_quantity, after.state) == (9, "open")


@pytest.mark.parametrize("status", ["quarantine", "on_hold", "rejected"])
def test_only_released_goods_are_promised(status: str) -> None:
    goods_in(5, status=status)
    assert allocate(entered("k1", 5))[0].allocated_quantity == 0


def test_expired_goods_and_those_whose_test_is_due_are_not_promised() -> None:
    goods_in(5, lot="OLD", expires_on=TODAY)
    goods_in(5, lot="UNTESTED", retest_on=TODAY)
    assert allocate(entered("k1", 5))[0].allocated_quantity == 0


def test_goods_must_still_have_the_life_the_customer_asks_for_on_the_day_they_are_wanted() -> None:
    goods_in(5, lot="SHORT", expires_on=in_days(40))
    goods_in(5, lot="LONG", expires_on=in_days(41))
    line = entered("k1", 8, customer="BERT", days=10)
    allocate(line)
    assert promised(line) == {"LONG": 5}


def test_a_line_that_is_late_needs_that_life_from_today_on() -> None:
    goods_in(5, lot="A", expires_on=in_days(30))
    assert allocate(entered("k1", 5, customer="BERT", days=-20))[0].allocated_quantity == 0


def test_goods_on_their_way_between_places_are_not_promised(business: Business) -> None:
    Location.objects.create(code="VAN", name="Van", kind="in_transit", site=business.site)
    goods_in(5, location="VAN")
    assert allocate(entered("k1", 5))[0].allocated_quantity == 0


def test_goods_in_any_bin_of_the_site_are_promised_and_those_of_another_site_are_not(business: Business) -> None:
    Location.objects.create(code="BIN", name="Bin", kind="bin", site=business.site)
    depot = Location.objects.create(code="DEPOT", name="Depot", kind="site", time_zone="UTC")
    Location.objects.filter(pk=depot.pk).update(site=depot)
    goods_in(5, location="BIN")
    goods_in(5, location="DEPOT")
    line = entered("k1", 8)
    allocate(line)
    assert promised(line) == {"BIN": 5}


def test_those_who_want_it_first_are_served_first_and_nothing_is_promised_twice() -> None:
    goods_in(10)
    later, sooner = entered("k1", 8, days=2), entered("k2", 8, days=1)
    allocate(later, sooner)
    assert (promised(sooner), promised(later)) == ({"SHOP": 8}, {"SHOP": 2})


def test_allocating_again_promises_nothing_more_until_goods_come() -> None:
    goods_in(5)
    line = entered("k1", 8)
    allocate(line)
    allocate(line)
    assert DemandEntry.objects.count() == 1
    goods_in(9)
    allocate(line)
    assert promised(line) == {"SHOP": 8}


def test_everything_open_is_allocated_item_by_item() -> None:
    goods_in(5)
    goods_in(5, sku="PLATE")
    cups, plates = entered("k1", 3), entered("k2", 4, sku="PLATE")
    assert actions.allocate_all(today=TODAY, actor=ACTOR) == 2
    assert (promised(cups), promised(plates)) == ({"SHOP": 3}, {"SHOP": 4})


def test_what_is_released_can_be_promised_to_another() -> None:
    goods_in(5)
    first, second = entered("k1", 5), entered("k2", 5)
    allocate(first, second)
    actions.release(first.number, Decimal(2), actor=ACTOR, reason="can wait")
    allocate(second)
    assert (promised(first), promised(second)) == ({"SHOP": 3}, {"SHOP": 2})
    with pytest.raises(Refused, match="4 cannot be released; 3 is allocated"):
        actions.release(first.number, Decimal(4), actor=ACTOR)


def test_there_is_no_allocation_for_a_line_that_there_is_not() -> None:
    with pytest.raises(Refused, match="no demand line DL-1"):
        actions.allocate(["DL-1"], today=TODAY, actor=ACTOR)


def test_when_goods_are_counted_away_those_who_want_them_last_are_short_and_people_are_told() -> None:
    goods_in(10)
    sooner, later = entered("k1", 5), entered("k2", 5, days=1)
    allocate(sooner, later)
    goods_lost(3)
    assert short() == {later.number: 3}
    actions.alert_short(today=TODAY)
    [alert] = open_alerts()
    assert f"{later.number}: 3 of the 5 of CUP promised to ANNA from SHOP are not there" in alert.sentence


def test_allocating_again_mends_a_promise_whose_goods_are_gone_and_clears_the_alert() -> None:
    goods_in(5, lot="A", expires_on=in_days(60))
    line = entered("k1", 5)
    allocate(line)
    put_on_hold(5, lot="A")
    assert short() == {line.number: 5}
    actions.alert_short(today=TODAY)
    goods_in(4, lot="B", expires_on=in_days(60))
    [after] = allocate(line)
    assert (promised(line), after.allocated_quantity, short()) == ({"B": 4}, 4, {})
    assert not open_alerts().exists()
    assert trail(f"demand_line:{line.number}").last().new == {"allocated": "4.0000", "released": "5.0000"}


def test_an_alert_ends_by_itself_when_the_goods_are_there_again() -> None:
    goods_in(5)
    allocate(entered("k1", 5))
    goods_lost(5)
    actions.alert_short(today=TODAY)
    goods_in(7)
    assert actions.alert_short(today=TODAY) == []
    assert not open_alerts().exists()


def test_goods_that_expire_before_they_are_needed_are_short_as_soon_as_that_is_known() -> None:
    goods_in(5, lot="A", expires_on=in_days(60))
    line = entered("k1", 5, days=10)
    allocate(line)
    Lot.objects.update(expires_on=TODAY + timedelta(days=10))
    assert short() == {line.number: 5}


def test_goods_held_for_a_line_that_is_late_are_short_on_the_day_they_expire() -> None:
    goods_in(5, lot="A", expires_on=in_days(3))
    line = entered("k1", 5)
    allocate(line)
    assert queries.short_allocations(TODAY + timedelta(days=2)) == []
    assert [s.number for s in queries.short_allocations(TODAY + timedelta(days=3))] == [line.number]


def test_totals_that_were_changed_behind_the_entries_are_named_and_made_anew() -> None:
    goods_in(5, lot="A", expires_on=in_days(60))
    line = entered("k1", 5)
    allocate(line)
    assert queries.differences() == []
    DemandLine.objects.update(allocated_quantity=1, shipped_quantity=2)
    Allocation.objects.update(quantity=3)
    found = {d.what: (d.kept, d.derived) for d in queries.differences()}
    assert found == {"allocated": (1, 5), "shipped": (2, 0), "allocated at SHOP lot A": (3, 5)}
    actions.rebuild(actor=ACTOR)
    assert (queries.differences(), promised(line)) == ([], {"A": 5})
