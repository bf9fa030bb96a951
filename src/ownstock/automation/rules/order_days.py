"""When an order may leave by itself: on a day on which its supplier takes orders, before the cut-off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ownstock.catalog.rules import next_order_day


@dataclass(frozen=True, slots=True)
class OrderDays:
    """When a supplier takes orders: weekdays (1 Monday … 7 Sunday; none: any), closures, and until when on such a day."""

    weekdays: frozenset[int]
    closures: tuple[tuple[date, date], ...]
    cut_off: time
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class OrderMoment:
    """An order day: orders leave by themselves from `opens_at` on and before `closes_at`, the cut-off."""

    order_on: date
    opens_at: datetime
    closes_at: datetime

    def is_open(self, now: datetime) -> bool:
        """Whether an order may leave at a moment."""
        return self.opens_at <= now < self.closes_at


def next_order_moment(days: OrderDays, now: datetime, *, minutes_before: int) -> OrderMoment | None:
    """The order day that is on, or comes next, at a moment; None where there is none within a year.

    Orders leave in the last `minutes_before` of it: what is sold until then is still counted. Where clocks are changed at
    the cut-off, the earlier of two moments counts.
    """
    today = now.astimezone(days.zone).date()
    on = next_order_day(today, order_weekdays=days.weekdays, closures=days.closures)
    if on is not None and _instant(on, days.cut_off, days.zone) <= now:
        on = next_order_day(on + timedelta(days=1), order_weekdays=days.weekdays, closures=days.closures)
    if on is None:
        return None
    closes_at = _instant(on, days.cut_off, days.zone)
    opens_at = max(closes_at - timedelta(minutes=minutes_before), _instant(on, time(), days.zone))
    return OrderMoment(on, opens_at, closes_at)


def _instant(on: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, at, zone).astimezone(UTC)
