"""What several commands are asked: who acts, in which form to answer, on which day, how many."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import click

from ownstock.cli.command import JSON

Face = TypeVar("Face", bound=Callable[..., Any])
MAX_ACTOR_LENGTH = 100
MAX_ROWS = 100_000


class Day(click.ParamType):
    """A calendar day as 2026-03-31."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day."""
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date such as 2026-03-31.", param, ctx)


class Moment(click.ParamType):
    """An instant with its time zone, as 2026-03-31T14:05:00Z."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read the instant."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            self.fail(f"{value!r} is no moment with its time zone, such as 2026-03-31T14:05:00Z.", param, ctx)
        return moment


class Number(click.ParamType):
    """An exact decimal, as 12 or 2.5."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Read the number."""
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            self.fail(f"{value!r} is no number such as 12 or 2.5.", param, ctx)
        return number


def own_account() -> str:
    """The actor when nobody is named: the account of the operating system."""
    try:
        return f"user:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"user:uid-{os.getuid()}"


def _known_actor(ctx: click.Context, param: click.Parameter, value: str) -> str:
    if not 0 < len(value) <= MAX_ACTOR_LENGTH or not value.isprintable():
        raise click.BadParameter(f"an actor is a key of 1 to {MAX_ACTOR_LENGTH} characters, such as user:anna.")
    return value


def _remember_form(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    ctx.meta[JSON] = value


def actor_option(face: Face) -> Face:
    """Who acts, as a key; the journal remembers it."""
    return click.option(
        "--actor",
        envvar="OWNSTOCK_ACTOR",
        show_envvar=True,
        default=own_account,
        show_default="user:<your account>",
        callback=_known_actor,
        help="Who does it, as the journal is to remember.",
    )(face)


def json_option(face: Face) -> Face:
    """Whether a program reads the answer, or the refusal."""
    return click.option(
        "--json", is_flag=True, is_eager=True, expose_value=False, callback=_remember_form,
        help="Answer in JSON, for programs.",
    )(face)  # fmt: skip


def limit_option(default: int) -> Callable[[Face], Face]:
    """How many rows at most."""
    return click.option(
        "--limit", type=click.IntRange(1, MAX_ROWS), default=default, show_default=True, help="So many rows at most."
    )


def on_option(meaning: str) -> Callable[[Face], Face]:
    """A business day; None means today."""
    return click.option("--on", "on", type=Day(), show_default="today", help=meaning)
