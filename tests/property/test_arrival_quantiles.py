"""Arrival days told as equally likely days: the same as the record's distributions, whatever the order of the receipts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ownstock.engine.arrival_levels import BY_PROMISE
from ownstock.engine.arrival_quantiles import arrival_quantiles
from ownstock.engine.arrival_record import ArrivalRecord, Memory, learn_arrivals
from tests.arrival_cases import TODAY, Case, receipts

LEVELS = (np.arange(20) + 0.5) / 20
cases = st.lists(
    st.tuples(
        st.integers(1, 4), st.sampled_from("ABC"), st.integers(-10, 300), st.one_of(st.none(), st.integers(-15, 60))
    ),
    max_size=12,
)
asked_days = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from("ABCD"), st.integers(-40, 400)), min_size=1, max_size=8
)


def known(rows: list[Case]) -> list[Case]:
    """Those that the record of today can know: received by yesterday, or open."""
    return [(item, who, ago, late if late is not None and late < ago else None) for item, who, ago, late in rows]


def asked_of(rows: list[tuple[int, str, int]]) -> pl.DataFrame:
    told = [(item, who, "", TODAY - timedelta(days=ago)) for item, who, ago in rows]
    return pl.DataFrame(told, schema=["item_site", "supplier", "lane", "promised_on"], orient="row")


def plainly(record: ArrivalRecord, asked: pl.DataFrame) -> np.ndarray[Any, Any]:
    """In numpy, row by row: the distribution, and the first day on which each level is reached."""
    day = np.array([(TODAY - on).days + BY_PROMISE.zero for on in asked["promised_on"]])
    reached = np.cumsum(record.distributions(asked.with_columns(day=day), is_promised=True), axis=1)
    found = (reached[:, None, :] >= LEVELS[:, None] - 1e-9).argmax(axis=2) - day[:, None]
    return np.where(day[:, None] < BY_PROMISE.anything.size, found, -1)


@given(cases, asked_days)
def test_levels_are_those_of_the_distribution(rows: list[Case], asked: list[tuple[int, str, int]]) -> None:
    record = learn_arrivals(receipts(known(rows)), TODAY)
    found = arrival_quantiles(record, asked_of(asked), TODAY, LEVELS)
    assert np.array_equal(found.in_days[found.row], plainly(record, asked_of(asked)))


@given(cases, asked_days, st.randoms())
def test_the_order_of_receipts_does_not_matter(
    rows: list[Case], asked: list[tuple[int, str, int]], random: Any
) -> None:
    names = [str(number) for number in range(len(rows))]
    shuffled = list(zip(known(rows), names, strict=True))
    random.shuffle(shuffled)
    one = learn_arrivals(receipts(known(rows), names=names), TODAY)
    other = learn_arrivals(receipts([row for row, _ in shuffled], names=[name for _, name in shuffled]), TODAY)
    found, again = (arrival_quantiles(record, asked_of(asked), TODAY, LEVELS) for record in (one, other))
    assert np.array_equal(found.in_days[found.row], again.in_days[again.row])


@given(cases, st.tuples(st.integers(1, 5), st.sampled_from("ABCD"), st.integers(-40, 300)), st.integers(0, 60))
def test_a_delivery_that_has_waited_longer_is_expected_no_earlier(
    rows: list[Case], one: tuple[int, str, int], more: int
) -> None:
    record = learn_arrivals(receipts(known(rows)), TODAY)
    now = arrival_quantiles(record, asked_of([one]), TODAY, LEVELS)
    later = arrival_quantiles(record, asked_of([one]), TODAY + timedelta(days=more), LEVELS)
    is_told = later.in_days[0] >= 0
    assert (later.in_days[0][is_told] + more >= now.in_days[0][is_told]).all()


def test_who_always_comes_on_the_day_is_certain() -> None:
    kept = [(1, "exact", ago, 0) for ago in range(10, 200, 5)]
    record = learn_arrivals(receipts(kept), TODAY, Memory(kept=0.9))
    found = arrival_quantiles(record, asked_of([(1, "exact", -14), (2, "exact", -20)]), TODAY, LEVELS)
    assert (found.in_days[found.row] == [[14], [20]]).all()
    assert (found.on_day > 0.98).all()


def test_surprise_is_no_more_than_what_came_on_other_days() -> None:
    record = learn_arrivals(receipts([(1, "A", ago, 0) for ago in range(10, 200, 5)]), TODAY, Memory(surprise=1.0))
    found = arrival_quantiles(record, asked_of([(1, "A", -14)]), TODAY, LEVELS)
    assert found.on_day[0] > 0.9


def test_one_of_many_is_told_as_in_company() -> None:
    shown = np.random.default_rng(7).integers((1, 0, 1, -10), (400, 6, 200, 40), (3_000, 4))
    record = learn_arrivals(
        receipts(known([(item, "ABCDEF"[who], ago, late) for item, who, ago, late in shown.tolist()])), TODAY
    )
    asked = asked_of(
        [(item, who, -ago) for item, who, ago in zip(range(1, 60), "ABCDEFG" * 9, range(59), strict=False)]
    )
    together = arrival_quantiles(record, asked, TODAY, LEVELS)
    for place in range(asked.height):
        alone = arrival_quantiles(record, asked[place : place + 1], TODAY, LEVELS)
        row = together.row[place]
        assert np.array_equal(alone.in_days[0], together.in_days[row])
        assert alone.on_time[0] == together.on_time[row]
