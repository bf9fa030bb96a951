"""What things are called outside: GS1 keys as the standard prints them, own URIs where there are none."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownstock.base.errors import Refused
from ownstock.exchange.evidence.names import Naming, has_check_digit, naming

GS1 = naming("Bread & Sons", gs1_prefix="0614141")


def test_a_gtin_under_the_prefix_is_named_as_the_tag_data_standard_prints_it() -> None:
    """EPC Tag Data Standard: (01) 80614141123458 (21) 6789 is urn:epc:id:sgtin:0614141.812345.6789."""
    assert GS1.serial("80614141123458", "6789") == "urn:epc:id:sgtin:0614141.812345.6789"
    assert GS1.lot("80614141123458", "998877") == "urn:epc:class:lgtin:0614141.812345.998877"


def test_letters_that_a_urn_gives_a_meaning_are_quoted() -> None:
    assert GS1.lot("80614141123458", "A/B%") == "urn:epc:class:lgtin:0614141.812345.A%2FB%25"


@pytest.mark.parametrize(
    ("sku", "lot"),
    [
        ("80614141123459", "1"),  # a wrong check digit
        ("4012345678901", "1"),  # another company's
        ("CUP", "1"),
        ("80614141123458", "a lot with blanks"),
        ("80614141123458", "X" * 21),
    ],
)
def test_all_else_is_named_by_the_companys_own_address(sku: str, lot: str) -> None:
    assert GS1.lot(sku, lot).startswith("https://bread-sons.invalid/lot/")


@pytest.mark.parametrize("gtin", ["96385074", "036000291452", "4006381333931", "80614141123458"])
def test_published_gtins_have_their_check_digit(gtin: str) -> None:
    assert has_check_digit(gtin)
    assert not has_check_digit(gtin[:-1] + str((int(gtin[-1]) + 1) % 10))


@pytest.mark.parametrize(
    "wrong", [{"gs1_prefix": "12"}, {"gs1_prefix": "abcdefg"}, {"base": "bread"}, {"base": "ftp://x"}]
)
def test_a_prefix_or_an_address_that_is_none_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(Refused):
        naming("Bread & Sons", **wrong)


texts = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=30)


@given(texts, texts, texts, texts)
def test_different_lots_have_different_names_and_every_name_is_a_uri(sku: str, lot: str, sku2: str, lot2: str) -> None:
    names: Naming = naming("§")
    assert (names.lot(sku, lot) == names.lot(sku2, lot2)) == ((sku, lot) == (sku2, lot2))
    assert names.lot(sku, lot).isascii()
    assert urlsplit(names.lot(sku, lot)).netloc == "company.invalid"


def test_an_event_has_the_same_identity_wherever_it_is_told_and_another_in_every_line() -> None:
    assert GS1.event("note 17", 1) == naming("Bread & Sons").event("note 17", 1)
    assert GS1.event("note 17", 1) != GS1.event("note 17", 2)
