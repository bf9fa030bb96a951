"""A shop whose standing rules order by themselves: cups and plates of ALPHA, which takes orders on Mondays until three."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from ownstock.access.actions import create_user
from ownstock.access.rules import Role
from ownstock.automation.actions import RuleDraft, approve_rule, autopilot, propose_rule
from ownstock.automation.models import AutomationRun, StandingRule
from ownstock.automation.rules.standing import Coverage, RuleAction, RuleLimits
from ownstock.catalog.actions import keep_agreement
from ownstock.catalog.models import SupplyTerm
from ownstock.planning import actions as planning
from tests.factories import ACTOR, TODAY, Business, opening, sell_every_week, small_business
from tests.web_cases import WEEKLY

ANNA, DORA = "user:anna", "user:dora"
EARLY = datetime.combine(TODAY, time(6), UTC)
DUE = datetime.combine(TODAY, time(14), UTC)


def automatic_shop(**agreed: Any) -> Business:
    """Two items that sell, little on hand, planned for TODAY, a Monday; Anna plans, Dora is of finance."""
    shop = small_business()
    SupplyTerm.objects.update(supplier=shop.suppliers[0])
    for sku in ("CUP", "PLATE"):
        sell_every_week(sku, WEEKLY)
        opening(sku, 4)
    terms = {"valid_from": date(2020, 1, 1), "order_weekdays": [1], "order_cut_off": time(15), **agreed}
    keep_agreement("ALPHA", "A1", terms, actor=ACTOR)
    for name, role in (("anna", Role.PLANNER), ("dora", Role.FINANCE)):
        create_user(name, "correct horse battery staple", actor=ACTOR, roles=[role])
    planning.plan(planned_on=TODAY, actor=ACTOR)
    return shop


def rule(
    name: str = "basics", *, action: RuleAction = RuleAction.PLACE, order_value: int = 1_000,
    coverage: Coverage | None = None, **limits: Any,
) -> StandingRule:  # fmt: skip
    """A rule in force: Anna proposed it, Dora approved it."""
    allowed = RuleLimits(Decimal(order_value), **limits)
    row = propose_rule(RuleDraft(name, action, allowed, coverage or Coverage(), "small things"), actor=ANNA)
    return approve_rule(row.pk, actor=DORA)


def run(now: datetime = DUE) -> AutomationRun:
    """One run of the autopilot."""
    return autopilot(now)
