"""Channels for programs: set, look at, try out, remove. Secrets go in and never come out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Router, Schema

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.exchange.channels import actions, queries
from ownstock.exchange.channels.rules import ChannelDraft, ChannelKind, Content, MessageFormat, SecretName
from ownstock.exchange.rules import AttemptOutcome

router = Router()
READS, WRITES = KeyHolder(Scope.MESSAGES_READ), KeyHolder(Scope.CHANNELS_WRITE)
Name = Annotated[str, Path(description="The channel's name.", max_length=40)]


class ChannelIn(Schema):
    """A channel as it is to be; secrets that are not named stay as they are."""

    supplier: str = Field(description="The supplier's code.")
    kind: ChannelKind
    format: MessageFormat
    contents: list[Content] = Field(min_length=1, max_length=len(Content), description="What it carries.")
    settings: dict[str, str] = Field({}, description="By name; ownstock channel settings lists them.")
    secrets: dict[SecretName, str] = Field({}, description="Kept encrypted, never told again.")
    reason: str = Field("", max_length=1_000)


class ChannelOut(Schema):
    """A channel; of its secrets, which are set."""

    name: str
    supplier: str
    kind: ChannelKind
    format: MessageFormat
    contents: list[Content]
    settings: dict[str, str | int | bool]
    secrets: list[SecretName]
    polled_at: datetime | None


class TriedOut(Schema):
    """What came of a test message."""

    outcome: AttemptOutcome
    sentence: str


class Removed(Schema):
    """What is no more."""

    name: str


@router.get("/channels", auth=READS, response=list[ChannelOut], summary="Ways to and from suppliers")
def list_channels(request: HttpRequest) -> Any:
    """Every channel, by name. Suppliers without one get orders by mail."""
    return [queries.shown(channel) for channel in queries.channels()]


@router.get("/channels/{name}", auth=READS, response=ChannelOut, summary="One channel")
def get_channel(request: HttpRequest, name: Name) -> Any:
    """A channel with its settings."""
    return queries.shown(queries.channel(name))


@router.put("/channels/{name}", auth=WRITES, response=ChannelOut, summary="Set a channel")
def set_channel(request: HttpRequest, name: Name, body: ChannelIn) -> Any:
    """Make a channel, or set it anew: a setting that is not named is as if it never was."""
    draft = ChannelDraft(name, body.supplier, body.kind, body.format, tuple(body.contents), body.settings)
    secrets = {str(name): value for name, value in body.secrets.items()}
    made = actions.set_channel(draft, secrets=secrets, actor=actor_of(request), reason=body.reason)
    return queries.shown(made)


@router.post("/channels/{name}/test", auth=WRITES, response=TriedOut, summary="Try a channel out")
def try_channel(request: HttpRequest, name: Name) -> Any:
    """Send a small message by the real way and tell what came of it."""
    return actions.try_channel(name, actor=actor_of(request))


@router.api_operation(["DELETE"], "/channels/{name}", auth=WRITES, response=Removed, summary="Remove a channel")
def remove_channel(request: HttpRequest, name: Name) -> Any:
    """Let nothing go or come by it any more; its secrets are forgotten, its messages stay."""
    actions.remove_channel(name, actor=actor_of(request))
    return {"name": name}
