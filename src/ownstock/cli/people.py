"""People who sign in, and the keys of programs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from django.utils import timezone

from ownstock.access import actions, queries
from ownstock.access.models import User
from ownstock.access.rules import (
    ALL_SCOPES,
    DAYS_OF_A_KEY,
    HOLDS,
    MAX_DAYS_OF_A_KEY,
    PREFIX_LENGTH,
    Role,
    Scope,
    key_state,
    roles_named,
    scopes_named,
)
from ownstock.base.errors import Refused
from ownstock.catalog import actions as catalog
from ownstock.cli.command import noun
from ownstock.cli.options import actor_option, json_option, limit_option
from ownstock.cli.render import first, show, tell

ROLE = click.Choice([str(role) for role in Role])
MEANINGS = "; ".join(f"{role}: {role.meaning}" for role in Role)


@noun()
def user() -> None:
    """People who sign in."""


@user.command("create")
@click.argument("name")
@click.option("--password-file", type=click.Path(dir_okay=False, path_type=Path), help="Read the password from here.")
@click.option(
    "--role", "roles", type=ROLE, multiple=True, help=f"What the person is here for, as often as needed. {MEANINGS}"
)
@actor_option
@json_option
def create_user(name: str, password_file: Path | None, roles: tuple[str, ...], actor: str) -> None:
    """Make a person who can sign in.

    The password is asked for, or taken from --password-file or the environment (OWNSTOCK_PASSWORD); never from the
    command line, which others on this machine can read.
    """
    made = actions.create_user(name, _password(password_file), roles=roles_named(roles), actor=actor)
    tell(f"{made.username} can sign in.", _told(made))


@user.command("list")
@limit_option(50)
@json_option
def list_users(limit: int) -> None:
    """Show everybody who can or could sign in, with what each is here for."""
    show([_told(found) for found in first(queries.users(), limit)], empty="Nobody can sign in yet.")


@user.command("role")
@click.argument("name")
@click.option("--add", type=ROLE, multiple=True, help=f"Give this role. {MEANINGS}")
@click.option("--remove", type=ROLE, multiple=True, help="Take this role; the last one stays.")
@click.option("--reason", default="", help="Why, in your words.")
@actor_option
@json_option
def change_roles(name: str, add: tuple[str, ...], remove: tuple[str, ...], reason: str, actor: str) -> None:
    """Give a person roles, or take them. Without either, the roles are only shown."""
    found = queries.user(name)
    if add or remove:
        found = actions.change_roles(name, add=roles_named(add), remove=roles_named(remove), reason=reason, actor=actor)
    tell(f"{name}: {', '.join(found.roles) or 'no role, which leaves all that asks for none'}.", _told(found))


@user.command("supplier")
@click.argument("name")
@click.argument("supplier")
@actor_option
@json_option
def act_for_supplier(name: str, supplier: str, actor: str) -> None:
    """Let the person NAME act for the supplier of code SUPPLIER: they see that supplier's orders, and nothing else."""
    catalog.add_contact(supplier, queries.user(name), actor=actor)
    tell(f"{name} sees what is {supplier}'s, and nothing else.", {"username": name, "supplier": supplier})


@user.command("disable")
@click.argument("name")
@click.option("--reason", default="", help="Why, in your words.")
@actor_option
@json_option
def disable_user(name: str, reason: str, actor: str) -> None:
    """End a person's access. What they have open in a browser ends with it."""
    tell(f"{name} cannot sign in any more.", _told(actions.disable_user(name, reason=reason, actor=actor)))


@user.command("enable")
@click.argument("name")
@click.option("--reason", default="", help="Why, in your words.")
@actor_option
@json_option
def enable_user(name: str, reason: str, actor: str) -> None:
    """Let a person sign in again."""
    tell(f"{name} can sign in again.", _told(actions.enable_user(name, reason=reason, actor=actor)))


@user.command("reset-factor")
@click.argument("name")
@click.option("--reason", default="", help="Why, in your words.")
@actor_option
@json_option
def reset_factor(name: str, reason: str, actor: str) -> None:
    """Take a person's app, passkeys and recovery codes away, who lost them. What they have open ends."""
    tell(f"{name} signs in by password alone.", _told(actions.reset_second_factor(name, reason=reason, actor=actor)))


def _told(found: User) -> dict[str, object]:
    return {"username": found.username, "is_active": found.is_active, "roles": " ".join(found.roles)}


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
    "--role", "roles", type=ROLE, multiple=True, help="All that people of this role may do, as often as needed."
)
@click.option(
    "--expires-in-days", type=click.IntRange(1, MAX_DAYS_OF_A_KEY), default=DAYS_OF_A_KEY, show_default=True,
    help="So long it lives.",
)  # fmt: skip
@actor_option
@json_option
def create_key(label: str, names: tuple[str, ...], roles: tuple[str, ...], expires_in_days: int, actor: str) -> None:
    """Make a key for a program. It is shown this once; only its hash is kept."""
    scopes = scopes_named([*names, *(scope for role in roles_named(roles) for scope in sorted(HOLDS[role]))])
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
