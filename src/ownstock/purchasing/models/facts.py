"""What all facts of buying have: when they were written, by which transaction, never edited."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from ownstock.journal.fields import TransactionIdField


class Fact(models.Model):
    """A row that is appended, never changed, and sealed with the other facts."""

    recorded_at = models.DateTimeField(db_default=Now(), help_text="When the transaction that wrote it began.")
    transaction_id = TransactionIdField()

    append_only = True

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["transaction_id", "id"], name="%(class)s_by_xact")]
