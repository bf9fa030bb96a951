"""What demand is to planning and promising: what is owed is ordered, shipping it is no news, promises count deliveries."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import ItemSite, SupplyTerm
from ownstock.cli.reason import lines
from ownstock.demand import actions
from ownstock.ledger.models import Lot
from ownstock.planning import actions as planning
from ownstock.planning.inputs.read_inputs import planning_inputs
from ownstock.planning.models import Proposal
from ownstock.planning.queries import fan
from ownstock.planning.queries.promises import promise
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.actions import DraftLine
from tests.demand_cases import allocate, entered, goods_in, shipped
from tests.factories import ACTOR, TODAY, Business, opening, sell_every_week, small_business
from tests.unit.reason_checker import recompute

pytestmark = pytest.mark.django_db
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]


@pytest.fixture(autouse=True)
def business() -> Business:
    made = small_business(skus=["CUP"])
    actions.set_customer("ANNA", "Anna's", actor=ACTOR)
    actions.set_customer("BERT", "Bert's", minimum_remaining_life_days=30, actor=ACTOR)
    return made


def on_order(business: Business, quantity: int, *, in_days: int) -> None:
    line = DraftLine(SupplyTerm.objects.get(), Decimal(quantity), day(in_days))
    purchasing.draft(supplier=business.suppliers[0], site=business.site, lines=[line], ordered_on=TODAY, actor=ACTOR)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def promisable(quantity: int, *, in_days: int = 0, customer: str = "") -> tuple[Decimal, date | None]:
    found = promise("CUP", "SHOP", Decimal(quantity), wanted_on=day(in_days), today=TODAY, customer=customer)
    return found.promised_quantity, found.in_full_on


def proposed() -> Decimal:
    planning.plan(planned_on=TODAY, actor=ACTOR)
    return Proposal.objects.get().quantity


def test_the_position_knows_what_is_owed_now_and_counts_a_part_of_a_unit_whole() -> None:
    entered("k1", "4.5")
    entered("k2", 9, days=1)
    assert planning_inputs(TODAY).position["backordered"].to_list() == [5]
    only = planning_inputs(TODAY, only=ItemSite.objects.get())
    assert only.position["backordered"].to_list() == [5]


@pytest.mark.parametrize(("unserved", "at_least"), [("lost", 6), ("backorder", 42)])
def test_what_is_owed_is_ordered_on_top(unserved: str, at_least: int) -> None:
    """All of it, to a pack, where others wait as well; where they would not, only what still can be sold."""
    ItemSite.objects.update(unserved_demand=unserved)
    sell_every_week("CUP", WEEKLY)
    opening("CUP", 60)
    before = proposed()
    entered("k1", 48)
    assert proposed() - before >= at_least


def test_more_may_be_owed_than_there_is() -> None:
    sell_every_week("CUP", WEEKLY)
    entered("k1", 600)
    assert proposed() >= 600


def test_allocating_changes_no_plan() -> None:
    sell_every_week("CUP", WEEKLY)
    opening("CUP", 20)
    line = entered("k1", 10)
    before = proposed()
    run = Proposal.objects.get().run_id
    allocate(line)
    assert (proposed(), Proposal.objects.get().run_id) == (before, run)


def test_shipping_what_was_owed_when_the_order_was_approved_is_no_news() -> None:
    sell_every_week("CUP", WEEKLY)
    opening("CUP", 20)
    line = entered("k1", 10)
    proposed()
    planning.approve([Proposal.objects.get().pk], actor=ACTOR)
    shipped(line, 10, key="s1")
    planning.plan(planned_on=TODAY, actor=ACTOR)
    assert Proposal.objects.count() == 1


def test_what_is_free_now_and_what_is_still_to_come_is_promised(business: Business) -> None:
    goods_in(10)
    on_order(business, 24, in_days=14)
    assert promisable(8) == (8, TODAY)
    assert promisable(12) == (10, day(14))
    assert promisable(34) == (10, day(14))
    assert promisable(35, in_days=14) == (34, None)


def test_what_was_promised_before_is_kept(business: Business) -> None:
    goods_in(10)
    on_order(business, 24, in_days=14)
    allocate(entered("k1", 4))
    entered("k2", 3, days=5)
    entered("k3", 30, days=20)
    assert promisable(8) == (0, None)
    actions.cut(entered("k3", 30, days=20).number, Decimal(10), actor=ACTOR, reason="wanted less")
    assert promisable(8) == (3, None)
    assert promisable(7, in_days=14) == (7, day(14))


def test_goods_are_promised_only_to_whom_they_keep_long_enough() -> None:
    goods_in(5, lot="A", expires_on=day(20))
    assert promisable(5, in_days=10) == (5, day(10))
    assert promisable(5, in_days=10, customer="BERT") == (0, None)
    Lot.objects.update(expires_on=day(41))
    assert promisable(5, in_days=10, customer="BERT") == (5, day(10))


def test_a_delivery_late_past_its_limit_is_not_promised_and_another_is_expected_later(business: Business) -> None:
    on_order(business, 24, in_days=-5)
    assert promisable(20) == (0, day(5))
    on_order(business, 99, in_days=-15)
    assert promisable(25) == (0, None)


@pytest.mark.parametrize(("sku", "site"), [("SPOON", "SHOP"), ("CUP", "CUSTOMERS")])
def test_what_there_is_not_cannot_be_promised(sku: str, site: str) -> None:
    with pytest.raises(Refused, match=r"There is no (item SPOON|site CUSTOMERS)"):
        promise(sku, site, Decimal(1), wanted_on=TODAY, today=TODAY)


def test_what_customers_ordered_for_later_is_known_to_the_plan_and_not_owed_yet() -> None:
    """By day, a part of a unit whole; what is wanted today is owed, and what no decision looks at is left out."""
    entered("k1", "4.5", days=3)
    entered("k2", 9, days=3, customer="BERT")
    entered("k3", 7, days=12)
    entered("today", 5)
    entered("far", 99, days=14 + 2 * 7)
    for inputs in (planning_inputs(TODAY), planning_inputs(TODAY, only=ItemSite.objects.get())):
        assert inputs.known.select("wanted_in_days", "quantity").rows() == [(3, 14), (12, 7)]
        assert inputs.position["backordered"].to_list() == [5]


def test_an_order_that_the_forecast_does_not_expect_is_ordered_before_it_is_due() -> None:
    sell_every_week("CUP", WEEKLY)
    before = proposed()
    entered("k1", 500, days=16)
    assert proposed() - before >= 450
    proposal = Proposal.objects.get()
    assert {"wanted_in_days": 16, "quantity": 500, "is_transfer": False} in proposal.reason["inputs"]["known"]
    [known] = [step["units"] for step in proposal.reason["steps"] if step["step"] == "known"]
    assert sum(step["units"] for step in proposal.reason["steps"]) == proposal.quantity
    assert f"{known} of it beyond the forecast for what is ordered by customers" in proposal.reason["sentence"]
    printed = "\n".join(lines(proposal))
    assert "Ordered for days to come" in printed
    assert "beyond the forecast, ordered already" in printed
    assert recompute(proposal.reason)["quantity"] == proposal.quantity


def test_an_order_that_the_forecast_expects_hardly_moves_the_plan() -> None:
    """A pack at most: the look ahead is left out, and what is sure leaves less to chance."""
    sell_every_week("CUP", WEEKLY)
    before = proposed()
    entered("k1", 8, days=16)
    assert abs(proposed() - before) <= 12


def test_shipping_ahead_what_was_known_when_the_order_was_approved_is_no_news() -> None:
    sell_every_week("CUP", WEEKLY)
    opening("CUP", 20)
    line = entered("k1", 10, days=4)
    proposed()
    planning.approve([Proposal.objects.get().pk], actor=ACTOR)
    shipped(line, 10, key="s1")
    planning.plan(planned_on=TODAY, actor=ACTOR)
    assert Proposal.objects.count() == 1


def test_what_is_projected_of_an_item_site_falls_on_the_day_customers_want_it() -> None:
    sell_every_week("CUP", WEEKLY)
    opening("CUP", 300)
    entered("k1", 200, days=5)
    closes = {band.day_on: band.p50 for band in fan(ItemSite.objects.get(), TODAY).projected}
    assert closes[day(4)] - closes[day(5)] >= 200
    assert closes[day(4)] == pytest.approx(300)
