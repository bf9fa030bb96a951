"""Importing movements from CSV or Parquet: every fault by row, a dry run, all postings or none, none twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from django.db import transaction
from django.utils import timezone

from ownstock.base.tables import BOOLEAN, DECIMAL, INSTANT, ROW, Fault, Field, checked, faults_refused, read_table
from ownstock.catalog.models import Item, Location
from ownstock.journal import actions as journal
from ownstock.ledger.actions.posting import append
from ownstock.ledger.columns import Headers, Lines
from ownstock.ledger.names import items_named, lots_named
from ownstock.ledger.rules.posting import MAX_KEY_LENGTH, Kind, Status, content_hash, latest_moment

LINES_AT_ONCE = 20_000
HEADER = ["kind", "reference", "assumed"]
FIELDS = [
    Field("posting_key", max_length=MAX_KEY_LENGTH), Field("kind", choices=list(Kind)),
    Field("reference", is_required=False, default="", max_length=200), Field("sku", max_length=60),
    Field("lot", is_required=False, default="", max_length=60), Field("source", max_length=60),
    Field("target", max_length=60), Field("quantity", DECIMAL), Field("moved_at", INSTANT, is_required=False),
    Field("unit_cost", DECIMAL, is_required=False, at_least=0), Field("assumed", BOOLEAN, False, default=False),
    Field("source_status", is_required=False, default=Status.RELEASED.value, choices=list(Status)),
    Field("target_status", is_required=False, default=Status.RELEASED.value, choices=list(Status)),
]  # fmt: skip
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ImportedMovements:
    """What an import of movements did, or would do: rows read, postings new, postings that were there already."""

    rows: int
    created: int
    unchanged: int


def _silent(done: int, total: int) -> None:
    """Tell nobody."""


def import_movements(
    path: Path, *, actor: str, dry_run: bool = False, progress: Progress = _silent
) -> ImportedMovements:
    """Post the movements of a file; rows that share a posting key are one document, posted in the order of the file.

    Columns: posting_key, kind, reference, sku, lot, source, target, quantity (stock units), moved_at (with time zone; empty:
    now), unit_cost (empty: the item's), assumed, source_status, target_status. The same file again posts nothing.

    Raises:
        Refused: rows at fault (each named), a key that was used for other content, or a balance that would fall below zero.
    """
    lines = _read(path)
    with transaction.atomic():
        imported = _post(lines, actor, progress)
        journal.record(
            actor=actor, verb="ledger.imported", subject="ledger:movements",
            new={"file": path.name, "rows": imported.rows, "postings": imported.created},
        )  # fmt: skip
        if dry_run:
            transaction.set_rollback(True)
    return imported


def _read(path: Path) -> pl.DataFrame:
    """The file's rows with every code resolved to its id; refused with every fault where there is one."""
    typed, faults = checked(read_table(path), FIELDS, name=path.name)
    faults += _form_faults(typed)
    lines = typed
    for column, noun, ids in (
        ("sku", "item", dict(Item.objects.values_list("sku", "id"))),
        ("source", "location", dict(Location.objects.values_list("code", "id"))),
        ("target", "location", dict(Location.objects.values_list("code", "id"))),
    ):
        codes = pl.DataFrame(
            {column: list(ids), f"{column}_id": list(ids.values())},
            schema=[(column, pl.String), (f"{column}_id", pl.Int64)],
        )
        lines = lines.join(codes, on=column, how="left", maintain_order="left")
        unknown = lines.filter(pl.col(f"{column}_id").is_null() & pl.col(column).is_not_null())
        faults += _at(unknown, column, f"is no {noun} of the catalogue; import it first.")
    if faults:
        raise faults_refused(path.name, sorted(faults, key=lambda fault: fault.row))
    return lines


def _form_faults(typed: pl.DataFrame) -> list[Fault]:
    faults = _at(
        typed.filter(pl.col("quantity") <= 0), "quantity", "must be above zero; the direction is in source and target."
    )
    ahead = typed.filter(pl.col("moved_at") > latest_moment(timezone.now()))
    faults += _at(ahead, "moved_at", "is yet to come; goods are posted when they have moved.")
    still = (pl.col("source") == pl.col("target")) & (pl.col("source_status") == pl.col("target_status"))
    faults += _at(typed.filter(still), "target", "is where the row begins; it moves nothing.")
    for column in HEADER:
        differs = pl.col(column).ne_missing(pl.col(column).first().over("posting_key"))
        faults += _at(typed.filter(differs), column, "differs from an earlier row of the same posting key.")
    return faults


def _at(rows: pl.DataFrame, column: str, sentence: str) -> list[Fault]:
    shown = rows.select(ROW, pl.col(column).cast(pl.String).fill_null("")).iter_rows()
    return [Fault(row, column, value, f"{value!r} {sentence}") for row, value in shown]


def _post(lines: pl.DataFrame, actor: str, progress: Progress) -> ImportedMovements:
    lots = _lots(lines)
    done = created = postings = 0
    for part in _parts(lines):
        posted = append(*_columns(part, lots), actor=actor)
        created += sum(answer.is_new for answer in posted)
        postings += len(posted)
        done += part.height
        progress(done, lines.height)
    return ImportedMovements(lines.height, created, postings - created)


def _lots(lines: pl.DataFrame) -> dict[tuple[int, str], int]:
    named = lines.filter(pl.col("lot") != "").select("sku_id", "lot", "sku").unique()
    facts = items_named(set(named["sku"]))
    lots = lots_named({(item, lot): facts[sku] for item, lot, sku in named.iter_rows()})
    return {key: lot.id for key, lot in lots.items()}


def _parts(lines: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows in parts of whole postings, numbered: `posting` from 1 in each part, `line` from 1 in each posting."""
    order = lines.with_columns(first=pl.col(ROW).min().over("posting_key")).sort("first", ROW)
    order = order.with_columns(
        number=pl.col("first").rle_id(),
        line=pl.int_range(pl.len()).over("posting_key") + 1,
        count=pl.int_range(pl.len()),
    )
    order = order.with_columns(part=pl.col("count").first().over("posting_key") // LINES_AT_ONCE)
    for part in order.partition_by("part", maintain_order=True):
        yield part.with_columns(posting=pl.col("number") - pl.col("number").first() + 1)


def _columns(part: pl.DataFrame, lots: dict[tuple[int, str], int]) -> tuple[Headers, Lines]:
    text = pl.concat_str(
        "sku", "lot", "source", "source_status", "target", "target_status", pl.col("quantity").cast(pl.String),
        pl.col("moved_at").dt.epoch("us").cast(pl.String).fill_null(""), pl.col("unit_cost").cast(pl.String).fill_null(""),
        separator="|",
    )  # fmt: skip
    postings = part.group_by("posting", maintain_order=True).agg(pl.col("posting_key", *HEADER).first(), texts=text)
    headers = Headers(
        keys=postings["posting_key"].to_list(),
        content_hashes=[content_hash(*row) for row in postings.select("kind", "reference", "texts").iter_rows()],
        kinds=postings["kind"].to_list(),
        references=postings["reference"].to_list(),
        reversed_ids=[None] * postings.height,
        assumed=postings["assumed"].to_list(),
    )
    named = part.select("sku_id", "lot").iter_rows()
    lines = Lines(
        postings=part["posting"].to_list(),
        numbers=part["line"].to_list(),
        items=part["sku_id"].to_list(),
        lots=[lots[item, lot] if lot else None for item, lot in named],
        sources=part["source_id"].to_list(),
        source_statuses=part["source_status"].to_list(),
        targets=part["target_id"].to_list(),
        target_statuses=part["target_status"].to_list(),
        quantities=part["quantity"].to_list(),
        moments=part["moved_at"].to_list(),
        unit_costs=part["unit_cost"].to_list(),
    )
    return headers, lines
