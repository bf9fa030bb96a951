"""What is done about goods that were not as ordered: keep it, tell it, settle it; and goods that go back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.catalog.queries import world_location
from ownstock.catalog.rules import LocationKind
from ownstock.journal import actions as journal
from ownstock.ledger import actions as ledger
from ownstock.ledger.models import Movement, Posting
from ownstock.ledger.rules import Kind, Line, PostingRequest, Status
from ownstock.purchasing.actions.notices import announce
from ownstock.purchasing.arrived import FoundDiscrepancy
from ownstock.purchasing.deliveries import opened_again, refuse, room
from ownstock.purchasing.models import Discrepancy, OrderLine, PurchaseOrder, Receipt, Settlement, SupplierReturn
from ownstock.purchasing.order_rows import lines_of, locked, save, settle, subject_of
from ownstock.purchasing.queries.discrepancies import returned_quantity
from ownstock.purchasing.rules.discrepancies import (
    DiscrepancyKind,
    SettlementKind,
    check_settlement,
    discrepancy_sentence,
)


def tell_discrepancies(
    order: PurchaseOrder, found: Sequence[FoundDiscrepancy], *, receipt_key: str, actor: str
) -> list[Discrepancy]:
    """Keep what a receipt showed to be different, and tell people of each."""
    rows = Discrepancy.objects.bulk_create(
        [
            Discrepancy(
                purchase_order=order, line=f.line, kind=f.kind, item=f.item, quantity=f.quantity, lot=f.lot,
                receipt_key=receipt_key, posting_line=f.posting_line, reason=f.reason, actor=actor,
            )
            for f in found
        ]
    )  # fmt: skip
    for row in rows:
        facts = {"discrepancy": row.pk, "number": order.number, "line": row.line, "sku": row.item.sku, "kind": row.kind}
        sentence = discrepancy_sentence(row.kind, row.quantity, row.item.sku, order.number, row.line)
        journal.raise_alert(
            discrepancy_key(row.pk),
            kind="discrepancy",
            sentence=sentence,
            facts=facts | {"quantity": str(row.quantity)},
        )
    return rows


def discrepancy_key(pk: int) -> str:
    """The key of the alert about a discrepancy."""
    return f"discrepancy:{pk}"


def clear_discrepancies(receipt_key: str, *, because: str) -> None:
    """Close the alerts about the discrepancies of a receipt that is no more."""
    rows = Discrepancy.objects.filter(receipt_key=receipt_key).values_list("pk", flat=True)
    journal.clear_alerts(map(discrepancy_key, rows), because=because)


@transaction.atomic
def settle_discrepancy(pk: int, settled_as: SettlementKind, *, reason: str, actor: str) -> Settlement:
    """Say what a discrepancy comes to, and do what that takes.

    Credited: the supplier gives money back; what is short will not come. Replaced: goods come again, and are open again.
    Returned: the goods go back. Accepted: they are kept, and what was on hold is released; what is short will not come.
    The same settlement again changes nothing.

    Raises:
        Refused: there is no such discrepancy, its receipt was taken back, it is settled otherwise already, it cannot be
            settled so, no reason is given, or the goods are not where the receipt put them.
    """
    found = Discrepancy.objects.select_related("purchase_order", "item").filter(pk=pk).first()
    if found is None:
        raise Refused(f"There is no discrepancy {pk}.", code="no_discrepancy", discrepancy=pk)
    order = locked(found.purchase_order.number)
    if earlier := Settlement.objects.filter(discrepancy=found).first():
        if earlier.settled_as == settled_as:
            return earlier
        raise Refused(f"Discrepancy {pk} is settled: {earlier.settled_as}.", code="settled_already", discrepancy=pk)
    _check(found, settled_as, reason)
    posting_key = _carry_out(order, found, settled_as, reason, actor)
    row = Settlement.objects.create(
        discrepancy=found, settled_as=settled_as, posting_key=posting_key, actor=actor, reason=reason
    )
    announce(order)
    settle(order)
    journal.clear_alert(discrepancy_key(pk), because=f"{settled_as} by {actor}: {reason}")
    journal.record(
        actor=actor, verb="purchasing.discrepancy_settled", subject=subject_of(order), reason=reason,
        new={"discrepancy": pk, "kind": found.kind, "settled_as": settled_as, "posting": posting_key},
    )  # fmt: skip
    return row


def _check(found: Discrepancy, settled_as: str, reason: str) -> None:
    check_settlement(found.kind, settled_as)
    if not reason.strip():
        raise Refused(f"Say why discrepancy {found.pk} is {settled_as}.", code="no_reason")
    if Posting.objects.filter(reverses__key=found.receipt_key).exists():
        raise Refused(
            f"The receipt {found.receipt_key} was taken back, and discrepancy {found.pk} with it.", code="taken_back"
        )


def _carry_out(order: PurchaseOrder, found: Discrepancy, settled_as: str, reason: str, actor: str) -> str:
    """Do what a settlement takes; the key of the posting that moved the goods, empty where none did."""
    if found.kind == DiscrepancyKind.SHORT:
        if settled_as != SettlementKind.REPLACED:
            _give_up(lines_of(order, [found.line])[found.line], found.quantity)
        return ""
    if settled_as == SettlementKind.REPLACED:
        _open_again(found)
    if settled_as == SettlementKind.RETURNED and found.posting_line:
        return _send_back(order, found, reason, actor)
    if settled_as == SettlementKind.ACCEPTED and found.posting_line and found.kind != DiscrepancyKind.OVER:
        return _release(order, found, reason, actor)
    return ""


def _give_up(line: OrderLine, quantity: Decimal) -> None:
    """Take what will not come off what is open, what is expected last last of all."""
    deliveries = list(line.deliveries.all())
    for delivery in deliveries:
        share = min(room(delivery), quantity)
        refuse(delivery, share)
        quantity -= share
    save(deliveries)


def _open_again(found: Discrepancy) -> None:
    """Wait again for goods that came and are to be replaced."""
    assert found.posting_line is not None, "What is replaced came."
    receipts = Receipt.objects.filter(posting_key=found.receipt_key, posting_line=found.posting_line)
    receipt = receipts.select_related("delivery__line").first()
    if receipt is not None:
        deliveries = list(receipt.delivery.line.deliveries.order_by("-number"))
        opened_again(deliveries, found.quantity)
        save(deliveries)


def _release(order: PurchaseOrder, found: Discrepancy, reason: str, actor: str) -> str:
    posted = ledger.release(
        found.item.sku, order.site.code, lot=found.lot, quantity=found.quantity, source_status=Status.ON_HOLD,
        key=f"{discrepancy_key(found.pk)}:accepted", reason=reason, actor=actor,
    )  # fmt: skip
    return posted.key


def _send_back(order: PurchaseOrder, found: Discrepancy, reason: str, actor: str) -> str:
    status = found.item.receiving_status if found.kind == DiscrepancyKind.OVER else Status.ON_HOLD
    assert found.posting_line is not None
    row = send_back(
        found.receipt_key, found.posting_line, found.quantity, key=f"{discrepancy_key(found.pk)}:returned",
        reason=reason, actor=actor, source_status=status,
    )  # fmt: skip
    return row.posting_key


@transaction.atomic
def send_back(
    receipt_key: str, posting_line: int, quantity: Decimal, *, key: str, reason: str, actor: str,
    source_status: str = Status.RELEASED, location: str = "",
) -> SupplierReturn:  # fmt: skip
    """Send goods of a receipt back to their supplier, who is to credit them; `location` empty: from the order's site.

    The same key again changes nothing.

    Raises:
        Refused: no such receipt, more than came by it and has not gone back, no reason, or the goods are not there.
    """
    movement = _movement(receipt_key, posting_line)
    number, line, price = _bought(movement, receipt_key, posting_line)
    order = locked(number)
    if earlier := SupplierReturn.objects.filter(posting_key=key).first():
        if (earlier.receipt_key, earlier.quantity) != (receipt_key, quantity):
            raise Refused(f"The key {key} was already used for another return; use a new key.", code="key_reused")
        return earlier
    left = movement.quantity - returned_quantity(receipt_key, movement.item_id)
    if not 0 < quantity <= left:
        raise Refused(
            f"{plain(quantity)} of {movement.item.sku} cannot go back; {plain(left)} of receipt {receipt_key} are here.",
            code="too_much_returned",
        )
    if not reason.strip():
        raise Refused(f"Say why {movement.item.sku} goes back.", code="no_reason")
    back = Line(
        sku=movement.item.sku, source=location or order.site.code, target=world_location(LocationKind.SUPPLIER),
        quantity=quantity, lot=movement.lot.code if movement.lot else "", source_status=source_status,
    )  # fmt: skip
    ledger.post([PostingRequest(key, Kind.RETURN, [back], reference=order.number)], actor=actor)
    row = SupplierReturn.objects.create(
        purchase_order=order, line=line, receipt_key=receipt_key, posting_key=key, item_id=movement.item_id,
        quantity=quantity, expected_credit=(quantity * price).quantize(Decimal("0.0001")), actor=actor, reason=reason,
    )  # fmt: skip
    journal.record(
        actor=actor, verb="purchasing.goods_returned", subject=subject_of(order), reason=reason,
        new={"line": line, "sku": movement.item.sku, "quantity": str(quantity), "posting": key},
    )  # fmt: skip
    settle(order)
    return row


def _movement(receipt_key: str, posting_line: int) -> Movement:
    rows = Movement.objects.filter(posting__key=receipt_key, line=posting_line).select_related("item", "lot")
    found = rows.first()
    if found is None or Posting.objects.filter(reverses__key=receipt_key).exists():
        raise Refused(f"There is no receipt {receipt_key}, line {posting_line}.", code="no_receipt", key=receipt_key)
    return found


def _bought(movement: Movement, receipt_key: str, posting_line: int) -> tuple[str, int, Decimal]:
    """For which order and line goods came, and at which price; other items than ordered cost nothing."""
    receipt = (
        Receipt.objects.filter(posting_key=receipt_key, posting_line=posting_line)
        .select_related("delivery__line__revision__purchase_order")
        .first()
    )
    if receipt is not None:
        line = receipt.delivery.line
        return line.revision.purchase_order.number, line.line, line.price
    wrong = Discrepancy.objects.filter(receipt_key=receipt_key, posting_line=posting_line)
    found = wrong.select_related("purchase_order").first()
    if found is None:
        raise Refused(f"{receipt_key}, line {posting_line} was received for no order.", code="no_receipt")
    return found.purchase_order.number, found.line, Decimal(0)
