"""Importing the catalogue from files that people bring: every fault by row, a dry run, all rows or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import polars as pl
from django.db import models, transaction

from ownstock.base.presets import shape_of
from ownstock.base.tables import (
    AS_IT_IS,
    DATE,
    DECIMAL,
    INTEGER,
    MAX_INTEGER,
    ROW,
    Directions,
    Fault,
    Field,
    Rows,
    Understood,
    read_rows,
)
from ownstock.catalog.item_changes import objections_to
from ownstock.catalog.models import Item, ItemSite, ItemUnit, Location, Supplier, SupplyTerm
from ownstock.catalog.rules import (
    LocationKind,
    ReceivingStatus,
    Tracking,
    UnservedDemand,
    ValuationMethod,
    nearest_site,
)
from ownstock.journal import actions as journal

Record = dict[str, Any]
Resolved = tuple[list[tuple[int, Record]], list[Fault]]
MOST_RELEASE_DAYS = 3_650
CONVERSION = ("units_numerator", "units_denominator")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do: how many rows it read, of these new, changed, as they were; how it read them."""

    name: str
    rows: int
    created: int
    updated: int
    unchanged: int
    understood: Understood = field(default_factory=Understood)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of import: its columns, its rows' own key, and how rows become records of a model.

    `record_names` holds, for columns that a record has under other names, these.
    """

    noun: str
    model: type[models.Model]
    fields: Sequence[Field]
    key: Sequence[str]
    record_key: Sequence[str]
    resolve: Callable[[pl.DataFrame], Resolved]
    record_names: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def plural(self) -> str:
        """Its name on the command line and in presets."""
        return f"{self.noun.replace('_', '-')}s"


def import_locations(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import sites, bins and the world outside. Columns: code, name, kind, parent, time_zone (needed for a site)."""
    return _import(LOCATIONS, path, actor=actor, dry_run=dry_run, directions=directions)


def import_items(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import items.

    Columns: sku, description, unit (default each), unit_cost, tracking (default none), receiving_status (default released),
    release_days (empty: goods in quarantine are not counted on), valuation_method (default moving_average).
    """
    return _import(ITEMS, path, actor=actor, dry_run=dry_run, directions=directions)


def import_units(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import other units that items are counted in.

    Columns: sku, unit, stock_units (`12`, `0.5` or `1/3`), per_units (default 1): so many stock
    units are so many of the unit.
    """
    return _import(UNITS, path, actor=actor, dry_run=dry_run, directions=directions)


def import_suppliers(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import suppliers. Columns: code, name, email, currency."""
    return _import(SUPPLIERS, path, actor=actor, dry_run=dry_run, directions=directions)


def import_supply_terms(
    path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS
) -> Imported:
    """Import on which terms suppliers sell items.

    Columns: supplier, sku, site (empty: all), supplier_sku, purchase_unit, units_per_purchase_unit (`12` or `1/3`), moq and
    order_multiple (stock units), price (of a stock unit), currency, lead_time_days, valid_from, valid_to, priority.
    """
    return _import(SUPPLY_TERMS, path, actor=actor, dry_run=dry_run, directions=directions)


def import_item_sites(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import which items are planned where.

    Columns: sku, site, review_period_days (default 7), holding_rate (a year), shortage_cost (a unit), unserved_demand.
    """
    return _import(ITEM_SITES, path, actor=actor, dry_run=dry_run, directions=directions)


@transaction.atomic
def _import(kind: Kind, path: Path, *, actor: str, dry_run: bool, directions: Directions) -> Imported:
    """Read, check, compare with what is kept, write all or nothing."""
    rows = read_rows(path, kind.fields, directions, shape_of(directions.preset, kind.plural))
    numbered, unresolved = kind.resolve(rows.frame)
    rows.faults.add([*_doubled(rows.frame, kind.key), *unresolved])
    rows.faults.refuse(path.name)
    kept, unsaid = _kept(kind), _unsaid(kind, rows, directions)
    created = [record for _, record in numbered if _key(kind, record) not in kept]
    pairs = [
        (row, old, {name: old[name] if name in unsaid else value for name, value in record.items()})
        for row, record in numbered
        if (old := kept.get(_key(kind, record)))
    ]
    updated = [(row, old, new) for row, old, new in pairs if any(old[name] != value for name, value in new.items())]
    if kind is ITEMS:
        rows.faults.add(objections_to(updated))
        rows.faults.refuse(path.name)
    if not dry_run:
        _write(kind, [*created, *(new for _, _, new in updated)])
        if kind is LOCATIONS:
            _assign_places(rows.frame, with_parents="parent" not in unsaid)
        _tell(kind, path, created, [(old, new) for _, old, new in updated], actor)
    unchanged = len(pairs) - len(updated)
    return Imported(kind.noun, len(numbered), len(created), len(updated), unchanged, rows.understood)


def _unsaid(kind: Kind, rows: Rows, directions: Directions) -> set[str]:
    """The names in a record of what neither the file nor a person tells: of what is kept, it stays as it is."""
    silent = [one.name for one in kind.fields if not rows.has(one.name) and one.name not in directions.values]
    return {name for column in silent for name in kind.record_names.get(column, [column])}


def _kept(kind: Kind) -> dict[tuple[Any, ...], Record]:
    return {_key(kind, row): row for row in kind.model._default_manager.values()}


def _key(kind: Kind, record: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(record[name] for name in kind.record_key)


def _write(kind: Kind, records: list[Record]) -> None:
    if not records:
        return
    kind.model._default_manager.bulk_create(
        [kind.model(**record) for record in records],
        update_conflicts=True,
        unique_fields=list(kind.record_key),
        update_fields=[name for name in records[0] if name not in kind.record_key],
        batch_size=2_000,
    )


def _tell(kind: Kind, path: Path, created: list[Record], updated: list[tuple[Record, Record]], actor: str) -> None:
    """Write one event for the import, and one for each row it changed with what was there before."""
    counts = {"file": path.name, "created": len(created), "updated": len(updated)}
    journal.record(actor=actor, verb="catalog.imported", subject=f"catalog:{kind.noun}", new=counts)
    for old, new in updated:
        subject = f"{kind.noun}:{'/'.join(map(str, _key(kind, new)))}"
        changed = [name for name, value in new.items() if old[name] != value]
        before, after = {name: str(old[name]) for name in changed}, {name: str(new[name]) for name in changed}
        journal.record(actor=actor, verb="catalog.changed", subject=subject, old=before, new=after)


def _doubled(frame: pl.DataFrame, key: Sequence[str]) -> list[Fault]:
    later = frame.filter(~pl.struct(key).is_first_distinct() & pl.col(key[0]).is_not_null())
    return [
        Fault(row[ROW], key[0], str(row[key[0]]), f"{_shown(row, key)} stands in an earlier row too.")
        for row in later.iter_rows(named=True)
    ]


def _shown(row: Mapping[str, Any], key: Sequence[str]) -> str:
    return " ".join(repr(str(row[name])) for name in key if row[name] not in (None, ""))


def _lookup(
    frame: pl.DataFrame, column: str, ids: Mapping[str, int], noun: str
) -> tuple[list[int | None], list[Fault]]:
    """The ids that a column's codes mean, None for empty ones, with a fault for each code that means nothing."""
    codes = frame[column].to_list()
    faults = [
        Fault(row, column, code, f"there is no {noun} {code!r}; import it first.")
        for row, code in zip(frame[ROW], codes, strict=True)
        if code and code not in ids
    ]
    return [ids.get(code) if code else None for code in codes], faults


def _ids(model: type[models.Model], code: str, **where: Any) -> dict[str, int]:
    return dict(model._default_manager.filter(**where).values_list(code, "id"))


def _numbered(frame: pl.DataFrame, records: Iterable[Record]) -> list[tuple[int, Record]]:
    return list(zip(frame[ROW].to_list(), records, strict=True))


def _resolve_items(frame: pl.DataFrame) -> Resolved:
    return _numbered(frame, frame.drop(ROW).to_dicts()), []


def _resolve_suppliers(frame: pl.DataFrame) -> Resolved:
    return _numbered(frame, frame.drop(ROW).with_columns(pl.col("email").fill_null("")).to_dicts()), []


def _resolve_locations(frame: pl.DataFrame) -> Resolved:
    """Locations name their parents by code, in the file or in the catalogue; those of the file are made first."""
    faults = []
    known, zones = _ids(Location, "code"), available_timezones()
    here = set(frame["code"].drop_nulls())
    for row in frame.iter_rows(named=True):
        if row["kind"] == LocationKind.SITE and row["time_zone"] not in zones:
            sentence = "a site needs its time zone by its IANA name, such as Europe/London."
            faults.append(Fault(row[ROW], "time_zone", row["time_zone"] or "", sentence))
        if row["parent"] and row["parent"] not in known and row["parent"] not in here:
            sentence = f"there is no location {row['parent']!r}; add it or import it first."
            faults.append(Fault(row[ROW], "parent", row["parent"], sentence))
    faults += _rings(frame)
    if faults:
        return [], faults
    records = [
        {"code": r["code"], "name": r["name"], "kind": r["kind"], "time_zone": r["time_zone"] or ""}
        for r in frame.iter_rows(named=True)
    ]
    return _numbered(frame, records), []


def _rings(frame: pl.DataFrame) -> list[Fault]:
    """Locations that would lie in themselves, by way of their parents."""
    parents = dict(Location.objects.values_list("code", "parent__code"))
    parents.update(zip(frame["code"], frame["parent"], strict=True))
    return [
        Fault(row, "parent", parent, f"{code!r} would lie in itself.")
        for row, code, parent in frame.select(ROW, "code", "parent").iter_rows()
        if parent and _meets_itself(code, parents)
    ]


def _meets_itself(code: str, parents: Mapping[str, str | None]) -> bool:
    here, seen = parents.get(code), set[str]()
    while here and here != code and here not in seen:
        seen.add(here)
        here = parents.get(here)
    return here == code


def _assign_places(frame: pl.DataFrame, *, with_parents: bool) -> None:
    """Give each imported location its parent, where the file has them, and every location the nearest site above it."""
    rows = {row.code: row for row in Location.objects.select_related("parent")}
    parents = {code: row.parent.code if row.parent else None for code, row in rows.items()}
    if with_parents:
        parents.update(zip(frame["code"], frame["parent"], strict=True))
    kinds = {code: row.kind for code, row in rows.items()}
    for code, row in rows.items():
        parent, site = parents[code], nearest_site(code, kinds, parents)
        row.parent = rows[parent] if parent else None
        row.site = rows[site] if site else None
    Location.objects.bulk_update(rows.values(), ["parent", "site"], batch_size=1_000)


def _resolve_supply_terms(frame: pl.DataFrame) -> Resolved:
    suppliers, faults_1 = _lookup(frame, "supplier", _ids(Supplier, "code"), "supplier")
    items, faults_2 = _lookup(frame, "sku", _ids(Item, "sku"), "item")
    sites, faults_3 = _lookup(frame, "site", _ids(Location, "code", kind="site"), "site")
    factors, faults_4 = _factors(frame, "units_per_purchase_unit")
    faults = faults_1 + faults_2 + faults_3 + faults_4 + _ends_before_start(frame)
    if faults:
        return [], faults
    values = frame.drop(ROW, "supplier", "sku", "site", "units_per_purchase_unit").to_dicts()
    records = [
        {
            **row, "supplier_id": supplier, "item_id": item, "site_id": site, "supplier_sku": row["supplier_sku"] or "",
            "units_numerator": factor.numerator, "units_denominator": factor.denominator,
        }
        for row, supplier, item, site, factor in zip(values, suppliers, items, sites, factors, strict=True)
    ]  # fmt: skip
    return _numbered(frame, records), []


def _resolve_units(frame: pl.DataFrame) -> Resolved:
    items, faults_1 = _lookup(frame, "sku", _ids(Item, "sku"), "item")
    above, faults_2 = _factors(frame, "stock_units")
    below, faults_3 = _factors(frame, "per_units")
    factors = [stock_units / units if units else stock_units for stock_units, units in zip(above, below, strict=True)]
    faults = faults_1 + faults_2 + faults_3 + _stock_units_again(frame)
    faults = faults or _too_fine(frame, factors)
    if faults:
        return [], faults
    records = [
        {"item_id": item, "unit": unit, "units_numerator": factor.numerator, "units_denominator": factor.denominator}
        for item, unit, factor in zip(items, frame["unit"], factors, strict=True)
    ]
    return _numbered(frame, records), []


def _stock_units_again(frame: pl.DataFrame) -> list[Fault]:
    """Units that are what their item is counted in anyhow."""
    stock_units = dict(Item.objects.values_list("sku", "unit"))
    return [
        Fault(row, "unit", unit, f"{unit!r} is the stock unit of {sku}; name other units alone.")
        for row, sku, unit in frame.select(ROW, "sku", "unit").iter_rows()
        if unit and stock_units.get(sku) == unit
    ]


def _too_fine(frame: pl.DataFrame, factors: Sequence[Fraction]) -> list[Fault]:
    return [
        Fault(row, "stock_units", str(factor), f"{factor} has a part above {MAX_INTEGER:,}.")
        for row, factor in zip(frame[ROW], factors, strict=True)
        if max(factor.numerator, factor.denominator) > MAX_INTEGER
    ]


def _factors(frame: pl.DataFrame, column: str) -> tuple[list[Fraction], list[Fault]]:
    """The numbers and fractions of a column, exactly; those that could not be read were told before, and are zero."""
    factors, faults = [], []
    for row, text in zip(frame[ROW], frame[column], strict=True):
        factor = Fraction(text or 0)
        if text and not (0 < factor.numerator <= MAX_INTEGER and factor.denominator <= MAX_INTEGER):
            faults.append(Fault(row, column, text, f"{text!r} must be a number above zero: 12, 0.5 or 1/3."))
        factors.append(factor)
    return factors, faults


def _ends_before_start(frame: pl.DataFrame) -> list[Fault]:
    wrong = frame.filter(pl.col("valid_to") < pl.col("valid_from"))
    return [
        Fault(row, "valid_to", str(end), f"{end} lies before valid_from ({start}).")
        for row, start, end in wrong.select(ROW, "valid_from", "valid_to").iter_rows()
    ]


def _resolve_item_sites(frame: pl.DataFrame) -> Resolved:
    items, faults_1 = _lookup(frame, "sku", _ids(Item, "sku"), "item")
    sites, faults_2 = _lookup(frame, "site", _ids(Location, "code", kind="site"), "site")
    if faults_1 or faults_2:
        return [], faults_1 + faults_2
    values = frame.drop(ROW, "sku", "site").to_dicts()
    records = [{**r, "item_id": item, "site_id": site} for r, item, site in zip(values, items, sites, strict=True)]
    return _numbered(frame, records), []


CURRENCY = Field("currency", pattern=r"^[A-Z]{3}$", must_be="three capital letters such as EUR")
LOCATIONS = Kind(
    "location", Location,
    [
        Field("code", max_length=60), Field("name", max_length=200), Field("kind", choices=list(LocationKind)),
        Field("parent", is_required=False, max_length=60), Field("time_zone", is_required=False, max_length=60),
    ],
    key=["code"], record_key=["code"], resolve=_resolve_locations,
)  # fmt: skip
ITEMS = Kind(
    "item", Item,
    [
        Field("sku", max_length=60), Field("description", is_one_line=False),
        Field("unit", is_required=False, default="each", max_length=20), Field("unit_cost", DECIMAL, at_least=0),
        Field("tracking", is_required=False, default=Tracking.NONE.value, choices=list(Tracking)),
        Field("receiving_status", is_required=False, default=ReceivingStatus.RELEASED.value,
              choices=list(ReceivingStatus)),
        Field("release_days", INTEGER, False, at_least=0, below=MOST_RELEASE_DAYS + 1),
        Field("valuation_method", is_required=False, default=ValuationMethod.MOVING_AVERAGE.value,
              choices=list(ValuationMethod)),
    ],
    key=["sku"], record_key=["sku"], resolve=_resolve_items,
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
ITEM_SITES = Kind(
    "item_site", ItemSite,
    [
        Field("sku", max_length=60), Field("site", max_length=60),
        Field("review_period_days", INTEGER, False, 7, at_least=1), Field("holding_rate", DECIMAL, at_least=0, below=10_000),
        Field("shortage_cost", DECIMAL, at_least=0), Field("unserved_demand", choices=list(UnservedDemand)),
    ],
    key=["sku", "site"], record_key=["item_id", "site_id"], resolve=_resolve_item_sites,
)  # fmt: skip
