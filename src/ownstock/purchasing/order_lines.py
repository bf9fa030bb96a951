"""Which line of an order a supplier's document means, and in which unit it counts."""

from __future__ import annotations

from decimal import Decimal

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.catalog.models import Supplier
from ownstock.purchasing.models import OrderLine, PurchaseOrder
from ownstock.purchasing.order_rows import lines_of, locked, newest_revision
from ownstock.purchasing.rules.units import counted_in_stock_units


def locked_of(supplier: Supplier, number: str) -> PurchaseOrder:
    """A supplier's order, locked until the transaction ends.

    Raises:
        Refused: there is no such order, or it is another supplier's.
    """
    order = locked(number)
    if order.supplier_id != supplier.pk:
        raise Refused(
            f"{number} is no order to {supplier.code}.",
            code="not_their_order",
            number=number,
            supplier=supplier.code,
        )
    return order


def line_named(order: PurchaseOrder, line: int, code: str) -> OrderLine:
    """The line that a document names by its number, or where that is 0 by our item's code or the supplier's own.

    Raises:
        Refused: the order has no such line, or the item stands in several.
    """
    if line:
        return lines_of(order, [line])[line]
    rows = newest_revision(order).lines.select_related("item")
    found = [row for row in rows.order_by("line") if code and code in (row.item.sku, row.supplier_sku)]
    if len(found) != 1:
        told = f"has {code} in several lines; name the line" if found else f"has no line with {code or 'that item'}"
        raise Refused(f"{order.number} {told}.", code="no_line", number=order.number, item=code)
    return lines_of(order, [found[0].line])[found[0].line]


def in_stock_units(row: OrderLine, quantity: Decimal, unit: str) -> Decimal:
    """A quantity of a document in stock units, exactly.

    Raises:
        Refused: the line was not ordered in that unit, or the quantity is no exact number of stock units.
    """
    found = counted_in_stock_units(quantity, unit, row)
    if found is None:
        raise Refused(
            f"Line {row.line} ({row.item.sku}): {plain(quantity)} {unit} is no exact number of {row.item.unit}; "
            f"it was ordered in {row.purchase_unit}.",
            code="bad_unit",
            line=row.line,
            unit=unit,
        )
    return found
