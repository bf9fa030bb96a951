"""Recall: where goods came from, where they went and what is left; the evidence of it, and the drills."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from ownstock.base.errors import Refused
from ownstock.cli.command import Noun, is_json_wanted
from ownstock.cli.options import Face, Moment, Number, actor_option, json_option, limit_option
from ownstock.cli.render import counted, print_json, show, table, tell, text
from ownstock.exchange.evidence import actions, pack, queries
from ownstock.exchange.evidence.answer import facts
from ownstock.exchange.evidence.dossier import Dossier
from ownstock.exchange.evidence.names import naming
from ownstock.ledger.rules.tracing import Role

ARROWS = {Role.ASKED: "", Role.CAME_FROM: "<- ", Role.WENT_INTO: "-> "}
LARGEST_PACK_BYTES = 1 << 30


class TraceNoun(Noun):
    """Its commands; `trace SKU LOT` is short for `trace lot SKU LOT`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take two words that begin with no command of its own for a SKU and a lot."""
        is_short = args[0] not in self.commands and not args[0].startswith("-") and len(args) > 1
        return super().resolve_command(ctx, ["lot", *args] if is_short else args)


@click.group("trace", cls=TraceNoun)
def trace() -> None:
    """Trace goods both ways, with reconciliation; `trace SKU LOT` is short for `trace lot SKU LOT`."""


def _asked(face: Face) -> Face:
    """What every question may add: as of when, and where to write the evidence."""
    for option in reversed(
        (
            click.option("--at", type=Moment(), show_default="now", help="As of this moment, by when goods moved."),
            click.option(
                "--out", type=click.Path(path_type=Path), help="Write the evidence pack, a ZIP, into this folder."
            ),
            click.option(
                "--gs1-prefix", envvar="OWNSTOCK_GTIN_PREFIX", default="", show_envvar=True,
                help="The company's GS1 prefix: items whose SKU is a GTIN under it are named by GS1 keys.",
            ),
            click.option(
                "--uri-base", envvar="OWNSTOCK_URI_BASE", default="", show_envvar=True,
                help="A web address of the company's, under which all else is named in EPCIS.",
            ),
            limit_option(30),
            actor_option,
            json_option,
        )
    ):  # fmt: skip
        face = option(face)
    return face


@trace.command()
@click.argument("sku")
@click.argument("lot")
@_asked
def lot(sku: str, lot: str, **asked: Any) -> None:
    """Show where LOT of the item SKU (or a serial number) came from, where it went, and what is left."""
    _answer(lambda **who: queries.of_lot(sku, lot, **who), **asked)


@trace.command()
@click.argument("number")
@_asked
def order(number: str, **asked: Any) -> None:
    """Show what became of every lot that came for the purchase order NUMBER."""
    _answer(lambda **who: queries.of_order(number, **who), **asked)


@trace.command()
@click.argument("reference")
@_asked
def document(reference: str, **asked: Any) -> None:
    """Show which lots moved under a document (an invoice, a delivery note), and where else they went."""
    _answer(lambda **who: queries.of_document(reference, **who), **asked)


def _answer(
    ask: Callable[..., Dossier], *, at: datetime | None, out: Path | None, gs1_prefix: str, uri_base: str, limit: int,
    actor: str,
) -> None:  # fmt: skip
    dossier = ask(asked_by=actor, at=at)
    told = facts(dossier)
    if out is not None:
        names = naming(dossier.company, base=uri_base, gs1_prefix=gs1_prefix)
        made, path = actions.keep_pack(dossier, out, names)
        told |= {"pack": str(path), "sha256": made.sha256}
    if is_json_wanted(click.get_current_context()):
        print_json(told)
        return
    for line in _page(told, limit):
        click.echo(line)


HEADINGS = {
    "flows": "As what it came in and went out", "receipts": "From suppliers", "customers": "To customers",
    "left": "What is left", "transfers": "Between sites", "transformations": "What was made of what",
}  # fmt: skip


def _page(told: dict[str, Any], limit: int) -> list[str]:
    """The answer for people: the tree of lots, then a table for each part."""
    lines = [told["question"], "", *map(_branch, told["lots"])]
    for part, heading in HEADINGS.items():
        rows: Sequence[dict[str, Any]] = told[part]
        lines += ["", f"{heading} ({len(rows):,})"]
        lines += [f"  {line}" for line in table(rows[:limit])] if rows else ["  nothing"]
        if len(rows) > limit:
            lines.append(f"  … the first {limit:,}; --limit shows more, --out writes all.")
    lines += ["", "Every lot adds up." if told["adds_up"] else "Not every lot adds up."]
    lines += [f"- {text(sentence)}" for sentence in told["limits"]]
    if "pack" in told:
        lines += ["", f"Evidence: {told['pack']}", f"SHA-256:  {told['sha256']}"]
    return lines


def _branch(row: dict[str, Any]) -> str:
    indent = "  " * row["depth"] + ARROWS[row["role"]]
    sums = f"{text(row['came_in'])} in = {text(row['went_out'])} out + {text(row['on_hand'])} left"
    unexplained = f" + {text(row['unexplained'])} UNEXPLAINED" if row["unexplained"] else ""
    return f"{indent}{text(row['sku'])} lot {text(row['lot'])}: {sums}{unexplained}"


@trace.command()
@click.argument("sku")
@click.argument("lot")
@click.option("--minutes", required=True, type=Number(), help="From the question until everybody had the answer.")
@click.option("--result", required=True, help="What came of it, in your words.")
@actor_option
@json_option
def drill(sku: str, lot: str, minutes: Decimal, result: str, actor: str) -> None:
    """Record that a recall of LOT of the item SKU was done as an exercise; the trace is made again and timed."""
    began = time.perf_counter()
    dossier = queries.of_lot(sku, lot, asked_by=actor)
    seconds = time.perf_counter() - began
    kept = actions.record_drill(dossier, minutes=minutes, trace_seconds=seconds, result=result)
    verdict = "in time" if kept["is_in_time"] else f"later than {actions.DRILL_MINUTES} minutes"
    sums = "it adds up" if kept["adds_up"] else "it does not add up"
    tell(f"The drill of {sku} lot {lot} is recorded: {text(minutes)} minutes, {verdict}; {sums}.", kept)


@trace.command()
@limit_option(50)
@json_option
def drills(limit: int) -> None:
    """Show which recall drills were done, newest first."""
    rows = [
        {
            "recorded_at": e.recorded_at, "actor": e.actor, "subject": e.subject,
            "minutes": (e.new or {}).get("minutes"), "is_in_time": (e.new or {}).get("is_in_time"),
            "adds_up": (e.new or {}).get("adds_up"), "result": e.reason,
        }
        for e in queries.drills()[:limit]
    ]  # fmt: skip
    show(rows, empty="No drill was recorded yet.")


@trace.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@click.pass_context
def check(ctx: click.Context, file: Path) -> None:
    """Check an evidence pack: each file against the manifest, EPCIS against the tables, the whole against the journal.

    Ends with 1 when anything is not as it was made.
    """
    content = _content(file)
    manifest, findings = pack.check(content)
    made = queries.evidence_made(str(manifest.get("subject")), pack.sha256(content))
    if made is None:
        findings = [*findings, "The journal of this database knows no pack with this hash."]
    known = "" if made is None else f"It was made by {made.actor} at {text(made.recorded_at)}. "
    whole = f"The pack is whole: {counted(len(manifest['files']), 'file')}, hashes and movements agree."
    show([{"finding": finding} for finding in findings], empty=f"{known}{whole}")
    if findings:
        ctx.exit(1)


def _content(file: Path) -> bytes:
    if not file.is_file() or file.stat().st_size > LARGEST_PACK_BYTES:
        raise Refused(f"There is no file {file} that could be an evidence pack.", code="no_file", path=str(file))
    return file.read_bytes()
