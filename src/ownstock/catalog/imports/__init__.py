"""Importing the catalogue from files that people bring: every fault by row, a dry run, all rows or none."""

from ownstock.catalog.imports.items import ITEM_SITES, ITEMS, UNITS, import_item_sites, import_items, import_units
from ownstock.catalog.imports.kind import Imported, Kind
from ownstock.catalog.imports.locations import LOCATIONS, import_locations
from ownstock.catalog.imports.suppliers import SUPPLIERS, SUPPLY_TERMS, import_suppliers, import_supply_terms

__all__ = [
    "ITEMS", "ITEM_SITES", "LOCATIONS", "SUPPLIERS", "SUPPLY_TERMS", "UNITS", "Imported", "Kind",
    "import_item_sites", "import_items", "import_locations", "import_suppliers", "import_supply_terms",
    "import_units",
]  # fmt: skip
