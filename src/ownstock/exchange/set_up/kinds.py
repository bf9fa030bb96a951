"""Everything that can be imported, in an order in which each refers only to what came before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ownstock.base.tables import DECIMAL, INSTANT, INTEGER, TEXT, Field
from ownstock.catalog import imports as catalog
from ownstock.demand import imports as demand
from ownstock.demand.calendar_imports import import_events
from ownstock.ledger import imports as ledger
from ownstock.ledger import reading
from ownstock.ledger.lot_imports import import_lots
from ownstock.planning.imports import import_overrides
from ownstock.purchasing import past_imports
from ownstock.purchasing.invoice_imports import import_invoices

Importer = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class ImportedKind:
    """One kind of what can be imported: its name, who imports it, and whether how far it is can be told."""

    name: str
    bring: Importer
    has_progress: bool = False


_ALL = (
    ImportedKind("locations", catalog.import_locations),
    ImportedKind("items", catalog.import_items),
    ImportedKind("units", catalog.import_units),
    ImportedKind("suppliers", catalog.import_suppliers),
    ImportedKind("supply-terms", catalog.import_supply_terms),
    ImportedKind("item-sites", catalog.import_item_sites),
    ImportedKind("price-lists", catalog.import_price_lists),
    ImportedKind("qualifications", catalog.import_qualifications),
    ImportedKind("certificates", catalog.import_certificates),
    ImportedKind("agreements", catalog.import_agreements),
    ImportedKind("closures", catalog.import_closures),
    ImportedKind("volume-commitments", catalog.import_volume_commitments),
    ImportedKind("customers", demand.import_customers),
    ImportedKind("demand-lines", demand.import_demand_lines),
    ImportedKind("overrides", import_overrides),
    ImportedKind("events", import_events),
    ImportedKind("lots", import_lots),
    ImportedKind("on-hand", ledger.import_on_hand, has_progress=True),
    ImportedKind("movements", ledger.import_movements, has_progress=True),
    ImportedKind("past-deliveries", past_imports.import_past_deliveries),
    ImportedKind("invoices", import_invoices),
)
KINDS: dict[str, ImportedKind] = {kind.name: kind for kind in _ALL}

ITEMS, SUPPLIERS, SUPPLY_TERMS, ITEM_SITES = "items", "suppliers", "supply-terms", "item-sites"
LOCATIONS, UNITS, STOCK, SALES, MOVEMENTS = "locations", "units", "on-hand", "sales", "movements"
LEFT_OUT = "left-out"


def _some(fields: Sequence[Field], *names: str) -> list[Field]:
    return [field for field in fields if field.name in names]


def _may_lack(fields: Sequence[Field], *needed: str) -> list[Field]:
    """The fields of an import, of which a set-up needs only some: it derives the others, and says so."""
    return [
        Field(
            f.name, f.dtype, f.name in needed, None if f.name not in needed and f.is_required else f.default, f.choices,
            f.at_least, f.below, f.max_length, f.pattern, f.must_be, f.is_one_line, f.is_fraction,
        )
        for f in fields
    ]  # fmt: skip


_TERMS = _some(
    _may_lack(catalog.SUPPLY_TERMS.fields),
    "supplier",
    "supplier_sku",
    "price",
    "lead_time_days",
    "moq",
    "order_multiple",
)
# What a set-up reads of a file of each kind; the others come by `ownstock import`.
FIELDS: dict[str, list[Field]] = {
    LOCATIONS: list(catalog.LOCATIONS.fields),
    ITEMS: [
        *_may_lack(catalog.ITEMS.fields, "sku"),
        *(Field(f.name, f.dtype, False, None, (), f.at_least, None, f.max_length) for f in _TERMS),
    ],
    UNITS: list(catalog.UNITS.fields),
    SUPPLIERS: [
        *_may_lack(catalog.SUPPLIERS.fields, "code"),
        Field("lead_time_days", INTEGER, False, at_least=0),
    ],
    SUPPLY_TERMS: _may_lack(catalog.SUPPLY_TERMS.fields, "supplier", "sku"),
    ITEM_SITES: _may_lack(catalog.ITEM_SITES.fields, "sku"),
    STOCK: _may_lack(reading.ON_HAND_FIELDS, "sku", "quantity"),
    SALES: [
        Field("sku", max_length=60), Field("moved_at", INSTANT), Field("quantity", DECIMAL, below=10**13),
        Field("location", TEXT, False, max_length=200), Field("reference", TEXT, False, max_length=150),
        Field("price", DECIMAL, False),
    ],
    MOVEMENTS: list(reading.FIELDS),
}  # fmt: skip
ORDER = tuple(FIELDS)
