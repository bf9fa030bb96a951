"""Counting what the data lack ahead of time, for companies in which that takes longer than a page may."""

from __future__ import annotations

from dataclasses import asdict

from django.utils import timezone

from ownstock.exchange.models import HealthCount
from ownstock.exchange.set_up.health import count


def keep_health() -> None:
    """Count, and keep it in place of what was counted before."""
    counted = {name: str(figure) for name, figure in asdict(count()).items()}
    HealthCount.objects.update_or_create(pk=1, defaults={"figures": counted, "counted_at": timezone.now()})
