"""What something happened to is planned again within seconds, exactly as the plan of all would plan it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from ownstock.automation import replanning
from ownstock.automation.replanning import Watcher
from ownstock.base.errors import Refused
from ownstock.journal.queries import open_alerts
from ownstock.ledger import actions as ledger
from ownstock.planning import actions, queries
from ownstock.planning.actions.overrides import OverrideEntry, override
from ownstock.planning.actions.replan import replan
from ownstock.planning.models import PlanningRun, Proposal, ReplanCursor
from ownstock.planning.rules.overrides import OverrideKind, ReasonCode
from ownstock.purchasing import actions as purchasing
from tests.factories import ACTOR, TODAY, Business, opening, sale, sell_every_week, small_business

WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]


@pytest.fixture
def business(db: None) -> Business:
    made = small_business()
    for sku, there in (("CUP", 200), ("PLATE", 4)):
        sell_every_week(sku, WEEKLY)
        opening(sku, there)
    actions.plan(planned_on=TODAY, actor=ACTOR)
    return made


@dataclass
class Told:
    """What a proposal says, without which run said it."""

    quantity: Decimal
    reason: Any
    input_hash: bytes


def told() -> dict[str, Told]:
    rows = Proposal.objects.filter(state="pending").select_related("item_site__item")
    return {p.item_site.item.sku: Told(p.quantity, p.reason, bytes(p.input_hash)) for p in rows}


def sold(sku: str, quantity: int) -> None:
    ledger.post([sale(sku, quantity, key=f"now:{sku}:{quantity}")], actor=ACTOR)


def test_one_alone_is_planned_as_the_plan_of_all_would_plan_it(business: Business) -> None:
    sold("CUP", 190)
    before = told()
    planned = replan([business.item_sites[0].pk], actor=ACTOR)
    assert planned.changed == 1
    alone = told()
    assert alone["PLATE"] == before["PLATE"]
    assert "CUP" in alone
    assert actions.plan(planned_on=TODAY, actor=ACTOR).changed == 0
    assert told() == alone


def test_what_did_not_move_writes_nothing_and_no_run(business: Business) -> None:
    runs = PlanningRun.objects.count()
    assert replan([row.pk for row in business.item_sites], actor=ACTOR).changed == 0
    assert PlanningRun.objects.count() == runs


def test_the_run_of_some_is_no_plan_of_all(business: Business) -> None:
    whole = queries.last_run()
    sold("CUP", 190)
    planned = replan([business.item_sites[0].pk], actor=ACTOR)
    assert not planned.run.is_whole
    assert queries.last_run() == whole
    assert queries.business_day() == TODAY
    assert queries.last_pool() is not None


def test_before_the_first_plan_of_all_one_alone_is_refused(db: None) -> None:
    made = small_business()
    with pytest.raises(Refused, match="Plan all item-sites first"):
        replan([made.item_sites[0].pk], actor=ACTOR)


def test_an_unplannable_item_site_loses_its_proposal(business: Business) -> None:
    plate = business.item_sites[1]
    type(plate).objects.filter(pk=plate.pk).update(holding_rate=0)
    replan([plate.pk], actor=ACTOR)
    assert "PLATE" not in told()


@pytest.fixture
def committed(committed_db: Any) -> Business:
    made = small_business()
    for sku, there in (("CUP", 200), ("PLATE", 4)):
        sell_every_week(sku, WEEKLY)
        opening(sku, there)
    actions.plan(planned_on=TODAY, actor=ACTOR)
    return made


def test_the_watcher_plans_what_a_movement_an_answer_or_a_person_touched_and_nothing_else(
    committed: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = Watcher()
    watcher.look(timezone.now())
    assert watcher.look(timezone.now()) == 0
    sold("CUP", 190)
    assert watcher.look(timezone.now()) == 1
    assert set(told()) == {"CUP", "PLATE"}

    [order] = actions.approve([Proposal.objects.get(state="pending", item_site__item__sku="CUP").pk], actor=ACTOR)
    assert watcher.look(timezone.now()) == 1
    assert "CUP" not in told()
    purchasing.cancel(order.number, actor=ACTOR, reason="The supplier cannot")
    assert watcher.look(timezone.now()) == 1
    assert "CUP" in told()

    entry = OverrideEntry(
        "PLATE", "SHOP", OverrideKind.DEMAND_TIMES, Decimal(3), TODAY, TODAY + timedelta(days=40), ReasonCode.PROMOTION,
        "A fair",
    )  # fmt: skip
    before = told()["PLATE"].quantity
    override([entry], actor="anna")
    assert watcher.look(timezone.now()) == 1
    assert told()["PLATE"].quantity > before

    monkeypatch.setattr(replanning, "MOST_A_MINUTE", 5)
    sold("CUP", 1)
    sold("PLATE", 1)
    assert watcher.look(timezone.now()) == 1
    [alert] = open_alerts().filter(kind="replan_left_over")
    assert alert.sentence.startswith("1 item-sites moved faster")
    actions.plan(planned_on=TODAY, actor=ACTOR)
    sold("CUP", 2)
    assert watcher.look(timezone.now() + timedelta(minutes=2)) == 1
    assert not open_alerts().filter(kind="replan_left_over").exists()


def test_a_new_watcher_goes_on_where_the_last_one_looked(committed: Business) -> None:
    Watcher().look(timezone.now())
    sold("CUP", 190)
    assert Watcher().look(timezone.now()) >= 1
    assert "CUP" in told()


def test_the_workers_watcher_answers_a_movement_by_itself(
    committed: Business, capsys: pytest.CaptureFixture[str]
) -> None:
    with replanning.WATCHING.running():
        deadline = time.monotonic() + 60
        while not ReplanCursor.objects.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        began = time.monotonic()
        sold("CUP", 190)
        while "CUP" not in told() and time.monotonic() < deadline:
            time.sleep(0.05)
        seconds = time.monotonic() - began
    assert "CUP" in told()
    with capsys.disabled():
        print(f"\nfrom the movement to its proposal: {seconds:.1f} s")
