"""Reading many orders at once: those of a stage, of a state or that fit columns; a page of them with its figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from ownstock.purchasing.models import Delivery, OrderLine, OrderRevision, PurchaseOrder, Receipt
from ownstock.purchasing.queries.orders import IS_OPEN, orders
from ownstock.purchasing.queries.timers import overdue_of
from ownstock.purchasing.queries.waiting import WaitsFor, waiting_orders
from ownstock.purchasing.rules import ANSWERABLE_STATES, UNSENT_STATES, OrderState
from ownstock.purchasing.rules.timers import Waiting

# Where the columns lie by which a list of orders can be filtered and sorted.
ORDER_FIELDS = {
    "number": "number", "supplier": "supplier__code", "site": "site__code", "state": "state", "ordered_on": "ordered_on",
}  # fmt: skip
ORDER_FILTERS = ("number", "supplier", "site", "state")
NOTHING: Mapping[str, str] = MappingProxyType({})
ZERO = Decimal(0)
CLOSED_DAYS, MOST_COUNTED = 30, 999
LEAVING_STATES = (OrderState.PLACED, OrderState.ACKNOWLEDGED)
ORDER_OF_DELIVERY = "line__revision__purchase_order"


class OrderStage(StrEnum):
    """A column of the board: where an order is, and what it waits for there."""

    DRAFT = "draft"
    APPROVAL = "approval"
    PLACED = "placed"
    ACKNOWLEDGED = "acknowledged"
    SHIPPED = "shipped"
    PART_RECEIVED = "part_received"
    TO_INVOICE = "to_invoice"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ListedOrder:
    """An order with its figures: lines and amount of the latest revision, its days, and what is overdue of it.

    The days are the earliest of what is open, else of all of it; `next_expected_on` is None where nothing is open.
    """

    order: PurchaseOrder
    line_count: int
    amount: Decimal
    requested_on: date | None
    first_promised_on: date | None
    latest_promised_on: date | None
    next_expected_on: date | None
    unanswered_since: datetime | None
    overdue: tuple[Waiting, ...] = ()
    days_late: int = 0


def search_orders(
    *, state: str = "", among: QuerySet[PurchaseOrder] | None = None, filters: Mapping[str, str] = NOTHING,
    sorts: Sequence[str] = (),
) -> QuerySet[PurchaseOrder]:  # fmt: skip
    """Purchase orders (in a state, `among` some, or all) that have these texts in these columns; newest first, or sorted.

    They have nothing but their ids, so that a page far down is found quickly: `listed` reads a page of them whole.
    """
    rows = (PurchaseOrder.objects.all() if among is None else among).only("pk")
    rows = rows.filter(state=state) if state else rows
    for name, wanted in filters.items():
        how = "exact" if name == "state" else "icontains"
        rows = rows.filter(**{f"{ORDER_FIELDS[name]}__{how}": wanted})
    return rows.order_by(*sorts, "-id")


def orders_at(stage: OrderStage, *, today: date) -> QuerySet[PurchaseOrder]:
    """The orders of a column of the board; of those that are closed, what came in the last 30 days."""
    rows = PurchaseOrder.objects.all()
    if stage in (OrderStage.DRAFT, OrderStage.APPROVAL):
        lacking = waiting_orders(WaitsFor.APPROVAL, today=today).filter(state__in=UNSENT_STATES)
        unsent = rows.filter(state__in=UNSENT_STATES)
        return lacking if stage is OrderStage.APPROVAL else unsent.exclude(pk__in=lacking.values("pk"))
    if stage is OrderStage.SHIPPED:
        return rows.filter(pk__in=_shipped(), state__in=LEAVING_STATES)
    if stage in (OrderStage.PLACED, OrderStage.ACKNOWLEDGED):
        return rows.exclude(pk__in=_shipped()).filter(state=stage.value)
    if stage is OrderStage.CLOSED:
        came = Receipt.objects.filter(received_on__gt=today - timedelta(days=CLOSED_DAYS))
        of_orders = came.values_list("delivery__line__revision__purchase_order", flat=True).distinct()
        return rows.filter(pk__in=of_orders, state=OrderState.CLOSED)
    state = OrderState.RECEIVED if stage is OrderStage.TO_INVOICE else OrderState.PART_RECEIVED
    return rows.filter(state=state)


def _shipped() -> QuerySet[Delivery, int]:
    """The orders of which something open has left the supplier."""
    left = Delivery.objects.filter(IS_OPEN, shipped_quantity__gt=F("received_quantity"))
    return left.values_list(ORDER_OF_DELIVERY, flat=True).distinct()


def count_up_to(rows: QuerySet[PurchaseOrder], most: int = MOST_COUNTED) -> int:
    """How many there are, counted no further than one more than `most`: nobody asks how many more."""
    return rows.order_by("-id")[: most + 1].count()


def listed(rows: Iterable[PurchaseOrder], *, now: datetime, today: date) -> list[ListedOrder]:
    """A page of orders with their figures, in its order."""
    ids = [row.pk for row in rows]
    whole = {row.pk: row for row in orders().filter(pk__in=ids)}
    page = [whole[pk] for pk in ids]
    sums, days, coming = _sums(ids), _days(ids), _days(ids, is_open=True)
    late = overdue_of(page, now=now, today=today)
    found = []
    for row in page:
        count, amount = sums.get(row.pk, (0, ZERO))
        asked, first, latest, _ = coming.get(row.pk) or days.get(row.pk) or (None,) * 4
        expected = coming[row.pk][3] if row.pk in coming else None
        told = late.get(row.number, [])
        since = row.sent_at if row.state == OrderState.PLACED else None
        lateness = (today - expected).days if expected and row.sent_at else 0
        kinds = tuple(each.waiting for each in told)
        found.append(ListedOrder(row, count, amount, asked, first, latest, expected, since, kinds, max(lateness, 0)))
    return found


def _sums(ids: Sequence[int]) -> dict[int, tuple[int, Decimal]]:
    """How many lines the latest revision of orders has, and what they come to."""
    newest = OrderRevision.objects.filter(purchase_order_id__in=ids).order_by("purchase_order_id", "-number")
    latest = dict(newest.distinct("purchase_order_id").values_list("pk", "purchase_order_id"))
    lines = OrderLine.objects.filter(revision_id__in=latest).values_list("revision_id").order_by()
    sums = lines.annotate(count=Count("pk"), amount=Sum(F("quantity") * F("price")))
    return {latest[revision]: (count, amount) for revision, count, amount in sums}


def _days(
    ids: Sequence[int], *, is_open: bool = False
) -> dict[int, tuple[date | None, date | None, date | None, date | None]]:
    """Of orders the earliest day asked for, first promised, last promised and expected, of all or what is open."""
    rows = Delivery.objects.filter(IS_OPEN if is_open else Q(), **{f"{ORDER_OF_DELIVERY}__in": ids})
    latest = Min("latest_promised_on") if is_open else Max("latest_promised_on")
    days = rows.values_list(f"{ORDER_OF_DELIVERY}_id").order_by().annotate(
        asked=Min("requested_on"), first=Min("first_promised_on"), latest=latest,
        expected=Min(Coalesce("announced_on", "latest_promised_on", "requested_on")),
    )  # fmt: skip
    return {pk: tuple(rest) for pk, *rest in days}


def coming_orders(*, now: datetime, today: date, most: int = 12) -> list[ListedOrder]:
    """The sent orders of which goods are expected next, the earliest first."""
    expected = Coalesce("announced_on", "latest_promised_on", "requested_on")
    rows = Delivery.objects.filter(IS_OPEN, **{f"{ORDER_OF_DELIVERY}__state__in": ANSWERABLE_STATES})
    soon = rows.annotate(expected_on=expected).order_by("expected_on", "line_id")
    ids = list(dict.fromkeys(soon.values_list(f"{ORDER_OF_DELIVERY}_id", flat=True)[: 20 * most]))[:most]
    found = PurchaseOrder.objects.only("pk").in_bulk(ids)
    return listed([found[pk] for pk in ids], now=now, today=today)
