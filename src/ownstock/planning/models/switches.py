"""Switches of suppliers."""

from __future__ import annotations

from django.db import models

from ownstock.catalog.models import Supplier
from ownstock.purchasing.models.facts import Fact


class SupplierSwitch(Fact):
    """That a supplier's item-sites were moved to other sources, in one step: what was decided, and what became of it."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="+", help_text="Whose items were moved.")
    inputs_hash = models.CharField(
        max_length=64, help_text="The fingerprint of what was decided on; once per supplier."
    )
    choices = models.JSONField(help_text="Of each item-site the new source; null leaves it where it is.")
    outcome = models.JSONField(help_text="What was cancelled, changed, withdrawn and drafted, and what drafts lack.")
    actor = models.CharField(max_length=100)
    reason = models.TextField()

    class Meta(Fact.Meta):
        db_table = "planning_supplier_switch"
        verbose_name_plural = "supplier switches"
        constraints = [models.UniqueConstraint(fields=["supplier", "inputs_hash"], name="supplier_switch_once")]

    def __str__(self) -> str:
        return f"{self.supplier_id}: {self.pk}"
