"""Reading the catalogue, one room a noun."""

from ownstock.catalog.queries.agreements import agreement, agreements_on, next_order_day, supplier_calendars, terms_of
from ownstock.catalog.queries.certificates import KeptDocument, certificate, document_of
from ownstock.catalog.queries.company import base_currency, is_catalog_empty, site_codes, sites, world_location
from ownstock.catalog.queries.duties import check_duty, may
from ownstock.catalog.queries.item_sites import (
    ITEM_SITE_FILTERS,
    ITEM_SITE_SORTS,
    item_site,
    item_sites,
    search_item_sites,
)
from ownstock.catalog.queries.items import search_items
from ownstock.catalog.queries.lapsing import lapses
from ownstock.catalog.queries.overviews import (
    SupplierOverview,
    certificate_needs,
    items_by_sku,
    supplier_overview,
    suppliers,
)
from ownstock.catalog.queries.rates import exchange_rates, in_base_currency, rate_on
from ownstock.catalog.queries.register import conditions, duty_conflict, objections, source_class_of
from ownstock.catalog.queries.supplier_codes import contacts, supplier, supplier_of
from ownstock.catalog.queries.terms import prices_at, reasons_without_source, supply_terms, terms_to_order_by

__all__ = [
    "ITEM_SITE_FILTERS", "ITEM_SITE_SORTS",
    "KeptDocument", "SupplierOverview", "agreement", "agreements_on", "base_currency", "certificate",
    "certificate_needs", "check_duty", "conditions", "contacts", "document_of",
    "duty_conflict", "exchange_rates", "in_base_currency", "is_catalog_empty", "item_site", "item_sites",
    "items_by_sku", "lapses", "may", "next_order_day", "objections", "prices_at", "rate_on",
    "reasons_without_source",
    "search_item_sites", "search_items", "site_codes", "sites", "source_class_of", "supplier",
    "supplier_calendars", "supplier_of", "supplier_overview", "suppliers",
    "supply_terms", "terms_of", "terms_to_order_by", "world_location",
]  # fmt: skip
