"""Reminders to suppliers."""

from __future__ import annotations

from django.db import models

from ownstock.purchasing.models.facts import Fact
from ownstock.purchasing.models.orders import PurchaseOrder


class Chase(Fact):
    """That a supplier was reminded of an order: for which time, and of what."""

    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="chases")
    number = models.PositiveIntegerField(help_text="For which time, counted from 1.")
    revision = models.PositiveIntegerField(help_text="The number of the revision that was sent last.")
    sentences = models.JSONField(help_text="What was overdue, in sentences.")
    actor = models.CharField(max_length=100)

    class Meta(Fact.Meta):
        db_table = "purchasing_chase"
        constraints = [models.UniqueConstraint(fields=["purchase_order", "number"], name="chase_once")]

    def __str__(self) -> str:
        return f"{self.purchase_order_id}: {self.number}"
