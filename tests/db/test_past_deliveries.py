"""What suppliers delivered before is brought from another system, tells lead times on the first day, and is taken back."""

from __future__ import annotations

import csv
import gzip
import io
import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from ownstock.base.errors import Refused
from ownstock.base.tables import Directions
from ownstock.catalog.models import Item, Location, Supplier
from ownstock.ledger.actions import undo_import
from ownstock.planning.inputs.read_inputs import planning_inputs
from ownstock.planning.inputs.receipts import deliveries_told
from ownstock.purchasing.models import PastDelivery
from ownstock.purchasing.past_imports import ImportedDeliveries, import_past_deliveries
from ownstock.purchasing.rules.past_days import read_days, unscrambled
from tests.factories import ACTOR, TODAY, small_business

pytestmark = pytest.mark.django_db
HEADING = "supplier,order_number,sku,site,ordered_on,promised_on,received_on,quantity"
SCMS = Path(os.environ.get("OWNSTOCK_SHARED", "../shared")) / "data/scms_deliveries/deliveries_to_2011.csv.gz"
SCMS_HEADINGS = {
    "Vendor": "supplier", "PO / SO #": "order_number", "Item Description": "sku", "Country": "site",
    "PO Sent to Vendor Date": "ordered_on", "Scheduled Delivery Date": "promised_on",
    "Delivered to Client Date": "received_on", "Line Item Quantity": "quantity", "ASN/DN #": "shipment",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _business() -> None:
    small_business(skus=["CUP"], lead_time_days=14)


def written(folder: Path, *rows: str) -> Path:
    path = folder / "deliveries.csv"
    path.write_text("\n".join([HEADING, *rows]) + "\n")
    return path


def late(number: int, days_late: int) -> str:
    ordered = TODAY - timedelta(days=60 + 6 * number)
    promised = ordered + timedelta(days=14)
    return f"ALPHA,P{number},CUP,SHOP,{ordered},{promised},{promised + timedelta(days=days_late)},5"


def test_lead_times_are_known_on_the_first_day(tmp_path: Path) -> None:
    import_past_deliveries(written(tmp_path, *(late(n, 10) for n in range(20))), actor=ACTOR)
    assert planning_inputs(TODAY).supply["lead_time_days"].to_list() == [24]


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    file = written(tmp_path, late(1, 0), late(1, 0), late(2, 3))
    first = import_past_deliveries(file, actor=ACTOR)
    again = import_past_deliveries(file, actor=ACTOR)
    assert (first.created, again.created, again.unchanged) == (3, 0, 3)
    assert PastDelivery.objects.count() == 3


def test_what_was_taken_back_tells_nothing_and_may_come_again(tmp_path: Path) -> None:
    file = written(tmp_path, *(late(n, 10) for n in range(20)))
    imported = import_past_deliveries(file, actor=ACTOR)
    assert imported.file is not None
    undo_import(imported.file, reason="wrong file", actor=ACTOR)
    assert planning_inputs(TODAY).supply["lead_time_days"].to_list() == [14]
    assert import_past_deliveries(file, actor=ACTOR).created == 20
    assert planning_inputs(TODAY).supply["lead_time_days"].to_list() == [24]


def test_every_fault_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    rows = [
        late(1, 0), "NOBODY,P2,CUP,SHOP,2025-01-02,2025-01-16,2025-01-16,5",
        "ALPHA,P3,CUP,SHOP,Date Not Captured,2025-01-16,2025-01-16,5",
        "ALPHA,P4,CUP,SHOP,2025-01-02,2025-01-16,2025-01-01,0",
    ]  # fmt: skip
    with pytest.raises(Refused) as refused:
        import_past_deliveries(written(tmp_path, *rows), actor=ACTOR)
    faults: Any = refused.value.facts["faults"]
    told = [(fault["row"], fault["field"]) for fault in faults]
    assert told == [(3, "supplier"), (4, "ordered_on"), (5, "received_on"), (5, "quantity")]
    assert not PastDelivery.objects.exists()


def test_rows_at_fault_are_left_out_by_reason_where_a_person_says_so(tmp_path: Path) -> None:
    rows = [late(1, 0), "ALPHA,P3,CUP,SHOP,Date Not Captured,2025-01-16,2025-01-16,5"]
    imported = import_past_deliveries(written(tmp_path, *rows), actor=ACTOR, leaves_out=True)
    assert (imported.rows, imported.created) == (2, 1)
    assert imported.left_out == {"ordered_on: no day that can be read": 1}


def test_rows_without_what_is_needed_are_left_out_too(tmp_path: Path) -> None:
    rows = [late(1, 0), *(late(n, 0).rpartition(",")[0] + ",many" for n in range(2, 300))]
    imported = import_past_deliveries(written(tmp_path, *rows), actor=ACTOR, leaves_out=True)
    assert (imported.created, imported.left_out) == (1, {"quantity: missing or not readable": 298})


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    assert import_past_deliveries(written(tmp_path, late(1, 0)), actor=ACTOR, dry_run=True).created == 1
    assert not PastDelivery.objects.exists()


def test_a_past_delivery_is_never_changed(tmp_path: Path) -> None:
    import_past_deliveries(written(tmp_path, late(1, 0)), actor=ACTOR)
    for change in (lambda: PastDelivery.objects.update(quantity=1), lambda: PastDelivery.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_days_are_read_as_people_write_them() -> None:
    texts = ["2-Jun-06", "14-November-2006", "3/19/10", "11/13/06", "2010-03-31", "31.03.2010", "Date Not Captured", ""]
    days, order = read_days(texts)
    found = [days[text] for text in texts]
    assert found == [
        date(2006, 6, 2), date(2006, 11, 14), date(2010, 3, 19), date(2006, 11, 13), date(2010, 3, 31),
        date(2010, 3, 31), None, None,
    ]  # fmt: skip
    assert order == "mdy"


def test_a_day_that_can_be_two_is_none_until_the_order_is_said() -> None:
    assert read_days(["01/02/10"])[0] == {"01/02/10": None}
    assert read_days(["01/02/10"], "dmy")[0] == {"01/02/10": date(2010, 2, 1)}


def test_text_that_was_encoded_twice_is_read_as_meant() -> None:
    assert [unscrambled(text) for text in ("C\u00c3\u00b4te d'Ivoire", "Côte d'Ivoire", "Haiti")] == [
        "Côte d'Ivoire", "Côte d'Ivoire", "Haiti",
    ]  # fmt: skip


@pytest.fixture
def scms(tmp_path: Path) -> Path:
    """The real file, and its suppliers, items and sites in the catalogue."""
    path = tmp_path / "scms.csv"
    path.write_bytes(gzip.decompress(SCMS.read_bytes()))
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig", errors="replace"))))
    names = {heading: sorted({row[heading] for row in rows}) for heading in ("Vendor", "Item Description", "Country")}
    suppliers = [Supplier(code=f"V{n}", name=unscrambled(v), currency="USD") for n, v in enumerate(names["Vendor"])]
    Supplier.objects.bulk_create(suppliers)
    items = [
        Item(sku=f"I{n}", description=unscrambled(d), unit_cost=1) for n, d in enumerate(names["Item Description"])
    ]
    Item.objects.bulk_create(items)
    for number, name in enumerate(names["Country"]):
        Location.objects.create(code=f"C{number}", name=unscrambled(name), kind="site", time_zone="UTC")
    return path


def brought(path: Path) -> ImportedDeliveries:
    directions = Directions(headings=SCMS_HEADINGS, ignored=["*"])
    return import_past_deliveries(path, actor=ACTOR, directions=directions, leaves_out=True)


@pytest.mark.skipif(not SCMS.exists(), reason="the file of real deliveries is not here")
def test_a_real_messy_file_is_brought_in_and_what_was_left_out_is_told(scms: Path) -> None:
    imported = brought(scms)
    assert imported.rows == 5_261
    assert imported.left_out == {
        "ordered_on: no day that can be read": 3_263,
        "received before it was ordered": 2,
    }
    assert imported.created == 5_261 - 3_265
    assert brought(scms).created == 0
    assert deliveries_told(date(2010, 1, 4))["received_on"].is_not_null().sum() > 500
