"""The jobs of planning."""

from __future__ import annotations

from procrastinate.contrib.django import app

from ownstock.planning.actions.switching import watch_blocked
from ownstock.planning.queries import business_day

EVERY_QUARTER = "*/15 * * * *"


@app.periodic(cron=EVERY_QUARTER)
@app.task(name="ownstock.watch_blocked", queueing_lock="ownstock.watch_blocked")
def watch_blocked_suppliers(timestamp: int) -> None:
    """Every quarter of an hour: tell people what hangs on suppliers that may no longer be ordered from."""
    watch_blocked(business_day())
