"""Writing what crosses: a message is prepared once, and what was prepared is what is sent, however often."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.exchange import answer_links, order_mail, queries
from ownstock.exchange.models import OutboundMessage
from ownstock.journal.models import OutboxRow
from ownstock.purchasing.models import OrderRevision

ORDER_PLACED = "purchase_order.placed"


@transaction.atomic
def prepare(row: OutboxRow) -> OutboundMessage:
    """Fix the identity and the bytes of what an outbox row tells; a second call gives what the first one stored.

    To be committed before the first attempt to send. The message is dated by the moment of the placing.

    Raises:
        Refused: the order cannot be written as a message, its supplier has no address that mail needs, or nothing here
            knows how to tell the row's topic.
    """
    stored = OutboundMessage.objects.filter(outbox_key=row.key).first()
    if stored is not None:
        return stored
    if row.topic != ORDER_PLACED:
        raise Refused(f"Nothing knows how to tell {row.topic}.", code="unknown_topic", topic=row.topic)
    revision = OrderRevision.objects.select_related("purchase_order__supplier", "purchase_order__site").get(
        pk=row.payload["order_revision"]
    )
    if settings.SMTP_URL:
        queries.address(revision)
    document = queries.written_order(revision, written_at=row.created_at)
    address = answer_links.new_address()
    mail = order_mail.render(document, outbox_key=row.key, sender=settings.ORDERS_FROM, answer_address=address)
    message, is_new = OutboundMessage.objects.get_or_create(
        outbox_key=row.key,
        defaults={
            "message_id": mail.message_id,
            "order_revision": revision,
            "recipient": mail.recipient,
            "content": mail.content,
            "content_hash": hashlib.sha256(mail.content).digest(),
        },
    )
    # Of two who prepare at once one stores its bytes; the address in the other's never opens anything.
    if is_new and address:
        answer_links.keep(address, revision)
    return message
