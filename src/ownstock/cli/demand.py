"""What customers want: entering it, promising it, allocating goods to it, shipping it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click
from django.utils import timezone

from ownstock.cli.command import is_json_wanted, noun
from ownstock.cli.options import Day, Moment, Number, actor_option, json_option, limit_option, on_option
from ownstock.cli.render import counted, first, print_json, show, table, tell, text
from ownstock.demand import actions, queries
from ownstock.demand.models import DemandEntry, DemandLine
from ownstock.demand.rules import DemandState, EnteredLine, Part
from ownstock.planning.queries.promises import promise as promised


@noun()
def demand() -> None:
    """What customers want: demand lines, allocations, shipments."""


@demand.command("list")
@click.option("--state", type=click.Choice([str(s) for s in DemandState]), help="Only those in this state.")
@click.option("--sku", default="", help="Only those of this item.")
@click.option("--customer", default="", help="Only those of this customer.")
@limit_option(50)
@json_option
def list_lines(state: str | None, sku: str, customer: str, limit: int) -> None:
    """List demand lines, those wanted first before others."""
    found = queries.demand_lines(state or "", sku=sku, customer_code=customer)
    show([_line(line) for line in first(found, limit)], empty="There are no such demand lines.")


def _line(line: DemandLine) -> dict[str, Any]:
    return {
        "number": line.number, "state": line.state, "customer": line.customer.code, "reference": line.reference,
        "sku": line.item.sku, "site": line.site.code, "wanted_on": line.wanted_on, "quantity": line.quantity,
        "allocated": line.allocated_quantity, "shipped": line.shipped_quantity, "open": line.open_quantity,
    }  # fmt: skip


@demand.command("show")
@click.argument("number")
@json_option
@click.pass_context
def show_line(ctx: click.Context, number: str) -> None:
    """Show a demand line: what is promised to it, and everything that happened to it."""
    line = queries.demand_line(number)
    places = [
        {"location": a.location.code, "lot": a.lot.code if a.lot else "", "quantity": a.quantity}
        for a in queries.allocations(line)
    ]
    entries = [_entry(entry) for entry in queries.entries(line)]
    if is_json_wanted(ctx):
        print_json({**_line(line), "allocations": places, "entries": entries})
        return
    click.echo("\n".join(table([_line(line)])))
    for heading, rows in (("Allocated", places), ("What happened", entries)):
        if rows:
            click.echo("\n".join(["", heading, *table(rows)]))


def _entry(entry: DemandEntry) -> dict[str, Any]:
    return {
        "recorded_at": entry.recorded_at, "kind": entry.kind, "location": entry.location.code if entry.location else "",
        "lot": entry.lot.code if entry.lot else "", "allocated": entry.allocated_change, "shipped": entry.shipped_change,
        "cancelled": entry.cancelled_change, "posting": entry.posting_key, "actor": entry.actor, "reason": entry.reason,
    }  # fmt: skip


@demand.command()
@click.argument("code")
@click.argument("name")
@click.option(
    "--remaining-life", "days", type=click.IntRange(0, 36_500), default=0, show_default=True,
    help="Goods must be usable for so many days after the day they are wanted.",
)  # fmt: skip
@actor_option
@json_option
def customer(code: str, name: str, days: int, actor: str) -> None:
    """Make a customer, or change what is known of one."""
    made = actions.set_customer(code, name, minimum_remaining_life_days=days, actor=actor)
    tell(f"{code} is {text(name)}.", {"code": made.code, "name": name, "minimum_remaining_life_days": days})


@demand.command()
@click.argument("customer_code", metavar="CUSTOMER")
@click.argument("sku")
@click.argument("quantity", type=Number())
@click.option("--site", required=True, help="From where it is to be shipped.")
@click.option("--wanted-on", required=True, type=Day(), help="The day on which the customer wants it.")
@click.option("--key", required=True, help="Makes it one line: such as the customer's order and line number.")
@click.option("--reference", default="", help="The customer's document: the number of their order.")
@actor_option
@json_option
def enter(
    customer_code: str, sku: str, quantity: Decimal, site: str, wanted_on: date, key: str, reference: str, actor: str
) -> None:
    """Write down that CUSTOMER wants QUANTITY of SKU. `ownstock import demand-lines` takes many."""
    asked = EnteredLine(key, customer_code, sku, site, quantity, wanted_on, reference)
    [line] = actions.enter([asked], actor=actor)
    tell(f"{line.number}: {text(quantity)} of {sku} for {customer_code}, wanted on {wanted_on}.", _line(line))


@demand.command()
@click.argument("numbers", metavar="[NUMBER]...", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="Everything that is open.")
@on_option("The day for which goods must be fit, at the earliest.")
@actor_option
@json_option
def allocate(numbers: tuple[str, ...], is_all: bool, on: date | None, actor: str) -> None:
    """Promise goods to demand lines, first expired first out; also mends promises whose goods are gone."""
    if bool(numbers) == is_all:
        raise click.UsageError("Name demand lines by NUMBER, or say --all.")
    today = on or timezone.localdate()
    if is_all:
        looked_at = actions.allocate_all(today=today, actor=actor)
        tell(f"{counted(looked_at, 'open demand line')} looked at.", {"lines": looked_at})
        return
    show([_line(line) for line in actions.allocate(numbers, today=today, actor=actor)], empty="")


@demand.command()
@click.argument("number")
@click.option("--quantity", type=Number(), show_default="all of it", help="So many stock units.")
@click.option("--reason", default="", help="Why, in your words.")
@actor_option
@json_option
def release(number: str, quantity: Decimal | None, reason: str, actor: str) -> None:
    """Let go of what is promised to a demand line, so that others can be promised it."""
    line = actions.release(number, quantity, actor=actor, reason=reason)
    tell(f"{number} has {text(line.allocated_quantity)} allocated.", _line(line))


@demand.command()
@click.option(
    "--line", "numbers", required=True, multiple=True, metavar="NUMBER", help="A demand line; again for each."
)
@click.option("--quantity", "quantities", type=Number(), multiple=True, help="So many stock units of that line.")
@click.option("--key", required=True, help="Makes it happen once, such as the delivery note's number.")
@click.option("--moved-at", type=Moment(), show_default="now", help="When the goods left, with time zone.")
@actor_option
@json_option
def ship(
    numbers: tuple[str, ...], quantities: tuple[Decimal, ...], key: str, moved_at: datetime | None, actor: str
) -> None:
    """Ship demand lines of one customer: what is allocated to each first, then what is free."""
    if len(quantities) != len(numbers):
        raise click.UsageError("Each --line needs its --quantity.")
    parts = [Part(*part) for part in zip(numbers, quantities, strict=True)]
    show([_line(line) for line in actions.ship(parts, key=key, moved_at=moved_at, actor=actor)], empty="")


@demand.command()
@click.argument("number")
@click.option("--quantity", type=Number(), show_default="all that is open", help="So many stock units.")
@click.option("--reason", required=True, help="Why, in your words.")
@actor_option
@json_option
def cut(number: str, quantity: Decimal | None, reason: str, actor: str) -> None:
    """Take something off what is open of a demand line: it will not be shipped, or is not wanted any more."""
    line = actions.cut(number, quantity, actor=actor, reason=reason)
    tell(f"{number} is {line.state}; {text(line.open_quantity)} is open.", _line(line))


@demand.command()
@click.argument("sku")
@click.argument("quantity", type=Number())
@click.option("--site", required=True, help="From where it would be shipped.")
@click.option("--wanted-on", type=Day(), show_default="today", help="The day on which it is wanted.")
@click.option("--customer", "customer_code", default="", help="Who asks: their goods must keep as long as noted.")
@on_option("The day from which promises count.")
@json_option
def promise(
    sku: str, quantity: Decimal, site: str, wanted_on: date | None, customer_code: str, on: date | None
) -> None:
    """Tell what of QUANTITY can be promised by a day without breaking a promise, and when all of it."""
    today = on or timezone.localdate()
    found = promised(sku, site, quantity, wanted_on=wanted_on or today, today=today, customer=customer_code)
    in_full = f"in full on {found.in_full_on}" if found.in_full_on else "in full on no day that is known"
    tell(
        f"{text(found.promised_quantity)} of {text(quantity)} {sku} on {found.wanted_on}; {in_full}.",
        {
            "sku": sku, "site": site, "quantity": quantity, "wanted_on": found.wanted_on,
            "promised_quantity": found.promised_quantity, "in_full_on": found.in_full_on,
            "steps": [{"from_on": day, "quantity": promisable} for day, promisable in found.steps],
        },
    )  # fmt: skip


@demand.command()
@on_option("The day on which goods must be there and fit.")
@json_option
@click.pass_context
def short(ctx: click.Context, on: date | None) -> None:
    """Show promises whose goods are gone, on hold or no longer fit, and alert people. Ends with 1 when there are any."""
    found = actions.alert_short(today=on or timezone.localdate())
    rows = [
        {
            "number": s.number, "customer": s.customer, "sku": s.sku, "location": s.location, "lot": s.lot,
            "wanted_on": s.wanted_on, "allocated": s.allocated, "short": s.short,
        }
        for s in found
    ]  # fmt: skip
    show(rows, empty="Everything that is promised is there.")
    if found:
        ctx.exit(1)


@demand.command()
@click.option("--rebuild", "is_mended", is_flag=True, help="Make anew what differs.")
@actor_option
@json_option
@click.pass_context
def verify(ctx: click.Context, is_mended: bool, actor: str) -> None:
    """Check that totals and allocations are the sums of their entries; name what is not. Ends with 1 when anything is."""
    found = actions.rebuild(actor=actor) if is_mended else queries.differences()
    rows = [{"number": d.number, "what": d.what, "kept": d.kept, "derived": d.derived} for d in found]
    show(rows, empty="Every total is the sum of its entries.")
    if found and not is_mended:
        ctx.exit(1)
