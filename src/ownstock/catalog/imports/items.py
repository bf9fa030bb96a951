"""Importing items, their other units, and where they are planned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import polars as pl

from ownstock.base.errors import Refused
from ownstock.base.tables import AS_IT_IS, DECIMAL, INTEGER, MAX_INTEGER, ROW, Directions, Fault, Field
from ownstock.catalog.imports.columns import CONVERSION, factors, ids, lookup, numbered
from ownstock.catalog.imports.kind import Imported, Kind, Resolved, bring_in
from ownstock.catalog.item_changes import ItemChange, Record, objections_to
from ownstock.catalog.models import Item, ItemSite, ItemUnit, Location
from ownstock.catalog.rules import ReceivingStatus, ReleaseNeeds, Tracking, UnservedDemand, ValuationMethod
from ownstock.catalog.rules.gtins import gtin_of

MOST_RELEASE_DAYS = 3_650


def import_items(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import items.

    Columns: sku, description, unit (default each), unit_cost, tracking (default none), receiving_status (default released),
    release_days (empty: goods in quarantine are not counted on), release_needs (default nothing; conformity: a certificate
    of conformity for what is released), valuation_method (default moving_average), category, gtin (of a stock unit: 8, 12,
    13 or 14 digits, kept as 14), weight_kg and volume_l (of a stock unit).
    """
    return bring_in(ITEMS, path, actor=actor, dry_run=dry_run, directions=directions)


def import_units(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import other units that items are counted in.

    Columns: sku, unit, stock_units (`12`, `0.5` or `1/3`), per_units (default 1): so many stock
    units are so many of the unit.
    """
    return bring_in(UNITS, path, actor=actor, dry_run=dry_run, directions=directions)


def import_item_sites(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import which items are planned where.

    Columns: sku, site, review_period_days (default 7), holding_rate (a year), shortage_cost (a unit), unserved_demand.
    """
    return bring_in(ITEM_SITES, path, actor=actor, dry_run=dry_run, directions=directions)


def _resolve_items(frame: pl.DataFrame) -> Resolved:
    gtins, faults = _gtins(frame)
    faults += _gtins_again(frame, gtins) if not faults else []
    faults += _unreleasable(_new(frame))
    if faults:
        return [], faults
    records = frame.drop(ROW).with_columns(pl.col("category").fill_null(""), gtin=pl.Series(gtins, dtype=pl.String))
    return numbered(frame, records.to_dicts()), []


def _new(frame: pl.DataFrame) -> list[tuple[int, Record]]:
    """The rows of items that are not in the catalogue yet."""
    known = ids(Item, "sku")
    return [(row[ROW], row) for row in frame.to_dicts() if row["sku"] not in known]


def _unreleasable(rows: Iterable[tuple[int, Record]]) -> list[Fault]:
    """Items whose goods need certificates before a release that they never go through."""
    return [
        Fault(
            row, "release_needs", str(item["release_needs"]),
            f"{item['sku']} needs certificates before its release; its receiving_status must be quarantine.",
        )
        for row, item in rows
        if item["release_needs"] == ReleaseNeeds.CONFORMITY and item["receiving_status"] != ReceivingStatus.QUARANTINE
    ]  # fmt: skip


def _objections(changes: Sequence[ItemChange]) -> list[Fault]:
    return objections_to(changes) + _unreleasable((row, new) for row, _, new in changes)


def _gtins(frame: pl.DataFrame) -> tuple[list[str | None], list[Fault]]:
    found: list[str | None] = []
    faults = []
    for row, said in frame.select(ROW, "gtin").iter_rows():
        try:
            found.append(gtin_of(said) if said else None)
        except Refused as refusal:
            faults.append(Fault(row, "gtin", said, refusal.sentence))
    return found, faults


def _gtins_again(frame: pl.DataFrame, gtins: Sequence[str | None]) -> list[Fault]:
    """Rows with a GTIN that another item has, in the file or in the catalogue."""
    known: dict[str | None, str] = dict(Item.objects.exclude(gtin=None).values_list("gtin", "sku"))
    faults = []
    for (row, sku), gtin in zip(frame.select(ROW, "sku").iter_rows(), gtins, strict=True):
        if gtin and known.setdefault(gtin, sku) != sku:
            sentence = f"{known[gtin]} has the GTIN {gtin}; an item has its own. Take it off {known[gtin]} first."
            faults.append(Fault(row, "gtin", gtin, sentence))
    return faults


def _resolve_units(frame: pl.DataFrame) -> Resolved:
    items, faults_1 = lookup(frame, "sku", ids(Item, "sku"), "item")
    above, faults_2 = factors(frame, "stock_units")
    below, faults_3 = factors(frame, "per_units")
    sizes = [stock_units / units if units else stock_units for stock_units, units in zip(above, below, strict=True)]
    faults = faults_1 + faults_2 + faults_3 + _stock_units_again(frame)
    faults = faults or _too_fine(frame, sizes)
    if faults:
        return [], faults
    records = [
        {"item_id": item, "unit": unit, "units_numerator": factor.numerator, "units_denominator": factor.denominator}
        for item, unit, factor in zip(items, frame["unit"], sizes, strict=True)
    ]
    return numbered(frame, records), []


def _stock_units_again(frame: pl.DataFrame) -> list[Fault]:
    """Units that are what their item is counted in anyhow."""
    stock_units = dict(Item.objects.values_list("sku", "unit"))
    return [
        Fault(row, "unit", unit, f"{unit!r} is the stock unit of {sku}; name other units alone.")
        for row, sku, unit in frame.select(ROW, "sku", "unit").iter_rows()
        if unit and stock_units.get(sku) == unit
    ]


def _too_fine(frame: pl.DataFrame, sizes: Sequence[Fraction]) -> list[Fault]:
    return [
        Fault(row, "stock_units", str(factor), f"{factor} has a part above {MAX_INTEGER:,}.")
        for row, factor in zip(frame[ROW], sizes, strict=True)
        if max(factor.numerator, factor.denominator) > MAX_INTEGER
    ]


def _resolve_item_sites(frame: pl.DataFrame) -> Resolved:
    items, faults_1 = lookup(frame, "sku", ids(Item, "sku"), "item")
    sites, faults_2 = lookup(frame, "site", ids(Location, "code", kind="site"), "site")
    if faults_1 or faults_2:
        return [], faults_1 + faults_2
    values = frame.drop(ROW, "sku", "site").to_dicts()
    records = [{**r, "item_id": item, "site_id": site} for r, item, site in zip(values, items, sites, strict=True)]
    return numbered(frame, records), []


ITEMS = Kind(
    "item", Item,
    [
        Field("sku", max_length=60), Field("description", is_one_line=False),
        Field("unit", is_required=False, default="each", max_length=20), Field("unit_cost", DECIMAL, at_least=0),
        Field("tracking", is_required=False, default=Tracking.NONE.value, choices=list(Tracking)),
        Field("receiving_status", is_required=False, default=ReceivingStatus.RELEASED.value,
              choices=list(ReceivingStatus)),
        Field("release_days", INTEGER, False, at_least=0, below=MOST_RELEASE_DAYS + 1),
        Field("release_needs", is_required=False, default=ReleaseNeeds.NOTHING.value, choices=list(ReleaseNeeds)),
        Field("valuation_method", is_required=False, default=ValuationMethod.MOVING_AVERAGE.value,
              choices=list(ValuationMethod)),
        Field("category", is_required=False, max_length=60), Field("gtin", is_required=False, max_length=14),
        Field("weight_kg", DECIMAL, False, at_least=0),
        Field("volume_l", DECIMAL, False, at_least=0),
    ],
    key=["sku"], record_key=["sku"], resolve=_resolve_items, objections=_objections,
)  # fmt: skip
UNITS = Kind(
    "unit", ItemUnit,
    [
        Field("sku", max_length=60), Field("unit", max_length=20), Field("stock_units", is_fraction=True),
        Field("per_units", is_required=False, default="1", is_fraction=True),
    ],
    key=["sku", "unit"], record_key=["item_id", "unit"], resolve=_resolve_units,
    record_names={"stock_units": CONVERSION, "per_units": ()},
)  # fmt: skip
ITEM_SITES = Kind(
    "item_site", ItemSite,
    [
        Field("sku", max_length=60), Field("site", max_length=60),
        Field("review_period_days", INTEGER, False, 7, at_least=1), Field("holding_rate", DECIMAL, at_least=0, below=10_000),
        Field("shortage_cost", DECIMAL, at_least=0), Field("unserved_demand", choices=list(UnservedDemand)),
    ],
    key=["sku", "site"], record_key=["item_id", "site_id"], resolve=_resolve_item_sites,
)  # fmt: skip
