"""Reading what is agreed with suppliers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet

from ownstock.catalog.models import Agreement, Closure, Supplier, SupplyTerm
from ownstock.catalog.rules import WEEKDAYS, SupplierCalendar
from ownstock.catalog.rules import next_order_day as day_of


def agreement(supplier: Supplier, on: date) -> Agreement | None:
    """The agreement with a supplier that holds on a day, if there is one."""
    return _holding(supplier.agreements.all(), on).first()


def agreements_on(on: date) -> dict[int, Agreement]:
    """Every supplier's agreement that holds on a day, by the supplier's id."""
    return {row.supplier_id: row for row in _holding(Agreement.objects.all(), on)}


def _holding(found: QuerySet[Agreement], on: date) -> QuerySet[Agreement]:
    return found.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)


def next_order_day(supplier: Supplier, on: date) -> date | None:
    """The first day from a day on that the supplier takes orders: its weekdays as agreed, without days it is closed.

    None where there is none within a year.
    """
    agreed = agreement(supplier, on)
    closed = supplier.closures.filter(ends_on__gte=on).values_list("begins_on", "ends_on")
    return day_of(on, order_weekdays=agreed.order_weekdays if agreed else (), closures=list(closed))


def supplier_calendars(on: date, suppliers: Collection[int]) -> dict[int, SupplierCalendar]:
    """On which days suppliers take orders, as agreed on a day, by their ids; those that take them on any day are left out."""
    agreed = _holding(Agreement.objects.filter(supplier__in=suppliers), on)
    some = agreed.exclude(order_weekdays=[]).values_list("supplier_id", "order_weekdays")
    weekdays = {pk: frozenset(days) for pk, days in some if len(set(days)) < len(WEEKDAYS)}
    closures: dict[int, list[tuple[date, date]]] = defaultdict(list)
    rows = Closure.objects.filter(supplier__in=suppliers, ends_on__gte=on).order_by("begins_on")
    for pk, begins_on, ends_on in rows.values_list("supplier_id", "begins_on", "ends_on"):
        closures[pk].append((begins_on, ends_on))
    return {
        pk: SupplierCalendar(weekdays.get(pk, frozenset()), tuple(closures.get(pk, ())))
        for pk in weekdays.keys() | closures.keys()
    }


def terms_of(supplier: Supplier) -> QuerySet[SupplyTerm]:
    """Everything a supplier sells us, with its price breaks, by item."""
    terms = supplier.supply_terms.select_related("item", "site").prefetch_related("price_breaks")
    return terms.order_by("item__sku", "valid_from", "id")
