"""What answers, changes, receipts and their taking back make of deliveries; rows are changed in memory, not written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from ownstock.purchasing.models import Delivery, OrderLine
from ownstock.purchasing.rules import AskedLine, LineAnswer, Promise, check_answer, open_quantity, spread_received


def room(delivery: Delivery) -> Decimal:
    """What of a delivery is still to come, in stock units."""
    return open_quantity(delivery.quantity, delivery.received_quantity, delivery.cancelled_quantity)


def expected_on(delivery: Delivery) -> tuple[date, int]:
    """When a delivery comes, for putting deliveries in order: as announced, else as last promised, else as asked."""
    day = delivery.announced_on or delivery.latest_promised_on or delivery.requested_on
    return day, delivery.number


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


def promises_of(line: OrderLine) -> list[Promise]:
    """What the supplier last promised of a line; nothing where it promised nothing yet."""
    return [
        Promise(d.quantity - d.cancelled_quantity, d.latest_promised_on)
        for d in line.deliveries.all()
        if d.latest_promised_on and d.quantity > d.cancelled_quantity
    ]


def filled(line: OrderLine, quantity: Decimal) -> list[tuple[Delivery, Decimal]]:
    """Spread a received quantity over a line's open deliveries, earliest first; what is over goes to the last."""
    deliveries = sorted(line.deliveries.all(), key=expected_on)
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


def asked_anew(deliveries: Sequence[Delivery], asked: AskedLine) -> list[Delivery]:
    """A line's deliveries when so much is asked for in all, on a day: what came stays, the rest is one open delivery.

    The rest is to be promised anew; the supplier's first promise is kept. No less is asked for than came.
    """
    came = [d for d in deliveries if d.received_quantity]
    waiting = [d for d in deliveries if not d.received_quantity]
    for delivery in came:
        delivery.quantity, delivery.cancelled_quantity = min(delivery.quantity, delivery.received_quantity), Decimal(0)
    rest = asked.quantity - sum((d.received_quantity for d in came), Decimal(0))
    if rest > 0:
        last = waiting.pop(0) if waiting else _after(deliveries[-1])
        last.quantity, last.cancelled_quantity, last.requested_on = rest, Decimal(0), asked.requested_on
        last.latest_promised_on = None
        came.append(last)
    return came + [_cancelled(delivery) for delivery in waiting]


def _after(last: Delivery) -> Delivery:
    return Delivery(line=last.line, number=last.number + 1, first_promised_on=last.first_promised_on)


def cancelled(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Deliveries of which nothing more is wanted."""
    return [_cancelled(delivery) for delivery in deliveries]


def _cancelled(delivery: Delivery) -> Delivery:
    delivery.cancelled_quantity += room(delivery)
    return delivery


def wanted_again(deliveries: Iterable[Delivery], quantity: Decimal) -> None:
    """Take back so much, at most, of what was cancelled, in the deliveries' order: the supplier had sent it already."""
    for delivery in deliveries:
        share = min(delivery.cancelled_quantity, quantity)
        delivery.cancelled_quantity -= share
        quantity -= share
