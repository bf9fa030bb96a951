"""The verbs of buying, its only writers: draft, place, acknowledge, receive, take back, cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Prefetch
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.catalog.models import Location, Supplier, SupplyTerm
from ownstock.catalog.queries import base_currency, world_location
from ownstock.catalog.rules import LocationKind
from ownstock.journal import actions as journal
from ownstock.ledger import actions as ledger
from ownstock.ledger.actions import Posted
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.purchasing.deliveries import answered, filled, opened_again, room
from ownstock.purchasing.models import Acknowledgement, Delivery, OrderLine, OrderRevision, PurchaseOrder, Receipt
from ownstock.purchasing.queries import OpenDelivery
from ownstock.purchasing.rules import (
    ANSWERABLE_STATES,
    LineAnswer,
    OrderState,
    days_late,
    state_after_receipt,
)


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line to order: so many stock units on a supply term, wanted on a day."""

    term: SupplyTerm
    quantity: Decimal
    requested_on: date


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """Goods that came for a line: so many stock units, of a lot where the item has lots."""

    line: int
    quantity: Decimal
    lot: str = ""


@transaction.atomic
def draft(
    *, supplier: Supplier, site: Location, lines: Sequence[DraftLine], ordered_on: date, actor: str
) -> PurchaseOrder:
    """Write a purchase order, not yet sent, with its first revision.

    Raises:
        Refused: no lines, or lines of another supplier or in another currency than the first.
    """
    if not lines:
        raise Refused("An order needs at least one line.", code="no_lines")
    currency = lines[0].term.currency
    if any(line.term.supplier_id != supplier.pk or line.term.currency != currency for line in lines):
        raise Refused("All lines of an order share one supplier and one currency.", code="mixed_order")
    order = PurchaseOrder.objects.create(
        number=_next_number(), supplier=supplier, site=site, currency=currency, state=OrderState.DRAFT,
        ordered_on=ordered_on, created_by=actor,
    )  # fmt: skip
    revision = OrderRevision.objects.create(purchase_order=order, number=1, created_by=actor)
    written = OrderLine.objects.bulk_create([_order_line(revision, n, line) for n, line in enumerate(lines, start=1)])
    Delivery.objects.bulk_create(
        [
            Delivery(line=row, quantity=line.quantity, requested_on=line.requested_on)
            for row, line in zip(written, lines, strict=True)
        ]
    )
    journal.record(actor=actor, verb="purchasing.drafted", subject=_subject(order), new={"lines": len(lines)})
    return order


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('purchasing_order_number')")
        return f"PO-{cursor.fetchone()[0]:06d}"


def _order_line(revision: OrderRevision, number: int, line: DraftLine) -> OrderLine:
    term = line.term
    return OrderLine(
        revision=revision, line=number, item_id=term.item_id, supplier_sku=term.supplier_sku, quantity=line.quantity,
        purchase_unit=term.purchase_unit, units_numerator=term.units_numerator,
        units_denominator=term.units_denominator, price=term.price,
    )  # fmt: skip


@transaction.atomic
def place(number: str, *, actor: str) -> PurchaseOrder:
    """Send an order: from now on it is the supplier's to answer. The outbox row leaves with the same commit.

    Placing a placed order changes nothing.

    Raises:
        Refused: there is no such order, or it was cancelled.
    """
    order = _locked(number)
    if order.state in ANSWERABLE_STATES or order.state == OrderState.RECEIVED:
        return order
    if order.state != OrderState.DRAFT:
        raise Refused(f"{number} is {order.state}; only a draft can be placed.", code="not_a_draft", number=number)
    order.state = OrderState.PLACED
    order.placed_at = timezone.now()
    order.save(update_fields=["state", "placed_at"])
    revision = _revision(order)
    journal.enqueue(
        f"purchase_order.placed:{number}:{revision.number}",
        topic="purchase_order.placed",
        payload={"order_revision": revision.pk},
    )
    journal.record(actor=actor, verb="purchasing.placed", subject=_subject(order), new={"revision": revision.number})
    return order


@transaction.atomic
def acknowledge(number: str, answers: Sequence[LineAnswer], *, message_key: str, actor: str) -> PurchaseOrder:
    """Take a supplier's answer: per line what it promises and when; a line not named stays as it was.

    The same message again changes nothing. What is not promised of a named line will not come and is cancelled.

    Raises:
        Refused: the order cannot be answered (yet), a line is unknown or named twice, a promise cannot be meant, or the
            message came before with other content.
    """
    order = _locked(number)
    content = [_answer_content(answer) for answer in answers]
    earlier = Acknowledgement.objects.filter(purchase_order=order, message_key=message_key).first()
    if earlier is not None:
        if earlier.answer != content:
            raise Refused(
                f"The message {message_key} for {number} came before with other content.",
                code="key_reused",
                number=number,
            )
        return order
    if order.state not in ANSWERABLE_STATES:
        raise Refused(f"{number} is {order.state}; it cannot be answered.", code="not_answerable", number=number)
    if len({answer.line for answer in answers}) != len(answers):
        raise Refused("A line is answered twice in one message.", code="doubled_line", number=number)
    lines = _lines(order, [answer.line for answer in answers])
    changed = [delivery for answer in answers for delivery in answered(lines[answer.line], answer)]
    _save(changed)
    journal.clear_alerts((_late_key(number, answer.line) for answer in answers), because=f"answered by {actor}")
    Acknowledgement.objects.create(purchase_order=order, message_key=message_key, answer=content, actor=actor)
    _settle(order)
    journal.record(
        actor=actor,
        verb="purchasing.acknowledged",
        subject=_subject(order),
        new={"message": message_key, "lines": content},
    )
    return order


def _answer_content(answer: LineAnswer) -> dict[str, Any]:
    promises = [{"quantity": f"{p.quantity:.4f}", "promised_on": p.promised_on.isoformat()} for p in answer.promises]
    return {"line": answer.line, "promises": promises}


@transaction.atomic
def receive(
    number: str,
    receipts: Sequence[ReceiptLine],
    *,
    key: str,
    received_on: date,
    actor: str,
    moved_at: datetime | None = None,
) -> PurchaseOrder:
    """Put goods that came on the shelf: one posting in the ledger, the deliveries filled earliest first.

    The same key again changes nothing. More than is open is kept on the last delivery: it came, so it is in stock.

    Raises:
        Refused: the order was never placed or was cancelled, a line is unknown, a quantity is not positive, or the key was
            used for other goods.
    """
    order = _locked(number)
    lines = _lines(order, [receipt.line for receipt in receipts])
    # A price in another currency says nothing about value in ours: then the item's standard cost does.
    is_valued_as_bought = order.currency == base_currency()
    supplier_place = world_location(LocationKind.SUPPLIER)
    request = PostingRequest(
        key=key, kind=Kind.RECEIPT, reference=number,
        lines=[
            Line(
                sku=lines[r.line].item.sku, source=supplier_place, target=order.site.code, quantity=r.quantity, lot=r.lot,
                moved_at=moved_at, unit_cost=lines[r.line].price if is_valued_as_bought else None,
                target_status=lines[r.line].item.receiving_status,
            )
            for r in receipts
        ],
    )  # fmt: skip
    if order.state not in ANSWERABLE_STATES | {OrderState.RECEIVED}:
        raise Refused(f"{number} is {order.state}; nothing can be received for it.", code="not_placed", number=number)
    [posted] = ledger.post([request], actor=actor)
    if not posted.is_new:
        return order
    shares = [share for r in receipts for share in filled(lines[r.line], r.quantity)]
    _save([delivery for delivery, _ in shares])
    Receipt.objects.bulk_create(
        [Receipt(delivery=d, posting_key=key, quantity=share, received_on=received_on) for d, share in shares]
    )
    _settle(order)
    done = [line for line, row in lines.items() if not any(room(d) for d in row.deliveries.all())]
    journal.clear_alerts((_late_key(number, line) for line in done), because=f"received by {actor}")
    journal.record(
        actor=actor,
        verb="purchasing.received",
        subject=_subject(order),
        new={"posting": key, "lines": [{"line": r.line, "quantity": str(r.quantity), "lot": r.lot} for r in receipts]},
    )
    return order


def _save(deliveries: Sequence[Delivery]) -> None:
    """Write changed deliveries, and those that a supplier's split made new."""
    Delivery.objects.bulk_create([d for d in deliveries if d.pk is None])
    columns = ["quantity", "first_promised_on", "latest_promised_on", "received_quantity", "cancelled_quantity"]
    Delivery.objects.bulk_update([d for d in deliveries if d.pk is not None], columns, batch_size=500)


@transaction.atomic
def take_back(key: str, *, new_key: str, actor: str, reason: str) -> Posted:
    """Take a posting back by its reversal; what it had received for an order is open again.

    Raises:
        Refused: as `ledger.actions.reverse`.
    """
    received = Receipt.objects.filter(posting_key=key).select_related("delivery__line__revision__purchase_order")
    numbers = {receipt.delivery.line.revision.purchase_order.number for receipt in received}
    orders = [_locked(number) for number in sorted(numbers)]
    posted = ledger.reverse(key, new_key=new_key, actor=actor, reason=reason)
    if not posted.is_new:
        return posted
    for receipt in received:
        latest_first = list(receipt.delivery.line.deliveries.order_by("-number"))
        opened_again(latest_first, receipt.quantity)
        _save(latest_first)
    for order in orders:
        _settle(order)
        subject = _subject(order)
        journal.record(
            actor=actor, verb="purchasing.receipt_taken_back", subject=subject, new={"posting": key}, reason=reason
        )
    return posted


@transaction.atomic
def cut(number: str, line: int, quantity: Decimal, *, actor: str, reason: str) -> PurchaseOrder:
    """Take so much off what is still open of a line (the supplier will not send it, or we no longer want it).

    Raises:
        Refused: less is open than is to be cut, or the order has no such line.
    """
    order = _locked(number)
    deliveries = list(_lines(order, [line])[line].deliveries.all())
    rooms = [room(delivery) for delivery in deliveries]
    still_open = sum(rooms, Decimal(0))
    if not 0 < quantity <= still_open:
        raise Refused(
            f"{number}, line {line}: {plain(quantity)} cannot be cut; {plain(still_open)} is open.",
            code="cut_too_much",
            number=number,
        )
    left = quantity
    for delivery, still_to_come in zip(reversed(deliveries), reversed(rooms), strict=True):
        share = min(still_to_come, left)
        delivery.cancelled_quantity += share
        left -= share
    _save(deliveries)
    _settle(order)
    journal.clear_alert(_late_key(number, line), because=f"cut by {actor}")
    journal.record(
        actor=actor,
        verb="purchasing.cut",
        subject=_subject(order),
        new={"line": line, "quantity": str(quantity)},
        reason=reason,
    )
    return order


@transaction.atomic
def alert_late(deliveries: Sequence[OpenDelivery], *, today: date) -> None:
    """Raise one alert for each line with a delivery that is late past its limit."""
    for late in deliveries:
        days = days_late(late.expected_on, today)
        journal.raise_alert(
            _late_key(late.number, late.line),
            kind="late_delivery",
            sentence=f"{late.number}, line {late.line}: {plain(late.quantity)} of {late.sku} were expected on "
            f"{late.expected_on} and are {days} days late. Planning no longer counts on them: "
            "get a new promise, or cut them.",
            facts={
                "number": late.number,
                "line": late.line,
                "sku": late.sku,
                "quantity": str(late.quantity),
                "days_late": days,
            },
        )


def _locked(number: str) -> PurchaseOrder:
    order = (
        PurchaseOrder.objects.select_for_update(of=("self",))
        .select_related("site", "supplier")
        .filter(number=number)
        .first()
    )
    if order is None:
        raise Refused(f"There is no purchase order {number}.", code="no_order", number=number)
    return order


def _revision(order: PurchaseOrder) -> OrderRevision:
    return order.revisions.latest("number")


def _lines(order: PurchaseOrder, numbers: Sequence[int]) -> dict[int, OrderLine]:
    """The named lines of an order's latest revision, with items and deliveries (earliest first), by line number."""
    rows = OrderLine.objects.filter(revision=_revision(order), line__in=numbers).select_related("item")
    deliveries = Prefetch("deliveries", Delivery.objects.order_by("number"))
    found = {row.line: row for row in rows.prefetch_related(deliveries)}
    if missing := sorted(set(numbers) - found.keys()):
        raise Refused(f"{order.number} has no line {missing[0]}.", code="no_line", number=order.number, line=missing[0])
    return found


def _settle(order: PurchaseOrder) -> None:
    """Bring an order's state in line with its deliveries and answers."""
    deliveries = Delivery.objects.filter(line__revision__purchase_order=order)
    rooms = [room(delivery) for delivery in deliveries]
    has_receipts = any(d.received_quantity for d in deliveries)
    if not any(rooms) and not has_receipts:
        order.state = OrderState.CANCELLED
    elif has_receipts:
        order.state = state_after_receipt(rooms)
    elif order.acknowledgements.exists():
        order.state = OrderState.ACKNOWLEDGED
    elif order.placed_at is not None:
        order.state = OrderState.PLACED
    order.save(update_fields=["state"])


def _subject(order: PurchaseOrder) -> str:
    return f"purchase_order:{order.number}"


def _late_key(number: str, line: int) -> str:
    return f"late_delivery:{number}/{line}"
