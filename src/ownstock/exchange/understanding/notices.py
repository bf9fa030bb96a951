"""What a supplier's shipping notice means: so many stock units of which lines are on their way, and when they arrive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from ownstock.exchange.documents import Fault, Purpose, ShippedLine, ShippingNoticeDocument
from ownstock.exchange.partners import Conventions
from ownstock.exchange.understanding.meanings import Findings, Understood
from ownstock.exchange.understanding.sent_orders import SentOrder, in_stock_units, line_meant, objections
from ownstock.purchasing.rules.notices import Notice, NoticedLine, NoticePurpose

HEADER = "the head of the notice"
PURPOSES = {
    Purpose.ORIGINAL: NoticePurpose.ORIGINAL,
    Purpose.DUPLICATE: NoticePurpose.ORIGINAL,
    Purpose.CONFIRMATION: NoticePurpose.ORIGINAL,
    Purpose.REPLACEMENT: NoticePurpose.REPLACEMENT,
    Purpose.CHANGE: NoticePurpose.REPLACEMENT,
    Purpose.CANCELLATION: NoticePurpose.CANCELLATION,
}


def understand_shipping_notice(
    document: ShippingNoticeDocument, orders: Mapping[str, SentOrder], conventions: Conventions, supplier: str
) -> Understood:
    """The notice, each of its goods on a line of an order; goods of which none was shipped are left out."""
    found = Findings()
    purpose = PURPOSES.get(document.purpose)
    if purpose is None:
        sentence = (
            f"{HEADER}: it does not say whether the notice is new, replaces one or takes one back. Ask the supplier."
        )
        found.faults.append(Fault(code="purpose_unknown", sentence=sentence, place=HEADER))
    found.faults += _objections(document, orders, supplier)
    lines = [_line(said, orders[said.order_number], conventions) for said in document.lines] if not found.faults else []
    found.faults += [line for line in lines if isinstance(line, Fault)]
    if found.faults or purpose is None:
        return found.understood(None)
    return found.understood(
        Notice(
            supplier=supplier,
            number=document.number,
            lines=[line for line in lines if isinstance(line, NoticedLine) and line.quantity],
            purpose=purpose,
            shipped_on=document.shipped_on,
            expected_on=_expected_on(document, conventions),
            carrier=document.carrier[:100],
            reference=document.bill_of_lading[:100],
        )
    )


def _objections(document: ShippingNoticeDocument, orders: Mapping[str, SentOrder], supplier: str) -> Iterator[Fault]:
    """What speaks against each order that is named, told once."""
    first = {said.order_number: said for said in reversed(document.lines)}
    for number, said in first.items():
        yield from objections(orders.get(number), number, supplier, "", said.place)


def _line(said: ShippedLine, order: SentOrder, conventions: Conventions) -> NoticedLine | Fault:
    line = line_meant(order.lines, said, said.order_number, conventions)
    if isinstance(line, Fault):
        return line
    quantity = in_stock_units(line, said.quantity or Decimal(0), said.unit, conventions, said.place)
    if isinstance(quantity, Fault):
        return quantity
    return NoticedLine(
        order_number=said.order_number,
        quantity=quantity,
        line=line.line,
        lot=said.lot,
        expires_on=said.expires_on,
        marks=said.marks,
    )


def _expected_on(document: ShippingNoticeDocument, conventions: Conventions) -> date | None:
    if document.expected_on or document.shipped_on is None or conventions.transit_days is None:
        return document.expected_on
    left = (date.max - document.shipped_on).days
    return document.shipped_on + timedelta(days=min(conventions.transit_days, left))
