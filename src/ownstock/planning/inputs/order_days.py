"""The days on which suppliers take orders, as a plan counts them: when what is decided now leaves, and what then."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from ownstock.catalog.queries import supplier_calendars
from ownstock.catalog.rules import NextOrderDays, SupplierCalendar, next_order_days

ANY_DAY = SupplierCalendar()
NO_ORDER_DAY = "{supplier} takes no orders within a year: end its closure, or choose another supplier."
Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class OrderDays:
    """The next order days of suppliers on a business day, reckoned once for each supplier and review period.

    `calendars`, by supplier id, leaves out those that take orders on any day.
    """

    on: date
    calendars: Mapping[int, SupplierCalendar]
    found: dict[Key, NextOrderDays | None] = field(default_factory=dict)

    def of(self, supplier_id: int, review_period_days: int) -> NextOrderDays | None:
        """Those of an item-site that is ordered from a supplier; None where it takes no orders within a year."""
        key = supplier_id if supplier_id in self.calendars else 0, review_period_days
        if key not in self.found:
            calendar = self.calendars.get(supplier_id, ANY_DAY)
            self.found[key] = next_order_days(self.on, calendar, review_period_days=review_period_days)
        return self.found[key]

    def any_day(self, review_period_days: int) -> NextOrderDays:
        """Those of a supplier that takes orders on any day."""
        on = self.on
        return NextOrderDays(on, review_period_days, on, on + timedelta(days=review_period_days), ANY_DAY)


def order_days(on: date, suppliers: Collection[int]) -> OrderDays:
    """The order days of suppliers, read at once for all of them; the day itself counts where it is one."""
    return OrderDays(on, supplier_calendars(on, suppliers))
