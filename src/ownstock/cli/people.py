"""People who sign in, and the keys of programs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from django.utils import timezone

from ownstock.access import actions, queries
from ownstock.access.rules import (
    ALL_SCOPES,
    DAYS_OF_A_KEY,
    MAX_DAYS_OF_A_KEY,
    PREFIX_LENGTH,
    Scope,
    key_state,
    scopes_named,
)
from ownstock.base.errors import Refused
from ownstock.cli.command import noun
from ownstock.cli.options import actor_option, json_option, limit_option
from ownstock.cli.render import first, show, tell


@noun()
def user() -> None:
    """People who sign in."""


@user.command("create")
@click.argument("name")
@click.option("--password-file", type=click.Path(dir_okay=False, path_type=Path), help="Read the password from here.")
@actor_option
@json_option
def create_user(name: str, password_file: Path | None, actor: str) -> None:
    """Make a person who can sign in.

    The password is asked for, or taken from --password-file or the environment (OWNSTOCK_PASSWORD); never from the
    command line, which others on this machine can read.
    """
    made = actions.create_user(name, _password(password_file), actor=actor)
    tell(f"{made.username} can sign in.", {"username": made.username})


def _password(file: Path | None) -> str:
    if file is not None:
        return _from_file(file)
    if given := os.environ.get("OWNSTOCK_PASSWORD"):
        return given
    if not sys.stdin.isatty():
        raise Refused("Give the password by --password-file or by OWNSTOCK_PASSWORD.", code="no_password")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _from_file(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as fault:
        raise Refused(f"The password cannot be read from {file} ({fault}).", code="no_file") from fault


@noun()
def key() -> None:
    """The keys of programs that call the API."""


@key.command("create")
@click.argument("label")
@click.option(
    "--scope", "names", multiple=True, metavar="SCOPE",
    help=f"What its holder may do, as often as needed: {', '.join(Scope)}, or {ALL_SCOPES}.",
)  # fmt: skip
@click.option(
    "--expires-in-days", type=click.IntRange(1, MAX_DAYS_OF_A_KEY), default=DAYS_OF_A_KEY, show_default=True,
    help="So long it lives.",
)  # fmt: skip
@actor_option
@json_option
def create_key(label: str, names: tuple[str, ...], expires_in_days: int, actor: str) -> None:
    """Make a key for a program. It is shown this once; only its hash is kept."""
    scopes = scopes_named(names)
    token = actions.create_api_key(label, scopes=scopes, expires_in_days=expires_in_days, actor=actor)
    tell(token, {"key": token, "prefix": token[:PREFIX_LENGTH], "label": label, "scopes": scopes})


@key.command("list")
@limit_option(50)
@json_option
def list_keys(limit: int) -> None:
    """Show the keys that were made, newest first: what each is for, what it may do, and until when."""
    now = timezone.now()
    rows = [
        {
            "prefix": k.prefix, "label": k.label, "state": key_state(k.revoked_at, k.expires_at, now=now),
            "expires_at": k.expires_at, "scopes": " ".join(k.scopes),
        }
        for k in first(queries.api_keys(), limit)
    ]  # fmt: skip
    show(rows, empty="No key was made yet.")


@key.command("revoke")
@click.argument("prefix")
@actor_option
@json_option
def revoke_key(prefix: str, actor: str) -> None:
    """End the key that begins with PREFIX: from now on it is refused."""
    actions.revoke_api_key(prefix, actor=actor)
    tell(f"The key {prefix}… is refused from now on.", {"prefix": prefix})
