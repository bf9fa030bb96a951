"""Pure decisions about an order: which states there are, what is still open."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class OrderState(StrEnum):
    """Where a purchase order is. On order counts from draft until received."""

    DRAFT = "draft"
    APPROVED = "approved"
    PLACED = "placed"
    ACKNOWLEDGED = "acknowledged"
    PART_RECEIVED = "part_received"
    RECEIVED = "received"
    CLOSED = "closed"
    CANCELLED = "cancelled"


UNSENT_STATES = frozenset({OrderState.DRAFT, OrderState.APPROVED})
ANSWERABLE_STATES = frozenset({OrderState.PLACED, OrderState.ACKNOWLEDGED, OrderState.PART_RECEIVED})
OPEN_STATES = UNSENT_STATES | ANSWERABLE_STATES


def open_quantity(quantity: Decimal, received: Decimal, cancelled: Decimal) -> Decimal:
    """What of a delivery is still to come: never below zero, however much arrived."""
    return max(quantity - received - cancelled, Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What decides the state of an order: what became of it so far."""

    has_open: bool
    has_receipts: bool
    is_invoiced: bool
    is_answered: bool
    is_placed: bool
    is_approved: bool


def state_of(order: Standing) -> OrderState:
    """Where an order is, by what became of it.

    Goods that came tell most; then whether anything is open; then how far it is on its way to the supplier. An order is
    closed when nothing is open and all that came is invoiced.
    """
    if order.has_receipts:
        return _state_after_receipts(order)
    if not order.has_open:
        return OrderState.CANCELLED
    if order.is_placed:
        return OrderState.ACKNOWLEDGED if order.is_answered else OrderState.PLACED
    return OrderState.APPROVED if order.is_approved else OrderState.DRAFT


def _state_after_receipts(order: Standing) -> OrderState:
    if order.has_open:
        return OrderState.PART_RECEIVED
    return OrderState.CLOSED if order.is_invoiced else OrderState.RECEIVED
