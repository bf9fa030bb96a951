"""Standing rules, and what they said of proposals."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ownstock.automation.models.runs import AutomationRun
from ownstock.automation.rules.standing import RuleAction, VerdictOutcome
from ownstock.journal.fields import QuantityField, TransactionIdField
from ownstock.planning.models import Proposal


def _codes(words: str, length: int = 60) -> ArrayField:
    return ArrayField(
        models.CharField(max_length=length), default=list, blank=True, help_text=f"{words}; empty: of all."
    )


class StandingRule(models.Model):
    """Which proposals are approved without anybody's look, within which limits; in force once a second person agreed.

    A rule is never changed: of a name, the newest that was approved holds, until somebody ends it.
    """

    name = models.CharField(max_length=60, help_text="Names it in the journal, as `rule:weekly-basics`.")
    action = models.CharField(
        max_length=7,
        choices=[(a.value, a.value) for a in RuleAction],
        help_text="`approve` leaves the draft to people, `place` sends it on the supplier's order day.",
    )
    suppliers = _codes("It covers what is bought of these suppliers")
    sites = _codes("It covers these sites")
    categories = _codes("It covers items of these categories")
    source_classes = _codes("It covers suppliers that are this to the item, by the register")
    abc_classes = _codes("It covers these ABC classes", 1)
    xyz_classes = _codes("It covers these XYZ classes", 1)
    order_value_at_most = QuantityField(help_text="Of one order, in the company's currency.")
    line_value_at_most = QuantityField(null=True, help_text="Of one line, in the company's currency; empty: no limit.")
    median_deviation_percent = QuantityField(
        null=True, help_text="So far may a quantity be from the median of the last six orders; empty: no limit."
    )
    usual_deviation_percent = QuantityField(
        null=True, help_text="So far may it be from what is forecast between two orders; empty: no limit."
    )
    cover_days_at_most = QuantityField(
        null=True, help_text="So long may last what is then there and on order; empty: no limit."
    )
    is_qualified_only = models.BooleanField(default=False, help_text="Only of suppliers that the register approves.")
    is_certified_only = models.BooleanField(default=False, help_text="Only item-sites that have earned it.")
    reason = models.TextField(blank=True, help_text="Why it was proposed, in the words of who did.")
    proposed_by = models.CharField(max_length=100, help_text="Who proposed it, as a key.")
    proposed_at = models.DateTimeField(db_default=Now(), help_text="When it was proposed.")
    approved_by = models.CharField(max_length=100, blank=True, help_text="Somebody else; empty: not in force yet.")
    approved_at = models.DateTimeField(null=True, help_text="From then on it holds.")
    ended_by = models.CharField(max_length=100, blank=True, help_text="Who ended it; empty: nobody did.")
    ended_at = models.DateTimeField(null=True, help_text="From then on it no longer holds.")
    ended_because = models.TextField(blank=True, help_text="Why it was ended.")

    class Meta:
        db_table = "automation_standing_rule"
        constraints = [
            models.CheckConstraint(name="standing_rule_by_two", condition=~Q(approved_by=F("proposed_by"))),
            models.CheckConstraint(name="standing_rule_limit_positive", condition=Q(order_value_at_most__gt=0)),
            models.CheckConstraint(
                name="standing_rule_action_known", condition=Q(action__in=[a.value for a in RuleAction])
            ),
        ]
        indexes = [models.Index(fields=["name", "-id"], name="standing_rule_by_name")]

    def __str__(self) -> str:
        return f"R{self.pk} {self.name}"

    @property
    def actor(self) -> str:
        """The key under which the journal names what it does."""
        return f"rule:{self.name}"


class Verdict(models.Model):
    """What was said of a proposal, with its numbers: by a rule, or by a person who took back what a rule had done."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="verdicts")
    rule = models.ForeignKey(
        StandingRule, models.PROTECT, null=True, related_name="verdicts", help_text="Which decided; empty: a person."
    )
    automation_run = models.ForeignKey(
        AutomationRun, models.PROTECT, null=True, related_name="verdicts", help_text="In which it was judged."
    )
    outcome = models.CharField(
        max_length=8, choices=[(o.value, o.value) for o in VerdictOutcome], help_text="What became of it."
    )
    sentence = models.TextField(help_text="What was said, with the numbers.")
    checks = models.JSONField(
        default=list, help_text="Each limit that was looked at, whether it was met, and in words."
    )
    input_hash = models.BinaryField(help_text="What the proposal rested on when it was judged.")
    actor = models.CharField(max_length=100)
    recorded_at = models.DateTimeField(db_default=Now())
    transaction_id = TransactionIdField()

    append_only = True

    class Meta:
        db_table = "automation_verdict"
        indexes = [
            models.Index(fields=["proposal", "-id"], name="verdict_by_proposal"),
            models.Index(fields=["transaction_id", "id"], name="verdict_by_transaction"),
        ]

    def __str__(self) -> str:
        return self.sentence
