"""Orders that leave without a click: within limits that two people agreed on, on the supplier's day, and never twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ownstock.access.actions import create_user
from ownstock.access.rules import Role
from ownstock.automation import queries
from ownstock.automation.actions import approve_rule, end_rule, pause, propose_rule, resume, undo
from ownstock.automation.actions.standing import RuleDraft
from ownstock.automation.models import AutomaticOrder, Autonomy, AutonomyEvent, StandingRule, Verdict
from ownstock.automation.rules.standing import Coverage, RuleAction, RuleLimits
from ownstock.base.errors import Refused
from ownstock.catalog import actions as catalog
from ownstock.catalog.rules import QualificationState
from ownstock.journal import actions as journal
from ownstock.journal.models import AuditEvent, OutboxRow
from ownstock.journal.queries import open_alerts, trail
from ownstock.planning import actions as planning
from ownstock.planning.actions.edits import QuantityChange
from ownstock.planning.models import KpiItemSite, Proposal
from ownstock.planning.rules import ProposalState
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import OrderApproval, PurchaseOrder
from ownstock.purchasing.rules import LineChange, OrderState
from tests.automation_cases import ANNA, DORA, DUE, EARLY, automatic_shop, rule, run
from tests.buying_cases import people_with_limits
from tests.factories import ACTOR, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _shop(lasting: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    with lasting():
        automatic_shop()
        yield


def states() -> dict[str, str]:
    return dict(Proposal.objects.values_list("item_site__item__sku", "state"))


def everything() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (PurchaseOrder, Verdict, AuditEvent, OutboxRow, AutonomyEvent))


def last_words(sku: str) -> str:
    return Verdict.objects.filter(proposal__item_site__item__sku=sku).latest("id").sentence


def test_a_rule_that_only_one_person_knows_orders_nothing() -> None:
    proposed = propose_rule(RuleDraft("basics", RuleAction.PLACE, RuleLimits(Decimal(1000))), actor=ANNA)
    assert run().judged_count == 0
    with pytest.raises(Refused, match="somebody else has to approve it"):
        approve_rule(proposed.pk, actor=ANNA)
    for stranger in ("key:4f2a", "user:nobody"):
        with pytest.raises(Refused, match="takes a person with the role"):
            approve_rule(proposed.pk, actor=stranger)
    approve_rule(proposed.pk, actor=DORA)
    assert run().judged_count == 2


def test_an_order_leaves_on_its_day_within_limits_and_says_why_and_the_same_run_again_does_nothing() -> None:
    rule(line_value=Decimal(500), cover_days=Decimal(90))
    found = run()
    [order] = PurchaseOrder.objects.all()
    assert (order.state, order.created_by, found.placed) == (OrderState.PLACED, "rule:basics", [order.number])
    assert states() == {"CUP": ProposalState.APPROVED, "PLATE": ProposalState.APPROVED}
    for words in ("of 500.00 allowed", "of 90 days allowed", "of 1000.00 allowed"):
        assert words in last_words("CUP")
    events = trail(f"purchase_order:{order.number}")
    assert [e.verb for e in events if e.verb.startswith("automation.")] == ["automation.approved", "automation.placed"]
    assert OutboxRow.objects.filter(topic="purchase_order.placed").count() == 1
    before = everything()
    assert run().sentence.startswith("0 proposals judged")
    planning.plan(planned_on=TODAY, actor=ACTOR)
    run()
    assert everything() == before


def test_between_order_days_drafts_gather_into_one_order_that_leaves_before_the_cut_off() -> None:
    rule("cups", coverage=Coverage(categories=frozenset()), line_value=Decimal(500))
    first = run(EARLY)
    assert (first.placed, len(first.drafted)) == ([], 1)
    assert AutomaticOrder.objects.get().note == f"It leaves on {TODAY}."
    late = DUE + timedelta(hours=1)
    assert run(late).placed == []
    assert run(DUE - timedelta(hours=1)).placed == first.drafted
    assert run(DUE + timedelta(minutes=59)).placed == []


def test_two_rules_make_one_order_for_a_supplier_and_site() -> None:
    cup, plate = Proposal.objects.order_by("item_site__item__sku")
    rule("cups", order_value=900, line_value=Decimal(900), coverage=Coverage(sites=frozenset({"SHOP"})))
    # The cups' line alone is too large for the first rule, so that the second takes it.
    Proposal.objects.filter(pk=cup.pk).update(quantity=Decimal(300))
    Proposal.objects.filter(pk=plate.pk).update(quantity=Decimal(12))
    end_rule(queries.rules_in_force()[0].pk, actor=ANNA, reason="too wide")
    rule("small", line_value=Decimal(100))
    rule("large", line_value=Decimal(800))
    found = run()
    placed = PurchaseOrder.objects.get(state=OrderState.PLACED)
    assert found.placed == [placed.number]
    lines = placed.revisions.latest("number").lines
    assert sorted(lines.values_list("item__sku", "quantity")) == [("CUP", 300), ("PLATE", 12)]
    assert set(Proposal.objects.values_list("order_line__revision__purchase_order__number", flat=True)) == {
        placed.number
    }


BEYOND: list[tuple[dict[str, Any], str]] = [
    ({"order_value": 20}, "of 20.00 allowed"),
    ({"line_value": Decimal(10)}, "of 10.00 allowed"),
    ({"median_deviation": Decimal(50)}, "0 earlier orders to compare with, 3 needed"),
    ({"cover_days": Decimal(2)}, "of 2 days allowed"),
    ({"usual_deviation": Decimal(1)}, "% allowed"),
    ({"is_qualified_only": True}, "ALPHA is not approved in the register of suppliers"),
    ({"is_certified_only": True}, "CUP at SHOP is not certified yet"),
]


def test_what_lies_beyond_a_limit_is_left_for_a_person_with_the_numbers() -> None:
    for limits, words in BEYOND:
        rule(**limits)
        assert run().left_count == 2
        assert PurchaseOrder.objects.count() == 0
        assert last_words("CUP").startswith("Left for a person by rule basics")
        assert words in last_words("CUP")
        before = everything()
        run()
        assert everything() == before


def test_a_blocked_and_a_conditional_supplier_get_no_order_by_themselves() -> None:
    rule()
    for state, condition in ((QualificationState.CONDITIONAL, "Inspect."), (QualificationState.BLOCKED, "")):
        catalog.qualify(
            "ALPHA", state, valid_from=TODAY - timedelta(days=9), condition=condition, reason="Trouble.", actor=ACTOR
        )
        assert run().left_count == 2
        assert PurchaseOrder.objects.count() == 0


def test_an_open_exception_of_an_item_leaves_that_item_alone_for_a_person() -> None:
    rule()
    facts = {"sku": "CUP"}
    journal.raise_alert("late_delivery:PO-1/1", kind="late_delivery", sentence="PO-1 is late.", facts=facts)
    run()
    assert states() == {"CUP": ProposalState.PENDING, "PLATE": ProposalState.APPROVED}
    assert "open exception: PO-1 is late" in last_words("CUP")


def test_a_pause_stops_everything_until_it_ends_and_says_who_and_why() -> None:
    rule()
    pause(actor=ANNA, reason="stock-take", until_at=None)
    assert "paused by user:anna until somebody resumes: stock-take" in run().sentence
    assert Verdict.objects.count() == 0
    resume(actor=DORA)
    pause(actor=ANNA, reason="its price is disputed", supplier="ALPHA")
    assert run().left_count == 2
    assert "Orders to ALPHA are paused by user:anna" in last_words("CUP")
    resume(actor=DORA, supplier="ALPHA")
    assert len(run().placed) == 1


def test_a_pause_holds_back_what_was_drafted_already_and_a_missed_day_is_told() -> None:
    rule()
    [number] = run(EARLY).drafted
    pause(actor=ANNA, reason="its price is disputed", supplier="ALPHA")
    assert run().placed == []
    run(DUE + timedelta(hours=12))
    [alert] = open_alerts().filter(kind="order_day_missed")
    assert alert.sentence.startswith(
        f"{number} was to leave by {TODAY} 15:00 UTC and did not. Orders to ALPHA are paused"
    )
    resume(actor=DORA, supplier="ALPHA")
    planning.plan(planned_on=TODAY + timedelta(days=7), actor=ACTOR)
    assert run(DUE + timedelta(days=7)).placed == [number]
    assert not open_alerts().filter(kind="order_day_missed").exists()


def test_what_a_rule_drafted_is_taken_back_until_it_is_sent_and_stays_so_until_inputs_move() -> None:
    rule()
    [number] = run(EARLY).drafted
    assert len(undo(number, actor=ANNA, reason="a fair is coming")) == 2
    assert PurchaseOrder.objects.get().state == OrderState.CANCELLED
    assert states() == {"CUP": ProposalState.PENDING, "PLATE": ProposalState.PENDING}
    planning.plan(planned_on=TODAY, actor=ACTOR)
    assert run().placed == []
    assert last_words("CUP") == f"user:anna took it back from {number}: a fair is coming."
    Proposal.objects.update(input_hash=b"moved")
    [placed] = run().placed
    with pytest.raises(Refused, match=f"{placed} is placed; only a draft is taken back"):
        undo(placed, actor=ANNA, reason="too late")


def test_a_draft_that_a_person_changed_is_that_persons() -> None:
    rule()
    [number] = run(EARLY).drafted
    purchasing.change(number, [LineChange(1, Decimal(6))], reason="less", actor=ANNA)
    assert run().placed == []
    assert "user:anna changed it" in AutomaticOrder.objects.get().note


def test_a_rule_that_was_ended_sends_nothing_that_it_drafted() -> None:
    ended = rule()
    [number] = run(EARLY).drafted
    end_rule(ended.pk, actor=ANNA, reason="enough")
    assert run().placed == []
    assert "was ended; a person sends it" in AutomaticOrder.objects.get(purchase_order__number=number).note


def test_an_approving_rule_drafts_and_sends_nothing() -> None:
    rule(action=RuleAction.APPROVE)
    found = run()
    assert (len(found.drafted), found.placed) == (1, [])
    assert PurchaseOrder.objects.get().state == OrderState.DRAFT


def test_an_order_below_the_agreed_minimum_waits_for_the_next_order_day() -> None:
    catalog.keep_agreement("ALPHA", "A1", {"minimum_order_value": Decimal(5000)}, actor=ACTOR)
    rule()
    found = run()
    assert found.placed == []
    assert "The order lacks" in found.left[0]
    catalog.keep_agreement("ALPHA", "A1", {"minimum_order_value": Decimal(5)}, actor=ACTOR)
    assert run().placed == found.drafted


def test_limits_of_approval_hold_for_rules_by_the_person_who_agreed_to_them() -> None:
    from ownstock.access.models import User

    User.objects.filter(username__in=["anna", "dora"]).delete()
    people_with_limits()
    User.objects.filter(username="anna").update(roles=["planner"])
    amount = sum(p.quantity * p.price for p in Proposal.objects.all())
    purchasing.set_limit("finance", approves_up_to=amount - 1, places_alone_up_to=None, actor=DORA)  # type: ignore[arg-type]
    purchasing.confirm_limit("finance", actor="user:eve")  # type: ignore[arg-type]
    rule()
    found = run()
    assert found.placed == []
    assert "user:dora may approve up to" in found.left[0]
    purchasing.set_limit("finance", approves_up_to=amount, places_alone_up_to=None, actor=DORA)  # type: ignore[arg-type]
    purchasing.confirm_limit("finance", actor="user:eve")  # type: ignore[arg-type]
    assert run().placed == found.drafted
    approval = OrderApproval.objects.get()
    assert (approval.approver, approval.role, approval.amount) == ("rule:basics", "finance", amount)


def test_a_rule_of_a_class_covers_items_of_that_class_alone() -> None:
    for sku, abc in (("CUP", "A"), ("PLATE", "C")):
        row = Proposal.objects.get(item_site__item__sku=sku).item_site
        nothing = dict.fromkeys(
            ("on_hand", "usable", "on_hand_value", "dead_value", "issued", "issued_before", "issued_in_year"), 0
        )
        KpiItemSite.objects.create(
            item_site=row, site=row.site, measured_on=TODAY, abc_class=abc, xyz_class="X", **nothing
        )
    rule(coverage=Coverage(abc_classes=frozenset("C"), xyz_classes=frozenset("XY")))
    run()
    assert states() == {"CUP": ProposalState.PENDING, "PLATE": ProposalState.APPROVED}


def test_what_a_person_set_is_left_to_that_person() -> None:
    rule()
    cup = Proposal.objects.get(item_site__item__sku="CUP")
    planning.change_quantity([QuantityChange(cup.pk, cup.quantity + 6)], reason_code="more_demand", actor=ANNA)
    run()
    assert states() == {"CUP": ProposalState.PENDING, "PLATE": ProposalState.APPROVED}
    assert f"user:anna set {cup.quantity + 6:.0f} where {cup.quantity:.0f} was proposed" in last_words("CUP")


def test_a_plan_of_an_older_day_is_not_acted_on() -> None:
    rule()
    assert f"The last plan is of {TODAY}: plan first" in run(DUE + timedelta(days=2)).sentence
    assert PurchaseOrder.objects.count() == 0


def test_only_certified_items_are_ordered_where_a_rule_says_so() -> None:
    rule(is_certified_only=True)
    cup = Proposal.objects.get(item_site__item__sku="CUP").item_site
    terms = {"supplier": "ALPHA"}
    Autonomy.objects.create(item_site=cup, state="certified", cycles=6, terms=terms)
    run()
    assert states() == {"CUP": ProposalState.APPROVED, "PLATE": ProposalState.PENDING}


@pytest.mark.parametrize("roles", [[], [Role.BUYER]])
def test_who_may_not_propose_a_rule_on_a_page_may_not_by_command_either(roles: list[Role]) -> None:
    create_user("zoe", "correct horse battery staple", roles=roles, actor=ACTOR)
    for actor in ("user:zoe", "user:nobody", "job:plan"):
        with pytest.raises(Refused, match=f"{actor} may not propose rules: that takes a person with the role"):
            propose_rule(RuleDraft("basics", RuleAction.PLACE, RuleLimits(Decimal(1000))), actor=actor)
    assert not StandingRule.objects.exists()
