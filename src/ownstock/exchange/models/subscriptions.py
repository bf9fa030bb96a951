"""Who outside is told of what happens, up to where, and the events that were written down for them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from ownstock.exchange.subscriptions.rules import Place
from ownstock.journal.fields import TransactionNumberField


class Subscription(models.Model):
    """A program of the company or of a partner that is told of events: where, of which kinds, and up to where it was told."""

    name = models.CharField(max_length=40, unique=True, help_text="Its own name, as it stands in addresses: `erp`.")
    url = models.CharField(max_length=2_000, help_text="Where events are posted: https.")
    kinds = ArrayField(
        models.CharField(max_length=60), help_text="Of which kinds: `purchasing.placed`, `purchasing.*`, `*`."
    )
    sealed = models.BinaryField(default=b"", help_text="The secret that signs, encrypted.")
    sealed_before = models.BinaryField(default=b"", help_text="The secret before it, which signs beside it for a day.")
    secret_set_at = models.DateTimeField(db_default=Now(), help_text="When the secret was set.")
    created_at = models.DateTimeField(db_default=Now())
    told_transaction = TransactionNumberField(help_text="Of what happened it was told up to this transaction …")
    told_source = models.SmallIntegerField(default=-1, help_text="… in it up to this source, and …")
    told_number = models.BigIntegerField(default=0, help_text="… up to this number there.")
    paused_at = models.DateTimeField(null=True, help_text="Since when nothing is told.")
    paused_because = models.TextField(blank=True, help_text="Why.")
    first_failed_at = models.DateTimeField(null=True, help_text="Since when its receiver has taken nothing.")
    refusals = models.PositiveIntegerField(default=0, help_text="How many events it refused one after another.")
    last_taken_at = models.DateTimeField(null=True, help_text="When its receiver last took an event.")

    class Meta:
        db_table = "exchange_subscription"

    def __str__(self) -> str:
        return self.name

    @property
    def told(self) -> Place:
        """Up to where it was told."""
        return Place(self.told_transaction, self.told_source, self.told_number)

    @property
    def queue(self) -> str:
        """Where its events wait: one after another, and none for those of another subscription."""
        return f"subscription:{self.pk}"


class EventMessage(models.Model):
    """An event as it is told to one subscription: identity and bytes, the same in every attempt."""

    outbox_key = models.CharField(max_length=200, unique=True, help_text="The outbox row it fulfils.")
    subscription = models.ForeignKey(
        Subscription, models.CASCADE, related_name="messages", help_text="To whom it is told."
    )
    message_id = models.CharField(max_length=60, help_text="The identity a receiver can tell repeats by: `audit-12`.")
    kind = models.CharField(max_length=60, help_text="What happened: `purchasing.placed`.")
    subject = models.CharField(max_length=200, help_text="To what: `purchase_order:PO-000012`.")
    content = models.BinaryField(help_text="The whole body, byte for byte.")
    written_at = models.DateTimeField(db_default=Now(), help_text="When its bytes were fixed.")

    class Meta:
        db_table = "exchange_event_message"
        indexes = [models.Index(fields=["subscription", "-id"], name="event_message_newest")]

    def __str__(self) -> str:
        return self.outbox_key
