"""Orders that rules drafted."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from ownstock.purchasing.models import PurchaseOrder


class AutomaticOrder(models.Model):
    """A draft that rules made: when it may leave by itself, and why it has not."""

    purchase_order = models.OneToOneField(PurchaseOrder, models.PROTECT, related_name="automatic")
    is_placing = models.BooleanField(help_text="Whether it is sent by itself; else people send it.")
    drafted_at = models.DateTimeField(db_default=Now(), help_text="When it was drafted.")
    opens_at = models.DateTimeField(null=True, help_text="From then on it may leave; empty: no order day is known.")
    closes_at = models.DateTimeField(null=True, help_text="Until then: the cut-off of that order day.")
    note = models.TextField(blank=True, help_text="Why it has not left yet, in a sentence.")
    is_settled = models.BooleanField(
        default=False,
        help_text="Whether it was sent, cancelled or merged, or is people's now: nothing more happens to it.",
    )

    class Meta:
        db_table = "automation_order"
        indexes = [
            models.Index(fields=["id"], name="automatic_order_waiting", condition=models.Q(is_settled=False)),
        ]

    def __str__(self) -> str:
        return f"automatic {self.purchase_order_id}"
