"""What people know that the history does not: overrides of an item-site, their end and their value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import click

from ownstock.cli.command import noun
from ownstock.cli.options import Day, Number, actor_option, json_option, limit_option, on_option
from ownstock.cli.render import first, show, tell
from ownstock.planning import queries
from ownstock.planning.actions.overrides import OverrideEntry, end_override, override, revise_override
from ownstock.planning.actions.valuing import value_overrides
from ownstock.planning.decisions.told_overrides import told_override
from ownstock.planning.inputs.said import overrides, overrides_from
from ownstock.planning.models import Override
from ownstock.planning.queries.overrides import GROUPS, override_values
from ownstock.planning.rules.overrides import OverrideKind, ReasonCode


@noun("override")
def override_noun() -> None:
    """What you know of an item-site for some days: demand, or how it is to be ordered."""


@override_noun.command("add")
@click.argument("sku")
@click.argument("kind", type=click.Choice([str(k) for k in OverrideKind]))
@click.argument("value", type=Number())
@click.option("--site", required=True, help="Where.")
@click.option("--from", "from_on", required=True, type=Day(), help="Its first day.")
@click.option("--until", "until_on", required=True, type=Day(), help="Its last day.")
@click.option(
    "--code", type=click.Choice([str(c) for c in ReasonCode]), default="other", show_default=True,
    help="The kind of reason.",
)  # fmt: skip
@click.option("--reason", required=True, help="Why, in your words.")
@actor_option
@json_option
def add(
    sku: str, kind: str, value: Decimal, site: str, from_on: date, until_on: date, code: str, reason: str, actor: str
) -> None:
    """Say what will differ: KIND VALUE, such as demand_plus 40 (units in all) or level_at_least 200."""
    entry = OverrideEntry(sku, site, OverrideKind(kind), value, from_on, until_on, ReasonCode(code), reason)
    [one] = override([entry], actor=actor)
    tell(f"{told_override(one)[0].upper()}{told_override(one)[1:]}.", {"number": one.number})


@override_noun.command("list")
@click.option("--all", "is_all", is_flag=True, help="Those that are over too.")
@limit_option(50)
@json_option
def list_overrides(is_all: bool, limit: int) -> None:
    """List overrides that hold or will, the newest first."""
    rows = overrides() if is_all else overrides_from(queries.business_day())
    show([_row(one) for one in first(rows, limit)], empty="Nobody has overridden anything.")


@override_noun.command("revise")
@click.argument("number")
@click.option("--value", required=True, type=Number(), help="What it says now.")
@click.option("--until", "until_on", required=True, type=Day(), help="Its last day now.")
@click.option("--because", required=True, help="Why, in your words.")
@actor_option
@json_option
def revise(number: str, value: Decimal, until_on: date, because: str, actor: str) -> None:
    """Say an override anew; what it was until now stays to be read."""
    one = revise_override(number, value=value, until_on=until_on, actor=actor, because=because)
    tell(f"{told_override(one)[0].upper()}{told_override(one)[1:]}.", {"number": one.number, "revision": one.revision})


@override_noun.command("end")
@click.argument("number")
@on_option("The first day on which it no longer holds.")
@click.option("--because", required=True, help="Why, in your words.")
@actor_option
@json_option
def end(number: str, on: date | None, because: str, actor: str) -> None:
    """End an override before its last day."""
    one = end_override(number, on=on or queries.business_day(), actor=actor, because=because)
    tell(f"{number} holds no longer from {one.ended_on} on.", {"number": number, "ended_on": one.ended_on})


@override_noun.command("values")
@click.option("--by", type=click.Choice(list(GROUPS)), default="override", show_default=True, help="Summed by what.")
@json_option
def values(by: str) -> None:
    """Tell what overrides saved (below zero: cost) in money, those that cost most first; values what is over by now."""
    value_overrides(queries.business_day())
    show(override_values(by), empty="No override is over whose plan differed.")


def _row(one: Override) -> dict[str, Any]:
    return {
        "number": one.number, "sku": one.item_site.item.sku, "site": one.item_site.site.code, "kind": one.kind,
        "value": one.value, "from_on": one.from_on, "until_on": one.until_on, "ended_on": one.ended_on,
        "code": one.reason_code, "reason": one.reason, "by": one.actor,
    }  # fmt: skip
