"""The jobs of purchasing."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from ownstock.purchasing.actions import transfers

EVERY_HOUR = "7 * * * *"


@app.periodic(cron=EVERY_HOUR)
@app.task(name="ownstock.watch_transfers", queueing_lock="ownstock.watch_transfers")
def watch_transfers(timestamp: int) -> None:
    """Every hour: alert which transfers are late."""
    transfers.alert_late(today=timezone.localdate())
