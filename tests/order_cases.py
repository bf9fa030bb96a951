"""Orders as suppliers read them, for tests of what crosses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ownstock.exchange.rules import WrittenLine, WrittenOrder

KEY = "purchase_order.placed:PO-000012:1"
SENDER = "orders@shop.example"

LINE = WrittenLine(
    line=1,
    sku="CUP",
    supplier_sku="CUP-S",
    description="Cup",
    quantity=Decimal("120.0000"),
    unit="each",
    purchase_quantity="20",
    purchase_unit="case",
    price=Decimal("2.4000"),
    requested_on=date(2026, 3, 16),
)


def written_order(*lines: WrittenLine, **changes: Any) -> WrittenOrder:
    """An order of 120 cups, or of the lines given."""
    document = WrittenOrder(
        buyer="Heart & Home Ltd",
        number="PO-000012",
        revision=1,
        supplier_code="ALPHA",
        supplier_name="Alpha Trading",
        supplier_email="orders@alpha.example",
        site_code="SHOP",
        site_name="Main shop",
        currency="EUR",
        ordered_on=date(2026, 3, 2),
        written_at=datetime(2026, 3, 2, 9, 30, 1, tzinfo=UTC),
        lines=lines or (LINE,),
    )
    return replace(document, **changes)


def many_lines(count: int) -> tuple[WrittenLine, ...]:
    """So many lines of the same."""
    return tuple(replace(LINE, line=number, sku=f"CUP-{number}") for number in range(1, count + 1))
