"""Importing what suppliers delivered before, so that lead times are known on the first day: every fault by row.

A file of another system has rows that tell nothing: no day of the order, delivered before it was ordered. They are faults
like any other, and the file is refused; or, as a person says, they are left out and counted by reason.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from django.db import connection, transaction

from ownstock.base.fingerprints import fingerprint
from ownstock.base.tables import AS_IT_IS, DECIMAL, ROW, Directions, Fault, Field, Understood, read_rows
from ownstock.catalog.models import Item, Location, Supplier
from ownstock.catalog.rules import LocationKind
from ownstock.journal import actions as journal
from ownstock.ledger.models import ImportedFile
from ownstock.purchasing.models import PastDelivery
from ownstock.purchasing.rules.past_days import read_days, unscrambled

LOCK = 0x0D5_7020
DAYS = ("ordered_on", "promised_on", "received_on")
NAMES = ("supplier", "sku", "site")
FIELDS = [
    Field("supplier", max_length=200), Field("order_number", max_length=60), Field("sku", max_length=500),
    Field("site", max_length=200), *(Field(name, max_length=60, is_required=False, default="") for name in DAYS),
    Field("quantity", DECIMAL, below=10**13), Field("shipment", is_required=False, default="", max_length=60),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImportedDeliveries:
    """What an import of past deliveries did, or would do; `left_out` says how many rows were left out, by reason."""

    rows: int
    created: int
    unchanged: int
    left_out: dict[str, int] = field(default_factory=dict)
    file: int | None = None
    understood: Understood = field(default_factory=Understood)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that cannot be used: where, and why in words that name the value, and in words that do not."""

    fault: Fault
    reason: str


@transaction.atomic
def import_past_deliveries(
    path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS, leaves_out: bool = False
) -> ImportedDeliveries:
    """Keep past deliveries of a file; a row that was brought before is the same delivery.

    Columns: supplier (code or name), order_number, sku (or description), site (code or name), ordered_on, promised_on,
    received_on, quantity (stock units), shipment (what arrived together; empty: by order and day). Where it `leaves_out`,
    rows at fault are counted by reason instead.

    Raises:
        Refused: rows at fault, each named.
    """
    rows = read_rows(path, FIELDS, directions)
    frame, wrong = _understood(rows.frame, directions.dates)
    if not leaves_out:
        rows.faults.add(one.fault for one in wrong)
        rows.faults.refuse(path.name)
    reasons = _unread(rows.frame) | {one.fault.row: one.reason for one in reversed(wrong)}
    kept = frame.filter(~pl.col(ROW).is_in(list(reasons)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    created, file = _kept(path, kept, actor)
    if dry_run:
        transaction.set_rollback(True)
    number = file.pk if file and not dry_run else None
    left_out = dict(Counter(reasons.values()).most_common())
    return ImportedDeliveries(
        frame.height, created, kept.height - created, left_out, number, rows.understood
    )  # fmt: skip


def _unread(frame: pl.DataFrame) -> dict[int, str]:
    """Rows in which something is missing that is needed, and what."""
    return {
        row: f"{name}: missing or not readable"
        for name in ("quantity", "order_number")
        for row in frame.filter(pl.col(name).is_null())[ROW]
    }


def _understood(frame: pl.DataFrame, order: str) -> tuple[pl.DataFrame, list[Wrong]]:
    """The rows with days and ids in place of what is written, null where it means nothing, and what is wrong with them."""
    wrong: list[Wrong] = []
    columns = {}
    for name in DAYS:
        days, _ = read_days(frame[name].fill_null(""), order)
        columns[name] = frame[name].fill_null("").replace_strict(days, return_dtype=pl.Date)
        reason = f"{name}: no day that can be read"
        wrong += _at(
            frame, columns[name].is_null(), name, reason, "{!r} is no day that can be read; such as 2026-03-31."
        )
    known = _known()
    for name in NAMES:
        meant = frame[name].fill_null("").map_elements(unscrambled, return_dtype=pl.String)
        columns[f"{name}_id"] = meant.replace_strict(known[name], default=None, return_dtype=pl.Int64)
        reason, told = (
            f"{name}: not known here",
            f"there is no {'item' if name == 'sku' else name} {{!r}}; import it first.",
        )
        wrong += _at(frame, columns[f"{name}_id"].is_null(), name, reason, told)
    found = frame.with_columns(**columns)
    late = (found["received_on"] < found["ordered_on"]).fill_null(value=False)
    wrong += _at(frame, late, "received_on", "received before it was ordered", "{!r} is before the day of the order.")
    nothing = (found["quantity"] <= 0).fill_null(value=False)
    wrong += _at(frame, nothing, "quantity", "quantity: not above zero", "{!r} is not above zero.")
    return found, wrong


def _at(frame: pl.DataFrame, is_wrong: pl.Series, name: str, reason: str, sentence: str) -> list[Wrong]:
    bad = frame.filter(is_wrong).select(ROW, name).iter_rows()
    return [Wrong(Fault(row, name, str(value), sentence.format(str(value))), reason) for row, value in bad]


def _known() -> dict[str, dict[str, int]]:
    """What names are known, codes before names; a name that two share means neither."""
    sites = Location.objects.filter(kind=LocationKind.SITE)
    return {
        "supplier": _named(Supplier.objects.values_list("id", "code", "name")),
        "sku": _named(Item.objects.values_list("id", "sku", "description")),
        "site": _named(sites.values_list("id", "code", "name")),
    }


def _named(rows: Iterable[tuple[int, str, str]]) -> dict[str, int]:
    rows = list(rows)
    shared = Counter(name for _, _, name in rows)
    return {name: pk for pk, _, name in rows if name and shared[name] == 1} | {code: pk for pk, code, _ in rows}


def _kept(path: Path, rows: pl.DataFrame, actor: str) -> tuple[int, ImportedFile | None]:
    """Write the rows that are new, and the file they came with."""
    hashes = _hashes(rows)
    standing = PastDelivery.objects.filter(imported_file__undone_at=None)
    before = {bytes(found) for found in standing.values_list("row_hash", flat=True).iterator()}
    new = [(row, key) for row, key in zip(rows.iter_rows(named=True), hashes, strict=True) if key not in before]
    if not new:
        return 0, None
    digest = hashlib.sha256(path.read_bytes()).digest()
    file = ImportedFile.objects.create(name=path.name[:200], content_hash=digest, row_count=rows.height, actor=actor)
    PastDelivery.objects.bulk_create((_delivery(file, row, key) for row, key in new), batch_size=5_000)
    journal.record(
        actor=actor, verb="purchasing.past_deliveries_imported", subject="past_deliveries",
        new={"file": path.name, "number": file.pk, "rows": rows.height, "deliveries": len(new)},
    )  # fmt: skip
    return len(new), file


def _hashes(rows: pl.DataFrame) -> list[bytes]:
    """What each row says; of several that say the same, each its own."""
    seen: Counter[tuple[object, ...]] = Counter()
    hashes = []
    for row in rows.drop(ROW, *NAMES).iter_rows():
        seen[row] += 1
        hashes.append(fingerprint([*row, seen[row]]))
    return hashes


def _delivery(file: ImportedFile, row: Mapping[str, object], key: bytes) -> PastDelivery:
    names: Mapping[str, object] = {
        "supplier_id": row["supplier_id"], "item_id": row["sku_id"], "site_id": row["site_id"],
    }  # fmt: skip
    told = {name: row[name] for name in ("order_number", "shipment", *DAYS, "quantity")}
    return PastDelivery(imported_file=file, row_hash=key, **names, **told)
