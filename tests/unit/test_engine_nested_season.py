"""Seasons of one's own: what groups and series tell beside the season that all share, and how much of it is believed."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from ownstock.engine.arrays import Floats
from ownstock.engine.forecast.groups import Groups
from ownstock.engine.forecast.nested_season import DEMANDS_TO_TRUST, nested_season
from ownstock.engine.history import DemandHistory

WEEKS, PEAK = 156, 20
FLAT = np.ones((2, WEEKS + 4))


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


def peaks(of: DemandHistory, groups: Groups, ratio: float = 1.0) -> Floats:
    """The index of each series in the week of the peak, where the shared season knows none."""
    spread = np.full(of.demand.shape[0], ratio)
    season = FLAT[:, : of.demand.shape[1] + 4]
    index = nested_season(of, season, spread, groups).over(of, season, spread, groups)
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


def test_one_year_is_followed_by_half_and_less_not_at_all() -> None:
    for weeks, least, most in ((51, 1.0, 1.0), (70, 1.2, 2.1), (104, 2.5, 4.0)):
        of = peaking(np.full(20, 50.0), np.full(20, 4.0), weeks)
        found = peaks(of, shops([0] * 20))
        assert (found >= least).all()
        assert (found <= most).all()


def test_weeks_before_the_first_sale_in_any_shop_are_no_year() -> None:
    of = peaking(np.full(4, 50.0), np.full(4, 4.0), 104)
    of.in_stock[:, :60] = 0
    assert (peaks(of, shops([0] * 4)) == 1).all()


def test_a_series_has_the_same_season_alone_as_in_the_company_of_all() -> None:
    rng = np.random.default_rng(1)
    of = history(rng.poisson(rng.uniform(1, 40, (30, 1)), (30, WEEKS)))
    groups, spread = shops([k % 2 for k in range(30)]), rng.uniform(1, 4, 30)
    learned = nested_season(of, FLAT, spread, groups)
    rows = np.array([3, 17])
    some = DemandHistory(of.item_sites[rows], of.demand[rows], of.in_stock[rows], of.first_on, "week")
    alone = learned.over(some, FLAT, spread[rows], groups.of(rows))
    assert np.array_equal(alone, learned.over(of, FLAT, spread, groups)[rows])


def test_a_group_that_nobody_was_in_has_the_season_of_all() -> None:
    of = peaking(np.array([50.0, 0.0]), np.array([4.0, 1.0]))
    known = shops([0, 0])
    learned = nested_season(of, FLAT, np.ones(2), known)
    assert (learned.by_group[1][known.count(1) - 1] == 1).all()
