"""The order as machines read it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ownstock.exchange.papers import order_csv
from ownstock.exchange.rules import FORMULA_STARTS, WrittenOrder
from tests.order_cases import LINE, written_order

NUMBERS = ("revision", "line", "quantity", "price", "amount")


def read(document: WrittenOrder) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(order_csv.render(document).decode(), newline=""), strict=True))


def test_every_line_carries_the_whole_order() -> None:
    assert read(written_order()) == [
        {
            "order_number": "PO-000012",
            "revision": "1",
            "ordered_on": "2026-03-02",
            "buyer": "Heart & Home Ltd",
            "supplier_code": "ALPHA",
            "site": "SHOP",
            "currency": "EUR",
            "line": "1",
            "sku": "CUP",
            "supplier_sku": "CUP-S",
            "description": "Cup",
            "quantity": "120",
            "unit": "each",
            "purchase_quantity": "20",
            "purchase_unit": "case",
            "price": "2.40",
            "requested_on": "2026-03-16",
            "amount": "288.00",
            "clauses": "",
            "confirmed_quantity": "",
            "confirmed_unit": "case",
            "promised_on": "",
            "confirmed_price": "",
            "reason": "",
            "comment": "",
        }
    ]


def test_a_description_that_is_a_formula_is_only_text() -> None:
    [row] = read(written_order(replace(LINE, description='=HYPERLINK("http://evil.example")', sku="+CUP")))
    assert row["description"] == '\'=HYPERLINK("http://evil.example")'
    assert row["sku"] == "'+CUP"


@given(st.text(max_size=60), st.text(max_size=60), st.decimals("0.0001", "1000000", places=4))
def test_any_text_comes_back_whole_and_harmless(description: str, sku: str, quantity: Decimal) -> None:
    [row] = read(written_order(replace(LINE, description=description, sku=sku, quantity=quantity)))
    assert row["description"].removeprefix("'") == description.removeprefix("'")
    assert row["sku"].removeprefix("'") == sku.removeprefix("'")
    assert not any(value.startswith(FORMULA_STARTS) for value in row.values())
    assert Decimal(row["quantity"]) == quantity


def test_numbers_are_never_quoted() -> None:
    [row] = read(written_order())
    assert all(Decimal(row[name]) >= 0 for name in NUMBERS)
