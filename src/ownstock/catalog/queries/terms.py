"""Reading on which terms items can be had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from ownstock.catalog.models import ItemSite, SupplyTerm
from ownstock.catalog.rules import first_choice


def terms_to_order_by(rows: Iterable[ItemSite], *, on: date) -> dict[int, SupplyTerm | None]:
    """For each item-site the supply term to order by on a day, keyed by item-site id; None where none holds."""
    rows = list(rows)
    by_item: dict[int, list[SupplyTerm]] = defaultdict(list)
    wanted = {row.item_id for row in rows}
    for term in SupplyTerm.objects.select_related("supplier").filter(item_id__in=wanted):
        by_item[term.item_id].append(term)
    return {row.pk: first_choice(by_item[row.item_id], site_id=row.site_id, on=on) for row in rows}


def supply_terms(row: ItemSite) -> QuerySet[SupplyTerm]:
    """Every supply term of an item that could serve a site, the first to be asked first."""
    terms = SupplyTerm.objects.filter(Q(site=None) | Q(site_id=row.site_id), item_id=row.item_id)
    return terms.select_related("supplier", "site").order_by("priority", "-valid_from", "id")
