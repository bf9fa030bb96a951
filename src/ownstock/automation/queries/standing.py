"""Standing rules with their approvals, and what they said of proposals."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from ownstock.automation.models import StandingRule, Verdict
from ownstock.automation.rules.standing import Coverage, RuleAction, RuleLimits, RuleTerms
from ownstock.base.errors import Refused


def rules() -> QuerySet[StandingRule]:
    """Every rule that was ever proposed, newest first."""
    return StandingRule.objects.order_by("-id")


def rule(number: int) -> StandingRule:
    """One rule by its number.

    Raises:
        Refused: there is none.
    """
    found = StandingRule.objects.filter(pk=number).first()
    if found is None:
        raise Refused(f"There is no rule R{number}.", code="no_rule", rule=number)
    return found


def rules_in_force() -> list[StandingRule]:
    """Of each name the newest rule that a second person approved, unless it was ended."""
    newest = StandingRule.objects.exclude(approved_by="").order_by("name", "-id").distinct("name")
    return sorted((row for row in newest if row.ended_at is None), key=lambda row: row.pk)


def state_of(row: StandingRule, in_force: Collection[int]) -> str:
    """Where a rule is: `proposed`, `in force`, `replaced` by a newer one of its name, or `ended`."""
    if row.ended_at is not None:
        return "ended"
    if not row.approved_by:
        return "proposed"
    return "in force" if row.pk in in_force else "replaced"


def terms_of(row: StandingRule) -> RuleTerms:
    """A rule as it judges."""
    coverage = Coverage(
        frozenset(row.suppliers), frozenset(row.sites), frozenset(row.categories), frozenset(row.source_classes),
        frozenset(row.abc_classes), frozenset(row.xyz_classes),
    )  # fmt: skip
    limits = RuleLimits(
        row.order_value_at_most, row.line_value_at_most, row.median_deviation_percent, row.usual_deviation_percent,
        row.cover_days_at_most, row.is_qualified_only, row.is_certified_only,
    )  # fmt: skip
    return RuleTerms(row.pk, row.name, RuleAction(row.action), coverage, limits)


def verdicts_of(proposal: int) -> QuerySet[Verdict]:
    """Everything that was said of a proposal, newest first."""
    return Verdict.objects.filter(proposal_id=proposal).select_related("rule").order_by("-id")


def last_verdicts(proposals: Collection[int]) -> dict[int, Verdict]:
    """What was said last of each of some proposals, by their ids."""
    newest = Verdict.objects.filter(proposal_id__in=proposals).order_by("proposal_id", "-id").distinct("proposal_id")
    return {row.proposal_id: row for row in newest}


def rules_of_orders(orders: Collection[int]) -> dict[int, list[StandingRule]]:
    """By whose verdicts the lines of some orders came about, by the orders' ids."""
    found: dict[int, dict[int, StandingRule]] = {}
    rows = Verdict.objects.filter(
        proposal__order_line__revision__purchase_order__in=orders, outcome="approved", rule__isnull=False
    ).select_related("rule", "proposal__order_line__revision")
    for row in rows:
        line = row.proposal.order_line
        assert line is not None
        assert row.rule is not None
        found.setdefault(line.revision.purchase_order_id, {})[row.rule.pk] = row.rule
    return {pk: [some[key] for key in sorted(some)] for pk, some in found.items()}
