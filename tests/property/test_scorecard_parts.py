"""Whatever comes of whatever was ordered: parts judged as columns are judged as one by one, and fairly."""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from ownstock.purchasing.rules.scorecards import NOT_NAMED, WHOLE, Arrivals, Judged, Parts, Verdict, judged

TODAY = 40
DAYS, LINES, QUANTITIES = st.integers(0, 60), st.integers(1, 4), st.integers(1, 40)
GONE = st.sampled_from([0, 0, 0, 5])
Row = tuple[int, int, int, int, int]
Came = tuple[int, int, int]
PARTS = st.lists(st.tuples(LINES, DAYS, QUANTITIES, GONE, GONE), min_size=1, max_size=12)
ARRIVALS = st.lists(st.tuples(LINES, DAYS, QUANTITIES), max_size=12)
LATE, UNDER = st.integers(0, 3), st.sampled_from([0, 500, 2_000])
EARLY = st.sampled_from([NOT_NAMED, 1, 4])


def parts_of(rows: list[Row], late: int, early: int, under: int) -> Parts:
    line, due, quantity, refused, cut = np.array(rows, np.int64).T
    more = (np.full(line.size, value) for value in (late, early, under))
    return Parts(line, due, quantity, refused, cut, *more)


def arrivals_of(rows: list[Came]) -> Arrivals:
    return Arrivals(*np.array(rows, np.int64).reshape(-1, 3).T)


def kept(found: Judged) -> int:
    return int((found.verdict == Verdict.KEPT).sum())


def one_by_one(rows: list[Row], came: list[Came], late: int, early: int, under: int) -> dict[tuple[int, int], Verdict]:
    """The rule as it is written, part after part."""
    said = {}
    for line, due in sorted({(line, due) for line, due, *_ in rows}):
        of_line = [row for row in rows if row[0] == line]
        own = [row for row in of_line if row[1] == due]
        quantity, refused, cut = (sum(row[place] for row in own) for place in (2, 3, 4))
        wanted = sum(q for _, day, q, *_ in of_line if day <= due)
        lacks = max(wanted - sum(q for at, day, q in came if at == line and day <= due + late), 0) + refused + cut
        may_lack = (quantity + refused + cut) * under / WHOLE
        too_early = sum(q for at, day, q in came if at == line and day < due - early) > wanted - quantity
        by_now = sum(q for at, day, q in came if at == line and day <= TODAY)
        if due + late >= TODAY:
            said[line, due] = Verdict.NOT_DUE
        elif lacks <= may_lack:
            said[line, due] = Verdict.EARLY if early != NOT_NAMED and too_early else Verdict.KEPT
        elif refused or cut:
            said[line, due] = Verdict.REFUSED if refused else Verdict.CUT_LATE
        else:
            said[line, due] = Verdict.LATE if max(wanted - by_now, 0) <= may_lack else Verdict.OPEN
    return said


@given(rows=PARTS, came=ARRIVALS, late=LATE, early=EARLY, under=UNDER)
def test_columns_are_judged_as_one_by_one(rows: list[Row], came: list[Came], late: int, early: int, under: int) -> None:
    found = judged(parts_of(rows, late, early, under), arrivals_of(came), TODAY)
    told = zip(found.parts.line.tolist(), found.parts.due.tolist(), found.verdict.tolist(), strict=True)
    assert {(line, due): Verdict(verdict) for line, due, verdict in told} == one_by_one(rows, came, late, early, under)


@given(rows=PARTS, came=ARRIVALS, late=LATE, under=UNDER, which=st.integers(0, 11), days=st.integers(1, 30))
def test_fewer_parts_are_kept_when_goods_come_later(
    rows: list[Row], came: list[Came], late: int, under: int, which: int, days: int
) -> None:
    parts = parts_of(rows, late, NOT_NAMED, under)
    later = [(line, day + days * (place == which), q) for place, (line, day, q) in enumerate(came)]
    assert kept(judged(parts, arrivals_of(later), TODAY)) <= kept(judged(parts, arrivals_of(came), TODAY))


@given(rows=PARTS, came=ARRIVALS, late=LATE, early=EARLY, under=UNDER, seed=st.randoms(use_true_random=False))
def test_neither_order_nor_splitting_of_receipts_changes_a_verdict(
    rows: list[Row], came: list[Came], late: int, early: int, under: int, seed: object
) -> None:
    halves = [(line, day, part) for line, day, q in came for part in (q // 2, q - q // 2) if part]
    mixed = list(rows)
    seed.shuffle(halves)  # type: ignore[attr-defined]
    seed.shuffle(mixed)  # type: ignore[attr-defined]
    before = judged(parts_of(rows, late, early, under), arrivals_of(came), TODAY)
    after = judged(parts_of(mixed, late, early, under), arrivals_of(halves), TODAY)
    assert before.verdict.tolist() == after.verdict.tolist()
    assert before.filled.tolist() == after.filled.tolist()


@given(rows=PARTS, came=ARRIVALS, late=LATE, under=UNDER, more=st.integers(1, 20))
def test_a_later_promise_keeps_no_fewer_lines(
    rows: list[Row], came: list[Came], late: int, under: int, more: int
) -> None:
    """Where all days are moved by as much, no fewer parts are kept."""
    parts = parts_of(rows, late, NOT_NAMED, under)
    before = judged(parts, arrivals_of(came), 1_000)
    after = judged(replace(parts, due=parts.due + more), arrivals_of(came), 1_000)
    assert kept(after) >= kept(before)


@given(rows=PARTS, came=ARRIVALS, late=LATE)
def test_no_more_is_filled_than_was_due_or_came(rows: list[Row], came: list[Came], late: int) -> None:
    found = judged(parts_of(rows, late, NOT_NAMED, 0), arrivals_of(came), TODAY)
    assert (found.filled >= 0).all()
    assert (found.filled <= found.parts.quantity).all()
    assert found.filled.sum() <= sum(q for *_, q in came)
