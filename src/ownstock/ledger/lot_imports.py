"""Importing what is known of lots from files that people bring: every fault by row, a dry run, all rows or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from django.db import transaction

from ownstock.base.presets import shape_of
from ownstock.base.tables import AS_IT_IS, DATE, ROW, Directions, Fault, Faults, Field, read_rows
from ownstock.catalog.imports import Imported
from ownstock.catalog.models import Item
from ownstock.ledger.actions.lots import describe_lot
from ownstock.ledger.models import Lot
from ownstock.ledger.names import items_named, lots_named

DAYS = ("expires_on", "retest_on")
FIELDS = [
    Field("sku", max_length=60), Field("lot", max_length=60), Field("expires_on", DATE, is_required=False),
    Field("retest_on", DATE, is_required=False), Field("reason", is_required=False, default="", max_length=300),
]  # fmt: skip
Days = dict[str, date | None]
Kept = Mapping[tuple[str, str], Days]


@transaction.atomic
def import_lots(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import until when lots may be used; lots that are not known yet are made.

    Columns: sku, lot, expires_on, retest_on, reason (needed where it changes what was said before). What the file has no
    column for stays as it is. A lot may stand in several rows that say the same.
    """
    rows = read_rows(path, FIELDS, directions, shape_of(directions.preset, "lots"))
    said = [day for day in DAYS if rows.has(day) or day in directions.values]
    kept = _kept(rows.frame)
    _tell_faults(rows.frame, kept, said, rows.faults)
    rows.faults.refuse(path.name)
    lots = rows.frame.unique(["sku", "lot"], keep="first", maintain_order=True)
    created = updated = 0
    _make(lots, kept)
    for row in lots.iter_rows(named=True):
        before = kept.get((row["sku"], row["lot"]))
        created += before is None
        updated += before is not None and before != _after(before, row, said)
        _describe(row, _after(before or dict.fromkeys(DAYS), row, said), actor)
    if dry_run:
        transaction.set_rollback(True)
    return Imported("lot", rows.frame.height, created, updated, lots.height - created - updated, rows.understood)


def _kept(frame: pl.DataFrame) -> Kept:
    """What is known of the lots that the file names."""
    lots = Lot.objects.filter(item__sku__in=frame["sku"].unique().to_list())
    rows = lots.values_list("item__sku", "code", *DAYS)
    return {
        (sku, code): {"expires_on": expires_on, "retest_on": retest_on} for sku, code, expires_on, retest_on in rows
    }


def _after(before: Days, row: Mapping[str, Any], said: list[str]) -> Days:
    return {**before, **{day: row[day] for day in said}}


def _tell_faults(frame: pl.DataFrame, kept: Kept, said: list[str], faults: Faults) -> None:
    known = set(Item.objects.values_list("sku", flat=True))
    first: dict[tuple[str, str], Days] = {}
    for row in frame.iter_rows(named=True):
        if row["sku"] and row["lot"]:
            faults.add(_faults_of(row, known, kept, said, first))


def _faults_of(
    row: Mapping[str, Any], known: set[str], kept: Kept, said: list[str], first: dict[tuple[str, str], Days]
) -> Iterator[Fault]:
    key = (row["sku"], row["lot"])
    days = _after(dict.fromkeys(DAYS), row, said)
    if row["sku"] not in known:
        yield Fault(row[ROW], "sku", row["sku"], f"there is no item {row['sku']!r}; import it first.")
    if first.setdefault(key, days) != days:
        yield Fault(row[ROW], "lot", row["lot"], f"{row['lot']!r} has other days in an earlier row.")
    before = kept.get(key)
    if before and any(before.values()) and _after(before, row, said) != before and not row["reason"].strip():
        told = f"{row['lot']!r} has other days already; say why they change, in a column reason or by --set reason=…"
        yield Fault(row[ROW], "reason", "", told)


def _make(lots: pl.DataFrame, kept: Kept) -> None:
    """Make the lots that are not known yet."""
    items = items_named(set(lots["sku"]))
    named = [(sku, lot) for sku, lot in lots.select("sku", "lot").iter_rows() if (sku, lot) not in kept]
    lots_named({(items[sku].id, lot): items[sku] for sku, lot in named})


def _describe(row: Mapping[str, Any], days: Days, actor: str) -> None:
    describe_lot(
        row["sku"], row["lot"], expires_on=days["expires_on"], retest_on=days["retest_on"], reason=row["reason"], actor=actor,
    )  # fmt: skip
