"""What is projected: other quantities, orders per supplier, cash by week, health and movements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import click
from django.utils import timezone

from ownstock.cli.command import command
from ownstock.cli.looking_on import steps_told
from ownstock.cli.options import Day, Number, actor_option, json_option, on_option
from ownstock.cli.render import counted, show, tell
from ownstock.planning import actions, queries
from ownstock.planning.queries import cash as cash_queries
from ownstock.planning.queries import kpis
from ownstock.planning.rules.edits import EDIT_REASONS, EditReason

BY = click.Choice(list(kpis.GROUPS))


@command()
@click.argument("proposal_id", metavar="ID", type=click.IntRange(min=1))
@click.argument("quantity", type=Number())
@click.option(
    "--reason-code", type=click.Choice([code.value for code in EditReason]), required=True,
    help=" ".join(f"{code}: {words}" for code, words in EDIT_REASONS.items()),
)  # fmt: skip
@click.option("--because", default="", help="Why, in your words.")
@actor_option
@json_option
def edit(proposal_id: int, quantity: Decimal, reason_code: str, because: str, actor: str) -> None:
    """Set another quantity of a pending proposal, and tell what that costs."""
    change = actions.QuantityChange(proposal_id, quantity)
    [kept] = actions.change_quantity([change], reason_code=reason_code, reason=because, actor=actor)
    more = kept.expected_cost - kept.proposed_cost
    instead = f"{quantity:f} instead of {kept.proposed_quantity.normalize():f}"
    tell(
        f"Proposal {proposal_id}: {instead}; expected cost {more:+.2f}.",
        {"proposal": proposal_id, "quantity": quantity, "cost_difference": more},
    )


@command()
@json_option
def baskets() -> None:
    """List what is proposed as one order per supplier and site, with what it lacks of the agreement's minimums."""
    columns = ("supplier", "site", "lines", "order_value", "currency", "saves", "missing_value", "order_on")
    rows = [{name: getattr(one, name) for name in columns} for one in queries.supplier_baskets()]
    show(rows, empty="Nothing is proposed.")


@command()
@click.option("--weeks", type=click.IntRange(1, 52), default=13, show_default=True, help="So many weeks.")
@click.option("--budget", type=Number(), help="Set the budget of the month of --month instead.")
@click.option("--month", type=Day(), help="Any day of the month of the budget.")
@click.option("--ahead", is_flag=True, help="Look ahead from the last plan first, for planned orders.")
@actor_option
@json_option
def cash(weeks: int, budget: Decimal | None, month: date | None, ahead: bool, actor: str) -> None:
    """Show what is to be paid to suppliers by week: committed, proposed, planned."""
    if (budget is None) != (month is None):
        raise click.UsageError("Say --budget and --month together.")
    if budget is not None and month is not None:
        actions.set_cash_budget(month, budget, actor=actor)
    if ahead:
        with steps_told():
            done = actions.look_ahead()
        click.echo(f"Looked ahead for {counted(done.item_sites, 'item-site')}.", err=True)
    columns = ("week_start_on", "committed", "proposed", "planned", "p10", "p90")
    show(_rows(cash_queries.cash(weeks), columns), empty="Nothing is to be paid.")


@command()
@click.option("--by", type=BY, help="By group.")
@click.option("--measure", "is_measuring", is_flag=True, help="Measure first; the worker does it every night.")
@on_option("The business day to measure for.")
@json_option
def health(by: str | None, is_measuring: bool, on: date | None) -> None:
    """Show stock value, excess, dead stock, days of cover, availability, fill rate, turns and record accuracy."""
    if is_measuring:
        actions.measure(on or timezone.localdate())
    rows = [asdict(one) for one in kpis.health(by or "")]
    show(_rounded(rows), empty="Nothing was measured yet: ownstock health --measure")


@command()
@click.option("--by", type=BY, default="site", show_default=True, help="By group.")
@click.option(
    "--days", type=click.IntRange(1, 365), default=28, show_default=True, help="So many days, the last measured last."
)
@click.option("--against", type=Day(), help="Beside as many days from here on; by default those just before.")
@json_option
def monitor(by: str, days: int, against: date | None) -> None:
    """Show what moved: stock, issues, receipts, rate and cover, beside the days before or any others."""
    until = kpis.measured_on() or timezone.localdate()
    rows = [asdict(one) for one in kpis.monitor(by, until - timedelta(days=days - 1), until, against=against)]
    show(_rounded(rows), empty="Nothing was measured yet: ownstock health --measure")


def _rows(found: Sequence[Any], columns: Sequence[str]) -> list[dict[str, Any]]:
    return [{name: getattr(one, name) for name in columns} for one in found]


def _rounded(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Shares and rates to four places, for people to read."""
    return [{name: round(v, 4) if isinstance(v, float) else v for name, v in row.items()} for row in rows]
