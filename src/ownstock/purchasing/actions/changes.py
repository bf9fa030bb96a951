"""Changing and cancelling orders: each makes the next revision, and what was sent before stays as it was."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.journal import actions as journal
from ownstock.purchasing.actions.notices import announce
from ownstock.purchasing.actions.orders import DraftLine, check_lines, order_lines
from ownstock.purchasing.actions.rejections import end_rejections
from ownstock.purchasing.deliveries import asked_anew, cancelled
from ownstock.purchasing.models import Delivery, OrderLine, PurchaseOrder
from ownstock.purchasing.order_rows import (
    asked_lines,
    asked_of,
    check_looked_at,
    line_alerts,
    locked,
    price_key,
    received_quantity,
    save,
    settle,
    subject_of,
)
from ownstock.purchasing.orderable import check_orderable
from ownstock.purchasing.queries.approvals import need_of
from ownstock.purchasing.revisions import row_of, send, write_revision
from ownstock.purchasing.rules import (
    OPEN_STATES,
    AskedLine,
    LineChange,
    OrderState,
    changed,
    is_promised_anew,
)
from ownstock.purchasing.rules.timers import approval_key

Asked = dict[int, tuple[OrderLine, AskedLine]]


@transaction.atomic
def change(
    number: str, lines: Sequence[LineChange | DraftLine], *, reason: str, actor: str, revision: int | None = None
) -> PurchaseOrder:
    """Ask for something else: the next revision. Lines not named stay as they stand; a `DraftLine` is added.

    An order that had been sent is sent again as a change, unless it now needs an approval that it has not: then the change
    waits until it is approved and placed. A draft waits as before. What came stays received. The promises
    of a line whose quantity or day changes fall, its first promise is kept. `revision` is the one that was looked at.

    Raises:
        Refused: it was changed meanwhile, no reason, nothing is open any more, a line is unknown or named twice, less is
            asked for than came, nothing changes, nothing would be left (then cancel), or the register of suppliers speaks
            against more.
    """
    order = locked(number)
    _check_reason(reason)
    if order.state not in OPEN_STATES:
        raise Refused(
            f"{number} is {order.state}; it can no longer be changed. Order anew.", code="not_open", number=number
        )
    check_looked_at(order, revision)
    before = _asked(order)
    changes = [line for line in lines if isinstance(line, LineChange)]
    added = [line for line in lines if isinstance(line, DraftLine)]
    check_lines(added, supplier_id=order.supplier_id, currency=order.currency)
    after = _changed(number, before, changes)
    if not added and {n: asked for n, (_, asked) in before.items()} == {n: asked for n, (_, asked) in after.items()}:
        raise Refused(f"{number} stands like that already; nothing changes.", code="nothing_changes", number=number)
    if not after and not added:
        raise Refused(f"Nothing would be left of {number}; cancel it.", code="nothing_left", number=number)
    more = [line.item for n, (line, asked) in after.items() if asked.quantity > before[n][1].quantity]
    wanted = [*more, *(line.term.item for line in added)]
    check_orderable(order.supplier, wanted, on=timezone.localdate(), actor=actor)
    _write(order, before, after, added, actor=actor, reason=reason)
    again = {(item.sku, order.site.code) for item in wanted}
    end_rejections(again, because=f"it is ordered again as part of {number}")
    return order


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("Say why.", code="no_reason")


def _asked(order: PurchaseOrder) -> Asked:
    """What is asked of each line now: what still stands of it. A line of which nothing stands is left out."""
    return {line.line: (line, asked) for line in asked_lines(order) if (asked := asked_of(line)).quantity > 0}


def _changed(number: str, before: Asked, changes: Sequence[LineChange]) -> Asked:
    if len({c.line for c in changes}) != len(changes):
        raise Refused("A line is changed twice at once.", code="doubled_line", number=number)
    after = dict(before)
    for wanted in changes:
        if wanted.line not in before:
            raise Refused(f"{number} has no line {wanted.line}.", code="no_line", number=number, line=wanted.line)
        line, asked = before[wanted.line]
        new = changed(asked, wanted, received=received_quantity(line))
        if new is None:
            del after[wanted.line]
        else:
            after[wanted.line] = line, new
    return after


def _write(
    order: PurchaseOrder, before: Asked, after: Asked, added: Sequence[DraftLine], *, actor: str, reason: str
) -> None:
    gone = [line for number, (line, _) in before.items() if number not in after]
    save([delivery for line in gone for delivery in cancelled(line.deliveries.all(), on=timezone.localdate())])
    write_revision(order, list(after.values()), actor=actor, reason=reason)
    moved = [(line, asked) for n, (line, asked) in after.items() if is_promised_anew(before[n][1], asked)]
    save([d for line, asked in moved for d in asked_anew(list(line.deliveries.all()), asked)])
    new = _add(order, added)
    touched = [line.line for line in [*gone, *(line for line, _ in moved)]]
    keys = [approval_key(order.number), *(key for n in touched for key in line_alerts(order.number, n))]
    journal.clear_alerts(keys, because=f"changed by {actor}")
    announce(order)
    journal.record(
        actor=actor,
        verb="purchasing.changed",
        subject=subject_of(order),
        old={"lines": [_row(*row) for n, row in before.items() if row != after.get(n)]},
        new={"lines": [_row(*row) for n, row in after.items() if row != before[n]] + [row_of(line) for line in new]},
        reason=reason,
    )
    need = need_of(order)
    may_leave = need is None or need.is_met
    if order.sent_revision is not None and may_leave:
        send(order, "changed")
    settle(order, is_approved=need is not None and need.is_met)


def _row(line: OrderLine, asked: AskedLine) -> dict[str, object]:
    return {
        "line": line.line, "sku": line.item.sku, "quantity": str(asked.quantity), "price": str(asked.price),
        "requested_on": asked.requested_on.isoformat(),
    }  # fmt: skip


def _add(order: PurchaseOrder, added: Sequence[DraftLine]) -> list[OrderLine]:
    """Put new lines into the newest revision, with numbers that no line of the order ever had."""
    revision = order.revisions.latest("number")
    rows = OrderLine.objects.filter(revision__purchase_order=order)
    last = max(rows.values_list("line", flat=True), default=0)
    new = order_lines(revision, added, on=timezone.localdate(), first=last + 1)
    written = OrderLine.objects.bulk_create(new)
    save([Delivery(line=row, quantity=row.quantity, requested_on=row.requested_on) for row in written])
    return written


@transaction.atomic
def cancel(number: str, *, reason: str, actor: str) -> PurchaseOrder:
    """Take back an order, or what is still open of it. A supplier that has it is told; cancelling twice changes nothing.

    What came stays. Goods that come all the same are received, and people are told.

    Raises:
        Refused: no reason, or everything came already.
    """
    order = locked(number)
    _check_reason(reason)
    if order.state == OrderState.CANCELLED:
        return order
    if order.state not in OPEN_STATES:
        raise Refused(f"{number} is {order.state}; nothing is open of it.", code="nothing_open", number=number)
    lines = asked_lines(order)
    taken_out = Delivery.objects.filter(line__revision__purchase_order=order).exclude(line__in=lines)
    save(cancelled([*(d for line in lines for d in line.deliveries.all()), *taken_out], on=timezone.localdate()))
    if order.sent_revision is not None:
        kept = [(line, asked) for line in lines if (asked := asked_of(line)).quantity]
        write_revision(order, kept, actor=actor, reason=reason)
        send(order, "cancelled")
    announce(order)
    settle(order)
    keys = [key for line in lines for key in [*line_alerts(number, line.line), price_key(number, line.line)]]
    journal.clear_alerts([approval_key(number), *keys], because=f"cancelled by {actor}")
    journal.record(
        actor=actor, verb="purchasing.cancelled", subject=subject_of(order),
        old={"lines": [row_of(line) for line in lines]}, reason=reason,
    )  # fmt: skip
    return order
