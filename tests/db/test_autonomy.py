"""An item earns that it is ordered by itself, cycle by cycle, and loses it when something drifts: each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from ownstock.automation import queries
from ownstock.automation.actions import review_autonomy, set_policy, undo
from ownstock.automation.models import Autonomy, AutonomyEvent
from ownstock.catalog.models import ItemSite, SupplyTerm
from ownstock.journal import actions as journal
from ownstock.journal.queries import trail
from ownstock.ledger import actions as ledger
from ownstock.planning import actions as planning
from ownstock.planning.actions.edits import QuantityChange
from ownstock.planning.models import Proposal
from ownstock.planning.rules import ProposalState
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.actions import ReceiptLine
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.rules import LineChange
from tests.automation_cases import ANNA, EARLY, automatic_shop, rule, run
from tests.factories import ACTOR, TODAY, sale
from tests.web_cases import pending

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _shop(lasting: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    with lasting():
        automatic_shop()
        set_policy({"cycles_to_certify": 2}, actor=ANNA)
        yield


def of(sku: str) -> Autonomy:
    return Autonomy.objects.get(item_site__item__sku=sku)


def cycle(sku: str = "CUP", *, change: int | None = None) -> PurchaseOrder:
    """Anna approves what is proposed of an item, changes it perhaps, and sends it; then it is proposed anew."""
    proposal = pending(sku)
    [order] = planning.approve([proposal.pk], actor=ANNA)
    if change is not None:
        purchasing.change(order.number, [LineChange(1, proposal.quantity + change)], reason="a feeling", actor=ANNA)
    purchasing.place(order.number, actor=ANNA)
    again = Proposal.objects.get(pk=proposal.pk)
    again.pk, again.order_line, again.state, again.decided_by, again.decided_at = None, None, "pending", "", None
    again.save()
    return order


def certify(sku: str = "CUP") -> None:
    cycle(sku)
    cycle(sku)
    assert review_autonomy(TODAY)["certified"] == 1


def test_an_item_is_certified_after_its_cycles_and_the_same_review_again_changes_nothing() -> None:
    cycle()
    assert not review_autonomy(TODAY)
    assert (of("CUP").state, of("CUP").cycles) == ("watched", 1)
    cycle()
    assert dict(review_autonomy(TODAY)) == {"certified": 1}
    assert "user:anna ordered the" in of("CUP").sentence
    assert of("CUP").sentence.endswith("Cycles in a row: 2, needed: 2.")
    assert trail("item_site:CUP/SHOP").last().verb == "automation.certified"
    assert queries.autonomy_counts() == {"watched": 1, "certified": 1, "lost": 0}
    events = AutonomyEvent.objects.count()
    assert not review_autonomy(TODAY)
    assert AutonomyEvent.objects.count() == events == 2


def test_what_rules_ordered_proves_nothing() -> None:
    rule()
    run()
    review_autonomy(TODAY)
    assert AutonomyEvent.objects.count() == 0


def test_a_draft_that_waits_says_nothing_and_one_that_was_cancelled_speaks_against_once_it_can_be_measured() -> None:
    [order] = planning.approve([pending("CUP").pk], actor=ANNA)
    review_autonomy(TODAY)
    assert AutonomyEvent.objects.count() == 0
    purchasing.cancel(order.number, reason="not needed", actor=ANNA)
    review_autonomy(TODAY)
    assert AutonomyEvent.objects.count() == 0


def test_a_person_who_turns_a_proposal_down_takes_a_certificate_away_and_it_can_be_earned_anew() -> None:
    certify()
    planning.reject([pending("CUP").pk], actor=ANNA, because="The range ends.")
    assert dict(review_autonomy(TODAY)) == {"lost": 1}
    assert of("CUP").sentence == "user:anna turned it down: The range ends. Cycles in a row: 0, needed: 2."


def test_taking_an_order_of_a_rule_back_loses_the_certificate_of_its_items() -> None:
    certify()
    rule(is_certified_only=True)
    [number] = run(EARLY).drafted
    undo(number, actor=ANNA, reason="no")
    assert of("CUP").state == "lost"


@pytest.mark.parametrize(("change", "sold", "evidence"), [(24, 1, "as_good"), (24, 55, "overridden")])
def test_a_change_counts_by_what_it_was_worth_once_that_is_known(change: int, sold: int, evidence: str) -> None:
    order = cycle(change=change)
    proposal = Proposal.objects.get(state=ProposalState.APPROVED)
    review_autonomy(TODAY)
    assert AutonomyEvent.objects.count() == 0
    line = order.revisions.latest("number").lines.get()
    arrived = datetime.combine(proposal.requested_on, time(6), UTC)
    goods = [ReceiptLine(1, line.quantity)]
    purchasing.receive(order.number, goods, key="r1", received_on=proposal.requested_on, moved_at=arrived, actor=ACTOR)
    day = arrived + timedelta(days=3)
    ledger.post([sale("CUP", min(sold, int(line.quantity)), key="s1", moved_at=day)], actor=ACTOR)
    review_autonomy(proposal.requested_on + timedelta(days=8))
    event = AutonomyEvent.objects.get()
    assert event.evidence == evidence, event.sentence
    assert f"{int(line.quantity)} were ordered instead of {int(proposal.quantity)}" in event.sentence


def test_a_quantity_that_a_person_set_before_approving_is_a_change_too() -> None:
    cup = pending("CUP")
    planning.change_quantity([QuantityChange(cup.pk, cup.quantity + 6)], reason_code="more_demand", actor=ANNA)
    [order] = planning.approve([cup.pk], actor=ANNA)
    purchasing.place(order.number, actor=ANNA)
    review_autonomy(TODAY)
    assert AutonomyEvent.objects.count() == 0


def test_another_term_is_a_drift() -> None:
    certify()
    SupplyTerm.objects.filter(item__sku="CUP").update(lead_time_days=30)
    assert dict(review_autonomy(TODAY)) == {"lost": 1}
    assert of("CUP").sentence.startswith("Its source changed: lead time days 14 → 30.")


def test_stock_that_ran_out_is_a_drift_unless_somebody_was_told() -> None:
    certify("CUP")
    ledger.post([sale("CUP", 4, key="last")], actor=ACTOR)
    journal.raise_alert("late:1", kind="late_delivery", sentence="PO-1 is late.", facts={"sku": "CUP"})
    assert not review_autonomy(TODAY)
    from ownstock.journal.models import Alert

    Alert.objects.update(raised_at=timezone.now() - timedelta(days=30))
    assert dict(review_autonomy(TODAY)) == {"lost": 1}
    assert of("CUP").sentence.startswith(f"Out of stock on {TODAY}, and nothing had told of it before.")


def test_a_forecast_that_is_far_off_is_a_drift() -> None:
    certify()
    nobody_bought = TODAY + timedelta(weeks=5)
    ledger.post([sale("CUP", 1, key="one", moved_at=datetime(2026, 3, 10, tzinfo=UTC))], actor=ACTOR)
    assert dict(review_autonomy(nobody_bought)) == {"lost": 1}
    assert "The forecast drifted over 5 weeks: its bias is +" in of("CUP").sentence


def test_certified_items_cost_few_questions_however_many_they_are(django_assert_max_num_queries: object) -> None:
    certify("CUP")
    certify("PLATE")
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        review_autonomy(TODAY)
    assert ItemSite.objects.count() == 2
    assert Decimal(queries.policy().cycles_to_certify) == 2
