"""Importing suppliers and on which terms they sell."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from django.db import transaction

from ownstock.base.tables import AS_IT_IS, DATE, DECIMAL, INTEGER, ROW, Directions, Field
from ownstock.catalog.imports.columns import CONVERSION, CURRENCY, ends_before_start, factors, ids, lookup, numbered
from ownstock.catalog.imports.kind import Imported, Kind, Resolved, bring_in, compare, write
from ownstock.catalog.imports.succession import carry_over, heirs, told
from ownstock.catalog.models import Item, Location, Supplier, SupplyTerm


def import_suppliers(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import suppliers. Columns: code, name, email, currency."""
    return bring_in(SUPPLIERS, path, actor=actor, dry_run=dry_run, directions=directions)


@transaction.atomic
def import_supply_terms(
    path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS
) -> Imported:
    """Import on which terms suppliers sell items.

    Columns: supplier, sku, site (empty: all), supplier_sku, purchase_unit, units_per_purchase_unit (`12` or `1/3`), moq and
    order_multiple (stock units), price (of a stock unit), currency, lead_time_days, valid_from, valid_to, priority. Price
    breaks of the term before go on where the price stays; where it does not, they end, and that is told.
    """
    found = compare(SUPPLY_TERMS, path, directions)
    following = heirs(found.created)
    if not dry_run:
        write(SUPPLY_TERMS, path, found, actor)
        carry_over(following, actor=actor)
    return found.imported(SUPPLY_TERMS, *told(following))


def _resolve_suppliers(frame: pl.DataFrame) -> Resolved:
    return numbered(frame, frame.drop(ROW).with_columns(pl.col("email").fill_null("")).to_dicts()), []


def _resolve_supply_terms(frame: pl.DataFrame) -> Resolved:
    suppliers, faults_1 = lookup(frame, "supplier", ids(Supplier, "code"), "supplier")
    items, faults_2 = lookup(frame, "sku", ids(Item, "sku"), "item")
    sites, faults_3 = lookup(frame, "site", ids(Location, "code", kind="site"), "site")
    sizes, faults_4 = factors(frame, "units_per_purchase_unit")
    faults = faults_1 + faults_2 + faults_3 + faults_4 + ends_before_start(frame)
    if faults:
        return [], faults
    values = frame.drop(ROW, "supplier", "sku", "site", "units_per_purchase_unit").to_dicts()
    records = [
        {
            **row, "supplier_id": supplier, "item_id": item, "site_id": site, "supplier_sku": row["supplier_sku"] or "",
            "units_numerator": factor.numerator, "units_denominator": factor.denominator,
        }
        for row, supplier, item, site, factor in zip(values, suppliers, items, sites, sizes, strict=True)
    ]  # fmt: skip
    return numbered(frame, records), []


SUPPLIERS = Kind(
    "supplier", Supplier,
    [
        Field("code", max_length=60), Field("name", max_length=200), CURRENCY,
        Field("email", is_required=False, max_length=254, pattern=r"^[^@\s,;]+@[^@\s,;]+$",
              must_be="one address such as orders@example.com"),
    ],
    key=["code"], record_key=["code"], resolve=_resolve_suppliers,
)  # fmt: skip
SUPPLY_TERMS = Kind(
    "supply_term", SupplyTerm,
    [
        Field("supplier", max_length=60), Field("sku", max_length=60), Field("site", is_required=False, max_length=60),
        Field("supplier_sku", is_required=False, max_length=60),
        Field("purchase_unit", is_required=False, default="each", max_length=20),
        Field("units_per_purchase_unit", is_required=False, default="1", is_fraction=True),
        Field("moq", INTEGER, False, 1, at_least=1),
        Field("order_multiple", INTEGER, False, 1, at_least=1), Field("price", DECIMAL, at_least=0), CURRENCY,
        Field("lead_time_days", INTEGER, at_least=0), Field("valid_from", DATE), Field("valid_to", DATE, False),
        Field("priority", INTEGER, False, 1, at_least=1),
    ],
    key=["supplier", "sku", "site", "valid_from"], record_key=["supplier_id", "item_id", "site_id", "valid_from"],
    resolve=_resolve_supply_terms, record_names={"units_per_purchase_unit": CONVERSION},
)  # fmt: skip
