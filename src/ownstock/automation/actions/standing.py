"""Proposing standing rules, agreeing to them as a second person, ending them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from ownstock.access.queries import roles_of
from ownstock.access.rules import Role, Scope, roles_with
from ownstock.automation.models import StandingRule
from ownstock.automation.queries.standing import rule as find_rule
from ownstock.automation.rules.standing import Coverage, RuleAction, RuleLimits, check_known, check_rule
from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, Location, Supplier
from ownstock.catalog.rules import SourceClass
from ownstock.journal import actions as journal

MAY_RULE = frozenset(roles_with(Scope.AUTOMATION_DECIDE))
PROGRAM = "key:"


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule as somebody proposes it."""

    name: str
    action: RuleAction
    limits: RuleLimits
    coverage: Coverage = field(default_factory=Coverage)
    reason: str = ""


@transaction.atomic
def propose_rule(draft: RuleDraft, *, actor: str) -> StandingRule:
    """Propose a standing rule, or a new version of one of this name; it holds once a second person approves it.

    Raises:
        Refused: the actor has no role that permits it (of a program its key said so already), or the rule is none: its
            name, a limit, something it covers.
    """
    if not actor.startswith(PROGRAM) and not roles_of(actor) & MAY_RULE:
        raise Refused(
            f"{actor} may not propose rules: that takes a person with the role {_named(MAY_RULE)}. "
            "An administrator gives roles on the page People.",
            code="role_missing",
            actor=actor,
        )
    check_rule(draft.name, draft.limits)
    _check_coverage(draft.coverage)
    row = StandingRule.objects.create(
        name=draft.name, action=draft.action, reason=draft.reason, proposed_by=actor, **_covered(draft.coverage),
        **_limited(draft.limits),
    )  # fmt: skip
    journal.record(
        actor=actor, verb="automation.rule_proposed", subject=subject_of(row), new=told(row), reason=draft.reason
    )
    return row


@transaction.atomic
def approve_rule(number: int, *, actor: str) -> StandingRule:
    """Agree to a rule that somebody else proposed: from now on it holds, and an older one of its name does not.

    Raises:
        Refused: it does not wait, the actor proposed it, or is no person with a role that may.
    """
    row = _locked(number)
    if row.approved_by or row.ended_at is not None:
        raise Refused(f"R{number} does not wait for a second person.", code="not_waiting", rule=number)
    if row.proposed_by == actor:
        raise Refused(f"{actor} proposed R{number}; somebody else has to approve it.", code="own_rule", rule=number)
    if not roles_of(actor) & MAY_RULE:
        raise Refused(
            f"{actor} may not approve rules: that takes a person with the role {_named(MAY_RULE)}. "
            "An administrator gives roles on the page People.",
            code="role_missing",
            actor=actor,
        )
    row.approved_by, row.approved_at = actor, timezone.now()
    row.save(update_fields=["approved_by", "approved_at"])
    journal.record(actor=actor, verb="automation.rule_approved", subject=subject_of(row), new=told(row))
    return row


@transaction.atomic
def end_rule(number: int, *, actor: str, reason: str) -> StandingRule:
    """End a rule at once, whoever proposed or approved it; ending it twice changes nothing.

    Raises:
        Refused: there is no such rule, or no reason is given.
    """
    row = _locked(number)
    if not reason.strip():
        raise Refused("Say why.", code="no_reason")
    if row.ended_at is None:
        row.ended_by, row.ended_at, row.ended_because = actor, timezone.now(), reason.strip()
        row.save(update_fields=["ended_by", "ended_at", "ended_because"])
        journal.record(actor=actor, verb="automation.rule_ended", subject=subject_of(row), old=told(row), reason=reason)
    return row


def _locked(number: int) -> StandingRule:
    find_rule(number)
    return StandingRule.objects.select_for_update().get(pk=number)


def subject_of(row: StandingRule) -> str:
    """The key under which the journal names a rule."""
    return f"standing_rule:{row.name}"


def told(row: StandingRule) -> dict[str, Any]:
    """A rule for the journal."""
    names = [f.name for f in row._meta.concrete_fields if not f.name.startswith(("proposed", "approved", "ended"))]
    values = {name: getattr(row, name) for name in names}
    return {
        "number": values.pop("id"),
        **{n: v if isinstance(v, list | bool) else str(v) for n, v in values.items() if v},
    }


def _covered(coverage: Coverage) -> dict[str, list[str]]:
    names = ("suppliers", "sites", "categories", "source_classes", "abc_classes", "xyz_classes")
    return {name: sorted(getattr(coverage, name)) for name in names}


def _limited(limits: RuleLimits) -> dict[str, Any]:
    return {
        "order_value_at_most": limits.order_value, "line_value_at_most": limits.line_value,
        "median_deviation_percent": limits.median_deviation, "usual_deviation_percent": limits.usual_deviation,
        "cover_days_at_most": limits.cover_days, "is_qualified_only": limits.is_qualified_only,
        "is_certified_only": limits.is_certified_only,
    }  # fmt: skip


def _check_coverage(coverage: Coverage) -> None:
    suppliers = Supplier.objects.filter(code__in=coverage.suppliers).values_list("code", flat=True)
    sites = Location.objects.filter(kind="site", code__in=coverage.sites).values_list("code", flat=True)
    categories = Item.objects.filter(category__in=coverage.categories).values_list("category", flat=True)
    check_known("supplier", sorted(coverage.suppliers), suppliers)
    check_known("site", sorted(coverage.sites), sites)
    check_known("category", sorted(coverage.categories), categories)
    check_known("source class", sorted(coverage.source_classes), list(SourceClass))
    check_known("ABC class", sorted(coverage.abc_classes), "ABC")
    check_known("XYZ class", sorted(coverage.xyz_classes), "XYZ")


def _named(roles: Collection[Role]) -> str:
    return " or ".join(sorted(roles))
