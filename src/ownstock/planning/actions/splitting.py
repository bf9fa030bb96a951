"""Splitting a draft, so that each proposal still leads to the line that it became."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from ownstock.planning.models import Proposal
from ownstock.purchasing.actions.splitting import split
from ownstock.purchasing.models import PurchaseOrder


@transaction.atomic
def split_order(number: str, lines: Collection[int], *, actor: str, reason: str) -> PurchaseOrder:
    """Make a draft of its own of some lines of a draft; proposals follow their lines.

    Raises:
        Refused: as `purchasing.actions.splitting.split`.
    """
    rows = Proposal.objects.filter(order_line__revision__purchase_order__number=number, order_line__line__in=lines)
    found = list(rows.select_related("order_line"))
    made = split(number, lines, actor=actor, reason=reason)
    for proposal in found:
        if proposal.order_line is not None:
            proposal.order_line = made.moved[proposal.order_line.line]
    Proposal.objects.bulk_update(found, ["order_line"], batch_size=1_000)
    return made.order
