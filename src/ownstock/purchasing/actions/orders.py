"""Writing and sending orders: draft, place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from ownstock.base.errors import Refused
from ownstock.catalog.models import Location, Supplier, SupplyTerm
from ownstock.catalog.queries import prices_at
from ownstock.journal import actions as journal
from ownstock.purchasing.actions.approvals import check_approved
from ownstock.purchasing.actions.rejections import end_rejections
from ownstock.purchasing.models import Delivery, OrderLine, OrderRevision, PurchaseOrder
from ownstock.purchasing.order_rows import locked, newest_revision, settle, subject_of
from ownstock.purchasing.orderable import check_orderable, check_placeable
from ownstock.purchasing.revisions import send
from ownstock.purchasing.rules import OPEN_STATES, OrderState
from ownstock.purchasing.wanted_days import leaves_on


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line to order: so many stock units on a supply term, wanted on a day.

    `is_day_reckoned`: the day comes of a lead time and not of a person, so that it moves on where the order leaves later.
    """

    term: SupplyTerm
    quantity: Decimal
    requested_on: date
    is_day_reckoned: bool = False


@transaction.atomic
def draft(
    *, supplier: Supplier, site: Location, lines: Sequence[DraftLine], ordered_on: date, actor: str
) -> PurchaseOrder:
    """Write a purchase order, not yet sent, with its first revision.

    Prices are those of the quantities on the day of the order.

    Raises:
        Refused: no lines, lines of another supplier or in another currency than the first, or the register of suppliers
            speaks against one.
    """
    if not lines:
        raise Refused("An order needs at least one line.", code="no_lines")
    currency = lines[0].term.currency
    check_lines(lines, supplier_id=supplier.pk, currency=currency)
    check_orderable(supplier, [line.term.item for line in lines], on=ordered_on, actor=actor)
    order = PurchaseOrder.objects.create(
        number=next_number(), supplier=supplier, site=site, currency=currency, state=OrderState.DRAFT,
        ordered_on=ordered_on, created_by=actor,
    )  # fmt: skip
    revision = OrderRevision.objects.create(purchase_order=order, number=1, created_by=actor)
    written = OrderLine.objects.bulk_create(order_lines(revision, lines, on=ordered_on, first=1))
    Delivery.objects.bulk_create(
        [
            Delivery(line=row, quantity=line.quantity, requested_on=line.requested_on)
            for row, line in zip(written, lines, strict=True)
        ]
    )
    again = {(line.term.item.sku, site.code) for line in lines}
    end_rejections(again, because=f"it is ordered again as {order.number}")
    journal.record(actor=actor, verb="purchasing.drafted", subject=subject_of(order), new={"lines": len(lines)})
    return order


def next_number() -> str:
    """The number of the next order; it is never given twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('purchasing_order_number')")
        return f"PO-{cursor.fetchone()[0]:06d}"


def check_lines(lines: Sequence[DraftLine], *, supplier_id: int, currency: str) -> None:
    """Refuse lines that cannot stand in one order.

    Raises:
        Refused: one is of another supplier or in another currency.
    """
    if any(line.term.supplier_id != supplier_id or line.term.currency != currency for line in lines):
        raise Refused("All lines of an order share one supplier and one currency.", code="mixed_order")


def order_lines(revision: OrderRevision, lines: Sequence[DraftLine], *, on: date, first: int) -> list[OrderLine]:
    """New lines of a revision, not yet written: each with its own copy of the supply term, at the price of a day."""
    prices = prices_at([(line.term, line.quantity) for line in lines], on=on)
    return [
        OrderLine(
            revision=revision, line=number, item_id=line.term.item_id, supplier_sku=line.term.supplier_sku,
            quantity=line.quantity, purchase_unit=line.term.purchase_unit, units_numerator=line.term.units_numerator,
            units_denominator=line.term.units_denominator, price=price, requested_on=line.requested_on,
            is_day_reckoned=line.is_day_reckoned,
        )
        for number, (line, price) in enumerate(zip(lines, prices, strict=True), start=first)
    ]  # fmt: skip


@transaction.atomic
def place(number: str, *, actor: str, below_minimum: str = "", on: date | None = None) -> PurchaseOrder:
    """Send an order: from now on it is the supplier's to answer. The outbox row leaves with the same commit.

    Of a placed order, a change that waited is sent; where none waits, nothing changes. `below_minimum` is the reason for
    which an order is sent that is smaller than agreed with its supplier. `on` is the day on which a draft leaves: it is an
    order of that day, and days that nobody typed move on with it (`wanted_days.leaves_on`); none: as it was drafted.

    Raises:
        Refused: there is no such order, it was cancelled, needs an approval that it has not, is smaller than agreed without a
            reason, the register of suppliers speaks against it, or the actor approved the supplier and may not order of it.
    """
    order = locked(number)
    if order.sent_revision == newest_revision(order).number:
        return order
    if order.state not in OPEN_STATES:
        raise Refused(f"{number} is {order.state}; only a draft can be placed.", code="not_a_draft", number=number)
    check_approved(order)
    is_change = order.sent_revision is not None
    if on is not None and not is_change:
        leaves_on(order, on, actor=actor)
    check_placeable(order, actor=actor, below_minimum=below_minimum)
    revision = send(order, "changed" if is_change else "placed")
    settle(order)
    verb = "purchasing.change_placed" if is_change else "purchasing.placed"
    journal.record(
        actor=actor, verb=verb, subject=subject_of(order), new={"revision": revision.number}, reason=below_minimum
    )
    return order
