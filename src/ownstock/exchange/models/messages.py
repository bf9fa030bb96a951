"""Messages as they leave."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from ownstock.purchasing.models import OrderRevision


class OutboundMessage(models.Model):
    """A message as it leaves: identity and bytes, fixed before the first attempt and the same in every later one."""

    outbox_key = models.CharField(max_length=200, unique=True, help_text="The outbox row it fulfils.")
    message_id = models.CharField(max_length=200, unique=True, help_text="The identity a receiver can tell repeats by.")
    order_revision = models.ForeignKey(
        OrderRevision, models.PROTECT, related_name="messages", help_text="What it tells."
    )
    recipient = models.CharField(
        max_length=320, blank=True, help_text="The address in its To line; empty: none was known."
    )
    content = models.BinaryField(help_text="The whole message, byte for byte.")
    content_hash = models.BinaryField(help_text="SHA-256 of the content.")
    rendered_at = models.DateTimeField(db_default=Now())

    append_only = True

    class Meta:
        db_table = "exchange_outbound_message"

    def __str__(self) -> str:
        return self.message_id
