"""Counting in cycles: what is due, opening a sheet, entering counts, approving, how right the record is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.cli.command import noun
from ownstock.cli.options import Day, Face, Moment, Number, actor_option, json_option, limit_option, on_option
from ownstock.cli.render import counted, first, show, tell
from ownstock.exchange.papers import count_sheet_csv
from ownstock.ledger.actions import count_classes, counts
from ownstock.ledger.actions.count_approval import approve as approve_sheet
from ownstock.ledger.actions.count_opening import DEFAULT_LINES, open_count
from ownstock.ledger.queries import counts as queries
from ownstock.ledger.queries.counts import Difference
from ownstock.ledger.rules import Status
from ownstock.ledger.rules.counting import AbcClass, Counted, CountState, CountVerdict

NUMBER = click.argument("number", metavar="SHEET")
REASON = click.option("--reason", required=True, help="Why, in your words; the journal keeps it.")
ACCURACY_DAYS = 365


@noun()
def count() -> None:
    """Counting in cycles: blind sheets, second counts, approval by another person."""


@count.command()
@click.option("--site", default="", help="At this site only.")
@on_option("Due by this day.")
@limit_option(50)
@json_option
def due(site: str, on: date | None, limit: int) -> None:
    """Show which items are to be counted, most overdue first, those never counted before all."""
    found = queries.due(on or timezone.now().date(), site=site, limit=limit)
    rows = [{name: value for name, value in asdict(row).items() if name != "item_id"} for row in found]
    show(rows, empty="Nothing is due.")


@count.command("open")
@click.argument("site")
@click.option("--lines", type=click.IntRange(1), default=DEFAULT_LINES, show_default=True, help="About so many lines.")
@click.option("--sku", "skus", multiple=True, help="This item instead of what is due; as often as needed.")
@click.option("--location", "locations", multiple=True, help="What lies here instead; as often as needed.")
@actor_option
@json_option
def open_sheet(site: str, lines: int, skus: Sequence[str], locations: Sequence[str], actor: str) -> None:
    """Open a sheet at SITE of what is most overdue, or of items or locations that you name."""
    sheet = open_count(site, line_count=lines, skus=skus, locations=locations, actor=actor)
    told = sheet.lines.count()
    tell(f"{sheet.number} is open at {site} with {counted(told, 'line')}.", {"number": sheet.number, "lines": told})


@count.command("list")
@click.option("--state", type=click.Choice([str(s) for s in CountState]), help="In this state only.")
@limit_option(50)
@json_option
def list_sheets(state: str | None, limit: int) -> None:
    """Show sheets, the newest first."""
    rows = [
        {"number": s.number, "site": s.site.code, "state": s.state, "opened_at": s.opened_at, "ended_at": s.ended_at}
        for s in first(queries.cycle_counts(state or ""), limit)
    ]
    show(rows, empty="There is no sheet.")


@count.command("show")
@NUMBER
@click.option("--needs-another", is_flag=True, help="Only lines that another person must count.")
@click.option("--csv", "csv_path", type=click.Path(path_type=Path), help="Write it to this CSV file, to be filled in.")
@click.option("--pdf", "pdf_path", type=click.Path(path_type=Path), help="Write it to this PDF file, to be printed.")
@json_option
def show_sheet(number: str, needs_another: bool, csv_path: Path | None, pdf_path: Path | None) -> None:
    """Show what is to be counted and what still needs a count; never what is expected."""
    sheet = queries.cycle_count(number)
    lines = queries.sheet_lines(sheet)
    if needs_another:
        lines = [line for line in lines if line.verdict == CountVerdict.NEEDS_ANOTHER]
    if csv_path:
        csv_path.write_bytes(count_sheet_csv.render(lines))
    if pdf_path:
        # Its library takes half a second to load: only who prints a sheet should wait for it, not every command.
        from ownstock.exchange.papers import count_sheet_pdf

        pdf_path.write_bytes(count_sheet_pdf.render(sheet, lines))
    if csv_path or pdf_path:
        files = [str(path) for path in (csv_path, pdf_path) if path]
        tell(f"{counted(len(lines), 'line')} of {number} written to {', '.join(files)}.", {"files": files})
        return
    rows = [{**asdict(line), "verdict": str(line.verdict), "counters": ", ".join(line.counters)} for line in lines]
    show(rows, empty=f"Nothing of {number} needs a count.")


def _entry(face: Face) -> Face:
    """What a count is told by: a filled file, or options."""
    for option in reversed(
        (
            NUMBER,
            click.argument("file", type=click.Path(path_type=Path), required=False),
            click.option("--line", type=click.IntRange(1), help="The line that was counted."),
            click.option("--quantity", type=Number(), help="So many stock units were there."),
            click.option("--sku", default="", help="Of goods that are not on the sheet: the item."),
            click.option("--location", default="", help="Of these: where they were found."),
            click.option("--lot", default="", help="Of these: the lot."),
            click.option(
                "--status", default="", type=click.Choice(["", *map(str, Status)]), help="Of these: their status."
            ),
            click.option("--counted-at", type=Moment(), show_default="now", help="When it was counted."),
            actor_option,
            json_option,
        )
    ):
        face = option(face)
    return face


@count.command()
@_entry
def enter(number: str, file: Path | None, actor: str, **told: Any) -> None:
    """Enter what was counted, from a filled sheet (CSV or XLSX) or for one line."""
    _enter(number, _counts(file, **told), actor, is_second=False)


@count.command()
@_entry
def second(number: str, file: Path | None, actor: str, **told: Any) -> None:
    """Enter second counts: of lines that somebody else counted before you."""
    _enter(number, _counts(file, **told), actor, is_second=True)


def _counts(file: Path | None, *, quantity: Decimal | None, **told: Any) -> list[Counted]:
    if file is not None:
        return count_sheet_csv.read(file)
    if quantity is None:
        raise Refused("Name a filled sheet, or --line and --quantity.", code="no_count")
    return [Counted(quantity, **told)]


def _enter(number: str, counted_lines: Sequence[Counted], actor: str, *, is_second: bool) -> None:
    entries = counts.enter(number, counted_lines, counter=actor, is_second=is_second)
    left = [line for line in queries.sheet_lines(queries.cycle_count(number)) if line.verdict != CountVerdict.SETTLED]
    sentence = f"{counted(len(entries), 'count')} entered on {number}; {counted(len(left), 'line')} still to count."
    tell(sentence, {"number": number, "entered": len(entries), "left": [line.line for line in left]})


@count.command()
@NUMBER
@actor_option
@json_option
def differences(number: str, actor: str) -> None:
    """Show what was counted beside what was expected: when all is counted, to somebody who did not count."""
    show(_difference_rows(queries.differences(number, viewer=actor)), empty=f"{number} has no line that was counted.")


def _difference_rows(found: Sequence[Difference]) -> list[dict[str, Any]]:
    return [
        {
            "line": row.line, "sku": row.sku, "location": row.location, "lot": row.lot, "status": row.status,
            "expected": row.expected_quantity, "counted": row.counted_quantity, "difference": row.difference,
            "amount": row.amount, "is_within_tolerance": row.is_within_tolerance, "counter": row.counter,
        }
        for row in found
    ]  # fmt: skip


@count.command()
@NUMBER
@click.option(
    "--reason", default="", help="Why lines differ by more than is tolerated; of those with no reason of their own."
)
@click.option(
    "--line-reason", "line_reasons", type=(int, str), multiple=True, metavar="LINE REASON", help="Why this line does."
)
@actor_option
@json_option
def approve(number: str, reason: str, line_reasons: Sequence[tuple[int, str]], actor: str) -> None:
    """Take the differences of a sheet into the ledger, in one posting; whoever counted cannot be the one."""
    approved = approve_sheet(number, actor=actor, reasons=dict(line_reasons), reason=reason)
    differing = sum(bool(row.difference) for row in approved.differences)
    done = f"{counted(differing, 'line')} differed" + (f"; posted as {approved.posting_key}." if differing else ".")
    before = "" if approved.is_new else " That was done before; nothing was posted now."
    tell(
        f"{number} is approved: {done}{before}",
        {"number": number, "posting": approved.posting_key, "is_new": approved.is_new,
         "differences": _difference_rows(approved.differences)},
    )  # fmt: skip


@count.command()
@NUMBER
@click.argument("line", type=int)
@REASON
@actor_option
@json_option
def reject(number: str, line: int, reason: str, actor: str) -> None:
    """Have LINE counted anew: what was counted of it so far no longer counts."""
    counts.reject(number, line, reason=reason, actor=actor)
    tell(f"Line {line} of {number} is to be counted anew.", {"number": number, "line": line})


@count.command("leave-out")
@NUMBER
@click.argument("line", type=int)
@REASON
@actor_option
@json_option
def leave_out(number: str, line: int, reason: str, actor: str) -> None:
    """Take LINE off a sheet without an outcome; its item stays due."""
    counts.leave_out(number, line, reason=reason, actor=actor)
    tell(f"Line {line} of {number} is left out.", {"number": number, "line": line})


@count.command()
@NUMBER
@REASON
@actor_option
@json_option
def cancel(number: str, reason: str, actor: str) -> None:
    """End a sheet without posting anything."""
    counts.cancel(number, reason=reason, actor=actor)
    tell(f"{number} is cancelled.", {"number": number})


@count.command()
@click.option("--since", type=Day(), show_default="a year ago", help="Counted from this day on.")
@click.option("--site", default="", help="At this site only.")
@json_option
def accuracy(since: date | None, site: str) -> None:
    """Show how right the record was, by month, site and class: shares of lines, and what they differed by in money."""
    begin = since or timezone.now().date() - timedelta(days=ACCURACY_DAYS)
    rows = [
        {
            "month": a.month, "site": a.site, "abc_class": a.abc_class, "lines": a.lines, "exact": a.exact_share,
            "within_tolerance": a.within_share, "net_amount": a.net_amount, "absolute_amount": a.absolute_amount,
        }
        for a in queries.accuracy(datetime.combine(begin, time(), UTC), site=site)
    ]  # fmt: skip
    show(rows, empty="Nothing was counted and approved since then.")


@count.command()
@on_option("By the issues of the year before this day.")
@json_option
def classify(on: date | None) -> None:
    """Find the ABC class of every item at every site now; a job does so every night."""
    found = count_classes.classify(on or timezone.now().date())
    told = ", ".join(f"{name}: {number:,}" for name, number in found.items())
    tell(f"{told}.", {str(name): number for name, number in found.items()})


@count.command()
@json_option
def policies() -> None:
    """Show how often the items of each class are counted, and how far a count may differ."""
    rows = [
        {
            "abc_class": p.abc_class, "cumulative_share": p.cumulative_share, "every_days": p.every_days,
            "tolerance_share": p.tolerance_share, "tolerance_units": p.tolerance_units,
            "tolerance_amount": p.tolerance_amount,
        }
        for p in queries.policies().values()
    ]  # fmt: skip
    show(rows, empty="There is no policy.")


@count.command("set-policy")
@click.argument("abc_class", metavar="CLASS", type=click.Choice([str(c) for c in AbcClass]))
@click.option("--cumulative-share", type=Number(), help="Its items reach so much of the value of all issues, as 0.8.")
@click.option("--every-days", type=click.IntRange(1), help="They are due again so many days after a count.")
@click.option("--tolerance-share", type=Number(), help="A count may differ by so much of what is expected, as 0.01 …")
@click.option("--tolerance-units", type=Number(), help="… or by so many stock units, where that is more …")
@click.option("--tolerance-amount", type=Number(), help="… but never by more than this, in the company's currency.")
@REASON
@actor_option
@json_option
def set_policy(abc_class: str, reason: str, actor: str, **told: Any) -> None:
    """Say how the items of CLASS are counted; what is not given stays."""
    count_classes.set_policy(AbcClass(abc_class), actor=actor, reason=reason, **told)
    tell(f"Class {abc_class} is counted so from now on.", {"abc_class": abc_class})
