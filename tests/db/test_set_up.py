"""A company set up from raw files: what they say is kept, what they lack is assumed and told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, ItemSite, SupplyTerm
from ownstock.exchange.models import AssumedValue, SetUp, UploadedFile
from ownstock.exchange.set_up import actions, files, running
from ownstock.exchange.set_up import health as health_of_data
from ownstock.exchange.set_up.counting import keep_health
from ownstock.exchange.set_up.health import health, health_now
from ownstock.exchange.set_up.rules import FileState, SetUpState
from ownstock.ledger.queries import on_hand
from ownstock.planning.models import Proposal
from tests.factories import small_business
from tests.raw_files import RawFiles, write

ACTOR = "user:anna"
pytestmark = pytest.mark.usefixtures("uploads")


@pytest.fixture
def uploads(committed_db: object, tmp_path: Path, settings: object) -> None:
    """Files that are brought lie in a folder of the test's own."""
    settings.UPLOADS_FOLDER = tmp_path / "uploads"  # type: ignore[attr-defined]


def begun() -> SetUp:
    return actions.begin("Muster GmbH", "EUR", "Hauptlager", "Europe/Berlin", actor=ACTOR)


def brought(set_up: SetUp, path: Path) -> UploadedFile:
    return actions.bring(set_up, path.name, path.stat().st_size, [path.read_bytes()])


def text(set_up: SetUp, name: str, content: str) -> UploadedFile:
    return actions.bring(set_up, name, len(content.encode()), [content.encode()])


def all_brought(tmp_path: Path, **how: object) -> tuple[SetUp, RawFiles]:
    raw, set_up = write(tmp_path / "raw", items=5, **how), begun()  # type: ignore[arg-type]
    for path in (raw.sales, raw.items, raw.stock):
        file = brought(set_up, path)
        if file.state == FileState.AT_FAULT:
            actions.leave_out(file)
        assert file.state == FileState.READY, (file.name, file.file_kind, file.faults[:3], file.said)
    return set_up, raw


def test_raw_files_become_a_company_with_the_stock_they_tell(tmp_path: Path) -> None:
    set_up, raw = all_brought(tmp_path, seed=4, dialect="fr")
    actions.start(set_up, actor=ACTOR)
    running.run()
    set_up.refresh_from_db()
    assert (set_up.state, set_up.problem) == (SetUpState.DONE, "")
    assert {sku: on_hand(sku, "HAUPTLAGER") for sku in raw.skus} == raw.on_hand
    assert ItemSite.objects.count() == SupplyTerm.objects.count() == len(raw.skus)
    assert Proposal.objects.exists()
    assert not files.folder_of(set_up.pk).exists()
    found = {finding.code: finding for finding in health_now().findings}
    lead = [finding for code, finding in found.items() if code.startswith("assumed:supply_term.lead_time_days")]
    assert sum(finding.count for finding in lead) == 2
    assert "median" in lead[0].code
    assert found["assumed_openings"].count == len(raw.skus)


@pytest.mark.parametrize("dialect", ["de", "fr", "us"])
def test_raw_files_of_several_countries_are_understood_from_their_headings(tmp_path: Path, dialect: str) -> None:
    set_up, _ = all_brought(tmp_path, seed=5, dialect=dialect)
    assert [file.file_kind for file in set_up.files.order_by("id")] == ["sales", "items", "on-hand"]


def planned(set_up: SetUp) -> None:
    actions.start(set_up, actor=ACTOR)
    running.run()
    set_up.refresh_from_db()
    assert (set_up.state, set_up.problem) == (SetUpState.DONE, "")


def assumed(field: str) -> dict[str, int]:
    return {f.code.rpartition(":")[2]: f.count for f in health_now().findings if f.code.startswith(f"assumed:{field}:")}


ITEMS = "Item;Name;Vendor;Cost;Lead time\nCUP;Cup;Alpha;2,50;10\nPLATE;Plate;Alpha;;\nBOWL;Bowl;;4,00;\n"
STOCK = "Item;On hand\nCUP;5\nPLATE;7\n"
SALES = "Item;Qty;Date;Unit price\nCUP;3;2026-03-02;4,00\nPLATE;2;2026-03-13;9,90\nJUG;1;2026-03-14;8,00\n"


def test_what_is_missing_is_assumed_marked_and_mended_by_a_later_file() -> None:
    set_up = begun()
    for name, content in (("items.csv", ITEMS), ("stock.csv", STOCK), ("sales.csv", SALES)):
        file = text(set_up, name, content)
        assert file.state == FileState.READY, (name, file.file_kind, file.faults)
    planned(set_up)
    assert (on_hand("CUP", "HAUPTLAGER"), on_hand("PLATE", "HAUPTLAGER"), on_hand("JUG", "HAUPTLAGER")) == (5, 7, 0)
    assert assumed("item.unit_cost") == {"median": 2}
    assert assumed("item.description") == {"sku": 1}
    assert assumed("supply_term.lead_time_days") == {"supplier_median": 1, "median": 2}
    assert assumed("supply_term.supplier") == {"not_named": 2}
    assert assumed("item_site.shortage_cost") == {"sale_price": 3}
    again = begun()
    mended = text(again, "mended.csv", "Item;Vendor;Lead time;Cost\nBOWL;Beta;30;4,00\nPLATE;Alpha;12;3,00\n")
    assert mended.state == FileState.READY, mended.faults
    planned(again)
    assert Item.objects.get(sku="PLATE").description == "Plate"
    assert (Item.objects.get(sku="PLATE").unit_cost, Item.objects.get(sku="CUP").unit_cost) == (
        Decimal(3),
        Decimal("2.5"),
    )
    assert assumed("item.unit_cost") == {"median": 1}
    assert assumed("supply_term.lead_time_days") == {"median": 2}
    term = SupplyTerm.objects.get(item__sku="PLATE", supplier__code="Alpha")
    assert (term.lead_time_days, SupplyTerm.objects.filter(item__sku="PLATE").count()) == (12, 1)
    by_priority = (
        SupplyTerm.objects.filter(item__sku="BOWL").order_by("priority").values_list("supplier__code", flat=True)
    )
    assert list(by_priority) == ["Beta", "NOT-NAMED"]


def test_what_a_file_does_not_prove_is_asked_and_nothing_is_written_before() -> None:
    set_up = begun()
    file = text(set_up, "items.csv", 'Item,Name,Cost\nCUP,Cup,"1.250"\n')
    assert (file.file_kind, file.state) == ("items", FileState.AT_FAULT)
    assert files.open_questions(file).numbers
    assert not files.may_leave_out(file)
    with pytest.raises(Refused, match="not ready yet"):
        actions.start(set_up, actor=ACTOR)
    actions.say_how(file, file.mapping, {"numbers": "point"})
    assert file.state == FileState.READY
    planned(set_up)
    assert Item.objects.get().unit_cost == Decimal("1.25")


def test_a_place_that_is_no_site_is_asked_for() -> None:
    set_up = begun()
    text(set_up, "items.csv", ITEMS)
    file = text(set_up, "stock.csv", "Item;Warehouse;On hand\nCUP;North;5\n")
    assert (file.state, file.said["places_asked"]) == (FileState.ASKING, ["North"])
    actions.say_how(file, file.mapping, {"places": {"North": set_up.site_code}})
    assert file.state == FileState.READY
    planned(set_up)
    assert on_hand("CUP", set_up.site_code) == 5


def test_what_an_import_refuses_stops_the_set_up_with_the_row_of_the_file() -> None:
    set_up = begun()
    text(set_up, "items.csv", "Item;Name;EAN\nCUP;Cup;4006381333931\nPLATE;Plate;4006381333931\n")
    actions.start(set_up, actor=ACTOR)
    running.run()
    set_up.refresh_from_db()
    assert set_up.state == SetUpState.STOPPED
    [fault] = set_up.files.get().faults
    assert (fault["row"], fault["field"]) == (3, "gtin")
    assert not Item.objects.exists()
    actions.take_away(set_up.files.get())
    text(set_up, "items.csv", ITEMS)
    planned(set_up)


def test_a_run_that_is_done_again_changes_nothing() -> None:
    set_up = begun()
    for name, content in (("items.csv", ITEMS), ("stock.csv", STOCK), ("sales.csv", SALES)):
        text(set_up, name, content)
    actions.start(set_up, actor=ACTOR)
    running._Work(set_up)._items()
    running._Work(set_up)._supply()
    before = set(AssumedValue.objects.values_list("field", "value", "basis"))
    running.run()
    set_up.refresh_from_db()
    assert set_up.state == SetUpState.DONE
    assert before <= set(AssumedValue.objects.values_list("field", "value", "basis"))
    assert (Item.objects.count(), SupplyTerm.objects.count()) == (4, 4)


def test_a_large_company_is_told_what_was_counted_last_and_when(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_of_data, "FEW_MOVEMENTS", "SELECT false")
    assert health().figures.items == 0, "Nothing was counted before: it is counted now."
    keep_health()
    kept = health()
    small_business(skus=["CUP", "PLATE"])
    assert health() == kept
    assert health_now().figures.items == 2
    assert health_now().counted_at > kept.counted_at
    keep_health()
    assert health().figures == health_now().figures
