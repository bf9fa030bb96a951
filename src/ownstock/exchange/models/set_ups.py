"""A company's set-up: how far it is, the files that people bring, and the values that nobody said."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from ownstock.exchange.set_up.rules import FileState, SetUpState


class SetUp(models.Model):
    """Bringing in what a company has, step by step; left and taken up again where it was."""

    state = models.CharField(
        max_length=8,
        choices=[(s.value, s.value) for s in SetUpState],
        default=SetUpState.OPEN,
        help_text="How far it is.",
    )
    site_code = models.CharField(max_length=60, help_text="The site that is meant where a file names none.")
    assumptions = models.JSONField(default=dict, help_text="What is taken where files say nothing.")
    told = models.JSONField(default=list, help_text="What was done, in sentences.")
    problem = models.TextField(blank=True, help_text="Why it stopped, where it did.")
    actor = models.CharField(max_length=100, help_text="Who began it.")
    began_at = models.DateTimeField(db_default=Now(), help_text="When it began.")
    ended_at = models.DateTimeField(null=True, help_text="When everything was imported and planned.")

    class Meta:
        db_table = "exchange_set_up"
        constraints = [
            models.UniqueConstraint(
                fields=["site_code"], condition=~models.Q(state="done"), name="set_up_open_once_per_site"
            )
        ]

    def __str__(self) -> str:
        return f"set-up {self.pk} ({self.state})"


class UploadedFile(models.Model):
    """A file that somebody brought: as what it is read, what is wrong with it. Its bytes go when it was imported."""

    set_up = models.ForeignKey(SetUp, models.CASCADE, related_name="files")
    name = models.CharField(max_length=200, help_text="As its owner calls it.")
    file_name = models.CharField(max_length=80, help_text="Under which it is kept.")
    byte_count = models.PositiveBigIntegerField(help_text="How large it is.")
    file_kind = models.CharField(
        max_length=20, blank=True, help_text="What it holds: `items`, `sales` …; empty: not said."
    )
    preset = models.CharField(max_length=20, blank=True, help_text="The system that wrote it.")
    mapping = models.JSONField(default=dict, help_text="Heading → field, as people see and confirm it.")
    said = models.JSONField(
        default=dict, help_text="What people said of it: numbers, dates, values, places, rows left out."
    )
    state = models.CharField(
        max_length=8,
        choices=[(s.value, s.value) for s in FileState],
        default=FileState.ASKING,
        help_text="How far it is.",
    )
    row_count = models.PositiveIntegerField(default=0, help_text="How many rows were read.")
    fault_count = models.PositiveIntegerField(default=0, help_text="How many faults there are.")
    faults = models.JSONField(default=list, help_text="The first faults: row, field, value, sentence.")
    told = models.JSONField(default=list, help_text="What was found out about it, in sentences.")
    brought_at = models.DateTimeField(db_default=Now(), help_text="When it was brought.")

    class Meta:
        db_table = "exchange_uploaded_file"
        indexes = [models.Index(fields=["set_up", "id"], name="uploaded_file_by_set_up")]

    def __str__(self) -> str:
        return self.name


class AssumedValue(models.Model):
    """A value that nobody said: taken by a rule, used until somebody says another."""

    field = models.CharField(max_length=40, help_text="Of what: `item.unit_cost`, `supply_term.lead_time_days`.")
    record_id = models.BigIntegerField(help_text="Of which row of that table.")
    value = models.CharField(max_length=60, help_text="What was taken, as the database writes it.")
    basis = models.CharField(max_length=20, help_text="Why: `supplier_median`, `median`, `default` …")
    assumed_at = models.DateTimeField(db_default=Now(), help_text="When.")

    class Meta:
        db_table = "exchange_assumed_value"
        constraints = [models.UniqueConstraint(fields=["field", "record_id"], name="assumed_value_once")]

    def __str__(self) -> str:
        return f"{self.field} {self.record_id}: {self.value}"


class HealthCount(models.Model):
    """What was last counted of a large company's data, in one row: counting takes longer than a page may."""

    figures = models.JSONField(help_text="By their names; money and quantities as texts.")
    counted_at = models.DateTimeField(db_default=Now(), help_text="When it was counted.")

    class Meta:
        db_table = "exchange_health_count"

    def __str__(self) -> str:
        return f"data health at {self.counted_at:%Y-%m-%d %H:%M}"
