"""What the business keeps, and how much of it is where."""

from __future__ import annotations

import click

from ownstock.catalog.queries import search_items
from ownstock.cli.command import command
from ownstock.cli.options import json_option, limit_option
from ownstock.cli.render import first, show
from ownstock.ledger import queries
from ownstock.ledger.names import items_named, locations_named


@command()
@click.argument("search", default="")
@limit_option(50)
@json_option
def items(search: str, limit: int) -> None:
    """List items, or those with SEARCH in code, GTIN or description."""
    rows = [
        {
            "sku": item.sku, "description": item.description, "unit": item.unit, "unit_cost": item.unit_cost,
            "gtin": item.gtin or "",
        }
        for item in first(search_items(search), limit)
    ]  # fmt: skip
    show(rows, empty="There is no such item; ownstock import items FILE brings them.")


@command()
@click.option("--sku", help="Of this item only.")
@click.option("--location", help="At this location only.")
@limit_option(50)
@json_option
def balances(sku: str | None, location: str | None, limit: int) -> None:
    """Show what is on hand, by item, location, lot and status."""
    _refuse_unknown(sku, location)
    found = queries.balances(sku=sku or "", location=location or "")
    rows = [
        {
            "sku": b.item.sku, "location": b.location.code, "lot": b.lot.code if b.lot else "", "status": b.status,
            "on_hand": b.on_hand,
        }
        for b in first(found, limit)
    ]  # fmt: skip
    show(rows, empty="Nothing is on hand.")


def _refuse_unknown(sku: str | None, location: str | None) -> None:
    """A misspelt code is refused, not answered with nothing."""
    if sku:
        items_named({sku})
    if location:
        locations_named({location})
