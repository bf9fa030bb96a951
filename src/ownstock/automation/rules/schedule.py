"""When a plan is due by itself: at night, and before suppliers' cut-offs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

AUTOMATION = "automation"
AUTOMATION_EVERY_SECONDS = 900
NIGHTLY = "nightly"
ORDER_DAY = "order day"


def is_nightly_due(now: datetime, zone: ZoneInfo, hour: int | None, last_at: datetime | None) -> bool:
    """Whether the nightly plan is due: its hour has come, and none was made since the day began, by the company's clock."""
    here = now.astimezone(zone)
    if hour is None or here.hour < hour:
        return False
    return last_at is None or last_at.astimezone(zone).date() < here.date()


def is_order_day_due(opened_at: Iterable[datetime], last_at: datetime | None) -> bool:
    """Whether a plan is due before a cut-off: orders of somebody may leave since a moment after the last such plan."""
    newest = max(opened_at, default=None)
    return newest is not None and (last_at is None or last_at < newest)
