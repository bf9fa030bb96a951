"""Standing rules with their approvals, and what they said of proposals."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet

from ownstock.automation.models import StandingRule, Verdict
from ownstock.automation.rules.standing import Coverage, RuleAction, RuleLimits, RuleTerms, VerdictOutcome
from ownstock.base.errors import Refused
from ownstock.planning.inputs.columns import array_of

LAST = """
    SELECT DISTINCT ON (proposal_id) proposal_id, outcome, rule_id, sentence, input_hash
    FROM automation_verdict WHERE proposal_id = ANY (%s::bigint[]) ORDER BY proposal_id, id DESC
"""


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


class LastVerdict(NamedTuple):
    """What was said of a proposal last: by which rule (None: a person), and what the proposal rested on."""

    outcome: str
    rule: int | None
    sentence: str
    input_hash: bytes


def last_verdicts(proposals: Collection[int]) -> dict[int, LastVerdict]:
    """What was said last of each of some proposals, by their ids."""
    with connection.cursor() as cursor:
        cursor.execute(LAST, [array_of(list(proposals))])
        return {pk: LastVerdict(*said) for pk, *said in cursor}


def rules_of_orders(orders: Collection[int]) -> dict[int, list[StandingRule]]:
    """By whose verdicts the lines of some orders came about, by the orders' ids."""
    rows = Verdict.objects.filter(
        proposal__order_line__revision__purchase_order__in=orders, outcome=VerdictOutcome.APPROVED, rule__isnull=False
    )
    pairs = set(rows.values_list("proposal__order_line__revision__purchase_order_id", "rule_id").distinct())
    known = StandingRule.objects.in_bulk({number for _, number in pairs})
    found: dict[int, list[StandingRule]] = {}
    for order, number in sorted(pairs):
        found.setdefault(order, []).append(known[number])
    return found
