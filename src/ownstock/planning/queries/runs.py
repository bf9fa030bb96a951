"""Planning runs, and the day that they planned for."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from ownstock import engine
from ownstock.base.fingerprints import fingerprint
from ownstock.planning.models import PlanningRun


def last_run() -> PlanningRun | None:
    """The newest planning run of all item-sites, or None before the first."""
    return PlanningRun.objects.filter(is_whole=True).order_by("-id").first()


def business_day(time_zone: str = "UTC") -> date:
    """The day that pages speak of: the one last planned for; before the first run, today where the clock is so."""
    run = last_run()
    return run.planned_on if run else datetime.now(ZoneInfo(time_zone)).date()


def run_hash(planned_on: date, hashes: list[bytes]) -> bytes:
    """The fingerprint of a whole run: the day and every item-site's own fingerprint."""
    return fingerprint([planned_on.isoformat(), [h.hex() for h in hashes]])


def last_pool() -> engine.Pool | None:
    """What all item-sites told in the last run of this engine, so that one alone is forecast as it was there."""
    run = last_run()
    if run is None or run.pool is None or run.engine_version != engine.VERSION:
        return None
    return engine.Pool.of_record(run.pool)
