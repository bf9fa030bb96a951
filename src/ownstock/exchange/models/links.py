"""The links by which suppliers answer orders without signing in."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from ownstock.purchasing.models import OrderRevision


class AnswerLink(models.Model):
    """A link that lets whoever holds it answer one revision of an order; its token stands only in the message."""

    order_revision = models.ForeignKey(
        OrderRevision, models.PROTECT, related_name="answer_links", help_text="What is answered by it."
    )
    token_hash = models.BinaryField(unique=True, help_text="SHA-256 of the token.")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(help_text="From then on it opens nothing.")
    revoked_at = models.DateTimeField(null=True, blank=True, help_text="From then on it opens nothing.")
    last_answered_at = models.DateTimeField(
        null=True, blank=True, help_text="When an answer last came by it; looking at the order leaves no trace."
    )

    class Meta:
        db_table = "exchange_answer_link"

    def __str__(self) -> str:
        return f"answer link {self.pk}"

    @property
    def actor(self) -> str:
        """The key under which the journal names whoever answers by it."""
        return f"link:{self.pk}"
