"""Postings: reading movements, posting one, taking a posting back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import click

from ownstock.base.errors import Refused
from ownstock.catalog.queries import item_sites
from ownstock.cli.command import command
from ownstock.cli.options import Moment, Number, actor_option, json_option, limit_option
from ownstock.cli.render import first, show, tell, text
from ownstock.ledger import actions, queries
from ownstock.ledger.names import items_named
from ownstock.ledger.rules import Kind, Line, PostingRequest, Status
from ownstock.planning.actions.taking_back import take_back

STATUSES = click.Choice([str(status) for status in Status])


@command()
@click.argument("sku")
@click.option("--site", help="The site; needed where there are several.")
@limit_option(50)
@json_option
def movements(sku: str, site: str | None, limit: int) -> None:
    """Show an item's movements into, out of and within a site, newest first."""
    rows = [
        {
            "moved_at": m.moved_at, "kind": m.posting.kind, "quantity": m.quantity, "source": m.source.code,
            "target": m.target.code, "lot": m.lot.code if m.lot else "", "reference": m.posting.reference,
            "posting": m.posting.key,
        }
        for m in first(queries.movements_of(sku, site or _only_site(sku)), limit)
    ]  # fmt: skip
    show(rows, empty=f"{sku} has not moved there.")


def _only_site(sku: str) -> str:
    items_named({sku})
    sites = list(item_sites().filter(item__sku=sku).values_list("site__code", flat=True)[:2])
    if not sites:
        raise Refused(f"No site keeps an item {sku}; name the site with --site.", code="no_item_site", sku=sku)
    if len(sites) > 1:
        raise Refused(f"Several sites keep {sku}; name one with --site.", code="which_site", sku=sku)
    return str(sites[0])


@command()
@click.option("--key", required=True, help="Makes it happen once: the same key again posts nothing.")
@click.option("--kind", required=True, type=click.Choice([str(kind) for kind in Kind]), help="Why it moves.")
@click.option("--sku", required=True, help="The item.")
@click.option("--quantity", required=True, type=Number(), help="So many, above zero.")
@click.option("--unit", default="", show_default="the stock unit", help="Of this unit of the item, converted exactly.")
@click.option("--source", required=True, help="The location where it begins.")
@click.option("--target", required=True, help="The location where it ends.")
@click.option("--lot", default="", help="The lot, where the item has lots.")
@click.option("--source-status", type=STATUSES, default="released", show_default=True, help="Its status before.")
@click.option("--target-status", type=STATUSES, default="released", show_default=True, help="Its status after.")
@click.option("--moved-at", type=Moment(), show_default="now", help="When it moved, with time zone.")
@click.option("--unit-cost", type=Number(), show_default="the item's", help="What one stock unit is worth.")
@click.option("--reference", default="", help="The document outside.")
@actor_option
@json_option
def post(
    key: str, kind: str, sku: str, quantity: Decimal, unit: str, source: str, target: str, lot: str, source_status: str,
    target_status: str, moved_at: datetime | None, unit_cost: Decimal | None, reference: str, actor: str,
) -> None:  # fmt: skip
    """Post one movement: so much of an item from one location to another.

    What comes in or leaves has the world outside at its other end: a supplier, a customer, scrap, a count difference.
    """
    line = Line(
        sku=sku, source=source, target=target, quantity=quantity, lot=lot, source_status=source_status,
        target_status=target_status, moved_at=moved_at, unit_cost=unit_cost, unit=unit,
    )  # fmt: skip
    [posted] = actions.post([PostingRequest(key, kind, [line], reference)], actor=actor)
    _tell_posted(posted, f"{key}: {text(quantity)} {unit and f'{unit} '}of {sku} from {source} to {target}.")


@command()
@click.argument("key")
@click.option("--reason", required=True, help="Why, in your words.")
@click.option("--key", "new_key", show_default="KEY:reversed", help="The reversal's own key.")
@actor_option
@json_option
def reverse(key: str, reason: str, new_key: str | None, actor: str) -> None:
    """Take the posting KEY back by posting its movements the other way round; what it received or shipped is open again."""
    posted = take_back(key, new_key=new_key or f"{key}:reversed", actor=actor, reason=reason)
    _tell_posted(posted, f"{key} is reversed by {posted.key}.")


def _tell_posted(posted: actions.Posted, sentence: str) -> None:
    told: dict[str, Any] = {"key": posted.key, "is_new": posted.is_new}
    tell(sentence if posted.is_new else f"{sentence} That was done before; nothing was posted now.", told)
