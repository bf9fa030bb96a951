"""Reading what orders wait for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from ownstock.catalog.models import Agreement
from ownstock.catalog.queries import agreements_on
from ownstock.journal.models import OutboxRow
from ownstock.journal.queries import last_closed
from ownstock.purchasing.models import Acknowledgement, Chase, Delivery, Invoice, PurchaseOrder
from ownstock.purchasing.queries.invoices import not_invoiced_of
from ownstock.purchasing.queries.orders import STILL_OPEN, orders
from ownstock.purchasing.rules import ANSWERABLE_STATES, OrderState
from ownstock.purchasing.rules.timers import (
    INVOICE_DAYS,
    AnswerTimes,
    ComingPart,
    Overdue,
    WatchedOrder,
    may_chase,
    overdue,
    uninvoiced,
    unread_cancellation,
)

NOBODY: Mapping[str, datetime] = {}


def overdue_of(
    rows: Iterable[PurchaseOrder], *, now: datetime, today: date, unread: Mapping[str, datetime] = NOBODY
) -> dict[str, list[Overdue]]:
    """What of sent orders should have happened and has not, by their numbers; orders without anything are left out.

    `unread` says of orders since when their supplier's system has not said that it could read the message.
    """
    sent = [row for row in rows if row.state in ANSWERABLE_STATES and row.sent_at is not None]
    agreed, stuck = agreements_on(today), _stuck_orders()
    parts = _coming(sent)
    found: dict[str, list[Overdue]] = {}
    for row in sent:
        assert row.sent_at is not None, "only sent orders are looked at"
        watched = WatchedOrder(
            number=row.number, supplier=row.supplier.code, time_zone=row.site.time_zone, sent_at=row.sent_at,
            is_stuck=row.number in stuck, is_answered=row.state != OrderState.PLACED,
            unread_since=unread.get(row.number), parts=parts[row.pk],
        )  # fmt: skip
        if late := overdue(watched, now, today=today, times=_times(agreed.get(row.supplier_id))):
            found[row.number] = late
    return found


def untold_cancellations(unread: Mapping[str, datetime], *, now: datetime, today: date) -> list[Overdue]:
    """Orders that are over, whose cancellation the supplier's system should have said that it could read, and has not.

    `unread` says of orders since when their cancellation is out. One that the supplier answered, or of which a person said
    that it was seen to, is told no longer; nor is one that is still open, which waits as `overdue_of` says.
    """
    ended = PurchaseOrder.objects.filter(number__in=unread).exclude(state__in=ANSWERABLE_STATES)
    answered = Acknowledgement.objects.filter(purchase_order=OuterRef("pk"), revision=OuterRef("sent_revision"))
    rows = ended.filter(~Exists(answered)).select_related("supplier").order_by("id")
    agreed = agreements_on(today)
    late = [
        unread_cancellation(row.number, row.supplier.code, unread[row.number], now, _times(agreed.get(row.supplier_id)))
        for row in rows
    ]
    found = {each.key: each for each in late if each}
    closed = last_closed(found)
    return [each for key, each in found.items() if key not in closed or closed[key] < unread[each.number]]


def uninvoiced_orders(*, today: date, invoicing: Collection[int] = ()) -> list[Overdue]:
    """Orders of which goods came long ago that stand on no invoice yet.

    Of suppliers who have sent an invoice before, or whose ids are among `invoicing`: others are invoiced elsewhere.
    """
    came = Min("revisions__lines__deliveries__receipts__received_on")
    invoices = Q(supplier__in=Invoice.objects.values("supplier")) | Q(supplier__in=list(invoicing))
    rows = PurchaseOrder.objects.filter(invoices, is_invoiced=False).annotate(came_on=came)
    old = rows.filter(came_on__lt=today - timedelta(days=INVOICE_DAYS)).select_related("supplier").order_by("id")
    found = []
    for row in old:
        lines = len(not_invoiced_of(row))
        late = uninvoiced(row.number, row.supplier.code, lines, row.came_on, today) if lines else None
        found += [late] if late else []
    return found


def open_sent_orders() -> QuerySet[PurchaseOrder]:
    """Orders that a supplier has and of which something is open, oldest first."""
    return orders().filter(state__in=ANSWERABLE_STATES).order_by("id")


def _times(agreed: Agreement | None) -> AnswerTimes:
    if agreed is None:
        return AnswerTimes()
    return AnswerTimes(
        agreed.answer_time_hours, agreed.syntax_answer_time_hours, agreed.notice_time_hours, agreed.late_tolerance_days
    )


def _stuck_orders() -> frozenset[str]:
    """The numbers of orders whose message was given up."""
    dead = OutboxRow.objects.filter(state=OutboxRow.State.DEAD, topic__startswith="purchase_order.")
    return frozenset(key.split(":")[1] for key in dead.values_list("key", flat=True))


def _coming(sent: Iterable[PurchaseOrder]) -> dict[int, list[ComingPart]]:
    rows = Delivery.objects.filter(line__revision__purchase_order__in=list(sent)).annotate(
        still_open=STILL_OPEN, expected_on=Coalesce("announced_on", "latest_promised_on", "requested_on")
    )
    values = rows.filter(still_open__gt=0).order_by("expected_on", "id")
    parts: dict[int, list[ComingPart]] = defaultdict(list)
    for order_id, line, sku, quantity, expected_on, promised_on, shipped in values.values_list(
        "line__revision__purchase_order_id", "line__line", "line__item__sku", "still_open", "expected_on",
        "latest_promised_on", "shipped_quantity",
    ):  # fmt: skip
        is_shipped = shipped > Decimal(0)
        parts[order_id].append(ComingPart(line, sku, quantity, expected_on, promised_on is not None, is_shipped))
    return parts


def chases(order: PurchaseOrder) -> QuerySet[Chase]:
    """How often and of what a supplier was reminded of an order, the first first."""
    return order.chases.order_by("number")


def due_chases(*, now: datetime, today: date) -> dict[str, list[Overdue]]:
    """Of which orders suppliers should be reminded now: something is overdue, and they were not reminded within a day."""
    last = dict(PurchaseOrder.objects.annotate(last=Max("chases__recorded_at")).values_list("number", "last"))
    found = overdue_of(open_sent_orders(), now=now, today=today)
    return {number: late for number, late in found.items() if may_chase(last[number], now)}
