"""What went to suppliers and came from them: look at it, keep its bytes, replay or discard what was set aside."""

from __future__ import annotations

from pathlib import Path

import click

from ownstock.cli.command import is_json_wanted, noun
from ownstock.cli.options import actor_option, json_option, limit_option
from ownstock.cli.render import first, print_json, show, table, tell, text
from ownstock.exchange.inbox import actions
from ownstock.exchange.inbox.rules import InboundState
from ownstock.exchange.message_log import Logged, messages
from ownstock.exchange.message_log import message as find_message
from ownstock.exchange.rules import Direction, OutboundState

STATES = sorted({*map(str, InboundState), *map(str, OutboundState)})


@noun()
def message() -> None:
    """What went to suppliers and came from them."""


@message.command("list")
@click.option("--supplier", default="", help="Of this supplier only.")
@click.option("--state", type=click.Choice(STATES), default=None, help="Only those in this state.")
@click.option(
    "--direction", type=click.Choice([str(d) for d in Direction]), default=None, help="Only those that went, or came."
)
@limit_option(50)
@json_option
def list_messages(supplier: str, state: str | None, direction: str | None, limit: int) -> None:
    """Show the messages, newest first."""
    found = messages(supplier=supplier, state=state or "", direction=direction or "")
    show(first(found, limit), empty="There is no such message.")


@message.command("show")
@click.argument("key")
@json_option
@click.pass_context
def show_message(ctx: click.Context, key: str) -> None:
    """Show one message: how far it got, every attempt, what it did, why it was set aside."""
    found = find_message(key)
    attempts = [
        {"began_at": a.began_at, "number": a.number, "outcome": a.outcome, "told": a.told} for a in found.attempts
    ]
    if is_json_wanted(ctx):
        print_json({**_facts(found), "told": list(found.told), "attempts": attempts})
        return
    click.echo("\n".join(f"{name}: {text(value)}" for name, value in _facts(found).items() if value not in ("", None)))
    for sentence in found.told:
        click.echo(text(sentence))
    if attempts:
        click.echo("\n".join(["", *table(attempts)]))


def _facts(found: Logged) -> dict[str, object]:
    return {
        "key": found.key, "at": found.at, "supplier": found.supplier_code, "channel": found.channel_name,
        "what": found.what, "name": found.name, "state": found.state, "format": found.format,
        "identity": found.identity, "bytes": len(found.content), "content_hash": found.content_hash,
        "fault": found.fault, "fault_place": found.fault_place,
    }  # fmt: skip


@message.command("save")
@click.argument("key")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def save_message(key: str, file: Path) -> None:
    """Write a message's bytes into FILE, as they left or came."""
    found = find_message(key)
    file.write_bytes(found.content)
    tell(f"{len(found.content):,} bytes of {key} are in {file}.", {"key": key, "bytes": len(found.content)})


def _inbound(key: str) -> int:
    found = find_message(key)
    if found.direction is not Direction.IN:
        raise click.UsageError("Only what came is replayed or discarded; ownstock outbox revive sends again.")
    return int(key.partition("-")[2])


@message.command("replay")
@click.argument("key")
@actor_option
@json_option
def replay_message(key: str, actor: str) -> None:
    """Read a message that was set aside once more, after its cause was mended."""
    done = actions.replay(_inbound(key), actor=actor)
    said = " ".join(done.effects) or done.fault
    tell(
        f"{key} is {done.state}. {said}",
        {"key": key, "state": done.state, "effects": done.effects, "fault": done.fault},
    )


@message.command("discard")
@click.argument("key")
@click.option("--reason", required=True, help="Why, in your words; the journal keeps it.")
@actor_option
@json_option
def discard_message(key: str, reason: str, actor: str) -> None:
    """Lay a message that was set aside to rest; nothing of it is applied."""
    done = actions.discard(_inbound(key), actor=actor, reason=reason)
    tell(f"{key} is discarded; its bytes stay.", {"key": key, "state": done.state})
