"""Seasons of one's own: what groups and series tell beside the season that all share, and how much of it is believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.cleaning import uncensored
from ownstock.engine.forecast.groups import Groups
from ownstock.engine.forecast.nested_season import DEMANDS_TO_TRUST, NestedSeason, factors, plain_sums, with_groups
from ownstock.engine.forecast.shared_season import SharedSeason
from ownstock.engine.history import DemandHistory

WEEKS, PEAK = 156, 20
FLAT = SharedSeason(np.ones((2, 52)), is_known=True)


def history(demand: Floats | Ints) -> DemandHistory:
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


def over(learned: NestedSeason, of: DemandHistory, groups: Groups) -> Floats:
    """The indices of all series, four weeks ahead too. [n, T + 4]"""
    rows, weeks = of.demand.shape
    return learned.over(of, groups, weeks + 4)(np.arange(rows)).astype(np.float64)


def peaks(of: DemandHistory, groups: Groups, shared: SharedSeason = FLAT) -> Floats:
    """The index of each series in the week of the peak, where the shared season has no peak."""
    return over(with_groups(of, shared, groups), of, groups)[:, PEAK]


def test_what_was_sold_counts_against_so_many_demands_that_were_not_seen() -> None:
    """By hand: three peaks of 300 at a level of 100, faded by half every two years, in one group of one series."""
    alone = Groups(np.zeros((1, 1), dtype=np.int64), {"all": ("all",)})
    of = peaking(np.array([100.0]), np.array([3.0]))
    age = (WEEKS - 1 - np.arange(PEAK, WEEKS, 52)) / 52
    fade = 0.5 ** (age / 2)
    around = [of.demand[0, max(week - 26, 0) : week + 27] for week in range(PEAK, WEEKS, 52)]
    level = np.array([part.sum() / (part.size + 0.5) for part in around])
    last = of.demand[0, -52:]
    ratio = last.var() / last.mean()
    sold, expected = (fade * 300).sum() / ratio, (fade * level).sum() / ratio
    of_group = (sold + DEMANDS_TO_TRUST) / (expected + DEMANDS_TO_TRUST)
    own = (sold + DEMANDS_TO_TRUST) / (expected * of_group + DEMANDS_TO_TRUST)
    assert peaks(of, alone)[0] == pytest.approx(of_group * own, rel=1e-4)


def test_one_shop_peaks_and_its_neighbour_does_not() -> None:
    times = np.array([4.0] * 10 + [1.0] * 10)
    of = peaking(np.full(20, 30.0), times)
    found = peaks(of, shops([0] * 10 + [1] * 10))
    assert (found[:10] > 2.5).all()
    assert (found[10:] < 1.5).all()


def test_a_series_that_hardly_sells_peaks_like_its_shop() -> None:
    """It has sold nothing at all in the peaks, which says next to nothing."""
    of = peaking(np.array([30.0] * 10 + [0.05]), np.array([4.0] * 10 + [0.0]))
    found = peaks(of, shops([0] * 11))
    assert found[10] > 0.7 * found[:10].max()


def test_restless_demand_is_believed_less() -> None:
    """Every other week brings all the demand of two: the same units, from fewer customers."""
    calm, restless = (peaking(np.full(4, 30.0), np.full(4, 4.0)) for _ in range(2))
    restless.demand[:, 1::2] += restless.demand[:, ::2] * (np.arange(WEEKS)[::2] % 52 != PEAK)
    restless.demand[:, ::2] *= np.arange(WEEKS)[::2] % 52 == PEAK
    groups = shops([0, 0, 1, 1])
    assert (peaks(restless, groups) < peaks(calm, groups) - 0.5).all()


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


def noisy() -> DemandHistory:
    """Thirty series of all sizes, a tenth of whose weeks they were not or not always in stock."""
    rng = np.random.default_rng(1)
    of = history(rng.poisson(rng.uniform(1, 40, (30, 1)), (30, WEEKS)))
    of.in_stock[:] = np.where(rng.random((30, WEEKS)) < 0.1, rng.choice([0.0, 0.5], (30, WEEKS)), 1.0)
    of.demand[of.in_stock == 0] = 0
    return of


def test_a_series_has_the_same_season_alone_as_in_the_company_of_all() -> None:
    of, groups = noisy(), shops([k % 2 for k in range(30)])
    learned = with_groups(of, FLAT, groups)
    rows = np.array([3, 17])
    some = DemandHistory(of.item_sites[rows], of.demand[rows], of.in_stock[rows], of.first_on, "week")
    assert np.array_equal(over(learned, some, groups.of(rows)), over(learned, of, groups)[rows])


def test_a_season_of_its_own_is_what_its_plain_form_says() -> None:
    of, groups = noisy(), shops([k % 2 for k in range(30)])
    shared = SharedSeason(np.random.default_rng(2).uniform(0.5, 1.5, (2, 52)), is_known=True)
    season = shared.over(of, WEEKS)[groups.codes[:, 0]]
    sold, expected = plain_sums(uncensored(of), season)
    own = np.ones_like(sold)
    for grouping, code in enumerate(groups.codes.T):
        sums = np.zeros((2, groups.count(grouping), 52))
        np.add.at(sums[0], code, sold)
        np.add.at(sums[1], code, expected * own)
        own *= factors(*sums)[code]
    own *= factors(sold, expected * own)
    found = over(with_groups(of, shared, groups), of, groups)[:, :WEEKS] / season
    assert found == pytest.approx(own[:, of.season_index(WEEKS)], rel=1e-3)


def test_a_group_that_nobody_was_in_has_the_season_of_all() -> None:
    of = peaking(np.array([50.0, 0.0]), np.array([4.0, 1.0]))
    known = shops([0, 0])
    learned = with_groups(of, FLAT, known)
    assert (learned.by_group[1][known.count(1) - 1] == 1).all()
