"""What is due by the clock: the nightly plan, a plan before each cut-off, and what standing rules make of it."""

from __future__ import annotations

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from ownstock.automation.actions.autopilot import autopilot
from ownstock.automation.actions.drifting import tell_drift
from ownstock.automation.models import AutomationRun, Pause
from ownstock.automation.queries.orders import open_moments, waiting_orders
from ownstock.automation.queries.policy import policy
from ownstock.automation.queries.runs import last_of
from ownstock.automation.queries.standing import rules_in_force
from ownstock.automation.rules.schedule import (
    AUTOMATION,
    AUTOMATION_EVERY_SECONDS,
    NIGHTLY,
    ORDER_DAY,
    is_nightly_due,
    is_order_day_due,
)
from ownstock.automation.rules.standing import RuleAction
from ownstock.base.errors import Unavailable
from ownstock.journal import actions as journal
from ownstock.planning import actions as planning

ACTOR = "job:automation"
log = logging.getLogger(__name__)


def run_due(now: datetime) -> AutomationRun | None:
    """Do what is due at a moment: plan, then let the rules act; None where nothing is.

    A plan is made once a night, and once when orders of a supplier may begin to leave; while they may, what waits is tried
    again each time. What cannot be done now is done the next time.
    """
    journal.beat(AUTOMATION, expected_every_seconds=AUTOMATION_EVERY_SECONDS)
    said = policy()
    last = last_of(NIGHTLY)
    try:
        if is_nightly_due(now, ZoneInfo(said.time_zone), said.nightly_plan_at_hour, last.as_of_at if last else None):
            return plan_and_act(now, occasion=NIGHTLY)
        return _order_day(now)
    except Unavailable as trouble:
        log.warning("automation waits: %s", trouble)
        return None


def plan_and_act(now: datetime, *, occasion: str, actor: str = ACTOR) -> AutomationRun:
    """Plan for the day that it is by the company's clock, tell whose forecast drifted, then let the rules act.

    Raises:
        Unavailable: another plan or run is at work.
    """
    on = now.astimezone(ZoneInfo(policy().time_zone)).date()
    planning.plan(planned_on=on, actor=actor)
    tell_drift(on)
    return autopilot(now, occasion=occasion, actor=actor)


def _order_day(now: datetime) -> AutomationRun | None:
    """Before a cut-off: plan once and act; then go on with what waits."""
    waits = waiting_orders().filter(is_placing=True).exists()
    if not waits and not any(row.action == RuleAction.PLACE for row in rules_in_force()):
        return None
    opened = [moment.opens_at for moment in open_moments(now).values()]
    resumed = Pause.objects.filter(resumed_at__lte=now).order_by("-resumed_at").first()
    if opened and resumed is not None and resumed.resumed_at is not None:
        opened.append(resumed.resumed_at)
    last = last_of(ORDER_DAY)
    if is_order_day_due(opened, last.as_of_at if last else None):
        return plan_and_act(now, occasion=ORDER_DAY)
    return autopilot(now, occasion=ORDER_DAY, actor=ACTOR) if opened and waits else None
