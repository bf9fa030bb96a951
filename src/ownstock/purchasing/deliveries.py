"""What answers, changes, receipts and their taking back make of deliveries; rows are changed in memory, not written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
    """A line's deliveries as the supplier now promises them; what was received stays received.

    What is asked for and neither promised nor cancelled by us is refused; it stands with the last promise.
    """
    kept = list(line.deliveries.all())
    received = sum((d.received_quantity for d in kept), Decimal(0))
    check_answer(answer, ordered=line.quantity, received=received)
    asked, withdrawn = sum((d.quantity for d in kept if not _is_replaced(d)), Decimal(0)), withdrawal(kept)
    promises = sorted(answer.promises, key=lambda p: p.promised_on)
    shares = spread_received(promises, received)
    while len(kept) < len(promises):
        kept.append(Delivery(line=line, number=len(kept) + 1, requested_on=kept[0].requested_on))
    for delivery in kept:
        delivery.received_quantity = Decimal(0)
        replaced(delivery)
    for delivery, promise, share in zip(kept, promises, shares, strict=False):
        delivery.quantity, delivery.received_quantity, delivery.cancelled_quantity = promise.quantity, share, Decimal(0)
        delivery.latest_promised_on = promise.promised_on
        delivery.first_promised_on = delivery.first_promised_on or promise.promised_on
    left = max(asked - sum((p.quantity for p in promises), Decimal(0)), Decimal(0))
    if not promises:
        kept[0].quantity = kept[0].cancelled_quantity = Decimal(0)
    ours = min(withdrawn.quantity, left)
    _will_not_come(kept[max(len(promises) - 1, 0)], Withdrawal(ours, withdrawn.cancelled_on), refused=left - ours)
    return kept


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What we cancelled of deliveries, and when the last of it."""

    quantity: Decimal
    cancelled_on: date | None


def withdrawal(deliveries: Iterable[Delivery]) -> Withdrawal:
    """What of deliveries we cancelled ourselves; what a supplier refused and what a new promise replaced is none of it."""
    ours = [d for d in deliveries if d.cancelled_on is not None]
    quantity = sum((d.cancelled_quantity - d.refused_quantity for d in ours), Decimal(0))
    return Withdrawal(quantity, max((d.cancelled_on for d in ours if d.cancelled_on), default=None))


def _is_replaced(delivery: Delivery) -> bool:
    """Whether other deliveries took its place, so that it counts for nothing."""
    is_ended = delivery.cancelled_quantity == delivery.quantity
    return is_ended and not delivery.refused_quantity and delivery.cancelled_on is None


def replaced(delivery: Delivery) -> Delivery:
    """A delivery whose goods come with another, so that it counts for nothing."""
    delivery.cancelled_quantity, delivery.refused_quantity = delivery.quantity, Decimal(0)
    delivery.cancelled_on = None
    return delivery


def _will_not_come(delivery: Delivery, ours: Withdrawal, *, refused: Decimal) -> None:
    """Let a delivery tell beside its own quantity what of its line will not come."""
    delivery.quantity += ours.quantity + refused
    delivery.cancelled_quantity += ours.quantity + refused
    delivery.refused_quantity += refused
    delivery.cancelled_on = ours.cancelled_on if ours.quantity else None


def refuse(delivery: Delivery, quantity: Decimal) -> None:
    """Take off a delivery what its supplier will not send."""
    delivery.cancelled_quantity += quantity
    delivery.refused_quantity += quantity


def withdraw(delivery: Delivery, quantity: Decimal, *, on: date) -> None:
    """Take off a delivery what we no longer want."""
    delivery.cancelled_quantity += quantity
    delivery.cancelled_on = on


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

    The rest is to be promised anew; the supplier's first promise is kept. No less is asked for than came. What the supplier
    had refused stays refused, as far as it is not asked for again.
    """
    more = asked.quantity - sum((d.quantity - d.cancelled_quantity for d in deliveries), Decimal(0))
    refused = sum((d.refused_quantity for d in deliveries), Decimal(0)) - max(more, Decimal(0))
    came = [d for d in deliveries if d.received_quantity]
    waiting = [d for d in deliveries if not d.received_quantity]
    for delivery in came:
        delivery.quantity = min(delivery.quantity, delivery.received_quantity)
        _want_whole(delivery)
    rest = asked.quantity - sum((d.received_quantity for d in came), Decimal(0))
    if rest > 0:
        last = waiting.pop(0) if waiting else _after(deliveries[-1])
        last.quantity, last.requested_on, last.latest_promised_on = rest, asked.requested_on, None
        _want_whole(last)
        came.append(last)
    _will_not_come(came[-1], Withdrawal(Decimal(0), None), refused=max(refused, Decimal(0)))
    return came + [replaced(delivery) for delivery in waiting]


def _want_whole(delivery: Delivery) -> None:
    delivery.cancelled_quantity = delivery.refused_quantity = Decimal(0)
    delivery.cancelled_on = None


def _after(last: Delivery) -> Delivery:
    return Delivery(line=last.line, number=last.number + 1, first_promised_on=last.first_promised_on)


def cancelled(deliveries: Iterable[Delivery], *, on: date) -> list[Delivery]:
    """Deliveries of which we want nothing more from a day on."""
    found = list(deliveries)
    for delivery in found:
        if rest := room(delivery):
            withdraw(delivery, rest, on=on)
    return found
