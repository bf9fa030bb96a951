"""Cycle counts: blind sheets, second counts, what moves meanwhile, approval by another person, one posting."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, Location
from ownstock.journal.queries import trail
from ownstock.ledger import actions, queries
from ownstock.ledger.actions import count_classes, counts
from ownstock.ledger.actions.count_approval import approve
from ownstock.ledger.actions.count_opening import open_count
from ownstock.ledger.clock import database_now
from ownstock.ledger.models import Classification, Closing, CountEntry, CountLine, CycleCount, Movement, Posting
from ownstock.ledger.queries import counts as count_queries
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.ledger.rules.counting import AbcClass, Counted, CountVerdict
from tests.factories import ACTOR, TODAY, opening, sale, small_business

pytestmark = pytest.mark.django_db
ANN, BOB, CAT, EVE = "user:ann", "user:bob", "user:cat", "user:eve"


@pytest.fixture(autouse=True)
def site(db: None) -> Location:
    site = small_business().site
    Location.objects.create(code="BIN-1", name="Bin 1", kind="bin", parent=site, site=site)
    opening("CUP", 100)
    opening("PLATE", 20, location="BIN-1")
    return site


def sheet(**asked: object) -> str:
    return open_count("SHOP", actor=EVE, **asked).number  # type: ignore[arg-type]


def count(number: str, line: int, quantity: int | str, *, by: str = ANN, at: datetime | None = None) -> None:
    counts.enter(number, [Counted(Decimal(quantity), line=line, counted_at=at)], counter=by)


def verdicts(number: str) -> dict[int, CountVerdict]:
    return {row.line: row.verdict for row in count_queries.sheet_lines(count_queries.cycle_count(number))}


def line_of(number: str, sku: str) -> int:
    return CountLine.objects.get(cycle_count__number=number, item__sku=sku).line


def cups(quantity: int | str = 97, *, by: tuple[str, ...] = (ANN, BOB)) -> str:
    """A sheet of cups alone, counted by some people alike."""
    number = sheet(skus=["CUP"])
    for who in by:
        count(number, 1, quantity, by=who)
    return number


# Opening


def test_a_sheet_has_a_line_for_each_balance_in_the_order_one_walks() -> None:
    hold = Line("CUP", "SHOP", "SHOP", Decimal(5), target_status="on_hold")
    actions.post([PostingRequest("h", Kind.TRANSFER, [hold])], actor=ACTOR)
    actions.post(
        [PostingRequest("r", Kind.RECEIPT, [Line("CUP", "SUPPLIERS", "BIN-1", Decimal(3), lot="L")])], actor=ACTOR
    )
    rows = count_queries.sheet_lines(count_queries.cycle_count(sheet()))
    assert [(r.line, r.location, r.sku, r.lot, r.status) for r in rows] == [
        (1, "BIN-1", "CUP", "L", "released"),
        (2, "BIN-1", "PLATE", "", "released"),
        (3, "SHOP", "CUP", "", "on_hold"),
        (4, "SHOP", "CUP", "", "released"),
    ]


def test_a_sheet_of_nothing_on_hand_still_asks_for_the_item() -> None:
    actions.post([sale("CUP", 100, key="s")], actor=ACTOR)
    assert [r.sku for r in count_queries.sheet_lines(count_queries.cycle_count(sheet(skus=["CUP"])))] == ["CUP"]


def test_a_sheet_of_a_location_has_what_lies_there() -> None:
    number = sheet(locations=["BIN-1"])
    assert [r.sku for r in count_queries.sheet_lines(count_queries.cycle_count(number))] == ["PLATE"]


def test_what_is_on_an_open_sheet_is_on_no_other() -> None:
    first = sheet(skus=["CUP"])
    with pytest.raises(Refused, match=f"CUP at SHOP is being counted on {first}"):
        sheet(skus=["CUP"])
    assert [row.sku for row in count_queries.due(TODAY)] == ["PLATE"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"skus": ["MUG"]}, "no item MUG"),
        ({"locations": ["CUSTOMERS"]}, "no location CUSTOMERS in SHOP"),
        ({"line_count": 0}, "1 to 5,000 lines"),
    ],
)
def test_a_sheet_of_what_there_is_not_is_refused(asked: dict[str, object], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        sheet(**asked)


def test_a_sheet_of_no_site_or_of_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="no site BIN-1"):
        open_count("BIN-1", actor=EVE)
    sheet()
    with pytest.raises(Refused, match="nothing to count"):
        sheet()


# Blindness


def test_a_line_that_is_shown_to_counters_carries_no_quantity() -> None:
    number = cups(97, by=(ANN,))
    shown = count_queries.sheet_lines(count_queries.cycle_count(number))
    assert not {field.name for field in fields(shown[0])} & {
        "quantity",
        "expected_quantity",
        "counted_quantity",
        "on_hand",
    }
    assert "97" not in repr(shown)
    assert "100" not in repr(shown)


def test_what_was_expected_is_shown_when_all_is_counted_and_not_to_those_who_counted() -> None:
    number = cups(90, by=(ANN,))
    with pytest.raises(Refused, match="still being counted: line 1"):
        count_queries.differences(number, viewer=CAT)
    count(number, 1, 90, by=BOB)
    with pytest.raises(Refused, match="user:ann counted on"):
        count_queries.differences(number, viewer=ANN)
    [row] = count_queries.differences(number, viewer=CAT)
    assert (row.expected_quantity, row.counted_quantity, row.difference, row.amount) == (100, 90, -10, -25)


# Counting


def test_a_count_within_tolerance_settles_the_line() -> None:
    number = cups(95, by=(ANN,))
    assert verdicts(number) == {1: CountVerdict.SETTLED}


def test_a_count_out_of_tolerance_needs_another_person_and_then_holds() -> None:
    number = cups(90, by=(ANN,))
    assert verdicts(number) == {1: CountVerdict.NEEDS_ANOTHER}
    with pytest.raises(Refused, match="second count is another person's"):
        counts.enter(number, [Counted(Decimal(90), line=1)], counter=ANN, is_second=True)
    counts.enter(number, [Counted(Decimal(90), line=1)], counter=BOB, is_second=True)
    assert verdicts(number) == {1: CountVerdict.SETTLED}


def test_a_second_count_of_what_nobody_counted_is_refused() -> None:
    with pytest.raises(Refused, match="this is a first count"):
        counts.enter(sheet(), [Counted(Decimal(90), line=1)], counter=ANN, is_second=True)


def test_a_count_is_never_changed_and_a_correction_is_another() -> None:
    number = cups(100, by=(ANN,))
    count(number, 1, 99)
    assert list(CountEntry.objects.order_by("id").values_list("quantity", flat=True)) == [100, 99]
    for change in (lambda: CountEntry.objects.update(quantity=1), lambda: CountEntry.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_same_count_again_adds_nothing() -> None:
    number, at = sheet(skus=["CUP"]), database_now()
    count(number, 1, 100, at=at)
    count(number, 1, 100, at=at)
    assert CountEntry.objects.count() == 1


def test_all_counts_of_a_call_are_taken_or_none() -> None:
    number = sheet()
    with pytest.raises(Refused, match="has no line 99"):
        counts.enter(number, [Counted(Decimal(1), line=1), Counted(Decimal(1), line=99)], counter=ANN)
    assert not CountEntry.objects.exists()


def test_goods_that_are_not_on_the_sheet_become_a_line_of_it() -> None:
    number = sheet(skus=["CUP"])
    found = Counted(Decimal(4), sku="CUP", location="BIN-1", lot="L7", status="on_hold")
    counts.enter(number, [found], counter=ANN)
    counts.enter(number, [found], counter=BOB)
    line = CountLine.objects.get(is_found=True)
    assert (line.line, line.lot.code, line.entries.count()) == (2, "L7", 2)
    count(number, 1, 100)
    approve(number, actor=CAT, reason="misplaced")
    assert queries.on_hand("CUP", "BIN-1", status="on_hold") == 4


def test_goods_found_that_another_sheet_counts_are_left_to_it() -> None:
    number, other = sheet(skus=["CUP"]), sheet(skus=["PLATE"])
    with pytest.raises(Refused, match=f"is being counted on {other}"):
        counts.enter(number, [Counted(Decimal(4), sku="PLATE", location="BIN-1")], counter=ANN)


def test_goods_found_are_not_found_twice() -> None:
    number, other = sheet(skus=["CUP"]), sheet(skus=["PLATE"])
    before = database_now()
    for who in (ANN, BOB):
        count(other, 1, 18, by=who)
    approve(other, actor=CAT, reason="broken")
    found = Counted(Decimal(18), sku="PLATE", location="BIN-1", counted_at=before)
    with pytest.raises(Refused, match="before the counting began"):
        counts.enter(number, [found], counter=ANN)


@pytest.mark.parametrize(
    ("counted", "sentence"),
    [
        (Counted(Decimal(-1), line=1), "must be zero or more"),
        (Counted(Decimal(1), line=9), "has no line 9"),
        (Counted(Decimal(1), line=1, sku="PLATE"), "the sheet says sku CUP, not PLATE"),
        (Counted(Decimal(1), line=1, counted_at=datetime(2199, 1, 1, tzinfo=UTC)), "yet to come"),
        (Counted(Decimal(1), line=1, counted_at=datetime(2020, 1, 1, tzinfo=UTC)), "before the counting began"),
        (Counted(Decimal(1), sku="CUP"), "Name a line of the sheet"),
        (Counted(Decimal(1), sku="CUP", location="CUSTOMERS"), "no location CUSTOMERS in SHOP"),
        (Counted(Decimal(1), sku="CUP", location="SHOP", status="lost"), "a status must be one of"),
    ],
)
def test_a_count_that_cannot_be_is_refused(counted: Counted, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        counts.enter(sheet(skus=["CUP"]), [counted], counter=ANN)
    assert not CountEntry.objects.exists()


def test_a_count_in_a_closed_period_is_refused(site: Location) -> None:
    number = sheet(skus=["CUP"])
    CycleCount.objects.update(opened_at=timezone.now() - timedelta(days=9))
    yesterday = timezone.now() - timedelta(days=1)
    Closing.objects.create(site=site, until_on=yesterday.date(), until_at=yesterday, actor=ACTOR, closed_at=yesterday)
    with pytest.raises(Refused, match="in a period that is closed"):
        count(number, 1, 1, at=timezone.now() - timedelta(days=2))
    count(number, 1, 100)


def test_a_serial_number_is_counted_as_one_or_none() -> None:
    Item.objects.create(sku="PUMP", description="Pump", unit_cost=900, tracking="serial")
    bring = PostingRequest("p", Kind.RECEIPT, [Line("PUMP", "SUPPLIERS", "SHOP", Decimal(1), lot="S1")])
    actions.post([bring], actor=ACTOR)
    number = sheet(skus=["PUMP"])
    with pytest.raises(Refused, match="one piece or none"):
        count(number, 1, 2)
    with pytest.raises(Refused, match="serial number: name it"):
        counts.enter(number, [Counted(Decimal(1), sku="PUMP", location="SHOP")], counter=ANN)
    for who in (ANN, BOB):
        count(number, 1, 0, by=who)
    approve(number, actor=CAT, reason="stolen")
    assert queries.on_hand("PUMP", "SHOP") == 0


# What moves meanwhile


def test_what_moved_after_the_count_does_not_count_as_a_difference() -> None:
    number = cups(100, by=(ANN,))
    actions.post([sale("CUP", 30, key="s")], actor=ACTOR)
    approved = approve(number, actor=CAT)
    assert (approved.posting_key, queries.on_hand("CUP", "SHOP")) == ("", 70)


def test_what_is_posted_after_the_count_but_moved_before_explains_the_difference() -> None:
    number = sheet(skus=["CUP"])
    sold_at = database_now()
    count(number, 1, 70)
    assert verdicts(number) == {1: CountVerdict.NEEDS_ANOTHER}
    actions.post([sale("CUP", 30, key="s", moved_at=sold_at)], actor=ACTOR)
    assert verdicts(number) == {1: CountVerdict.SETTLED}
    approve(number, actor=CAT)
    assert queries.on_hand("CUP", "SHOP") == 70


def test_a_second_count_agrees_although_goods_left_between() -> None:
    number = cups(90, by=(ANN,))
    actions.post([sale("CUP", 30, key="s")], actor=ACTOR)
    count(number, 1, 60, by=BOB)
    approve(number, actor=CAT, reason="shrinkage")
    assert queries.on_hand("CUP", "SHOP") == 60


def test_a_change_of_status_meanwhile_belongs_to_both_statuses() -> None:
    number = cups(90)
    hold = Line("CUP", "SHOP", "SHOP", Decimal(40), target_status="on_hold")
    actions.post([PostingRequest("h", Kind.TRANSFER, [hold])], actor=ACTOR)
    approve(number, actor=CAT, reason="shrinkage")
    assert queries.on_hand("CUP", "SHOP", status="released") == 50
    assert queries.on_hand("CUP", "SHOP", status="on_hold") == 40


def test_goods_that_left_without_being_there_are_named_at_the_approval() -> None:
    number = cups(0)
    actions.post([sale("CUP", 100, key="s")], actor=ACTOR)
    with pytest.raises(Refused, match=r"CUP at SHOP \(released\): 0 on hand, 100 wanted"):
        approve(number, actor=CAT, reason="gone")
    assert count_queries.cycle_count(number).state == "open"
    counts.reject(number, 1, reason="goods left after the count", actor=CAT)
    count(number, 1, 0)
    assert approve(number, actor=CAT).posting_key == ""


# Approving


def test_an_approval_posts_one_difference_with_a_key_of_its_sheet() -> None:
    number = sheet()
    for who in (ANN, BOB):
        count(number, line_of(number, "CUP"), 90, by=who)
        count(number, line_of(number, "PLATE"), 23, by=who)
    approved = approve(number, actor=CAT, reason="counted twice")
    posting = Posting.objects.get(key=f"count:{number}")
    assert (approved.posting_key, posting.kind, posting.actor, posting.reference) == (
        f"count:{number}", "count_difference", CAT, number,
    )  # fmt: skip
    moved = Movement.objects.filter(posting=posting).values_list("source__code", "target__code", "quantity")
    assert set(moved) == {("SHOP", "DIFFERENCES", Decimal(10)), ("DIFFERENCES", "BIN-1", Decimal(3))}
    assert (queries.on_hand("CUP", "SHOP"), queries.on_hand("PLATE", "BIN-1")) == (90, 23)
    assert queries.verify() == []


def test_approving_again_posts_nothing_and_gives_the_same_answer() -> None:
    number = cups(90)
    first = approve(number, actor=CAT, reason="shrinkage")
    again = approve(number, actor=EVE)
    assert (first.is_new, again.is_new) == (True, False)
    assert (again.posting_key, again.differences) == (first.posting_key, first.differences)
    assert queries.on_hand("CUP", "SHOP") == 90


def test_nobody_approves_what_they_counted() -> None:
    number = cups(90)
    counts.reject(number, 1, reason="look again", actor=CAT)
    for who in (BOB, EVE):
        count(number, 1, 90, by=who)
    for who in (ANN, BOB, EVE):
        with pytest.raises(Refused, match="somebody who did not must approve"):
            approve(number, actor=who, reason="shrinkage")
    assert approve(number, actor=CAT, reason="shrinkage").is_new


def test_a_line_out_of_tolerance_needs_a_reason_and_one_within_does_not() -> None:
    number = sheet()
    count(number, line_of(number, "CUP"), 98)
    for who in (ANN, BOB):
        count(number, line_of(number, "PLATE"), 10, by=who)
    plate = line_of(number, "PLATE")
    with pytest.raises(Refused, match=f"say why line {plate} differs"):
        approve(number, actor=CAT)
    with pytest.raises(Refused, match="no line 9 to give a reason for"):
        approve(number, actor=CAT, reasons={9: "?"})
    approve(number, actor=CAT, reasons={plate: "a pallet fell"})
    assert CountLine.objects.get(line=plate).reason == "a pallet fell"


def test_a_sheet_that_is_not_fully_counted_is_not_approved() -> None:
    with pytest.raises(Refused, match="still being counted: line 1, 2"):
        approve(sheet(), actor=CAT)


def test_a_rejected_line_is_counted_anew_and_stays_in_the_record() -> None:
    number = cups(90)
    counts.reject(number, 1, reason="not plausible", actor=CAT)
    assert verdicts(number) == {1: CountVerdict.UNCOUNTED}
    count(number, 1, 100)
    approve(number, actor=CAT)
    assert (queries.on_hand("CUP", "SHOP"), CountEntry.objects.count()) == (100, 3)
    with pytest.raises(Refused, match="is approved"):
        counts.reject(number, 1, reason="again", actor=CAT)


def test_a_line_is_left_out_with_a_reason_and_its_item_is_due_as_before() -> None:
    number = sheet()
    plate = line_of(number, "PLATE")
    with pytest.raises(Refused, match="say why"):
        counts.leave_out(number, plate, reason=" ", actor=CAT)
    counts.leave_out(number, plate, reason="shelf blocked", actor=CAT)
    count(number, line_of(number, "CUP"), 100)
    with pytest.raises(Refused, match="left out"):
        count(number, plate, 1)
    approve(number, actor=CAT)
    assert [row.sku for row in count_queries.due(TODAY)] == ["PLATE"]


def test_a_cancelled_sheet_posts_nothing_and_takes_no_count() -> None:
    number = cups(90)
    counts.cancel(number, reason="wrong day", actor=CAT)
    counts.cancel(number, reason="wrong day", actor=CAT)
    for act in (lambda: count(number, 1, 1), lambda: approve(number, actor=CAT)):
        with pytest.raises(Refused, match="cancelled"):
            act()
    assert queries.on_hand("CUP", "SHOP") == 100
    assert sheet(skus=["CUP"]) != number


def test_all_of_it_is_in_the_journal() -> None:
    number = cups(90)
    counts.reject(number, 1, reason="look again", actor=CAT)
    for who in (ANN, BOB):
        count(number, 1, 90, by=who)
    approve(number, actor=CAT, reason="shrinkage")
    told = [(e.verb, e.actor) for e in trail(f"cycle_count:{number}")]
    assert sorted(told) == sorted(
        [("ledger.count_opened", EVE), *[("ledger.counted", ANN), ("ledger.counted", BOB)] * 2,
         ("ledger.count_rejected", CAT), ("ledger.count_approved", CAT)]
    )  # fmt: skip
    approval = next(e for e in trail(f"cycle_count:{number}") if e.verb == "ledger.count_approved")
    assert approval.old == {"expected": {"1": "100.0000"}}
    assert approval.new["counted"] == {"1": "90.0000"}
    assert approval.new["reasons"] == {"1": "shrinkage"}


# Classes, what is due, how right the record is


def test_items_are_classed_by_the_value_of_a_year_of_issues() -> None:
    for sku, quantity in (("CUP", 95), ("PLATE", 2)):
        place = "SHOP" if sku == "CUP" else "BIN-1"
        actions.post([sale(sku, quantity, key=f"s:{sku}", location=place)], actor=ACTOR)
    tomorrow = timezone.now().date() + timedelta(days=1)
    assert count_classes.classify(tomorrow) == {AbcClass.A: 1, AbcClass.B: 0, AbcClass.C: 1}
    assert count_classes.classify(tomorrow) == {AbcClass.A: 1, AbcClass.B: 0, AbcClass.C: 1}
    kept = Classification.objects.values_list("item__sku", "abc_class", "issued_value")
    assert set(kept) == {("CUP", "A", Decimal("237.5")), ("PLATE", "C", Decimal(5))}
    assert count_classes.classify(tomorrow + timedelta(days=400))[AbcClass.A] == 0


def test_an_item_is_due_again_after_the_days_of_its_class_the_never_counted_first() -> None:
    number = cups(100, by=(ANN,))
    approve(number, actor=CAT)
    today = timezone.now().date()
    assert [row.sku for row in count_queries.due(today)] == ["PLATE"]
    count_classes.set_policy(AbcClass.C, every_days=10, actor=EVE, reason="more often")
    assert [(r.sku, r.due_on) for r in count_queries.due(today + timedelta(days=10))] == [
        ("PLATE", None), ("CUP", today + timedelta(days=10)),
    ]  # fmt: skip
    assert len(count_queries.due(today + timedelta(days=10), limit=1)) == 1


def test_a_count_of_one_bin_does_not_count_the_item_elsewhere() -> None:
    opening("CUP", 5, key="bin", location="BIN-1")
    number = sheet(locations=["BIN-1"])
    for line in CountLine.objects.filter(cycle_count__number=number):
        count(number, line.line, {"CUP": 5, "PLATE": 20}[line.item.sku])
    approve(number, actor=CAT)
    assert [row.sku for row in count_queries.due(TODAY)] == ["CUP"]


def test_a_policy_is_changed_with_a_reason_and_never_to_nonsense() -> None:
    for change in ({"every_days": 0}, {"tolerance_share": Decimal(2)}, {"tolerance_units": Decimal(-1)}):
        with pytest.raises(Refused, match="cannot be"):
            count_classes.set_policy(AbcClass.A, actor=EVE, reason="?", **change)
    with pytest.raises(Refused, match="Say why"):
        count_classes.set_policy(AbcClass.A, actor=EVE, reason="", every_days=7)
    count_classes.set_policy(AbcClass.A, actor=EVE, reason="thefts", every_days=7)
    [event] = trail("count_policy:A")
    assert (event.old, event.new, event.reason) == ({"every_days": "30"}, {"every_days": "7"}, "thefts")


def test_record_accuracy_tells_what_was_exact_what_was_within_and_the_money() -> None:
    number = sheet()
    count(number, line_of(number, "CUP"), 98)
    for who in (ANN, BOB):
        count(number, line_of(number, "PLATE"), 24, by=who)
    approve(number, actor=CAT, reason="miscounted at receipt")
    [row] = count_queries.accuracy(datetime(2020, 1, 1, tzinfo=UTC))
    assert (row.site, row.abc_class, row.lines, row.exact_share, row.within_share) == (
        "SHOP",
        "C",
        2,
        0,
        Decimal("0.5"),
    )
    assert (row.net_amount, row.absolute_amount) == (Decimal(5), Decimal(15))
    assert count_queries.accuracy(datetime(2199, 1, 1, tzinfo=UTC)) == []


def test_a_sheet_of_what_is_most_overdue_stops_at_its_lines() -> None:
    assert [r.sku for r in count_queries.sheet_lines(count_queries.cycle_count(sheet(line_count=1)))] == ["CUP"]
