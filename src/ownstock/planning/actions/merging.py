"""Merging drafts, so that each proposal still leads to the line that it became."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from ownstock.planning.models import Proposal
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import PurchaseOrder


@transaction.atomic
def merge_orders(numbers: Iterable[str], *, actor: str) -> list[PurchaseOrder]:
    """Make one order of the drafts of each supplier, site and currency; proposals follow their lines.

    Raises:
        Refused: as `purchasing.actions.merge`.
    """
    merged = purchasing.merge(numbers, actor=actor)
    moved = {key: line for each in merged for key, line in each.moved.items()}
    orders = {order_id for order_id, _ in moved}
    proposals = Proposal.objects.filter(order_line__revision__purchase_order__in=orders)
    found = list(proposals.select_related("order_line__revision"))
    for proposal in found:
        before = proposal.order_line
        if before is not None:
            proposal.order_line = moved.get((before.revision.purchase_order_id, before.line), before)
    Proposal.objects.bulk_update(found, ["order_line"], batch_size=1_000)
    return [each.order for each in merged]
