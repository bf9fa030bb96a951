"""The jobs of demand."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from ownstock.demand import actions

EVERY_TEN_MINUTES = "*/10 * * * *"


@app.periodic(cron=EVERY_TEN_MINUTES)
@app.task(name="ownstock.watch_allocations", queueing_lock="ownstock.watch_allocations")
def watch_allocations(timestamp: int) -> None:
    """Every ten minutes: alert whose promised goods are gone, on hold or no longer fit."""
    actions.alert_short(today=timezone.localdate())
