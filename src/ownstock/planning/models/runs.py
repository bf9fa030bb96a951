"""Planning runs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class PlanningRun(models.Model):
    """One planning of one or all item-sites: on which knowledge, by which engine."""

    is_whole = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Whether all item-sites were planned, or some that something happened to.",
    )
    planned_on = models.DateField(help_text="The business day planned for.")
    actor = models.CharField(max_length=100)
    started_at = models.DateTimeField(db_default=Now())
    watermark = models.BigIntegerField(help_text="Every ledger transaction below it was seen.")
    engine_version = models.CharField(max_length=20)
    product_version = models.CharField(max_length=20)
    input_hash = models.BinaryField(
        help_text="SHA-256 of everything the engine was given; the same inputs make no new run."
    )
    item_site_count = models.PositiveIntegerField()
    proposed_count = models.PositiveIntegerField()
    pool = models.JSONField(
        null=True, help_text="What all item-sites together told of each: their season, how the methods did."
    )
    unplanned = models.JSONField(default=list, help_text="Item-sites that could not be planned, each with the reason.")

    class Meta:
        db_table = "planning_run"
        indexes = [
            models.Index(fields=["-id"], name="planning_run_newest"),
            models.Index(fields=["-id"], name="planning_run_newest_whole", condition=Q(is_whole=True)),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} for {self.planned_on}"


class ReplanCursor(models.Model):
    """Up to where it was looked for what replans single item-sites; one row."""

    watermark = models.BigIntegerField(help_text="What transactions below it brought has been looked at.")
    looked_at = models.DateTimeField(db_default=Now())
    minute_at = models.DateTimeField(db_default=Now(), help_text="When the minute began that is counted.")
    in_minute = models.PositiveIntegerField(default=0, help_text="Item-sites planned again in it.")
    left_over_at = models.DateTimeField(null=True, help_text="When the last of them was left over.")
    left_over = models.PositiveIntegerField(
        default=0, help_text="Item-sites that the next plan of all must see to, as too many moved at once."
    )

    class Meta:
        db_table = "planning_replan_cursor"

    def __str__(self) -> str:
        return f"up to {self.watermark}"
