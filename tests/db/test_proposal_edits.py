"""A person sets another quantity: judged at once, kept beside what was proposed, and ordered so."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.ledger import actions as ledger
from ownstock.planning import actions, queries
from ownstock.planning.actions import QuantityChange
from ownstock.planning.models import Proposal, ProposalEdit
from ownstock.planning.rules import ProposalState, Step
from ownstock.planning.rules.waterfall import waterfall
from ownstock.purchasing.models import OrderLine
from tests.factories import ACTOR, TODAY, opening, sale, sell_every_week, small_business

pytestmark = pytest.mark.django_db
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]


@pytest.fixture(autouse=True)
def _planned() -> None:
    small_business(skus=["CUP", "PLATE"], moq=12)
    for sku in ("CUP", "PLATE"):
        sell_every_week(sku, WEEKLY)
        opening(sku, 4)
    actions.plan(planned_on=TODAY, actor=ACTOR)


def pending(sku: str = "CUP") -> Proposal:
    return Proposal.objects.get(state=ProposalState.PENDING, item_site__item__sku=sku)


def set_to(quantity: Decimal | int | str, sku: str = "CUP", *, version: str | None = None, actor: str = "anna") -> None:
    change = QuantityChange(pending(sku).pk, Decimal(quantity), version)
    actions.change_quantity([change], reason_code="more_demand", actor=actor)


def test_the_proposed_quantity_is_judged_as_the_plan_judged_it() -> None:
    proposal = pending()
    found = queries.reproject(proposal.quantity, proposal_id=proposal.pk)
    decision = proposal.reason["decision"]
    assert found.expected_cost == found.proposed_cost == Decimal(decision["expected_cost"]).quantize(Decimal("0.0001"))
    assert found.cost_difference == 0
    assert found.order_value == (proposal.quantity * proposal.price).quantize(Decimal("0.01"))
    assert not found.faults
    assert found.path[0].day_on == TODAY
    assert found.path[14].p10 <= found.path[14].p50 <= found.path[14].p90


def test_another_quantity_costs_more_lasts_longer_and_its_faults_are_sentences() -> None:
    proposal = pending()
    item_site = proposal.item_site
    found = queries.reproject(proposal.quantity + 40, item_site=item_site)
    as_proposed = queries.reproject(proposal.quantity, item_site=item_site)
    assert found.cost_difference > 0
    assert found.used_up_on is not None
    assert as_proposed.used_up_on is not None
    assert found.used_up_on > as_proposed.used_up_on
    [multiple] = found.faults
    assert multiple.startswith("It is ordered in multiples of 6: ")
    few = queries.reproject(Decimal(5), proposal_id=proposal.pk).faults
    assert few == [
        "The supplier's MOQ is 12: order at least so much.", "It is ordered in multiples of 6: 12 would fit."
    ]  # fmt: skip


def test_pasted_rows_are_judged_together_as_each_alone() -> None:
    wanted = [(pending("PLATE").pk, Decimal(24)), (pending("CUP").pk, Decimal(60))]
    together = queries.reproject_many(wanted)
    alone = [queries.reproject(quantity, proposal_id=pk) for pk, quantity in wanted]
    assert [(one.proposal, one.expected_cost, one.used_up_on) for one in together] == [
        (one.proposal, one.expected_cost, one.used_up_on) for one in alone
    ]
    with pytest.raises(Refused, match="There is no proposal 999999"):
        queries.reproject_many([(999_999, Decimal(1))])


def test_an_edit_is_kept_beside_what_was_proposed_and_ordered_so() -> None:
    proposed = pending()
    set_to(proposed.quantity + 24)
    edited = pending()
    assert edited.quantity == proposed.quantity + 24
    edit = ProposalEdit.objects.get()
    assert (edit.proposed_quantity, edit.quantity, edit.actor) == (proposed.quantity, edited.quantity, "anna")
    assert edit.expected_cost > edit.proposed_cost
    assert edited.value < proposed.value
    assert waterfall(edited.reason, edited.quantity)[-1].units == 24
    actions.approve([edited.pk], actor=ACTOR)
    assert OrderLine.objects.get().quantity == edited.quantity
    assert actions.plan(planned_on=TODAY, actor=ACTOR).steps[Step.CREATE] == 0


def test_a_plan_on_the_same_inputs_keeps_an_edit_and_one_on_others_says_so() -> None:
    proposed = pending().quantity
    set_to(proposed + 24)
    actions.plan(planned_on=TODAY, actor=ACTOR)
    assert pending().quantity == proposed + 24
    assert queries.last_edits([pending()])[pending().pk].is_of_these_inputs
    ledger.post([sale("CUP", 3, key="sale:new")], actor=ACTOR)
    actions.plan(planned_on=TODAY + timedelta(days=1), actor=ACTOR)
    moved = pending()
    assert moved.quantity == moved.reason["decision"]["quantity"]
    told = queries.last_edits([moved])[moved.pk]
    assert not told.is_of_these_inputs
    assert told.sentence.startswith(
        f"anna set {proposed + 24:.0f} where {proposed:.0f} was proposed, but on other inputs"
    )


def test_who_saw_an_older_quantity_is_told_by_whom_it_was_changed() -> None:
    seen = queries.versions([pending()])[pending().pk]
    proposed = pending().quantity
    set_to(proposed + 24, version=seen)
    with pytest.raises(Refused, match=f"changed meanwhile by anna: now {proposed + 24:.0f}, was {proposed:.0f}"):
        set_to(proposed + 12, version=seen, actor="bert")
    assert pending().quantity == proposed + 24


def test_all_of_many_edits_or_none() -> None:
    cup, plate = pending("CUP"), pending("PLATE")
    fits, does_not = QuantityChange(cup.pk, Decimal(48)), QuantityChange(plate.pk, Decimal(50))
    with pytest.raises(Refused, match=r"\(PLATE\), quantity 50: It is ordered in multiples of 6: 48 or 54 would fit"):
        actions.change_quantity([fits, does_not], reason_code="cash", actor="anna")
    assert not ProposalEdit.objects.exists()
    assert pending("CUP").quantity == cup.quantity
    with pytest.raises(Refused, match="in words"):
        actions.change_quantity([fits], reason_code="other", reason=" ", actor="anna")
    with pytest.raises(Refused, match="no reason for an edit"):
        actions.change_quantity([fits], reason_code="whim", actor="anna")
    actions.approve([cup.pk], actor=ACTOR)
    with pytest.raises(Refused, match="already approved"):
        actions.change_quantity([fits], reason_code="cash", actor="anna")
