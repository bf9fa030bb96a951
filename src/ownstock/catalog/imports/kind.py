"""One kind of import: read, check, compare with what is kept, write all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl
from django.db import models, transaction

from ownstock.base.presets import shape_of
from ownstock.base.tables import ROW, Directions, Fault, Field, Rows, Understood, read_rows
from ownstock.catalog.item_changes import ItemChange
from ownstock.journal import actions as journal

Record = dict[str, Any]
Resolved = tuple[list[tuple[int, Record]], list[Fault]]


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

    `record_names` holds, for columns that a record has under other names, these. `objections` says what speaks against
    changes of what is kept; `settle` does, of the file and the names it is silent about, what needs all rows written.
    """

    noun: str
    model: type[models.Model]
    fields: Sequence[Field]
    key: Sequence[str]
    record_key: Sequence[str]
    resolve: Callable[[pl.DataFrame], Resolved]
    record_names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    objections: Callable[[Sequence[ItemChange]], Iterable[Fault]] | None = None
    settle: Callable[[pl.DataFrame, Collection[str]], None] | None = None

    @property
    def plural(self) -> str:
        """Its name on the command line and in presets."""
        return f"{self.noun.replace('_', '-')}s"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a file would change: new records, those that change with how they were (by row), and how many stay."""

    rows: Rows
    created: list[Record]
    updated: list[tuple[int, Record, Record]]
    unchanged: int
    unsaid: set[str]

    def imported(self, kind: Kind, *sentences: str) -> Imported:
        """What is told of it, with what else was found out."""
        how = self.rows.understood
        counts = self.rows.frame.height, len(self.created), len(self.updated), self.unchanged
        return Imported(kind.noun, *counts, replace(how, sentences=(*how.sentences, *sentences)))


@transaction.atomic
def bring_in(kind: Kind, path: Path, *, actor: str, dry_run: bool, directions: Directions) -> Imported:
    """Read, check, compare with what is kept, write all or nothing."""
    found = compare(kind, path, directions)
    if not dry_run:
        write(kind, path, found, actor)
    return found.imported(kind)


def compare(kind: Kind, path: Path, directions: Directions) -> Comparison:
    """Read and check a file, and compare it with what is kept.

    Raises:
        Refused: the file cannot be read, or a row is at fault; all faults are named.
    """
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
    if kind.objections is not None:
        rows.faults.add(kind.objections(updated))
        rows.faults.refuse(path.name)
    return Comparison(rows, created, updated, len(pairs) - len(updated), unsaid)


def write(kind: Kind, path: Path, found: Comparison, actor: str) -> None:
    """Write what a file changes, and tell the journal."""
    _write(kind, [*found.created, *(new for _, _, new in found.updated)])
    if kind.settle is not None:
        kind.settle(found.rows.frame, found.unsaid)
    _tell(kind, path, found.created, [(old, new) for _, old, new in found.updated], actor)


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
