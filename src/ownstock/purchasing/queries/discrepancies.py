"""Reading discrepancies and returns: what is to be settled, what went back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Max, QuerySet, Sum

from ownstock.purchasing.models import Discrepancy, PurchaseOrder, Receipt, SupplierReturn
from ownstock.purchasing.queries.standing import standing


def discrepancies(*, number: str = "", is_open: bool = True) -> QuerySet[Discrepancy]:
    """Discrepancies of receipts that stand (of an order, or all), newest first; those not settled yet, or all."""
    rows = Discrepancy.objects.select_related("purchase_order__supplier", "item", "settlement").order_by("-id")
    rows = standing(rows, "receipt_key")
    if number:
        rows = rows.filter(purchase_order__number=number)
    return rows.filter(settlement=None) if is_open else rows


def supplier_returns(number: str = "") -> QuerySet[SupplierReturn]:
    """Goods that went back (of an order, or all), newest first."""
    rows = SupplierReturn.objects.select_related("purchase_order__supplier", "item").order_by("-id")
    return rows.filter(purchase_order__number=number) if number else rows


def returned_quantity(receipt_key: str, item_id: int) -> Decimal:
    """What of an item that came by a receipt has gone back."""
    rows = SupplierReturn.objects.filter(receipt_key=receipt_key, item_id=item_id)
    return rows.aggregate(total=Sum("quantity"))["total"] or Decimal(0)


def receipts_of(order: PurchaseOrder) -> list[tuple[str, date, Decimal]]:
    """What came for an order and was not taken back: the key of the receipt, its day and how much, newest first."""
    rows = standing(Receipt.objects.filter(delivery__line__revision__purchase_order=order), "posting_key")
    sums = rows.values_list("posting_key", "received_on").annotate(sum=Sum("quantity"), last=Max("id"))
    return [(key, received_on, quantity) for key, received_on, quantity, _ in sums.order_by("-last")]
