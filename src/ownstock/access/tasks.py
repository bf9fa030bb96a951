"""What is done by itself about who did what: the chain of seals is verified every night."""

from __future__ import annotations

from procrastinate.contrib.django import app

from ownstock.access import verifying
from ownstock.journal.running import running


@app.periodic(cron="47 2 * * *")
@app.task(name=verifying.TASK, queueing_lock=verifying.TASK)
def verify_the_seal(timestamp: int) -> None:
    """Every night, and when somebody asks: see whether everything is as it was sealed."""
    with running(verifying.JOB, task=verifying.TASK):
        verifying.verify_and_tell()
