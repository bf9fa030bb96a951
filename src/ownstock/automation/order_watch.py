"""Every quarter of an hour: what sent orders wait for."""

from __future__ import annotations

from django.utils import timezone

from ownstock.planning.queries import business_day
from ownstock.purchasing.actions import watch_orders


def watch() -> int:
    """Tell people what should have happened to sent orders and has not, and clear what has; returns how much waits."""
    return watch_orders(timezone.now(), today=business_day())
