"""What suppliers say of their scorecards, and what we answer."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from ownstock.catalog.models import Supplier
from ownstock.purchasing.models.facts import Fact
from ownstock.purchasing.rules.scorecards import FigureName


class SupplierComment(Fact):
    """What somebody said of a supplier's scorecard: the supplier of a period, or we in answer to it."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="comments")
    begins_on = models.DateField(help_text="The first day of the scorecard it is about.")
    ends_on = models.DateField(help_text="Its last day.")
    figure = models.CharField(
        max_length=20, blank=True, choices=[(f.value, f.value) for f in FigureName], help_text="Empty: all of it."
    )
    answers = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="answered_by", help_text="The comment that it answers."
    )
    text = models.TextField(help_text="What was said, in their words.")
    actor = models.CharField(max_length=100)

    class Meta(Fact.Meta):
        db_table = "purchasing_supplier_comment"
        indexes = [*Fact.Meta.indexes, models.Index(fields=["supplier", "id"], name="comment_by_supplier")]
        constraints = [
            models.CheckConstraint(name="supplier_comment_says_something", condition=~Q(text="")),
            models.CheckConstraint(name="supplier_comment_ends_after_start", condition=Q(ends_on__gte=F("begins_on"))),
            models.CheckConstraint(
                name="supplier_comment_figure_known", condition=Q(figure__in=["", *(f.value for f in FigureName)])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier_id}: {self.pk}"
