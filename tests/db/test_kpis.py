"""Health and monitoring: every figure is its printed formula over what the ledger says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.demand import actions as demand
from ownstock.demand.rules import EnteredLine, Part
from ownstock.ledger import actions as ledger
from ownstock.ledger.actions.count_classes import classify
from ownstock.planning import actions
from ownstock.planning.models import KpiDay, KpiItemSite
from ownstock.planning.queries import kpis
from ownstock.planning.queries.figures import lines_behind
from ownstock.planning.rules.kpis import KPI_FORMULAS
from tests.factories import ACTOR, TODAY, opening, sale, sell_every_week, small_business

pytestmark = pytest.mark.django_db
WEEKLY = [10] * 12
COST = Decimal("2.5")


@pytest.fixture(autouse=True)
def _measured() -> None:
    small_business(skus=["CUP", "PLATE", "OLD"])
    sell_every_week("CUP", WEEKLY)
    opening("CUP", 40, moved_at=at(-20))
    sell_every_week("PLATE", [30, 0, 0] * 4)
    opening("OLD", 100, moved_at=at(-300))
    classify(TODAY)
    actions.measure(TODAY)


def at(days: int) -> datetime:
    return datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC) + timedelta(days=days)


def test_health_is_what_the_formulas_say() -> None:
    [found] = kpis.health()
    assert found.item_sites == 3
    assert found.on_hand_value == 140 * COST
    assert found.dead == 100 * COST
    # Of the two that sold in the year one is there.
    assert found.availability == 0.5
    assert found.days_of_cover == pytest.approx(140 * 84 / 240)
    assert found.fill_rate is None
    average = sum(day["on_hand_value"] for day in kpis.daily(TODAY - timedelta(days=364), TODAY)) / 365
    assert found.turns == pytest.approx(float(240 * COST / average))
    assert set(KPI_FORMULAS) >= {"turns", "fill_rate", "availability", "days_of_cover", "dead", "record_accuracy"}


def test_days_before_the_first_measuring_are_reckoned_back_from_the_ledger() -> None:
    days = {day["day_on"]: day for day in kpis.daily(TODAY - timedelta(days=364), TODAY)}
    assert len(days) == 365
    assert days[TODAY - timedelta(days=301)]["on_hand_value"] == 0
    assert days[TODAY - timedelta(days=299)]["on_hand_units"] == 100
    wednesday = TODAY - timedelta(days=5)
    assert days[wednesday]["issued_units"] == 10
    assert days[wednesday - timedelta(days=1)]["on_hand_units"] == days[wednesday]["on_hand_units"] + 10
    assert days[TODAY]["stocked_out"] == 1
    assert days[wednesday]["stocked_out"] is None


def test_a_measured_day_stays_and_the_next_ones_are_added() -> None:
    before = KpiDay.objects.count()
    ledger.post([sale("CUP", 4, key="late", moved_at=at(0))], actor=ACTOR)
    assert actions.measure(TODAY).days == 0
    assert KpiDay.objects.count() == before
    assert KpiItemSite.objects.get(item_site__item__sku="CUP").on_hand == 36
    assert actions.measure(TODAY + timedelta(days=2)).days > 0
    assert kpis.measured_on() == TODAY + timedelta(days=2)
    assert kpis.health()[0].on_hand_value == 136 * COST


def test_figures_by_group_add_up_to_the_whole_and_can_be_narrowed() -> None:
    [whole] = kpis.health()
    for by in kpis.GROUPS:
        assert sum(one.on_hand_value for one in kpis.health(by)) == whole.on_hand_value
    by_supplier = {one.group: one for one in kpis.health("supplier")}
    assert by_supplier["ALPHA"].on_hand_value == 140 * COST
    assert kpis.health("supplier", only={"supplier": "BETA"})[0].on_hand_value == 0
    with pytest.raises(Refused, match="Group by one of"):
        kpis.health("colour")


def test_classes_and_the_worst_item_sites_are_told() -> None:
    cells = {(cell.abc_class, cell.xyz_class): cell for cell in kpis.class_matrix()}
    assert sum(cell.item_sites for cell in cells.values()) == 3
    # Ten every week in twelve of 52 weeks are as uneven as thirty in four of them are more so.
    assert {xyz for _, xyz in cells} <= {"", "X", "Y", "Z"}
    assert kpis.measured_item_sites("dead")[0].item_site.item.sku == "OLD"
    assert [one.item_site.item.sku for one in kpis.measured_item_sites()] == ["OLD", "CUP", "PLATE"]


def test_a_span_is_compared_with_any_other() -> None:
    [alpha, beta] = kpis.monitor("supplier", TODAY - timedelta(days=27), TODAY)
    assert (alpha.group, alpha.issued_units, alpha.sales_change) == ("ALPHA", 40, 0)
    assert alpha.consumption_rate == pytest.approx(40 / 28)
    assert (beta.issued_units, beta.sales_change) == (30, 0)
    longer = kpis.monitor("supplier", TODAY - timedelta(days=41), TODAY, only={"supplier": "BETA"})
    assert (longer[0].issued_units, longer[0].sales_change) == (60, 0)
    against = kpis.monitor("supplier", TODAY - timedelta(days=6), TODAY, against=TODAY - timedelta(days=90))
    assert {one.group: one.sales_change for one in against}["ALPHA"] is None
    with pytest.raises(Refused, match="before it begins"):
        kpis.monitor("site", TODAY, TODAY - timedelta(days=1))


def test_fill_rate_counts_what_left_by_the_day_it_was_wanted_whenever_that_was_recorded() -> None:
    demand.set_customer("ANNA", "Anna", actor=ACTOR)
    wanted = [
        EnteredLine(f"L{days}", "ANNA", "CUP", "SHOP", Decimal(8), at(days).date(), "") for days in (1, 2)
    ]  # fmt: skip
    first, second = demand.enter(wanted, actor=ACTOR)
    demand.ship([Part(first.number, Decimal(6))], key="S1", actor=ACTOR, moved_at=at(1))
    demand.ship([Part(first.number, Decimal(2))], key="S2", actor=ACTOR, moved_at=at(2))
    demand.ship([Part(second.number, Decimal(8))], key="S3", actor=ACTOR, moved_at=at(2))
    demand.take_back("S3", new_key="S3 back", actor=ACTOR, reason="the wrong cups")
    demand.ship([Part(second.number, Decimal(5))], key="S4", actor=ACTOR, moved_at=at(2))
    actions.measure(TODAY + timedelta(days=3))
    assert kpis.health()[0].fill_rate == pytest.approx((6 + 5) / 16)
    [behind] = lines_behind("fill_rate", TODAY + timedelta(days=3))
    assert (behind.sku, behind.whole, behind.part) == ("CUP", 16, 11)
