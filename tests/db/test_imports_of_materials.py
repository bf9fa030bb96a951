"""Imports of how items are kept: tracking, quarantine, valuation, other units, and until when lots may be used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ownstock.base.errors import Refused
from ownstock.base.tables import Directions
from ownstock.catalog import imports as catalog
from ownstock.catalog.models import Item, ItemUnit, Location, Supplier
from ownstock.journal.models import AuditEvent
from ownstock.ledger.actions import post
from ownstock.ledger.imports import import_movements, import_on_hand
from ownstock.ledger.lot_imports import import_lots
from ownstock.ledger.models import Balance, Lot
from ownstock.ledger.rules import Kind, Line, PostingRequest
from tests.factories import ACTOR, opening, small_business

pytestmark = pytest.mark.django_db
Bring = Callable[..., Any]


@pytest.fixture
def bring(tmp_path: Path) -> Bring:
    def bring(importer: Callable[..., Any], text: str, **said: Any) -> Any:
        path = tmp_path / "file.csv"
        path.write_text(text, encoding="utf-8")
        return importer(path, actor=ACTOR, **said)

    return bring


def refused(bring: Bring, importer: Callable[..., Any], text: str) -> list[str]:
    """What each row is refused for."""
    with pytest.raises(Refused) as refusal:
        bring(importer, text)
    found: Any = refusal.value.facts["faults"]
    return [f"{fault['row']} {fault['field']}: {fault['sentence']}" for fault in found]


def test_an_item_is_imported_with_how_it_is_kept(bring: Bring) -> None:
    text = "sku,description,unit_cost,tracking,receiving_status,valuation_method\nPILL,Pill,2,lot,quarantine,fifo\n"
    bring(catalog.import_items, text)
    assert Item.objects.values_list("tracking", "receiving_status", "valuation_method").get() == (
        "lot", "quarantine", "fifo",
    )  # fmt: skip


def test_what_a_file_has_no_column_for_stays_as_it_is(bring: Bring) -> None:
    small_business()
    Item.objects.filter(sku="CUP").update(tracking="lot", receiving_status="quarantine", unit="set")
    bring(catalog.import_items, "sku,description,unit_cost\nCUP,Cup,3\n")
    cup = Item.objects.get(sku="CUP")
    assert (cup.unit_cost, cup.tracking, cup.receiving_status, cup.unit) == (3, "lot", "quarantine", "set")
    bring(catalog.import_items, "sku,description,unit_cost,tracking\nCUP,Cup,3,\n")
    assert Item.objects.get(sku="CUP").tracking == "none"
    bring(catalog.import_suppliers, "code,name,currency\nALPHA,Alpha,EUR\n")
    assert Supplier.objects.get(code="ALPHA").email == "orders@alpha.example"


def test_locations_without_a_column_of_parents_stay_where_they_are(bring: Bring) -> None:
    small_business()
    bring(catalog.import_locations, "code,name,kind,parent\nBIN,Bin,bin,SHOP\n")
    bring(catalog.import_locations, "code,name,kind\nBIN,Bin by the door,bin\n")
    found = Location.objects.get(code="BIN")
    assert (found.name, found.parent and found.parent.code, found.site and found.site.code) == (
        "Bin by the door", "SHOP", "SHOP",
    )  # fmt: skip


def test_rules_by_which_goods_have_moved_are_not_changed(bring: Bring) -> None:
    small_business()
    opening("CUP", 10)
    head = "sku,description,unit_cost,tracking,valuation_method\n"
    assert refused(
        bring, catalog.import_items, f"{head}CUP,Cup,2.5,lot,moving_average\nPLATE,Plate,2.5,lot,fifo\n"
    ) == ["2 tracking: CUP is on hand without lots; adjust it out, change this, and bring it in by lot."]
    assert refused(bring, catalog.import_items, f"{head}CUP,Cup,2.5,serial,fifo\n") == [
        "2 valuation_method: CUP has moved; it stays moving_average.",
        "2 tracking: CUP has moved without serial numbers; give the pieces an item of their own.",
    ]
    bring(catalog.import_items, f"{head}PLATE,Plate,2.5,lot,fifo\n")
    assert Item.objects.get(sku="PLATE").tracking == "lot"


def test_an_item_whose_loose_goods_are_gone_may_be_kept_by_lot(bring: Bring) -> None:
    small_business()
    opening("CUP", 10)
    away = Line(sku="CUP", source="SHOP", target="DIFFERENCES", quantity=Decimal(10))
    post([PostingRequest("away", Kind.ADJUSTMENT, [away])], actor=ACTOR)
    bring(catalog.import_items, "sku,description,unit_cost,tracking\nCUP,Cup,2.5,lot\n")
    assert Item.objects.get(sku="CUP").tracking == "lot"


def test_units_are_exact_fractions_of_the_stock_unit(bring: Bring) -> None:
    small_business()
    text = "sku,unit,stock_units,per_units\nCUP,box,12,\nCUP,third,1,3\nCUP,half,1/2,\nPLATE,lb,45359237/100000000,1\n"
    first, again = bring(catalog.import_units, text), bring(catalog.import_units, text)
    assert (first.created, again.created, again.unchanged) == (4, 0, 4)
    found = ItemUnit.objects.order_by("unit").values_list("unit", "units_numerator", "units_denominator")
    assert list(found) == [("box", 12, 1), ("half", 1, 2), ("lb", 45_359_237, 100_000_000), ("third", 1, 3)]
    line = Line(sku="CUP", source="DIFFERENCES", target="SHOP", quantity=Decimal(2), unit="box")
    post([PostingRequest("boxes", Kind.ADJUSTMENT, [line])], actor=ACTOR)
    assert Balance.objects.get(item__sku="CUP").on_hand == Decimal(24)


def test_files_of_goods_are_read_in_any_unit_of_their_items(bring: Bring) -> None:
    small_business()
    bring(catalog.import_units, "sku,unit,stock_units\nCUP,box,12\nCUP,third,1/3\n")
    bring(import_on_hand, "Artikel;Lagerort;Menge;Einheit\nCUP;SHOP;2,5;box\n")
    assert Balance.objects.get(item__sku="CUP").on_hand == Decimal(30)
    moves = "posting_key,sku,source,target,quantity,unit\na,CUP,SHOP,CUSTOMERS,1,box\na,CUP,SHOP,CUSTOMERS,3,third\n"
    first, again = (
        bring(import_movements, moves + "b,CUP,SHOP,CUSTOMERS,4,\nc,CUP,SHOP,CUSTOMERS,1,each\n") for _ in "12"
    )
    assert (first.created, again.created, again.unchanged) == (3, 0, 3)
    assert Balance.objects.get(item__sku="CUP").on_hand == Decimal(30 - 12 - 1 - 4 - 1)
    signed = "kind,reference,sku,location,quantity,unit\nissue,X,CUP,SHOP,-1,box\n"
    bring(import_movements, signed)
    assert Balance.objects.get(item__sku="CUP").on_hand == 0


def test_a_quantity_in_a_unit_that_is_none_of_the_items_or_not_exact_is_refused_by_row(bring: Bring) -> None:
    small_business()
    opening("CUP", 10)
    bring(catalog.import_units, "sku,unit,stock_units\nCUP,third,1/3\nCUP,ship,99999999\n")
    head = "posting_key,sku,source,target,quantity,unit\n"
    text = f"{head}a,CUP,SHOP,CUSTOMERS,1,third\nb,CUP,SHOP,CUSTOMERS,1,Box\nc,PLATE,SHOP,CUSTOMERS,3,third\n"
    text += "d,CUP,SHOP,CUSTOMERS,9999999,ship\ne,CUP,SHOP,CUSTOMERS,many,third\nf,MUG,SHOP,CUSTOMERS,1,third\n"
    assert refused(bring, import_movements, text) == [
        "2 quantity: 1 third is no exact number of stock units to four decimals.",
        "3 unit: 'Box' is no unit of the item; import it first (`ownstock import units`).",
        "4 unit: 'third' is no unit of the item; import it first (`ownstock import units`).",
        "5 quantity: 9999999 ship must be below 10,000,000,000,000 stock units.",
        "6 quantity: 'many' must be a number such as 12.50, with at most four decimals.",
        "7 sku: 'MUG' is no item of the catalogue; import it first.",
    ]
    assert Balance.objects.get(item__sku="CUP").on_hand == 10


def test_a_unit_with_a_decimal_comma_is_read_by_its_column(bring: Bring) -> None:
    small_business()
    bring(catalog.import_units, "Artikel;Einheit;Umrechnungsfaktor\nCUP;Halbe;0,5\nPLATE;Karton;12\n")
    found = ItemUnit.objects.values_list("unit", "units_numerator", "units_denominator").order_by("unit")
    assert list(found) == [("Halbe", 1, 2), ("Karton", 12, 1)]


def test_every_fault_of_units_is_named(bring: Bring) -> None:
    small_business()
    text = "sku,unit,stock_units\nCUP,each,12\nNONE,box,12\nCUP,box,0\nCUP,crate,many\nCUP,crate,1/0\nCUP,tun,99999999999\n"
    must_be = "must be a number above zero: 12, 0.5 or 1/3."
    assert refused(bring, catalog.import_units, text) == [
        "2 unit: 'each' is the stock unit of CUP; name other units alone.",
        "3 sku: there is no item 'NONE'; import it first.",
        f"4 stock_units: '0' {must_be}",
        f"5 stock_units: 'many' {must_be}",
        f"6 stock_units: '1/0' {must_be}",
        "6 sku: 'CUP' 'crate' stands in an earlier row too.",
        f"7 stock_units: '99999999999' {must_be}",
    ]
    assert not ItemUnit.objects.exists()


def test_a_unit_too_fine_to_be_kept_is_refused(bring: Bring) -> None:
    small_business()
    assert refused(bring, catalog.import_units, "sku,unit,stock_units,per_units\nCUP,dust,1/2000000000,3\n") == [
        "2 stock_units: 1/6000000000 has a part above 2,147,483,647."
    ]


def test_lots_are_made_with_their_days(bring: Bring) -> None:
    small_business()
    text = "sku,lot,expires_on,retest_on\nCUP,L1,2026-12-31,\nCUP,L2,2027-05-31,2027-03-01\nCUP,L1,2026-12-31,\n"
    first, again = bring(import_lots, text), bring(import_lots, text)
    assert (first.created, again.created, again.unchanged) == (2, 0, 2)
    assert Lot.objects.get(code="L2").retest_on == date(2027, 3, 1)
    assert AuditEvent.objects.filter(verb="ledger.lot_described").count() == 2


def test_what_was_said_of_a_lot_is_changed_with_a_reason_alone(bring: Bring) -> None:
    small_business()
    bring(import_lots, "sku,lot,expires_on,retest_on\nCUP,L1,2026-12-31,2026-10-01\n")
    later = "sku,lot,expires_on\nCUP,L1,2027-12-31\n"
    assert refused(bring, import_lots, later) == [
        "2 reason: 'L1' has other days already; say why they change, in a column reason or by --set reason=…"
    ]
    bring(import_lots, later, directions=Directions(values={"reason": "assay repeated"}))
    lot = Lot.objects.get(code="L1")
    assert (lot.expires_on, lot.retest_on) == (date(2027, 12, 31), date(2026, 10, 1))
    event = AuditEvent.objects.filter(verb="ledger.lot_described").latest("id")
    assert (event.reason, event.old["expires_on"], event.new["expires_on"]) == (
        "assay repeated", "2026-12-31", "2027-12-31",
    )  # fmt: skip


def test_a_dry_run_and_a_file_at_fault_make_no_lot(bring: Bring) -> None:
    small_business()
    bring(import_lots, "sku,lot,expires_on\nCUP,L1,2026-12-31\n", dry_run=True)
    text = "sku,lot,expires_on\nCUP,L1,2026-12-31\nCUP,L1,2027-12-31\nNONE,L2,2026-12-31\nCUP,L3,2026-02-30\nCUP,,\n"
    assert refused(bring, import_lots, text) == [
        "3 lot: 'L1' has other days in an earlier row.",
        "4 sku: there is no item 'NONE'; import it first.",
        "5 expires_on: '2026-02-30' must be a day such as 2026-03-31.",
        "6 lot: A value is needed.",
    ]
    assert not Lot.objects.exists()
