"""Writing what crosses: a message is prepared once, and what was prepared is what is sent, however often."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.exchange import answer_links, queries
from ownstock.exchange.channels import queries as channels
from ownstock.exchange.channels.rules import ChannelKind, Content, MessageFormat
from ownstock.exchange.models import Attempt, Channel, OutboundMessage
from ownstock.exchange.rendering import Rendered, Telling, render
from ownstock.exchange.rules import AttemptOutcome, OrderTopic
from ownstock.journal import actions as journal
from ownstock.journal import queries as outbox
from ownstock.journal.models import OutboxRow
from ownstock.purchasing.models import OrderRevision

# A message that was written already, in the transaction that put it into the outbox.
WRITTEN = "message.written"
ROUTED_AT_ONCE = 1_000


@transaction.atomic
def prepare(row: OutboxRow) -> OutboundMessage:
    """Fix the identity and the bytes of what an outbox row tells; a second call gives what the first one stored.

    To be committed before the first attempt to send. Of two who prepare at once one waits for the other. The message is
    dated by the moment of the placing.

    Raises:
        Refused: the order cannot be written as a message, its supplier has no address that mail needs, or nothing here
            knows how to tell the row's topic.
    """
    OutboxRow.objects.select_for_update().get(pk=row.pk)
    stored = OutboundMessage.objects.filter(outbox_key=row.key).first()
    if stored is not None:
        return stored
    if row.topic not in list(OrderTopic):
        raise Refused(f"Nothing knows how to tell {row.topic}.", code="unknown_topic", topic=row.topic)
    revision = OrderRevision.objects.select_related("purchase_order__supplier", "purchase_order__site").get(
        pk=row.payload["order_revision"]
    )
    return _tell_of_order(row, OrderTopic(row.topic), revision)


def _tell_of_order(row: OutboxRow, topic: OrderTopic, revision: OrderRevision) -> OutboundMessage:
    supplier = revision.purchase_order.supplier
    channel = channels.channel_for(supplier.pk, Content.ORDERS)
    written = MessageFormat(channel.format) if channel else MessageFormat.MAIL_PDF_CSV
    is_mail = channel is None or channel.kind == ChannelKind.MAIL
    if is_mail and settings.SMTP_URL:
        channels.mail_address_of(channel, supplier)
    is_answered = topic is not OrderTopic.CANCELLED and written is MessageFormat.MAIL_PDF_CSV
    address = answer_links.new_address() if is_answered else ""
    telling = Telling(
        order=queries.written_order(revision, written_at=row.created_at, topic=topic),
        outbox_key=row.key, sender=settings.ORDERS_FROM, written_at=row.created_at,
        settings=channel.settings if channel else {}, answer_address=address,
        control_number=next_control_number(channel) if channel and written is MessageFormat.X12 else 0,
    )  # fmt: skip
    message = _keep(row.key, row.topic, render(telling, written), channel, written, revision)
    if address:
        answer_links.keep(address, revision)
    return message


def _keep(
    key: str,
    topic: str,
    rendered: Rendered,
    channel: Channel | None,
    written: MessageFormat,
    revision: OrderRevision,
) -> OutboundMessage:
    return OutboundMessage.objects.create(
        outbox_key=key, topic=topic, supplier=revision.purchase_order.supplier, channel=channel, format=written,
        order_revision=revision, message_id=rendered.message_id, recipient=rendered.recipient,
        file_name=rendered.file_name, control_number=rendered.control_number, content=rendered.content,
        content_hash=hashlib.sha256(rendered.content).digest(),
    )  # fmt: skip


def next_control_number(channel: Channel) -> int:
    """The number of the next interchange that leaves by a channel; whoever takes one holds the channel until the commit."""
    held = Channel.objects.select_for_update().get(pk=channel.pk)
    held.last_control_number += 1
    held.save(update_fields=["last_control_number"])
    return held.last_control_number


def enqueue_written(key: str, rendered: Rendered, channel: Channel, *, topic: str = WRITTEN) -> OutboundMessage:
    """Let a message that is written already leave by a channel with this commit; the same key again changes nothing."""
    message, _ = OutboundMessage.objects.get_or_create(
        outbox_key=key,
        defaults={
            "topic": topic, "supplier": channel.supplier, "channel": channel, "format": channel.format,
            "message_id": rendered.message_id, "file_name": rendered.file_name,
            "control_number": rendered.control_number, "content": rendered.content,
            "content_hash": hashlib.sha256(rendered.content).digest(),
        },
    )  # fmt: skip
    journal.enqueue(key, topic=topic, payload={"outbound_message": message.pk})
    return message


def route() -> None:
    """Say of rows that wait in which queue they wait: what goes to one server goes one after another."""
    rows = outbox.without_queue(ROUTED_AT_ONCE)
    if rows:
        journal.assign_queues(channels.queues_of(rows))


def note_attempt(
    message: OutboundMessage, number: int, outcome: AttemptOutcome, told: str, *, began_at: datetime
) -> None:
    """Keep what came of a try to hand a message over."""
    Attempt.objects.create(outbound_message=message, number=number, outcome=outcome, told=told, began_at=began_at)
