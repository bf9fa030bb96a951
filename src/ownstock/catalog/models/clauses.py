"""Clauses: what is asked of suppliers in words beside price and quantity, and on which orders they stand."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ownstock.catalog.models.items import Item
from ownstock.catalog.models.suppliers import Supplier
from ownstock.journal.fields import TransactionIdField


class Clause(models.Model):
    """One version of a clause. Never changed: another text is the next version."""

    code = models.CharField(max_length=40, help_text="Its name: `Q-17`.")
    version = models.PositiveIntegerField(help_text="Counts its texts from 1; the newest stands on new orders.")
    text = models.TextField(help_text="What it says.")
    actor = models.CharField(max_length=100, help_text="Who wrote it down.")
    recorded_at = models.DateTimeField(db_default=Now())
    transaction_id = TransactionIdField()

    append_only = True

    class Meta:
        db_table = "catalog_clause"
        indexes = [models.Index(fields=["transaction_id", "id"], name="clause_by_transaction")]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="clause_version_once"),
            models.CheckConstraint(name="clause_says_something", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{self.code} version {self.version}"


class ClauseRequirement(models.Model):
    """That a clause stands on orders: to one supplier or all, for an item, a category or all."""

    code = models.CharField(max_length=40, help_text="The clause, in its newest version.")
    supplier = models.ForeignKey(Supplier, models.PROTECT, null=True, blank=True, help_text="Empty: all suppliers.")
    category = models.CharField(max_length=60, blank=True, help_text="Empty: items of any category.")
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, help_text="Empty: any item.")

    class Meta:
        db_table = "catalog_clause_requirement"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "supplier", "category", "item"], nulls_distinct=False, name="clause_requirement_once"
            ),
            models.CheckConstraint(
                name="clause_requirement_one_scope", condition=Q(category="") | Q(item__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} for {self.item_id or self.category or 'everything'}"
