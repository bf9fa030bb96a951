"""Importing the catalogue from files that people bring: every fault by row, a dry run, all rows or none."""

from ownstock.catalog.imports.items import ITEM_SITES, ITEMS, UNITS, import_item_sites, import_items, import_units
from ownstock.catalog.imports.kind import Imported, Kind
from ownstock.catalog.imports.locations import LOCATIONS, import_locations
from ownstock.catalog.imports.prices import PRICE_LISTS, import_price_lists
from ownstock.catalog.imports.qualifications import import_qualifications
from ownstock.catalog.imports.register import (
    AGREEMENTS,
    CERTIFICATES,
    CLOSURES,
    VOLUME_COMMITMENTS,
    import_agreements,
    import_certificates,
    import_closures,
    import_volume_commitments,
)
from ownstock.catalog.imports.suppliers import SUPPLIERS, SUPPLY_TERMS, import_suppliers, import_supply_terms

__all__ = [
    "AGREEMENTS", "CERTIFICATES", "CLOSURES", "ITEMS", "ITEM_SITES", "LOCATIONS", "PRICE_LISTS", "SUPPLIERS",
    "SUPPLY_TERMS", "UNITS", "VOLUME_COMMITMENTS", "Imported", "Kind", "import_agreements", "import_certificates",
    "import_closures", "import_item_sites", "import_items", "import_locations", "import_price_lists",
    "import_qualifications", "import_suppliers",
    "import_supply_terms", "import_units", "import_volume_commitments",
]  # fmt: skip
