"""Suppliers' answers to orders as they come in sheets, and the links by which suppliers answer themselves."""

from __future__ import annotations

from pathlib import Path

import click

from ownstock.cli.command import command
from ownstock.cli.options import actor_option, json_option
from ownstock.cli.render import counted, show, tell
from ownstock.exchange import answer_links
from ownstock.exchange.confirmations import sheets
from ownstock.exchange.confirmations.actions import confirm_sheet


@command("answer-file")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@actor_option
@json_option
def answer_file(file: Path, actor: str) -> None:
    """Take down suppliers' answers from a sheet: the CSV of an order with its last columns filled in, or the same as XLSX.

    It may hold several orders. All of it is taken, or nothing; the same answers again change nothing.
    """
    answers = sheets.read(file, supplier=None)
    taken = confirm_sheet(answers, name=file.name, actor=actor)
    rows = [
        {"number": t.number, "lines": t.lines, "outcome": "taken down" if t.is_new else "known already"} for t in taken
    ]
    show(rows, empty="")


@command("answer-link")
@click.argument("number")
@actor_option
@json_option
def answer_link(number: str, actor: str) -> None:
    """Make another link by which the supplier answers an order, for whoever lost theirs. It is shown this once."""
    address = answer_links.renew(number, actor=actor)
    tell(address, {"number": number, "address": address})


@command("revoke-links")
@click.argument("number")
@click.option("--reason", required=True, help="Why, in your words.")
@actor_option
@json_option
def revoke_links(number: str, reason: str, actor: str) -> None:
    """End every link by which an order can be answered, because one came into the wrong hands."""
    ended = answer_links.revoke(number, reason=reason, actor=actor)
    tell(f"{counted(ended, 'link')} to {number} open nothing any more.", {"number": number, "ended": ended})
