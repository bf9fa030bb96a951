"""Law 6: replanning is quiet where nothing moved, exact where something did, and starves nothing silently."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ownstock import engine
from ownstock.base.errors import Refused
from ownstock.catalog import actions as catalog
from ownstock.catalog.models import SupplyTerm
from ownstock.catalog.rules import QualificationState
from ownstock.journal.models import Alert
from ownstock.journal.queries import open_alerts
from ownstock.ledger import actions as ledger
from ownstock.planning import actions
from ownstock.planning.inputs.read_inputs import planning_inputs
from ownstock.planning.models import PlanningRun, Proposal
from ownstock.planning.rules import ProposalState, Step
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.actions import ReceiptLine
from ownstock.purchasing.models import Delivery, PurchaseOrder
from ownstock.purchasing.rules import LineAnswer, OrderState, Promise
from tests.factories import ACTOR, TODAY, opening, sale, sell_every_week, small_business
from tests.unit.reason_checker import recompute

pytestmark = pytest.mark.django_db
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]


@pytest.fixture(autouse=True)
def _business() -> None:
    small_business(skus=["CUP"])
    sell_every_week("CUP", WEEKLY)
    opening("CUP", 4)


def planned(days: int = 0) -> actions.Planned:
    return actions.plan(planned_on=TODAY + timedelta(days=days), actor=ACTOR)


def pending() -> Proposal:
    return Proposal.objects.get(state=ProposalState.PENDING)


def late_alerts() -> list[Alert]:
    return list(open_alerts().filter(kind="late_delivery"))


def approved_order() -> PurchaseOrder:
    planned()
    [order] = actions.approve([pending().pk], actor=ACTOR)
    return order


def placed(order: PurchaseOrder) -> None:
    purchasing.place(order.number, actor=ACTOR)


def acknowledged(order: PurchaseOrder) -> None:
    placed(order)
    delivery = Delivery.objects.get()
    answer = LineAnswer(1, (Promise(delivery.quantity, delivery.requested_on),))
    purchasing.acknowledge(order.number, [answer], message_key="m1", actor=ACTOR)


def part_received(order: PurchaseOrder) -> None:
    acknowledged(order)
    purchasing.receive(order.number, [ReceiptLine(1, Decimal(6))], key="gr1", received_on=TODAY, actor=ACTOR)


STATES: dict[OrderState, Callable[[PurchaseOrder], None]] = {
    OrderState.DRAFT: lambda order: None,
    OrderState.PLACED: placed,
    OrderState.ACKNOWLEDGED: acknowledged,
    OrderState.PART_RECEIVED: part_received,
}


def test_a_rerun_with_the_same_inputs_writes_nothing() -> None:
    first = planned()
    assert first.steps[Step.CREATE] == 1
    again = planned()
    assert (again.changed, again.run) == (0, first.run)
    assert (PlanningRun.objects.count(), Proposal.objects.count()) == (1, 1)


@pytest.mark.parametrize("state", STATES)
def test_after_approval_a_replan_gives_nothing_new(state: OrderState) -> None:
    order = approved_order()
    STATES[state](order)
    order.refresh_from_db()
    assert order.state == state
    assert planned().changed == 0


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("k", [1, 6, 7, 13])
def test_cutting_an_open_delivery_proposes_what_the_pure_rule_gives(state: OrderState, k: int) -> None:
    order = approved_order()
    STATES[state](order)
    purchasing.cut(order.number, 1, Decimal(k), actor=ACTOR, reason="supplier is short")
    planned()
    inputs = planning_inputs(TODAY)
    expected = engine.plan(*inputs.frames)["quantity"][0]
    found = Proposal.objects.filter(state=ProposalState.PENDING).first()
    assert (found.quantity if found else 0) == expected
    if k > 6:
        assert expected > 0


def test_what_was_cut_is_proposed_again_exactly_where_packs_allow_it() -> None:
    order = approved_order()
    purchasing.cut(order.number, 1, Decimal(12), actor=ACTOR, reason="supplier is short")
    planned()
    assert pending().quantity == 12


def test_demand_that_changes_updates_the_pending_proposal() -> None:
    planned()
    before = pending()
    opening("CUP", 60, key="more", moved_at=None)
    ledger.post([sale("CUP", 60, key="rush", moved_at=_last_week())], actor=ACTOR)
    result = planned()
    after = pending()
    assert (result.steps[Step.UPDATE], after.pk) == (1, before.pk)
    assert after.quantity > before.quantity


def test_a_pending_proposal_is_withdrawn_when_nothing_is_needed_any_more() -> None:
    planned()
    opening("CUP", 500, key="found")
    assert planned().steps[Step.WITHDRAW] == 1
    assert not Proposal.objects.filter(state=ProposalState.PENDING).exists()


def test_a_rejected_proposal_stays_rejected_until_inputs_move() -> None:
    planned()
    actions.reject([pending().pk], actor=ACTOR, because="end of line")
    assert planned().changed == 0
    ledger.post([sale("CUP", 1, key="one more")], actor=ACTOR)
    assert planned().steps[Step.CREATE] == 1


def test_an_order_200_days_late_surfaces_and_does_not_starve_the_item() -> None:
    order = approved_order()
    placed(order)
    late = TODAY + timedelta(days=14 + 200)
    _weeks_of_demand_before(late)
    actions.plan(planned_on=late, actor=ACTOR)
    [alert] = late_alerts()
    assert (alert.kind, alert.facts["days_late"]) == ("late_delivery", 200)
    assert alert.sentence.startswith(f"{order.number}, line 1:")
    assert pending().quantity > 0
    assert pending().reason["not_counted_because_late"][0]["order"] == order.number


def test_a_late_order_is_settled_by_a_new_promise_or_a_cut() -> None:
    order = approved_order()
    placed(order)
    late = TODAY + timedelta(days=14 + 30)
    actions.plan(planned_on=late, actor=ACTOR)
    assert len(late_alerts()) == 1
    promise = Promise(Delivery.objects.get().quantity, late + timedelta(days=3))
    purchasing.acknowledge(order.number, [LineAnswer(1, (promise,))], message_key="m9", actor=ACTOR)
    assert not late_alerts()


def test_the_alert_of_a_late_order_clears_when_the_goods_come() -> None:
    order = approved_order()
    placed(order)
    actions.plan(planned_on=TODAY + timedelta(days=44), actor=ACTOR)
    still_open = Delivery.objects.get().quantity
    purchasing.receive(order.number, [ReceiptLine(1, still_open)], key="gr1", received_on=TODAY, actor=ACTOR)
    assert not late_alerts()


def test_a_pending_proposal_is_withdrawn_when_its_supply_term_ends() -> None:
    planned()
    SupplyTerm.objects.update(valid_to=TODAY - timedelta(days=1))
    run = planned().run
    assert run.unplanned == [{"sku": "CUP", "site": "SHOP", "sentence": "No supply term holds on this day: add one."}]
    assert Proposal.objects.get().state == ProposalState.WITHDRAWN


def test_a_supplier_that_is_blocked_meanwhile_is_told_at_approval_and_in_the_next_run() -> None:
    planned()
    catalog.qualify("ALPHA", QualificationState.BLOCKED, valid_from=TODAY, reason="Insolvent.", actor=ACTOR)
    with pytest.raises(Refused, match="ALPHA is blocked") as refused:
        actions.approve([pending().pk], actor=ACTOR)
    assert refused.value.code == "supplier_blocked"
    assert not PurchaseOrder.objects.exists()
    [told] = planned().run.unplanned
    assert told["sentence"].startswith("ALPHA is blocked")


def test_a_term_that_ended_meanwhile_is_told_at_approval() -> None:
    planned()
    SupplyTerm.objects.update(valid_to=TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="no longer holds") as refused:
        actions.approve([pending().pk], actor=ACTOR)
    assert refused.value.code == "term_ended"


def test_an_approved_line_is_recomputed_from_what_it_kept() -> None:
    approved_order()
    reason = Proposal.objects.get(state=ProposalState.APPROVED).reason
    found = recompute(reason)
    assert found["quantity"] == Delivery.objects.get().quantity == reason["decision"]["quantity"]
    assert found["expected_cost"] == pytest.approx(reason["decision"]["expected_cost"], abs=0.005)
    assert reason["engine_version"] == PlanningRun.objects.get().engine_version == engine.VERSION


def test_a_decided_proposal_cannot_be_decided_again() -> None:
    planned()
    proposal = pending()
    actions.approve([proposal.pk], actor=ACTOR)
    with pytest.raises(Refused, match="already approved"):
        actions.approve([proposal.pk], actor=ACTOR)
    with pytest.raises(Refused, match="already approved"):
        actions.reject([proposal.pk], actor=ACTOR, because="too late")
    assert PurchaseOrder.objects.count() == 1


def test_a_promise_past_the_lead_time_delays_the_next_order_instead_of_doubling_this_one() -> None:
    order = approved_order()
    placed(order)
    delivery = Delivery.objects.get()
    promise = Promise(delivery.quantity, delivery.requested_on + timedelta(days=9))
    purchasing.acknowledge(order.number, [LineAnswer(1, (promise,))], message_key="m1", actor=ACTOR)
    planned()
    found = Proposal.objects.filter(state=ProposalState.PENDING).first()
    assert found is None or found.quantity < delivery.quantity


def _last_week() -> datetime:
    day = TODAY - timedelta(days=4)
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _weeks_of_demand_before(day: date) -> None:
    opening("CUP", 200, key="late:opening", moved_at=datetime(2026, 3, 2, tzinfo=UTC))
    monday = day - timedelta(days=day.weekday())
    for week in range(1, 8):
        moment = monday - timedelta(weeks=week) + timedelta(days=2)
        sold = sale("CUP", 25, key=f"late:{week}", moved_at=datetime(moment.year, moment.month, moment.day, tzinfo=UTC))
        ledger.post([sold], actor=ACTOR)


def test_what_was_proposed_while_goods_were_missing_is_withdrawn_once_they_are_there_again() -> None:
    opening("CUP", 34, key="more")
    approved_order()
    ledger.post([sale("CUP", 38, key="by mistake")], actor=ACTOR)
    assert planned().steps[Step.CREATE] == 1
    ledger.reverse("by mistake", new_key="undone", actor=ACTOR, reason="rung up by mistake")
    assert planned().steps[Step.WITHDRAW] == 1
    assert not Proposal.objects.filter(state=ProposalState.PENDING).exists()
