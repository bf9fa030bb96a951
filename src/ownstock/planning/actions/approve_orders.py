"""Approving many proposals at once: what can be ordered is, what is refused is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.planning.actions.edits import QuantityChange, change_quantity
from ownstock.planning.actions.proposals import approve
from ownstock.planning.models import Proposal
from ownstock.planning.queries.baskets import basket
from ownstock.planning.rules.edits import EditReason
from ownstock.purchasing.models import PurchaseOrder


@dataclass(frozen=True, slots=True)
class ApprovedOrders:
    """What became of many proposals: the draft orders, and why others were not written, each a sentence."""

    orders: Sequence[PurchaseOrder]
    refusals: Sequence[str]


def approve_what_can_be(ids: Collection[int], *, actor: str) -> ApprovedOrders:
    """Write the order of each supplier and site for itself: where one is refused, the others are written all the same."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    rows = Proposal.objects.filter(pk__in=ids).values_list("supplier__code", "item_site__site__code", "pk")
    for supplier, site, pk in rows:
        groups[supplier, site].append(pk)
    orders: list[PurchaseOrder] = []
    refusals: list[str] = []
    for (supplier, site), group in sorted(groups.items()):
        try:
            orders += approve(group, actor=actor)
        except Refused as refusal:
            refusals.append(f"{supplier} for {site}: {refusal.sentence}")
    return ApprovedOrders(orders, refusals)


@transaction.atomic
def fill_up(supplier: str, site: str, *, among: Collection[int] | None = None, actor: str) -> int:
    """Enlarge the lines of a supplier's order for a site the cheapest way to the agreement's minimum value.

    Returns how many lines were enlarged.

    Raises:
        Refused: nothing is proposed of them, nothing is missing, or enlarging does not suffice.
    """
    told = basket(supplier, site, among=among)
    place = f"{supplier} for {site}"
    if not told.basket.missing_value:
        raise Refused(f"{place}: nothing is missing of the minimum value.", code="nothing_missing")
    if not told.is_minimum_reached:
        raise Refused(
            f"{place}: enlarging what is ticked does not reach the minimum value; tick more of this supplier, or wait.",
            code="minimum_not_reached",
        )  # fmt: skip
    changes = [QuantityChange(line.proposal, Decimal(line.enlarged_to)) for line in told.lines if line.enlarged_to]
    change_quantity(changes, reason_code=EditReason.MINIMUM, actor=actor)
    return len(changes)
