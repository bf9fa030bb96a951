"""Putting goods that came on the shelf, and taking that back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.catalog.queries import base_currency, world_location
from ownstock.catalog.rules import LocationKind
from ownstock.journal import actions as journal
from ownstock.ledger import actions as ledger
from ownstock.ledger.actions import Posted
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.purchasing.deliveries import filled, opened_again, room
from ownstock.purchasing.models import PurchaseOrder, Receipt
from ownstock.purchasing.order_rows import late_key, lines_of, locked, save, settle, subject_of


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """Goods that came for a line: so many stock units, of a lot where the item has lots."""

    line: int
    quantity: Decimal
    lot: str = ""


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
        Refused: the order was never placed, a line is unknown, a quantity is not positive, or the key was
            used for other goods.
    """
    order = locked(number)
    lines = lines_of(order, [receipt.line for receipt in receipts])
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
    if order.placed_at is None:
        raise Refused(f"{number} is {order.state}; nothing can be received for it.", code="not_placed", number=number)
    [posted] = ledger.post([request], actor=actor)
    if not posted.is_new:
        return order
    shares = [share for r in receipts for share in filled(lines[r.line], r.quantity)]
    save([delivery for delivery, _ in shares])
    Receipt.objects.bulk_create(
        [Receipt(delivery=d, posting_key=key, quantity=share, received_on=received_on) for d, share in shares]
    )
    settle(order)
    done = [line for line, row in lines.items() if not any(room(d) for d in row.deliveries.all())]
    journal.clear_alerts((late_key(number, line) for line in done), because=f"received by {actor}")
    journal.record(
        actor=actor,
        verb="purchasing.received",
        subject=subject_of(order),
        new={"posting": key, "lines": [{"line": r.line, "quantity": str(r.quantity), "lot": r.lot} for r in receipts]},
    )
    return order


@transaction.atomic
def take_back(key: str, *, new_key: str, actor: str, reason: str) -> Posted:
    """Take a posting back by its reversal; what it had received for an order is open again.

    Raises:
        Refused: as `ledger.actions.reverse`.
    """
    received = Receipt.objects.filter(posting_key=key).select_related("delivery__line__revision__purchase_order")
    numbers = {receipt.delivery.line.revision.purchase_order.number for receipt in received}
    orders = [locked(number) for number in sorted(numbers)]
    posted = ledger.reverse(key, new_key=new_key, actor=actor, reason=reason)
    if not posted.is_new:
        return posted
    for receipt in received:
        latest_first = list(receipt.delivery.line.deliveries.order_by("-number"))
        opened_again(latest_first, receipt.quantity)
        save(latest_first)
    for order in orders:
        settle(order)
        subject = subject_of(order)
        journal.record(
            actor=actor, verb="purchasing.receipt_taken_back", subject=subject, new={"posting": key}, reason=reason
        )
    return posted
