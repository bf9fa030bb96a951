"""What better terms of a supplier would be worth a year: a lower MOQ, a shorter lead time, a lower price.

Of the items of most money a policy is decided anew and replayed for a year, with and without (`preview_policy`); of the
others it is told as the same share of what is spent on them. A price is worth its share of what is spent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import ExpressionWrapper, F, FloatField, QuerySet, Sum
from django.db.models.functions import Cast

from ownstock.catalog.models import Supplier
from ownstock.planning.models import ItemSitePlan
from ownstock.planning.queries.policy_preview import PolicyChange, preview_policy

EXACT = 50
AT_ONCE = 10
DAYS_A_YEAR = 365
SPEND = ExpressionWrapper(F("demand_a_day") * Cast("unit_cost", FloatField()) * DAYS_A_YEAR, output_field=FloatField())


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a supplier: shares of the MOQ and the lead time that are left, and of the price that is taken off."""

    moq_share: float = 0.5
    lead_time_share: float = 0.5
    price_off_percent: float = 2.0
    order_cost: float = 0.0


@dataclass(frozen=True, slots=True)
class ItemWorth:
    """An item-site with what is spent on it a year, and what better terms are worth; None where it cannot be replayed."""

    plan: ItemSitePlan
    spend: float
    moq: float | None
    lead_time: float | None
    price: float


@dataclass(frozen=True, slots=True)
class Sums:
    """What is spent a year on item-sites that were replayed, and what better terms are worth on them."""

    items: int = 0
    spend: float = 0.0
    moq: float = 0.0
    lead_time: float = 0.0

    def with_rows(self, rows: Sequence[ItemWorth]) -> Sums:
        """And these item-sites."""
        played = [row for row in rows if row.moq is not None and row.lead_time is not None]
        return Sums(
            self.items + len(played), self.spend + sum(row.spend for row in played),
            self.moq + sum(row.moq or 0.0 for row in played),
            self.lead_time + sum(row.lead_time or 0.0 for row in played),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Negotiation:
    """What better terms of all that a supplier sells us are worth a year: replayed for some, for the rest in proportion."""

    items: int
    spend: float
    replayed: Sums
    moq: float
    lead_time: float
    price: float

    @property
    def rest_spend(self) -> float:
        """What is spent on item-sites that were not replayed."""
        return max(self.spend - self.replayed.spend, 0.0)


def bought_from(supplier: Supplier) -> QuerySet[ItemSitePlan]:
    """The item-sites that the last plan would order from a supplier, with `spend` a year, most money first."""
    rows = ItemSitePlan.objects.filter(supplier=supplier, demand_a_day__gt=0, unit_cost__gt=0)
    rows = rows.select_related("item_site__item", "item_site__site")
    return rows.annotate(spend=SPEND).order_by("-spend", "item_site_id")


def worth_of_items(supplier: Supplier, asked: Asked, *, first: int) -> list[ItemWorth]:
    """What better terms are worth on the next ten of the 50 item-sites of most money, from the one numbered `first`."""
    plans = list(bought_from(supplier)[first : min(first + AT_ONCE, EXACT)])
    places = [plan.item_site for plan in plans]
    saved = [
        {one.item_site.pk: one.before.total_cost - one.after.total_cost for one in previews}
        for change in (PolicyChange(moq_share=asked.moq_share), PolicyChange(lead_time_share=asked.lead_time_share))
        for previews in [preview_policy(places, change, order_cost=asked.order_cost)]
    ]
    return [
        ItemWorth(plan, spend, saved[0].get(plan.pk), saved[1].get(plan.pk), spend * asked.price_off_percent / 100)
        for plan in plans
        for spend in [float(getattr(plan, "spend", 0.0))]
    ]


def negotiation(supplier: Supplier, asked: Asked, replayed: Sums) -> Negotiation:
    """What better terms are worth on all, after some were replayed."""
    rows = bought_from(supplier)
    spend = float(rows.order_by().aggregate(total=Sum("spend"))["total"] or 0.0)
    scale = spend / replayed.spend if replayed.spend else 0.0
    return Negotiation(
        rows.count(), spend, replayed, replayed.moq * scale, replayed.lead_time * scale,
        spend * asked.price_off_percent / 100,
    )  # fmt: skip
