"""Importing sites, bins and the world outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from zoneinfo import available_timezones

import polars as pl

from ownstock.base.tables import AS_IT_IS, ROW, Directions, Fault, Field
from ownstock.catalog.imports.columns import ids, numbered
from ownstock.catalog.imports.kind import Imported, Kind, Resolved, bring_in
from ownstock.catalog.models import Location
from ownstock.catalog.rules import LocationKind, nearest_site


def import_locations(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import sites, bins and the world outside. Columns: code, name, kind, parent, time_zone (needed for a site)."""
    return bring_in(LOCATIONS, path, actor=actor, dry_run=dry_run, directions=directions)


def _resolve_locations(frame: pl.DataFrame) -> Resolved:
    """Locations name their parents by code, in the file or in the catalogue; those of the file are made first."""
    faults = []
    known, zones = ids(Location, "code"), available_timezones()
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
    return numbered(frame, records), []


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


def _assign_places(frame: pl.DataFrame, unsaid: Collection[str]) -> None:
    """Give each imported location its parent, where the file has them, and every location the nearest site above it."""
    rows = {row.code: row for row in Location.objects.select_related("parent")}
    parents = {code: row.parent.code if row.parent else None for code, row in rows.items()}
    if "parent" not in unsaid:
        parents.update(zip(frame["code"], frame["parent"], strict=True))
    kinds = {code: row.kind for code, row in rows.items()}
    for code, row in rows.items():
        parent, site = parents[code], nearest_site(code, kinds, parents)
        row.parent = rows[parent] if parent else None
        row.site = rows[site] if site else None
    Location.objects.bulk_update(rows.values(), ["parent", "site"], batch_size=1_000)


LOCATIONS = Kind(
    "location", Location,
    [
        Field("code", max_length=60), Field("name", max_length=200), Field("kind", choices=list(LocationKind)),
        Field("parent", is_required=False, max_length=60), Field("time_zone", is_required=False, max_length=60),
    ],
    key=["code"], record_key=["code"], resolve=_resolve_locations, settle=_assign_places,
)  # fmt: skip
