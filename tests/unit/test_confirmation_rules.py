"""What a supplier says of a line, judged without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownstock.base.errors import Refused
from ownstock.exchange.confirmations.rules import (
    MAX_PARTS,
    AskedLine,
    Counting,
    RejectReason,
    as_asked,
    check_price,
    closed_because,
    promised,
    rejected,
    stock_units,
)
from ownstock.purchasing.rules import OrderState, Promise

DAY = date(2026, 3, 16)
LINE = AskedLine(
    line=3, sku="CUP", supplier_sku="CUP-S", description="Cup", ordered=Decimal(120), unit="each",
    purchase=Counting("case", 6), price=Decimal("2.40"), requested_on=DAY,
)  # fmt: skip
PARTS = st.lists(st.tuples(st.decimals("0.0001", "200", places=4), st.integers(0, 40)), min_size=1, max_size=15).map(
    lambda rows: [Promise(quantity, DAY + timedelta(days=days)) for quantity, days in rows]
)


@given(PARTS)
def test_promises_are_all_that_was_said_earliest_first_and_never_more_than_ordered(parts: list[Promise]) -> None:
    total = sum(p.quantity for p in parts)
    if total > LINE.ordered or len({p.promised_on for p in parts}) > MAX_PARTS:
        with pytest.raises(Refused):
            promised(LINE, parts)
        return
    found = promised(LINE, parts)
    assert sum(p.quantity for p in found) == total
    days = [p.promised_on for p in found]
    assert days == sorted(set(days))


@given(st.decimals("0.0001", "99999", places=4), st.integers(1, 500), st.integers(1, 500))
def test_what_is_counted_in_the_suppliers_unit_comes_back_exactly_or_not_at_all(
    quantity: Decimal, numerator: int, denominator: int
) -> None:
    counting = Counting("case", numerator, denominator)
    counted = counting.of(quantity)
    assert counted is None or counting.in_stock_units(counted) == quantity


def test_an_order_that_is_no_exact_number_of_cases_is_answered_in_our_unit() -> None:
    assert LINE.counting.unit == "case"
    assert replace(LINE, purchase=Counting("case", 7)).counting == Counting("each")


def test_a_third_of_a_unit_is_refused_with_what_to_do() -> None:
    thirds = Counting("pack", 1, 3)
    with pytest.raises(Refused, match="count in each"):
        stock_units(LINE, Decimal("0.1"), thirds)


def test_the_ordered_price_is_no_other_price() -> None:
    assert check_price(LINE, Decimal("2.4000")) is None
    assert check_price(LINE, Decimal("2.41")) == Decimal("2.41")


def test_as_asked_is_the_whole_line_on_its_day() -> None:
    assert as_asked(LINE).promises == (Promise(Decimal(120), DAY),)


def test_another_reason_has_to_be_written() -> None:
    assert rejected(LINE, RejectReason.OUT_OF_STOCK).promises == ()
    with pytest.raises(Refused, match="write the reason down"):
        rejected(LINE, RejectReason.OTHER)


def test_an_answer_is_taken_until_goods_come_or_a_newer_revision_was_sent() -> None:
    taken = {state for state in OrderState if not closed_because(state, revision=1, sent_revision=1)}
    assert taken == {OrderState.PLACED, OrderState.ACKNOWLEDGED}
    assert "Revision 2" in closed_because(OrderState.PLACED, revision=1, sent_revision=2)
