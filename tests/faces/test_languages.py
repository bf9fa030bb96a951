"""The pages in another language: words, figures and days, who chooses it, and what people may type."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.translation import override

from ownstock.web.proposal_asked import number_of
from ownstock.web.templatetags.figures import NOTHING, day, moment, number, percent, typed, units, words
from tests.web_cases import pending, planned_shop, read, signed_in

GERMAN = {"accept-language": "de-AT,de;q=0.9,en;q=0.5"}


@pytest.fixture
def client(db: None) -> Client:
    """Anna's browser, in a shop that was planned."""
    planned_shop()
    return signed_in()


def test_a_page_is_german_where_the_browser_asks_for_it(client: Client) -> None:
    page = client.get("/", headers=GERMAN)
    assert '<html lang="de">' in page.content.decode()
    assert "Vorschläge" in read(page).text
    assert "Proposals" not in read(page).text
    assert '<html lang="en-gb">' in client.get("/").content.decode()


def test_the_switch_keeps_the_page_and_the_choice_outlives_what_the_browser_asks_for(client: Client) -> None:
    address = "/orders?stage=draft"
    assert '<input type="hidden" name="next" value="/orders?stage=draft">' in client.get(address).content.decode()
    answer = client.post("/language", {"language": "de", "next": address})
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert "Bestellungen" in read(client.get(address, headers={"accept-language": "en"})).text
    client.post("/language", {"language": "en-gb", "next": address})
    assert "Orders" in read(client.get(address, headers=GERMAN)).text


def test_the_switch_goes_to_no_other_site(client: Client) -> None:
    answer = client.post("/language", {"language": "de", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_the_sign_in_and_a_page_that_is_not_there_are_german_too(db: None) -> None:
    outside = Client()
    assert "Anmelden" in read(outside.get("/sign-in", headers=GERMAN)).text
    assert "Nicht gefunden" in read(outside.get("/nowhere", headers=GERMAN)).text


def test_figures_and_days_are_written_as_the_language_writes_them() -> None:
    with override("de"):
        assert number(Decimal("-1234.5")) == "\u22121.234,50"
        assert (units(Decimal("1234.5")), percent(0.125)) == ("1.234,5", "12,5\u202f%")
        assert day(date(2026, 11, 29)) == "29.11.2026"
        assert words("part_received") == "teilweise erhalten"
    with override("en-gb"):
        assert (units(Decimal("1234.5")), day(date(2026, 11, 29))) == ("1,234.5", "29 Nov 2026")
        assert words("part_received") == "part received"
        assert moment(None) == NOTHING


@pytest.mark.parametrize(
    ("text", "german", "english"),
    [
        ("12,5", "12.5", None), ("12.5", "12.5", "12.5"), ("1.234,5", "1234.5", None), ("1,234.5", None, "1234.5"),
        ("1.234.567", "1234567", None), ("1.200", None, "1.200"), ("1 200", "1200", "1200"), ("-3", "-3", "-3"),
        ("zwölf", None, None), (",", None, None),
    ],
)  # fmt: skip
def test_a_quantity_is_read_as_its_language_writes_it_and_never_guessed(
    text: str, german: str | None, english: str | None
) -> None:
    for language, wanted in (("de", german), ("en-gb", english)):
        with override(language):
            assert number_of(text) == (wanted and Decimal(wanted)), language


def test_a_box_holds_what_its_language_can_read_again() -> None:
    for language in ("de", "en-gb"):
        with override(language):
            for quantity in (Decimal("1200"), Decimal("1200.5000"), Decimal("1.125"), Decimal("0.0001")):
                assert number_of(typed(quantity)) == quantity, language


def test_a_german_quantity_is_set_and_one_that_may_mean_two_is_refused_in_a_sentence(client: Client) -> None:
    client.post("/language", {"language": "de"})
    found = pending("CUP")
    address = f"/proposals/{found.pk}/quantity"
    refused = client.post(address, {"quantity": "1.200", "reason_code": "more_demand"})
    assert "„1.200“ ist keine eindeutige Zahl; schreiben Sie 1200 oder 1200,5." in read(refused).text
    client.post(address, {"quantity": "1.212,0", "reason_code": "more_demand", "version": ""})
    assert pending("CUP").quantity == Decimal(1212)
