"""Pure decisions about an order: which states there are, what is still open."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum


class OrderState(StrEnum):
    """Where a purchase order is. On order counts from draft until received."""

    DRAFT = "draft"
    PLACED = "placed"
    ACKNOWLEDGED = "acknowledged"
    PART_RECEIVED = "part_received"
    RECEIVED = "received"
    CANCELLED = "cancelled"


OPEN_STATES = frozenset({OrderState.DRAFT, OrderState.PLACED, OrderState.ACKNOWLEDGED, OrderState.PART_RECEIVED})
ANSWERABLE_STATES = frozenset({OrderState.PLACED, OrderState.ACKNOWLEDGED, OrderState.PART_RECEIVED})


def open_quantity(quantity: Decimal, received: Decimal, cancelled: Decimal) -> Decimal:
    """What of a delivery is still to come: never below zero, however much arrived."""
    return max(quantity - received - cancelled, Decimal(0))


def state_after_receipt(open_quantities: Iterable[Decimal]) -> OrderState:
    """Received when nothing is open any more, else part received."""
    return OrderState.PART_RECEIVED if any(q > 0 for q in open_quantities) else OrderState.RECEIVED
