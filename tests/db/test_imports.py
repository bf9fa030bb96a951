"""Imports: every fault by row, nothing half-written, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from ownstock.base.errors import Refused
from ownstock.catalog import imports as catalog
from ownstock.catalog.models import Item, ItemSite, Location, Supplier, SupplyTerm
from ownstock.journal.models import AuditEvent
from ownstock.ledger import queries
from ownstock.ledger.actions import post
from ownstock.ledger.imports import import_movements
from ownstock.ledger.models import Posting
from ownstock.ledger.rules import Kind, Line, PostingRequest
from tests.factories import ACTOR, opening, small_business

pytestmark = pytest.mark.django_db
HEADINGS = "posting_key,kind,reference,sku,lot,source,target,quantity,moved_at\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


Write = Callable[[str, str], Path]


def faults(refusal: pytest.ExceptionInfo[Refused]) -> list[str]:
    found = refusal.value.facts["faults"]
    assert isinstance(found, list)
    return [f"{f['row']} {f['field']}: {f['sentence']}" for f in found]


def test_a_whole_catalogue_is_imported_and_again_changes_nothing(write: Write) -> None:
    files = [
        (
            catalog.import_locations,
            "code,name,kind,parent,time_zone\nBIN1,Bin one,bin,SHOP,\nSHOP,Shop,site,,Europe/London\n",
        ),
        (catalog.import_items, "sku,description,unit_cost\nCUP,Cup,2.50\nMUG,Mug,3\n"),
        (catalog.import_suppliers, "code,name,email,currency\nALPHA,Alpha Ltd,orders@alpha.example,EUR\n"),
        (
            catalog.import_supply_terms,
            "supplier,sku,units_per_purchase_unit,moq,price,currency,lead_time_days,valid_from\nALPHA,CUP,1/3,6,2.40,EUR,14,2026-01-01\n",
        ),
        (
            catalog.import_item_sites,
            "sku,site,holding_rate,shortage_cost,unserved_demand\nCUP,SHOP,0.25,3,lost\n",
        ),
    ]
    for importer, text in files:
        path = write("file.csv", text)
        first, again = importer(path, actor=ACTOR), importer(path, actor=ACTOR)
        rows = text.count("\n") - 1
        assert (first.created, again.created, again.updated, again.unchanged) == (rows, 0, 0, rows)
    bin_one = Location.objects.get(code="BIN1")
    assert (bin_one.parent.code, bin_one.site.code) == ("SHOP", "SHOP")
    term = SupplyTerm.objects.get()
    assert (term.units_numerator, term.units_denominator, term.order_multiple) == (1, 3, 1)
    assert ItemSite.objects.get().review_period_days == 7
    assert Supplier.objects.get().email == "orders@alpha.example"


def test_a_changed_row_is_updated_and_the_journal_keeps_what_was_there(write: Write) -> None:
    catalog.import_items(write("i.csv", "sku,description,unit_cost\nCUP,Cup,2.50\n"), actor=ACTOR)
    imported = catalog.import_items(write("i.csv", "sku,description,unit_cost\nCUP,Cup,2.75\n"), actor=ACTOR)
    assert (imported.updated, Item.objects.get().unit_cost) == (1, Decimal("2.75"))
    event = AuditEvent.objects.get(verb="catalog.changed")
    assert (event.subject, event.old, event.new) == ("item:CUP", {"unit_cost": "2.5000"}, {"unit_cost": "2.7500"})


def test_a_dry_run_says_what_would_happen_and_writes_nothing(write: Write) -> None:
    imported = catalog.import_items(write("i.csv", "sku,description,unit_cost\nCUP,Cup,2\n"), actor=ACTOR, dry_run=True)
    assert (imported.created, Item.objects.count()) == (1, 0)


def test_a_file_with_six_bad_rows_names_six_rows_and_posts_nothing(write: Write) -> None:
    small_business()
    opening("CUP", 100)
    rows = [
        "s1,issue,,CUP,,SHOP,CUSTOMERS,3,2026-01-05T10:00:00Z",
        "s2,sale,,CUP,,SHOP,CUSTOMERS,3,2026-01-05T10:00:00Z",
        "s3,issue,,CUP,,SHOP,CUSTOMERS,-3,2026-01-05T10:00:00Z",
        "s4,issue,,SPOON,,SHOP,CUSTOMERS,3,2026-01-05T10:00:00Z",
        "s5,issue,,CUP,,SHOP,CUSTOMERS,three,2026-01-05T10:00:00Z",
        "s6,issue,,CUP,,SHOP,CUSTOMERS,3,05/01/2026",
        "s7,issue,,CUP,,SHOP,CUSTOMERS,1,",
        "s8,issue,,CUP,,SHOP,CUSTOMERS,1,2199-01-01T00:00:00Z",
    ]
    with pytest.raises(Refused) as refusal:
        import_movements(write("m.csv", HEADINGS + "\n".join(rows) + "\n"), actor=ACTOR)
    assert faults(refusal) == [
        "3 kind: 'sale' must be one of receipt, issue, transfer, adjustment, count_difference, return.",
        "4 quantity: '-3' must be above zero; the direction is in source and target.",
        "5 sku: 'SPOON' is no item of the catalogue; import it first.",
        "6 quantity: 'three' must be a number such as 12.50, with at most four decimals.",
        "7 moved_at: '05/01/2026' can mean two days, and no other value of the column shows which. "
        "Say --dates dmy or --dates mdy.",
        "9 moved_at: '2199-01-01T00:00:00Z' is yet to come; goods are posted when they have moved.",
    ]
    assert str(refusal.value) == "m.csv: 6 faults in 6 rows. Nothing was written."
    assert Posting.objects.count() == 1


def test_the_same_import_twice_posts_nothing_twice(write: Write) -> None:
    small_business()
    opening("CUP", 100)
    path = write(
        "m.csv",
        HEADINGS + "s1,issue,INV 1,CUP,,SHOP,CUSTOMERS,3,2026-01-05T10:00:00Z\ns1,issue,INV 1,CUP,,SHOP,CUSTOMERS,2,\n",
    )
    first, again = import_movements(path, actor=ACTOR), import_movements(path, actor=ACTOR)
    assert ((first.created, first.unchanged), (again.created, again.unchanged)) == ((1, 0), (0, 1))
    assert queries.on_hand("CUP", "SHOP") == 95


def test_an_imported_row_and_the_same_posting_by_hand_are_one(write: Write) -> None:
    small_business()
    opening("CUP", 100)
    import_movements(write("m.csv", HEADINGS + "s1,issue,INV 1,CUP,,SHOP,CUSTOMERS,3,\n"), actor=ACTOR)
    line = Line("CUP", "SHOP", "CUSTOMERS", Decimal(3))
    [posted] = post([PostingRequest("s1", Kind.ISSUE, [line], reference="INV 1")], actor=ACTOR)
    assert posted.is_new is False


def test_the_same_key_with_other_content_refuses_the_whole_file(write: Write) -> None:
    small_business()
    opening("CUP", 100)
    import_movements(write("m.csv", HEADINGS + "s1,issue,,CUP,,SHOP,CUSTOMERS,3,\n"), actor=ACTOR)
    with pytest.raises(Refused, match="key s1 was already used"):
        import_movements(
            write("m.csv", HEADINGS + "s0,issue,,CUP,,SHOP,CUSTOMERS,1,\ns1,issue,,CUP,,SHOP,CUSTOMERS,4,\n"),
            actor=ACTOR,
        )
    assert queries.on_hand("CUP", "SHOP") == 97


def test_a_dry_run_of_movements_finds_what_stock_does_not_allow(write: Write) -> None:
    small_business()
    path = write("m.csv", HEADINGS + "s1,issue,,CUP,,SHOP,CUSTOMERS,3,\n")
    with pytest.raises(Refused, match="Not enough on hand"):
        import_movements(path, actor=ACTOR, dry_run=True)
    opening("CUP", 5)
    assert import_movements(path, actor=ACTOR, dry_run=True).created == 1
    assert queries.on_hand("CUP", "SHOP") == 5


def test_parquet_is_read_as_csv_is(tmp_path: Path) -> None:
    frame = pl.DataFrame({"sku": ["CUP"], "description": ["Cup"], "unit_cost": [2.5]})
    frame.write_parquet(tmp_path / "i.parquet")
    assert catalog.import_items(tmp_path / "i.parquet", actor=ACTOR).created == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("sku,sku\nA,B\n", "stands more than once"),
        ("sku,descripton,unit_cost\nA,B,1\n", "Did you mean description"),
        ("sku,description\nA,B\n", "the column unit_cost is missing"),
        ("sku,description,unit_cost\nA,B\n", "1 fault"),
        ('sku,description,unit_cost\nA,"B,1\n', "row"),
        ("sku,description,unit_cost\nA,B,1\nA,C,1\n", "1 fault"),
    ],
)
def test_a_malformed_file_is_refused_with_a_sentence(write: Write, text: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        catalog.import_items(write("i.csv", text), actor=ACTOR)
    assert not Item.objects.exists()


def test_text_in_an_encoding_that_is_not_shown_is_refused_with_its_row(tmp_path: Path) -> None:
    (tmp_path / "i.csv").write_bytes("sku,description,unit_cost\nA,Чашка,1\n".encode("cp1251"))
    with pytest.raises(Refused, match="row 2: not UTF-8"):
        catalog.import_items(tmp_path / "i.csv", actor=ACTOR)


def test_references_that_lead_nowhere_are_faults(write: Write) -> None:
    small_business()
    header = "supplier,sku,site,price,currency,lead_time_days,valid_from,valid_to,units_per_purchase_unit\n"
    with pytest.raises(Refused) as refusal:
        catalog.import_supply_terms(
            write(
                "t.csv", header + "GAMMA,CUP,,1,EUR,7,2026-01-01,,1\nALPHA,SPOON,MOON,1,eur,7,2026-02-01,2026-01-01,0\n"
            ),
            actor=ACTOR,
        )
    assert [f.split(":")[0] for f in faults(refusal)] == [
        "2 supplier", "3 currency", "3 sku", "3 site", "3 units_per_purchase_unit", "3 valid_to",
    ]  # fmt: skip
