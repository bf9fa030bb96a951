"""What is late: cut what will not come, alert what nobody answers for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.journal import actions as journal
from ownstock.purchasing.actions.notices import announce
from ownstock.purchasing.deliveries import refuse, room, withdraw
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.order_rows import late_key, lines_of, locked, save, settle, subject_of
from ownstock.purchasing.queries import OpenDelivery
from ownstock.purchasing.rules import days_late
from ownstock.purchasing.rules.timers import ComingPart, late_sentence


@transaction.atomic
def cut(
    number: str, line: int, quantity: Decimal, *, actor: str, reason: str, by_supplier: bool = False
) -> PurchaseOrder:
    """Take so much off what is still open of a line: we no longer want it, or `by_supplier`, it will not be sent.

    Raises:
        Refused: less is open than is to be cut, or the order has no such line.
    """
    order = locked(number)
    deliveries = list(lines_of(order, [line])[line].deliveries.all())
    rooms = [room(delivery) for delivery in deliveries]
    still_open = sum(rooms, Decimal(0))
    if not 0 < quantity <= still_open:
        raise Refused(
            f"{number}, line {line}: {plain(quantity)} cannot be cut; {plain(still_open)} is open.",
            code="cut_too_much",
            number=number,
        )
    left = quantity
    for delivery, still_to_come in zip(reversed(deliveries), reversed(rooms), strict=True):
        share = min(still_to_come, left)
        if by_supplier:
            refuse(delivery, share)
        elif share:
            withdraw(delivery, share, on=timezone.localdate())
        left -= share
    save(deliveries)
    announce(order)
    settle(order)
    journal.clear_alert(late_key(number, line), because=f"cut by {actor}")
    journal.record(
        actor=actor,
        verb="purchasing.cut",
        subject=subject_of(order),
        new={"line": line, "quantity": str(quantity), "by_supplier": by_supplier},
        reason=reason,
    )
    return order


@transaction.atomic
def alert_late(deliveries: Sequence[OpenDelivery], *, today: date) -> None:
    """Raise one alert for each line with a delivery that is late past its limit."""
    for late in deliveries:
        part = ComingPart(
            late.line, late.sku, late.quantity, late.expected_on, is_promised=False, is_shipped=False
        )  # fmt: skip
        journal.raise_alert(
            late_key(late.number, late.line),
            kind="late_delivery",
            sentence=late_sentence(late.number, part, today),
            facts={
                "number": late.number,
                "line": late.line,
                "sku": late.sku,
                "quantity": str(late.quantity),
                "days_late": days_late(late.expected_on, today),
            },
        )
