"""Where the quantities of orders come from."""

from __future__ import annotations

from django.db.models import QuerySet

from ownstock.planning.models import Proposal
from ownstock.purchasing.models import PurchaseOrder


def origins(purchase_order: PurchaseOrder) -> QuerySet[Proposal]:
    """The proposals that became lines of an order, line by line; one line may have several, where drafts were merged."""
    rows = Proposal.objects.filter(order_line__revision__purchase_order=purchase_order).defer("reason")
    return rows.select_related("item_site__item", "order_line").order_by("order_line__line", "pk")
