"""Ways to and from suppliers."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ownstock.catalog.models import Supplier
from ownstock.exchange.channels.rules import ChannelKind, MessageFormat


class Channel(models.Model):
    """By which way, and in which format, some kinds of messages go to a supplier or come from it.

    One that was removed stays, because messages name it; its name is free again.
    """

    name = models.CharField(max_length=40, help_text="Its own name, as it stands in addresses: `alpha-sftp`.")
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="channels")
    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in ChannelKind], help_text="Which way.")
    format = models.CharField(
        max_length=12, choices=[(f.value, f.value) for f in MessageFormat], help_text="How messages are written on it."
    )
    contents = ArrayField(
        models.CharField(max_length=10), help_text="What it carries: `orders` to the supplier, the others from it."
    )
    settings = models.JSONField(default=dict, help_text="Where and how, without secrets.")
    last_control_number = models.PositiveIntegerField(default=0, help_text="Of the interchanges that left by it.")
    created_at = models.DateTimeField(db_default=Now())
    polled_at = models.DateTimeField(null=True, help_text="When it was last looked into for messages, with success.")
    removed_at = models.DateTimeField(null=True, help_text="From then on nothing comes or goes by it.")

    class Meta:
        db_table = "exchange_channel"
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(removed_at=None), name="channel_name_once"),
            models.UniqueConstraint(
                fields=["supplier"],
                condition=Q(removed_at=None, contents__contains=["orders"]),
                name="channel_for_orders_once",
            ),
            models.CheckConstraint(name="channel_kind_known", condition=Q(kind__in=[k.value for k in ChannelKind])),
            models.CheckConstraint(
                name="channel_format_known", condition=Q(format__in=[f.value for f in MessageFormat])
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> str:
        """The key under which the journal names what comes by it."""
        return f"channel:{self.name}"


class ChannelSecret(models.Model):
    """A password, key or signing secret of a channel, encrypted; it is never shown again."""

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="secrets")
    name = models.CharField(max_length=20, help_text="Which: `password`, `private_key`, `webhook_secret`.")
    sealed = models.BinaryField(help_text="Encrypted by a key that comes from the installation's secret key.")
    set_at = models.DateTimeField(db_default=Now(), help_text="When it was set last.")

    class Meta:
        db_table = "exchange_channel_secret"
        constraints = [models.UniqueConstraint(fields=["channel", "name"], name="channel_secret_once")]

    def __str__(self) -> str:
        return f"{self.channel_id}: {self.name}"
