"""The jobs of what crosses."""

from __future__ import annotations

from procrastinate.contrib.django import app

from ownstock.exchange.set_up.running import TASK, run


@app.task(name=TASK, queueing_lock=TASK)
def set_up_company() -> None:
    """Import what was brought in a set-up, and plan; what a killed job has done already is not done again."""
    run()
