"""The worker's jobs. A job is only a wake-up: what is to be done stands in the outbox, so a lost job loses nothing."""

from __future__ import annotations

from contextlib import suppress

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from ownstock.automation import actions, lapses, order_watch
from ownstock.automation.actions import digests
from ownstock.automation.rules import EVERY_MINUTE, EVERY_MORNING, EVERY_QUARTER, ROWS_AT_ONCE, SWEEP_PRIORITY
from ownstock.exchange.inbox import receiving
from ownstock.journal import actions as journal
from ownstock.journal.running import running


@app.task(name=journal.DISPATCH, queueing_lock=journal.DISPATCH)
def dispatch() -> None:
    """Tell what is due; the next job begins as soon as this one has its row, and the last one finds nothing.

    So of as many servers as the worker has hands, each is talked to at the same time, and a slow one holds up no other.
    """
    if actions.dispatch_due(ROWS_AT_ONCE, meanwhile=journal.wake):
        journal.wake()


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="ownstock.sweep", queueing_lock="ownstock.sweep", priority=SWEEP_PRIORITY)
def sweep(timestamp: int) -> None:
    """Every minute: take back lost leases, wake the dispatcher, give a sign of life, notice silent jobs."""
    actions.sweep()


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="ownstock.poll", queueing_lock="ownstock.poll", priority=SWEEP_PRIORITY)
def poll(timestamp: int) -> None:
    """Every minute: have each channel looked into by a job of its own, so that a slow server holds up no other."""
    for name in actions.channels_to_poll():
        with suppress(AlreadyEnqueued):
            look_into.configure(queueing_lock=f"ownstock.look_into:{name}").defer(channel=name)


@app.task(name="ownstock.look_into")
def look_into(channel: str) -> None:
    """Take in what came by a channel, and do what it says."""
    receiving.poll(channel)


@app.periodic(cron=EVERY_MORNING)
@app.task(name="ownstock.lapses", queueing_lock="ownstock.lapses")
def warn_of_lapses(timestamp: int) -> None:
    """Every morning: warn of what lapses with suppliers, and clear what was renewed."""
    with running("lapses", task="ownstock.lapses"):
        lapses.warn()


@app.periodic(cron=EVERY_QUARTER)
@app.task(name="ownstock.automation", queueing_lock="ownstock.automation")
def automate(timestamp: int) -> None:
    """Every quarter of an hour: make the plans that are due, and let standing rules act on them."""
    with running("automation", task="ownstock.automation"):
        actions.run_due(timezone.now())


@app.periodic(cron=EVERY_QUARTER)
@app.task(name="ownstock.digests", queueing_lock="ownstock.digests")
def tell_digests(timestamp: int) -> None:
    """Every quarter of an hour: let the morning's digests leave whose hour has come."""
    digests.tell_due(timezone.now())


@app.periodic(cron=EVERY_QUARTER)
@app.task(name="ownstock.watch_orders", queueing_lock="ownstock.watch_orders")
def watch_orders(timestamp: int) -> None:
    """Every quarter of an hour: tell people which orders wait for too long, and clear what has happened."""
    with running("watch_orders", task="ownstock.watch_orders"):
        order_watch.watch()
