"""The stock ledger as a whole: verifying, rebuilding, closing, as of a past instant, its value."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal

import click

from ownstock.access import chain
from ownstock.catalog.queries import base_currency
from ownstock.cli.command import noun
from ownstock.cli.options import Day, Moment, Number, actor_option, json_option
from ownstock.cli.render import show, tell, text
from ownstock.ledger import actions, queries
from ownstock.ledger.names import items_named
from ownstock.ledger.rules.late_costs import LateCost

VALUE_PATIENCE_SECONDS = 10


@noun()
def ledger() -> None:
    """The stock ledger as a whole."""


@ledger.command()
@json_option
@click.pass_context
def verify(ctx: click.Context) -> None:
    """Check every posting, movement and balance, and the seal; name what is not as it was posted.

    Ends with 1 when anything is.
    """
    findings = [{"place": f.place, "finding": f.sentence} for f in queries.verify()]
    findings += [{"place": f.place, "finding": f.sentence} for f in chain.verify()]
    show(findings, empty="The ledger is as it was posted.")
    if findings:
        ctx.exit(1)


@ledger.command()
@click.argument("until_on", type=Day())
@actor_option
@json_option
def close(until_on: date, actor: str) -> None:
    """Close the past until the midnight before UNTIL_ON at every site: nothing that moved earlier can be posted then."""
    closings = actions.close(until_on, actor=actor)
    rows = [
        {
            "site": c.site.code if c.site else "",
            "until_on": c.until_on,
            "until_at": c.until_at,
            "closed_at": c.closed_at,
        }
        for c in closings
    ]
    show(rows, empty="There is no site.")


@ledger.command("as-of")
@click.argument("moment", type=Moment())
@click.option("--sku", default="", help="Of this item only.")
@click.option("--location", default="", help="At this location only.")
@click.option("--lot", default="", help="Of this lot only; name its item too.")
@click.option("--believed-at", type=Moment(), help="As it was known then: what was recorded later is left out.")
@json_option
def as_of(moment: datetime, sku: str, location: str, lot: str, believed_at: datetime | None) -> None:
    """Show what was on hand at MOMENT, by item, location, lot and status."""
    found = queries.as_of(moment, sku=sku, location=location, lot=lot, believed_at=believed_at)
    show([asdict(row) for row in found], empty="Nothing was on hand.")


@ledger.command()
@click.option("--at", "moment", type=Moment(), show_default="now", help="At this moment.")
@click.option("--sku", help="Of this item only.")
@json_option
def value(moment: datetime | None, sku: str | None) -> None:
    """Value what was posted, and show what the stock is worth, or was."""
    actions.value(patience_seconds=VALUE_PATIENCE_SECONDS)
    if sku:
        items_named({sku})
    worth = queries.value_at(moment, sku=sku)
    tell(f"{text(worth)} {base_currency()}", {"value": worth, "currency": base_currency(), "sku": sku, "at": moment})


@ledger.command("add-cost")
@click.argument("posting")
@click.argument("line", type=click.IntRange(min=1))
@click.argument("amount", type=Number())
@click.option("--reason", type=click.Choice([str(c) for c in LateCost]), required=True, help="What it is.")
@click.option("--reference", default="", help="The document outside that brought it.")
@click.option("--key", required=True, help="Makes it happen once: the same key again adds nothing.")
@actor_option
@json_option
def add_cost(posting: str, line: int, amount: Decimal, reason: str, reference: str, key: str, actor: str) -> None:
    """Add AMOUNT, in the company's currency, to what LINE of the receipt POSTING cost.

    Freight, or what an invoice differs by. What of the goods has left already takes its share. A negative amount: -- -12.50.
    """
    actions.add_late_cost(posting, line, amount, reason=LateCost(reason), reference=reference, key=key, actor=actor)
    tell(f"{text(amount)} is added to {posting}, line {line}.", {"posting": posting, "line": line, "amount": amount})


@ledger.command()
@actor_option
@json_option
def rebuild(actor: str) -> None:
    """Make every balance anew from the movements and show which differed. Postings wait meanwhile."""
    differences = actions.rebuild(actor=actor)
    rows = [
        {
            "sku": d.sku, "location": d.location, "lot": d.lot, "status": d.status, "kept": d.kept,
            "derived": d.derived,
        }
        for d in differences
    ]  # fmt: skip
    show(rows, empty="Every balance was the sum of its movements.")
