"""Exports of other systems become what they mean here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ownstock.base.errors import Refused
from ownstock.base.presets import PRESETS
from ownstock.base.tables import Directions
from ownstock.catalog import imports as catalog
from ownstock.catalog.models import Item, Location, Supplier
from ownstock.ledger.imports import import_movements, import_on_hand
from ownstock.ledger.models import Movement, Posting
from ownstock.ledger.queries import on_hand
from tests.factories import ACTOR, small_business

pytestmark = pytest.mark.django_db
Write = Callable[[str], Path]
ODOO_MOVES = (
    '"Date","Reference","Product/Internal Reference","Lot/Serial Number","From","To","Quantity","Unit of Measure","Status"\n'
    '"2026-01-05 08:00:00","WH/IN/00001","CUP","","Partners/Vendors","WH/Stock","20.0","Units","Done"\n'
    '"2026-01-06 09:30:00","WH/OUT/00001","CUP","","WH/Stock","Partners/Customers","3.0","Units","Done"\n'
    '"2026-01-07 09:30:00","Product Quantity Updated","CUP","","Virtual Locations/Inventory adjustment","WH/Stock",'
    '"1.0","Units","Done"\n'
)
ERPNEXT_LEDGER = (
    "Item Code,Warehouse,Posting Date,Posting Time,Voucher Type,Voucher No,Actual Quantity,Incoming Rate\n"
    "CUP,Stores - A,2026-01-05,9:05:12.123456,Purchase Receipt,PR-1,20.0,2.5\n"
    "CUP,Stores - A,2026-01-06,10:00:00,Delivery Note,DN-1,-3.0,0\n"
    "CUP,Stores - A,2026-01-07,10:00:00,Delivery Note,DN-RET-1,1.0,2.5\n"
    "CUP,Stores - A,2026-01-08,10:00:00,Stock Entry,STE-1,-5.0,0\n"
    "CUP,Shelf - A,2026-01-08,10:00:00,Stock Entry,STE-1,5.0,2.5\n"
    "CUP,Stores - A,2026-01-09,10:00:00,Stock Entry,STE-2,-2.0,0\n"
)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "export.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def ends() -> list[tuple[str, str, str, Decimal]]:
    """Kind, source, target and quantity of every movement, in order."""
    rows = Movement.objects.order_by("moved_at").select_related("posting", "source", "target")
    return [(m.posting.kind, m.source.code, m.target.code, m.quantity.normalize()) for m in rows]


def test_shopifys_products_are_its_variants_and_its_images_are_no_items(write: Write) -> None:
    path = write(
        "Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Cost per item,Image Src\n"
        "shirt,T-Shirt,Acme,Size,S,TS-S,20.00,8.00,https://a\nshirt,,,,M,TS-M,20.00,8.00,\nshirt,,,,,,,,https://b\n"
        "mug,Mug,Acme,Title,Default Title,MUG,9.00,3.50,\n"
    )
    imported = catalog.import_items(path, actor=ACTOR, directions=Directions(preset="shopify"))
    items = dict(Item.objects.values_list("sku", "description"))
    assert items == {"TS-S": "T-Shirt S", "TS-M": "T-Shirt M", "MUG": "Mug"}
    assert "1 row says nothing of this kind and was left out." in imported.understood.sentences


def test_shopifys_inventory_opens_each_place_once(write: Write) -> None:
    small_business()
    text = (
        "Handle,Title,SKU,Location,Bin name,Incoming (not editable),On hand (current),On hand (new)\n"
        "cup,Cup,CUP,Shop,,0,12,\nplate,Plate,PLATE,Shop,,0,Not stocked,\n"
    )
    said = Directions(preset="shopify")
    first = import_on_hand(write(text), actor=ACTOR, directions=said)
    again = import_on_hand(write(text), actor=ACTOR, directions=said)
    assert (first.created, again.created, again.unchanged) == (1, 0, 1)
    assert (on_hand("CUP", "SHOP"), Posting.objects.get().key) == (12, "opening:SHOP")
    with pytest.raises(Refused, match="key opening:SHOP was already used"):
        import_on_hand(write(text.replace("12", "13")), actor=ACTOR, directions=said)


def test_odoos_moves_have_both_ends(write: Write) -> None:
    small_business()
    said = Directions(preset="odoo", places={"WH/Stock": "SHOP"}, time_zone="UTC")
    first = import_movements(write(ODOO_MOVES), actor=ACTOR, directions=said)
    again = import_movements(write(ODOO_MOVES), actor=ACTOR, directions=said)
    assert (first.created, again.created) == (3, 0)
    assert ends() == [
        ("receipt", "SUPPLIERS", "SHOP", 20), ("issue", "SHOP", "CUSTOMERS", 3), ("adjustment", "DIFFERENCES", "SHOP", 1),
    ]  # fmt: skip
    assert Posting.objects.filter(key="odoo:receipt:WH/IN/00001", reference="WH/IN/00001").exists()


def test_a_place_that_could_be_two_must_be_said(write: Write) -> None:
    small_business()
    Location.objects.create(code="WEB", name="Web customers", kind="customer")
    said = Directions(preset="odoo", time_zone="UTC")
    with pytest.raises(Refused) as refusal:
        import_movements(write(ODOO_MOVES), actor=ACTOR, directions=replace(said, places={"WH/Stock": "SHOP"}))
    assert refusal.value.facts["faults"][0]["value"] == "Partners/Customers"
    places = {"WH/Stock": "SHOP", "customer": "WEB"}
    assert import_movements(write(ODOO_MOVES), actor=ACTOR, directions=replace(said, places=places)).created == 3


def test_erpnexts_signed_quantities_find_their_other_ends(write: Write) -> None:
    business = small_business()
    Location.objects.create(code="SHELF", name="Shelf - A", kind="bin", parent=business.site, site=business.site)
    said = Directions(preset="erpnext", places={"Stores - A": "SHOP"}, time_zone="Europe/London")
    import_movements(write(ERPNEXT_LEDGER), actor=ACTOR, directions=said)
    assert ends() == [
        ("receipt", "SUPPLIERS", "SHOP", 20), ("issue", "SHOP", "CUSTOMERS", 3), ("return", "CUSTOMERS", "SHOP", 1),
        ("transfer", "SHOP", "SHELF", 5), ("adjustment", "SHOP", "DIFFERENCES", 2),
    ]  # fmt: skip
    assert Movement.objects.earliest("moved_at").moved_at == datetime(2026, 1, 5, 9, 5, 12, 123456, tzinfo=UTC)
    assert import_movements(write(ERPNEXT_LEDGER), actor=ACTOR, directions=said).created == 0


def test_netsuites_lines_need_their_dates_in_order(write: Write) -> None:
    small_business()
    text = (
        "Date,Type,Document Number,Item,Location,Quantity\n1/5/2026,Item Receipt,IR1,CUP,Shop,20\n"
        "1/6/2026,Item Fulfillment,IF1,CUP,Shop,-3\n1/7/2026,Inventory Adjustment,IA1,CUP,Shop,-1\n"
    )
    said = Directions(preset="netsuite", time_zone="America/New_York")
    with pytest.raises(Refused) as refusal:
        import_movements(write(text), actor=ACTOR, directions=said)
    assert "--dates mdy" in refusal.value.facts["faults"][0]["sentence"]
    import_movements(write(text), actor=ACTOR, directions=replace(said, dates="mdy"))
    assert [row[:3] for row in ends()] == [
        ("receipt", "SUPPLIERS", "SHOP"), ("issue", "SHOP", "CUSTOMERS"), ("adjustment", "SHOP", "DIFFERENCES"),
    ]  # fmt: skip


def test_suppliers_come_with_a_currency_that_is_said(write: Write) -> None:
    path = write("Reference,Name,Email,Phone\nV1,Acme,po@acme.example,1\n")
    catalog.import_suppliers(path, actor=ACTOR, directions=Directions(preset="odoo", values={"currency": "EUR"}))
    assert Supplier.objects.get().currency == "EUR"


def test_a_persons_word_counts_before_the_presets(write: Write) -> None:
    path = write("Internal Reference,Barcode,Name,Cost\nA,4006381333931,Cup,2.5\n")
    said = Directions(preset="odoo", headings={"Barcode": "sku"})
    catalog.import_items(path, actor=ACTOR, directions=said)
    assert Item.objects.get().sku == "4006381333931"


def test_plain_movements_need_neither_key_nor_kind_where_the_rest_says_it(write: Write) -> None:
    small_business()
    rows = ["IN 1,CUP,SUPPLIERS,SHOP,5", "IN 1,PLATE,SUPPLIERS,SHOP,5", "INV 1,CUP,SHOP,CUSTOMERS,2"]
    text = "\n".join(["reference,sku,source,target,quantity", *rows])
    assert import_movements(write(text), actor=ACTOR).created == 2
    assert set(Posting.objects.values_list("key", flat=True)) == {"receipt:IN 1", "issue:INV 1"}


def test_every_heading_of_a_preset_leads_to_a_field_of_its_import() -> None:
    from ownstock.ledger.reading import FIELDS, ON_HAND_FIELDS

    fields = {kind.plural: kind.fields for kind in (catalog.ITEMS, catalog.SUPPLIERS)}
    fields |= {"movements": FIELDS, "on-hand": ON_HAND_FIELDS}
    for system, shapes in PRESETS.items():
        for kind, shape in shapes.items():
            named = {*shape.headings, *shape.joined, *shape.constants}
            assert named <= {field.name for field in fields[kind]}, (system, kind)
