"""What people must look at, and what is still to be told outside."""

from __future__ import annotations

import click

from ownstock.cli.command import command, noun
from ownstock.cli.options import actor_option, json_option, limit_option
from ownstock.cli.render import first, show, tell
from ownstock.journal import actions, queries
from ownstock.journal.models import OutboxRow


@command()
@limit_option(50)
@json_option
def alerts(limit: int) -> None:
    """Show what somebody must look at, newest first."""
    rows = [
        {
            "number": a.pk, "raised_at": a.raised_at, "kind": a.kind, "ends": "by you" if a.is_closable else "by itself",
            "sentence": a.sentence,
        }
        for a in first(queries.open_alerts(), limit)
    ]  # fmt: skip
    show(rows, empty="Nothing needs a look.")


@noun()
def alert() -> None:
    """What somebody must look at, one by one."""


@alert.command("close")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why, in your words; the journal keeps it.")
@actor_option
@json_option
def close_alert(number: int, reason: str, actor: str) -> None:
    """Close the alert NUMBER: somebody has seen to it. One whose cause is looked at again and again ends by itself."""
    closed = actions.close_alert(number, reason=reason, actor=actor)
    tell(f"Alert {number} is cleared: {closed.cleared_because}", {"number": number, "because": closed.cleared_because})


@noun()
def outbox() -> None:
    """What is still to be told outside."""


@outbox.command("list")
@click.option("--state", type=click.Choice(OutboxRow.State.values), help="Only those in this state.")
@limit_option(50)
@json_option
def list_rows(state: str | None, limit: int) -> None:
    """Show what was told and what is still to be told, newest first."""
    found = OutboxRow.objects.order_by("-id")
    rows = [
        {"key": row.key, "state": row.state, "attempts": row.attempts, "due_at": row.due_at, "error": row.last_error}
        for row in first(found.filter(state=state) if state else found, limit)
    ]
    show(rows, empty="There is nothing of the kind.")


@outbox.command()
@click.argument("key")
@actor_option
@json_option
def revive(key: str, actor: str) -> None:
    """Send again what was given up, once its cause is mended."""
    actions.revive(key, actor=actor)
    tell(f"{key} is sent again.", {"key": key})
