"""What we promised suppliers to buy, and what comes back of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from ownstock.catalog import queries
from ownstock.catalog.rules import Accrual
from ownstock.cli.options import json_option, on_option
from ownstock.cli.render import show
from ownstock.planning.queries import business_day
from ownstock.purchasing.queries.commitments import (
    CommitmentStanding,
    RebateStanding,
    commitment_standings,
    rebate_standing,
)


@click.command("commitments")
@click.argument("code")
@on_option("The day on which they stand so.")
@json_option
def commitments(code: str, on: date | None) -> None:
    """Show how far we are with what we promised a supplier to buy, and whether we get there at the present rate."""
    rows = [commitment_row(one) for one in commitment_standings(queries.supplier(code), on or business_day())]
    show(rows, empty=f"Nothing was promised to {code}.")


def commitment_row(one: CommitmentStanding) -> dict[str, Any]:
    """How far we are with a commitment, as it is shown."""
    pace, bought = one.pace, one.bought
    return {
        "for": one.scope, "until": pace.ends_on, "unit": one.unit, "promised": pace.promised, "ordered": bought.ordered,
        "received": bought.received, "invoiced": bought.invoiced, "percent": pace.percent, "expected": pace.expected,
        "outlook": pace.outlook.replace("_", " "),
    }  # fmt: skip


@click.command("rebate")
@click.argument("code")
@on_option("The day on which it stands so.")
@json_option
def rebate(code: str, on: date | None) -> None:
    """Show what of the agreed rebate is earned, by what came and by what was invoiced, and what the next tier takes."""
    on = on or business_day()
    found = rebate_standing(queries.agreement(queries.supplier(code), on), on)
    show(rebate_rows(found), empty=f"No rebate is agreed with {code} on {on}.")


def rebate_rows(found: RebateStanding | None) -> list[dict[str, Any]]:
    """What of a rebate is earned, as it is shown: by what came, and by what was invoiced."""
    if found is None:
        return []
    rows = [("received", found.on_received), ("invoiced", found.on_invoiced)]
    return [_rebate_row(by, one, found.agreement.currency) for by, one in rows]


def _rebate_row(by: str, one: Accrual, currency: str) -> dict[str, Any]:
    return {
        "by": by, "currency": currency, "turnover": one.turnover, "earned": one.earned,
        "expected_turnover": one.expected_turnover, "expected": one.expected, "next_tier_from": one.next_from,
    }  # fmt: skip
