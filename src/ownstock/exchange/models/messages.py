"""Messages as they leave and as they came, and what was said of those that left."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ownstock.catalog.models import Supplier
from ownstock.exchange.channels.rules import MessageFormat
from ownstock.exchange.documents import SyntaxVerdict
from ownstock.exchange.inbox.rules import InboundState
from ownstock.exchange.models.channels import Channel
from ownstock.exchange.rules import AttemptOutcome
from ownstock.purchasing.models import OrderRevision


class OutboundMessage(models.Model):
    """A message as it leaves: identity and bytes, fixed before the first attempt and the same in every later one."""

    outbox_key = models.CharField(max_length=200, unique=True, help_text="The outbox row it fulfils.")
    message_id = models.CharField(max_length=200, unique=True, help_text="The identity a receiver can tell repeats by.")
    topic = models.CharField(max_length=60, help_text="What kind of thing it tells: `purchase_order.placed`.")
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="outbound_messages", help_text="Whom it is for."
    )
    channel = models.ForeignKey(
        Channel,
        models.PROTECT,
        null=True,
        related_name="outbound_messages",
        help_text="By which way; empty: by mail, as without channels.",
    )
    format = models.CharField(max_length=12, default=MessageFormat.MAIL_PDF_CSV, help_text="How it is written.")
    order_revision = models.ForeignKey(
        OrderRevision, models.PROTECT, null=True, related_name="messages", help_text="What it tells, where of an order."
    )
    recipient = models.CharField(
        max_length=320, blank=True, help_text="The address in its To line; empty: none was known, or it is no mail."
    )
    file_name = models.CharField(max_length=120, blank=True, help_text="What it is called where it becomes a file.")
    control_number = models.CharField(
        max_length=20, blank=True, help_text="Of its interchange, by which answers to its syntax name it."
    )
    content = models.BinaryField(help_text="The whole message, byte for byte.")
    content_hash = models.BinaryField(help_text="SHA-256 of the content.")
    rendered_at = models.DateTimeField(db_default=Now())

    append_only = True

    class Meta:
        db_table = "exchange_outbound_message"
        indexes = [
            models.Index(
                fields=["channel", "control_number"], name="outbound_by_control_number", condition=~Q(control_number="")
            )
        ]

    def __str__(self) -> str:
        return self.message_id


class Attempt(models.Model):
    """One try to hand over a message, and what came of it."""

    outbound_message = models.ForeignKey(OutboundMessage, models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField(help_text="Which try it was, since the last revival.")
    outcome = models.CharField(
        max_length=8, choices=[(o.value, o.value) for o in AttemptOutcome], help_text="What came of it."
    )
    told = models.TextField(help_text="Where it went, or why it did not.")
    began_at = models.DateTimeField(help_text="When the try began.")
    recorded_at = models.DateTimeField(db_default=Now())

    append_only = True

    class Meta:
        db_table = "exchange_attempt"
        constraints = [
            models.CheckConstraint(
                name="attempt_outcome_known", condition=Q(outcome__in=[o.value for o in AttemptOutcome])
            )
        ]

    def __str__(self) -> str:
        return f"{self.outbound_message_id}: {self.outcome}"


class InboundMessage(models.Model):
    """A message of a supplier, its bytes kept as they came before anything of it was understood, and what became of it.

    Supplier and control number tell it from every other. What comes again under the same is kept beside it and changes
    nothing: a duplicate where the bytes are the same, a conflict where they differ.
    """

    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="inbound_messages", help_text="Whom it came from."
    )
    channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, related_name="inbound_messages", help_text="By which way."
    )
    format = models.CharField(max_length=12, help_text="How it is written.")
    name = models.CharField(max_length=200, help_text="What it was called: a file's name, a caller's key.")
    control_number = models.CharField(max_length=200, help_text="Its identity, as its sender gave it.")
    content = models.BinaryField(help_text="The whole message, byte for byte.")
    content_hash = models.BinaryField(help_text="SHA-256 of the content.")
    received_at = models.DateTimeField(db_default=Now())
    state = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in InboundState], default=InboundState.RECEIVED
    )
    kinds = models.CharField(max_length=200, blank=True, help_text="What it holds, as far as it was understood.")
    fault = models.TextField(blank=True, help_text="Why it was set aside.")
    fault_place = models.CharField(max_length=200, blank=True, help_text="Where in it: a segment, a row, a field.")
    effects = models.JSONField(default=list, help_text="What each of its documents did.")
    settled_at = models.DateTimeField(null=True, help_text="When it was last read to its end.")
    repeats = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="repeated_by", help_text="The message that came first under it."
    )
    times_seen = models.PositiveIntegerField(default=1, help_text="How often these bytes came so.")

    class Meta:
        db_table = "exchange_inbound_message"
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "control_number"], condition=Q(repeats=None), name="inbound_message_once"
            ),
            models.UniqueConstraint(
                fields=["repeats", "content_hash"], condition=Q(repeats__isnull=False), name="inbound_repeat_once"
            ),
            models.CheckConstraint(name="inbound_state_known", condition=Q(state__in=[s.value for s in InboundState])),
        ]
        indexes = [
            models.Index(fields=["id"], name="inbound_to_be_applied", condition=Q(state="received")),
            models.Index(fields=["received_at", "id"], name="inbound_by_time"),
        ]

    def __str__(self) -> str:
        return self.control_number

    @property
    def actor(self) -> str:
        """The key under which the journal names who did what it says."""
        return self.channel.actor if self.channel else f"supplier:{self.supplier.code}"


class SyntaxAnswer(models.Model):
    """What a supplier's system said of a message of ours: whether it could read it."""

    outbound_message = models.ForeignKey(OutboundMessage, models.PROTECT, related_name="syntax_answers")
    inbound_message = models.ForeignKey(InboundMessage, models.PROTECT, related_name="syntax_answers")
    verdict = models.CharField(max_length=24, choices=[(v.value, v.value) for v in SyntaxVerdict])
    content = models.JSONField(help_text="What it said: codes, and faults with their places.")
    recorded_at = models.DateTimeField(db_default=Now())

    append_only = True

    class Meta:
        db_table = "exchange_syntax_answer"
        constraints = [
            models.UniqueConstraint(fields=["outbound_message", "inbound_message"], name="syntax_answer_once")
        ]

    def __str__(self) -> str:
        return f"{self.outbound_message_id}: {self.verdict}"
