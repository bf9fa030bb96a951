"""Reading the catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from ownstock.base.errors import Refused
from ownstock.catalog.models import Company, Item, ItemSite, Location, SupplyTerm
from ownstock.catalog.rules import LocationKind, first_choice


def world_location(kind: LocationKind) -> str:
    """The code of the one location of a kind of the outside world (the first, where there are several).

    Raises:
        Refused: the catalogue has none; the sentence says which to import.
    """
    code = Location.objects.filter(kind=kind).order_by("id").values_list("code", flat=True).first()
    if code is None:
        raise Refused(
            f"The catalogue has no location of kind {kind}; import one first.", code="no_location", kind=str(kind)
        )
    return code


def is_catalog_empty() -> bool:
    """Whether no item was ever imported."""
    return not Item.objects.exists()


def item_sites() -> QuerySet[ItemSite]:
    """Every item-site with its item and site, by item and site code."""
    return ItemSite.objects.select_related("item", "site").order_by("item__sku", "site__code")


def terms_to_order_by(rows: Iterable[ItemSite], *, on: date) -> dict[int, SupplyTerm | None]:
    """For each item-site the supply term to order by on a day, keyed by item-site id; None where none holds."""
    rows = list(rows)
    by_item: dict[int, list[SupplyTerm]] = defaultdict(list)
    wanted = {row.item_id for row in rows}
    for term in SupplyTerm.objects.select_related("supplier").filter(item_id__in=wanted):
        by_item[term.item_id].append(term)
    return {row.pk: first_choice(by_item[row.item_id], site_id=row.site_id, on=on) for row in rows}


def base_currency() -> str:
    """The currency in which the company keeps all value."""
    return Company.objects.get().currency


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


def supply_terms(row: ItemSite) -> QuerySet[SupplyTerm]:
    """Every supply term of an item that could serve a site, the first to be asked first."""
    terms = SupplyTerm.objects.filter(Q(site=None) | Q(site_id=row.site_id), item_id=row.item_id)
    return terms.select_related("supplier", "site").order_by("priority", "-valid_from", "id")
