"""Importing movements from files that people bring: every fault by row, a dry run, all postings or none, none twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl
from django.db import transaction

from ownstock.base.progress import Progress, silent
from ownstock.base.tables import AS_IT_IS, ROW, Directions, Understood
from ownstock.journal import actions as journal
from ownstock.ledger.actions.posting import append
from ownstock.ledger.columns import Headers, Lines
from ownstock.ledger.models import ImportedFile, Posting
from ownstock.ledger.names import items_named, lots_named
from ownstock.ledger.reading import HEADER, read_movements, read_on_hand
from ownstock.ledger.rules.posting import content_hash, key_again

LINES_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class ImportedMovements:
    """What an import of movements did, or would do: movements read, postings new, postings that were there; how it read.

    `file` is its number among the imported files, by which it can be taken back; None where nothing was posted.
    """

    rows: int
    created: int
    unchanged: int
    file: int | None = None
    understood: Understood = field(default_factory=Understood)


def import_movements(
    path: Path, *, actor: str, dry_run: bool = False, progress: Progress = silent, directions: Directions = AS_IT_IS
) -> ImportedMovements:
    """Post the movements of a file; rows that share a posting key are one document, posted in the order of the file.

    Columns: posting_key (empty: made of kind and reference), kind (empty: from the two ends), reference, sku, lot, source and
    target, or location with signed quantities, quantity, unit (empty: the stock unit; else one of the item's), moved_at (with
    time zone; empty: now), unit_cost (of a stock unit; empty: the item's), assumed, source_status, target_status. The same
    file again posts nothing.

    Raises:
        Refused: rows at fault (each named), a key that was used for other content, or a balance that would fall below zero.
    """
    lines, understood = read_movements(path, directions)
    return _import(path, lines, understood, "ledger:movements", actor, dry_run, progress)


def import_on_hand(
    path: Path, *, actor: str, dry_run: bool = False, progress: Progress = silent, directions: Directions = AS_IT_IS
) -> ImportedMovements:
    """Post what a file says is on hand as an opening: one posting a location, from the count difference.

    Columns: sku, location, quantity, unit (empty: the stock unit; else one of the item's), lot, status, unit_cost (of a stock
    unit), moved_at, reference, assumed. A location has one opening (or one for each reference); the same file again posts
    nothing, and another file of the same location is refused.

    Raises:
        Refused: rows at fault (each named), or a location that was opened with other content.
    """
    lines, understood = read_on_hand(path, directions)
    return _import(path, lines, understood, "ledger:on-hand", actor, dry_run, progress)


def _import(
    path: Path, lines: pl.DataFrame, understood: Understood, subject: str, actor: str, dry_run: bool, progress: Progress
) -> ImportedMovements:
    with transaction.atomic():
        file = ImportedFile.objects.create(
            name=path.name[:200], content_hash=_hash_of(path), row_count=lines.height, actor=actor
        )
        imported = _post(lines, file, progress)
        if imported.created:
            journal.record(
                actor=actor, verb="ledger.imported", subject=subject,
                new={"file": path.name, "number": file.pk, "rows": imported.rows, "postings": imported.created},
            )  # fmt: skip
        else:
            file.delete()
        if dry_run:
            transaction.set_rollback(True)
    is_kept = bool(imported.created) and not dry_run
    return replace(imported, understood=understood, file=file.pk if is_kept else None)


def _hash_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _post(lines: pl.DataFrame, file: ImportedFile, progress: Progress) -> ImportedMovements:
    lots = _lots(lines)
    done = created = postings = 0
    is_again = ImportedFile.objects.filter(undone_at__isnull=False).exists()
    for part in _parts(lines):
        headers, rows = _columns(_posted_again(part) if is_again else part, lots)
        posted = append(headers, rows, actors=[file.actor] * len(headers.keys), imported_file=file)
        created += sum(answer.is_new for answer in posted)
        postings += len(posted)
        done += part.height
        progress(done, lines.height)
    return ImportedMovements(lines.height, created, postings - created)


def _posted_again(part: pl.DataFrame) -> pl.DataFrame:
    """The rows, those of documents that were taken back with their file under the key by which they are posted again."""
    keys = {key: key for key in part["posting_key"].unique()}
    waiting, times = list(keys), 0
    while waiting:
        asked = {key_again(key, times): key for key in waiting}
        undone = Posting.objects.filter(key__in=asked, reverses=None, imported_file__undone_at__isnull=False)
        waiting = [asked[key] for key in undone.values_list("key", flat=True)]
        times += 1
        keys.update({key: key_again(key, times) for key in waiting})
    return part.with_columns(pl.col("posting_key").replace_strict(keys, return_dtype=pl.String))


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
        keys=part["posting_key"].to_list(),
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
