"""Pauses: what stops everything that would happen by itself."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ownstock.catalog.models import Supplier


class Pause(models.Model):
    """That nothing is approved or sent by itself, of one supplier or at all, until a moment or until somebody resumes."""

    supplier = models.ForeignKey(
        Supplier, models.PROTECT, null=True, related_name="+", help_text="Of which supplier; empty: of all."
    )
    paused_by = models.CharField(max_length=100, help_text="Who, as a key.")
    paused_at = models.DateTimeField(db_default=Now(), help_text="From then on.")
    until_at = models.DateTimeField(null=True, help_text="It ends then by itself; empty: when somebody resumes.")
    reason = models.TextField(help_text="Why, in their words.")
    resumed_by = models.CharField(max_length=100, blank=True, help_text="Who ended it; empty: nobody did.")
    resumed_at = models.DateTimeField(null=True, help_text="When it was ended.")

    class Meta:
        db_table = "automation_pause"
        constraints = [
            models.UniqueConstraint(
                fields=["supplier"], condition=Q(resumed_at=None), nulls_distinct=False, name="pause_once"
            )
        ]

    def __str__(self) -> str:
        return self.reason
