"""What the ledger does by itself: value what was posted, make room ahead, check that all is as it was posted."""

from __future__ import annotations

import random

from django.utils import timezone
from procrastinate.contrib.django import app

from ownstock.journal import actions as journal
from ownstock.ledger.actions.count_classes import classify
from ownstock.ledger.actions.partitions import prepare_partitions
from ownstock.ledger.actions.valuation import value
from ownstock.ledger.actions.verifying import verify_fully, verify_sample

MINUTE, DAY = 60, 86_400


@app.periodic(cron="* * * * *")
@app.task(name="ownstock.value", queueing_lock="ownstock.value")
def value_postings(timestamp: int) -> None:
    """Every minute: value what was posted since."""
    value()
    journal.beat("value", expected_every_seconds=MINUTE)


@app.periodic(cron="*/5 * * * *")
@app.task(name="ownstock.verify_sample", queueing_lock="ownstock.verify_sample")
def check_sample(timestamp: int) -> None:
    """Every five minutes: check a part of the ledger that chance chooses."""
    verify_sample(random.Random(timestamp))
    journal.beat("verify_sample", expected_every_seconds=5 * MINUTE)


@app.periodic(cron="17 2 * * *")
@app.task(name="ownstock.verify", queueing_lock="ownstock.verify")
def check_everything(timestamp: int) -> None:
    """Every night: check all of the ledger."""
    verify_fully()
    journal.beat("verify", expected_every_seconds=DAY)


@app.periodic(cron="7 * * * *")
@app.task(name="ownstock.prepare_partitions", queueing_lock="ownstock.prepare_partitions")
def make_room(timestamp: int) -> None:
    """Every hour: see that the months to come have their part of the movements."""
    prepare_partitions(timezone.now().date())
    journal.beat("prepare_partitions", expected_every_seconds=60 * MINUTE)


@app.periodic(cron="41 1 * * *")
@app.task(name="ownstock.classify", queueing_lock="ownstock.classify")
def classify_items(timestamp: int) -> None:
    """Every night: find which ABC class every item is of at every site."""
    classify(timezone.now().date())
    journal.beat("classify", expected_every_seconds=DAY)
