"""Importing overrides from files that people bring: every fault by row, a dry run, all rows or none."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from django.db import transaction

from ownstock.base.presets import shape_of
from ownstock.base.tables import AS_IT_IS, DATE, DECIMAL, ROW, Directions, Fault, Field, read_rows
from ownstock.catalog.imports import Imported
from ownstock.catalog.models import ItemSite
from ownstock.planning.actions.overrides import MAX_OVERRIDES, OverrideEntry, override
from ownstock.planning.inputs.said import overrides
from ownstock.planning.rules.overrides import Asked, OverrideKind, ReasonCode, fault_of_override

OVERRIDES = [
    Field("sku", max_length=60), Field("site", max_length=60), Field("kind", choices=[str(k) for k in OverrideKind]),
    Field("value", DECIMAL, below=10**10), Field("from_on", DATE), Field("until_on", DATE),
    Field("reason_code", is_required=False, default="other", choices=[str(c) for c in ReasonCode]),
    Field("reason", max_length=1_000),
]  # fmt: skip
SAME = ["sku", "site", "kind", "value", "from_on", "until_on"]


@transaction.atomic
def import_overrides(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import overrides; one that stands already as it is in the file changes nothing.

    Columns: sku, site, kind, value, from_on, until_on, reason_code (default other), reason.
    """
    rows = read_rows(path, OVERRIDES, directions, shape_of(directions.preset, "overrides"))
    rows.faults.add([*_unknown(rows.frame), *_senseless(rows.frame)])
    rows.faults.refuse(path.name)
    known = {
        (o.item_site.item.sku, o.item_site.site.code, o.kind, o.value, o.from_on, o.until_on)
        for o in overrides().filter(ended_on=None)
    }
    fresh = [
        row for row in rows.frame.drop(ROW).iter_rows(named=True) if tuple(row[name] for name in SAME) not in known
    ]
    entries = [
        OverrideEntry(**row | {"kind": OverrideKind(row["kind"]), "reason_code": ReasonCode(row["reason_code"])})
        for row in fresh
    ]
    for first in range(0, len(entries), MAX_OVERRIDES):
        override(entries[first : first + MAX_OVERRIDES], actor=actor)
    if dry_run:
        transaction.set_rollback(True)
    height = rows.frame.height
    return Imported("override", height, len(fresh), 0, height - len(fresh), rows.understood)


def _unknown(frame: pl.DataFrame) -> list[Fault]:
    skus = frame["sku"].drop_nulls().unique().to_list()
    known = set(ItemSite.objects.filter(item__sku__in=skus).values_list("item__sku", "site__code"))
    return [
        Fault(row, "sku", str(sku), f"{sku} is not planned at {site}; import the item-site first.")
        for row, sku, site in frame.select(ROW, "sku", "site").iter_rows()
        if sku is not None and site is not None and (sku, site) not in known
    ]


def _senseless(frame: pl.DataFrame) -> list[Fault]:
    told = frame.drop_nulls(["kind", "value", "from_on", "until_on"])
    faults = (
        (row, value, fault_of_override(Asked(OverrideKind(kind), float(value), from_on, until_on)))
        for row, kind, value, from_on, until_on in told.select(ROW, "kind", "value", "from_on", "until_on").iter_rows()
        if kind in list(OverrideKind)
    )
    return [Fault(row, "value", str(value), fault) for row, value, fault in faults if fault]
