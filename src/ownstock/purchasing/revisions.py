"""Writing the next revision of an order, and sending it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from ownstock.catalog.queries.clauses import clauses_for
from ownstock.journal import actions as journal
from ownstock.purchasing.models import Delivery, OrderClause, OrderLine, OrderRevision, PurchaseOrder
from ownstock.purchasing.order_rows import newest_revision, save
from ownstock.purchasing.rules import AskedLine


def write_revision(
    order: PurchaseOrder, lines: Sequence[tuple[OrderLine, AskedLine]], *, actor: str, reason: str,
    numbers: Sequence[int] = (),
) -> list[OrderLine]:  # fmt: skip
    """Write the next revision of an order: each line with what is asked of it now, under its number or that of `numbers`.

    What is coming of these lines moves on to them; other lines stay with the revision that had them last.
    """
    number = newest_revision(order).number + 1
    revision = OrderRevision.objects.create(purchase_order=order, number=number, created_by=actor, reason=reason)
    under = numbers or [line.line for line, _ in lines]
    rows = [next_line(line, asked, revision, n) for n, (line, asked) in zip(under, lines, strict=True)]
    written = OrderLine.objects.bulk_create(rows)
    moved: list[Delivery] = []
    for (line, _), row in zip(lines, written, strict=True):
        for delivery in line.deliveries.all():
            delivery.line = row
            moved.append(delivery)
    save(moved)
    return written


def next_line(line: OrderLine, asked: AskedLine, revision: OrderRevision, number: int) -> OrderLine:
    """A line of a revision, not yet written: the goods of an earlier line, with what is asked of them now."""
    return OrderLine(
        revision=revision, line=number, item_id=line.item_id, supplier_sku=line.supplier_sku,
        purchase_unit=line.purchase_unit, units_numerator=line.units_numerator,
        units_denominator=line.units_denominator, quantity=asked.quantity, price=asked.price,
        requested_on=asked.requested_on,
        is_day_reckoned=asked.is_day_reckoned,
    )  # fmt: skip


def send(order: PurchaseOrder, topic: str) -> OrderRevision:
    """Let an order's newest revision leave with this commit, once: `placed`, `changed` or `cancelled`."""
    revision = newest_revision(order)
    order.sent_revision = revision.number
    order.sent_at = timezone.now()
    order.placed_at = order.placed_at or order.sent_at
    order.save(update_fields=["sent_revision", "sent_at", "placed_at"])
    _put_clauses_on(revision, order)
    journal.enqueue(
        f"purchase_order.{topic}:{order.number}:{revision.number}",
        topic=f"purchase_order.{topic}",
        payload={"order_revision": revision.pk},
    )
    return revision


def _put_clauses_on(revision: OrderRevision, order: PurchaseOrder) -> None:
    """Let the clauses that its lines need stand on a revision, in the version of now."""
    lines = list(OrderLine.objects.filter(revision=revision).select_related("item").order_by("line"))
    needed = clauses_for(order.supplier, [line.item for line in lines])
    found: dict[int, OrderClause] = {}
    for line in lines:
        for clause in needed.get(line.item_id, ()):
            row = found.setdefault(clause.pk, OrderClause(revision=revision, clause=clause, lines=[]))
            row.lines.append(line.line)
    OrderClause.objects.bulk_create(sorted(found.values(), key=lambda row: row.clause.code), ignore_conflicts=True)


def row_of(line: OrderLine) -> dict[str, object]:
    """A line as the journal keeps it."""
    return {
        "line": line.line, "sku": line.item.sku, "quantity": str(line.quantity), "price": str(line.price),
        "requested_on": line.requested_on.isoformat(),
    }  # fmt: skip
