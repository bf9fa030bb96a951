"""Bringing in what is known elsewhere: files of the catalogue, of movements and of what is on hand."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click

from ownstock.base.presets import PLAIN, PRESETS
from ownstock.base.tables import Directions, Understood
from ownstock.base.tables.directions import DATES, NUMBERS
from ownstock.cli.command import command, is_json_wanted, noun
from ownstock.cli.options import actor_option, json_option, limit_option
from ownstock.cli.render import counted, first, show, tell
from ownstock.exchange.set_up.kinds import KINDS
from ownstock.ledger.actions import undo_import
from ownstock.ledger.models import ImportedFile


def _pairs(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    """Options of the form LEFT=RIGHT, parted at the last sign: their headings may hold one."""
    pairs = {}
    for value in values:
        left, sign, right = value.rpartition("=") if param.name != "fixed" else value.partition("=")
        if not sign or not left.strip() or not right.strip():
            raise click.BadParameter(f"{value!r} is not of the form {param.metavar}.")
        pairs[left.strip()] = right.strip()
    return pairs


@command("import")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything and say how the file was understood; write nothing.")
@click.option(
    "--preset",
    type=click.Choice([PLAIN, *PRESETS]),
    default=PLAIN,
    show_default=True,
    help="The system that wrote the file.",
)
@click.option("--sheet", default="", show_default="the first", help="The sheet of an XLSX file, by name.")
@click.option(
    "--map", "headings", multiple=True, metavar="HEADING=FIELD", callback=_pairs, help="What a heading means."
)
@click.option(
    "--ignore", "ignored", multiple=True, metavar="HEADING", help="A column to leave out; `*`: all not known."
)
@click.option(
    "--set",
    "fixed",
    multiple=True,
    metavar="FIELD=VALUE",
    callback=_pairs,
    help="The value of a field where the file has none.",
)
@click.option(
    "--place",
    "places",
    multiple=True,
    metavar="THEIRS=CODE",
    callback=_pairs,
    help="Which location the file means by a name, or which one to take for a kind such as customer.",
)
@click.option(
    "--numbers", type=click.Choice(NUMBERS), help="Which mark is the decimal one, where the file does not show it."
)
@click.option(
    "--dates", type=click.Choice(DATES), help="The order of day, month and year, where the file does not show it."
)
@click.option("--time-zone", default="", help="Of moments that name none: its IANA name, such as Europe/Berlin.")
@click.option("--encoding", default="", show_default="found out", help="Of a text file, such as utf-8 or cp1252.")
@click.option(
    "--leave-out",
    "leaves_out",
    is_flag=True,
    help="Of past-deliveries: leave rows at fault out, and say how many and why.",
)
@actor_option
@json_option
def import_file(
    kind: str,
    file: Path,
    dry_run: bool,
    actor: str,
    fixed: dict[str, str],
    numbers: str | None,
    dates: str | None,
    leaves_out: bool,
    **said: Any,
) -> None:
    """Import a CSV, XLSX or Parquet file: all its rows, or none when a row is at fault.

    Headings are known by their names, by common synonyms, or as you say. Every fault is named by row and column. The same
    file again changes nothing. Begin with locations and items, then units and lots where you have them, suppliers,
    supply-terms and item-sites, then on-hand or movements;
    past-deliveries, where you have them, tell how suppliers keep their promises.
    """
    directions = Directions(values=fixed, numbers=numbers or "", dates=dates or "", **said)
    bring = partial(KINDS[kind].bring, progress=_progress) if KINDS[kind].has_progress else KINDS[kind].bring
    if leaves_out:
        bring = partial(_leaving_out(kind), leaves_out=True)
    imported = bring(file, actor=actor, dry_run=dry_run, directions=directions)
    facts = asdict(imported)
    if not is_json_wanted(click.get_current_context()):
        _tell_how(imported.understood, in_full=dry_run)
    counts = ", ".join(f"{facts[name]:,} {name}" for name in ("created", "updated", "unchanged") if name in facts)
    told = f"{kind}: {counted(facts['rows'], 'row')} read; {counts}."
    left_out = "".join(f" {counted(rows, 'row')} left out: {why}." for why, rows in facts.get("left_out", {}).items())
    told += left_out
    tell(f"{told} Nothing was written: this was a dry run." if dry_run else told, {**facts, "dry_run": dry_run})


def _leaving_out(kind: str) -> Callable[..., Any]:
    if kind != "past-deliveries":
        raise click.UsageError(f"--leave-out is for past-deliveries; of {kind} every row counts.")
    return KINDS[kind].bring


@noun()
def imported() -> None:
    """Files of movements that were brought in, and taking one back."""


@imported.command("list")
@limit_option(50)
@json_option
def list_imported(limit: int) -> None:
    """Show the files whose movements were posted, newest first."""
    rows = [
        {
            "number": file.pk, "file": file.name, "rows": file.row_count, "imported_at": file.imported_at,
            "actor": file.actor, "undone_at": file.undone_at,
        }
        for file in first(ImportedFile.objects.order_by("-id"), limit)
    ]  # fmt: skip
    show(rows, empty="No file of movements was imported.")


@imported.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why, in your words; the journal keeps it.")
@actor_option
@json_option
def undo(number: int, reason: str, actor: str) -> None:
    """Take a file back: every posting that it brought is reversed, or none. It may be imported again then."""
    undone = undo_import(number, reason=reason, actor=actor, progress=_progress)
    before = f"; {undone.reversed_before:,} had been reversed before" if undone.reversed_before else ""
    tell(f"{undone.file} is taken back: {undone.reversed:,} postings are reversed{before}.", asdict(undone))


def _tell_how(understood: Understood, *, in_full: bool) -> None:
    """Say how a file was read: what was found out, and in a dry run also which heading was taken as what."""
    if in_full:
        for theirs, ours in understood.headings.items():
            click.echo(f"  {theirs} → {ours}")
        if understood.ignored:
            click.echo(f"  left out: {', '.join(understood.ignored)}")
    for sentence in understood.sentences:
        click.echo(f"  {sentence}")


def _progress(done: int, total: int) -> None:
    """Say how far it is, where a person looks on."""
    if sys.stderr.isatty():
        click.echo(f"\r{done:,} of {total:,} rows", nl=done >= total, err=True)
