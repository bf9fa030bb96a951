"""Importing customers and demand lines from files that people bring: every fault by row, a dry run, all rows or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl
from django.db import transaction

from ownstock.base.presets import shape_of
from ownstock.base.tables import AS_IT_IS, DATE, DECIMAL, INTEGER, ROW, Directions, Fault, Field, Rows, read_rows
from ownstock.catalog.imports import Imported
from ownstock.catalog.models import Item, Location
from ownstock.catalog.rules import LocationKind
from ownstock.demand.actions import enter, set_customer
from ownstock.demand.actions.customers import MAX_DAYS
from ownstock.demand.models import Customer, DemandLine
from ownstock.demand.rules import EnteredLine
from ownstock.demand.rules.lines import MAX_KEY_LENGTH, MAX_LINES, MAX_REFERENCE_LENGTH

CUSTOMERS = [
    Field("code", max_length=60), Field("name", max_length=200),
    Field("minimum_remaining_life_days", INTEGER, False, 0, at_least=0, below=MAX_DAYS + 1),
]  # fmt: skip
DEMAND_LINES = [
    Field("key", max_length=MAX_KEY_LENGTH), Field("customer", max_length=60), Field("sku", max_length=60),
    Field("site", max_length=60), Field("quantity", DECIMAL, below=10**13), Field("wanted_on", DATE),
    Field("reference", is_required=False, default="", max_length=MAX_REFERENCE_LENGTH),
]  # fmt: skip


@transaction.atomic
def import_customers(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import customers. Columns: code, name, minimum_remaining_life_days (default 0)."""
    rows = read_rows(path, CUSTOMERS, directions, shape_of(directions.preset, "customers"))
    rows.faults.add(_doubled(rows.frame, "code"))
    rows.faults.refuse(path.name)
    kept = {code: facts for code, *facts in Customer.objects.values_list("code", "name", "minimum_remaining_life_days")}
    created = updated = 0
    for code, name, days in rows.frame.select("code", "name", "minimum_remaining_life_days").iter_rows():
        created += code not in kept
        updated += code in kept and kept[code] != [name, days]
        set_customer(code, name, minimum_remaining_life_days=days, actor=actor)
    return _imported("customer", rows, created, updated, dry_run=dry_run)


@transaction.atomic
def import_demand_lines(
    path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS
) -> Imported:
    """Import what customers want; a key that was entered before is the same line.

    Columns: key, customer, sku, site, quantity (stock units), wanted_on, reference.
    """
    rows = read_rows(path, DEMAND_LINES, directions, shape_of(directions.preset, "demand-lines"))
    rows.faults.add([*_doubled(rows.frame, "key"), *_not_positive(rows.frame), *_unknown(rows.frame)])
    rows.faults.refuse(path.name)
    before = DemandLine.objects.count()
    lines = [EnteredLine(**row) for row in rows.frame.drop(ROW).iter_rows(named=True)]
    for first in range(0, len(lines), MAX_LINES):
        enter(lines[first : first + MAX_LINES], actor=actor)
    return _imported("demand_line", rows, DemandLine.objects.count() - before, 0, dry_run=dry_run)


def _imported(noun: str, rows: Rows, created: int, updated: int, *, dry_run: bool) -> Imported:
    if dry_run:
        transaction.set_rollback(True)
    height = rows.frame.height
    return Imported(noun, height, created, updated, height - created - updated, rows.understood)


def _doubled(frame: pl.DataFrame, key: str) -> list[Fault]:
    later = frame.filter(~pl.col(key).is_first_distinct() & pl.col(key).is_not_null())
    return [
        Fault(row, key, code, f"{code!r} stands in an earlier row too.")
        for row, code in later.select(ROW, key).iter_rows()
    ]


def _not_positive(frame: pl.DataFrame) -> list[Fault]:
    wrong = frame.filter(pl.col("quantity") <= 0).select(ROW, "quantity")
    return [
        Fault(row, "quantity", str(quantity), "The quantity must be above zero.") for row, quantity in wrong.iter_rows()
    ]


def _unknown(frame: pl.DataFrame) -> list[Fault]:
    known: Mapping[str, Iterable[str]] = {
        "customer": Customer.objects.values_list("code", flat=True),
        "sku": Item.objects.values_list("sku", flat=True),
        "site": Location.objects.filter(kind=LocationKind.SITE).values_list("code", flat=True),
    }
    return [
        Fault(row, column, code, f"there is no {'item' if column == 'sku' else column} {code!r}; import it first.")
        for column, codes in known.items()
        for row, code in frame.filter(~pl.col(column).is_in(list(codes))).select(ROW, column).iter_rows()
        if code is not None
    ]
