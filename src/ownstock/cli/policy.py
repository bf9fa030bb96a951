"""How an item-site is planned: what a change would mean, and making it."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

import click

from ownstock.base.errors import Refused
from ownstock.catalog.actions.planning_settings import set_planning_settings
from ownstock.catalog.models import ItemSite
from ownstock.catalog.queries import item_sites
from ownstock.cli.command import noun
from ownstock.cli.options import Number, actor_option, json_option
from ownstock.cli.render import show, tell, text
from ownstock.planning.queries.policy_preview import PolicyChange, preview_policy


@noun("policy")
def policy_noun() -> None:
    """How an item-site is planned: the cost of running short, of holding, how often it is looked at."""


@policy_noun.command("preview")
@click.argument("sku")
@click.option("--site", required=True, help="Where.")
@click.option("--shortage-cost", type=float, help="Money lost per unit short.")
@click.option("--holding-rate", type=float, help="A year, as a share of unit cost.")
@click.option(
    "--review-days", "review_period_days", type=click.IntRange(1, 365), help="How often an order can be placed."
)
@click.option("--moq", type=click.IntRange(min=1), help="The supplier's minimum, if it were another.")
@click.option(
    "--fill-rate", type=click.FloatRange(0, 1, min_open=True, max_open=True), help="Aim at this instead of cost."
)
@click.option("--order-cost", type=click.FloatRange(0), default=0.0, show_default=True, help="Money per order.")
@json_option
def preview(sku: str, site: str, order_cost: float, **tried: Any) -> None:
    """Show levels, cost of a year, stock and service now, and as they would be; nothing is changed."""
    rows = preview_policy([_item_site(sku, site)], PolicyChange(**tried), order_cost=order_cost)
    figures = [asdict(side) | {"total_cost": side.total_cost} for row in rows for side in (row.before, row.after)]
    named = [
        {"": name} | {key: round(value, 4) for key, value in each.items()}
        for name, each in zip(("now", "then"), figures, strict=False)
    ]
    show(named, empty="It cannot be planned; `ownstock plan` says why.")


@policy_noun.command("adopt")
@click.argument("sku")
@click.option("--site", required=True, help="Where.")
@click.option("--shortage-cost", type=Number(), help="Money lost per unit short.")
@click.option("--holding-rate", type=Number(), help="A year, as a share of unit cost.")
@click.option(
    "--review-days", "review_period_days", type=click.IntRange(1, 365), help="How often an order can be placed."
)
@click.option("--reason", required=True, help="Why, in your words.")
@actor_option
@json_option
def adopt(
    sku: str, site: str, shortage_cost: Decimal | None, holding_rate: Decimal | None, review_period_days: int | None,
    reason: str, actor: str,
) -> None:  # fmt: skip
    """Plan an item-site by other settings from now on."""
    count = set_planning_settings(
        [_item_site(sku, site).pk], actor=actor, reason=reason, shortage_cost=shortage_cost, holding_rate=holding_rate,
        review_period_days=review_period_days,
    )  # fmt: skip
    tell(f"{text(sku)} at {text(site)} is planned {'anew' if count else 'as it was'}.", {"changed": count})


def _item_site(sku: str, site: str) -> ItemSite:
    found = item_sites().filter(item__sku=sku, site__code=site).first()
    if found is None:
        raise Refused(f"{sku} is not planned at {site}; name an item-site.", code="no_item_site", sku=sku, site=site)
    return found
