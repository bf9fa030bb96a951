"""Suppliers' answers."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from ownstock.purchasing.models.orders import PurchaseOrder


class Acknowledgement(models.Model):
    """A supplier's answer as it came, once per message."""

    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="acknowledgements")
    message_key = models.CharField(max_length=200, help_text="The supplier's own identity of the message.")
    answer = models.JSONField()
    received_at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=100)

    append_only = True

    class Meta:
        db_table = "purchasing_acknowledgement"
        constraints = [models.UniqueConstraint(fields=["purchase_order", "message_key"], name="acknowledgement_once")]

    def __str__(self) -> str:
        return self.message_key
