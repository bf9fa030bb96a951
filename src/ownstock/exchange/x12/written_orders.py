"""An order, its change, its cancellation or a reminder of it as a document for one partner.

Quantities are in the unit in which the supplier sells, exactly, and so is the price of one; what no decimal says exactly is
refused, never rounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.exchange.documents import (
    ChangedLine,
    ItemCodes,
    LineChange,
    OrderChangeDocument,
    OrderDocument,
    OrderedLine,
    Party,
    Purpose,
)
from ownstock.exchange.partners import Days, PartnerProfile
from ownstock.exchange.rules import OrderTopic, WrittenLine, WrittenOrder

# So many decimals at most; an element of X12 holds 15 digits.
MAX_DECIMALS = 9
# The code was given by the buyer.
OUR_CODE = "92"
PURPOSES = {OrderTopic.PLACED: Purpose.ORIGINAL, OrderTopic.CHASED: Purpose.DUPLICATE}


def document_for(order: WrittenOrder, profile: PartnerProfile) -> OrderDocument | OrderChangeDocument:
    """What an order says to a partner. A change tells of each changed line all that holds now; its number is the revision's.

    Raises:
        Refused: a unit has no code, or a quantity or price has no exact decimal in the unit that the supplier sells in.
    """
    if order.topic in PURPOSES:
        return _order(order, order.lines, PURPOSES[order.topic], profile)
    if order.topic == OrderTopic.CANCELLED and profile.cancels_by_order:
        return _order(order, order.before, Purpose.CANCELLATION, profile)
    is_cancelled = order.topic == OrderTopic.CANCELLED
    cancelled = (_changed(_line(order, line, profile), LineChange.CANCELLED) for line in order.before)
    return OrderChangeDocument(
        order_number=order.number,
        ordered_on=order.ordered_on,
        purpose=Purpose.CANCELLATION if is_cancelled else Purpose.CHANGE,
        change_number=str(order.revision),
        changed_on=order.written_at.date(),
        currency=order.currency,
        parties=tuple(_parties(order)),
        lines=tuple(cancelled if is_cancelled else _changes(order, profile)),
    )


def _order(
    order: WrittenOrder, lines: tuple[WrittenLine, ...], purpose: Purpose, profile: PartnerProfile
) -> OrderDocument:
    return OrderDocument(
        number=order.number,
        ordered_on=order.ordered_on,
        purpose=purpose,
        currency=order.currency,
        parties=tuple(_parties(order)),
        lines=tuple(_line(order, line, profile) for line in lines),
    )


def _parties(order: WrittenOrder) -> Iterator[Party]:
    yield Party(role="buyer", name=order.buyer)
    for role, name, code in (
        ("seller", order.supplier_name, order.supplier_code),
        ("ship_to", order.site_name, order.site_code),
    ):
        # A code of a party has two characters at least; a shorter one is left out, as the name is told.
        yield (
            Party(role=role, name=name, code=code, code_kind=OUR_CODE) if len(code) > 1 else Party(role=role, name=name)
        )


def _line(order: WrittenOrder, line: WrittenLine, profile: PartnerProfile) -> OrderedLine:
    size = Fraction(line.units_numerator, line.units_denominator)
    by_shipping = profile.conventions.days is Days.SHIPPING
    ships_on = line.requested_on - timedelta(days=profile.conventions.transit_days or 0)
    return OrderedLine(
        line=str(line.line),
        codes=_codes(line, profile),
        quantity=_exact(order, line, "quantity", line.quantity, Fraction(line.quantity) / size),
        unit=_unit(order, line, profile),
        price=_exact(order, line, "price", line.price, Fraction(line.price) * size),
        description=line.description,
        requested_on=None if by_shipping else line.requested_on,
        shipping_on=ships_on if by_shipping else None,
    )


def _codes(line: WrittenLine, profile: PartnerProfile) -> ItemCodes:
    supplier_sku = line.supplier_sku if "supplier_sku" in profile.item_codes else ""
    # An item must be named somehow, also where the supplier has no code of its own for it.
    return ItemCodes(sku=line.sku if "sku" in profile.item_codes or not supplier_sku else "", supplier_sku=supplier_sku)


def _unit(order: WrittenOrder, line: WrittenLine, profile: PartnerProfile) -> str:
    codes = profile.conventions.codes_of(line.purchase_unit)
    if not codes:
        raise Refused(
            f"{order.number}, line {line.line}: the unit {line.purchase_unit} has no code for {order.supplier_code}; "
            f"add it to the setting units of the channel, such as {line.purchase_unit}=EA.",
            code="unit_without_code",
            number=order.number,
            line=line.line,
            unit=line.purchase_unit,
        )
    return codes[0]


def _exact(order: WrittenOrder, line: WrittenLine, what: str, said: Decimal, value: Fraction) -> Decimal:
    steps = value * 10**MAX_DECIMALS
    if steps.denominator != 1:
        raise Refused(
            f"{order.number}, line {line.line}: the {what} {plain(said)} has no exact decimal per {line.purchase_unit} (one "
            f"is {line.units_numerator}/{line.units_denominator} {line.unit}). Order a quantity that has one, or correct the "
            "supply term.",
            code="no_exact_decimal",
            number=order.number,
            line=line.line,
            what=what,
        )
    return Decimal(plain(Decimal(steps.numerator).scaleb(-MAX_DECIMALS)))


def _changes(order: WrittenOrder, profile: PartnerProfile) -> Iterator[ChangedLine]:
    """What became of each line since the supplier was last told; a line that was taken out stands with a quantity of zero."""
    old = {line.line: line for line in order.before}
    for line in order.lines:
        before, now = old.get(line.line), _line(order, line, profile)
        if before is None:
            yield _changed(now, LineChange.ADDED)
        elif not line.quantity:
            yield _changed(_line(order, before, profile), LineChange.CANCELLED)
        elif now != _line(order, before, profile):
            yield _changed(now, LineChange.CHANGED)


def _changed(line: OrderedLine, change: LineChange) -> ChangedLine:
    return ChangedLine(
        line=line.line,
        change=change,
        codes=line.codes,
        quantity=line.quantity,
        unit=line.unit,
        price=line.price,
        description=line.description,
        requested_on=line.requested_on,
        shipping_on=line.shipping_on,
    )
