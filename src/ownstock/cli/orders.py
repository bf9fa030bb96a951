"""Purchase orders: looking at them, placing, taking the supplier's answer, receiving, cutting."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.cli.answer import all_accepted, answers_of, read_answers
from ownstock.cli.command import command, is_json_wanted
from ownstock.cli.options import Day, Number, actor_option, json_option, limit_option, on_option
from ownstock.cli.render import counted, first, print_json, show, table, tell, text
from ownstock.planning.queries import business_day
from ownstock.purchasing import actions, queries
from ownstock.purchasing.actions import ReceiptLine
from ownstock.purchasing.models import OrderLine, PurchaseOrder
from ownstock.purchasing.queries.approvals import is_free_to_leave
from ownstock.purchasing.queries.scans import scanned_goods
from ownstock.purchasing.queries.waiting import WaitsFor, waiting_orders
from ownstock.purchasing.rules import LineAnswer, OrderState, open_quantity


@command()
@click.option("--state", type=click.Choice([str(s) for s in OrderState]), help="Only those in this state.")
@click.option(
    "--waiting", type=click.Choice([str(w) for w in WaitsFor]),
    help="Only those that wait for an approval, for their supplier's answer, or for goods that are late.",
)  # fmt: skip
@limit_option(50)
@json_option
def orders(state: str | None, waiting: str | None, limit: int) -> None:
    """List purchase orders, newest first."""
    found = queries.orders().filter(state=state) if state else queries.orders()
    if waiting:
        found = found.filter(pk__in=waiting_orders(WaitsFor(waiting), today=business_day()).values("pk"))
    rows = [
        {
            "number": o.number, "state": o.state, "supplier": o.supplier.code, "site": o.site.code,
            "currency": o.currency, "ordered_on": o.ordered_on, "placed_at": o.placed_at,
        }
        for o in first(found, limit)
    ]  # fmt: skip
    show(rows, empty="There are no such orders.")


@command("show")
@click.argument("number")
@json_option
@click.pass_context
def show_order(ctx: click.Context, number: str) -> None:
    """Show a purchase order: its lines, and of each what is promised, received and still open."""
    found = queries.order(number)
    rows = [row for line in queries.lines(found) for row in _deliveries(line)]
    heading = {
        "number": found.number, "state": found.state, "supplier": found.supplier.code, "site": found.site.code,
        "currency": found.currency, "ordered_on": found.ordered_on,
    }  # fmt: skip
    if is_json_wanted(ctx):
        print_json({**heading, "deliveries": rows})
        return
    told = f"{found.number} ({found.state}) to {text(found.supplier.name)} for {text(found.site.name)}"
    click.echo(f"{told}, {found.currency}, ordered on {found.ordered_on}\n")
    click.echo("\n".join(table(rows)))


def _deliveries(line: OrderLine) -> list[dict[str, Any]]:
    return [
        {
            "line": line.line, "sku": line.item.sku, "price": line.price, "quantity": d.quantity,
            "requested_on": d.requested_on, "first_promised_on": d.first_promised_on,
            "latest_promised_on": d.latest_promised_on, "received": d.received_quantity,
            "cancelled": d.cancelled_quantity,
            "open": open_quantity(d.quantity, d.received_quantity, d.cancelled_quantity),
        }
        for d in line.deliveries.all()
    ]  # fmt: skip


@command()
@click.argument("numbers", metavar="[NUMBER]...", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="All drafts that need no approval or have it.")
@click.option(
    "--below-minimum", default="", metavar="REASON", help="Why an order smaller than agreed is sent all the same."
)
@actor_option
@json_option
def place(numbers: tuple[str, ...], is_all: bool, below_minimum: str, actor: str) -> None:
    """Send draft orders to their suppliers. Placing a placed order changes nothing, or sends a change that waited."""
    if bool(numbers) == is_all:
        raise click.UsageError("Name orders by NUMBER, or say --all.")
    if is_all:
        numbers = tuple(found.number for found in queries.unsent_orders() if is_free_to_leave(found))
    on = business_day()
    rows = [told(actions.place(number, actor=actor, below_minimum=below_minimum, on=on)) for number in numbers]
    show(rows, empty="There are no drafts to place.")


def told(found: PurchaseOrder) -> dict[str, Any]:
    """What a command says of an order that it did something to."""
    return {"number": found.number, "state": found.state, "supplier": found.supplier.code}


@command()
@click.argument("number")
@click.option("--file", type=click.Path(path_type=Path), help="The answer: CSV (line, quantity, promised_on) or JSON.")
@click.option("--line", "lines", type=click.IntRange(min=1), multiple=True, help="A line; again for each.")
@click.option(
    "--quantity", "quantities", type=Number(), multiple=True, help="So much of that line will come; 0: nothing."
)
@click.option(
    "--promised-on", "days", type=Day(), multiple=True, help="On this day: one for all, or one for each line."
)
@click.option("--accept-all", is_flag=True, help="Every line as it was asked for.")
@click.option("--message-key", show_default="a new one", help="The message's own identity: it then counts once.")
@actor_option
@json_option
def acknowledge(
    number: str, file: Path | None, lines: tuple[int, ...], quantities: tuple[Decimal, ...], days: tuple[date, ...],
    accept_all: bool, message_key: str | None, actor: str,
) -> None:  # fmt: skip
    """Take a supplier's answer to an order: what of each line will come, and when.

    A line that is not named stays as it was; what is not promised of a named line is cancelled.
    """
    if [file is not None, bool(lines), accept_all].count(True) != 1:
        raise click.UsageError(
            "Give the answer by --file, by --line with --quantity and --promised-on, or --accept-all."
        )
    if file is not None:
        answers = read_answers(file)
    elif accept_all:
        answers = all_accepted(queries.lines(queries.order(number)), days[0] if days else None)
    else:
        answers = _answers(lines, quantities, days)
    answered = actions.acknowledge(number, answers, message_key=message_key or f"cli:{uuid.uuid4().hex}", actor=actor)
    tell(
        f"{number} is {answered.state}; {counted(len(answers), 'line')} answered.",
        {**told(answered), "lines": len(answers)},
    )


def _answers(lines: Sequence[int], quantities: Sequence[Decimal], days: Sequence[date]) -> list[LineAnswer]:
    if len(lines) != len(quantities) or len(days) not in (0, 1, len(lines)):
        raise click.UsageError("Each --line needs its --quantity, and --promised-on once or as often as --line.")
    dated = list(days) if len(days) == len(lines) else [days[0] if days else None] * len(lines)
    return answers_of(zip(lines, quantities, dated, strict=True))


@command()
@click.argument("number")
@click.option("--line", "lines", type=click.IntRange(min=1), multiple=True, help="A line; again for each.")
@click.option("--quantity", "quantities", type=Number(), multiple=True, help="So many stock units of that line came.")
@click.option("--lot", "lots", multiple=True, help="Of this lot; for every line or for none.")
@click.option(
    "--damaged", type=Number(), multiple=True, help="So many more of it are damaged; for every line or for none."
)
@click.option("--reason", default="", help="What is wrong with what is damaged.")
@click.option(
    "--notice", default="", help="The supplier's shipping notice that the goods came by: what is missing is short."
)
@click.option("--all-open", is_flag=True, help="All that is still open came.")
@click.option(
    "--scan", "scans", multiple=True,
    help="What a scanner reads of a packing (GS1): item, lot, expiry, serial number, count; again for each.",
)  # fmt: skip
@click.option("--key", required=True, help="Makes it happen once, such as the delivery note's number.")
@on_option("The day on which the goods came.")
@actor_option
@json_option
def receive(
    number: str, lines: tuple[int, ...], quantities: tuple[Decimal, ...], lots: tuple[str, ...],
    damaged: tuple[Decimal, ...], reason: str, notice: str, all_open: bool, scans: tuple[str, ...], key: str,
    on: date | None, actor: str,
) -> None:  # fmt: skip
    """Put goods that came on the shelf: one posting in the ledger, and the order knows what it still waits for.

    What is damaged comes in on hold; it and whatever else is not as ordered or announced is a discrepancy to settle.
    """
    counts = {len(lots), len(damaged)} - {0, len(lines)}
    if [bool(lines), all_open, bool(scans)].count(True) != 1 or len(lines) != len(quantities) or counts:
        raise click.UsageError(
            "Say --all-open, --scan for each packing, or for each --line its --quantity (and its --lot, if it has one)."
        )
    found = queries.order(number)
    zone = ZoneInfo(found.site.time_zone)
    received_on = on or timezone.localdate(timezone=zone)
    if scans:
        receipts = _scanned(found, scans, received_on)
    else:
        receipts = _open_receipts(found) if all_open else _receipts(lines, quantities, lots, damaged, reason)
    received = actions.receive(
        number, receipts, key=key, received_on=received_on, actor=actor, moved_at=_moved_at(on, zone), notice=notice
    )
    tell(f"{number} is {received.state}; {counted(len(receipts), 'line')} received.", {**told(received), "key": key})


def _receipts(
    lines: Sequence[int], quantities: Sequence[Decimal], lots: Sequence[str], damaged: Sequence[Decimal], reason: str
) -> list[ReceiptLine]:
    rows = zip(lines, quantities, lots or [""] * len(lines), damaged or [Decimal(0)] * len(lines), strict=True)
    return [
        ReceiptLine(line, quantity, lot, damaged=broken, reason=reason if broken else "")
        for line, quantity, lot, broken in rows
    ]


def _scanned(found: PurchaseOrder, scans: Sequence[str], on: date) -> list[ReceiptLine]:
    """What was scanned, summed by line and lot; a single piece counts once."""
    lines, sums = queries.lines(found), dict[tuple[int, str, date | None], Decimal]()
    pieces = set[str]()
    for text_of_scan in scans:
        goods = scanned_goods(found.number, lines, text_of_scan, on=on)
        if goods.piece and goods.piece in pieces:
            raise Refused(f"{goods.sentence}: it was scanned before; scan each piece once.", code="scanned_twice")
        pieces.add(goods.piece)
        of = goods.line, goods.lot, goods.expires_on
        sums[of] = sums.get(of, Decimal(0)) + goods.quantity
    return [ReceiptLine(line, quantity, lot, expires_on) for (line, lot, expires_on), quantity in sums.items()]


def _open_receipts(found: PurchaseOrder) -> list[ReceiptLine]:
    rooms = {line.line: sum((row["open"] for row in _deliveries(line)), Decimal(0)) for line in queries.lines(found)}
    receipts = [ReceiptLine(line, room) for line, room in rooms.items() if room > 0]
    if not receipts:
        raise Refused(f"Nothing is open of {found.number}.", code="nothing_open", number=found.number)
    return receipts


def _moved_at(on: date | None, zone: ZoneInfo) -> datetime | None:
    """Noon of a day that has passed; None (now) for today, so that nothing moves in the future."""
    if on is None or on >= timezone.localdate(timezone=zone):
        return None
    return datetime.combine(on, time(12), zone)


@command()
@click.argument("number")
@click.argument("line", type=click.IntRange(min=1))
@click.argument("quantity", type=Number())
@click.option("--reason", required=True, help="Why, in your words.")
@click.option("--by-supplier", is_flag=True, help="The supplier will not send it; it counts against it.")
@actor_option
@json_option
def cut(number: str, line: int, quantity: Decimal, reason: str, by_supplier: bool, actor: str) -> None:
    """Take QUANTITY off what is still open of a line: it will not come, or is not wanted any more."""
    left = actions.cut(number, line, quantity, actor=actor, reason=reason, by_supplier=by_supplier)
    tell(f"{number} is {left.state}; {text(quantity)} of line {line} will not come.", told(left))
