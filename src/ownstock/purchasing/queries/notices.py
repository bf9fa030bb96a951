"""Reading shipping notices: what is in force, what of it has come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch, QuerySet, Sum

from ownstock.base.errors import Refused
from ownstock.purchasing.models import Discrepancy, NoticeLine, PurchaseOrder, Receipt, ShippingNotice
from ownstock.purchasing.queries.standing import standing
from ownstock.purchasing.rules.discrepancies import DiscrepancyKind
from ownstock.purchasing.rules.notices import Announced, Arrival, NoticePurpose


@dataclass(frozen=True, slots=True)
class NoticedGoods:
    """Goods that a notice announces for a line and that have not come by it yet."""

    line: int
    sku: str
    quantity: Decimal
    lot: str
    expires_on: date | None


def notices(supplier: str = "") -> QuerySet[ShippingNotice]:
    """Shipping notices as they came (of a supplier, or all), newest first, each with its lines."""
    lines = Prefetch("lines", NoticeLine.objects.select_related("purchase_order", "item").order_by("number"))
    rows = ShippingNotice.objects.select_related("supplier", "superseded_by").prefetch_related(lines)
    return (rows.filter(supplier__code=supplier) if supplier else rows).order_by("-id")


def notice(supplier: str, number: str) -> ShippingNotice:
    """The newest notice of a supplier under a number.

    Raises:
        Refused: there is none.
    """
    found = notices(supplier).filter(number=number).first()
    if found is None:
        raise Refused(f"{supplier} has sent no notice {number}.", code="no_notice", supplier=supplier, notice=number)
    return found


def in_force() -> QuerySet[ShippingNotice]:
    """The notices that hold: neither taken back nor replaced."""
    return ShippingNotice.objects.filter(superseded_by=None).exclude(purpose=NoticePurpose.CANCELLATION)


def notices_of(order: PurchaseOrder) -> dict[int, list[Announced]]:
    """What the notices in force say of an order, by line, in the order in which they were taken."""
    rows = NoticeLine.objects.filter(purchase_order=order, notice__in=in_force())
    found: dict[int, list[Announced]] = defaultdict(list)
    columns = ("line", "notice_id", "notice__shipped_on", "notice__expected_on")
    for line, pk, shipped_on, expected_on, quantity in (
        rows.values(*columns).annotate(sum=Sum("quantity")).order_by("notice_id").values_list(*columns, "sum")
    ):
        found[line].append(Announced(pk, quantity, shipped_on, expected_on))
    return found


def arrivals_of(order: PurchaseOrder) -> dict[int, list[Arrival]]:
    """What came for an order and was not taken back, by line.

    What a notice announced and was found to be short came to its end with that receipt: it is no longer on its way.
    """
    found: dict[int, list[Arrival]] = defaultdict(list)
    came = standing(Receipt.objects.filter(delivery__line__revision__purchase_order=order), "posting_key")
    notice_of: dict[str, tuple[int | None, date]] = {}
    columns = ("delivery__line__line", "received_on", "quantity", "notice_id", "posting_key")
    for line, received_on, quantity, notice_id, key in came.order_by("id").values_list(*columns):
        found[line].append(Arrival(received_on, quantity, notice_id))
        notice_of[key] = notice_id, received_on
    short = Discrepancy.objects.filter(purchase_order=order, kind=DiscrepancyKind.SHORT, receipt_key__in=notice_of)
    for line, quantity, key in short.order_by("id").values_list("line", "quantity", "receipt_key"):
        notice_id, received_on = notice_of[key]
        found[line].append(Arrival(received_on, quantity, notice_id))
    return found


def still_to_come(shipping_notice: ShippingNotice, number: str) -> list[NoticedGoods]:
    """What of a notice for an order has not been received by naming it, line by line and lot by lot."""
    order = PurchaseOrder.objects.get(number=number)
    left = defaultdict(Decimal)
    for line, arrivals in arrivals_of(order).items():
        left[line] = sum((a.quantity for a in arrivals if a.notice == shipping_notice.pk), Decimal(0))
    found = []
    for row in shipping_notice.lines.filter(purchase_order=order).select_related("item").order_by("number"):
        came = min(left[row.line], row.quantity)
        left[row.line] -= came
        if row.quantity > came:
            found.append(NoticedGoods(row.line, row.item.sku, row.quantity - came, row.lot, row.expires_on))
    return found


def notices_for(number: str) -> Sequence[ShippingNotice]:
    """The notices in force that announce goods for an order, newest first."""
    return list(in_force().filter(lines__purchase_order__number=number).distinct().order_by("-id"))
