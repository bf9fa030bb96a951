"""The rows of one order as its actions take and leave them: locked, read, written, settled."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch

from ownstock.base.errors import Refused
from ownstock.purchasing.deliveries import room
from ownstock.purchasing.models import Delivery, OrderLine, OrderRevision, PurchaseOrder
from ownstock.purchasing.rules import OrderState, state_after_receipt


def locked(number: str) -> PurchaseOrder:
    """An order, locked until the transaction ends, with its supplier and site.

    Raises:
        Refused: there is none of this number.
    """
    order = (
        PurchaseOrder.objects.select_for_update(of=("self",))
        .select_related("site", "supplier")
        .filter(number=number)
        .first()
    )
    if order is None:
        raise Refused(f"There is no purchase order {number}.", code="no_order", number=number)
    return order


def newest_revision(order: PurchaseOrder) -> OrderRevision:
    """What was sent last, or is to be."""
    return order.revisions.latest("number")


def lines_of(order: PurchaseOrder, numbers: Sequence[int]) -> dict[int, OrderLine]:
    """The named lines of an order's latest revision, with items and deliveries (earliest first), by line number.

    Raises:
        Refused: it has no such line.
    """
    rows = OrderLine.objects.filter(revision=newest_revision(order), line__in=numbers).select_related("item")
    deliveries = Prefetch("deliveries", Delivery.objects.order_by("number"))
    found = {row.line: row for row in rows.prefetch_related(deliveries)}
    if missing := sorted(set(numbers) - found.keys()):
        raise Refused(f"{order.number} has no line {missing[0]}.", code="no_line", number=order.number, line=missing[0])
    return found


def save(deliveries: Sequence[Delivery]) -> None:
    """Write changed deliveries, and those that a supplier's split made new."""
    Delivery.objects.bulk_create([d for d in deliveries if d.pk is None])
    columns = ["quantity", "first_promised_on", "latest_promised_on", "received_quantity", "cancelled_quantity"]
    Delivery.objects.bulk_update([d for d in deliveries if d.pk is not None], columns, batch_size=500)


def settle(order: PurchaseOrder) -> None:
    """Bring an order's state in line with its deliveries and answers."""
    deliveries = Delivery.objects.filter(line__revision__purchase_order=order)
    rooms = [room(delivery) for delivery in deliveries]
    has_receipts = any(d.received_quantity for d in deliveries)
    if not any(rooms) and not has_receipts:
        order.state = OrderState.CANCELLED
    elif has_receipts:
        order.state = state_after_receipt(rooms)
    elif order.acknowledgements.exists():
        order.state = OrderState.ACKNOWLEDGED
    elif order.placed_at is not None:
        order.state = OrderState.PLACED
    order.save(update_fields=["state"])


def subject_of(order: PurchaseOrder) -> str:
    """The key under which the journal names an order."""
    return f"purchase_order:{order.number}"


def late_key(number: str, line: int) -> str:
    """The key of the alert about a line that is late."""
    return f"late_delivery:{number}/{line}"
