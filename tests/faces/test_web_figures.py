"""How figures are written on the pages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownstock.web.pictures import Scale, _ticks, _units
from ownstock.web.templatetags import figures


@pytest.mark.parametrize(
    ("quantity", "written"),
    [
        ("1234.0000", "1,234"),
        ("0.5000", "0.5"),
        ("12.3456", "12.3456"),
        ("100.0000", "100"),
        ("0.0000", "0"),
        ("-3", "\u22123"),
    ],
)
def test_a_quantity_shows_the_decimals_it_has(quantity: str, written: str) -> None:
    assert figures.units(Decimal(quantity)) == written


def test_a_price_has_two_decimals_or_the_four_that_it_needs() -> None:
    assert [figures.price(Decimal(p)) for p in ("2.4000", "2.4350", "1000")] == ["2.40", "2.435", "1,000.00"]


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert [figures.number(-0.001), figures.number(-0.006), figures.signed(0), figures.signed(6)] == [
        "0.00",
        "\u22120.01",
        "0",
        "+6",
    ]


def test_days_and_moments_are_written_on_the_sites_clock() -> None:
    assert figures.day(date(2010, 12, 10)) == figures.day("2010-12-10") == "10 Dec 2010"
    assert figures.moment(datetime(2010, 6, 9, 23, 5, tzinfo=UTC), "Europe/London") == "10 Jun 2010, 00:05"
    assert figures.day(None) == figures.NOTHING


def test_who_did_it_is_named_in_words() -> None:
    assert [figures.person(key) for key in ("user:anna", "job:plan", "key:4f2a")] == ["anna", "job plan", "key 4f2a"]
    assert [figures.person(key) for key in ("link:7", "test")] == ["answer link 7", "test"]


def test_what_a_message_tells_is_said_in_words_alike_in_both_directions() -> None:
    told = [figures.topic(topic) for topic in ("purchase_order.placed", "exchange.syntax_answer", "syntax_answer")]
    assert told == ["purchase order placed", "syntax answer", "syntax answer"]


@given(st.floats(-1e9, 0), st.floats(0, 1e9))
def test_a_scale_holds_its_values_and_has_few_round_ticks(low: float, high: float) -> None:
    scale = _units(low, high, top=34, bottom=252)
    assert isinstance(scale, Scale)
    assert all(34 <= scale(value) <= 252 for value in (low, 0, high))
    assert 2 <= len(_ticks(scale)) <= 7
