"""Measuring: every item-site as it is, and the days since the last time, by group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Max

from ownstock.journal import actions as journal
from ownstock.journal.asking import ask_the_worker
from ownstock.planning.models import KpiDay, KpiItemSite
from ownstock.planning.queries import measured
from ownstock.planning.rules.kpis import YEAR_DAYS

JOB, TASK, DAY_SECONDS = "measure", "ownstock.measure", 86_400
LONG_BACK_DAYS = 31
LOCK = "SELECT pg_advisory_xact_lock(hashtext('ownstock.measure'))"


def day_to_measure(today: date, planned_on: date) -> date:
    """Today; of a company whose last plan lies long back, as the sample company's, the day that its pages speak of."""
    return planned_on if (today - planned_on).days > LONG_BACK_DAYS else today


@dataclass(frozen=True, slots=True)
class Measured:
    """How many item-sites were measured, and how many rows of days are new."""

    item_sites: int
    days: int


@transaction.atomic
def measure(on: date) -> Measured:
    """Measure every item-site as it is now, for a business day, and keep the days up to it that are not kept yet.

    The first time a year is reckoned back from the ledger. A day that is kept stays as it was.
    """
    last = KpiDay.objects.filter(dimension="site").aggregate(last=Max("day_on"))["last"]
    first = on - timedelta(days=YEAR_DAYS - 1) if last is None else last + timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute(measured.MOVED, {"since": on - timedelta(days=YEAR_DAYS - 1)})
        cursor.execute("ANALYZE kpi_moved")
        cursor.execute("SELECT coalesce(max(day_on), %(on)s) FROM kpi_moved", {"on": on})
        [newest] = cursor.fetchone()
        KpiItemSite.objects.all()._raw_delete(KpiItemSite.objects.db)
        cursor.execute(measured.ITEM_SITES.format(plan=measured.PLAN), {"on": on})
        item_sites = cursor.rowcount
        days = 0
        if first <= on:
            cursor.execute(measured.DAYS, {"first": first, "on": on, "last": max(newest, on)})
            days = cursor.rowcount
        cursor.execute("DROP TABLE kpi_moved")
    journal.beat(JOB, expected_every_seconds=DAY_SECONDS)
    return Measured(item_sites, days)


@transaction.atomic
def ask_to_measure(*, actor: str) -> None:
    """Have the worker measure now; what waits already is not begun twice."""
    journal.record(actor=actor, verb="planning.measuring_asked", subject=f"job:{JOB}")
    ask_the_worker(TASK)
