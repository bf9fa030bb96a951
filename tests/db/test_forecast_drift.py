"""A forecast that drifted is told with what it costs, by figures that one can check by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from ownstock.automation.actions.drifting import tell_drift
from ownstock.automation.actions.schedule import plan_and_act
from ownstock.catalog.models import ItemSite
from ownstock.journal import queries as journal
from ownstock.journal.models import Alert
from ownstock.ledger import actions as ledger
from ownstock.planning.models import ItemSitePlan, Proposal
from tests.automation_cases import automatic_shop
from tests.factories import ACTOR, TODAY, opening, sale

pytestmark = pytest.mark.django_db
LATER = TODAY + timedelta(weeks=8)
SKU, LEAD_DAYS, REVIEW_DAYS = "CUP", 14, 7


@pytest.fixture(autouse=True)
def _shop() -> None:
    automatic_shop()
    opening(SKU, 900, key="plenty")
    # Of plates nothing is told here.
    ItemSitePlan.objects.filter(item_site__item__sku="PLATE").update(usable=0)


def forecast(*, then: int, now: int) -> None:
    """What was forecast a week on TODAY, and what is eight weeks later."""
    [row] = Proposal.objects.filter(item_site__item__sku=SKU)
    row.reason["forecast"]["mean_per_day"] = str(Decimal(then) / 7)
    row.save(update_fields=["reason"])
    ItemSitePlan.objects.filter(item_site__item__sku=SKU).update(
        demand_a_day=now / 7,
        usable=500,
        jump=0,
        lead_time_days=LEAD_DAYS,
        review_period_days=REVIEW_DAYS,
        planned_on=LATER,
    )


def used(a_week: int, *, weeks: int = 8) -> None:
    days = [TODAY + timedelta(weeks=n, days=2) for n in range(weeks)]
    sold = [sale(SKU, a_week, key=f"sold {day}", moved_at=datetime.combine(day, time(12), UTC)) for day in days]
    ledger.post(sold, actor=ACTOR)


def told(on: date = LATER) -> Alert:
    tell_drift(on)
    return journal.open_alerts().get(kind="forecast_drift")


def item_site() -> ItemSite:
    return ItemSite.objects.get(item__sku=SKU)


def test_a_forecast_that_is_too_low_costs_what_is_short_until_an_order_is_of_use() -> None:
    forecast(then=20, now=30)
    used(50)
    alert = told()
    # 20 a week too few, for the two weeks of the lead time.
    assert alert.money == 20 * 2 * item_site().shortage_cost
    assert alert.sentence.startswith(
        "Of CUP at SHOP 50.0 a week were used in the last 8 weeks, where 20.0 were expected: a bias of -60 %, 30 % allowed. "
        "Today's forecast still says 30.0; if it stays off, about "
    )
    assert alert.facts["item_site"] == item_site().pk
    assert alert.facts["forecast_made_on"] == TODAY.isoformat()


def test_a_forecast_that_is_too_high_costs_what_is_held_too_much() -> None:
    forecast(then=60, now=48)
    used(24)
    # 24 a week too many, for the three weeks that an order must last: 72 units, used up in 21 days, half of them on average.
    units, a_day = 72, Decimal(24) / 7
    held = item_site().holding_rate * item_site().item.unit_cost * units * units / a_day / 365 / 2
    assert held > 1
    assert told().money == pytest.approx(held, abs=Decimal("0.01"))
    assert "is spent on holding what is ordered too much" in told().sentence


def test_what_nobody_used_at_all_is_a_drift_too() -> None:
    forecast(then=60, now=48)
    held = item_site().holding_rate * item_site().item.unit_cost * 48 * 3
    assert told().money == pytest.approx(held, abs=Decimal("0.01"))
    assert "60.0 were expected: nothing at all" in told().sentence


@pytest.mark.parametrize(
    ("then", "now", "a_week"),
    [
        pytest.param(40, 40, 50, id="within the limit of 30 percent"),
        pytest.param(20, 55, 50, id="today's forecast has caught up"),
        pytest.param(3, 3, 2, id="as chance has it where demand comes by the piece"),
    ],
)
def test_what_is_no_drift_is_not_told(then: int, now: int, a_week: int) -> None:
    forecast(then=then, now=now)
    used(a_week)
    assert tell_drift(LATER) == 0


def test_a_jump_and_an_empty_shelf_are_told_as_such_and_not_as_a_drift() -> None:
    forecast(then=20, now=30)
    used(50)
    plans = ItemSitePlan.objects.filter(item_site__item__sku=SKU)
    plans.update(jump=12)
    assert tell_drift(LATER) == 0
    plans.update(jump=0, usable=0)
    assert tell_drift(LATER) == 0


def test_a_drift_ends_when_todays_forecast_has_come_to_what_is_used_and_says_so() -> None:
    forecast(then=20, now=30)
    used(50)
    told()
    assert tell_drift(LATER) == 0, "told already"
    forecast(then=20, now=51)
    tell_drift(LATER)
    [ended] = journal.cleared_alerts().filter(kind="forecast_drift")
    assert "today's has come to what is used" in ended.cleared_because


def test_the_nightly_plan_looks_for_drifts() -> None:
    forecast(then=200, now=200)
    plan_and_act(datetime.combine(LATER, time(3), UTC), occasion="nightly")
    # Nobody took a cup for eight weeks, and the plan of tonight still expects some.
    assert journal.open_alerts().filter(kind="forecast_drift").exists()
