"""Reading purchase orders: what is open, when it is expected, what happened to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Count, DecimalField, F, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.catalog.models import SupplyTerm
from ownstock.catalog.rules import first_choice
from ownstock.journal.models import OutboxRow
from ownstock.purchasing.models import Delivery, OrderLine, PurchaseOrder
from ownstock.purchasing.rules import OPEN_STATES, UNSENT_STATES

QUANTITY = DecimalField(max_digits=18, decimal_places=4)
TOPICS = ("placed", "changed", "cancelled", "chased")
# Whether something of a delivery is open, as the index over those is written.
IS_OPEN = Q(quantity__gt=F("received_quantity") + F("cancelled_quantity"))
STILL_OPEN = Greatest(
    F("quantity") - F("received_quantity") - F("cancelled_quantity"), Decimal(0), output_field=QUANTITY
)


@dataclass(frozen=True, slots=True)
class OpenDelivery:
    """What is still to come of a delivery, and when: as announced by a notice, else last promised, else requested.

    `is_promised`: whether the supplier has promised a day.
    """

    item_id: int
    site_id: int
    supplier_id: int
    sku: str
    number: str
    line: int
    quantity: Decimal
    requested_on: date
    expected_on: date
    is_promised: bool = False


def open_deliveries(
    *, item_site: tuple[int, int] | None = None, items: Collection[int] | None = None
) -> list[OpenDelivery]:
    """Every delivery with something open of an order from draft to part received: on order is their sum.

    `item_site` limits it to one (item id, site id), `items` to some items.
    """
    rows = Delivery.objects.filter(line__revision__purchase_order__state__in=OPEN_STATES).annotate(
        still_open=STILL_OPEN,
        expected_on=Coalesce("announced_on", "latest_promised_on", "requested_on"),
        is_promised=Q(latest_promised_on__isnull=False),
    )
    if item_site is not None:
        item_id, site_id = item_site
        rows = rows.filter(line__item_id=item_id, line__revision__purchase_order__site_id=site_id)
    if items is not None:
        rows = rows.filter(line__item_id__in=list(items))
    order = "line__revision__purchase_order"
    columns = ("line__item_id", f"{order}__site_id", f"{order}__supplier_id", "line__item__sku", f"{order}__number")
    found = rows.filter(still_open__gt=0).order_by("expected_on", "id")
    values = found.values_list(*columns, "line__line", "still_open", "requested_on", "expected_on", "is_promised")
    return [OpenDelivery(*row) for row in values]


def orders() -> QuerySet[PurchaseOrder]:
    """Every purchase order, newest first."""
    return PurchaseOrder.objects.select_related("supplier", "site").order_by("-id")


def unsent_orders() -> QuerySet[PurchaseOrder]:
    """Drafts, approved or not, oldest first."""
    return orders().filter(state__in=UNSENT_STATES).order_by("id")


def term_for(purchase_order: PurchaseOrder, sku: str) -> SupplyTerm:
    """On which terms the supplier of an order sells an item to its site today.

    Raises:
        Refused: it does not.
    """
    terms = SupplyTerm.objects.filter(supplier_id=purchase_order.supplier_id, item__sku=sku)
    on = timezone.localdate()
    term = first_choice(terms.select_related("item", "supplier"), site_id=purchase_order.site_id, on=on)
    if term is None:
        raise Refused(
            f"{purchase_order.supplier.code} has no supply term for {sku} on {on}: add one.", code="no_term", sku=sku
        )
    return term


def order(number: str) -> PurchaseOrder:
    """One purchase order with its supplier and site.

    Raises:
        Refused: there is none of this number.
    """
    found = orders().filter(number=number).first()
    if found is None:
        raise Refused(f"There is no purchase order {number}.", code="no_order", number=number)
    return found


def lines(purchase_order: PurchaseOrder) -> Sequence[OrderLine]:
    """The lines of an order as they stand, each with its item, its revision and its deliveries.

    A line that a later revision took out is still among them, as that which had it last, with what became of it.
    """
    deliveries = Prefetch("deliveries", Delivery.objects.annotate(still_open=STILL_OPEN).order_by("number"))
    rows = OrderLine.objects.filter(revision__purchase_order=purchase_order, deliveries__isnull=False)
    newest = rows.order_by("line", "-revision__number").distinct("line")
    return list(newest.select_related("item", "revision").prefetch_related(deliveries))


def on_order(item_ids: Sequence[int]) -> dict[tuple[int, int], Decimal]:
    """What is still open of all deliveries, keyed by (item id, site id); what has none is left out."""
    order = "line__revision__purchase_order"
    rows = Delivery.objects.filter(**{f"{order}__state__in": OPEN_STATES}, line__item_id__in=item_ids)
    sums = rows.values_list("line__item_id", f"{order}__site_id").annotate(open=Sum(STILL_OPEN)).order_by()
    return {(item_id, site_id): quantity for item_id, site_id, quantity in sums if quantity}


def order_counts() -> dict[str, int]:
    """How many purchase orders are in each state; states without any are left out."""
    return dict(PurchaseOrder.objects.values_list("state").annotate(Count("pk")).order_by("state"))


def outbox_rows(purchase_order: PurchaseOrder) -> QuerySet[OutboxRow]:
    """Everything that was told of an order, or is to be, oldest first."""
    told = [Q(key__startswith=f"purchase_order.{topic}:{purchase_order.number}:") for topic in TOPICS]
    return OutboxRow.objects.filter(reduce(or_, told)).order_by("id")


def sending(purchase_order: PurchaseOrder) -> OutboxRow | None:
    """How far what was told last of the order is on its way to the supplier; None before it was placed."""
    return outbox_rows(purchase_order).last()
