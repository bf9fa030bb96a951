"""What planning must know of demand: what is owed already, what is wanted later, what is promised."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import DecimalField, F, QuerySet, Sum

from ownstock.demand.models import Allocation, DemandLine
from ownstock.demand.rules import OPEN_STATES

QUANTITY = DecimalField(max_digits=18, decimal_places=4)
OPEN_QUANTITY = Sum(F("quantity") - F("shipped_quantity") - F("cancelled_quantity"), output_field=QUANTITY)


@dataclass(frozen=True, slots=True)
class OpenDemand:
    """What customers want of an item from a site on a day, as far as it is not shipped."""

    item_id: int
    site_id: int
    wanted_on: date
    quantity: Decimal


def backordered(item_ids: Collection[int] | None, *, on: date) -> dict[tuple[int, int], Decimal]:
    """What is owed to customers: wanted by a day and not shipped, keyed by (item id, site id); what has none is left out.

    `item_ids` None asks for all. Whether goods are allocated to it does not matter: they are still on hand.
    """
    rows = _open(item_ids).filter(wanted_on__lte=on).values_list("item_id", "site_id")
    sums = rows.annotate(owed=OPEN_QUANTITY).order_by()
    return {(item_id, site_id): owed for item_id, site_id, owed in sums}


def open_demand(item_ids: Collection[int] | None, *, after: date) -> list[OpenDemand]:
    """What is wanted after a day and not shipped yet, day by day; with what is backordered on that day it is all.

    It is known demand of its period: planning lets it consume the forecast and never adds it on top.
    """
    rows = _open(item_ids).filter(wanted_on__gt=after).values_list("item_id", "site_id", "wanted_on")
    sums = rows.annotate(wanted=OPEN_QUANTITY).order_by("item_id", "site_id", "wanted_on")
    return [OpenDemand(*row) for row in sums]


def allocated(item_ids: Sequence[int]) -> dict[tuple[int, int], Decimal]:
    """What is promised to customers already, keyed by (item id, site id); what has none is left out."""
    rows = Allocation.objects.filter(line__item_id__in=item_ids).values_list("line__item_id", "line__site_id")
    sums = rows.annotate(Sum("quantity")).order_by()
    return {(item_id, site_id): quantity for item_id, site_id, quantity in sums}


def _open(item_ids: Collection[int] | None) -> QuerySet[DemandLine]:
    rows = DemandLine.objects.filter(state__in=OPEN_STATES)
    return rows if item_ids is None else rows.filter(item_id__in=item_ids)
