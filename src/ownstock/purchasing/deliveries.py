"""What answers, receipts and their taking back make of a line's deliveries; the rows are changed in memory, not written."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ownstock.purchasing.models import Delivery, OrderLine
from ownstock.purchasing.rules import LineAnswer, check_answer, open_quantity, spread_received


def room(delivery: Delivery) -> Decimal:
    """What of a delivery is still to come, in stock units."""
    return open_quantity(delivery.quantity, delivery.received_quantity, delivery.cancelled_quantity)


def answered(line: OrderLine, answer: LineAnswer) -> list[Delivery]:
    """A line's deliveries as the supplier now promises them; what was received stays received."""
    kept = list(line.deliveries.all())
    received = sum((d.received_quantity for d in kept), Decimal(0))
    check_answer(answer, ordered=line.quantity, received=received)
    promises = sorted(answer.promises, key=lambda p: p.promised_on)
    shares = spread_received(promises, received)
    while len(kept) < len(promises):
        kept.append(Delivery(line=line, number=len(kept) + 1, requested_on=kept[0].requested_on))
    for delivery, promise, share in zip(kept, promises, shares, strict=False):
        delivery.quantity, delivery.received_quantity, delivery.cancelled_quantity = promise.quantity, share, Decimal(0)
        delivery.latest_promised_on = promise.promised_on
        delivery.first_promised_on = delivery.first_promised_on or promise.promised_on
    for refused in kept[len(promises) :]:
        refused.received_quantity, refused.cancelled_quantity = Decimal(0), refused.quantity
    return kept


def filled(line: OrderLine, quantity: Decimal) -> list[tuple[Delivery, Decimal]]:
    """Spread a received quantity over a line's open deliveries, earliest first; what is over goes to the last."""
    deliveries = list(line.deliveries.all())
    shares = []
    for delivery in deliveries:
        share = quantity if delivery is deliveries[-1] else min(room(delivery), quantity)
        if share > 0:
            delivery.received_quantity += share
            shares.append((delivery, share))
        quantity -= share
    return shares


def opened_again(deliveries: Iterable[Delivery], quantity: Decimal) -> None:
    """Take a quantity off what deliveries have received, in their order."""
    for delivery in deliveries:
        share = min(delivery.received_quantity, quantity)
        delivery.received_quantity -= share
        quantity -= share
