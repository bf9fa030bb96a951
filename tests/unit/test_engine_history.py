"""Demand is issues less returns, in the weeks in which it could be sold."""

from __future__ import annotations

import numpy as np
import pytest

from ownstock.engine.forecast.moving_average import moving_average
from ownstock.engine.history import exposure, net_of_returns
from tests.engine_cases import case, plan_of


def net(issued: list[float], returned: list[float]) -> list[float]:
    found: list[float] = net_of_returns(np.array([issued]), np.array([returned]))[0].tolist()
    return found


def test_returns_are_taken_from_the_demand_of_their_week() -> None:
    assert net([5, 8, 3], [1, 0, 2]) == [4, 8, 1]


def test_returns_above_the_issues_of_their_week_are_taken_from_the_weeks_before() -> None:
    assert net([5, 8, 3], [0, 0, 10]) == [5, 1, 0]
    assert net([5, 8, 3], [0, 0, 12]) == [4, 0, 0]


def test_returns_of_sales_before_the_history_are_dropped() -> None:
    assert net([1, 2], [0, 9]) == [0, 0]


def test_a_week_out_of_stock_is_masked() -> None:
    masked = plan_of([case(demand=[6.0, 0.0, 6.0, 8.0], in_stock=[1.0, 0.2, 1.0, 1.0])])
    assert masked["mean_per_day"][0] == pytest.approx(20 / 3 / 7)
    assert masked["weeks_used"][0] == 3


def test_a_week_partly_in_stock_counts_for_the_part() -> None:
    counts = exposure(np.array([[1.0, 0.5, 0.49]]))
    assert counts.tolist() == [[1.0, 0.5, 0.0]]
    assert moving_average(np.array([[6.0, 3.0, 1.0]]), counts).mean.tolist() == [6.0]


def test_where_every_week_was_short_the_short_ones_count_for_a_day_at_least() -> None:
    assert exposure(np.array([[0.4, 0.01, 0.0]])).tolist() == [[0.4, 1 / 7, 0.0]]


def test_an_item_out_of_stock_for_the_whole_window_is_judged_by_the_weeks_before() -> None:
    plan = plan_of([case(demand=[3.0, 5.0, 4.0] + [0.0] * 13, in_stock=[1.0] * 3 + [0.0] * 13)])
    assert plan["mean_per_day"][0] == pytest.approx(4 / 7)
    assert plan["weeks_back"][0] == 13
    assert plan["quantity"][0] > 0


def test_only_the_last_weeks_of_the_window_count() -> None:
    assert plan_of([case(demand=[900.0] * 5 + [2.0] * 13)])["mean_per_day"][0] == pytest.approx(2 / 7)
    assert plan_of([case(demand=[900.0] * 5 + [2.0] * 13)], window_weeks=4)["weeks_used"][0] == 4


def test_a_missing_week_is_a_week_in_stock_without_demand() -> None:
    plan = plan_of([case(demand=[4.0, 4.0]), case(demand=[8.0])])
    assert plan["mean_per_day"].to_list() == pytest.approx([4 / 7, 4 / 7])


def test_an_item_without_history_is_not_ordered() -> None:
    assert plan_of([case(), case(demand=[])])["quantity"].to_list()[1] == 0


def test_the_variance_is_the_sample_variance_for_whole_weeks() -> None:
    demand = np.array([[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]])
    estimated = moving_average(demand, np.ones_like(demand))
    assert estimated.variance[0] == pytest.approx(np.var(demand, ddof=1))


def test_the_variance_is_unbiased_for_weeks_of_different_exposure() -> None:
    rng = np.random.default_rng(3)
    counts = np.tile([1.0, 0.5, 0.7, 1.0], (200_000, 1))
    demand = rng.negative_binomial(2 * counts, 0.25).astype(float)
    estimated = moving_average(demand, counts)
    assert estimated.mean.mean() == pytest.approx(6, rel=0.01)
    assert estimated.variance.mean() == pytest.approx(24, rel=0.02)


def test_one_week_alone_is_taken_for_poisson() -> None:
    assert moving_average(np.array([[7.0]]), np.array([[1.0]])).variance.tolist() == [7.0]
