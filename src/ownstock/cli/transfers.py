"""Transfers between sites: writing, placing, shipping, receiving, losing and cancelling them, and looking at them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from ownstock.cli.command import is_json_wanted, noun
from ownstock.cli.options import Day, Moment, Number, actor_option, json_option, limit_option
from ownstock.cli.render import counted, first, print_json, show, table, tell, text
from ownstock.planning.inputs.transfers import ship as ship_goods
from ownstock.planning.inputs.transfers import suggested
from ownstock.planning.queries import business_day
from ownstock.purchasing.actions import transfers as actions
from ownstock.purchasing.actions.transfers import ArrivedPart, AskedPart, LostPart, ShippedPart
from ownstock.purchasing.models import TransferEntry, TransferLine, TransferOrder
from ownstock.purchasing.queries import transfers as queries
from ownstock.purchasing.rules.transfers import OnTheWay, TransferState

LINES = click.option("--line", "lines", type=click.IntRange(min=1), multiple=True, help="A line; again for each.")
KEY = click.option("--key", required=True, help="Makes it happen once, such as the delivery note's number.")
MOVED_AT = click.option("--moved-at", type=Moment(), show_default="now", help="When the goods moved, with time zone.")


@noun()
def transfer() -> None:
    """Transfers: goods that one site sends to another."""


@transfer.command("list")
@click.option("--state", type=click.Choice([str(s) for s in TransferState]), help="Only those in this state.")
@limit_option(50)
@json_option
def list_transfers(state: str | None, limit: int) -> None:
    """List transfer orders, newest first."""
    rows = [
        {**_told(order), "lines": order.line_count, "to_ship": order.to_ship, "on_the_way": order.on_the_way}
        for order in first(queries.transfer_totals(state or ""), limit)
    ]
    show(rows, empty="There are no such transfers.")


def _told(order: TransferOrder) -> dict[str, Any]:
    return {
        "number": order.number, "state": order.state, "source": order.source.code, "target": order.target.code,
        "requested_on": order.requested_on, "transit_days": order.transit_days,
    }  # fmt: skip


@transfer.command("show")
@click.argument("number")
@json_option
@click.pass_context
def show_transfer(ctx: click.Context, number: str) -> None:
    """Show a transfer order: its lines, what is on the way, and everything that happened to it."""
    order = queries.transfer(number)
    lines = [_line(line) for line in queries.transfer_lines(order)]
    on_the_way = [_on_the_way(goods) for goods in queries.on_the_way(order)]
    entries = [_entry(entry) for entry in queries.transfer_entries(order)]
    if is_json_wanted(ctx):
        print_json({**_told(order), "lines": lines, "on_the_way": on_the_way, "entries": entries})
        return
    click.echo("\n".join([*table([_told(order)]), "", *table(lines)]))
    for heading, rows in (("On the way", on_the_way), ("What happened", entries)):
        if rows:
            click.echo("\n".join(["", heading, *table(rows)]))


def _line(line: TransferLine) -> dict[str, Any]:
    return {
        "line": line.line, "sku": line.item.sku, "quantity": line.quantity, "shipped": line.shipped_quantity,
        "received": line.received_quantity, "lost": line.lost_quantity, "cancelled": line.cancelled_quantity,
        "to_ship": line.totals.to_ship, "on_the_way": line.totals.on_the_way,
    }  # fmt: skip


def _on_the_way(goods: OnTheWay) -> dict[str, Any]:
    return {
        "line": goods.line, "lot": goods.lot, "quantity": goods.quantity, "expected_on": goods.expected_on,
        "shipment": goods.shipment_key,
    }  # fmt: skip


def _entry(entry: TransferEntry) -> dict[str, Any]:
    return {
        "recorded_at": entry.recorded_at, "kind": entry.kind, "line": entry.line.line,
        "location": entry.location.code if entry.location else "", "lot": entry.lot.code if entry.lot else "",
        "shipped": entry.shipped_change, "received": entry.received_change, "damaged": entry.damaged_quantity,
        "lost": entry.lost_change, "cancelled": entry.cancelled_change, "posting": entry.posting_key,
        "actor": entry.actor, "reason": entry.reason,
    }  # fmt: skip


@transfer.command()
@click.argument("source")
@click.argument("target")
@click.option("--sku", "skus", multiple=True, required=True, help="An item; again for each.")
@click.option("--quantity", "quantities", type=Number(), multiple=True, help="So many stock units of that item.")
@click.option("--requested-on", required=True, type=Day(), help="The day on which TARGET wants the goods.")
@click.option("--transit-days", required=True, type=int, help="Days that the goods are on the way.")
@click.option("--key", default="", help="Makes it one order: the same call again changes nothing.")
@actor_option
@json_option
def draft(
    source: str, target: str, skus: Sequence[str], quantities: Sequence[Decimal], requested_on: date, transit_days: int,
    key: str, actor: str,
) -> None:  # fmt: skip
    """Write a transfer of goods from the site SOURCE to the site TARGET. Planning counts on it from now on."""
    parts = [AskedPart(*part) for part in _paired(skus, quantities, "--sku")]
    order = actions.draft(
        source, target, parts, requested_on=requested_on, transit_days=transit_days, actor=actor, key=key
    )
    tell(
        f"{order.number} is drafted: {counted(len(parts), 'line')} from {source} to {target}; place it next.",
        _told(order),
    )


def _paired(named: Sequence[Any], quantities: Sequence[Decimal], option: str) -> list[tuple[Any, Decimal]]:
    if len(named) != len(quantities):
        raise click.UsageError(f"Each {option} needs its --quantity.")
    return list(zip(named, quantities, strict=True))


@transfer.command()
@click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True)
@actor_option
@json_option
def place(numbers: Sequence[str], actor: str) -> None:
    """Tell the source to ship. Placing a placed transfer changes nothing."""
    show([_told(actions.place(number, actor=actor)) for number in numbers], empty="")


@transfer.command()
@click.argument("number")
@LINES
@click.option("--quantity", "quantities", type=Number(), multiple=True, help="So many stock units of that line left.")
@click.option("--lot", "lots", multiple=True, help="Of this lot; for every line or for none: what expires first.")
@click.option("--all-open", is_flag=True, help="All that is still to be shipped.")
@click.option("--reason", default="", help="Why what expires earlier is left behind, where lots are named.")
@KEY
@MOVED_AT
@actor_option
@json_option
def ship(
    number: str, lines: Sequence[int], quantities: Sequence[Decimal], lots: Sequence[str], all_open: bool, reason: str,
    key: str, moved_at: datetime | None, actor: str,
) -> None:  # fmt: skip
    """Ship goods: they leave the source's shelves, first expired first out, and are on the way."""
    _check(lines, quantities, lots, all_open)
    if all_open:
        parts = _all_to_ship(number)
    else:
        rows = zip(lines, quantities, lots or [""] * len(lines), strict=True)
        parts = [ShippedPart(*row) for row in rows]
    order = ship_goods(number, parts, key=key, actor=actor, moved_at=moved_at, reason=reason)
    tell(f"{number} is {order.state}; {counted(len(parts), 'line')} shipped.", {**_told(order), "key": key})


def _check(lines: Sequence[int], quantities: Sequence[Decimal], lots: Sequence[str], all_open: bool) -> None:
    if bool(lines) == all_open or len(lines) != len(quantities) or len(lots) not in (0, len(lines)):
        raise click.UsageError("Say --all-open, or for each --line its --quantity (and its --lot, or none).")


def _all_to_ship(number: str) -> list[ShippedPart]:
    lines = queries.transfer_lines(queries.transfer(number))
    return [ShippedPart(line.line, line.totals.to_ship) for line in lines if line.totals.to_ship > 0]


@transfer.command()
@click.argument("number")
@LINES
@click.option(
    "--quantity", "quantities", type=Number(), multiple=True, help="So many stock units of that line came sound."
)
@click.option(
    "--damaged",
    "damaged",
    type=Number(),
    multiple=True,
    help="On top, so many came damaged; for every line or for none.",
)
@click.option("--lot", "lots", multiple=True, help="Of this lot; for every line or for none.")
@click.option("--all-open", is_flag=True, help="All that is on the way came sound.")
@click.option("--location", default="", help="The place where they were put.", show_default="the site itself")
@click.option("--reason", default="", help="What is damaged, where something is.")
@KEY
@MOVED_AT
@actor_option
@json_option
def receive(
    number: str, lines: Sequence[int], quantities: Sequence[Decimal], damaged: Sequence[Decimal], lots: Sequence[str],
    all_open: bool, location: str, reason: str, key: str, moved_at: datetime | None, actor: str,
) -> None:  # fmt: skip
    """Put goods that came on the target's shelf; what came damaged is on hold. The rest is still on the way."""
    _check(lines, quantities, lots, all_open)
    if len(damaged) not in (0, len(lines)):
        raise click.UsageError("Give --damaged for every line or for none.")
    if all_open:
        parts = [ArrivedPart(g.line, g.quantity, g.lot) for g in queries.on_the_way(queries.transfer(number))]
    else:
        rows = zip(lines, quantities, lots or [""] * len(lines), damaged or [Decimal(0)] * len(lines), strict=True)
        parts = [ArrivedPart(*row) for row in rows]
    order = actions.receive(number, parts, key=key, actor=actor, location=location, reason=reason, moved_at=moved_at)
    tell(f"{number} is {order.state}; {counted(len(parts), 'line')} received.", {**_told(order), "key": key})


@transfer.command()
@click.argument("number")
@click.argument("line", type=click.IntRange(min=1))
@click.argument("quantity", type=Number())
@click.option("--lot", default="", help="Of this lot, where several are on the way.")
@click.option("--reason", required=True, help="Why, in your words.")
@KEY
@actor_option
@json_option
def lose(number: str, line: int, quantity: Decimal, lot: str, reason: str, key: str, actor: str) -> None:
    """Say that QUANTITY of a line left and will never come: a count difference, which takes off its value."""
    order = actions.lose(number, [LostPart(line, quantity, lot)], key=key, reason=reason, actor=actor)
    tell(f"{number} is {order.state}; {text(quantity)} of line {line} is lost.", {**_told(order), "key": key})


@transfer.command()
@click.argument("number")
@click.option("--line", type=click.IntRange(min=1), show_default="all lines", help="Of this line alone.")
@click.option("--quantity", type=Number(), show_default="all that is not shipped", help="So many stock units of it.")
@click.option("--reason", required=True, help="Why, in your words.")
@KEY
@actor_option
@json_option
def cancel(number: str, line: int | None, quantity: Decimal | None, reason: str, key: str, actor: str) -> None:
    """Take off what is not shipped: it is not to leave any more."""
    order = actions.cancel(number, line=line, quantity=quantity, key=key, reason=reason, actor=actor)
    tell(f"{number} is {order.state}; what is not shipped is cancelled.", _told(order))


@transfer.command()
@click.argument("number")
@click.option("--pdf", "path", required=True, type=click.Path(path_type=Path), help="Write it to this PDF file.")
@click.option("--shipment", default="", help="The key of a shipment.", show_default="what is still to be picked")
@json_option
def note(number: str, path: Path, shipment: str) -> None:
    """Write the pick note of what is to be shipped, or with --shipment the delivery note of what left."""
    # Its library takes half a second to load: only who prints a note should wait for it, not every command.
    from ownstock.exchange.papers import transfer_note_pdf

    order = queries.transfer(number)
    if shipment:
        path.write_bytes(transfer_note_pdf.delivery_note(order, shipment))
    else:
        picks = suggested(order, today=business_day(order.source.time_zone))
        path.write_bytes(transfer_note_pdf.pick_note(order, picks))
    tell(f"The note of {number} is in {path}.", {"number": number, "path": str(path)})


@transfer.command()
@json_option
@click.pass_context
def verify(ctx: click.Context) -> None:
    """Check that totals are the sums of their entries, and that what lies in transit is on the way. Ends with 1 if not."""
    found = queries.transfer_differences()
    rows = [{"place": d.place, "what": d.what, "kept": d.kept, "derived": d.derived} for d in found]
    show(rows, empty="Every total is the sum of its entries, and all goods in transit are on the way.")
    if found:
        ctx.exit(1)
