"""The autopilot: what pending proposals become by themselves, step by step, each step a transaction of its own.

Whoever is killed in between has done whole steps only, and the next run goes on: a proposal is pending or a line of a draft,
a draft is there or sent.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from ownstock.automation.actions.placing import gather, leave
from ownstock.automation.actions.reviewing import review_autonomy
from ownstock.automation.actions.verdicts import keep_verdicts
from ownstock.automation.models import AutomaticOrder, AutomationRun, StandingRule
from ownstock.automation.queries.cases import Judged, cases, quantity_in_words, total_value
from ownstock.automation.queries.orders import OrderCalendar, waiting_orders
from ownstock.automation.queries.policy import paused, policy
from ownstock.automation.queries.standing import rules_in_force, terms_of
from ownstock.automation.rules.standing import Judgement, RuleAction, VerdictOutcome, judge, order_check
from ownstock.base.errors import OwnstockError, Refused, Unavailable
from ownstock.journal import actions as journal
from ownstock.planning import actions as planning
from ownstock.planning.models import Proposal
from ownstock.planning.queries import last_run
from ownstock.planning.rules import ProposalState
from ownstock.planning.sessions import held
from ownstock.purchasing.queries.approvals import amount_of

AUTOPILOT_LOCK = 0x0D5_7015
BY_HAND = "by hand"
ALL = ""
# A plan of an older day is not acted on.
PLAN_DAYS_AT_MOST = 1
LEFT_TOLD = 200
log = logging.getLogger(__name__)
Group = tuple[int, int, int, str]


@dataclass(slots=True)
class Done:
    """What came of a run so far."""

    judged: int = 0
    approved: int = 0
    drafted: list[str] = field(default_factory=list)
    placed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    left_count: int = 0
    sentence: str = ""


def autopilot(now: datetime, *, occasion: str = BY_HAND, actor: str = "job:autopilot") -> AutomationRun:
    """Judge what is proposed by the rules in force, draft what they approve, and send what may leave on its order day.

    The same run again does nothing. Nothing is judged or sent while all is paused, or where the last plan is of an older day.

    Raises:
        Unavailable: another run is at work.
    """
    with held(AUTOPILOT_LOCK) as is_held:
        if not is_held:
            raise Unavailable("The autopilot is at work; try again when it is done.", code="autopilot_running")
        run = AutomationRun.objects.create(occasion=occasion, actor=actor, as_of_at=now, run=last_run())
        done = _steps(run, now)
        return _end(run, done)


def _steps(run: AutomationRun, now: datetime) -> Done:
    """The steps of a run."""
    done = Done()
    on = now.astimezone(ZoneInfo(policy().time_zone)).date()
    review_autonomy(on)
    stopped = paused(now).get(ALL) or _stale(run, on)
    if stopped:
        done.sentence = f"Nothing was judged or sent. {stopped}"
        return done
    rules = {row.pk: row for row in rules_in_force()}
    judged = _judge(list(rules.values()), on=on, now=now, done=done)
    _keep_left(run, [(one, said) for one, said in judged if not said.is_approved], done)
    calendar = OrderCalendar(now.date())
    for group in _groups([(one, said) for one, said in judged if said.is_approved]):
        _carry_out(run, rules[group[0][1].rule.number], group, calendar, now, done)
    gather()
    for sent, order in leave(now):
        (done.placed if sent else done.left).append(order)
        done.left_count += not sent
    return done


def _stale(run: AutomationRun, on: date) -> str:
    """Why the last plan is not acted on, in a sentence; empty: it may be."""
    if run.run is None:
        return "There is no plan yet: plan first."
    if run.run.planned_on < on - timedelta(days=PLAN_DAYS_AT_MOST):
        return f"The last plan is of {run.run.planned_on}: plan first."
    return ""


def _judge(rules: Sequence[StandingRule], *, on: date, now: datetime, done: Done) -> list[tuple[Judged, Judgement]]:
    """What the rules say of each pending proposal that one of them covers."""
    terms = [terms_of(row) for row in rules]
    found = [(one, judge(one.case, terms)) for one in cases(terms, on=on, now=now)]
    judged = [(one, said) for one, said in found if said is not None]
    done.judged = len(judged)
    return judged


def _groups(approved: Iterable[tuple[Judged, Judgement]]) -> list[list[tuple[Judged, Judgement]]]:
    """What belongs into one draft: of one rule, supplier, site and currency."""
    groups: dict[Group, list[tuple[Judged, Judgement]]] = defaultdict(list)
    for one, said in approved:
        groups[said.rule.number, one.supplier_id, one.site_id, one.case.currency].append((one, said))
    return [groups[key] for key in sorted(groups)]


def _carry_out(
    run: AutomationRun, rule: StandingRule, group: list[tuple[Judged, Judgement]], calendar: OrderCalendar, now: datetime,
    done: Done,
) -> None:  # fmt: skip
    """Draft what a rule approves of one supplier and site; what speaks against the order as a whole leaves it for people."""
    value = total_value(one for one, _ in group)
    gathered = _gathered(group[0][0], rule)
    whole = order_check(None if value is None else value + gathered, rule.order_value_at_most)
    group = [(one, said.with_check(whole)) for one, said in group]
    if not whole.is_met:
        _keep_left(run, group, done)
        return
    try:
        drafted = _draft(run, rule, group, calendar, now)
    except OwnstockError as refusal:
        _keep_left(run, group, done, because=refusal.sentence)
        return
    done.approved += len(group)
    done.drafted += drafted


def _gathered(one: Judged, rule: StandingRule) -> Decimal:
    """What is gathered already, in the company's currency, in the draft that this would join."""
    same = waiting_orders().filter(
        purchase_order__supplier_id=one.supplier_id, purchase_order__site_id=one.site_id,
        purchase_order__currency=one.case.currency, is_placing=rule.action == RuleAction.PLACE,
    )  # fmt: skip
    return sum((amount_of(row.purchase_order) for row in same), Decimal(0))


@transaction.atomic
def _draft(
    run: AutomationRun, rule: StandingRule, group: Sequence[tuple[Judged, Judgement]], calendar: OrderCalendar, now: datetime
) -> list[str]:  # fmt: skip
    """Draft it, in one transaction with its verdicts: the rule still holds, nothing is paused, no proposal moved."""
    held_rule = StandingRule.objects.select_for_update().get(pk=rule.pk)
    if held_rule.ended_at is not None:
        raise Refused(f"R{rule.pk} was ended meanwhile.", code="rule_ended", rule=rule.pk)
    if stopped := paused(now).get(ALL):
        raise Refused(stopped, code="paused")
    _check_unmoved([one for one, _ in group])
    orders = planning.approve([one.case.proposal for one, _ in group], actor=rule.actor)
    for order in orders:
        moment = calendar.moment(order.supplier_id, order.site.time_zone, now)
        AutomaticOrder.objects.create(
            purchase_order=order, is_placing=rule.action == RuleAction.PLACE,
            opens_at=moment.opens_at if moment else None, closes_at=moment.closes_at if moment else None,
        )  # fmt: skip
        journal.record(
            actor=rule.actor, verb="automation.approved", subject=f"purchase_order:{order.number}",
            new={"rule": rule.pk, "approved_by": rule.approved_by, "proposals": _told(group)},
            reason=group[0][1].checks[-1].words,
        )  # fmt: skip
    keep_verdicts(run, group, VerdictOutcome.APPROVED)
    return [order.number for order in orders]


def _told(group: Sequence[tuple[Judged, Judgement]]) -> list[dict[str, Any]]:
    return [{"proposal": one.case.proposal, "sku": one.case.sku, "sentence": said.sentence} for one, said in group]


def _check_unmoved(judged: Sequence[Judged]) -> None:
    ids = [one.case.proposal for one in judged]
    rows = (
        Proposal.objects.select_for_update(of=("self",)).filter(pk__in=ids, state=ProposalState.PENDING).order_by("pk")
    )
    now = {pk: (quantity, bytes(basis)) for pk, quantity, basis in rows.values_list("pk", "quantity", "input_hash")}
    for one in judged:
        if now.get(one.case.proposal) != (one.case.quantity, one.input_hash):
            raise Refused(
                f"Proposal {one.case.proposal} ({one.case.sku}) moved meanwhile; it is judged again by the next run.",
                code="proposal_moved",
            )


def _keep_left(run: AutomationRun, group: Iterable[tuple[Judged, Judgement]], done: Done, *, because: str = "") -> None:
    """Keep why proposals are left for people, where that was not said already."""
    some = list(group)
    told = some[: max(LEFT_TOLD - len(done.left), 0)]
    done.left += [f"{quantity_in_words(one.case)}: {because or said.sentence}" for one, said in told]
    done.left_count += len(some)
    keep_verdicts(run, some, VerdictOutcome.LEFT, because=because)


def _end(run: AutomationRun, done: Done) -> AutomationRun:
    run.ended_at, run.judged_count, run.approved_count = timezone.now(), done.judged, done.approved
    run.drafted, run.placed, run.left, run.left_count = done.drafted, done.placed, done.left, done.left_count
    run.sentence = done.sentence or (
        f"{done.judged:,} proposals judged, {done.approved:,} approved into {len(done.drafted):,} drafts, "
        f"{len(done.placed):,} orders sent, {done.left_count:,} left for people."
    )
    run.save()
    log.info("autopilot: %s", run.sentence)
    return run
