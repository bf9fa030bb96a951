"""The worker's jobs. A job is only a wake-up: what is to be done stands in the outbox, so a lost job loses nothing."""

from __future__ import annotations

from procrastinate.contrib.django import app

from ownstock.automation import actions, lapses, order_watch
from ownstock.automation.rules import EVERY_MINUTE, EVERY_MORNING, EVERY_QUARTER, ROWS_AT_ONCE, SWEEP_PRIORITY
from ownstock.journal import actions as journal


@app.task(name=journal.DISPATCH, queueing_lock=journal.DISPATCH)
def dispatch() -> None:
    """Tell what is due; where there was something, ask for the next job, until one finds nothing."""
    if actions.dispatch_due(ROWS_AT_ONCE):
        journal.wake()


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="ownstock.sweep", queueing_lock="ownstock.sweep", priority=SWEEP_PRIORITY)
def sweep(timestamp: int) -> None:
    """Every minute: take back lost leases, wake the dispatcher, give a sign of life, notice silent jobs."""
    actions.sweep()


@app.periodic(cron=EVERY_MORNING)
@app.task(name="ownstock.lapses", queueing_lock="ownstock.lapses")
def warn_of_lapses(timestamp: int) -> None:
    """Every morning: warn of what lapses with suppliers, and clear what was renewed."""
    lapses.warn()


@app.periodic(cron=EVERY_QUARTER)
@app.task(name="ownstock.watch_orders", queueing_lock="ownstock.watch_orders")
def watch_orders(timestamp: int) -> None:
    """Every quarter of an hour: tell people which orders wait for too long, and clear what has happened."""
    order_watch.watch()
