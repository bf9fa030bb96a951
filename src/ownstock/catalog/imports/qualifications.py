"""Importing decisions on suppliers: each is appended to those before it, none is changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.base.presets import shape_of
from ownstock.base.tables import AS_IT_IS, DATE, ROW, Directions, Fault, Field, read_rows
from ownstock.catalog.actions.qualifications import qualify
from ownstock.catalog.imports.kind import Imported
from ownstock.catalog.models import Qualification, Supplier
from ownstock.catalog.queries.duties import check_duty
from ownstock.catalog.rules import QualificationState, SourceClass
from ownstock.catalog.rules.duties import Duty

Row = dict[str, Any]
FIELDS = [
    Field("supplier", max_length=60), Field("state", choices=list(QualificationState)),
    Field("categories", is_required=False, default="", max_length=6_000),
    Field("skus", is_required=False, default="", max_length=60_000),
    Field("condition", is_required=False, default="", max_length=1_000), Field("valid_from", DATE),
    Field("valid_to", DATE, is_required=False), Field("reason", max_length=1_000),
    Field("source_class", is_required=False, default="", choices=["", *SourceClass]),
]  # fmt: skip


@transaction.atomic
def import_qualifications(
    path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS
) -> Imported:
    """Import decisions on suppliers, those of one supplier in the order of their rows: the last one is the newest.

    Columns: supplier, state (approved, conditional, blocked), categories and skus (its scope, several parted by `;`, neither:
    everything), condition, valid_from, valid_to (empty: until further notice), reason, source_class
    (empty: not said). The same file again changes nothing:
    what the newest decisions say already, in the same order, is left out.

    Raises:
        Refused: the actor has no role for it, or rows are at fault, each named; nothing is written then.
    """
    check_duty(actor, Duty.DECIDE)
    rows = read_rows(path, FIELDS, directions, shape_of(directions.preset, "qualifications"))
    rows.faults.refuse(path.name)
    suppliers = _locked(rows.frame["supplier"].unique().to_list())
    count, created = rows.frame.height, 0
    for part in rows.frame.partition_by("supplier", maintain_order=True):
        supplier = suppliers.get(part["supplier"][0])
        if supplier is None:
            rows.faults.add(_unknown(part))
            continue
        decisions = [_read(row) for row in part.to_dicts()]
        new = decisions[_known(supplier, decisions) :]
        created += len(new)
        rows.faults.add(_append(supplier, new, actor))
    rows.faults.refuse(path.name)
    if dry_run:
        transaction.set_rollback(True)
    return Imported("qualification", count, created, 0, count - created, rows.understood)


def _locked(codes: Sequence[str]) -> dict[str, Supplier]:
    """The suppliers of a file, so that nobody decides on them meanwhile."""
    rows = Supplier.objects.select_for_update().filter(code__in=codes).order_by("pk")
    return {row.code: row for row in rows}


def _unknown(part: pl.DataFrame) -> list[Fault]:
    code = part["supplier"][0]
    sentence = f"there is no supplier {code!r}; import it first."
    return [Fault(row, "supplier", code, sentence) for row in part[ROW]]


def _read(row: Row) -> Row:
    scope = {name: sorted({part.strip() for part in row[name].split(";")} - {""}) for name in ("categories", "skus")}
    return {**row, **scope, "condition": row["condition"].strip(), "reason": row["reason"].strip()}


def _known(supplier: Supplier, decisions: Sequence[Row]) -> int:
    """How many of decisions, from the first on, are the supplier's newest already, in the same order."""
    newest = list(Qualification.objects.filter(supplier=supplier).order_by("-id")[: len(decisions)])[::-1]
    lengths = range(len(newest), 0, -1)
    return next((n for n in lengths if all(map(_is_same, newest[len(newest) - n :], decisions))), 0)


def _is_same(kept: Qualification, row: Row) -> bool:
    return all(getattr(kept, field.name) == row[field.name] for field in FIELDS[1:])


def _append(supplier: Supplier, decisions: Iterable[Row], actor: str) -> list[Fault]:
    """Write decisions one after another; what is refused of one is a fault of its row."""
    faults = []
    for row in decisions:
        said = {field.name: row[field.name] for field in FIELDS[2:]}
        try:
            # Each in a transaction of its own, so that what is refused of one leaves the others to be looked at.
            with transaction.atomic():
                qualify(supplier.code, QualificationState(row["state"]), actor=actor, **said)
        except Refused as refusal:
            faults.append(Fault(row[ROW], "state", row["state"], refusal.sentence))
    return faults
