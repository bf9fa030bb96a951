"""Disputes about invoices, and how they ended."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ownstock.purchasing.models.facts import Fact
from ownstock.purchasing.models.invoices import Invoice
from ownstock.purchasing.rules.disputes import DisputeEnd


class Dispute(Fact):
    """What was held against an invoice, by whom: the match, or a person."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="disputes")
    findings = models.JSONField(default=list, help_text="What the match found.")
    actor = models.CharField(max_length=100)
    reason = models.TextField()

    class Meta(Fact.Meta):
        db_table = "purchasing_dispute"

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.pk}"


class DisputeSettlement(Fact):
    """How a dispute ended: once, by whom and why."""

    dispute = models.OneToOneField(Dispute, models.PROTECT, related_name="settlement")
    settled_as = models.CharField(max_length=17, choices=[(e.value, e.value) for e in DisputeEnd])
    credit_note = models.ForeignKey(
        Invoice, models.PROTECT, null=True, related_name="+", help_text="The credit note that evens it."
    )
    actor = models.CharField(max_length=100)
    reason = models.TextField()

    class Meta(Fact.Meta):
        db_table = "purchasing_dispute_settlement"
        constraints = [
            models.CheckConstraint(name="dispute_end_known", condition=Q(settled_as__in=[e.value for e in DisputeEnd]))
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id}: {self.settled_as}"
