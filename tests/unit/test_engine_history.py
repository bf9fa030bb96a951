"""Demand is issues less returns, dense by day, week or month."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from ownstock.engine.history import Bucket, DemandHistory, dense, net_of_returns


def net(issued: list[float], returned: list[float]) -> list[float]:
    given = np.array([issued], np.float32), np.array([returned], np.float32)
    found: list[float] = net_of_returns(*given)[0].tolist()
    return found


def empty(first_on: date | None, bucket: Bucket) -> DemandHistory:
    nothing = np.zeros((0, 0), np.float32)
    return DemandHistory(pl.Series([], dtype=pl.Int64), nothing, nothing, first_on, bucket)


def test_returns_are_taken_from_the_demand_of_their_week() -> None:
    assert net([5, 8, 3], [1, 0, 2]) == [4, 8, 1]


def test_returns_above_the_issues_of_their_week_are_taken_from_the_weeks_before() -> None:
    assert net([5, 8, 3], [0, 0, 10]) == [5, 1, 0]
    assert net([5, 8, 3], [0, 0, 12]) == [4, 0, 0]


def test_returns_of_sales_before_the_history_are_dropped() -> None:
    assert net([1, 2], [0, 9]) == [0, 0]


def test_a_week_without_a_row_is_a_week_in_stock_without_demand() -> None:
    columns = {"item_site": ["a", "a", "b"], "week_start_on": [date(2026, 1, 5), date(2026, 1, 19), date(2026, 1, 19)]}
    numbers = {"issued": [4.0, 6.0, 2.0], "returned": [0.0, 1.0, 0.0], "in_stock_fraction": [1.0, 0.5, 1.0]}
    history = dense(pl.DataFrame(columns | numbers), pl.DataFrame({"item_site": ["b", "a", "c"]}))
    assert history.first_on == date(2026, 1, 5)
    assert history.demand.tolist() == [[0, 0, 2], [4, 0, 5], [0, 0, 0]]
    assert history.in_stock.tolist() == [[1, 1, 1], [1, 1, 0.5], [1, 1, 1]]


def test_a_history_is_read_in_the_order_of_other_item_sites_and_masked_where_it_knows_none() -> None:
    demand = np.array([[1, 2], [3, 4]], np.float32)
    history = DemandHistory(pl.Series(["a", "b"]), demand, np.ones_like(demand), date(2026, 1, 5), "week")
    asked = history.of(pl.Series(["b", "c", "a"]))
    assert asked.demand.tolist() == [[3, 4], [0, 0], [1, 2]]
    assert asked.in_stock.tolist() == [[1, 1], [0, 0], [1, 1]]
    assert history.of(pl.Series(["a", "b"])) is history


def test_weeks_begin_on_mondays_and_the_fifty_third_is_read_as_the_fifty_second() -> None:
    history = empty(date(2026, 12, 21), "week")
    assert history.bucket_starts(3).astype(str).tolist() == ["2026-12-21", "2026-12-28", "2027-01-04"]
    assert history.season_index(3).tolist() == [51, 51, 0]


def test_months_begin_on_the_first_whatever_their_length() -> None:
    history = empty(date(2026, 1, 1), "month")
    assert history.bucket_starts(3).astype(str).tolist() == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert history.season_index(14).tolist() == [*range(12), 0, 1]


def test_days_have_the_season_of_the_week() -> None:
    assert empty(date(2026, 1, 7), "day").season_index(7).tolist() == [2, 3, 4, 5, 6, 0, 1]


@pytest.mark.parametrize(("bucket", "days", "season"), [("day", 1.0, 7), ("week", 7.0, 52), ("month", 30.4375, 12)])
def test_a_bucket_knows_its_length_and_its_season(bucket: Bucket, days: float, season: int) -> None:
    assert empty(None, bucket).days_a_bucket == days
    assert empty(None, bucket).buckets_a_season == season


def test_without_any_bucket_there_is_no_first_day() -> None:
    assert np.isnat(empty(None, "week").bucket_starts(2)).all()
    assert empty(None, "week").season_index(2).tolist() == [0, 0]
