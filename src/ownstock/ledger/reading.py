"""Reading files of movements and of what is on hand: every code resolved, every fault named, nothing written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.base.presets import PLAIN, shape_of
from ownstock.base.tables import (
    BOOLEAN,
    DECIMAL,
    INSTANT,
    ROW,
    Directions,
    Fault,
    Faults,
    Field,
    Rows,
    Shape,
    Understood,
    read_rows,
)
from ownstock.base.text import plain
from ownstock.base.units import converted
from ownstock.catalog.models import Item, Location
from ownstock.catalog.rules import LocationKind, ReceivingStatus, Tracking
from ownstock.ledger.models import Lot
from ownstock.ledger.names import items_named, known_lots, known_units, locations_named
from ownstock.ledger.rules import import_forms
from ownstock.ledger.rules.materials import inexact_sentence, material_fault
from ownstock.ledger.rules.posting import MAX_KEY_LENGTH, MAX_QUANTITY, Kind, Line, Status, latest_moment

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
HEADER = ["kind", "reference", "assumed"]
ENDS = ("source", "target")
FIELDS = [
    Field("posting_key", is_required=False, max_length=MAX_KEY_LENGTH),
    Field("kind", is_required=False, choices=list(Kind)),
    Field("reference", is_required=False, default="", max_length=200), Field("sku", max_length=60),
    Field("lot", is_required=False, default="", max_length=60), Field("source", is_required=False, max_length=200),
    Field("target", is_required=False, max_length=200), Field("location", is_required=False, max_length=200),
    Field("quantity", DECIMAL), Field("unit", is_required=False, default="", max_length=20),
    Field("moved_at", INSTANT, is_required=False),
    Field("unit_cost", DECIMAL, is_required=False, at_least=0), Field("assumed", BOOLEAN, False, default=False),
    Field("source_status", is_required=False, default=Status.RELEASED.value, choices=list(Status)),
    Field("target_status", is_required=False, default=Status.RELEASED.value, choices=list(Status)),
]  # fmt: skip
ON_HAND_FIELDS = [
    Field("sku", max_length=60), Field("location", max_length=200), Field("quantity", DECIMAL, at_least=0),
    Field("unit", is_required=False, default="", max_length=20), Field("lot", is_required=False, default="", max_length=60),
    Field("status", is_required=False, default=Status.RELEASED.value, choices=list(Status)),
    Field("unit_cost", DECIMAL, is_required=False, at_least=0), Field("moved_at", INSTANT, is_required=False),
    Field("reference", is_required=False, default="", max_length=100), Field("assumed", BOOLEAN, False, default=False),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Places:
    """The catalogue's locations: ids and kinds by code, and the code of every name that means one of them."""

    ids: Mapping[str, int]
    kinds: Mapping[str, str]
    codes: Mapping[str, str]

    def only(self, kind: str, said: Mapping[str, str]) -> str:
        """The code of the location of a kind: the one that was said, or the only one.

        Raises:
            Refused: there is none, or there are several and none was said.
        """
        if kind in said:
            return said[kind]
        found = sorted(code for code, its_kind in self.kinds.items() if its_kind == kind)
        if len(found) == 1:
            return found[0]
        why = (
            f"there are {len(found)} ({', '.join(found[:5])}): say which, --place {kind}=CODE"
            if found
            else "import one first"
        )
        raise Refused(
            f"The file needs a location of kind {kind}; {why}.", code="which_place", kind=kind, found=found[:100]
        )


def read_movements(path: Path, directions: Directions) -> tuple[pl.DataFrame, Understood]:
    """The file's movements with every code resolved to its id (`sku_id`, `source_id`, `target_id`), in the file's order.

    Raises:
        Refused: with every fault, where there is one.
    """
    shape = shape_of(directions.preset, "movements")
    rows = read_rows(path, FIELDS, directions, shape)
    places = _places(directions, shape)
    lines = _with_ends(path.name, rows, places, directions, shape)
    lines = import_forms.kinds_from_ends(lines, places.kinds, rows.faults)
    lines = import_forms.with_keys(lines, _prefix(directions), rows.faults)
    return _resolved(path.name, lines, places, rows.faults), _understood(rows, lines)


def read_on_hand(path: Path, directions: Directions) -> tuple[pl.DataFrame, Understood]:
    """What a file says is on hand, as the movements that bring it there; as `read_movements` gives them."""
    shape = shape_of(directions.preset, "on-hand")
    rows = read_rows(path, ON_HAND_FIELDS, directions, shape)
    places = _places(directions, shape)
    lines = import_forms.with_places(rows.frame, "location", places.codes, rows.faults)
    import_forms.doubled_on_hand(lines, rows.faults)
    lines = import_forms.from_on_hand(lines, places.only(LocationKind.COUNT_DIFFERENCE, directions.places))
    return _resolved(path.name, lines, places, rows.faults), _understood(rows, lines)


def _prefix(directions: Directions) -> str:
    return "" if directions.preset == PLAIN else directions.preset


def _understood(rows: Rows, lines: pl.DataFrame) -> Understood:
    less = rows.frame.height - lines.height
    which = "1 row moves nothing, or is" if less == 1 else f"{less:,} rows move nothing, or are"
    told = (f"{which} the other end of a transfer in another row.",) if less else ()
    return replace(rows.understood, sentences=(*rows.understood.sentences, *told))


def _places(directions: Directions, shape: Shape | None) -> Places:
    """A place may be called by its code, by its name where that is the only one, or as a preset or a person says."""
    rows = list(Location.objects.values_list("code", "id", "kind", "name"))
    kinds = {code: kind for code, _, kind, _ in rows}
    names = Counter(name for *_, name in rows)
    codes = {name: code for code, _, _, name in rows if names[name] == 1}
    places = Places({code: pk for code, pk, *_ in rows}, kinds, {})
    for theirs, kind in (shape.aliases if shape else {}).items():
        if kind in directions.places or list(kinds.values()).count(kind) == 1:
            codes[theirs] = places.only(kind, directions.places)
    codes.update({code: code for code in kinds})
    for theirs, code in directions.places.items():
        if code not in kinds:
            raise Refused(
                f"There is no location {code!r} that {theirs!r} could mean; import it first.", code="unknown_location"
            )
    return replace(places, codes={**codes, **directions.places})


def _with_ends(name: str, rows: Rows, places: Places, directions: Directions, shape: Shape | None) -> pl.DataFrame:
    """The rows with source and target, whichever form the file has."""
    has = {field for field in (*ENDS, "location") if rows.has(field) or field in directions.values}
    _refuse_form(name, has)
    lines = rows.frame
    for column in sorted(has):
        lines = import_forms.with_places(lines, column, places.codes, rows.faults)
        empty = rows.frame.filter(pl.col(column).is_null())
        rows.faults.at(empty[ROW], column, empty[column], "a value is needed.")
    if "location" not in has:
        return lines.drop("location")
    _tell_no_kind(lines, rows.faults)
    unpaired = shape.unpaired if shape else ""
    needed = import_forms.outside_needed(lines, unpaired)
    outside = {kind: places.only(kind, directions.places) for kind in needed}
    return import_forms.from_signed(lines, outside, unpaired, rows.faults).drop("location")


def _refuse_form(name: str, has: set[str]) -> None:
    if has not in ({"source", "target"}, {"location"}):
        there = ", ".join(sorted(has)) or "none of them"
        raise Refused(
            f"{name}: movements need the columns source and target, or location alone with signed quantities; there is "
            f"{there}.",
            code="missing_column",
            columns=sorted({*ENDS} - has),
        )


def _tell_no_kind(lines: pl.DataFrame, faults: Faults) -> None:
    unsaid = lines.filter(pl.col("kind").is_null())
    known = {fault.row for fault in faults.told if fault.field == "kind"}
    unsaid = unsaid.filter(~pl.col(ROW).is_in(list(known)))
    faults.at(unsaid[ROW], "kind", unsaid["kind"], "a kind is needed: it says where the other end is.")


def _resolved(name: str, lines: pl.DataFrame, places: Places, faults: Faults) -> pl.DataFrame:
    """Ids for codes; refused with every fault where there is one."""
    _tell_form_faults(lines, faults)
    items = dict(Item.objects.values_list("sku", "id"))
    lines = _with_ids(lines, "sku", items)
    unknown = lines.filter(pl.col("sku_id").is_null() & pl.col("sku").is_not_null())
    faults.at(unknown[ROW], "sku", unknown["sku"], "is no item of the catalogue; import it first.")
    lines = _in_stock_units(lines, faults)
    faults.refuse(name)
    _tell_material_faults(lines, faults)
    faults.refuse(name)
    return _with_ids(_with_ids(lines, "source", places.ids), "target", places.ids)


def _in_stock_units(lines: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    """The rows with every quantity counted in its item's stock unit, exactly."""
    rows = lines.filter(pl.col("unit") != "").select(ROW, "sku_id", "unit", "quantity").drop_nulls()
    units = known_units(set(rows["sku_id"]))
    exact: dict[int, Decimal] = {}
    for row, item, unit, quantity in rows.iter_rows():
        factor = units.get((item, unit))
        counted = converted(quantity, *factor) if factor else None
        if factor is None:
            no_unit = f"{unit!r} is no unit of the item; import it first (`ownstock import units`)."
            faults.add([Fault(row, "unit", unit, no_unit)])
        elif counted is None:
            faults.add([Fault(row, "quantity", plain(quantity), inexact_sentence(quantity, unit, "stock units"))])
        elif counted >= MAX_QUANTITY:
            many = f"{plain(quantity)} {unit} must be below {MAX_QUANTITY:,.0f} stock units."
            faults.add([Fault(row, "quantity", plain(quantity), many)])
        else:
            exact[row] = counted
    table = pl.DataFrame({ROW: exact.keys(), "exact": exact.values()}, {ROW: lines.schema[ROW], "exact": DECIMAL})
    found = lines.join(table, on=ROW, how="left", maintain_order="left")
    return found.with_columns(pl.coalesce("exact", "quantity").alias("quantity")).drop("exact", "unit")


def _tell_material_faults(lines: pl.DataFrame, faults: Faults) -> None:
    """What their items' own rules have against rows: asked row by row, where an item has rules or a lot may have expired."""
    strict = Item.objects.exclude(tracking=Tracking.NONE, receiving_status=ReceivingStatus.RELEASED)
    mortal = Lot.objects.exclude(expires_on=None, retest_on=None).values_list("item__sku", flat=True)
    skus = {*strict.values_list("sku", flat=True), *mortal.distinct()}
    is_strict = pl.col("sku").is_in(list(skus)) if skus else pl.lit(value=False)
    is_kept_back = pl.col("source_status") != Status.RELEASED
    rows = lines.filter(is_strict | is_kept_back)
    if rows.is_empty():
        return
    items = items_named(set(rows["sku"]))
    locations = locations_named({*rows["source"], *rows["target"]})
    lots = known_lots({(items[sku].id, lot) for sku, lot in rows.select("sku", "lot").iter_rows() if lot})
    for row in rows.iter_rows(named=True):
        item = items[row["sku"]]
        line = Line(
            row["sku"],
            row["source"],
            row["target"],
            row["quantity"],
            row["lot"],
            row["source_status"],
            row["target_status"],
        )
        fault = material_fault(
            line, item, locations[line.source], locations[line.target], lots.get((item.id, line.lot)),
            at=row["moved_at"] or timezone.now(),
        )  # fmt: skip
        if fault:
            faults.at(pl.Series([row[ROW]]), "sku", pl.Series([line.sku]), fault)


def _with_ids(lines: pl.DataFrame, column: str, ids: Mapping[str, int]) -> pl.DataFrame:
    codes = pl.DataFrame(
        {column: list(ids), f"{column}_id": list(ids.values())},
        schema=[(column, pl.String), (f"{column}_id", pl.Int64)],
    )
    return lines.join(codes, on=column, how="left", maintain_order="left")


def _tell_form_faults(lines: pl.DataFrame, faults: Faults) -> None:
    """What rules of postings say of rows: asked of whole columns at once."""
    quantity, moved_at = pl.col("quantity"), pl.col("moved_at")
    _tell(faults, lines.filter(quantity <= 0), "quantity", "must be above zero; the direction is in source and target.")
    _tell(faults, lines.filter(quantity >= MAX_QUANTITY), "quantity", f"must be below {MAX_QUANTITY:,.0f}.")
    ahead = lines.filter(moved_at > latest_moment(timezone.now()))
    _tell(faults, ahead, "moved_at", "is yet to come; goods are posted when they have moved.")
    _tell(faults, lines.filter(moved_at < EARLIEST), "moved_at", "lies before 1970; look at the year.")
    still = (pl.col("source") == pl.col("target")) & (pl.col("source_status") == pl.col("target_status"))
    _tell(faults, lines.filter(still), "target", "is where the row begins; it moves nothing.")
    long = lines.filter(pl.col("posting_key").str.len_chars() > MAX_KEY_LENGTH)
    _tell(faults, long, "reference", f"makes a posting key of more than {MAX_KEY_LENGTH} characters.")
    keyed = lines.filter(pl.col("posting_key").is_not_null())
    for column in HEADER:
        differs = keyed.filter(pl.col(column).ne_missing(pl.col(column).first().over("posting_key")))
        _tell(faults, differs, column, "differs from an earlier row of the same posting key.")


def _tell(faults: Faults, rows: pl.DataFrame, column: str, sentence: str) -> None:
    faults.at(rows[ROW], column, rows.select(_shown(column, rows.schema[column])).to_series(), sentence)


def _shown(column: str, dtype: pl.DataType) -> pl.Expr:
    """A value as a person would have written it."""
    if dtype == INSTANT:
        return pl.col(column).dt.to_string("%Y-%m-%dT%H:%M:%SZ")
    if dtype == DECIMAL:
        return pl.col(column).cast(pl.String).str.replace(r"\.?0+$", "")
    return pl.col(column).cast(pl.String)
