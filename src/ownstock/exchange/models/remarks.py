"""What suppliers say beside what they promise."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from ownstock.journal.fields import TransactionIdField
from ownstock.purchasing.models import Acknowledgement


class AnswerRemark(models.Model):
    """What a supplier said of an order beside its promises: why a line will not come, other prices, words."""

    acknowledgement = models.OneToOneField(
        Acknowledgement, models.PROTECT, related_name="remark", help_text="The answer it belongs to."
    )
    comment = models.TextField(blank=True, help_text="Of the order as a whole, in the supplier's words.")
    lines = models.JSONField(default=list, help_text="Of single lines: reason, comment, price of one stock unit.")
    recorded_at = models.DateTimeField(db_default=Now(), help_text="When the transaction that wrote it began.")
    transaction_id = TransactionIdField()

    append_only = True

    class Meta:
        db_table = "exchange_answer_remark"
        indexes = [models.Index(fields=["transaction_id", "id"], name="answer_remark_by_xact")]

    def __str__(self) -> str:
        return f"remark on answer {self.acknowledgement_id}"
