"""What ran by itself, and what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from ownstock.planning.models import PlanningRun


class AutomationRun(models.Model):
    """One run of the autopilot: what was judged, approved, placed and left, why, and how long it took."""

    occasion = models.CharField(max_length=60, help_text="Why it ran: `nightly`, `order day`, or `by hand`.")
    actor = models.CharField(max_length=100)
    as_of_at = models.DateTimeField(help_text="The moment for which it was decided what is due.")
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, help_text="Empty: it still runs, or was killed; the next one goes on.")
    run = models.ForeignKey(
        PlanningRun, models.PROTECT, null=True, related_name="+", help_text="The plan that it went by; empty: none."
    )
    judged_count = models.PositiveIntegerField(default=0, help_text="Proposals that a rule covers.")
    approved_count = models.PositiveIntegerField(default=0, help_text="Proposals that became lines of a draft.")
    drafted = models.JSONField(default=list, help_text="The numbers of the orders that were drafted.")
    placed = models.JSONField(default=list, help_text="The numbers of the orders that were sent.")
    left = models.JSONField(default=list, help_text="What was left for people, each with its reason in a sentence.")
    left_count = models.PositiveIntegerField(default=0, help_text="How many those are; the first of them are told.")
    sentence = models.TextField(blank=True, help_text="What came of it, in a sentence.")

    class Meta:
        db_table = "automation_run"

    def __str__(self) -> str:
        return f"automation run {self.pk}"
