"""Which programs are told of what happens: set, look at, try out, pause, resume, send again, remove."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from ownstock.cli.command import noun
from ownstock.cli.options import actor_option, json_option, limit_option
from ownstock.cli.render import first, show, tell, text
from ownstock.exchange.subscriptions import actions, queries
from ownstock.exchange.subscriptions.kinds import KINDS
from ownstock.exchange.subscriptions.rules import SubscriptionDraft

NAME = click.argument("name")
REASON = click.option("--reason", default="", help="Why, in your words; the journal keeps it.")


@noun()
def subscription() -> None:
    """Which programs are told of what happens, by webhooks."""


@subscription.command("kinds")
@json_option
def list_kinds() -> None:
    """Show the kinds of events. A family such as purchasing.* is all that begin so, * is all."""
    rows = [{"kind": kind, "what has happened": meaning} for kind, meaning in KINDS.items()]
    show(rows, empty="There is none.")


@subscription.command("list")
@json_option
def list_subscriptions() -> None:
    """Show every subscription and how it stands."""
    rows = [
        {name: value for name, value in queries.shown(found).items() if name not in ("first_failed_at", "created_at")}
        for found in queries.subscriptions()
    ]
    show(rows, empty="Nobody is told of events yet: ownstock subscription set.")


@subscription.command("show")
@NAME
@json_option
def show_subscription(name: str) -> None:
    """Show a subscription and how it stands."""
    facts = queries.shown(queries.subscription(name))
    tell("\n".join(f"{key}: {text(value)}" for key, value in facts.items()), facts)


@subscription.command("events")
@NAME
@limit_option(50)
@json_option
def list_events(name: str, limit: int) -> None:
    """Show what a subscription was and is to be told, newest first, and what came of each."""
    columns = ("message_id", "kind", "subject", "state", "attempts", "error", "written_at", "done_at")
    rows = [
        {column: getattr(message, column) for column in columns}
        for message in first(queries.messages(queries.subscription(name)), limit)
    ]
    show(rows, empty="Nothing was told yet.")


@subscription.command("set")
@NAME
@click.option("--url", required=True, help="Where events are posted: https.")
@click.option(
    "--kind", "kinds", multiple=True, required=True, help="purchasing.placed, purchasing.* or *; several times."
)
@click.option("--own-secret", is_flag=True, help="Be asked for the secret, unseen, instead of having one made.")
@REASON
@actor_option
@json_option
def set_subscription(name: str, url: str, kinds: tuple[str, ...], own_secret: bool, reason: str, actor: str) -> None:
    """Make a subscription, or set where and of what it is told anew. Its secret is shown once, when it is made."""
    secret = click.prompt("secret", hide_input=True, err=True) if own_secret else ""
    kept = actions.set_subscription(SubscriptionDraft(name, url, kinds), actor=actor, secret=secret, reason=reason)
    once = f" Its secret, shown this once: {kept.secret}" if kept.secret else ""
    facts = {**queries.shown(kept.subscription), "secret": kept.secret}
    tell(f"The subscription {name} is set. ownstock subscription test {name} tries it out.{once}", facts)


@subscription.command("secret")
@NAME
@actor_option
@json_option
def renew_secret(name: str, actor: str) -> None:
    """Give a subscription a new secret, shown this once; the old one signs beside it for a day."""
    secret = actions.renew_secret(name, actor=actor)
    tell(f"The secret of {name}, shown this once: {secret}", {"secret": secret})


@subscription.command("test")
@NAME
@actor_option
@json_option
@click.pass_context
def test_subscription(ctx: click.Context, name: str, actor: str) -> None:
    """Post an event that says what it is, and say what came of it. It exits with 1 where it was not taken."""
    tried = actions.try_subscription(name, actor=actor)
    tell(tried.sentence, {"outcome": tried.outcome, "sentence": tried.sentence})
    ctx.exit(0 if tried.outcome == "taken" else 1)


@subscription.command("pause")
@NAME
@click.option("--reason", required=True, help="Why, in your words; the journal keeps it.")
@actor_option
@json_option
def pause(name: str, reason: str, actor: str) -> None:
    """Tell a subscription nothing until it is resumed; what happens meanwhile is told then."""
    actions.pause(name, actor=actor, reason=reason)
    tell(f"{name} is told nothing until ownstock subscription resume {name}.", {"name": name})


@subscription.command("resume")
@NAME
@actor_option
@json_option
def resume(name: str, actor: str) -> None:
    """Let a subscription go on where it was."""
    actions.resume(name, actor=actor)
    tell(f"{name} goes on where it was.", {"name": name})


@subscription.command("again")
@NAME
@click.option(
    "--since", type=click.DateTime(), default=None, help="All since this moment of UTC; else what was refused."
)
@actor_option
@json_option
def send_again(name: str, since: datetime | None, actor: str) -> None:
    """Send what was refused once more, or all that happened since a moment, under the same identities."""
    if since is None:
        count = actions.send_refused(name, actor=actor)
        tell(f"{count} refused events are sent to {name} again.", {"name": name, "refused": count})
        return
    actions.send_since(name, since.replace(tzinfo=UTC), actor=actor)
    tell(f"{name} is told again what happened since {since:%Y-%m-%d %H:%M} UTC.", {"name": name, "since": since})


@subscription.command("remove")
@NAME
@REASON
@actor_option
@json_option
def remove_subscription(name: str, reason: str, actor: str) -> None:
    """Tell a subscription nothing any more; the journal keeps all events."""
    actions.remove_subscription(name, actor=actor, reason=reason)
    tell(f"{name} is told nothing any more.", {"name": name})
