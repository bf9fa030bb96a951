"""Reading which items are planned where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from django.db.models import Q, QuerySet

from ownstock.base.errors import Refused
from ownstock.catalog.models import ItemSite

# The columns of a list of item-sites by which it can be filtered, those by which it can be sorted, and where they lie.
ITEM_SITE_FIELDS = {"sku": "item__sku", "description": "item__description", "site": "site__code"}
ITEM_SITE_FILTERS = tuple(ITEM_SITE_FIELDS)
ITEM_SITE_SORTS = {name: ITEM_SITE_FIELDS[name] for name in ("sku", "site")}
NOTHING: Mapping[str, str] = MappingProxyType({})


def item_sites() -> QuerySet[ItemSite]:
    """Every item-site with its item and site, by item and site code."""
    return ItemSite.objects.select_related("item", "site").order_by("item__sku", "site__code")


def search_item_sites(text: str, filters: Mapping[str, str] = NOTHING, sorts: Sequence[str] = ()) -> QuerySet[ItemSite]:
    """Item-sites with a text in the item's code or description, and one in each column that is filtered; all without any.

    They come by item and site code, or by these fields first.
    """
    rows = item_sites()
    if text:
        rows = rows.filter(Q(item__sku__icontains=text) | Q(item__description__icontains=text))
    rows = rows.filter(**{f"{ITEM_SITE_FIELDS[name]}__icontains": wanted for name, wanted in filters.items()})
    return rows.order_by(*dict.fromkeys([*sorts, "item__sku", "site__code"])) if sorts else rows


def item_site(pk: int) -> ItemSite:
    """One item-site with its item and site.

    Raises:
        Refused: there is none of this number.
    """
    found = item_sites().filter(pk=pk).first()
    if found is None:
        raise Refused(f"There is no item-site {pk}.", code="no_item_site", item_site=pk)
    return found
