"""Sold-out buckets are lifted, outliers capped and told."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from ownstock.engine.cleaning import uncensored, winsorised
from ownstock.engine.history import DemandHistory


def history(demand: list[float], in_stock: list[float] | None = None) -> DemandHistory:
    known = np.array([in_stock or [1.0] * len(demand)], np.float32)
    return DemandHistory(pl.Series(["a"]), np.array([demand], np.float32), known, date(2026, 1, 5), "week")


def lifted(demand: list[float], in_stock: list[float]) -> list[float]:
    return uncensored(history(demand, in_stock)).demand[0].tolist()


def test_buckets_in_stock_stay_as_they_are() -> None:
    assert lifted([4.0, 0.0, 6.0], [1.0, 1.0, 1.0]) == [4.0, 0.0, 6.0]


def test_a_week_sold_out_on_its_way_is_lifted_to_between_its_rate_and_the_usual_one() -> None:
    found = lifted([10.0] * 20 + [8.0], [1.0] * 20 + [0.5])
    at_its_own_rate = 8 / (0.5 - 1 / 14)
    assert 8 + (1 - 0.5) * 10 < found[-1] < at_its_own_rate


def test_a_lifted_week_counts_as_fully_in_stock() -> None:
    assert uncensored(history([5.0, 3.0], [1.0, 0.4])).in_stock.tolist() == [[1.0, 1.0]]


def test_a_week_without_a_sale_counts_for_the_time_in_stock_alone() -> None:
    found = uncensored(history([5.0, 0.0, 0.0], [1.0, 0.4, 0.0]))
    assert found.demand.tolist() == [[5.0, 0.0, 0.0]]
    assert found.in_stock[0].tolist() == pytest.approx([1.0, 0.4, 0.0])


def test_what_sold_although_it_was_never_in_stock_stays_near_what_was_sold() -> None:
    found = lifted([20.0, 0.0, 10.0], [0.0, 0.0, 0.0])
    assert 20 <= found[0] <= 2 * 20
    assert found[1] == 0
    assert 10 <= found[2] <= 2 * 20


def test_sales_in_a_week_that_the_record_calls_out_of_stock_are_the_least_that_was_wanted() -> None:
    usual_after_nine_weeks = lifted([9.0] * 30 + [2.0], [1.0] * 30 + [0.0])[-1]
    assert usual_after_nine_weeks == pytest.approx(9 + 3, rel=0.02)
    assert lifted([9.0] * 30 + [16.0], [1.0] * 30 + [0.0])[-1] == pytest.approx(16 + 4)


def test_the_usual_of_a_week_has_its_season() -> None:
    season = np.array([[1.0] * 10 + [3.0]], np.float32)
    group = np.zeros(1, np.int64)
    flat = uncensored(history([10.0] * 10 + [4.0], [1.0] * 10 + [2 / 7]))
    high = uncensored(history([10.0] * 10 + [4.0], [1.0] * 10 + [2 / 7]), season, group)
    assert high.demand[0, -1] > flat.demand[0, -1] + 5


@pytest.mark.parametrize(("spread", "units"), [(1.0, 1.5), (2.0, 6.0)])
def test_lifting_gives_back_on_average_what_stock_outs_hid(spread: float, units: float) -> None:
    """Weeks of negative binomial demand, served from a week's stock and a bit: the mean comes back within a few percent."""
    rng = np.random.default_rng(11)
    rows, weeks = 4_000, 60
    shape = (rows, weeks)
    rate = rng.gamma(units / spread, spread, shape)
    on_hand = np.full(shape, np.ceil(units * 1.2))
    sold, wanted, empty = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for _ in range(7):
        today = rng.poisson(rate / 7)
        empty += on_hand == 0
        sold += np.minimum(today, on_hand)
        wanted += today
        on_hand = np.maximum(on_hand - today, 0)
    keys = pl.Series(np.arange(rows))
    in_stock = (1 - empty / 7).astype(np.float32)
    found = uncensored(DemandHistory(keys, sold.astype(np.float32), in_stock, date(2026, 1, 5), "week"))
    assert sold.mean() < 0.85 * wanted.mean()
    assert found.demand.mean() == pytest.approx(wanted.mean(), rel=0.05)


def test_an_outlier_is_capped_and_told() -> None:
    demand = [5.0, 6.0, 4.0, 5.0] * 10
    cleaned, record = winsorised(history([*demand, 90.0, *demand]))
    [told] = record.to_dicts()
    assert told["item_site"] == "a"
    assert told["bucket_start_on"] == date(2026, 1, 5).fromordinal(date(2026, 1, 5).toordinal() + 7 * 40)
    assert told["demand"] == 90.0
    assert told["capped_at"] == pytest.approx(float(cleaned.demand[0, 40]))
    assert 30 < told["capped_at"] < 60
    assert cleaned.demand[0, :40].tolist() == demand


def test_nothing_is_capped_and_nothing_told_where_demand_is_only_rare() -> None:
    cleaned, record = winsorised(history([0.0, 0.0, 0.0, 1.0] * 13))
    assert record.height == 0
    assert cleaned.demand[0].tolist() == [0.0, 0.0, 0.0, 1.0] * 13


def test_with_ten_buckets_nothing_lies_far_enough_out_to_be_capped() -> None:
    assert winsorised(history([0.0] * 9 + [1_000.0]))[1].height == 0
    assert winsorised(history([0.0] * 10 + [1_000.0] + [0.0]))[1].height == 1


def test_the_usual_is_that_of_the_last_season_in_stock() -> None:
    stopped = winsorised(history([1_000.0] * 10 + [10.0] * 52))[0]
    assert stopped.demand[0, :10].tolist() == [11.0] * 10
    masked = winsorised(history([10.0] * 40 + [0.0] * 12, [1.0] * 40 + [0.0] * 12))
    assert masked[1].height == 0


def test_a_series_that_was_never_in_stock_is_not_capped() -> None:
    assert winsorised(history([100.0] * 20, [0.0] * 20))[1].height == 0


def test_a_season_is_no_outlier() -> None:
    season = np.array([[1.0] * 51 + [8.0]], np.float32)
    demand = [10.0] * 51 + [80.0]
    assert winsorised(history(demand))[1].height == 1
    assert winsorised(history(demand), season, np.zeros(1, np.int64))[1].height == 0
