"""Planning: deciding what to order, looking at proposals and their reasons, approving, turning down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import click
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.cli import reason
from ownstock.cli.command import command, is_json_wanted
from ownstock.cli.looking_on import steps_told
from ownstock.cli.options import actor_option, json_option, limit_option, on_option
from ownstock.cli.render import counted, first, print_json, show, tell
from ownstock.planning import actions, queries
from ownstock.planning.rules import ProposalState, Step


@command()
@on_option("The business day to plan for.")
@actor_option
@json_option
def plan(on: date | None, actor: str) -> None:
    """Decide for every item-site what to order now; the same inputs propose nothing new."""
    with steps_told():
        planned = actions.plan(planned_on=on or timezone.localdate(), actor=actor)
    run, steps = planned.run, {str(step): planned.steps[step] for step in Step}
    told = (
        f"Planned {counted(run.item_site_count, 'item-site')} for {run.planned_on}: "
        f"{counted(steps['create'], 'new proposal')}, {steps['update']} changed, {steps['withdraw']} withdrawn."
    )
    unplanned = [f"Not planned: {row['sku']} at {row['site']}. {row['sentence']}" for row in run.unplanned]
    tell(
        "\n".join([told, *unplanned]),
        {"run": run.pk, "planned_on": run.planned_on, **steps, "unplanned": run.unplanned},
    )


@command()
@click.option(
    "--state", type=click.Choice([str(s) for s in ProposalState]), default="pending", show_default=True,
    help="Where they are on their way.",
)  # fmt: skip
@limit_option(50)
@json_option
def proposals(state: str, limit: int) -> None:
    """List proposals, the most valuable first."""
    rows = [
        {
            "id": p.pk, "sku": p.item_site.item.sku, "site": p.item_site.site.code, "supplier": p.supplier.code,
            "quantity": p.quantity, "price": p.price, "requested_on": p.requested_on, "value": p.value,
        }
        for p in first(queries.proposals(state), limit)
    ]  # fmt: skip
    show(rows, empty=f"No proposals are {state}.")


@command()
@click.argument("proposal_id", metavar="ID", type=click.IntRange(min=1))
@json_option
@click.pass_context
def proposal(ctx: click.Context, proposal_id: int) -> None:
    """Show why a proposal says what it says: all its numbers. --json prints the reason as it is stored."""
    found = queries.proposal(proposal_id)
    if is_json_wanted(ctx):
        print_json(found.reason)
    else:
        click.echo("\n".join(reason.lines(found)))


@dataclass(frozen=True, slots=True)
class Choice:
    """Which pending proposals are meant: named one by one, or all (of a supplier)."""

    ids: tuple[int, ...]
    is_all: bool
    supplier: str | None

    def resolve(self) -> list[int]:
        """Their ids.

        Raises:
            Refused: none is pending.
        """
        if bool(self.ids) == self.is_all or (self.supplier and not self.is_all):
            raise click.UsageError("Name proposals by ID, or say --all (with --supplier for one supplier's).")
        if self.ids:
            return list(self.ids)
        ids = list(queries.proposals(supplier=self.supplier or "").values_list("pk", flat=True))
        if not ids:
            raise Refused("No proposals are pending.", code="nothing_pending")
        return ids


@command()
@click.argument("ids", metavar="[ID]...", nargs=-1, type=click.IntRange(min=1))
@click.option("--all", "is_all", is_flag=True, help="All that are pending.")
@click.option("--supplier", help="With --all: of this supplier only.")
@actor_option
@json_option
def approve(ids: tuple[int, ...], is_all: bool, supplier: str | None, actor: str) -> None:
    """Turn pending proposals into draft purchase orders, one per supplier and site."""
    rows: list[dict[str, Any]] = [
        {
            "number": order.number, "supplier": order.supplier.code, "site": order.site.code,
            "lines": order.revisions.latest("number").lines.count(), "ordered_on": order.ordered_on,
        }
        for order in actions.approve(Choice(ids, is_all, supplier).resolve(), actor=actor)
    ]  # fmt: skip
    show(rows, empty="Nothing was approved.")


@command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=click.IntRange(min=1))
@click.option("--because", required=True, help="Why, in your words.")
@actor_option
@json_option
def reject(ids: tuple[int, ...], because: str, actor: str) -> None:
    """Turn pending proposals down; each stays so until its inputs move."""
    count = actions.reject(ids, actor=actor, because=because)
    tell(f"{counted(count, 'proposal')} turned down: {because}", {"rejected": count, "because": because})
