"""What is on hand now, and how it came to be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from ownstock.catalog.models import Item, Location
from ownstock.ledger.models import Balance, Movement
from ownstock.ledger.rules.posting import Status


def on_hand(sku: str, location: str, *, status: str | None = None) -> Decimal:
    """Stock units of an item at a location (all its lots), in one status or in all."""
    rows = Balance.objects.filter(item__sku=sku, location__code=location)
    if status is not None:
        rows = rows.filter(status=status)
    return rows.aggregate(total=Sum("on_hand"))["total"] or Decimal(0)


def balances(*, sku: str = "", location: str = "") -> QuerySet[Balance]:
    """Balances that are not zero, of all items and locations or of one: by item, then by location, as the catalogue got them.

    Indexes have this order, whatever is asked for: any part of the list costs the same.
    """
    # The place that a code names is one value to the planner of queries, not a join: so it sees that the order is kept.
    asked: dict[str, Any] = {}
    if sku:
        asked["item_id"] = Item.objects.filter(sku=sku).values("id")[:1]
    if location:
        asked["location_id"] = Location.objects.filter(code=location).values("id")[:1]
    return _not_zero(**asked).order_by("item_id", "location_id", "id")


def movements_of(sku: str, site: str, *, until: datetime | None = None) -> QuerySet[Movement]:
    """An item's movements into, out of and within a site, newest first."""
    rows = Movement.objects.filter(Q(source__site__code=site) | Q(target__site__code=site), item__sku=sku)
    if until is not None:
        rows = rows.filter(moved_at__lte=until)
    return rows.select_related("posting", "lot", "source", "target").order_by("-moved_at", "-id")


def balances_at(item_id: int, site_id: int) -> QuerySet[Balance]:
    """Balances of an item in a site and in every place within it, by place, lot and status; none that is zero."""
    found = _not_zero(item_id=item_id, location__site_id=site_id)
    return found.order_by("location__code", "lot__code", "status")


def _not_zero(**where: Any) -> QuerySet[Balance]:
    return Balance.objects.filter(**where).exclude(on_hand=0).select_related("item", "location", "lot")


def usable(item_ids: Sequence[int], *, on: date) -> dict[tuple[int, int], Decimal]:
    """Released stock units, not expired on a day nor to be tested again by then, keyed by (item id, site id).

    What has none is left out.
    """
    is_fresh = Q(lot__expires_on=None) | Q(lot__expires_on__gt=on)
    is_tested = Q(lot__retest_on=None) | Q(lot__retest_on__gt=on)
    rows = Balance.objects.filter(item_id__in=item_ids, status=Status.RELEASED, location__site__isnull=False)
    sums = rows.filter(is_fresh, is_tested).values_list("item_id", "location__site_id").annotate(Sum("on_hand"))
    return {(item_id, site_id): on_hand for item_id, site_id, on_hand in sums.order_by()}
