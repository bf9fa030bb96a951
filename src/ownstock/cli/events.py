"""The calendar of demand: events such as promotions, and what becomes of items."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import click

from ownstock.cli.command import noun
from ownstock.cli.options import Day, Number, actor_option, json_option, limit_option
from ownstock.cli.render import first, show, tell, text
from ownstock.demand.actions.calendar import cancel_event, cancel_lifecycle, enter_events, enter_lifecycle
from ownstock.demand.models import DemandEvent
from ownstock.demand.queries.calendar import event, events, lifecycle
from ownstock.demand.rules.calendar import EventEntry, LifecycleEntry, LifecycleKind
from ownstock.planning.queries import business_day
from ownstock.planning.queries.event_factors import suggested_factor


@noun("event")
def event_noun() -> None:
    """What changes demand for a while: promotions, fairs, closures."""


@event_noun.command("add")
@click.argument("name")
@click.option("--from", "from_on", required=True, type=Day(), help="Its first day.")
@click.option("--until", "until_on", required=True, type=Day(), help="Its last day.")
@click.option("--factor", type=Number(), help="Demand is so many times the usual; without it nothing changes yet.")
@click.option("--sku", "skus", multiple=True, help="An item it is about; again for each. None: all.")
@click.option("--category", "categories", multiple=True, help="A category of items it is about; again for each.")
@click.option("--site", "sites", multiple=True, help="A site it is about; again for each. None: all.")
@click.option("--reason", default="", help="Why, in your words.")
@actor_option
@json_option
def add(name: str, actor: str, **said: Any) -> None:
    """Enter an event; events of one NAME are alike, and each tells what to expect of the next."""
    [made] = enter_events([EventEntry(name, **said)], actor=actor)
    tell(f"{made.number}: {text(name)}.{_suggestion(made)}", {"number": made.number, "factor": made.factor})


def _suggestion(made: DemandEvent) -> str:
    if made.factor is not None:
        return ""
    suggested = suggested_factor(made, business_day())
    if suggested.factor is None:
        return " No earlier event of this name tells what to expect; say a factor when you know it."
    return f" {len(suggested.evidence)} earlier ones suggest a factor of {suggested.factor:.2f}; see `ownstock event show`."


@event_noun.command("list")
@limit_option(50)
@json_option
def list_events(limit: int) -> None:
    """List events, by their first day."""
    show([_row(one) for one in first(events(), limit)], empty="There are no events.")


@event_noun.command("show")
@click.argument("number")
@json_option
def show_event(number: str) -> None:
    """Show what earlier events of the same name did: the evidence for a factor."""
    suggested = suggested_factor(event(number), business_day())
    rows = [
        {"number": one.number, "from_on": one.from_on, "until_on": one.until_on, "units": one.within,
         "units_8_weeks_before": one.before, "factor": one.factor}
        for one in suggested.evidence
    ]  # fmt: skip
    show(rows, empty="No earlier event of this name tells what to expect.")


@event_noun.command("cancel")
@click.argument("number")
@click.option("--because", required=True, help="Why, in your words.")
@actor_option
@json_option
def cancel(number: str, because: str, actor: str) -> None:
    """Call an event off: it changes no demand, past or to come."""
    cancel_event(number, actor=actor, because=because)
    tell(f"{number} is called off.", {"number": number})


def _row(one: DemandEvent) -> dict[str, Any]:
    return {
        "number": one.number, "name": one.name, "from_on": one.from_on, "until_on": one.until_on, "factor": one.factor,
        "skus": ", ".join(one.skus), "categories": ", ".join(one.categories), "sites": ", ".join(one.sites),
        "by": one.actor,
    }  # fmt: skip


@noun("lifecycle")
def lifecycle_noun() -> None:
    """What becomes of items: successors, items like others, endings."""


@lifecycle_noun.command("add")
@click.argument("sku")
@click.argument("kind", type=click.Choice([str(k) for k in LifecycleKind]))
@click.argument("other_sku", metavar="[OTHER]", default="")
@click.option("--ends-on", type=Day(), help="The first day on which it is not sold any more.")
@click.option("--site", default="", show_default="all", help="Where.")
@click.option(
    "--factor", type=Number(), default="1", show_default=True, help="Units wanted for each of the other item."
)
@click.option("--reason", required=True, help="Why, in your words.")
@actor_option
@json_option
def add_step(
    sku: str, kind: str, other_sku: str, ends_on: date | None, site: str, factor: Decimal, reason: str, actor: str
) -> None:
    """Say what becomes of SKU: superseded_by OTHER, like OTHER, or ends (with --ends-on)."""
    entry = LifecycleEntry(LifecycleKind(kind), sku, site, other_sku, factor, ends_on, reason)
    [step] = enter_lifecycle([entry], actor=actor)
    tell(f"{step.number}: {text(sku)} {kind.replace('_', ' ')} {other_sku or ends_on}.", {"number": step.number})


@lifecycle_noun.command("list")
@limit_option(50)
@json_option
def list_steps(limit: int) -> None:
    """List what becomes of items, in the order in which it was said."""
    rows = [
        {"number": s.number, "sku": s.item.sku, "kind": s.kind, "other": s.other_item.sku if s.other_item else "",
         "site": s.site.code if s.site else "", "factor": s.factor, "ends_on": s.ends_on, "reason": s.reason, "by": s.actor}
        for s in first(lifecycle(), limit)
    ]  # fmt: skip
    show(rows, empty="Nothing is said of what becomes of items.")


@lifecycle_noun.command("cancel")
@click.argument("number")
@click.option("--because", required=True, help="Why, in your words.")
@actor_option
@json_option
def cancel_step(number: str, because: str, actor: str) -> None:
    """Take back what was said of an item."""
    cancel_lifecycle(number, actor=actor, because=because)
    tell(f"{number} no longer holds.", {"number": number})
