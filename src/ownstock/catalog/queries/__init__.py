"""Reading the catalogue, one room a noun."""

from ownstock.catalog.queries.company import base_currency, is_catalog_empty, world_location
from ownstock.catalog.queries.item_sites import item_site, item_sites, search_item_sites
from ownstock.catalog.queries.suppliers import supplier, supplier_of
from ownstock.catalog.queries.terms import supply_terms, terms_to_order_by

__all__ = [
    "base_currency", "is_catalog_empty", "item_site", "item_sites", "search_item_sites", "supplier", "supplier_of",
    "supply_terms", "terms_to_order_by", "world_location",
]  # fmt: skip
