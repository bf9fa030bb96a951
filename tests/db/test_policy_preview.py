"""A change of policy shows what it would mean before it is made, and is adopted with its reason in the journal."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.actions.planning_settings import set_planning_settings
from ownstock.catalog.models import ItemSite
from ownstock.journal.models import AuditEvent
from ownstock.planning import actions
from ownstock.planning.models import Proposal
from ownstock.planning.queries.policy_preview import PolicyChange, PolicyPreview, preview_policy
from tests.factories import ACTOR, TODAY, opening, sell_every_week, small_business

pytestmark = pytest.mark.django_db
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]


@pytest.fixture(autouse=True)
def _planned() -> None:
    small_business()
    for sku in ("CUP", "PLATE"):
        sell_every_week(sku, WEEKLY)
        opening(sku, 4)
    actions.plan(planned_on=TODAY, actor=ACTOR)


def cup() -> ItemSite:
    return ItemSite.objects.select_related("item", "site").get(item__sku="CUP")


def previewed(order_cost: float = 10, **change: float) -> PolicyPreview:
    [found] = preview_policy([cup()], PolicyChange(**change), order_cost=order_cost)  # type: ignore[arg-type]
    return found


def test_a_higher_shortage_cost_means_more_stock_more_holding_and_better_service() -> None:
    found = previewed(shortage_cost=60)
    assert found.after.order_up_to_level > found.before.order_up_to_level
    assert found.after.inventory_value > found.before.inventory_value
    assert found.after.holding_cost == pytest.approx(found.after.inventory_value * 0.25)
    assert found.after.fill_rate > found.before.fill_rate


def test_a_larger_minimum_means_fewer_orders_of_more_and_a_rarer_review_a_higher_level() -> None:
    larger = previewed(moq=120)
    assert larger.after.orders_a_year < larger.before.orders_a_year / 2
    assert larger.after.order_cost == pytest.approx(10 * larger.after.orders_a_year)
    assert larger.after.inventory_value > larger.before.inventory_value
    assert previewed(review_period_days=28).after.order_up_to_level > larger.before.order_up_to_level


def test_no_change_means_no_difference_and_the_levels_are_those_of_the_plan() -> None:
    found = previewed()
    assert found.before == found.after
    decision = Proposal.objects.get(item_site__item__sku="CUP").reason["decision"]
    # Of the plan four cups are left, so that some sales are lost until the order comes; of a whole shelf none are.
    assert decision["order_up_to_level"] <= found.before.order_up_to_level
    assert found.before.reorder_point <= found.before.order_up_to_level
    assert 0.8 < found.before.fill_rate <= 1
    assert found.before.total_cost == pytest.approx(
        found.before.holding_cost + found.before.shortage_cost + found.before.order_cost
    )


def test_a_cell_is_previewed_with_progress(capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[tuple[int, int]] = []
    rows = list(ItemSite.objects.select_related("item", "site"))
    found = preview_policy(
        rows, PolicyChange(holding_rate=0.5), progress=lambda done, count: heard.append((done, count))
    )
    assert (len(found), heard[-1]) == (2, (2, 2))
    before = time.perf_counter()
    preview_policy([cup()], PolicyChange(holding_rate=0.5))
    with capsys.disabled():
        print(f"\npreview of one item-site: {1000 * (time.perf_counter() - before):.0f} ms")


def test_what_is_adopted_is_written_with_who_and_why_and_once() -> None:
    row = cup()
    assert set_planning_settings([row.pk], actor="anna", reason="Service", shortage_cost=Decimal(60)) == 1
    assert set_planning_settings([row.pk], actor="anna", reason="Service", shortage_cost=Decimal(60)) == 0
    assert cup().shortage_cost == 60
    event = AuditEvent.objects.get(verb="catalog.planning_settings_set")
    assert (event.actor, event.reason, event.old, event.new) == (
        "anna", "Service", {"shortage_cost": "3"}, {"shortage_cost": "60"}
    )  # fmt: skip
    with pytest.raises(Refused, match="holding rate must be above zero"):
        set_planning_settings([row.pk], actor="anna", reason="x", holding_rate=Decimal(0))
    with pytest.raises(Refused, match="There is no item-site"):
        set_planning_settings([row.pk, 10**9], actor="anna", reason="x", review_period_days=14)


def test_a_fill_rate_may_be_aimed_at_and_only_then() -> None:
    found = previewed(fill_rate=0.995)
    assert found.before == previewed().before
    assert found.after.order_up_to_level != found.before.order_up_to_level
