"""Importing events from files that people bring: every fault by row, a dry run, all rows or none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
from django.db import transaction

from ownstock.base.presets import shape_of
from ownstock.base.tables import AS_IT_IS, DATE, DECIMAL, ROW, Directions, Fault, Field, read_rows
from ownstock.catalog.imports import Imported
from ownstock.catalog.models import Item, Location
from ownstock.catalog.rules import LocationKind
from ownstock.demand.actions.calendar import MAX_ENTRIES, enter_events
from ownstock.demand.queries.calendar import events
from ownstock.demand.rules.calendar import EventEntry, fault_of_event

EVENTS = [
    Field("name", max_length=200), Field("from_on", DATE), Field("until_on", DATE),
    Field("factor", DECIMAL, is_required=False, default=None, below=10**4),
    Field("skus", is_required=False, default="", max_length=4_000),
    Field("categories", is_required=False, default="", max_length=4_000),
    Field("sites", is_required=False, default="", max_length=4_000),
    Field("reason", is_required=False, default="", max_length=1_000),
]  # fmt: skip
LISTS = ("skus", "categories", "sites")


@transaction.atomic
def import_events(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import events; one that stands already as it is in the file changes nothing.

    Columns: name, from_on, until_on, factor (empty: not known yet), skus, categories and sites (codes parted by `;` or `|`;
    empty: all), reason.
    """
    rows = read_rows(path, EVENTS, directions, shape_of(directions.preset, "events"))
    told = list(_entries(rows.frame))
    rows.faults.add([*_senseless(told), *_unknown(told)])
    rows.faults.refuse(path.name)
    known = {(e.name, e.from_on, e.until_on, e.factor, *map(tuple, (e.skus, e.categories, e.sites))) for e in events()}
    fresh = [entry for _, entry in told if _same(entry) not in known]
    for first in range(0, len(fresh), MAX_ENTRIES):
        enter_events(fresh[first : first + MAX_ENTRIES], actor=actor)
    if dry_run:
        transaction.set_rollback(True)
    height = rows.frame.height
    return Imported("event", height, len(fresh), 0, height - len(fresh), rows.understood)


def _entries(frame: pl.DataFrame) -> Iterator[tuple[int, EventEntry]]:
    """Each row that is whole, as an event to be entered."""
    for row in frame.drop_nulls(["name", "from_on", "until_on"]).iter_rows(named=True):
        said: dict[str, Any] = {name: _codes(row[name] or "") for name in LISTS}
        yield (
            row[ROW],
            EventEntry(
                row["name"], row["from_on"], row["until_on"], factor=row["factor"], reason=row["reason"] or "", **said
            ),
        )


def _codes(text: str) -> list[str]:
    return sorted({code for part in re.split(r"[;|]", text) if (code := part.strip())})


def _same(entry: EventEntry) -> tuple[Any, ...]:
    return (
        entry.name.strip(), entry.from_on, entry.until_on, entry.factor,
        *map(tuple, (entry.skus, entry.categories, entry.sites)),
    )  # fmt: skip


def _senseless(told: list[tuple[int, EventEntry]]) -> list[Fault]:
    faults = ((row, entry, fault_of_event(entry)) for row, entry in told)
    return [Fault(row, "name", entry.name, fault) for row, entry, fault in faults if fault]


def _unknown(told: list[tuple[int, EventEntry]]) -> list[Fault]:
    """The codes that nobody knows, by row."""
    named = {name: {code for _, entry in told for code in getattr(entry, name)} for name in LISTS}
    sites = Location.objects.filter(kind=LocationKind.SITE, code__in=named["sites"])
    categories = Item.objects.filter(category__in=named["categories"])
    known = {
        "skus": set(Item.objects.filter(sku__in=named["skus"]).values_list("sku", flat=True)),
        "categories": set(categories.values_list("category", flat=True).distinct()),
        "sites": set(sites.values_list("code", flat=True)),
    }
    nouns = {"skus": "item", "categories": "category", "sites": "site"}
    return [
        Fault(row, name, code, f"There is no {nouns[name]} {code}; import it first, or mend the code.")
        for row, entry in told
        for name in LISTS
        for code in getattr(entry, name)
        if code not in known[name]
    ]
