"""Who may approve orders up to which amount, and what other currencies are worth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import click
from django.utils import timezone

from ownstock.access.rules import INTERNAL_ROLES, Role, roles_named
from ownstock.catalog.queries import exchange_rates
from ownstock.cli.command import noun
from ownstock.cli.options import Day, Number, actor_option, json_option, limit_option
from ownstock.cli.render import first, show, tell, text
from ownstock.purchasing import actions
from ownstock.purchasing.models import ApprovalLimit
from ownstock.purchasing.queries.approvals import approval_limits

ROLE = click.Choice([str(role) for role in INTERNAL_ROLES])


@noun()
def limit() -> None:
    """Up to which amount people of a role approve orders, and place their own alone."""


@limit.command("set")
@click.argument("role", type=ROLE)
@click.option("--approves-up-to", type=Number(), help="Orders of others, in the company's currency.")
@click.option("--places-alone-up-to", type=Number(), help="Orders of their own, without anybody's approval.")
@actor_option
@json_option
def set_limit(role: str, approves_up_to: Decimal | None, places_alone_up_to: Decimal | None, actor: str) -> None:
    """Set the limit of a role; it holds once a second person confirms it. Without amounts, its limit is taken away."""
    row = actions.set_limit(
        _role(role), approves_up_to=approves_up_to, places_alone_up_to=places_alone_up_to, actor=actor
    )
    tell(f"The limit of {role} is set; somebody else of admin or finance confirms it.", _row(row))


@limit.command("confirm")
@click.argument("role", type=ROLE)
@actor_option
@json_option
def confirm_limit(role: str, actor: str) -> None:
    """Agree to the limit that somebody else set for a role: from now on it holds."""
    row = actions.confirm_limit(_role(role), actor=actor)
    tell(f"The limit of {role} holds from now on.", _row(row))


@limit.command("list")
@limit_option(50)
@json_option
def list_limits(limit: int) -> None:
    """Show the limits that were set, newest first; of each role the newest that is confirmed holds."""
    show([_row(row) for row in first(approval_limits(), limit)], empty="No limit was set: nobody needs approval.")


def _role(name: str) -> Role:
    return roles_named([name])[0]


def _row(row: ApprovalLimit) -> dict[str, object]:
    return {
        "role": row.role, "approves_up_to": row.approves_up_to, "places_alone_up_to": row.places_alone_up_to,
        "set_by": row.set_by, "confirmed_by": row.confirmed_by or None, "confirmed_at": row.confirmed_at,
    }  # fmt: skip


@noun()
def rate() -> None:
    """What other currencies are worth."""


@rate.command("set")
@click.argument("currency")
@click.argument("rate", type=Number())
@click.option("--from", "valid_from", type=Day(), show_default="today", help="From this day on.")
@actor_option
@json_option
def set_rate(currency: str, rate: Decimal, valid_from: date | None, actor: str) -> None:
    """Say what one unit of CURRENCY is worth in the company's currency: RATE."""
    row = actions.set_rate(currency, rate, valid_from=valid_from or timezone.localdate(), actor=actor)
    tell(
        f"One {currency} is worth {text(row.rate)} from {row.valid_from} on.",
        {"currency": row.currency, "rate": row.rate, "valid_from": row.valid_from},
    )


@rate.command("list")
@limit_option(50)
@json_option
def list_rates(limit: int) -> None:
    """Show the rates that were entered, by currency, the newest first."""
    rows = [
        {"currency": row.currency, "rate": row.rate, "valid_from": row.valid_from}
        for row in first(exchange_rates(), limit)
    ]
    show(rows, empty="No rate was entered.")
