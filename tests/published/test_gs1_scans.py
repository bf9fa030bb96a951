"""Scans read as GS1 prints them: General Specifications (GTIN 9506000134352 and its data), Digital Link URI syntax.

The GTINs 4006381333931 and 614141000036 are those of GS1's own pages on check digits.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.rules.gtins import gtin_of
from ownstock.purchasing.rules.scans import Scan, read_scan

TEN = Decimal(10)
# GS1 General Specifications, figures of element strings; GS1 Digital Link Standard: URI Syntax, section 2 examples.
PUBLISHED = [
    ("(01)09506000134352(17)201225(10)ABC123", Scan("09506000134352", "ABC123", date(2020, 12, 25))),
    ("]C101095060001343521720122510ABC123", Scan("09506000134352", "ABC123", date(2020, 12, 25))),
    ("]d2010950600013435210ABC123\x1d17201225", Scan("09506000134352", "ABC123", date(2020, 12, 25))),
    ("010950600013435210ABC123|21456DEF|3710", Scan("09506000134352", "ABC123", None, "456DEF", TEN)),
    (
        "https://id.gs1.org/01/09506000134352/10/ABC123/21/456DEF?17=201225",
        Scan("09506000134352", "ABC123", date(2020, 12, 25), "456DEF"),
    ),
    ("https://example.com/some/where/01/09506000134352", Scan("09506000134352")),
    ("(02)00614141000036(37)10", Scan("00614141000036", quantity=TEN)),
    ("(01)09506000134352(17)240200", Scan("09506000134352", expires_on=date(2024, 2, 29))),
    ("4006381333931", Scan("04006381333931")),
    ("614141000036", Scan("00614141000036")),
    ("96385074", Scan("00000096385074")),
]


@pytest.mark.parametrize(("text", "meant"), PUBLISHED)
def test_what_is_printed_is_read(text: str, meant: Scan) -> None:
    assert read_scan(text) == meant


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("(01)09506000134353(10)A", "has a wrong check digit: its last digit is 3, 2 belongs there."),
        ("4006381333932", "has a wrong check digit: its last digit is 2, 1 belongs there."),
        ("https://id.gs1.org/01/09506000134353", "has a wrong check digit"),
        ("https://example.com/", "is no GS1 code that can be read"),
        ("(10)ABC123", "names no item"),
        ("hello", "is no GS1 code that can be read"),
        ("(01)09506000134352(17)201350", "is no GS1 code that can be read"),
        ("(01)09506000134352(30)0", "says that there are 0 of it"),
        ("1" * 501, "1 to 500 characters"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_scan(text)
    assert words in refusal.value.sentence
    assert refusal.value.sentence.endswith(".")


def test_a_gtin_has_one_of_four_lengths() -> None:
    with pytest.raises(Refused, match="it has 8, 12, 13 or 14 digits"):
        gtin_of("12345")
