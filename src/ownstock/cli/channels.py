"""By which way messages go to suppliers and come from them: set, look at, try out, remove."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ownstock.cli.command import noun
from ownstock.cli.options import actor_option, json_option
from ownstock.cli.render import show, tell, text
from ownstock.exchange.channels import actions, queries
from ownstock.exchange.channels.rules import (
    ChannelDraft,
    ChannelKind,
    Content,
    MessageFormat,
    SecretName,
    settings_of,
)
from ownstock.exchange.inbox import receiving

REASON = click.option("--reason", default="", help="Why, in your words; the journal keeps it.")


@noun()
def channel() -> None:
    """By which way messages go to suppliers and come from them."""


@channel.command("list")
@json_option
def list_channels() -> None:
    """Show every channel. Suppliers without one get orders by mail."""
    rows = [
        {
            "name": c.name, "supplier": c.supplier.code, "kind": c.kind, "format": c.format,
            "carries": ", ".join(c.contents), "polled_at": c.polled_at,
        }
        for c in queries.channels()
    ]  # fmt: skip
    show(rows, empty="There is no channel: orders go by mail, and answers are entered by people.")


@channel.command("show")
@click.argument("name")
@json_option
def show_channel(name: str) -> None:
    """Show a channel with its settings; of its secrets, which are set."""
    facts = queries.shown(queries.channel(name))
    tell("\n".join(f"{key}: {text(value)}" for key, value in facts.items()), facts)


@channel.command("settings")
@click.argument("kind", type=click.Choice([str(k) for k in ChannelKind]))
@click.argument("format", type=click.Choice([str(f) for f in MessageFormat]))
@json_option
def list_settings(kind: str, format: str) -> None:
    """Show what may be set of such a channel."""
    rows = [
        {"setting": s.name, "default": s.default, "meaning": s.meaning}
        for s in settings_of(ChannelKind(kind), MessageFormat(format))
    ]
    show(rows, empty="Nothing is to be set.")


def _pairs(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    if any("=" not in value for value in values):
        raise click.BadParameter("say NAME=VALUE.")
    return dict(value.split("=", 1) for value in values)


@channel.command("set")
@click.argument("name")
@click.option("--supplier", required=True, help="The supplier's code.")
@click.option("--kind", type=click.Choice([str(k) for k in ChannelKind]), required=True, help="Which way.")
@click.option(
    "--format", type=click.Choice([str(f) for f in MessageFormat]), required=True, help="How messages are written."
)
@click.option(
    "--carry",
    "contents",
    multiple=True,
    required=True,
    type=click.Choice([str(c) for c in Content]),
    help="What it carries.",
)
@click.option("--set", "said", multiple=True, metavar="NAME=VALUE", callback=_pairs, help="A setting.")
@click.option(
    "--secret",
    "asked",
    multiple=True,
    type=click.Choice([str(s) for s in SecretName]),
    help="A secret; it is asked for, unseen.",
)
@click.option(
    "--secret-file",
    "files",
    multiple=True,
    metavar="NAME=FILE",
    callback=_pairs,
    help="A secret out of a file, such as a private key.",
)
@click.option("--fresh-secret", is_flag=True, help="Make a webhook's secret, and show it this once.")
@REASON
@actor_option
@json_option
def set_channel(
    name: str, said: dict[str, str], asked: tuple[str, ...], files: dict[str, str], fresh_secret: bool, **rest: Any
) -> None:
    """Make a channel, or set it anew. Secrets that are not named stay; they are kept encrypted and never shown."""
    secrets = {secret: click.prompt(secret, hide_input=True, err=True) for secret in asked}
    secrets |= {secret: Path(file).read_text(encoding="utf-8") for secret, file in files.items()}
    if fresh_secret:
        secrets[SecretName.WEBHOOK_SECRET] = actions.fresh_secret()
    draft = ChannelDraft(
        name=name, supplier=rest["supplier"], kind=ChannelKind(rest["kind"]), format=MessageFormat(rest["format"]),
        contents=tuple(map(Content, rest["contents"])), settings=said,
    )  # fmt: skip
    made = actions.set_channel(draft, secrets=secrets, actor=rest["actor"], reason=rest["reason"])
    once = f" Its secret, shown this once: {secrets[SecretName.WEBHOOK_SECRET]}" if fresh_secret else ""
    facts = {**queries.shown(made), **({"webhook_secret": secrets[SecretName.WEBHOOK_SECRET]} if fresh_secret else {})}
    tell(f"The channel {name} is set. ownstock channel test {name} tries it out.{once}", facts)


@channel.command("test")
@click.argument("name")
@actor_option
@json_option
@click.pass_context
def test_channel(ctx: click.Context, name: str, actor: str) -> None:
    """Send a small message by the real way, and say what came of it. It exits with 1 where it was not taken."""
    tried = actions.try_channel(name, actor=actor)
    tell(tried.sentence, {"outcome": tried.outcome, "sentence": tried.sentence})
    ctx.exit(0 if tried.outcome == "taken" else 1)


@channel.command("poll")
@click.argument("name")
@json_option
def poll_channel(name: str) -> None:
    """Look into a channel for what came, now; the worker does it every minute."""
    receiving.check_polled(name)
    taken = receiving.poll(name)
    tell(f"{taken} taken in by {name}. ownstock alerts says what is wrong, if anything is.", {"taken": taken})


@channel.command("remove")
@click.argument("name")
@REASON
@actor_option
@json_option
def remove_channel(name: str, reason: str, actor: str) -> None:
    """Let nothing go or come by a channel any more; its secrets are forgotten, its messages stay."""
    actions.remove_channel(name, actor=actor, reason=reason)
    tell(f"The channel {name} is removed; orders of its supplier go by mail.", {"name": name})
