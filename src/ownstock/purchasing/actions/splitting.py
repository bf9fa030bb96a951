"""Making two drafts of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.journal import actions as journal
from ownstock.purchasing.actions.orders import next_number
from ownstock.purchasing.models import OrderLine, OrderRevision, PurchaseOrder
from ownstock.purchasing.order_rows import asked_lines, asked_of, locked, save, settle, subject_of
from ownstock.purchasing.queries.approvals import need_of
from ownstock.purchasing.revisions import next_line, write_revision
from ownstock.purchasing.rules import UNSENT_STATES, OrderState


@dataclass(frozen=True, slots=True)
class Split:
    """The draft that lines of another became; `moved` leads from the line there to the new line of the same goods."""

    order: PurchaseOrder
    moved: Mapping[int, OrderLine]


@transaction.atomic
def split(number: str, lines: Collection[int], *, actor: str, reason: str) -> Split:
    """Make a draft of its own of some lines of a draft, each with its day; the others stay and can leave without them.

    Raises:
        Refused: it is no draft any more, it has no such line, or nothing would be left of it.
    """
    order = locked(number)
    if order.state not in UNSENT_STATES:
        raise Refused(f"{number} is {order.state}; only a draft is split.", code="not_a_draft", number=number)
    rows = [(line, asked) for line in asked_lines(order) if (asked := asked_of(line)).quantity]
    missing = sorted(set(lines) - {line.line for line, _ in rows})
    if missing or not lines:
        raise Refused(f"{number} has no line {missing[0] if missing else ''}.", code="no_line", number=number)
    going = [(line, asked) for line, asked in rows if line.line in lines]
    staying = [(line, asked) for line, asked in rows if line.line not in lines]
    if not staying:
        raise Refused(f"Nothing would be left of {number}.", code="nothing_left", number=number)
    new = PurchaseOrder.objects.create(
        number=next_number(), supplier=order.supplier, site=order.site, currency=order.currency, state=OrderState.DRAFT,
        ordered_on=order.ordered_on, created_by=order.created_by,
    )  # fmt: skip
    why = f"Split off {number}: {reason}"
    revision = OrderRevision.objects.create(purchase_order=new, number=1, created_by=actor, reason=why)
    written = OrderLine.objects.bulk_create(
        [next_line(line, asked, revision, place) for place, (line, asked) in enumerate(going, start=1)]
    )
    deliveries = [
        (delivery, row) for (line, _), row in zip(going, written, strict=True) for delivery in line.deliveries.all()
    ]
    for delivery, row in deliveries:
        delivery.line = row
    save([delivery for delivery, _ in deliveries])
    write_revision(order, staying, actor=actor, reason=f"{new.number} split off it: {reason}")
    need = need_of(order)
    settle(order, is_approved=need is not None and need.is_met)
    journal.record(
        actor=actor, verb="purchasing.split", subject=subject_of(order), new={"split_off": new.number}, reason=reason
    )
    journal.record(
        actor=actor, verb="purchasing.drafted", subject=subject_of(new), new={"lines": len(written)}, reason=why
    )
    return Split(new, {line.line: row for (line, _), row in zip(going, written, strict=True)})
