"""The rows of one order as its actions take and leave them: locked, read, written, settled."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Prefetch, QuerySet

from ownstock.base.errors import Refused
from ownstock.journal import actions as journal
from ownstock.purchasing.deliveries import room
from ownstock.purchasing.invoice_rows import match_order
from ownstock.purchasing.models import Delivery, OrderLine, OrderRevision, PurchaseOrder
from ownstock.purchasing.rules import AnswerOutcome, AskedLine, OrderState, Standing, state_of


def locked(number: str) -> PurchaseOrder:
    """An order, locked until the transaction ends, with its supplier and site.

    Raises:
        Refused: there is none of this number.
    """
    order = (
        PurchaseOrder.objects.select_for_update(of=("self",))
        .select_related("site", "supplier")
        .filter(number=number)
        .first()
    )
    if order is None:
        raise Refused(f"There is no purchase order {number}.", code="no_order", number=number)
    return order


def newest_revision(order: PurchaseOrder) -> OrderRevision:
    """What was sent last, or is to be."""
    return order.revisions.latest("number")


def check_looked_at(order: PurchaseOrder, revision: int | None) -> None:
    """Refuse to decide on an order that is no longer what somebody looked at.

    Raises:
        Refused: `revision` is given and is not the newest.
    """
    newest = newest_revision(order).number
    if revision not in (None, newest):
        raise Refused(
            f"{order.number} was changed meanwhile: it is at revision {newest} now. Look at it again.",
            code="changed_meanwhile",
            number=order.number,
            revision=newest,
        )


def asked_lines(order: PurchaseOrder) -> list[OrderLine]:
    """The lines of an order's newest revision, with items and deliveries (earliest first)."""
    return list(_with_deliveries(OrderLine.objects.filter(revision=newest_revision(order))).order_by("line"))


def lines_of(order: PurchaseOrder, numbers: Sequence[int]) -> dict[int, OrderLine]:
    """The named lines, each as the newest revision that has it, with items and deliveries (earliest first), by number.

    A line that a later revision took out is among them: its goods may come all the same.

    Raises:
        Refused: no revision has such a line.
    """
    rows = OrderLine.objects.filter(revision__purchase_order=order, line__in=numbers)
    newest = _with_deliveries(rows).order_by("line", "-revision__number").distinct("line")
    found = {row.line: row for row in newest}
    if missing := sorted(set(numbers) - found.keys()):
        raise Refused(f"{order.number} has no line {missing[0]}.", code="no_line", number=order.number, line=missing[0])
    return found


def _with_deliveries(rows: QuerySet[OrderLine]) -> QuerySet[OrderLine]:
    deliveries = Prefetch("deliveries", Delivery.objects.order_by("number"))
    return rows.select_related("item").prefetch_related(deliveries)


CHANGING = (
    "line",
    "quantity",
    "requested_on",
    "first_promised_on",
    "latest_promised_on",
    "shipped_quantity",
    "announced_on",
    "received_quantity",
    "cancelled_quantity",
    "refused_quantity",
    "cancelled_on",
)


def save(deliveries: Sequence[Delivery]) -> None:
    """Write changed deliveries, and those that a split or a change made new."""
    Delivery.objects.bulk_create([d for d in deliveries if d.pk is None])
    # Told as an insertion that meets its row: an update of many rows by Django is a case for each value.
    Delivery.objects.bulk_create(
        {d.pk: d for d in deliveries if d.pk is not None}.values(),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=CHANGING,
    )


def settle(order: PurchaseOrder, *, is_approved: bool | None = None) -> None:
    """Bring an order's state in line with what became of it, and its invoices with it; `sent_revision` is as it stands.

    Whether it is approved is known by whoever decided it; else it stays as it was. Goods that come for a cancelled order
    are told to people.
    """
    match_order(order)
    before = order.state
    deliveries = Delivery.objects.filter(line__revision__purchase_order=order)
    answers = order.acknowledgements.filter(outcome=AnswerOutcome.APPLIED, revision__gte=order.sent_revision or 0)
    order.state = state_of(
        Standing(
            has_open=any(room(delivery) for delivery in deliveries),
            has_receipts=any(delivery.received_quantity for delivery in deliveries),
            is_invoiced=order.is_invoiced,
            is_answered=answers.exists(),
            is_placed=order.placed_at is not None,
            is_approved=before == OrderState.APPROVED if is_approved is None else is_approved,
        )
    )
    order.save(update_fields=["state", "is_invoiced"])
    if before == OrderState.CANCELLED and order.state != OrderState.CANCELLED:
        tell_of_goods_after_cancellation(order)


def tell_of_goods_after_cancellation(order: PurchaseOrder) -> None:
    """Tell people that goods come, or came, for what had been cancelled."""
    journal.raise_alert(
        f"after_cancellation:{order.number}",
        kind="after_cancellation",
        sentence=f"{order.number} was cancelled, and goods come or came for it all the same. They count again: keep "
        "them, or send them back.",
        facts={"number": order.number, "supplier": order.supplier.code},
        is_closable=True,
    )


def standing_quantity(line: OrderLine) -> Decimal:
    """What of a line still stands, come or not: its deliveries less what will not come."""
    return sum((d.quantity - d.cancelled_quantity for d in line.deliveries.all()), Decimal(0))


def asked_of(line: OrderLine) -> AskedLine:
    """What is asked of a line now: what still stands of it."""
    return AskedLine(standing_quantity(line), line.requested_on, line.price, line.is_day_reckoned)


def received_quantity(line: OrderLine) -> Decimal:
    """What of a line has come."""
    return sum((d.received_quantity for d in line.deliveries.all()), Decimal(0))


def subject_of(order: PurchaseOrder) -> str:
    """The key under which the journal names an order."""
    return f"purchase_order:{order.number}"


def late_key(number: str, line: int) -> str:
    """The key of the alert about a line that is late."""
    return f"late_delivery:{number}/{line}"


SETTLED_BY_ANSWERS = ("late_delivery", "line_rejected", "promise_lowered", "promised_too_much")


def line_alerts(number: str, line: int) -> list[str]:
    """The keys of the alerts about a line that a new answer, or a change of it, settles."""
    return [f"{kind}:{number}/{line}" for kind in SETTLED_BY_ANSWERS]


def price_key(number: str, line: int) -> str:
    """The key of the alert about a price that is not as ordered."""
    return f"price_differs:{number}/{line}"
