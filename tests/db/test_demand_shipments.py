"""Shipments: one posting, the line and its allocations in one step; taken back, the line is open again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.demand import actions, queries
from ownstock.demand.rules import Part
from ownstock.journal.queries import trail
from ownstock.ledger import actions as ledger
from ownstock.ledger import queries as stock
from ownstock.ledger.models import Movement, Posting
from tests.demand_cases import NOON, allocate, entered, goods_in, goods_lost, promised, put_on_hold, shipped
from tests.factories import ACTOR, TODAY, opening, sale, small_business

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _business() -> None:
    small_business()
    actions.set_customer("ANNA", "Anna's", actor=ACTOR)
    actions.set_customer("BERT", "Bert's", minimum_remaining_life_days=30, actor=ACTOR)


def test_a_shipment_takes_the_lots_that_were_promised() -> None:
    goods_in(5, lot="A", expires_on=TODAY + timedelta(days=60))
    line = entered("k1", 5)
    allocate(line)
    goods_in(5, lot="B", expires_on=TODAY + timedelta(days=30))
    after = shipped(line, 3, key="s1")
    assert (after.state, after.open_quantity, promised(line)) == ("part_shipped", 2, {"A": 2})
    movement = Movement.objects.get(posting__key="s1")
    assert (movement.lot.code, movement.quantity, movement.target.code) == ("A", 3, "CUSTOMERS")
    assert Posting.objects.get(key="s1").reference == "order k1"
    assert shipped(line, 2, key="s2").state == "shipped"


def test_the_same_key_ships_once_and_other_content_under_it_is_refused() -> None:
    goods_in(9)
    line = entered("k1", 9)
    shipped(line, 4, key="s1")
    assert shipped(line, 4, key="s1").shipped_quantity == 4
    assert stock.on_hand("CUP", "SHOP") == 5
    with pytest.raises(Refused, match="key s1 was already used"):
        shipped(line, 5, key="s1")


def test_a_key_that_posted_something_else_ships_nothing() -> None:
    opening("CUP", 9, key="s1")
    with pytest.raises(Refused, match="s1 was already used"):
        shipped(entered("k1", 9), 4, key="s1")
    assert stock.on_hand("CUP", "SHOP") == 9


def test_more_than_was_allocated_is_taken_from_what_is_free() -> None:
    goods_in(3, lot="A", expires_on=TODAY + timedelta(days=60))
    line = entered("k1", 8)
    allocate(line)
    goods_in(9)
    shipped(line, 7, key="s1")
    assert (stock.on_hand("CUP", "SHOP"), promised(line)) == (5, {})


def test_what_is_promised_to_others_is_not_shipped_and_they_are_named() -> None:
    goods_in(10)
    mine, theirs = entered("k1", 8), entered("k2", 6, customer="BERT")
    allocate(theirs)
    with pytest.raises(Refused, match=rf"8 of CUP cannot be shipped from SHOP; 4 can\. .* 6 to {theirs.number}") as no:
        shipped(mine, 8, key="s1")
    assert (no.value.code, no.value.facts["promised_to"]) == ("promised_to_others", {theirs.number: "6.0000"})
    assert stock.on_hand("CUP", "SHOP") == 10
    assert shipped(mine, 4, key="s1").open_quantity == 4


def test_what_is_not_there_is_not_shipped() -> None:
    goods_in(3)
    with pytest.raises(Refused, match="5 of CUP cannot be shipped from SHOP; 3 can") as no:
        shipped(entered("k1", 5), 5, key="s1")
    assert no.value.code == "not_enough_available"


def test_no_more_is_shipped_than_was_ordered() -> None:
    goods_in(30)
    line = entered("k1", 5)
    with pytest.raises(Refused, match="6 cannot be shipped; 5 is open"):
        shipped(line, 6, key="s1")


def test_goods_too_short_lived_for_the_customer_are_not_shipped_in_place_of_better_ones() -> None:
    goods_in(5, lot="A", expires_on=TODAY + timedelta(days=30))
    goods_in(2, lot="B", expires_on=TODAY + timedelta(days=31))
    line = entered("k1", 5, customer="BERT")
    with pytest.raises(Refused, match="5 of CUP cannot be shipped from SHOP; 2 can"):
        shipped(line, 5, key="s1")


def test_goods_that_are_short_are_those_of_whoever_wants_them_last() -> None:
    goods_in(5)
    sooner, later = entered("k1", 3), entered("k2", 2, days=1)
    allocate(sooner, later)
    goods_lost(2)
    with pytest.raises(Refused, match=f"0 can.* 3 to {sooner.number}"):
        shipped(later, 1, key="s1")
    assert shipped(sooner, 3, key="s2").state == "shipped"


def test_a_line_shipped_whole_from_other_goods_keeps_no_promise_of_those_that_were_gone() -> None:
    goods_in(5, lot="A", expires_on=TODAY + timedelta(days=60))
    line = entered("k1", 5)
    allocate(line)
    put_on_hold(5, lot="A")
    goods_in(5, lot="B", expires_on=TODAY + timedelta(days=60))
    after = shipped(line, 5, key="s1")
    assert (after.state, after.allocated_quantity, promised(line)) == ("shipped", 0, {})


def test_lines_of_one_customer_go_in_one_posting_and_of_several_in_none() -> None:
    goods_in(9)
    goods_in(9, sku="PLATE")
    cups, more, plates = entered("k1", 4), entered("k2", 5), entered("k3", 2, sku="PLATE")
    parts = [Part(line.number, line.quantity) for line in (cups, more, plates)]
    assert [line.state for line in actions.ship(parts, key="s1", actor=ACTOR, moved_at=NOON)] == ["shipped"] * 3
    assert Movement.objects.filter(posting__key="s1").count() == 3
    others = [Part(entered("k4", 1).number, Decimal(1)), Part(entered("k5", 1, customer="BERT").number, Decimal(1))]
    with pytest.raises(Refused, match="goes to one customer"):
        actions.ship(others, key="s2", actor=ACTOR)
    with pytest.raises(Refused, match="stands twice"):
        actions.ship([others[0]] * 2, key="s2", actor=ACTOR)


def test_two_lines_of_one_shipment_do_not_take_the_same_goods() -> None:
    goods_in(5)
    parts = [Part(entered(key, 3).number, Decimal(3)) for key in ("k1", "k2")]
    with pytest.raises(Refused, match="3 of CUP cannot be shipped from SHOP; 2 can"):
        actions.ship(parts, key="s1", actor=ACTOR, moved_at=NOON)
    assert stock.on_hand("CUP", "SHOP") == 5


def test_a_shipment_that_is_taken_back_is_owed_again_and_its_goods_are_free() -> None:
    goods_in(5, lot="A", expires_on=TODAY + timedelta(days=60))
    line = entered("k1", 5)
    allocate(line)
    shipped(line, 5, key="s1")
    actions.take_back("s1", new_key="s1:back", actor=ACTOR, reason="the wrong customer")
    line = queries.demand_line(line.number)
    assert (line.state, line.open_quantity, promised(line), stock.on_hand("CUP", "SHOP")) == ("open", 5, {}, 5)
    assert actions.take_back("s1", new_key="s1:back", actor=ACTOR, reason="again").is_new is False
    assert queries.demand_line(line.number).open_quantity == 5
    allocate(line)
    assert promised(line) == {"A": 5}


def test_of_a_line_cut_after_it_was_shipped_in_part_only_what_was_shipped_opens_again() -> None:
    goods_in(5)
    line = entered("k1", 5)
    shipped(line, 2, key="s1")
    assert actions.cut(line.number, actor=ACTOR, reason="no more wanted").state == "shipped"
    actions.take_back("s1", new_key="s1:back", actor=ACTOR, reason="never left")
    assert queries.demand_line(line.number).open_quantity == 2


def test_a_posting_of_no_demand_line_cannot_be_taken_back_as_a_shipment() -> None:
    opening("CUP", 5)
    ledger.post([sale("CUP", 1, key="till")], actor=ACTOR)
    with pytest.raises(Refused, match="till shipped nothing of a demand line"):
        actions.take_back("till", new_key="back", actor=ACTOR, reason="typed twice")


def test_the_trail_of_a_line_tells_its_life() -> None:
    goods_in(5)
    line = entered("k1", 5)
    allocate(line)
    shipped(line, 2, key="s1")
    actions.release(line.number, actor=ACTOR, reason="can wait")
    actions.take_back("s1", new_key="s1:back", actor=ACTOR, reason="never left")
    actions.cut(line.number, actor=ACTOR, reason="not wanted")
    verbs = [event.verb.removeprefix("demand.") for event in trail(f"demand_line:{line.number}")]
    assert verbs == ["entered", "allocated", "shipped", "released", "taken_back", "cut"]
    kinds = [entry.kind for entry in queries.entries(line)]
    assert kinds == ["allocated", "shipped", "released", "taken_back", "cut"]
