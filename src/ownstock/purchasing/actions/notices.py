"""Taking suppliers' shipping notices, and telling the deliveries what they say."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.catalog.models import Supplier
from ownstock.catalog.queries import supplier as supplier_named
from ownstock.journal import actions as journal
from ownstock.purchasing.announcements import announced
from ownstock.purchasing.models import NoticeLine, OrderLine, PurchaseOrder, ShippingNotice
from ownstock.purchasing.order_lines import in_stock_units, line_named, locked_of
from ownstock.purchasing.order_rows import late_key, lines_of, save
from ownstock.purchasing.queries.notices import arrivals_of, notices_of
from ownstock.purchasing.rules import OrderState
from ownstock.purchasing.rules.notices import Notice, NoticedLine, NoticePurpose, check_notice

Meant = tuple[NoticedLine, PurchaseOrder, OrderLine]
IN_CONFLICT = ("key_reused", "number_reused")


def take_notice(notice: Notice, *, message_key: str, actor: str) -> ShippingNotice:
    """Take a supplier's shipping notice: what it says is shipped is expected on its day, the rest keeps its promise.

    The same message, or the same notice in another message, changes nothing. A replacement or a cancellation takes the place
    of the notice of its number. What is noticed beyond what is open is kept, and told to people.

    Raises:
        Refused: its form is wrong, it names an order or a line that there is not, an order that was never placed, or it came
            before with other content (people are told of that too).
    """
    try:
        return _take(notice, message_key, actor)
    except Refused as refusal:
        if refusal.code in IN_CONFLICT:
            _tell(notice, "conflict", f"{refusal.sentence} Ask {notice.supplier} which of them holds.")
        raise


@transaction.atomic
def _take(notice: Notice, message_key: str, actor: str) -> ShippingNotice:
    check_notice(notice)
    supplier = supplier_named(notice.supplier)
    latest = _latest(supplier, notice.number)
    before = _numbers_of(latest) if latest else set()
    numbers = sorted({line.order_number for line in notice.lines} | before)
    orders = {number: locked_of(supplier, number) for number in numbers}
    content = _content(notice)
    # Looked up again under the locks: somebody may have taken the same notice meanwhile.
    if earlier := _earlier(supplier, notice, message_key, content):
        return earlier
    meant = [_meant(line, orders[line.order_number]) for line in notice.lines]
    row = ShippingNotice.objects.create(
        supplier=supplier, number=notice.number, purpose=notice.purpose, supersedes=_latest(supplier, notice.number),
        message_key=message_key, content=content, shipped_on=notice.shipped_on, expected_on=notice.expected_on,
        carrier=notice.carrier, reference=notice.reference, actor=actor,
    )  # fmt: skip
    NoticeLine.objects.bulk_create([_line(row, n, *each) for n, each in enumerate(meant, start=1)])
    for number in numbers:
        announce(orders[number])
    _tell_consequences(notice, row, [order for _, order, _ in meant])
    journal.record(
        actor=actor, verb="purchasing.notice_taken", subject=f"shipping_notice:{supplier.code}/{notice.number}",
        new={"message": message_key, "purpose": notice.purpose, "orders": numbers, "lines": len(meant)},
    )  # fmt: skip
    return row


def announce(order: PurchaseOrder) -> None:
    """Tell the deliveries of an order, which is locked, anew what the notices in force say, and people what does not fit."""
    notices = notices_of(order)
    numbers = sorted(notices.keys() | _announced_lines(order))
    lines = lines_of(order, numbers) if numbers else {}
    arrivals = arrivals_of(order)
    surplus: dict[int, Decimal] = {}
    for number, line in lines.items():
        deliveries = list(line.deliveries.all())
        told = announced(deliveries, notices.get(number, []), arrivals.get(number, []))
        save(deliveries)
        surplus = {key: surplus.get(key, Decimal(0)) + told.get(key, Decimal(0)) for key in surplus | told}
    _tell_surplus(order, surplus)
    journal.clear_alerts((late_key(order.number, number) for number in notices), because="a shipping notice came")


def _announced_lines(order: PurchaseOrder) -> set[int]:
    rows = OrderLine.objects.filter(revision__purchase_order=order, deliveries__shipped_quantity__gt=0)
    return set(rows.values_list("line", flat=True))


def _latest(supplier: Supplier, number: str) -> ShippingNotice | None:
    return ShippingNotice.objects.filter(supplier=supplier, number=number, superseded_by=None).first()


def _numbers_of(notice: ShippingNotice) -> set[str]:
    return set(notice.lines.values_list("purchase_order__number", flat=True))


def _earlier(supplier: Supplier, notice: Notice, message_key: str, content: dict[str, Any]) -> ShippingNotice | None:
    """The notice as it was taken before; None when it is new."""
    same_message = ShippingNotice.objects.filter(supplier=supplier, message_key=message_key).first()
    if same_message is not None and same_message.content != content:
        raise Refused(
            f"The message {message_key} of {supplier.code} came before with other content.", code="key_reused"
        )
    same_number = _latest(supplier, notice.number)
    if same_message or same_number is None or same_number.content == content:
        return same_message or same_number
    if notice.purpose == NoticePurpose.ORIGINAL:
        raise Refused(
            f"The notice {notice.number} of {supplier.code} came before with other content, and this one does not say "
            "that it replaces it.",
            code="number_reused",
        )
    return None


def _meant(line: NoticedLine, order: PurchaseOrder) -> Meant:
    if order.placed_at is None:
        raise Refused(
            f"{order.number} is {order.state}; nothing can be shipped for it.", code="not_placed", number=order.number
        )
    return line, order, line_named(order, line.line, line.code)


def _line(notice: ShippingNotice, number: int, said: NoticedLine, order: PurchaseOrder, line: OrderLine) -> NoticeLine:
    return NoticeLine(
        notice=notice, number=number, purchase_order=order, line=line.line, item_id=line.item_id,
        quantity=in_stock_units(line, said.quantity, said.unit), lot=said.lot, expires_on=said.expires_on,
        marks=list(said.marks),
    )  # fmt: skip


def _tell_consequences(notice: Notice, row: ShippingNotice, orders: Iterable[PurchaseOrder]) -> None:
    """Tell people of a notice that was cancelled, and of goods on their way for an order that was."""
    cancelled = sorted({order.number for order in orders if order.state == OrderState.CANCELLED})
    if cancelled:
        _tell(
            notice, "cancelled_order",
            f"{notice.supplier} has shipped goods for {', '.join(cancelled)}, which was cancelled (notice {notice.number}). "
            "Ask the supplier to stop them, or receive them when they come.",
        )  # fmt: skip
    if notice.purpose == NoticePurpose.CANCELLATION:
        _tell(
            notice, "cancelled",
            f"{notice.supplier} takes its notice {notice.number} back: what it announced is expected as promised before. "
            "Ask for a new promise.",
        )  # fmt: skip


def _tell_surplus(order: PurchaseOrder, surplus: dict[int, Decimal]) -> None:
    rows = {row.pk: row for row in ShippingNotice.objects.filter(lines__purchase_order=order).distinct()}
    for pk, row in rows.items():
        key = f"notice_over:{order.supplier.code}/{row.number}/{order.number}"
        if quantity := surplus.get(pk):
            journal.raise_alert(
                key, kind="notice_over",
                sentence=f"{order.supplier.code} has shipped {plain(quantity)} more for {order.number} than is open (notice "
                f"{row.number}). Ask the supplier to correct the notice, or receive what comes and settle what is over.",
                facts={"number": order.number, "notice": row.number, "quantity": str(quantity)},
            )  # fmt: skip
        elif row.pk in surplus or not hasattr(row, "superseded_by"):
            journal.clear_alert(key, because="notices and orders agree")


def _tell(notice: Notice, what: str, sentence: str) -> None:
    journal.raise_alert(
        f"notice_{what}:{notice.supplier}/{notice.number}", kind=f"notice_{what}", sentence=sentence,
        facts={"supplier": notice.supplier, "notice": notice.number}, is_closable=True,
    )  # fmt: skip


def _content(notice: Notice) -> dict[str, Any]:
    return {
        "purpose": notice.purpose, "shipped_on": _text(notice.shipped_on), "expected_on": _text(notice.expected_on),
        "carrier": notice.carrier, "reference": notice.reference, "lines": [_line_content(line) for line in notice.lines],
    }  # fmt: skip


def _line_content(line: NoticedLine) -> dict[str, Any]:
    return {
        "order": line.order_number, "line": line.line, "code": line.code, "quantity": f"{line.quantity:.4f}",
        "unit": line.unit, "lot": line.lot, "expires_on": _text(line.expires_on), "marks": list(line.marks),
    }  # fmt: skip


def _text(day: object) -> str | None:
    return None if day is None else str(day)
