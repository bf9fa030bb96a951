"""The fan of an item-site: what was there, what is on its way, and what is projected, from one reading."""

from __future__ import annotations

import time
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ownstock.catalog.models import ItemSite, SupplyTerm
from ownstock.planning import actions, queries
from ownstock.planning.models import Proposal
from ownstock.purchasing import actions as purchasing
from tests.factories import ACTOR, TODAY, opening, sell_every_week, small_business

pytestmark = pytest.mark.django_db
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]


@pytest.fixture(autouse=True)
def _business() -> None:
    small_business(skus=["CUP"])
    sell_every_week("CUP", WEEKLY)
    opening("CUP", 20)


def the_item_site() -> ItemSite:
    return ItemSite.objects.select_related("item", "site").get()


def test_it_tells_past_days_open_orders_and_what_is_projected_of_both() -> None:
    actions.plan(planned_on=TODAY, actor=ACTOR)
    proposal = Proposal.objects.get()
    [order] = actions.approve([proposal.pk], actor=ACTOR)
    purchasing.place(order.number, actor=ACTOR)
    found = queries.fan(the_item_site(), TODAY)
    days = {day.day_on: day for day in found.past}
    assert sorted(days) == [min(days) + timedelta(days=n) for n in range(len(days))]
    # All that was bought for the past was sold on the last Wednesday; then twenty were counted in.
    last_sale_on = TODAY - timedelta(days=5)
    assert days[last_sale_on].is_stock_out
    assert not days[last_sale_on - timedelta(days=1)].is_stock_out
    [coming] = found.open_orders
    assert (coming.order, coming.quantity) == (order.number, proposal.quantity)
    assert coming.p10_on <= coming.expected_on <= coming.p90_on
    projected = {day.day_on: day for day in found.projected}
    day_before = projected[coming.expected_on - timedelta(days=1)]
    assert projected[coming.expected_on].mean > day_before.mean + float(proposal.quantity) / 2
    assert found.origins[f"open_order:{order.number}"].kind == "order"
    assert found.origins["past"].key == "CUP@SHOP"
    assert sum(week.demand for week in found.demand) == sum(WEEKLY)
    assert all(bucket.p10 <= bucket.p50 <= bucket.p90 for bucket in found.forecast)


def test_what_is_proposed_counts_as_it_was_set_and_later_orders_are_planned() -> None:
    actions.plan(planned_on=TODAY, actor=ACTOR)
    as_proposed = queries.fan(the_item_site(), TODAY)
    proposal = Proposal.objects.get()
    # Read and decided alone, it is what the plan of all decided, to the last digit.
    assert as_proposed.reason == proposal.reason
    change = actions.QuantityChange(proposal.pk, proposal.quantity + 60)
    actions.change_quantity([change], reason_code="price", actor=ACTOR)
    found = queries.fan(the_item_site(), TODAY)
    assert found.quantity == proposal.quantity + 60
    assert found.projected[-1].mean > as_proposed.projected[-1].mean + 30
    assert found.ahead[0].quantity == proposal.reason["decision"]["quantity"]
    assert sum(week.quantity for week in found.ahead[1:]) > 0
    assert found.ahead[0].arrives_on == TODAY + timedelta(days=14)


def test_what_cannot_be_planned_tells_its_past_and_why() -> None:
    SupplyTerm.objects.update(valid_to=date(2021, 1, 1))
    found = queries.fan(the_item_site(), TODAY)
    assert found.fault == "No supply term holds on this day: add one."
    assert found.past
    assert not found.projected


def test_an_item_site_is_told_in_time_and_a_quantity_at_once() -> None:
    actions.plan(planned_on=TODAY, actor=ACTOR)
    item_site, proposal = the_item_site(), Proposal.objects.get()

    def best(calls: int, work: object) -> float:
        took = []
        for _ in range(calls):
            begun = time.process_time()
            work()  # type: ignore[operator]
            took.append(time.process_time() - begun)
        return min(took)

    assert best(3, lambda: queries.fan(item_site, TODAY)) < 0.15
    assert best(3, lambda: queries.reproject(Decimal(60), proposal_id=proposal.pk)) < 0.05
    assert best(2, lambda: queries.reproject_many([(proposal.pk, Decimal(6 * n + 6)) for n in range(500)])) < 0.2
