"""Every quarter of an hour: what sent orders wait for."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from ownstock.exchange.unread import invoicing_suppliers, unread_cancellations, unread_since
from ownstock.planning.queries import business_day
from ownstock.purchasing.actions import watch_orders


def watch() -> int:
    """Tell people what should have happened to sent orders and has not, and clear what has; returns how much waits."""
    return watch_at(timezone.now(), today=business_day())


def watch_at(now: datetime, *, today: date) -> int:
    """`watch` as of a moment and a day of the business."""
    return watch_orders(
        now, today=today, unread=unread_since(), unread_cancellations=unread_cancellations(),
        invoicing=invoicing_suppliers(),
    )  # fmt: skip
