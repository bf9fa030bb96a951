"""Orders that rules drafted, and the days on which they may leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from ownstock.automation.models import AutomaticOrder
from ownstock.automation.queries.policy import policy
from ownstock.automation.rules.order_days import OrderDays, OrderMoment
from ownstock.automation.rules.order_days import next_order_moment as moment_of
from ownstock.catalog.models import Closure, Location, Supplier, SupplyTerm
from ownstock.catalog.queries import agreements_on
from ownstock.purchasing.models import OrderRevision

Place = tuple[int, int]


class OrderCalendar:
    """The order days of suppliers, as agreed on a day; read once for all of them."""

    def __init__(self, on: date) -> None:
        self.said = policy()
        self.agreed = agreements_on(on)
        self.closures: dict[int, list[tuple[date, date]]] = defaultdict(list)
        # A day earlier: west of Greenwich it may still be yesterday.
        rows = Closure.objects.filter(ends_on__gte=on - timedelta(days=1))
        for supplier_id, begins_on, ends_on in rows.values_list("supplier_id", "begins_on", "ends_on"):
            self.closures[supplier_id].append((begins_on, ends_on))

    def days_of(self, supplier_id: int, site_zone: str) -> OrderDays:
        """When a supplier takes orders for a site."""
        agreed = self.agreed.get(supplier_id)
        zone = (agreed.order_time_zone if agreed else "") or site_zone
        cut_off = agreed.order_cut_off if agreed else None
        weekdays = frozenset(agreed.order_weekdays) if agreed else frozenset()
        closures = tuple(self.closures[supplier_id])
        return OrderDays(weekdays, closures, cut_off or self.said.order_cut_off, ZoneInfo(zone))

    def moment(self, supplier_id: int, site_zone: str, now: datetime) -> OrderMoment | None:
        """The order day of a supplier for a site that is on, or comes next; None within a year there is none."""
        days = self.days_of(supplier_id, site_zone)
        return moment_of(days, now, minutes_before=self.said.minutes_before_cut_off)


def next_order_moment(supplier: Supplier, site: Location, now: datetime) -> OrderMoment | None:
    """When orders of a supplier for a site leave by themselves next, or may now."""
    return OrderCalendar(now.date()).moment(supplier.pk, site.time_zone, now)


def open_moments(now: datetime) -> dict[str, OrderMoment]:
    """The order days that are on at a moment, by supplier and site, of everything that is bought."""
    calendar = OrderCalendar(now.date())
    sites = dict(Location.objects.filter(kind="site").values_list("code", "time_zone"))
    terms = SupplyTerm.objects.values_list("supplier_id", "supplier__code").distinct()
    found = {}
    for supplier_id, code in terms:
        for site, zone in sites.items():
            moment = calendar.moment(supplier_id, zone, now)
            if moment is not None and moment.is_open(now):
                found[f"{code} for {site}"] = moment
    return found


def waiting_orders() -> QuerySet[AutomaticOrder]:
    """The drafts of rules that have not left yet and are nobody else's, oldest first."""
    rows = AutomaticOrder.objects.filter(is_settled=False)
    return rows.select_related("purchase_order__supplier", "purchase_order__site").order_by("purchase_order__number")


def touched_by_people(orders: Collection[int]) -> dict[int, str]:
    """Of some orders those that a person changed, with who did: they are that person's from then on."""
    rows = OrderRevision.objects.filter(purchase_order_id__in=orders).exclude(created_by__startswith="rule:")
    return dict(rows.values_list("purchase_order_id", "created_by"))
