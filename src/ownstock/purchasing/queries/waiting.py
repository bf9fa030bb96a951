"""Reading which orders wait for somebody: for an approval, for an answer, for goods that are late."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from ownstock.base.errors import Refused
from ownstock.purchasing.models import Delivery, OrderRevision, PurchaseOrder
from ownstock.purchasing.queries.approvals import limits_in_force, need_of
from ownstock.purchasing.queries.orders import STILL_OPEN
from ownstock.purchasing.rules import ANSWERABLE_STATES, OPEN_STATES, OrderState


class WaitsFor(StrEnum):
    """What an order waits for."""

    APPROVAL = "approval"
    ANSWER = "answer"
    GOODS = "goods"


def waiting_orders(waits_for: WaitsFor, *, today: date) -> QuerySet[PurchaseOrder]:
    """Orders that wait for an approval, for their supplier's answer, or for goods that are late."""
    rows = PurchaseOrder.objects.all()
    if waits_for is WaitsFor.ANSWER:
        return rows.filter(state=OrderState.PLACED)
    if waits_for is WaitsFor.GOODS:
        return rows.filter(pk__in=_late(today))
    return rows.filter(pk__in=[order.pk for order in _unsent() if _lacks_approval(order)])


def _late(today: date) -> QuerySet[Delivery, int]:
    expected_on = Coalesce("announced_on", "latest_promised_on", "requested_on")
    parts = Delivery.objects.annotate(still_open=STILL_OPEN, expected_on=expected_on)
    late = parts.filter(still_open__gt=0, expected_on__lt=today)
    states = late.filter(line__revision__purchase_order__state__in=ANSWERABLE_STATES)
    return states.values_list("line__revision__purchase_order_id", flat=True)


def _unsent() -> QuerySet[PurchaseOrder]:
    """Open orders of which the newest revision was not sent; none where nobody needs approval."""
    if not limits_in_force():
        return PurchaseOrder.objects.none()
    newest = OrderRevision.objects.filter(purchase_order=OuterRef("pk")).order_by("-number").values("number")[:1]
    rows = PurchaseOrder.objects.filter(state__in=OPEN_STATES).annotate(newest=Subquery(newest))
    return rows.filter(Q(sent_revision=None) | Q(newest__gt=F("sent_revision")))


def _lacks_approval(order: PurchaseOrder) -> bool:
    try:
        need = need_of(order)
    except Refused:
        # Without a rate its amount cannot be judged: somebody has to look at it.
        return True
    return need is not None and not need.is_met
