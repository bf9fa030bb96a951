"""Reading what is open at one supplier, in orders and money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, DecimalField, ExpressionWrapper, F, Q, Sum
from django.db.models.functions import Coalesce

from ownstock.catalog.models import Supplier
from ownstock.purchasing.models import Delivery, PurchaseOrder
from ownstock.purchasing.queries.orders import IS_OPEN, STILL_OPEN
from ownstock.purchasing.rules import ANSWERABLE_STATES, OPEN_STATES, OrderState

ORDER = "line__revision__purchase_order"
MONEY = DecimalField(max_digits=28, decimal_places=8)


@dataclass(frozen=True, slots=True)
class OpenAtSupplier:
    """How many orders are open, how many of them unanswered and late, and the money of what is to come, by currency."""

    orders: int
    unanswered: int
    late: int
    to_invoice: int
    money: tuple[tuple[str, Decimal], ...]


def open_at(supplier: Supplier, today: date) -> OpenAtSupplier:
    """What is open at a supplier: drafts count as orders, money is of what was sent."""
    counts = PurchaseOrder.objects.filter(supplier=supplier).aggregate(
        orders=Count("pk", filter=Q(state__in=OPEN_STATES)),
        unanswered=Count("pk", filter=Q(state=OrderState.PLACED)),
        to_invoice=Count("pk", filter=Q(state=OrderState.RECEIVED)),
    )
    coming = Delivery.objects.filter(
        IS_OPEN, **{f"{ORDER}__supplier": supplier, f"{ORDER}__state__in": ANSWERABLE_STATES}
    )
    expected = coming.annotate(expected_on=Coalesce("announced_on", "latest_promised_on", "requested_on"))
    late = expected.filter(expected_on__lt=today).aggregate(n=Count(f"{ORDER}__pk", distinct=True))["n"]
    worth = ExpressionWrapper(STILL_OPEN * F("line__price"), MONEY)
    sums = coming.values_list(f"{ORDER}__currency").annotate(sum=Sum(worth)).order_by(f"{ORDER}__currency")
    return OpenAtSupplier(counts["orders"], counts["unanswered"], late, counts["to_invoice"], tuple(sums))
