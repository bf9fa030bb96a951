"""The jobs of planning."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from ownstock.journal.running import running
from ownstock.planning.actions import ahead, kpis
from ownstock.planning.actions.switching import watch_blocked
from ownstock.planning.actions.valuing import value_overrides
from ownstock.planning.queries import business_day

EVERY_QUARTER = "*/15 * * * *"


@app.periodic(cron=EVERY_QUARTER)
@app.task(name="ownstock.watch_blocked", queueing_lock="ownstock.watch_blocked")
def watch_blocked_suppliers(timestamp: int) -> None:
    """Every quarter of an hour: tell people what hangs on suppliers that may no longer be ordered from."""
    watch_blocked(business_day())


@app.periodic(cron="11 3 * * *")
@app.task(name=kpis.TASK, queueing_lock=kpis.TASK)
def measure_everything(timestamp: int) -> None:
    """Every night, and when somebody asks: measure what health and monitoring tell, of every item-site and day."""
    with running(kpis.JOB, task=kpis.TASK):
        kpis.measure(kpis.day_to_measure(timezone.now().date(), business_day()))


@app.periodic(cron="41 4 * * *")
@app.task(name=ahead.TASK, queueing_lock=ahead.TASK)
def look_ahead_of_the_plan(timestamp: int) -> None:
    """Every night after the plan, and when somebody asks: say what planned orders will cost, for cash by week."""
    with running(ahead.JOB, task=ahead.TASK):
        ahead.look_ahead_nightly()


@app.periodic(cron="23 4 * * *")
@app.task(name="ownstock.value_overrides", queueing_lock="ownstock.value_overrides")
def value_what_people_said(timestamp: int) -> None:
    """Every night: say in money what overrides were worth whose time is over."""
    value_overrides(business_day())
