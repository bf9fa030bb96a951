"""The audit trail: what happened to one thing, and whether everything is still as it was sealed."""

from __future__ import annotations

import sys
from itertools import islice
from typing import Any

import click

from ownstock.access import chain
from ownstock.access.rules import ChainHead, parse_head
from ownstock.cli.command import noun
from ownstock.cli.options import json_option, limit_option
from ownstock.cli.render import counted, first, show, tell
from ownstock.journal import queries


@noun()
def audit() -> None:
    """The audit trail, and the seal over it."""


@audit.command("head")
@json_option
def show_head() -> None:
    """Print the head of the chain of seals, to be kept where nobody who can write to the database can reach it."""
    last, waiting = chain.head(), chain.waiting_rows()
    facts = {"waiting_rows": waiting, "oldest_waiting_seconds": round(chain.oldest_waiting_seconds(), 1)}
    if last is None:
        tell(f"Nothing is sealed yet; {_are(waiting)} waiting.", facts)
        return
    head = str(ChainHead(last.number, bytes(last.hash)))
    tell(
        f"{head}\nSealed at {last.sealed_at:%Y-%m-%d %H:%M:%S} UTC: {counted(last.rows_so_far, 'row')}; "
        f"{_are(waiting)} waiting.",
        {"head": head, "rows": last.rows_so_far, "sealed_at": last.sealed_at, **facts},
    )


def _are(rows: int) -> str:
    return f"{counted(rows, 'row')} {'is' if rows == 1 else 'are'}"


@audit.command()
@click.option("--head", "kept", metavar="NUMBER:HASH", help="See whether this earlier head is still in the chain.")
@limit_option(1_000)
@json_option
@click.pass_context
def verify(ctx: click.Context, kept: str | None, limit: int) -> None:
    """Check every sealed row and the chain itself; name what was edited, deleted, exchanged or slipped in.

    Ends with 1 when anything was. A chain that was cut off at its end or made anew as a whole shows only by a head that
    you kept: ownstock audit head prints it.
    """
    head = None if kept is None else parse_head(kept)
    findings = list(islice(chain.verify(kept=head, progress=_progress), limit))
    show([{"place": f.place, "finding": f.sentence} for f in findings], empty=_all_is_well())
    if len(findings) == limit:
        click.echo(f"There may be more than {limit:,}; --limit shows more.", err=True)
    if findings:
        ctx.exit(1)


def _all_is_well() -> str:
    last, waiting = chain.head(), chain.waiting_rows()
    rows, links = (0, 0) if last is None else (last.rows_so_far, last.number)
    return (
        f"All is as it was sealed: {counted(rows, 'row')} in {counted(links, 'seal')}. "
        f"{_are(waiting).capitalize()} not sealed yet."
    )


def _progress(done: int, total: int) -> None:
    """Say how far it is, where a person looks on."""
    if sys.stderr.isatty() and (done % 100 == 0 or done == total):
        click.echo(f"\r{done:,} of {total:,} seals", nl=done >= total, err=True)


@audit.command()
@click.argument("subject")
@limit_option(200)
@json_option
def trail(subject: str, limit: int) -> None:
    """Show everything that happened to SUBJECT, such as purchase_order:PO-000012, oldest first."""
    rows: list[dict[str, Any]] = [
        {
            "recorded_at": e.recorded_at, "actor": e.actor, "verb": e.verb, "old": e.old, "new": e.new,
            "reason": e.reason,
        }
        for e in first(queries.trail(subject), limit)
    ]  # fmt: skip
    show(rows, empty=f"Nothing is recorded of {subject}.")
