"""Demand lines: looking them up, and what is promised to them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from ownstock.base.errors import Refused
from ownstock.demand.models import Allocation, Customer, DemandEntry, DemandLine
from ownstock.demand.rules import OPEN_STATES


def customer(code: str) -> Customer:
    """One customer.

    Raises:
        Refused: there is none of this code.
    """
    found = Customer.objects.filter(code=code).first()
    if found is None:
        raise Refused(f"There is no customer {code}; set or import it first.", code="no_customer", customer=code)
    return found


def demand_lines(state: str = "", *, sku: str = "", customer_code: str = "") -> QuerySet[DemandLine]:
    """Demand lines (in a state, of an item, of a customer, or all), those wanted first before others."""
    rows = DemandLine.objects.select_related("customer", "item", "site").order_by("wanted_on", "id")
    asked = {"state": state, "item__sku": sku, "customer__code": customer_code}
    return rows.filter(**{name: value for name, value in asked.items() if value})


def demand_line(number: str) -> DemandLine:
    """One demand line with its customer, item and site.

    Raises:
        Refused: there is none of this number.
    """
    found = demand_lines().filter(number=number).first()
    if found is None:
        raise Refused(f"There is no demand line {number}.", code="no_demand_line", number=number)
    return found


def allocations(line: DemandLine) -> QuerySet[Allocation]:
    """What is promised to a line, by place and lot."""
    return line.allocations.select_related("location", "lot").order_by("location__code", "lot__code")


def entries(line: DemandLine) -> QuerySet[DemandEntry]:
    """Everything that happened to a line, oldest first."""
    return line.entries.select_related("location", "lot").order_by("id")


def is_shipment(posting_key: str) -> bool:
    """Whether a posting shipped something of a demand line."""
    return DemandEntry.objects.filter(posting_key=posting_key, shipped_change__gt=0).exists()


def open_places() -> Sequence[tuple[int, int]]:
    """The (item id, site id) of everything that is owed, in order."""
    rows = DemandLine.objects.filter(state__in=OPEN_STATES).values_list("item_id", "site_id")
    return list(rows.distinct().order_by("item_id", "site_id"))
