"""Clauses as they stand on what was sent."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ownstock.catalog.models import Clause
from ownstock.purchasing.models.facts import Fact
from ownstock.purchasing.models.orders import OrderRevision


class OrderClause(Fact):
    """That a version of a clause stands on a revision that was sent, for some of its lines."""

    revision = models.ForeignKey(OrderRevision, models.PROTECT, related_name="clauses")
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="+")
    lines = ArrayField(models.PositiveIntegerField(), help_text="The lines that it is for.")

    class Meta(Fact.Meta):
        db_table = "purchasing_order_clause"
        constraints = [models.UniqueConstraint(fields=["revision", "clause"], name="order_clause_once")]

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.clause_id}"
