"""The company this database belongs to."""

from __future__ import annotations

import click

from ownstock.catalog import actions
from ownstock.cli.command import noun
from ownstock.cli.options import actor_option, json_option
from ownstock.cli.render import tell


@noun()
def company() -> None:
    """The company this database belongs to."""


@company.command("set")
@click.argument("name")
@click.argument("currency")
@actor_option
@json_option
def set_company(name: str, currency: str, actor: str) -> None:
    """Name the company and its base currency (ISO 4217, such as EUR), in which all value is kept."""
    kept = actions.set_company(name, currency, actor=actor)
    facts = {"name": kept.name, "currency": kept.currency}
    tell(f"This database belongs to {kept.name}; its currency is {kept.currency}.", facts)
