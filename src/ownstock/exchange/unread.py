"""Which orders left as messages of which the supplier's system has not said yet whether it could read them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from ownstock.exchange.channels.rules import Content, MessageFormat
from ownstock.exchange.models import Channel, OutboundMessage, SyntaxAnswer
from ownstock.journal.models import OutboxRow


def unread_since() -> dict[str, datetime]:
    """By number of an order, since when its first message is out that no 997 or TA1 answered; X12 alone is answered so.

    Of other ways the carrier's own word is the receipt: a mail server's, a receiver's status, the file in its folder. Without
    it the message waits in the outbox, which tells people itself.
    """
    return _unread(OutboundMessage.objects.all())


def unread_cancellations() -> dict[str, datetime]:
    """As `unread_since`, of the messages that took an order back, or what was still open of it."""
    return _unread(OutboundMessage.objects.filter(topic="purchase_order.cancelled"))


def _unread(rows: QuerySet[OutboundMessage]) -> dict[str, datetime]:
    sent = OutboxRow.objects.filter(key=OuterRef("outbox_key"), state=OutboxRow.State.DONE).values("done_at")
    said = SyntaxAnswer.objects.filter(outbound_message=OuterRef("pk"))
    messages = rows.filter(~Exists(said), format=MessageFormat.X12, order_revision__isnull=False)
    out = messages.annotate(sent_at=Subquery(sent)).filter(sent_at__isnull=False).order_by("-sent_at")
    return dict(out.values_list("order_revision__purchase_order__number", "sent_at"))


def invoicing_suppliers() -> set[int]:
    """The ids of the suppliers whose invoices come by a channel."""
    ways = Channel.objects.filter(removed_at=None, contents__contains=[Content.INVOICES])
    return set(ways.values_list("supplier_id", flat=True))
