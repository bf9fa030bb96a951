"""How item-sites are planned: how often they are looked at, and what holding and running short cost."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.catalog.actions.changes import record_change, values_of
from ownstock.catalog.models import ItemSite

MOST_AT_ONCE = 10_000
MOST_REVIEW_DAYS = 365


@transaction.atomic
def set_planning_settings(
    item_sites: Collection[int], *, actor: str, reason: str, review_period_days: int | None = None,
    holding_rate: Decimal | None = None, shortage_cost: Decimal | None = None,
) -> int:  # fmt: skip
    """Set how item-sites are planned, by id; what is not named stays as it is. Returns how many changed.

    Raises:
        Refused: an item-site does not exist, a value makes no sense, or no reason is given.
    """
    asked = {
        "review_period_days": review_period_days, "holding_rate": holding_rate, "shortage_cost": shortage_cost,
    }  # fmt: skip
    said = {name: value for name, value in asked.items() if value is not None}
    _check(item_sites, said, reason)
    rows = list(ItemSite.objects.select_for_update().filter(pk__in=list(item_sites)).order_by("pk"))
    if len(rows) < len(set(item_sites)):
        missing = min(set(item_sites) - {row.pk for row in rows})
        raise Refused(f"There is no item-site {missing}.", code="no_item_site", item_site=missing)
    changed = []
    for row in rows:
        old = values_of(row, said)
        for name, value in said.items():
            setattr(row, name, value)
        if record_change(
            actor=actor, verb="catalog.planning_settings_set", subject=f"item_site:{row.pk}", old=old,
            new=values_of(row, said), reason=reason,
        ):  # fmt: skip
            changed.append(row)
    ItemSite.objects.bulk_update(changed, list(said), batch_size=1_000)
    return len(changed)


def _check(item_sites: Collection[int], said: dict[str, int | Decimal], reason: str) -> None:
    if not 0 < len(item_sites) <= MOST_AT_ONCE:
        raise Refused(f"Name 1 to {MOST_AT_ONCE} item-sites.", code="too_many_item_sites")
    if not said or not reason.strip():
        raise Refused("Say what is to be set, and why.", code="nothing_said")
    if not 1 <= said.get("review_period_days", 1) <= MOST_REVIEW_DAYS:
        raise Refused(f"A review period has 1 to {MOST_REVIEW_DAYS} days.", code="bad_review_period")
    if said.get("holding_rate", 1) <= 0:
        raise Refused(
            "The holding rate must be above zero: enter what holding costs a year, such as 0.25.", code="bad_rate"
        )
    if said.get("shortage_cost", 0) < 0:
        raise Refused("The cost of a unit short cannot be below zero.", code="bad_shortage_cost")
