"""Seasons of one's own: what groups and series tell beside the season that all share, and how much of it is believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from ownstock.engine.arrays import Floats
from ownstock.engine.forecast.groups import Groups
from ownstock.engine.forecast.nested_season import DEMANDS_TO_TRUST, nested_season
from ownstock.engine.forecast.shared_season import SharedSeason
from ownstock.engine.history import DemandHistory

WEEKS, PEAK = 156, 20
FLAT = SharedSeason(np.ones((2, 52)), is_known=True)


def history(demand: Floats) -> DemandHistory:
    rows, weeks = demand.shape
    in_stock = np.ones((rows, weeks), np.float32)
    return DemandHistory(pl.Series(range(rows)), demand.astype(np.float32), in_stock, date(2023, 1, 2), "week")


def peaking(mean: Floats, times: Floats, weeks: int = WEEKS) -> DemandHistory:
    """Series of a constant mean that sell so many times as much in one week of every year. mean, times [n]"""
    demand = np.repeat(mean[:, None], weeks, axis=1)
    demand[:, PEAK::52] *= times[:, None]
    return history(demand)


def shops(shop: list[int]) -> Groups:
    return Groups(np.array([[0, k] for k in shop]), {"department": ("1",), "shop": ("a", "b")})


def peaks(of: DemandHistory, groups: Groups, ratio: float = 1.0, shared: SharedSeason = FLAT) -> Floats:
    """The index of each series in the week of the peak, where the shared season has no peak."""
    spread = np.full(of.demand.shape[0], ratio)
    season = shared.over(of, of.demand.shape[1] + 4)
    index = nested_season(of, shared, spread, groups).over(of, season, spread, groups)
    return index[:, PEAK].astype(np.float64)


def test_what_was_sold_counts_against_so_many_demands_that_were_not_seen() -> None:
    """By hand: three peaks of 300 at a level of 100, faded by half every two years, in one group of one series."""
    alone = Groups(np.zeros((1, 1), dtype=np.int64), {"all": ("all",)})
    of = peaking(np.array([100.0]), np.array([3.0]))
    age = (WEEKS - 1 - np.arange(PEAK, WEEKS, 52)) / 52
    fade = 0.5 ** (age / 2)
    around = [of.demand[0, max(week - 26, 0) : week + 27] for week in range(PEAK, WEEKS, 52)]
    level = np.array([part.sum() / (part.size + 0.5) for part in around])
    sold, expected = (fade * 300).sum(), (fade * level).sum()
    of_group = (sold + DEMANDS_TO_TRUST) / (expected + DEMANDS_TO_TRUST)
    own = (sold + DEMANDS_TO_TRUST) / (expected * of_group + DEMANDS_TO_TRUST)
    assert peaks(of, alone)[0] == pytest.approx(of_group * own, rel=1e-5)


def test_one_shop_peaks_and_its_neighbour_does_not() -> None:
    times = np.array([4.0] * 10 + [1.0] * 10)
    of = peaking(np.full(20, 30.0), times)
    found = peaks(of, shops([0] * 10 + [1] * 10))
    assert (found[:10] > 3).all()
    assert (found[10:] < 1.5).all()


def test_a_series_that_hardly_sells_peaks_like_its_shop() -> None:
    """It has sold nothing at all in the peaks, which says next to nothing."""
    of = peaking(np.array([30.0] * 10 + [0.05]), np.array([4.0] * 10 + [0.0]))
    found = peaks(of, shops([0] * 11))
    assert found[10] > 0.7 * found[:10].max()


def test_restless_demand_is_believed_less() -> None:
    of = peaking(np.full(4, 30.0), np.full(4, 4.0))
    groups = shops([0, 0, 1, 1])
    assert (peaks(of, groups, ratio=20.0) < peaks(of, groups) - 0.5).all()


def test_one_year_is_followed_by_half_though_a_second_one_was_empty() -> None:
    of = peaking(np.full(20, 50.0), np.full(20, 4.0), 104)
    groups = shops([0] * 20)
    assert (peaks(of, groups) > 2.5).all()
    of.in_stock[:, :20] = 0
    assert (peaks(of, groups) > 1.2).all()
    assert (peaks(of, groups) < 2.1).all()


def test_where_no_season_is_known_nobody_has_one_of_its_own() -> None:
    of = peaking(np.full(4, 50.0), np.full(4, 4.0), 60)
    assert (peaks(of, shops([0] * 4), shared=replace(FLAT, is_known=False)) == 1).all()


def test_a_series_has_the_same_season_alone_as_in_the_company_of_all() -> None:
    rng = np.random.default_rng(1)
    of = history(rng.poisson(rng.uniform(1, 40, (30, 1)), (30, WEEKS)))
    groups, spread = shops([k % 2 for k in range(30)]), rng.uniform(1, 4, 30)
    learned = nested_season(of, FLAT, spread, groups)
    rows = np.array([3, 17])
    some = DemandHistory(of.item_sites[rows], of.demand[rows], of.in_stock[rows], of.first_on, "week")
    season = FLAT.over(of, WEEKS + 4)
    alone = learned.over(some, season, spread[rows], groups.of(rows))
    assert np.array_equal(alone, learned.over(of, season, spread, groups)[rows])


def test_a_group_that_nobody_was_in_has_the_season_of_all() -> None:
    of = peaking(np.array([50.0, 0.0]), np.array([4.0, 1.0]))
    known = shops([0, 0])
    learned = nested_season(of, FLAT, np.ones(2), known)
    assert (learned.by_group[1][known.count(1) - 1] == 1).all()
