"""What suppliers say of orders beside what they say of lines."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from ownstock.journal.fields import TransactionIdField
from ownstock.purchasing.models import Acknowledgement


class AnswerRemark(models.Model):
    """What a supplier wrote of an order as a whole, with an answer to its lines."""

    acknowledgement = models.OneToOneField(
        Acknowledgement, models.PROTECT, related_name="remark", help_text="The answer it belongs to."
    )
    comment = models.TextField(help_text="In the supplier's words.")
    recorded_at = models.DateTimeField(db_default=Now(), help_text="When the transaction that wrote it began.")
    transaction_id = TransactionIdField()

    append_only = True

    class Meta:
        db_table = "exchange_answer_remark"
        indexes = [models.Index(fields=["transaction_id", "id"], name="answer_remark_by_xact")]

    def __str__(self) -> str:
        return f"remark on answer {self.acknowledgement_id}"
