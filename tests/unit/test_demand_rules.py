"""What demand decides without a database: which goods to pick, whose goods are gone, what can be promised when."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ownstock.base.errors import Refused
from ownstock.demand.rules import (
    Claim,
    Commitment,
    DemandState,
    EnteredLine,
    Goods,
    Shelf,
    Supply,
    check_entered,
    fefo,
    promise,
    state_of,
)
from ownstock.demand.rules.goods import keeps

TODAY = date(2026, 3, 2)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def shelf(lot: str, on_hand: int, expires_in: int | None = None, *, location: str = "SHOP") -> Shelf:
    """A lot at a place; its id is made of its letters so that it is always the same."""
    expires_on = None if expires_in is None else day(expires_in)
    return Shelf(len(location), location, ord(lot[0]) if lot else None, lot, Decimal(on_hand), expires_on)


def claim(line: int, of: Shelf, quantity: int, *, wanted_in: int = 0, life_days: int = 0) -> Claim:
    return Claim(line, f"DL-{line}", "ANNA", of.key, Decimal(quantity), day(wanted_in), life_days)


def picked(shelves: list[Shelf], quantity: int, **terms: int) -> dict[str, int]:
    picks = fefo(shelves, Decimal(quantity), on=TODAY, **terms)
    return {pick.shelf.lot or pick.shelf.location: int(pick.quantity) for pick in picks}


def test_what_expires_first_is_picked_first_and_what_never_expires_last() -> None:
    shelves = [shelf("", 5), shelf("B", 5, 90), shelf("A", 5, 30)]
    assert list(picked(shelves, 12).items()) == [("A", 5), ("B", 5), ("SHOP", 2)]


def test_what_expires_on_the_same_day_x() -> None:
    shelves = [shelf("B", 5, 30), shelf("A", 5, 30), shelf("Z", 5, 30, location="BIN")]
    assert list(picked(shelves, 11)) == ["A", "B", "Z"]


def test_expired_goods_and_those_too_short_lived_for_the_customer_are_passed_over() -> None:
    shelves = [shelf("A", 5, 0), shelf("B", 5, 30), shelf("C", 5, 31)]
    assert picked(shelves, 15) == {"B": 5, "C": 5}
    assert picked(shelves, 15, life_days=30) == {"C": 5}


def test_goods_may_be_used_until_the_day_before_they_expire_or_are_to_be_tested_again() -> None:
    assert keeps(day(1), None, on=TODAY, life_days=0)
    assert not keeps(TODAY, None, on=TODAY, life_days=0)
    assert not keeps(None, TODAY, on=TODAY, life_days=0)
    assert keeps(None, day(4), on=TODAY, life_days=3)
    assert not keeps(day(9), day(4), on=TODAY, life_days=4)


def test_nothing_is_free_that_is_promised() -> None:
    a, b = shelf("A", 5, 30), shelf("B", 5, 60)
    goods = Goods([a, b], [claim(1, a, 5), claim(2, b, 2)])
    assert [(s.lot, s.on_hand) for s in goods.free()] == [("B", 3)]


def test_where_less_is_there_than_was_promised_those_who_want_it_last_are_short() -> None:
    a = shelf("A", 6)
    first, last = claim(2, a, 4, wanted_in=1), claim(1, a, 4, wanted_in=5)
    assert Goods([a], [last, first]).shortfalls(TODAY) == {(1, a.key): 2}


def test_a_claim_to_goods_that_will_have_expired_fails_whole_and_leaves_them_to_others() -> None:
    a = shelf("A", 4, 3)
    late, early = claim(1, a, 4, wanted_in=3), claim(2, a, 4)
    assert Goods([a], [late, early]).shortfalls(TODAY) == {(1, a.key): 4}


def test_a_line_takes_its_own_goods_first_and_never_those_of_others() -> None:
    a, b = shelf("A", 5, 30), shelf("B", 5, 60)
    goods = Goods([a, b], [claim(1, b, 2), claim(2, a, 3)])
    picks = goods.take(1, Decimal(10), today=TODAY, on=TODAY, life_days=0)
    assert {p.shelf.lot: (p.quantity, p.claimed) for p in picks} == {"B": (5, 2), "A": (2, 0)}
    assert goods.claims == {(2, a.key): claim(2, a, 3)}


def test_what_expires_last_is_let_go_of_first() -> None:
    a, b = shelf("A", 5, 30), shelf("B", 5, 60)
    goods = Goods([a, b], [claim(1, a, 5), claim(1, b, 2)])
    assert goods.excess(1, Decimal(3)) == [(b.key, 2), (a.key, 1)]


@pytest.mark.parametrize(
    ("shipped", "cancelled", "state"),
    [(0, 0, "open"), (3, 0, "part_shipped"), (3, 7, "shipped"), (10, 0, "shipped"), (0, 10, "cancelled")],
)
def test_the_state_of_a_line_follows_from_its_totals(shipped: int, cancelled: int, state: str) -> None:
    assert state_of(Decimal(10), Decimal(shipped), Decimal(cancelled)) == DemandState(state)


@pytest.mark.parametrize(
    ("quantity", "sentence"),
    [("0", "above zero"), ("NaN", "above zero"), ("0.00001", "more than four decimals"), ("1e13", "below")],
)
def test_a_quantity_that_cannot_be_meant_is_refused(quantity: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        check_entered([EnteredLine("k", "ANNA", "CUP", "SHOP", Decimal(quantity), TODAY)])


def test_a_key_that_stands_twice_in_one_call_is_refused() -> None:
    line = EnteredLine("k", "ANNA", "CUP", "SHOP", Decimal(1), TODAY)
    with pytest.raises(Refused, match="stands twice"):
        check_entered([line, line])


def test_late_promises_take_from_what_comes_next() -> None:
    supplies = [Supply(Decimal(2), TODAY), Supply(Decimal(10), day(5))]
    answer = promise(supplies, [Commitment(Decimal(6), day(1))], Decimal(4), wanted_on=day(1))
    assert (answer.promised_quantity, answer.in_full_on) == (0, day(5))
    assert promise(supplies, [Commitment(Decimal(6), day(1))], Decimal(7), wanted_on=day(1)).in_full_on is None


def test_goods_that_expire_are_promised_only_while_they_keep() -> None:
    supplies = [Supply(Decimal(5), TODAY, expires_on=day(10))]
    assert promise(supplies, [], Decimal(5), wanted_on=day(9)).promised_quantity == 5
    assert promise(supplies, [], Decimal(5), wanted_on=day(9), life_days=1).promised_quantity == 0
    assert promise(supplies, [], Decimal(5), wanted_on=day(10)).in_full_on is None


SUPPLIES = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 20)), max_size=6)
COMMITMENTS = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 20)), max_size=6)


@given(supplies=SUPPLIES, commitments=COMMITMENTS, wanted_in=st.integers(0, 14))
def test_what_can_be_promised_is_the_least_that_is_left_from_the_day_on(
    supplies: list[tuple[int, int]], commitments: list[tuple[int, int]], wanted_in: int
) -> None:
    """The cumulative available-to-promise, computed as the textbooks define it."""
    left = accumulate(
        sum(q for d, q in supplies if d == today) - sum(q for d, q in commitments if d == today) for today in range(15)
    )
    expected = max(min(list(left)[wanted_in:]), 0)
    answer = promise(
        [Supply(Decimal(q), day(d)) for d, q in supplies],
        [Commitment(Decimal(q), day(d)) for d, q in commitments],
        Decimal(1000),
        wanted_on=day(wanted_in),
    )
    assert answer.promised_quantity == expected


LIVED = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(1, 14)), max_size=5)
FEW = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 5)), max_size=4)


@given(supplies=LIVED, commitments=FEW, wanted_in=st.integers(0, 9), life_days=st.integers(0, 4))
def test_of_goods_that_expire_exactly_so_much_is_promised_as_breaks_no_promise_that_can_be_kept(
    supplies: list[tuple[int, int, int]], commitments: list[tuple[int, int]], wanted_in: int, life_days: int
) -> None:
    goods = [Supply(Decimal(q), day(d), expires_on=day(d + life)) for d, q, life in supplies]
    owed = [Commitment(Decimal(q), day(d), d % 3) for d, q in commitments]
    before = served_in_time(goods, owed)
    assume(before == sum(c.quantity for c in owed))
    answer = promise(goods, owed, Decimal(100), wanted_on=day(wanted_in), life_days=life_days)
    with_it = served_in_time(goods, [*owed, Commitment(Decimal(100), day(wanted_in), life_days)])
    assert answer.promised_quantity == with_it - before


def served_in_time(goods: list[Supply], owed: list[Commitment]) -> int:
    """The most that can be served in time at all: units matched to units, one after another, by augmenting paths."""
    units = [s for s in goods for _ in range(int(s.quantity))]
    wants = [c for c in owed for _ in range(int(c.quantity))]
    match: dict[int, int] = {}

    def augment(want: int, seen: set[int]) -> bool:
        for number, unit in enumerate(units):
            if number not in seen and unit.serves(wants[want].wanted_on, wants[want].life_days):
                seen.add(number)
                if number not in match or augment(match[number], seen):
                    match[number] = want
                    return True
        return False

    return sum(augment(want, set()) for want in range(len(wants)))
