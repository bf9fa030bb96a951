"""A file taken back and imported again: balances and value are equal to the last decimal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item
from ownstock.lab import demo
from ownstock.ledger import actions, queries
from ownstock.ledger.imports import LINES_AT_ONCE, import_movements
from ownstock.ledger.models import Balance, ImportedFile, Posting
from ownstock.ledger.rules import Kind, Line, PostingRequest, Status
from tests.factories import ACTOR, opening, sale, small_business

HEADINGS = "posting_key,kind,sku,source,target,quantity,moved_at,unit_cost,lot\n"
ROWS = [
    "R1,receipt,CUP,SUPPLIERS,SHOP,10,2026-01-05T09:00:00Z,2.3333,",
    "R1,receipt,PLATE,SUPPLIERS,SHOP,7.5,2026-01-05T09:00:00Z,1.1,L1",
    "S1,issue,CUP,SHOP,CUSTOMERS,3,2026-01-06T09:00:00Z,,",
    "R2,receipt,CUP,SUPPLIERS,SHOP,10,2026-01-07T09:00:00Z,3.7777,",
    "S2,issue,CUP,SHOP,CUSTOMERS,4,2026-01-08T09:00:00Z,,",
]


pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def business() -> None:
    small_business()


@pytest.fixture
def year(tmp_path: Path, business: None) -> Path:
    path = tmp_path / "year.csv"
    path.write_text(HEADINGS + "\n".join(ROWS) + "\n", encoding="utf-8")
    return path


def state() -> tuple[list[tuple[str, str, Decimal]], Decimal]:
    actions.value(patience_seconds=20)
    rows = Balance.objects.exclude(on_hand=0).order_by("item__sku").values_list("item__sku", "lot__code", "on_hand")
    return [(sku, lot or "", on_hand) for sku, lot, on_hand in rows], queries.value_at()


def test_a_file_taken_back_and_imported_again_is_equal_to_the_last_decimal(year: Path) -> None:
    first = import_movements(year, actor=ACTOR)
    before = state()
    assert first.file is not None
    undone = actions.undo_import(first.file, reason="wrong year", actor=ACTOR)
    assert (undone.reversed, undone.reversed_before) == (4, 0)
    assert state() == ([], 0)
    again = import_movements(year, actor=ACTOR)
    assert (again.created, again.unchanged) == (4, 0)
    assert state() == before
    assert Posting.objects.filter(key="S1~2").exists()
    assert import_movements(year, actor=ACTOR).unchanged == 4
    assert queries.verify() == []
    actions.undo_import(again.file or 0, reason="once more", actor=ACTOR)
    assert import_movements(year, actor=ACTOR).created == 4
    assert state() == before


def test_what_was_reversed_by_hand_before_is_left_as_it_is(year: Path) -> None:
    imported = import_movements(year, actor=ACTOR)
    actions.reverse("S2", new_key="S2:back", actor=ACTOR, reason="typed twice")
    undone = actions.undo_import(imported.file or 0, reason="wrong year", actor=ACTOR)
    assert (undone.reversed, undone.reversed_before) == (3, 1)
    assert state() == ([], 0)


def test_a_file_whose_goods_have_moved_on_is_not_taken_back_at_all(year: Path) -> None:
    imported = import_movements(year, actor=ACTOR)
    actions.post([sale("CUP", 13, key="later")], actor=ACTOR)
    with pytest.raises(Refused, match="Not enough on hand: CUP at SHOP"):
        actions.undo_import(imported.file or 0, reason="wrong year", actor=ACTOR)
    assert ImportedFile.objects.get().undone_at is None
    assert not Posting.objects.filter(reverses__isnull=False).exists()


def test_what_quality_rejected_by_a_file_stays_rejected(business: None, tmp_path: Path) -> None:
    Item.objects.filter(sku="PLATE").update(receiving_status="quarantine")
    came = Line("PLATE", "SUPPLIERS", "SHOP", Decimal(9), "L1", target_status=Status.QUARANTINE)
    actions.post([PostingRequest("came", Kind.RECEIPT, [came])], actor=ACTOR)
    decided = tmp_path / "decided.csv"
    decided.write_text(
        "posting_key,kind,sku,source,source_status,target,target_status,quantity,lot\n"
        "D1,transfer,PLATE,SHOP,quarantine,SHOP,rejected,9,L1\n",
        encoding="utf-8",
    )
    file = import_movements(decided, actor=ACTOR).file or 0
    with pytest.raises(Refused, match="what was rejected stays so"):
        actions.undo_import(file, reason="wrong lot", actor=ACTOR)
    assert queries.on_hand("PLATE", "SHOP", status="rejected") == 9


def test_taking_back_needs_a_file_a_reason_and_happens_once(year: Path) -> None:
    imported = import_movements(year, actor=ACTOR).file or 0
    for number, reason, sentence in ((imported + 1, "x", "no imported file"), (imported, " ", "Say why")):
        with pytest.raises(Refused, match=sentence):
            actions.undo_import(number, reason=reason, actor=ACTOR)
    actions.undo_import(imported, reason="wrong year", actor=ACTOR)
    with pytest.raises(Refused, match=r"year\.csv was taken back"):
        actions.undo_import(imported, reason="wrong year", actor=ACTOR)


def test_a_dry_run_and_a_file_that_brings_nothing_leave_no_record(year: Path) -> None:
    assert import_movements(year, actor=ACTOR, dry_run=True).file is None
    assert not ImportedFile.objects.exists()
    import_movements(year, actor=ACTOR)
    assert import_movements(year, actor=ACTOR).file is None
    assert ImportedFile.objects.get().row_count == 5


def test_rows_that_their_items_rules_forbid_are_named(year: Path) -> None:
    Item.objects.filter(sku="CUP").update(tracking="lot")
    with pytest.raises(Refused) as refusal:
        import_movements(year, actor=ACTOR)
    assert "'CUP' its goods are told apart by lot: name it." in str(refusal.value.facts["faults"])
    assert refusal.value.facts["fault_count"] == 4
    assert not Posting.objects.exists()


def test_an_expired_lot_in_a_file_is_named(year: Path, tmp_path: Path) -> None:
    import_movements(year, actor=ACTOR)
    actions.describe_lot("PLATE", "L1", expires_on=date(2026, 1, 10), actor=ACTOR)
    late = tmp_path / "late.csv"
    late.write_text(f"{HEADINGS}S9,issue,PLATE,SHOP,CUSTOMERS,1,2026-01-11T09:00:00Z,,L1\n", encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        import_movements(late, actor=ACTOR)
    assert "lot L1 expired on 2026-01-10" in str(refusal.value.facts["faults"])
    opening("CUP", 1)


@pytest.mark.nightly
def test_real_sales_taken_back_and_imported_again_are_equal_to_the_last_decimal(tmp_path: Path) -> None:
    year = demo.write_tables(tmp_path).movements.drop("line_number")
    # A thousand documents, more lines than are imported at once.
    last = year["posting_key"][LINES_AT_ONCE + 5_000]
    whole_documents = year.head(year["posting_key"].index_of(last) or 0)
    whole_documents.write_parquet(tmp_path / "first_weeks.parquet")
    demo.import_catalog(tmp_path)
    first = import_movements(tmp_path / "first_weeks.parquet", actor=ACTOR)
    before = state()
    assert len(before[0]) > 1_000
    actions.undo_import(first.file or 0, reason="once more", actor=ACTOR)
    assert state() == ([], 0)
    import_movements(tmp_path / "first_weeks.parquet", actor=ACTOR)
    assert state() == before
