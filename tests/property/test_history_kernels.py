"""Kernels of the history equal their plain forms on random blocks, and what must hold holds."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ownstock.engine.buckets import Movements, Span, bucketed, in_stock_of, plainly_bucketed, plainly_in_stock
from ownstock.engine.cleaning import plainly_capped, plainly_uncensored, uncensored, winsorised
from ownstock.engine.history import Bucket, DemandHistory, net_of_returns

FIRST_ON: dict[Bucket, date] = {"day": date(2026, 1, 7), "week": date(2026, 1, 5), "month": date(2026, 1, 1)}
seeds = st.integers(0, 2**32 - 1)
buckets: st.SearchStrategy[Bucket] = st.sampled_from(["day", "week", "month"])


def movements(rng: np.random.Generator, rows: int, span: Span, number: int, *, returns: float = 0.3) -> Movements:
    days = int(span.days().sum())
    return Movements(
        rng.integers(0, rows, number, dtype=np.int32),
        (span.first_day + rng.integers(-5, days + 5, number)).astype(np.int32),
        rng.integers(-1, 6, number).astype(np.float32),
        (rng.random(number) < returns).astype(np.int8),
    )


def histories(rng: np.random.Generator, bucket: Bucket) -> tuple[DemandHistory, np.ndarray, np.ndarray]:
    """A history with stock-outs and outliers, a season of two groups, the group of every item-site."""
    shape = int(rng.integers(1, 40)), int(rng.integers(1, 120))
    demand = rng.negative_binomial(0.7, 0.2, shape) * rng.choice([1.0, 50.0], shape, p=[0.97, 0.03])
    in_stock = np.where(rng.random(shape) < 0.3, rng.choice([0.0, 1 / 7, 0.5, 0.9], shape), 1.0)
    season = rng.uniform(0.2, 3.0, (2, shape[1])).astype(np.float32)
    keys = pl.Series(np.arange(shape[0]))
    given_history = DemandHistory(
        keys, demand.astype(np.float32), in_stock.astype(np.float32), FIRST_ON[bucket], bucket
    )
    return given_history, season, rng.integers(0, 2, shape[0])


@given(seeds, buckets, st.integers(1, 60), st.integers(1, 9))
def test_bucketed_movements_equal_their_plain_form(seed: int, bucket: Bucket, rows: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    span = Span(FIRST_ON[bucket], count, bucket)
    moved = movements(rng, rows, span, 300)
    found = bucketed(moved, pl.Series(np.arange(rows)), span)
    demand, is_carried = plainly_bucketed(moved, rows, span)
    assert np.array_equal(found.history.demand, demand)
    assert np.array_equal(found.unnetted.place, np.flatnonzero(is_carried))


@given(seeds)
def test_netting_keeps_the_total_but_for_what_was_sold_before_the_history_began(seed: int) -> None:
    rng = np.random.default_rng(seed)
    issued, returned = rng.integers(0, 9, (2, 20, 12)).astype(np.float32)
    found = net_of_returns(issued, returned)
    since_the_beginning = np.cumsum(issued - returned, axis=1)
    sold_before = np.maximum(-since_the_beginning.min(axis=1), 0)
    assert np.array_equal(found.sum(axis=1), since_the_beginning[:, -1] + sold_before)
    assert (found >= 0).all()
    assert (found <= issued).all()


@given(seeds, buckets)
def test_time_in_stock_equals_its_plain_form(seed: int, bucket: Bucket) -> None:
    rng = np.random.default_rng(seed)
    span = Span(FIRST_ON[bucket], 5, bucket)
    number = int(rng.integers(0, 80))
    place = rng.integers(0, 6, number, dtype=np.int32)
    day = np.sort(span.first_day + rng.integers(-4, int(span.days().sum()) + 4, number)).astype(np.int32)
    change = rng.integers(-3, 4, number).astype(np.float64)
    opening = rng.integers(-1, 4, 6).astype(np.float64)
    found = in_stock_of(place, day, change, opening, span)
    assert np.allclose(found, plainly_in_stock(place, day, change, opening, span))
    assert ((found >= 0) & (found <= 1)).all()


@given(seeds, buckets)
def test_lifting_equals_its_plain_form_and_never_lowers(seed: int, bucket: Bucket) -> None:
    history, season, group = histories(np.random.default_rng(seed), bucket)
    found = uncensored(history, season, group)
    plain = plainly_uncensored(history, season[group])
    assert np.allclose(found.demand, plain.demand, rtol=1e-3, atol=1e-3)
    assert np.array_equal(found.in_stock, plain.in_stock)
    assert (found.demand >= history.demand).all()
    assert np.array_equal(found.demand[history.in_stock >= 1], history.demand[history.in_stock >= 1])


@given(seeds, buckets)
def test_capping_equals_its_plain_form_and_tells_every_change(seed: int, bucket: Bucket) -> None:
    history, season, group = histories(np.random.default_rng(seed), bucket)
    found, record = winsorised(history, season, group)
    plain = plainly_capped(history, season[group])
    assert np.allclose(found.demand, plain, rtol=1e-3, atol=1e-3)
    assert record.height == int((found.demand < history.demand).sum())
    taken = record.select((pl.col("demand") - pl.col("capped_at")).sum()).item()
    assert np.isclose(taken, float((history.demand - found.demand).sum()), rtol=1e-3)
