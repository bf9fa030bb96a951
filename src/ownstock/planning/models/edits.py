"""Edits of proposals."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ownstock.journal.fields import QuantityField
from ownstock.planning.models.proposals import Proposal
from ownstock.planning.rules.edits import EditReason
from ownstock.purchasing.models.facts import Fact


class ProposalEdit(Fact):
    """That a person set another quantity than was proposed: both, and why, so that it can be measured what it was worth."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="edits")
    proposed_quantity = QuantityField(help_text="What the engine proposed then.")
    quantity = QuantityField(help_text="What the person set.")
    proposed_cost = QuantityField(help_text="Expected cost of the proposed quantity.")
    expected_cost = QuantityField(help_text="Expected cost of the quantity that was set.")
    input_hash = models.BinaryField(help_text="The proposal's inputs then; others: the edit was of other inputs.")
    reason_code = models.CharField(
        max_length=20, choices=[(r.value, r.value) for r in EditReason], help_text="Why, of a short list."
    )
    reason = models.TextField(blank=True, help_text="Why, in their words.")
    actor = models.CharField(max_length=100)

    class Meta(Fact.Meta):
        db_table = "planning_proposal_edit"
        indexes = [*Fact.Meta.indexes, models.Index(fields=["proposal", "-id"], name="proposal_edit_newest")]
        constraints = [
            models.CheckConstraint(name="proposal_edit_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="proposal_edit_reason_known", condition=Q(reason_code__in=[r.value for r in EditReason])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.proposed_quantity} -> {self.quantity}"
