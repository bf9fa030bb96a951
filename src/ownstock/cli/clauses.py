"""Clauses that stand on orders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ownstock.base.errors import Refused
from ownstock.catalog.actions import clauses as actions
from ownstock.catalog.queries import clauses as queries
from ownstock.cli.command import noun
from ownstock.cli.options import Face, actor_option, json_option
from ownstock.cli.render import show, tell


@noun()
def clause() -> None:
    """Clauses: what is asked of suppliers in words, on the orders that they are for."""


@clause.command("keep")
@click.argument("code")
@click.option("--text", default="", help="What it says.")
@click.option("--file", type=click.Path(path_type=Path), help="A file with what it says, in UTF-8.")
@actor_option
@json_option
def keep(code: str, text: str, file: Path | None, actor: str) -> None:
    """Write the clause CODE down; another text is its next version, and orders that were sent keep theirs."""
    if bool(text) == bool(file):
        raise click.UsageError("Say --text or --file.")
    kept = actions.keep_clause(code, text or _read(file), actor=actor)
    tell(f"{kept.code} is kept as version {kept.version}.", {"code": kept.code, "version": kept.version})


def _read(file: Path | None) -> str:
    if file is None or not file.is_file():
        raise Refused(f"There is no file {file}.", code="no_file", path=str(file))
    with file.open("rb") as opened:
        content = opened.read(4 * actions.MAX_CLAUSE_LENGTH + 1)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"{file} is no text in UTF-8.", code="not_utf8", path=str(file)) from error


def _scope(face: Face) -> Face:
    for option in (
        json_option,
        actor_option,
        click.option("--reason", required=True, help="Why, in your words; the journal keeps it."),
        click.option("--sku", default="", show_default="all", help="For this item."),
        click.option("--category", default="", show_default="all", help="For items of this category."),
        click.option("--supplier", default="", show_default="all", help="To this supplier."),
        click.argument("code"),
    ):
        face = option(face)
    return face


@clause.command("require")
@_scope
def require(code: str, **said: Any) -> None:
    """Have the clause CODE stand on orders that are sent from now on."""
    actions.require_clause(code, **said)
    tell(f"{code} stands on these orders now.", {"code": code})


@clause.command("waive")
@_scope
def waive(code: str, **said: Any) -> None:
    """End that the clause CODE stands on orders, of exactly the scope it was required for."""
    actions.waive_clause(code, **said)
    tell(f"{code} stands on these orders no longer.", {"code": code})


@clause.command("list")
@json_option
def list_clauses() -> None:
    """List the clauses, each in its newest version."""
    rows = [{"code": row.code, "version": row.version, "text": row.text} for row in queries.clauses()]
    show(rows, empty="There are no clauses.")


@clause.command("needs")
@json_option
def list_needs() -> None:
    """Show which clauses stand on which orders."""
    rows = [
        {
            "code": row.code, "supplier": row.supplier.code if row.supplier else "all", "category": row.category or "all",
            "sku": row.item.sku if row.item else "all",
        }
        for row in queries.clause_needs()
    ]  # fmt: skip
    show(rows, empty="No clause stands on any order.")
