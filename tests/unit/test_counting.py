"""Counting in cycles, decided purely: classes, tolerances, which count holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownstock.ledger.rules.counting import (
    AbcClass,
    Counted,
    CountVerdict,
    Tally,
    Tolerance,
    abc_classes,
    found_fault,
    moment_fault,
    quantity_fault,
    settle,
    slip_fault,
)

CUTS = {AbcClass.A: Decimal("0.8"), AbcClass.B: Decimal("0.95"), AbcClass.C: Decimal(1)}
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ONE = Tolerance(Decimal("0.01"), Decimal(0), Decimal(100))


def tallies(*counts: tuple[str, int, int]) -> list[Tally]:
    """(who, counted, expected) of each count, in order."""
    return [
        Tally(who, Decimal(counted), NOON + timedelta(minutes=n), Decimal(expected))
        for n, (who, counted, expected) in enumerate(counts)
    ]


def settled(*counts: tuple[str, int, int]) -> tuple[CountVerdict, Decimal | None, bool]:
    found = settle(tallies(*counts), ONE, Decimal(1))
    return found.verdict, found.holds.quantity if found.holds else None, found.is_within


def test_the_item_of_most_value_is_of_class_a_even_where_it_is_all_there_is() -> None:
    assert abc_classes([Decimal(5)], CUTS) == [AbcClass.A]
    assert abc_classes([Decimal(1), Decimal(99), Decimal(0)], CUTS) == [AbcClass.C, AbcClass.A, AbcClass.C]


def test_what_was_never_issued_is_of_the_last_class() -> None:
    assert abc_classes([Decimal(0), Decimal(0)], CUTS) == [AbcClass.C, AbcClass.C]
    assert abc_classes([], CUTS) == []


@given(st.lists(st.integers(0, 1_000), max_size=40))
def test_more_value_is_never_of_a_later_class_and_class_a_reaches_its_share(numbers: list[int]) -> None:
    values = [Decimal(n) for n in numbers]
    classes = abc_classes(values, CUTS)
    for value, name in zip(values, classes, strict=True):
        for other, its in zip(values, classes, strict=True):
            assert value <= other or name <= its
    if sum(values):
        reached = sum(v for v, name in zip(values, classes, strict=True) if name == AbcClass.A)
        assert reached >= CUTS[AbcClass.A] * sum(values)


@pytest.mark.parametrize(
    ("share", "units", "amount", "difference", "allowed"),
    [
        ("0.01", "0", "100", "1", True),
        ("0.01", "0", "100", "-1", True),
        ("0.01", "0", "100", "1.0001", False),
        ("0.01", "2", "100", "2", True),
        ("0.05", "0", "9", "5", False),
        ("0", "0", "100", "0", True),
        ("1", "0", "0", "1", False),
    ],
)
def test_a_difference_is_tolerated_by_share_or_units_and_never_above_the_amount(
    share: str, units: str, amount: str, difference: str, allowed: bool
) -> None:
    tolerance = Tolerance(Decimal(share), Decimal(units), Decimal(amount))
    assert tolerance.allows(Decimal(difference), Decimal(100), Decimal(2)) is allowed


def test_a_count_within_tolerance_needs_no_second() -> None:
    assert settled() == (CountVerdict.UNCOUNTED, None, False)
    assert settled(("ann", 99, 100)) == (CountVerdict.SETTLED, 99, True)


def test_a_count_out_of_tolerance_needs_another_person() -> None:
    assert settled(("ann", 90, 100)) == (CountVerdict.NEEDS_ANOTHER, None, False)
    assert settled(("ann", 90, 100), ("bob", 90, 100)) == (CountVerdict.SETTLED, 90, False)
    assert settled(("ann", 90, 100), ("bob", 95, 100)) == (CountVerdict.NEEDS_ANOTHER, None, False)


def test_two_counts_agree_by_their_difference_whatever_moved_between() -> None:
    assert settled(("ann", 90, 100), ("bob", 40, 50)) == (CountVerdict.SETTLED, 40, False)
    assert settled(("ann", 90, 100), ("bob", 90, 95)) == (CountVerdict.NEEDS_ANOTHER, None, False)


def test_a_second_count_that_agrees_with_the_record_alone_needs_a_third() -> None:
    assert settled(("ann", 90, 100), ("bob", 100, 100)) == (CountVerdict.NEEDS_ANOTHER, None, False)
    assert settled(("ann", 90, 100), ("bob", 100, 100), ("cat", 100, 100)) == (CountVerdict.SETTLED, 100, False)
    assert settled(("ann", 90, 100), ("bob", 100, 100), ("cat", 90, 100)) == (CountVerdict.SETTLED, 90, False)


def test_nobody_settles_a_line_by_trying_numbers_until_one_is_accepted() -> None:
    assert settled(("ann", 90, 100), ("ann", 100, 100)) == (CountVerdict.NEEDS_ANOTHER, None, False)
    assert settled(("ann", 90, 100), ("ann", 90, 100)) == (CountVerdict.NEEDS_ANOTHER, None, False)


def test_of_each_person_the_last_count_is_compared() -> None:
    assert settled(("ann", 90, 100), ("ann", 80, 100), ("bob", 90, 100)) == (CountVerdict.NEEDS_ANOTHER, None, False)
    assert settled(("ann", 90, 100), ("ann", 80, 100), ("bob", 80, 100)) == (CountVerdict.SETTLED, 80, False)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(80, 120)), max_size=8))
def test_what_holds_was_counted_and_out_of_tolerance_two_people_stand_behind_it(counts: list[tuple[str, int]]) -> None:
    given_ = tallies(*((who, counted, 100) for who, counted in counts))
    found = settle(given_, ONE, Decimal(1))
    assert (found.holds is None) == (found.verdict != CountVerdict.SETTLED)
    if found.holds and not ONE.allows(found.holds.difference, Decimal(100), Decimal(1)):
        held = found.holds.quantity
        assert len({t.counter for t in given_ if abs(t.quantity - held) <= 1}) > 1


def test_what_cannot_have_been_counted_is_told() -> None:
    assert quantity_fault(Decimal(0), "none") is None
    assert "zero or more" in str(quantity_fault(Decimal(-1), "none"))
    assert "four decimals" in str(quantity_fault(Decimal("0.00001"), "none"))
    assert "one piece or none" in str(quantity_fault(Decimal(2), "serial"))
    assert "name it" in str(found_fault(Counted(Decimal(1), status="released"), "lot"))
    assert "a status must be" in str(found_fault(Counted(Decimal(1), status="lost"), "none"))
    assert found_fault(Counted(Decimal(1), status="released", lot="L"), "lot") is None


def test_when_something_cannot_have_been_counted_is_told() -> None:
    def fault(counted_at: datetime, closed: datetime | None = None) -> str:
        return str(moment_fault(counted_at, counts_from_at=NOON, now=NOON + timedelta(hours=1), closed_until_at=closed))

    assert fault(NOON) == "None"
    assert "yet to come" in fault(NOON + timedelta(hours=2))
    assert "before the counting began" in fault(NOON - timedelta(seconds=1))
    assert "closed until" in fault(NOON, NOON + timedelta(minutes=1))
    assert "no time zone" in fault(NOON.replace(tzinfo=None))


def test_a_row_that_slipped_to_another_line_is_noticed() -> None:
    own = Counted(Decimal(0), sku="CUP", location="SHOP", status="released")
    assert slip_fault(Counted(Decimal(1), line=1), own) is None
    assert slip_fault(Counted(Decimal(1), line=1, sku="CUP"), own) is None
    assert slip_fault(Counted(Decimal(1), line=1, sku="PLATE"), own) == "the sheet says sku CUP, not PLATE."
    assert slip_fault(Counted(Decimal(1), line=1, lot="L"), own) == "the sheet says lot none, not L."
