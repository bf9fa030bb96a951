"""Reading what the last plan says of each item-site."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import DecimalField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Greatest

from ownstock.planning.models import ItemSitePlan

MONEY = DecimalField(max_digits=24, decimal_places=4)


def item_site_plans(item_sites: Collection[int] | None = None) -> QuerySet[ItemSitePlan]:
    """What the last plan says of all item-sites or of some, each with its item, site and supplier, and in money:
    `surplus_value` of what is there and on order beyond its level, `cancellable_value` of that what is still on order,
    `excess_value` of what is there beyond it.
    """
    rows = ItemSitePlan.objects.select_related("item_site__item", "item_site__site", "supplier")
    if item_sites is not None:
        rows = rows.filter(pk__in=list(item_sites))
    excess = Greatest(F("usable") - F("order_up_to_level"), 0, output_field=MONEY)
    return rows.annotate(
        surplus_value=_money(F("surplus")), cancellable_value=_money(F("surplus_on_order")), excess_value=_money(excess)
    )


def _money(units: Any) -> ExpressionWrapper:
    return ExpressionWrapper(units * F("unit_cost"), output_field=MONEY)
