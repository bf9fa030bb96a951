"""What shipping notices make of a line's deliveries; the rows are changed in memory, not written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ownstock.purchasing.deliveries import expected_on, room
from ownstock.purchasing.models import Delivery
from ownstock.purchasing.rules.notices import Announced, Arrival, on_the_way


def announced(
    deliveries: list[Delivery], notices: Sequence[Announced], arrivals: Sequence[Arrival]
) -> dict[int, Decimal]:
    """Tell a line's deliveries anew what the notices in force say of them; what each notice says beyond them, by notice.

    What was shipped is expected on its notice's day. Of a delivery of which only a part was shipped, the rest becomes a
    delivery of its own that keeps its promise; it is added to `deliveries`.
    """
    for delivery in deliveries:
        delivery.shipped_quantity, delivery.announced_on = Decimal(0), None
    surplus: dict[int, Decimal] = {}
    for found in on_the_way(notices, arrivals):
        _mark_arrived(deliveries, found.arrived)
        left = _mark_on_the_way(deliveries, found.announced, found.left)
        if left:
            surplus[found.announced.notice] = left
    return surplus


def _mark_arrived(deliveries: Sequence[Delivery], quantity: Decimal) -> None:
    for delivery in deliveries:
        share = min(max(delivery.received_quantity - delivery.shipped_quantity, Decimal(0)), quantity)
        delivery.shipped_quantity += share
        quantity -= share


def _mark_on_the_way(deliveries: list[Delivery], notice: Announced, quantity: Decimal) -> Decimal:
    """Mark what is open as shipped, what is expected first first; what of the notice is left over."""
    for delivery in sorted(deliveries, key=expected_on):
        share = min(_unshipped(delivery), quantity)
        if not share:
            continue
        if share < _unshipped(delivery):
            deliveries.append(_parted(delivery, _unshipped(delivery) - share, number=len(deliveries) + 1))
        delivery.shipped_quantity += share
        delivery.announced_on = notice.expected_on
        quantity -= share
    return quantity


def _unshipped(delivery: Delivery) -> Decimal:
    """What of a delivery is open and not on its way yet."""
    return max(room(delivery) - max(delivery.shipped_quantity - delivery.received_quantity, Decimal(0)), Decimal(0))


def _parted(delivery: Delivery, rest: Decimal, *, number: int) -> Delivery:
    delivery.quantity -= rest
    return Delivery(
        line_id=delivery.line_id, number=number, quantity=rest, requested_on=delivery.requested_on,
        first_promised_on=delivery.first_promised_on, latest_promised_on=delivery.latest_promised_on,
    )  # fmt: skip
