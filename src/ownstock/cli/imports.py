"""Bringing in what is known elsewhere: files of items, locations, suppliers, terms, item-sites and movements."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click

from ownstock.catalog import imports as catalog
from ownstock.cli.command import command
from ownstock.cli.options import actor_option, json_option
from ownstock.cli.render import counted, tell
from ownstock.ledger import imports as ledger

KINDS: dict[str, Callable[..., Any]] = {
    "locations": catalog.import_locations,
    "items": catalog.import_items,
    "suppliers": catalog.import_suppliers,
    "supply-terms": catalog.import_supply_terms,
    "item-sites": catalog.import_item_sites,
    "movements": ledger.import_movements,
}


@command("import")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything and say what would be done; write nothing.")
@actor_option
@json_option
def import_file(kind: str, file: Path, dry_run: bool, actor: str) -> None:
    """Import a CSV or Parquet file: all its rows, or none when a row is at fault.

    Every fault is named by row and column. The same file again changes nothing. Begin with locations and items, then
    suppliers, supply-terms and item-sites, then movements.
    """
    bring = partial(KINDS[kind], progress=_progress) if kind == "movements" else KINDS[kind]
    imported = asdict(bring(file, actor=actor, dry_run=dry_run))
    counts = ", ".join(f"{imported[name]:,} {name}" for name in ("created", "updated", "unchanged") if name in imported)
    told = f"{kind}: {counted(imported['rows'], 'row')} read; {counts}."
    tell(f"{told} Nothing was written: this was a dry run." if dry_run else told, {**imported, "dry_run": dry_run})


def _progress(done: int, total: int) -> None:
    """Say how far it is, where a person looks on."""
    if sys.stderr.isatty():
        click.echo(f"\r{done:,} of {total:,} rows", nl=done >= total, err=True)
