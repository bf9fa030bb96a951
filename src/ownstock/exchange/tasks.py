"""The jobs of what crosses."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from ownstock.exchange.set_up.counting import keep_health
from ownstock.exchange.set_up.running import TASK, run
from ownstock.exchange.subscriptions.actions import forget_taken


@app.task(name=TASK, queueing_lock=TASK)
def set_up_company() -> None:
    """Import what was brought in a set-up, and plan; what a killed job has done already is not done again."""
    run()


@app.periodic(cron="49 3 * * *")
@app.task(name="ownstock.count_health", queueing_lock="ownstock.count_health")
def count_health(timestamp: int) -> None:
    """Every night: count what the data lack, for companies in which that takes longer than a page may."""
    keep_health()


@app.periodic(cron="57 3 * * *")
@app.task(name="ownstock.forget_events", queueing_lock="ownstock.forget_events")
def forget_events(timestamp: int) -> None:
    """Every night: drop what subscriptions were told long ago; the journal keeps the events themselves."""
    forget_taken(timezone.now())
