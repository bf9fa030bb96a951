"""Price lists from files: new prices begin on their day, every change is told, and nothing else moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog import actions, queries
from ownstock.catalog.imports import Imported, import_price_lists, import_supply_terms
from ownstock.catalog.models import ItemUnit, PriceBreak, SupplyTerm
from ownstock.journal.models import Alert, AuditEvent
from tests.factories import ACTOR, TODAY, Business, small_business

pytestmark = pytest.mark.django_db
APRIL = date(2026, 4, 1)
HEADINGS = "supplier,sku,from_quantity,price,currency,valid_from"


@pytest.fixture
def business() -> Business:
    return small_business()


def bring(
    folder: Path, rows: Sequence[str], *, headings: str = HEADINGS, dry_run: bool = False, name: str = "prices.csv"
) -> Imported:
    path = folder / name
    path.write_text("\n".join([headings, *rows]), encoding="utf-8")
    return import_price_lists(path, actor=ACTOR, dry_run=dry_run)


def faults(folder: Path, rows: Sequence[str], *, headings: str = HEADINGS) -> list[tuple[int, str]]:
    with pytest.raises(Refused) as refused:
        bring(folder, rows, headings=headings)
    told = refused.value.facts["faults"]
    assert not PriceBreak.objects.exists()
    return [(fault["row"], fault["field"]) for fault in told]  # type: ignore[attr-defined]


def price(quantity: int = 1, on: date = APRIL, sku: str = "CUP") -> Decimal:
    term = SupplyTerm.objects.get(item__sku=sku)
    return queries.prices_at([(term, Decimal(quantity))], on=on)[0]


def test_new_prices_begin_on_their_day(business: Business, tmp_path: Path) -> None:
    found = bring(tmp_path, ["ALPHA,CUP,1,2.60,EUR,2026-04-01", "ALPHA,CUP,100,2.20,EUR,2026-04-01"])
    assert (found.rows, found.created) == (2, 2)
    assert (price(1, TODAY), price(100, TODAY)) == (Decimal("2.40"), Decimal("2.40"))
    assert (price(1), price(99), price(100)) == (Decimal("2.60"), Decimal("2.60"), Decimal("2.20"))


def test_a_quantity_that_is_no_number_is_named(business: Business, tmp_path: Path) -> None:
    assert faults(tmp_path, ["ALPHA,CUP,x,2.60,EUR,2026-04-01"]) == [(2, "from_quantity")]


def test_what_changes_is_told_old_and_new(business: Business, tmp_path: Path) -> None:
    found = bring(tmp_path, ["ALPHA,CUP,1,2.60,EUR,2026-04-01", "ALPHA,CUP,100,2.20,EUR,2026-04-01"], dry_run=True)
    assert found.understood.sentences[-3:] == (
        "2 prices change: 1 rise, 1 fall.",
        "CUP from 1: 2.40 → 2.60 (+8.33 %) on 2026-04-01.",
        "CUP from 100: 2.40 → 2.20 (-8.33 %) on 2026-04-01.",
    )
    assert not PriceBreak.objects.exists()


def test_the_same_file_again_changes_nothing(business: Business, tmp_path: Path) -> None:
    rows = ["ALPHA,CUP,1,2.60,EUR,2026-04-01"]
    bring(tmp_path, rows)
    again = bring(tmp_path, rows)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)
    assert again.understood.sentences[-1] == "No price changes."


def test_a_corrected_price_tells_the_journal_old_and_new(business: Business, tmp_path: Path) -> None:
    bring(tmp_path, ["ALPHA,CUP,1,2.60,EUR,2026-04-01"])
    found = bring(tmp_path, ["ALPHA,CUP,1,2.55,EUR,2026-04-01"])
    assert found.updated == 1
    event = AuditEvent.objects.filter(verb="catalog.changed").latest("id")
    assert (event.old, event.new) == ({"price": "2.6000"}, {"price": "2.5500"})


def test_a_newer_list_without_breaks_replaces_the_older_ones(business: Business, tmp_path: Path) -> None:
    bring(tmp_path, ["ALPHA,CUP,1,2.60,EUR,2026-04-01", "ALPHA,CUP,100,2.20,EUR,2026-04-01"])
    bring(tmp_path, ["ALPHA,CUP,1,2.50,EUR,2026-05-01"])
    assert price(100, date(2026, 5, 1)) == Decimal("2.50")


def test_prices_of_boxes_and_of_hundreds_become_prices_of_pieces(business: Business, tmp_path: Path) -> None:
    cup = business.items[0]
    ItemUnit.objects.create(item=cup, unit="box", units_numerator=12)
    headings = "supplier,sku,unit,per,from_quantity,price,currency,valid_from"
    bring(
        tmp_path,
        ["ALPHA,CUP,each,100,1,240.50,EUR,2026-04-01", "ALPHA,CUP,box,1,5,24.00,EUR,2026-04-01"],
        headings=headings,
    )
    assert price(1) == Decimal("2.405")
    assert price(60) == Decimal("2.00")
    assert price(59) == Decimal("2.405")


def test_a_price_whose_unit_could_be_two_is_refused(business: Business, tmp_path: Path) -> None:
    SupplyTerm.objects.filter(item__sku="CUP").update(purchase_unit="box", units_numerator=12)
    assert faults(tmp_path, ["ALPHA,CUP,1,24,EUR,2026-04-01"]) == [(2, "unit")]
    headings = "supplier,sku,unit,from_quantity,price,currency,valid_from"
    bring(tmp_path, ["ALPHA,CUP,box,1,24,EUR,2026-04-01"], headings=headings)
    assert price(12) == Decimal("2.00")


def test_items_are_known_by_the_suppliers_own_code(business: Business, tmp_path: Path) -> None:
    headings = "Lieferant,Lieferantenartikelnummer,Ab Menge,Preis,Währung,Gültig ab"
    bring(tmp_path, ["ALPHA,CUP-S,1,2.60,EUR,01.04.2026", "ALPHA,CUP-S,20,2.50,EUR,30.04.2026"], headings=headings)
    assert price(1) == Decimal("2.60")


@pytest.mark.parametrize(
    ("headings", "row", "column"),
    [
        (HEADINGS, "NOBODY,CUP,1,2.60,EUR,2026-04-01", "supplier"),
        (HEADINGS, "ALPHA,NONE,1,2.60,EUR,2026-04-01", "sku"),
        (HEADINGS, "ALPHA,PLATE,1,2.60,EUR,2026-04-01", "sku"),
        (HEADINGS, "ALPHA,CUP,1,2.60,USD,2026-04-01", "currency"),
        (HEADINGS, "ALPHA,CUP,1,2.60,EUR,2019-04-01", "valid_from"),
        (HEADINGS, "ALPHA,CUP,1,-1,EUR,2026-04-01", "price"),
        (HEADINGS.replace("sku", "supplier_sku"), "ALPHA,X,1,2.60,EUR,2026-04-01", "supplier_sku"),
        ("supplier,sku,per,price,currency,valid_from", "ALPHA,CUP,0,2.60,EUR,2026-04-01", "per"),
        ("supplier,sku,unit,price,currency,valid_from", "ALPHA,CUP,ton,2.60,EUR,2026-04-01", "unit"),
    ],
)
def test_a_row_at_fault_is_named_and_nothing_is_written(
    business: Business, tmp_path: Path, headings: str, row: str, column: str
) -> None:
    good = "ALPHA,CUP,7,2.60,EUR,2026-04-01"
    rows = [good, row] if headings == HEADINGS else [row]
    assert faults(tmp_path, rows, headings=headings) == [(1 + len(rows), column)]


def test_two_rows_for_one_price_are_refused(business: Business, tmp_path: Path) -> None:
    headings = "supplier,sku,supplier_sku,price,currency,valid_from"
    rows = ["ALPHA,CUP,,2.60,EUR,2026-04-01", "ALPHA,,CUP-S,2.70,EUR,2026-04-01"]
    assert faults(tmp_path, rows, headings=headings) == [(3, "price")]


def test_people_are_alerted_of_changes_beyond_the_agreement(business: Business, tmp_path: Path) -> None:
    terms = {"valid_from": date(2026, 1, 1), "price_tolerance_percent": 3}
    actions.keep_agreement("ALPHA", "F", terms, actor=ACTOR)
    bring(tmp_path, ["ALPHA,CUP,1,2.45,EUR,2026-04-01"])
    assert not Alert.objects.exists()
    bring(tmp_path, ["ALPHA,CUP,1,2.90,EUR,2026-05-01"])
    alert = Alert.objects.get(key="price_change:ALPHA")
    assert "CUP from 1: 2.45 → 2.90 (+18.37 %)" in alert.sentence
    bring(tmp_path, ["ALPHA,CUP,1,2.95,EUR,2026-06-01"])
    alert.refresh_from_db()
    assert alert.cleared_at is not None


TERMS = "supplier,sku,price,currency,lead_time_days,valid_from"


def follow(folder: Path, *rows: str, dry_run: bool = False) -> Imported:
    path = folder / "terms.csv"
    path.write_text("\n".join([TERMS, *rows]), encoding="utf-8")
    return import_supply_terms(path, actor=ACTOR, dry_run=dry_run)


def price_of_newest(quantity: int) -> Decimal:
    term = SupplyTerm.objects.filter(item__sku="CUP").latest("valid_from")
    return queries.prices_at([(term, Decimal(quantity))], on=date(2026, 7, 1))[0]


@pytest.fixture
def broken_prices(business: Business, tmp_path: Path) -> None:
    """CUP at 2.40, from 100 on at 2.20."""
    bring(tmp_path, ["ALPHA,CUP,100,2.20,EUR,2026-04-01"])


def test_price_breaks_go_on_with_new_terms_of_the_same_price(broken_prices: None, tmp_path: Path) -> None:
    row = "ALPHA,CUP,2.40,EUR,21,2026-06-01"
    assert "Price breaks go on" in follow(tmp_path, row, dry_run=True).understood.sentences[-1]
    assert PriceBreak.objects.count() == 1
    follow(tmp_path, row)
    assert (price_of_newest(99), price_of_newest(100)) == (Decimal("2.40"), Decimal("2.20"))
    assert AuditEvent.objects.filter(verb="catalog.price_breaks_carried").count() == 1
    assert follow(tmp_path, row).unchanged == 1
    assert PriceBreak.objects.count() == 2


def test_price_breaks_end_with_new_terms_of_another_price_and_that_is_told(broken_prices: None, tmp_path: Path) -> None:
    sentence = follow(tmp_path, "ALPHA,CUP,2.50,EUR,14,2026-06-01").understood.sentences[-1]
    assert sentence.startswith(
        "Price breaks end with the first day of the new supply terms, whose price is another: CUP."
    )
    assert price_of_newest(100) == Decimal("2.50")


def test_price_breaks_that_ended_before_are_nobodys_to_carry(broken_prices: None, tmp_path: Path) -> None:
    PriceBreak.objects.update(valid_to=date(2026, 5, 31))
    found = follow(tmp_path, "ALPHA,CUP,2.40,EUR,14,2026-06-01")
    assert not [told for told in found.understood.sentences if told.startswith("Price breaks")]
    assert PriceBreak.objects.count() == 1
