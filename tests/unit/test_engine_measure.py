"""Measures of service, accuracy and money, each against numbers worked out by hand."""

from __future__ import annotations

from math import inf, log, nan, sqrt

import numpy as np
import pytest

from ownstock.engine import measure


def test_fill_rate_is_what_the_shelf_served() -> None:
    demand, short = np.array([[10, 0, 10], [0, 0, 0]]), np.array([[5, 0, 0], [0, 0, 0]])
    assert measure.fill_rate(demand, short).tolist() == pytest.approx([0.75, nan], nan_ok=True)
    assert measure.fill_rate(demand.ravel(), short.ravel()) == pytest.approx(0.75)


def test_a_cycle_counts_once_however_often_it_was_short() -> None:
    """Three whole cycles: periods 1-3 (short twice), 4-5 (never), 6 (short once); before and after is only part."""
    received = np.array([[0, 9, 0, 0, 9, 0, 9, 9, 0]])
    short = np.array([[7, 0, 1, 2, 0, 0, 3, 0, 5]])
    assert measure.cycle_service_level(short, received).tolist() == pytest.approx([1 / 3])


def test_without_a_whole_cycle_there_is_no_cycle_service_level() -> None:
    assert np.isnan(measure.cycle_service_level(np.array([[1, 0, 1]]), np.array([[0, 4, 0]]))).all()


def test_when_goods_arrive_every_period_each_period_is_a_cycle() -> None:
    short = np.array([[0, 1, 1, 0, 0]])
    assert measure.cycle_service_level(short, np.ones((1, 5))).tolist() == pytest.approx([0.5])


def test_availability_inventory_and_turns_by_hand() -> None:
    on_hand, sales = np.array([[4, 0, 2, 2]]), np.array([[3, 6, 1, 2]])
    assert measure.availability(on_hand).tolist() == [0.75]
    assert measure.average_inventory(on_hand).tolist() == [2.0]
    assert measure.turns(sales, on_hand, periods_a_year=52).tolist() == [3 * 52 / 2]


def test_wape_and_bias_by_hand() -> None:
    actual, forecast = np.array([4, 0, 6]), np.array([5.0, 1.0, 3.0])
    assert measure.wape(actual, forecast) == pytest.approx(0.5)
    assert measure.bias(actual, forecast) == pytest.approx(-0.1)
    assert np.isnan(measure.wape(np.zeros(2), np.ones(2)))


def test_pinball_loss_weighs_too_low_and_too_high() -> None:
    assert measure.pinball_loss(np.array([10, 10]), np.array([8.0, 11.0]), 0.8) == pytest.approx(
        (0.8 * 2 + 0.2 * 1) / 2
    )


def test_cdf_around_an_actual_reads_the_steps() -> None:
    probability = np.array([[0.5, 0.3, 0.2]]).repeat(5, axis=0)
    below, at = measure.cdf_around(np.array([0, 1, 2, 3, 9]), probability)
    assert below.tolist() == pytest.approx([0.0, 0.5, 0.8, 1.0, 1.0])
    assert at.tolist() == pytest.approx([0.5, 0.8, 1.0, 1.0, 1.0])


def test_the_pit_of_a_true_forecast_is_uniform_and_covers_as_it_says() -> None:
    rng = np.random.default_rng(2)
    probability = np.array([0.4, 0.3, 0.2, 0.1])
    actual = rng.choice(4, size=40_000, p=probability)
    pit = measure.randomised_pit(*measure.cdf_around(actual, np.tile(probability, (actual.size, 1))), rng)
    assert measure.coverage(pit).tolist() == pytest.approx([0.5, 0.8, 0.95], abs=0.01)
    assert np.histogram(pit, bins=10, range=(0, 1))[0] / pit.size == pytest.approx(np.full(10, 0.1), abs=0.01)


def test_too_narrow_a_forecast_covers_less_than_it_says() -> None:
    rng = np.random.default_rng(2)
    actual = rng.choice(4, size=10_000)
    narrow = np.tile([0.05, 0.45, 0.45, 0.05], (actual.size, 1))
    pit = measure.randomised_pit(*measure.cdf_around(actual, narrow), rng)
    assert measure.coverage(pit, (0.9,)).tolist() == pytest.approx([0.5], abs=0.02)


def test_coverage_counts_what_lies_in_the_central_intervals() -> None:
    assert measure.coverage(np.array([0.01, 0.2, 0.5, 0.7, 0.96])).tolist() == [0.4, 0.6, 0.8]


def test_forecast_value_added_compares_with_the_demand_of_a_lead_time_ago() -> None:
    demand = np.array([[2, 4, 6, 8]])
    naive = measure.naive_at_lag(demand, 2)
    assert naive[0].tolist() == pytest.approx([nan, nan, 2.0, 4.0], nan_ok=True)
    value = measure.forecast_value_added(demand[:, 2:], np.array([[6.0, 7.0]]), naive[:, 2:])
    assert value == pytest.approx(8 / 14 - 1 / 14)


def test_a_paired_difference_has_the_standard_error_of_its_pairs() -> None:
    found = measure.paired_difference(np.array([1.0, 4.0, 3.0]), np.array([2.0, 2.0, 5.0]))
    differences = [-1.0, 2.0, -2.0]
    mean = sum(differences) / 3
    variance = sum((value - mean) ** 2 for value in differences) / 2
    assert found.mean == pytest.approx(mean)
    assert found.standard_error == pytest.approx(sqrt(variance / 3))
    assert (found.clusters, found.wins) == (3, 2)
    assert found.standard_errors == pytest.approx(mean / sqrt(variance / 3))


def test_pairs_of_one_item_count_as_one_observation() -> None:
    """Differences 1, 3 | 5: mean 3, cluster sums -2 and 2: se² = 2 / 1 · (4 + 4) / 9."""
    found = measure.paired_difference(np.array([1.0, 3.0, 5.0]), np.zeros(3), cluster=np.array(["a", "a", "b"]))
    assert found.standard_error == pytest.approx(sqrt(16 / 9))
    assert found.clusters == 2


def test_repeating_every_pair_in_its_cluster_makes_no_difference_surer() -> None:
    rng = np.random.default_rng(4)
    cost, reference = rng.random(30), rng.random(30)
    once = measure.paired_difference(cost, reference)
    thrice = measure.paired_difference(np.tile(cost, 3), np.tile(reference, 3), cluster=np.tile(np.arange(30), 3))
    assert thrice.standard_error == pytest.approx(once.standard_error)


def test_one_pair_tells_no_standard_error() -> None:
    assert np.isnan(measure.paired_difference(np.array([1.0]), np.array([2.0])).standard_error)


def test_no_difference_is_no_standard_errors_away() -> None:
    assert measure.paired_difference(np.ones(3), np.ones(3)).standard_errors == 0.0


def test_a_sure_difference_is_infinitely_many_standard_errors_away() -> None:
    assert measure.paired_difference(np.zeros(3), np.ones(3)).standard_errors == -inf


def test_log_percent_balances_halves_and_doubles() -> None:
    assert measure.log_percent(np.array([2.0, 0.5]), np.ones(2)).tolist() == pytest.approx(
        [100 * log(2), -100 * log(2)]
    )


@pytest.mark.parametrize(
    ("new", "old", "rate"),
    [([4, 4], [4, 4], 0.0), ([0, 8], [8, 0], 2.0), ([6, 4], [4, 4], 0.25), ([0, 0], [0, 0], nan)],
)
def test_the_rate_at_which_a_plan_changes(new: list[int], old: list[int], rate: float) -> None:
    assert measure.plan_change_rate(np.array(new), np.array(old)) == pytest.approx(rate, nan_ok=True)
