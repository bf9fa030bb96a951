"""What the ledger tells planning: demand by the site's own weeks, days in stock, what is usable, what is on order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from ownstock.catalog import actions as catalog
from ownstock.catalog.models import ItemSite, Location, SupplyTerm
from ownstock.ledger import actions as ledger
from ownstock.ledger.models import Lot
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.planning.inputs import flows
from ownstock.planning.inputs.history import HISTORY_WEEKS
from ownstock.planning.inputs.read_inputs import PlanningInputs, planning_inputs
from tests.factories import ACTOR, TODAY, opening, sale, small_business

pytestmark = pytest.mark.django_db
LAST_WEEK = TODAY - timedelta(weeks=1)


@pytest.fixture(autouse=True)
def _business() -> None:
    small_business(skus=["CUP"])


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def week(inputs: PlanningInputs, monday: date) -> tuple[float, float]:
    """Demand of a week, returns netted, and the part of it in stock."""
    history = inputs.history
    assert history.first_on is not None
    number = (monday - history.first_on).days // 7
    return float(history.demand[0, number]), float(history.in_stock[0, number])


def usable() -> float:
    return float(planning_inputs(TODAY).position["usable"][0])


def test_every_item_site_has_every_week_and_the_running_week_is_left_out() -> None:
    history = planning_inputs(TODAY + timedelta(days=4)).history
    assert history.demand.shape == history.in_stock.shape == (1, HISTORY_WEEKS)
    assert history.bucket_starts(HISTORY_WEEKS)[-1] == np.datetime64(LAST_WEEK)


def test_days_with_nothing_on_the_shelf_are_counted_out() -> None:
    opening("CUP", 5, moved_at=at(LAST_WEEK - timedelta(days=3)))
    ledger.post([sale("CUP", 5, key="s1", moved_at=at(LAST_WEEK + timedelta(days=2)))], actor=ACTOR)
    opening("CUP", 9, key="restocked", moved_at=at(TODAY, 6))
    inputs = planning_inputs(TODAY)
    # Sold out on Wednesday, which still counts; from Thursday to Sunday nothing could be sold.
    assert week(inputs, LAST_WEEK) == (5, pytest.approx(3 / 7))


def test_weeks_before_an_item_was_first_there_were_not_in_stock() -> None:
    opening("CUP", 5, moved_at=at(LAST_WEEK))
    inputs = planning_inputs(TODAY)
    assert week(inputs, LAST_WEEK - timedelta(weeks=1)) == (0, 0)
    assert week(inputs, LAST_WEEK) == (0, 1)


def test_returns_are_taken_off_the_sales_of_their_week() -> None:
    opening("CUP", 50, moved_at=at(LAST_WEEK - timedelta(days=9)))
    ledger.post([sale("CUP", 9, key="s1", moved_at=at(LAST_WEEK))], actor=ACTOR)
    back = Line("CUP", "CUSTOMERS", "SHOP", Decimal(4), moved_at=at(LAST_WEEK + timedelta(days=1)))
    ledger.post([PostingRequest("ret1", Kind.RETURN, [back])], actor=ACTOR)
    assert week(planning_inputs(TODAY), LAST_WEEK) == (5, 1)


def test_a_day_begins_at_the_sites_own_midnight() -> None:
    summer_monday = date(2026, 6, 15)
    opening("CUP", 50, moved_at=at(summer_monday - timedelta(weeks=3)))
    # 23:30 in London's summer is 22:30 UTC: still Sunday. 23:30 UTC is Monday there.
    sunday = summer_monday - timedelta(days=1)
    sales = [
        sale("CUP", 1, key="sunday", moved_at=at(sunday, 22, 30)),
        sale("CUP", 3, key="monday", moved_at=at(sunday, 23, 30)),
    ]
    ledger.post(sales, actor=ACTOR)
    inputs = planning_inputs(summer_monday + timedelta(weeks=1))
    assert week(inputs, summer_monday)[0] == 3
    assert week(inputs, summer_monday - timedelta(weeks=1))[0] == 1


def test_only_released_and_unexpired_goods_are_usable() -> None:
    opening("CUP", 10)
    hold = Line("CUP", "SHOP", "SHOP", Decimal(2), target_status="on_hold")
    fresh = Line("CUP", "SUPPLIERS", "SHOP", Decimal(5), lot="FRESH")
    old = Line("CUP", "SUPPLIERS", "SHOP", Decimal(7), lot="OLD")
    untested = Line("CUP", "SUPPLIERS", "SHOP", Decimal(3), lot="UNTESTED")
    receipt = PostingRequest("r", Kind.RECEIPT, [fresh, old, untested])
    ledger.post([PostingRequest("h", Kind.TRANSFER, [hold]), receipt], actor=ACTOR)
    Lot.objects.filter(code="OLD").update(expires_on=TODAY)
    Lot.objects.filter(code="UNTESTED").update(expires_on=TODAY + timedelta(days=9), retest_on=TODAY)
    Lot.objects.filter(code="FRESH").update(expires_on=TODAY + timedelta(days=1))
    assert usable() == 10 - 2 + 5


def test_what_lies_in_a_sites_bins_is_the_sites() -> None:
    site = Location.objects.get(code="SHOP")
    Location.objects.create(code="BIN1", name="Bin 1", kind="bin", parent=site, site=site)
    opening("CUP", 10)
    ledger.post([PostingRequest("t", Kind.TRANSFER, [Line("CUP", "SHOP", "BIN1", Decimal(4))])], actor=ACTOR)
    assert usable() == 10


def test_goods_are_found_however_many_bins_a_site_has() -> None:
    site = Location.objects.get(code="SHOP")
    bins = [f"BIN{k}" for k in range(flows.FEW_PLACES + 1)]
    opening("CUP", 30)
    for k, code in enumerate(bins, start=1):
        Location.objects.create(code=code, name=code, kind="bin", parent=site, site=site)
        moved = Line("CUP", "SHOP", code, Decimal(1))
        ledger.post([PostingRequest(code, Kind.TRANSFER, [moved])], actor=ACTOR)
        found = flows.released(TODAY, [ItemSite.objects.get().pk])
        assert found.equals(flows.released(TODAY)), f"{k} bins"
        assert found["usable"].to_list() == [30 * 10_000]


def test_parts_of_a_unit_are_not_counted_on() -> None:
    opening("CUP", "10.75")
    assert usable() == 10


def test_an_item_site_whose_only_source_lacks_a_certificate_says_so() -> None:
    catalog.require_certificate("ISO 9001", actor=ACTOR, reason="Customers ask for it.")
    [told] = planning_inputs(TODAY).unplanned.values()
    assert "ISO 9001" in told["sentence"]


def test_an_item_site_that_cannot_be_planned_is_told_and_the_others_are_planned() -> None:
    SupplyTerm.objects.update(valid_from=TODAY + timedelta(days=1))
    inputs = planning_inputs(TODAY)
    assert inputs.unplanned == {
        ItemSite.objects.get().pk: {
            "sku": "CUP", "site": "SHOP", "sentence": "No supply term holds on this day: add one.",
        }
    }  # fmt: skip
    assert inputs.supply.is_empty()
