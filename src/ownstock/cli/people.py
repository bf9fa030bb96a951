"""People who sign in, and the keys of programs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from ownstock.access import actions
from ownstock.access.rules import PREFIX_LENGTH
from ownstock.base.errors import Refused
from ownstock.cli.command import noun
from ownstock.cli.options import actor_option, json_option
from ownstock.cli.render import tell


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
@actor_option
@json_option
def create_key(label: str, actor: str) -> None:
    """Make a key for a program. It is shown this once; only its hash is kept."""
    token = actions.create_api_key(label, actor=actor)
    tell(token, {"key": token, "prefix": token[:PREFIX_LENGTH], "label": label})


@key.command("revoke")
@click.argument("prefix")
@actor_option
@json_option
def revoke_key(prefix: str, actor: str) -> None:
    """End the key that begins with PREFIX: from now on it is refused."""
    actions.revoke_api_key(prefix, actor=actor)
    tell(f"The key {prefix}… is refused from now on.", {"prefix": prefix})
