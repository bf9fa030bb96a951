"""Reading the inbox, and what a message that came may speak of: the orders as their supplier was told them."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from ownstock.base.errors import Refused
from ownstock.exchange.inbox.rules import InboundState
from ownstock.exchange.models import InboundMessage, OutboundMessage
from ownstock.exchange.queries import written_order
from ownstock.exchange.understanding import SentOrder
from ownstock.purchasing.models import PurchaseOrder


def inbound(pk: int) -> InboundMessage:
    """One message that came.

    Raises:
        Refused: there is none of this number.
    """
    found = InboundMessage.objects.select_related("supplier", "channel").filter(pk=pk).first()
    if found is None:
        raise Refused(f"No message in-{pk} came.", code="no_message", message=f"in-{pk}")
    return found


def waiting() -> QuerySet[InboundMessage]:
    """What came and was not read yet, oldest first."""
    return InboundMessage.objects.filter(state=InboundState.RECEIVED).order_by("id")


def sent_orders(numbers: Collection[str]) -> dict[str, SentOrder]:
    """The orders of some numbers, revision by revision as their suppliers were told them; those never sent are left out."""
    orders = PurchaseOrder.objects.filter(number__in=numbers, sent_revision__isnull=False)
    return {order.number: _sent(order) for order in orders.select_related("supplier", "site")}


def _sent(order: PurchaseOrder) -> SentOrder:
    told = order.revisions.filter(number__lte=order.sent_revision).order_by("number")
    return SentOrder(tuple(written_order(revision, written_at=revision.created_at) for revision in told))


def units_of(orders: dict[str, SentOrder]) -> dict[tuple[str, str], str]:
    """The stock unit of each line of some orders, by order and number of the line, and by order and item."""
    units: dict[tuple[str, str], str] = {}
    for number, order in orders.items():
        for line in order.lines:
            units |= {(number, str(line.line)): line.unit, (number, line.sku): line.unit}
    return units


def told_under(supplier_id: int, control_number: str) -> OutboundMessage | None:
    """The message of ours that left to a supplier under a control number, the latest where numbers began anew."""
    digits = control_number.strip()
    if not (digits.isascii() and digits.isdigit()):
        return None
    ours = OutboundMessage.objects.filter(supplier_id=supplier_id, control_number=f"{int(digits[:18]):09}")
    return ours.order_by("-id").first()
