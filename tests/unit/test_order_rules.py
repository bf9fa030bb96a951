"""What an order says, whatever it is written on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.exchange.rules import (
    FORMULA_STARTS,
    check_name,
    header_text,
    identity,
    is_converted,
    mail_address,
    purchase_quantity,
    safe_cell,
)
from tests.order_cases import KEY, LINE, written_order

QUANTITIES = st.decimals(min_value="0.0001", max_value=10**9, places=4)
FACTORS = st.integers(1, 10_000)


def read_back(text: str) -> Fraction:
    """What a person reads: a whole number, decimals, or a whole number and a fraction."""
    return sum((Fraction(part) for part in text.split(" ")), Fraction(0))


@given(QUANTITIES, FACTORS, FACTORS)
def test_purchase_units_say_exactly_the_stock_units(quantity: Decimal, numerator: int, denominator: int) -> None:
    text = purchase_quantity(quantity, numerator, denominator)
    assert read_back(text) * numerator / denominator == Fraction(quantity)


@pytest.mark.parametrize(
    ("quantity", "numerator", "denominator", "text"),
    [("120", 6, 1, "20"), ("15", 6, 1, "2.5"), ("2", 6, 1, "0 1/3"), ("20", 6, 1, "3 1/3"), ("5", 1, 1000, "5000")],
)
def test_purchase_units_are_written_as_a_person_would(
    quantity: str, numerator: int, denominator: int, text: str
) -> None:
    assert purchase_quantity(Decimal(quantity), numerator, denominator) == text


def test_the_same_unit_one_to_one_is_no_conversion() -> None:
    assert not is_converted("each", "each", 1, 1)
    assert not is_converted("kg", "kg", 3, 3)
    assert is_converted("each", "case", 1, 1)
    assert is_converted("each", "each", 2, 1)


def test_an_amount_is_rounded_half_up_to_the_cent() -> None:
    assert replace(LINE, quantity=Decimal("1"), price=Decimal("0.0050")).amount == Decimal("0.01")


def test_the_total_is_the_sum_of_the_amounts_shown() -> None:
    third = replace(LINE, quantity=Decimal("1"), price=Decimal("0.0150"))
    assert written_order(third, third, third).total == Decimal("0.06")


def test_numbers_lose_needless_zeros_and_nothing_else() -> None:
    assert [plain(Decimal(n)) for n in ("120.0000", "2.5000", "0.0001", "100")] == ["120", "2.5", "0.0001", "100"]
    assert [plain(Decimal(n), decimals=2) for n in ("2.4000", "2", "0.0125")] == ["2.40", "2.00", "0.0125"]


@given(st.sampled_from(FORMULA_STARTS), st.text())
def test_no_cell_begins_like_a_formula(start: str, rest: str) -> None:
    assert safe_cell(start + rest) == f"'{start}{rest}"


def test_an_innocent_cell_stands_as_it_is() -> None:
    assert safe_cell("Cup = mug") == "Cup = mug"


@pytest.mark.parametrize("text", ["Shop\r\nBcc: all@shop.example", "Shop\nx", "Shop\0", "Shop\u2028x", "Shop\x85x"])
def test_a_header_never_carries_a_line_break(text: str) -> None:
    with pytest.raises(Refused, match=r"The company's name has a line break or a control character"):
        header_text("The company's name", text)


@pytest.mark.parametrize(
    "text",
    ["", "orders", "@shop.example", "a b@shop.example", "a@b@shop.example", "ö@shop.example", "a@shop..example", "a@"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"The address is no address"):
        mail_address("The address", text)


def test_a_domain_in_other_letters_is_written_as_registered() -> None:
    assert mail_address("The address", "orders@bücher.example") == "orders@xn--bcher-kva.example"


@pytest.mark.parametrize("number", ["../../etc/passwd", "PO 12", "PO/12", "", ".hidden", "PO\n12", "P" * 61])
def test_a_number_that_could_leave_the_folder_is_refused(number: str) -> None:
    with pytest.raises(Refused, match=r"cannot stand in a file name"):
        check_name(number)


def test_an_identity_depends_on_key_buyer_and_moment() -> None:
    document = written_order()
    later = replace(document, written_at=document.written_at.replace(microsecond=1))
    others = [identity(document, f"{KEY}0"), identity(replace(document, buyer="Other"), KEY), identity(later, KEY)]
    assert identity(document, KEY) == identity(written_order(), KEY)
    assert identity(document, KEY) not in others
