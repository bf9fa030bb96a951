"""Putting goods that came on the shelf, and taking that back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.catalog.queries import base_currency, world_location
from ownstock.catalog.rules import LocationKind
from ownstock.journal import actions as journal
from ownstock.ledger import actions as ledger
from ownstock.ledger.actions import Posted
from ownstock.ledger.rules import Kind, Line, PostingRequest, Status
from ownstock.purchasing.actions.discrepancies import clear_discrepancies, tell_discrepancies
from ownstock.purchasing.actions.notices import announce
from ownstock.purchasing.arrived import ArrivedGoods, ReceiptLine, WrongGoods, arrived_goods, discrepancies_of
from ownstock.purchasing.deliveries import filled, opened_again, room
from ownstock.purchasing.models import Delivery, Discrepancy, OrderLine, PurchaseOrder, Receipt, ShippingNotice
from ownstock.purchasing.order_rows import late_key, lines_of, locked, save, settle, subject_of
from ownstock.purchasing.queries.notices import notice as notice_named
from ownstock.purchasing.queries.notices import still_to_come
from ownstock.purchasing.rules.discrepancies import DiscrepancyKind


@transaction.atomic
def receive(
    number: str, receipts: Sequence[ReceiptLine], *, key: str, received_on: date, actor: str,
    moved_at: datetime | None = None, wrong: Sequence[WrongGoods] = (), notice: str = "",
) -> PurchaseOrder:  # fmt: skip
    """Put goods that came on the shelf: one posting in the ledger, the deliveries filled, what is expected first first.

    The same key again changes nothing. What is damaged or another item is on hold; what is over is kept on the last delivery:
    it came, so it is in stock. `notice` names the supplier's shipping notice that the goods came by. Each difference from
    order and notice is kept as a discrepancy and told to people.

    Raises:
        Refused: the order was never placed, a line, an item or the notice is unknown, a quantity is not positive, or the key
            was used for other goods.
    """
    order = locked(number)
    by_notice = notice_named(order.supplier.code, notice) if notice else None
    announced = still_to_come(by_notice, number) if by_notice else []
    named = [r.line for r in receipts] + [w.line for w in wrong] + [goods.line for goods in announced]
    lines = lines_of(order, named)
    if order.placed_at is None:
        raise Refused(f"{number} is {order.state}; nothing can be received for it.", code="not_placed", number=number)
    arrived = arrived_goods(receipts, wrong, lines)
    if not _is_posted(order, arrived, lines, key, moved_at, actor):
        return order
    noted = [w for w in wrong if not w.is_kept]
    found = discrepancies_of(order, lines, arrived, noted=noted, announced=announced, received_on=received_on)
    _fill(lines, arrived, key, received_on, by_notice)
    _describe_lots(receipts, lines, actor)
    _hold(order, arrived, key, actor)
    tell_discrepancies(order, found, receipt_key=key, actor=actor)
    announce(order)
    settle(order)
    done = [line for line, row in lines.items() if not any(room(d) for d in row.deliveries.all())]
    journal.clear_alerts((late_key(number, line) for line in done), because=f"received by {actor}")
    journal.record(
        actor=actor, verb="purchasing.received", subject=subject_of(order),
        new={"posting": key, "notice": notice, "lines": [_told(a) for a in arrived]},
    )  # fmt: skip
    return order


def _is_posted(
    order: PurchaseOrder, arrived: Sequence[ArrivedGoods], lines: Mapping[int, OrderLine], key: str,
    moved_at: datetime | None, actor: str,
) -> bool:  # fmt: skip
    """Post what came; whether this call did, and not an earlier one. Where nothing came into stock, whether it is new."""
    if not arrived:
        return not Discrepancy.objects.filter(receipt_key=key).exists()
    supplier_place = world_location(LocationKind.SUPPLIER)
    # A price in another currency says nothing about value in ours: then the item's standard cost does.
    is_valued_as_bought = order.currency == base_currency()
    posting_lines = [
        Line(
            sku=a.item.sku, source=supplier_place, target=order.site.code, quantity=a.quantity, lot=a.lot,
            moved_at=moved_at, unit_cost=_unit_cost(a, lines[a.line], is_valued_as_bought),
            target_status=a.target_status,
        )
        for a in arrived
    ]  # fmt: skip
    [posted] = ledger.post([PostingRequest(key, Kind.RECEIPT, posting_lines, reference=order.number)], actor=actor)
    return posted.is_new


def _unit_cost(goods: ArrivedGoods, line: OrderLine, is_valued_as_bought: bool) -> Decimal | None:
    """What one unit is worth: as bought; nothing where nobody bought it; None for the item's standard cost."""
    if not goods.is_as_ordered:
        return Decimal(0)
    return line.price if is_valued_as_bought else None


def _fill(
    lines: Mapping[int, OrderLine], arrived: Sequence[ArrivedGoods], key: str, received_on: date,
    notice: ShippingNotice | None,
) -> None:  # fmt: skip
    shares = [
        (delivery, share, n)
        for n, a in enumerate(arrived, start=1)
        if a.is_as_ordered
        for delivery, share in filled(lines[a.line], a.quantity)
    ]
    save([delivery for delivery, _, _ in shares])
    Receipt.objects.bulk_create(
        [
            Receipt(delivery=d, posting_key=key, posting_line=n, quantity=share, received_on=received_on, notice=notice)
            for d, share, n in shares
        ]
    )


def _describe_lots(receipts: Iterable[ReceiptLine], lines: Mapping[int, OrderLine], actor: str) -> None:
    for r in receipts:
        if r.lot and r.expires_on:
            ledger.describe_lot(lines[r.line].item.sku, r.lot, expires_on=r.expires_on, actor=actor)


def _hold(order: PurchaseOrder, arrived: Sequence[ArrivedGoods], key: str, actor: str) -> None:
    """Put what is damaged or another item on hold where its item's goods had to come into quarantine first."""
    for n, a in enumerate(arrived, start=1):
        if a.is_held_afterwards:
            ledger.hold(
                a.item.sku, order.site.code, lot=a.lot, quantity=a.quantity, source_status=Status.QUARANTINE,
                key=_hold_key(key, n), reason=a.reason or str(a.fault), actor=actor,
            )  # fmt: skip


def _hold_key(key: str, posting_line: int) -> str:
    return f"{key}:hold:{posting_line}"


def _told(goods: ArrivedGoods) -> dict[str, str | int]:
    told: dict[str, str | int] = {"line": goods.line, "quantity": str(goods.quantity), "lot": goods.lot}
    return told | ({"sku": goods.item.sku, "fault": str(goods.fault), "reason": goods.reason} if goods.fault else {})


@transaction.atomic
def take_back(key: str, *, new_key: str, actor: str, reason: str) -> Posted:
    """Take a posting back by its reversal; what it had received for an order is open again, its discrepancies are void.

    Raises:
        Refused: as `ledger.actions.reverse`.
    """
    received = Receipt.objects.filter(posting_key=key).select_related("delivery__line__revision__purchase_order")
    numbers = {receipt.delivery.line.revision.purchase_order.number for receipt in received}
    orders = [locked(number) for number in sorted(numbers)]
    _take_back_holds(key, new_key, actor, reason)
    posted = ledger.reverse(key, new_key=new_key, actor=actor, reason=reason)
    if not posted.is_new:
        return posted
    for receipt in received:
        deliveries = _own_first(receipt)
        opened_again(deliveries, receipt.quantity)
        save(deliveries)
    clear_discrepancies(key, because=f"taken back by {actor}")
    for order in orders:
        announce(order)
        settle(order)
        subject = subject_of(order)
        journal.record(
            actor=actor, verb="purchasing.receipt_taken_back", subject=subject, new={"posting": key}, reason=reason
        )
    return posted


def _take_back_holds(key: str, new_key: str, actor: str, reason: str) -> None:
    """Take what was held at the receipt back into quarantine, from where it can leave."""
    damaged = Discrepancy.objects.filter(receipt_key=key, posting_line__isnull=False).exclude(kind=DiscrepancyKind.OVER)
    for line in damaged.filter(item__receiving_status=Status.QUARANTINE).values_list("posting_line", flat=True):
        assert line is not None, "Only what came is held."
        ledger.reverse(_hold_key(key, line), new_key=_hold_key(new_key, line), actor=actor, reason=reason)


def _own_first(receipt: Receipt) -> list[Delivery]:
    """The deliveries of a receipt's line: its own first, then the latest."""
    latest_first = receipt.delivery.line.deliveries.order_by("-number")
    return sorted(latest_first, key=lambda delivery: delivery.pk != receipt.delivery_id)
