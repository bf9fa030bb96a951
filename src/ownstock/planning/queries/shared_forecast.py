"""What a supplier could be told of the weeks ahead: what we are likely to order by week, and what is used of each item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from ownstock.catalog.models import Supplier
from ownstock.planning.models import ItemSitePlan, PlannedSpend, Proposal
from ownstock.planning.rules import ProposalState

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class SharedWeek:
    """What is likely to be ordered in a week, in money; tenths are summed over sites, so that they are wide."""

    week_start_on: date
    currency: str
    mean: Decimal
    p10: Decimal
    p90: Decimal


@dataclass(frozen=True, slots=True)
class SharedItem:
    """An item at a site: how many are expected to be used a week, how many are proposed now and wanted by when."""

    sku: str
    description: str
    site: str
    unit: str
    used_a_week: float
    proposed: Decimal
    wanted_on: date | None


def shared_weeks(supplier: Supplier) -> list[SharedWeek]:
    """What the last look ahead says of a supplier, week by week; empty where nobody looked ahead."""
    newest = PlannedSpend.objects.order_by("-run_id").values_list("run_id", flat=True).first()
    rows = PlannedSpend.objects.filter(run_id=newest, supplier=supplier).values_list("week_start_on", "currency")
    sums = rows.annotate(Sum("mean"), Sum("p10"), Sum("p90")).order_by("week_start_on", "currency")
    return [SharedWeek(*row) for row in sums]


def shared_items(supplier: Supplier, *, most: int = 0) -> Sequence[SharedItem]:
    """The items that the last plan would order from a supplier (the first `most`, or all), by code."""
    rows = ItemSitePlan.objects.filter(supplier=supplier, demand_a_day__gt=0)
    rows = rows.select_related("item_site__item", "item_site__site").order_by("item_site__item__sku", "item_site_id")
    plans = list(rows[:most] if most else rows)
    asked = Proposal.objects.filter(state=ProposalState.PENDING, supplier=supplier)
    wanted = {
        one: (quantity, on) for one, quantity, on in asked.values_list("item_site_id", "quantity", "requested_on")
    }
    return [
        SharedItem(
            plan.item_site.item.sku, plan.item_site.item.description, plan.item_site.site.code,
            plan.item_site.item.unit, (plan.demand_a_day or 0.0) * DAYS_A_WEEK,
            *wanted.get(plan.item_site_id, (Decimal(0), None)),
        )
        for plan in plans
    ]  # fmt: skip
