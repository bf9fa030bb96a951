"""Demand lines: entered once, cut with a reason, owed until they are shipped."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.demand import actions, queries
from ownstock.demand.models import DemandLine
from ownstock.demand.queries import OpenDemand
from ownstock.journal.queries import trail
from tests.demand_cases import allocate, entered, goods_in, promised, shipped, wants
from tests.factories import ACTOR, TODAY, Business, small_business

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def business() -> Business:
    made = small_business()
    actions.set_customer("ANNA", "Anna's", actor=ACTOR)
    actions.set_customer("BERT", "Bert's", minimum_remaining_life_days=30, actor=ACTOR)
    return made


def test_a_line_entered_twice_is_one_line() -> None:
    first, again = entered("k1", 5), entered("k1", 5)
    assert (first.number, DemandLine.objects.count()) == (again.number, 1)
    assert [event.verb for event in trail(f"demand_line:{first.number}")] == ["demand.entered"]


def test_a_key_used_for_another_line_is_refused_and_nothing_is_entered() -> None:
    first = entered("k1", 5)
    with pytest.raises(Refused, match=f"already used for another demand line \\({first.number}\\)"):
        actions.enter([wants("k2", 1), wants("k1", 6)], actor=ACTOR)
    assert [line.key for line in DemandLine.objects.all()] == ["k1"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (wants("k", 1, customer="CARL"), "no customer CARL"),
        (wants("k", 1, sku="SPOON"), "no item SPOON"),
        (wants("k", 1, site="CUSTOMERS"), "no site CUSTOMERS"),
    ],
)
def test_a_line_that_names_what_there_is_not_is_refused(line: object, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        actions.enter([line], actor=ACTOR)  # type: ignore[list-item]


def test_lines_come_back_in_the_order_in_which_they_were_given() -> None:
    lines = actions.enter([wants("z", 1), wants("a", 2)], actor=ACTOR)
    assert [(line.key, line.quantity) for line in lines] == [("z", 1), ("a", 2)]


def test_what_is_cut_is_no_longer_owed_and_a_line_cut_whole_is_cancelled() -> None:
    line = entered("k1", 10)
    after = actions.cut(line.number, Decimal(4), actor=ACTOR, reason="wanted less")
    assert (after.open_quantity, after.state) == (6, "open")
    assert actions.cut(line.number, actor=ACTOR, reason="not wanted").state == "cancelled"
    with pytest.raises(Refused, match="is cancelled; nothing is open"):
        actions.cut(line.number, actor=ACTOR, reason="again")


def test_more_than_is_open_cannot_be_cut_and_nothing_without_a_reason() -> None:
    line = entered("k1", 10)
    with pytest.raises(Refused, match="11 cannot be cut; 10 is open"):
        actions.cut(line.number, Decimal(11), actor=ACTOR, reason="wanted less")
    with pytest.raises(Refused, match="Say why"):
        actions.cut(line.number, Decimal(1), actor=ACTOR, reason=" ")


def test_a_cut_lets_go_of_what_was_allocated_beyond_what_is_still_open() -> None:
    goods_in(6, lot="A", expires_on=TODAY + timedelta(days=50))
    goods_in(2, lot="B", expires_on=TODAY + timedelta(days=90))
    line = entered("k1", 10)
    allocate(line)
    actions.cut(line.number, Decimal(5), actor=ACTOR, reason="wanted less")
    assert promised(line) == {"A": 5}
    actions.cut(line.number, Decimal(5), actor=ACTOR, reason="not wanted")
    assert promised(line) == {}


def test_what_is_wanted_by_a_day_and_not_shipped_is_backordered_and_what_is_wanted_later_is_not(
    business: Business,
) -> None:
    cup, site = business.items[0].pk, business.site.pk
    goods_in(3)
    late, _, later = entered("k1", 5, days=-3), entered("k2", 2), entered("k3", 7, days=1)
    allocate(late)
    shipped(late, 3, key="s1")
    actions.cut(later.number, Decimal(1), actor=ACTOR, reason="wanted less")
    assert queries.backordered([cup], on=TODAY) == {(cup, site): 4}
    assert queries.open_demand([cup], after=TODAY) == [OpenDemand(cup, site, TODAY + timedelta(days=1), Decimal(6))]
    assert queries.backordered(None, on=TODAY + timedelta(days=1)) == {(cup, site): 10}


def test_what_is_owed_of_one_item_is_not_owed_of_another(business: Business) -> None:
    entered("k1", 5, sku="PLATE")
    cup, plate = (item.pk for item in business.items)
    assert queries.backordered([cup], on=TODAY) == {}
    assert queries.backordered([cup, plate], on=TODAY) == {(plate, business.site.pk): 5}


def test_a_customer_is_changed_with_what_was_before_and_not_written_again_when_nothing_differs() -> None:
    actions.set_customer("BERT", "Bert's", minimum_remaining_life_days=45, actor=ACTOR)
    actions.set_customer("BERT", "Bert's", minimum_remaining_life_days=45, actor=ACTOR)
    *_, changed = events = list(trail("customer:BERT"))
    assert (len(events), changed.old["minimum_remaining_life_days"], changed.new["minimum_remaining_life_days"]) == (
        2,
        30,
        45,
    )
