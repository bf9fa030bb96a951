"""Reading what crosses: an order as its supplier reads it, and the message that carried it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from ownstock.base.errors import Refused
from ownstock.catalog.models import Company, Supplier
from ownstock.exchange.models import OutboundMessage
from ownstock.exchange.rules import (
    OrderTopic,
    WrittenClause,
    WrittenLine,
    WrittenOrder,
    is_converted,
    mail_address,
    purchase_quantity,
    with_lines_taken_out,
)
from ownstock.journal.models import AuditEvent, OutboxRow
from ownstock.purchasing.models import OrderClause, OrderLine, OrderRevision


def messages(order_number: str) -> QuerySet[OutboundMessage]:
    """Every message that carries an order, first revision first."""
    found = OutboundMessage.objects.filter(order_revision__purchase_order__number=order_number)
    return found.order_by("order_revision__number", "id")


def address(revision: OrderRevision) -> str:
    """Where mail about an order goes today: the supplier's present address, also when the order was written before it.

    Raises:
        Refused: the supplier has no address, or one that mail cannot be sent to.
    """
    return address_of(revision.purchase_order.supplier)


def address_of(supplier: Supplier) -> str:
    """Where mail to a supplier goes today.

    Raises:
        Refused: it has no address, or one that mail cannot be sent to.
    """
    if not supplier.email:
        raise Refused(
            f"Supplier {supplier.code} ({supplier.name}) has no e-mail address. Fill it in.",
            code="no_address",
            supplier=supplier.code,
        )
    return mail_address(f"The e-mail address of supplier {supplier.code}", supplier.email)


def written_order(
    revision: OrderRevision, *, written_at: datetime, topic: OrderTopic = OrderTopic.PLACED
) -> WrittenOrder:
    """A revision as its supplier reads it, written at the moment of the placing; a change beside what was told before."""
    order = revision.purchase_order
    supplier, site = order.supplier, order.site
    lines = _lines(revision)
    before = _told_before(revision) if topic in (OrderTopic.CHANGED, OrderTopic.CANCELLED) else ()
    return WrittenOrder(
        buyer=Company.objects.get().name,
        number=order.number,
        revision=revision.number,
        supplier_code=supplier.code,
        supplier_name=supplier.name,
        supplier_email=supplier.email,
        site_code=site.code,
        site_name=site.name,
        currency=order.currency,
        ordered_on=order.ordered_on,
        written_at=written_at,
        lines=with_lines_taken_out(lines, before),
        topic=topic,
        before=before,
        clauses=_clauses(revision),
    )


def _clauses(revision: OrderRevision) -> tuple[WrittenClause, ...]:
    """The clauses that stand on a revision since it was sent."""
    rows = OrderClause.objects.filter(revision=revision).select_related("clause").order_by("clause__code")
    return tuple(WrittenClause(r.clause.code, r.clause.version, r.clause.text, tuple(r.lines)) for r in rows)


def _lines(revision: OrderRevision) -> tuple[WrittenLine, ...]:
    rows = OrderLine.objects.filter(revision=revision).select_related("item").order_by("line")
    return tuple(map(_line, rows))


def _told_before(revision: OrderRevision) -> tuple[WrittenLine, ...]:
    """The lines of the revision that the supplier was told of last before this one."""
    number = revision.purchase_order.number
    earlier = revision.purchase_order.revisions.filter(number__lt=revision.number).order_by("-number")
    keys = {r: [f"{topic}:{number}:{r.number}" for topic in (OrderTopic.PLACED, OrderTopic.CHANGED)] for r in earlier}
    told = set(OutboxRow.objects.filter(key__in=[k for of in keys.values() for k in of]).values_list("key", flat=True))
    found = next((r for r, own in keys.items() if told & set(own)), None)
    return _lines(found) if found else ()


def _line(line: OrderLine) -> WrittenLine:
    terms = (line.units_numerator, line.units_denominator)
    converted = is_converted(line.item.unit, line.purchase_unit, *terms)
    return WrittenLine(
        line=line.line,
        sku=line.item.sku,
        supplier_sku=line.supplier_sku,
        description=line.item.description,
        quantity=line.quantity,
        unit=line.item.unit,
        purchase_quantity=purchase_quantity(line.quantity, *terms) if converted else "",
        purchase_unit=line.purchase_unit,
        price=line.price,
        requested_on=line.requested_on,
        units_numerator=line.units_numerator,
        units_denominator=line.units_denominator,
    )


def messages_sent() -> int:
    """How many messages have left."""
    return AuditEvent.objects.filter(verb="exchange.sent").count()
