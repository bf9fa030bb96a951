"""What a plan says of each item-site is kept: of those that need nothing, too, and of those that cannot be planned."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from ownstock.catalog.models import Item, SupplyTerm
from ownstock.planning import actions
from ownstock.planning.actions.replan import replan
from ownstock.planning.models import ItemSitePlan, Proposal
from tests.factories import ACTOR, TODAY, opening, sell_every_week, small_business

pytestmark = pytest.mark.django_db
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]


@pytest.fixture(autouse=True)
def _business() -> None:
    small_business(skus=["CUP", "PLATE", "SPOON"])
    for sku, there in (("CUP", 4), ("PLATE", 400)):
        sell_every_week(sku, WEEKLY)
        opening(sku, there)
    SupplyTerm.objects.filter(item__sku="SPOON").delete()


def planned(days: int = 0) -> None:
    actions.plan(planned_on=TODAY + timedelta(days=days), actor=ACTOR)


def plan_of(sku: str) -> ItemSitePlan:
    return ItemSitePlan.objects.get(item_site__item__sku=sku)


def written_at() -> list[tuple[int, str]]:
    """Where each row lies: one that is written anew lies elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT item_site_id, ctid::text FROM planning_item_site_plan ORDER BY 1")
        return list(cursor.fetchall())


def test_what_the_plan_says_of_an_item_that_is_ordered_agrees_with_its_proposal() -> None:
    planned()
    cup, proposal = plan_of("CUP"), Proposal.objects.get()
    decision = proposal.reason["decision"]
    assert (cup.proposed_quantity, cup.money_at_stake) == (proposal.quantity, proposal.value)
    assert (cup.usable, cup.order_up_to_level) == (4, decision["order_up_to_level"])
    assert cup.stock_out_on == TODAY + timedelta(days=decision["stock_out_in_days"])
    assert cup.surplus == 0
    assert cup.run_id == proposal.run_id


def test_an_item_that_has_too_much_is_told_with_its_surplus_in_units_and_money() -> None:
    planned()
    plate = plan_of("PLATE")
    assert plate.proposed_quantity == plate.money_at_stake == 0
    assert plate.order_up_to_level is not None
    assert plate.surplus == 400 - plate.order_up_to_level
    assert plate.surplus_on_order == 0
    assert plate.unit_cost == Item.objects.get(sku="PLATE").unit_cost


def test_what_is_on_order_beyond_the_level_is_told_as_what_can_be_cancelled() -> None:
    planned()
    [order] = actions.approve([Proposal.objects.get().pk], actor=ACTOR)
    opening("CUP", 300, key="found")
    planned()
    cup = plan_of("CUP")
    ordered = sum(line.quantity for line in order.revisions.get().lines.all())
    assert cup.on_order == ordered
    assert cup.surplus == Decimal(304) + ordered - (cup.order_up_to_level or 0)
    assert cup.surplus_on_order == ordered


def test_an_item_that_cannot_be_planned_says_why_and_nothing_else() -> None:
    planned()
    spoon = plan_of("SPOON")
    assert spoon.fault == "No supply term holds on this day: add one."
    assert spoon.usable is spoon.order_up_to_level is spoon.money_at_stake is spoon.supplier is None


def test_the_same_plan_again_writes_none_of_it_anew() -> None:
    planned()
    before = written_at()
    planned()
    assert written_at() == before


def test_what_moved_is_told_anew_and_what_did_not_keeps_its_run() -> None:
    planned()
    before = dict(ItemSitePlan.objects.values_list("item_site__item__sku", "run_id"))
    opening("CUP", 2, key="found")
    planned()
    now = dict(ItemSitePlan.objects.values_list("item_site__item__sku", "run_id"))
    assert now["CUP"] > before["CUP"]
    assert now["PLATE"] == before["PLATE"]
    assert plan_of("CUP").usable == 6


def test_a_plan_of_one_item_alone_says_nothing_of_the_others() -> None:
    planned()
    before = plan_of("PLATE").run_id
    opening("CUP", 2, key="found")
    replan([plan_of("CUP").pk], actor=ACTOR)
    assert plan_of("CUP").usable == 6
    assert plan_of("PLATE").run_id == before
