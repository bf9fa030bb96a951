"""Which item-sites have earned that they are ordered by themselves, and what spoke for and against each."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from ownstock.automation.rules.autonomy import AutonomyState, Evidence
from ownstock.catalog.models import ItemSite
from ownstock.journal.fields import TransactionIdField
from ownstock.planning.models import Proposal


class Autonomy(models.Model):
    """How far an item-site is trusted now; the events say why."""

    item_site = models.OneToOneField(ItemSite, models.PROTECT, related_name="autonomy")
    state = models.CharField(max_length=9, choices=[(s.value, s.value) for s in AutonomyState])
    cycles = models.PositiveIntegerField(default=0, help_text="So many in a row speak for it.")
    since_at = models.DateTimeField(db_default=Now(), help_text="Since when it is in this state.")
    sentence = models.TextField(blank=True, help_text="What was said last, with its numbers.")
    terms = models.JSONField(default=dict, help_text="The terms of the source that it was certified on.")

    class Meta:
        db_table = "automation_autonomy"
        verbose_name_plural = "autonomies"
        indexes = [models.Index(fields=["state", "item_site"], name="autonomy_by_state")]

    def __str__(self) -> str:
        return f"{self.item_site_id}: {self.state}"


class AutonomyEvent(models.Model):
    """One thing that spoke for or against an item-site, and what it made of it; each proposal speaks once."""

    item_site = models.ForeignKey(ItemSite, models.PROTECT, related_name="autonomy_events")
    proposal = models.OneToOneField(
        Proposal, models.PROTECT, null=True, related_name="autonomy_event", help_text="Which cycle; empty: a drift."
    )
    evidence = models.CharField(max_length=10, choices=[(e.value, e.value) for e in Evidence], help_text="What spoke.")
    state_before = models.CharField(
        max_length=9, choices=[(s.value, s.value) for s in AutonomyState], help_text="Before."
    )
    state_after = models.CharField(
        max_length=9, choices=[(s.value, s.value) for s in AutonomyState], help_text="After."
    )
    cycles = models.PositiveIntegerField(help_text="So many in a row spoke for it afterwards.")
    sentence = models.TextField(help_text="Why, in numbers.")
    recorded_at = models.DateTimeField(db_default=Now())
    transaction_id = TransactionIdField()

    append_only = True

    class Meta:
        db_table = "automation_autonomy_event"
        indexes = [
            models.Index(fields=["item_site", "-id"], name="autonomy_event_by_item_site"),
            models.Index(fields=["transaction_id", "id"], name="autonomy_event_by_transaction"),
        ]

    def __str__(self) -> str:
        return self.sentence
