"""Reading which items are planned where."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from ownstock.base.errors import Refused
from ownstock.catalog.models import ItemSite


def item_sites() -> QuerySet[ItemSite]:
    """Every item-site with its item and site, by item and site code."""
    return ItemSite.objects.select_related("item", "site").order_by("item__sku", "site__code")


def search_item_sites(text: str) -> QuerySet[ItemSite]:
    """Item-sites with a text in the item's code or description, or all when it is empty."""
    rows = item_sites()
    return rows.filter(Q(item__sku__icontains=text) | Q(item__description__icontains=text)) if text else rows


def item_site(pk: int) -> ItemSite:
    """One item-site with its item and site.

    Raises:
        Refused: there is none of this number.
    """
    found = item_sites().filter(pk=pk).first()
    if found is None:
        raise Refused(f"There is no item-site {pk}.", code="no_item_site", item_site=pk)
    return found
