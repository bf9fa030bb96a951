"""Suppliers' answers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ownstock.purchasing.models.orders import PurchaseOrder
from ownstock.purchasing.rules import AnswerOutcome


class Acknowledgement(models.Model):
    """A supplier's answer as it came, once per message, and what it was taken for."""

    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="acknowledgements")
    message_key = models.CharField(max_length=200, help_text="The supplier's own identity of the message.")
    revision = models.PositiveIntegerField(help_text="The number of the revision that it answers.")
    outcome = models.CharField(
        max_length=20,
        choices=[(o.value, o.value) for o in AnswerOutcome],
        default=AnswerOutcome.APPLIED,
        help_text="Whether it changed the order, or why not.",
    )
    answer = models.JSONField()
    written_at = models.DateTimeField(null=True, help_text="When the supplier wrote it, where it says so.")
    received_at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=100)

    append_only = True

    class Meta:
        db_table = "purchasing_acknowledgement"
        constraints = [
            models.UniqueConstraint(fields=["purchase_order", "message_key"], name="acknowledgement_once"),
            models.CheckConstraint(
                name="acknowledgement_outcome_known", condition=Q(outcome__in=[o.value for o in AnswerOutcome])
            ),
        ]

    def __str__(self) -> str:
        return self.message_key
