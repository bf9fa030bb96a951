"""The plain forecasters, against arithmetic by hand and against statsforecast."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from ownstock.engine.forecast.croston_sba import croston_sba
from ownstock.engine.forecast.damped_holt import damped_holt
from ownstock.engine.forecast.level_path import LevelPath
from ownstock.engine.forecast.mean_of_window import mean_of_window
from ownstock.engine.forecast.seasonal_naive import seasonal_naive
from ownstock.engine.forecast.ses import ses
from ownstock.engine.forecast.theta import slopes, theta
from ownstock.engine.forecast.tsb import tsb

Row = npt.NDArray[np.float64]
Method = Callable[[Row, Row, Row | None], LevelPath]

METHODS: dict[str, Method] = {
    "ses": lambda d, f, s: ses(d, f, s, alpha=0.2),
    "damped_holt": lambda d, f, s: damped_holt(d, f, s, alpha=0.2, beta=0.1, damping=0.9),
    "theta": lambda d, f, s: theta(d, f, s, alpha=0.2),
    "croston_sba": lambda d, f, s: croston_sba(d, f, s, alpha=0.2),
    "tsb": lambda d, f, s: tsb(d, f, s, alpha_size=0.2, alpha_chance=0.1),
    "mean_of_window": lambda d, f, s: mean_of_window(d, f, s, buckets=4),
}
EVERY_METHOD = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


def row(*values: float) -> Row:
    return np.array([values], dtype=np.float64)


def seen(demand: Row) -> Row:
    return np.ones_like(demand)


def random_rows(buckets: int, rows: int = 40, seed: int = 5) -> tuple[Row, Row]:
    """Intermittent demand and exposure with masked and partly seen buckets."""
    rng = np.random.default_rng(seed)
    demand = rng.poisson(3.0, (rows, buckets)) * (rng.random((rows, buckets)) < 0.5)
    exposure = np.where(rng.random((rows, buckets)) < 0.2, np.round(rng.random((rows, buckets)), 2), 1.0)
    exposure[rng.random((rows, buckets)) < 0.1] = 0.0
    return np.where(exposure > 0, demand, 0).astype(np.float64), exposure


def test_smoothing_by_hand() -> None:
    demand = row(4, 0, 8)
    path = ses(demand, seen(demand), None, alpha=0.5)
    assert path.level[0] == pytest.approx([4, 4, 2, 5])


def test_smoothing_starts_from_the_first_eight_buckets_seen() -> None:
    demand, exposure = row(99, *[2.0] * 7, 10, 50), row(0, *[1.0] * 9)
    assert ses(demand, exposure, None, alpha=0.5).level[0, 0] == pytest.approx((7 * 2 + 10) / 8)


def test_a_season_is_taken_out_and_half_a_bucket_counts_half() -> None:
    demand, exposure, season = row(6, 4), row(1, 0.5), row(3, 2, 1)
    level = ses(demand, exposure, season, alpha=0.5).level[0]
    first = (1 * 2 + 0.5 * 4) / 1.5
    after_one = first + 0.5 * (2 - first)
    assert level == pytest.approx([first, after_one, after_one + 0.25 * (4 - after_one)])


def test_damped_holt_by_hand() -> None:
    demand = row(4, 8, 6)
    path = damped_holt(demand, seen(demand), None, alpha=0.5, beta=0.2, damping=0.5)
    assert path.level[0] == pytest.approx([6, 5, 6.45, 6.2775])
    assert path.trend[0] == pytest.approx([0, -0.2, 0.21, 0.0495])
    assert path.ahead(2)[0, 1] == pytest.approx([5 - 0.1, 5 - 0.15])


def test_a_falling_trend_never_forecasts_below_zero() -> None:
    demand = row(*range(20, 0, -1))
    assert damped_holt(demand, seen(demand), None, alpha=0.5, beta=0.5, damping=1.0).ahead(30).min() == 0


def test_theta_by_hand() -> None:
    demand = row(*range(1, 10))
    path = theta(demand, seen(demand), None, alpha=0.5)
    level = 4.5
    for value in range(1, 10):
        level += 0.5 * (value - level)
    expected = [level + 0.5 * (h - 1 + (1 - 0.5**9) / 0.5) for h in (1, 2, 3)]
    assert path.ahead(3)[0, 9] == pytest.approx(expected)


def test_theta_has_no_drift_before_eight_buckets_are_seen() -> None:
    demand = row(*range(1, 10))
    assert (theta(demand, seen(demand), None, alpha=0.5).trend[0, :8] == 0).all()


def test_the_slope_is_that_of_weighted_least_squares() -> None:
    demand, exposure = random_rows(30)
    rate = np.where(exposure > 0, demand / np.where(exposure > 0, exposure, 1), 0)
    found = slopes(rate, exposure)
    for index in range(rate.shape[0]):
        fitted = np.polyfit(np.arange(30), rate[index], 1, w=np.sqrt(exposure[index]))
        assert found[index, 30] == pytest.approx(fitted[0])


def test_croston_sba_by_hand() -> None:
    demand = row(0, 4, 0, 0, 2, 0)
    path = croston_sba(demand, seen(demand), None, alpha=0.5)
    start, after_four, after_two = 0.75 * 3 / 3, 0.75 * 3.5 / 2.5, 0.75 * 2.75 / 2.75
    assert path.level[0] == pytest.approx([start, start, after_four, after_four, after_four, after_two, after_two])


def test_tsb_by_hand() -> None:
    demand = row(0, 4, 0, 2)
    path = tsb(demand, seen(demand), None, alpha_size=0.5, alpha_chance=0.2)
    sizes, chances = [3, 3, 3.5, 3.5, 2.75], [0.5, 0.4, 0.52, 0.416, 0.5328]
    assert path.level[0] == pytest.approx(np.multiply(sizes, chances))


@pytest.mark.parametrize("method", [METHODS["croston_sba"], METHODS["tsb"]], ids=["croston_sba", "tsb"])
def test_a_part_without_early_demand_expects_none_and_takes_its_size_from_the_first(method: Method) -> None:
    demand = row(*[0.0] * 9, 7, 0)
    level = method(demand, seen(demand), None).level[0]
    assert (level[:10] == 0).all()
    assert level[10] == pytest.approx({True: 0.9 * 7 / 10, False: 0.1 * 7}[method is METHODS["croston_sba"]])


def test_the_window_forgets_what_is_older_and_skips_what_is_masked() -> None:
    demand, exposure = row(2, 4, 99, 6, 0), row(1, 1, 0, 1, 0.5)
    level = mean_of_window(demand, exposure, None, buckets=2).level[0]
    assert level == pytest.approx([(2 + 4 + 6 + 0) / 3.5, 2, 3, 4, 6, 6 / 1.5])


def test_a_window_masked_as_a_whole_keeps_the_level_before() -> None:
    demand, exposure = row(2, 5, 0, 0, 0), row(1, 1, 0, 0, 0)
    assert mean_of_window(demand, exposure, None, buckets=2).level[0, 3:] == pytest.approx([5, 5, 5])


def test_the_season_repeats_and_a_masked_bucket_looks_one_cycle_further() -> None:
    demand, exposure = row(1, 2, 3, 4, 99, 6), row(1, 1, 1, 1, 0, 0.5)
    forecast = seasonal_naive(demand, exposure, cycle=3)[0]
    first = (1 + 2 + 3 + 4 + 6) / 4.5
    assert forecast == pytest.approx([first, first, first, 1, 2, 3, 4, 2, 12])


@EVERY_METHOD
def test_a_masked_bucket_changes_nothing(method: Method) -> None:
    demand, exposure = random_rows(40)
    exposure = np.where(exposure > 0, 1.0, 0.0)
    garbage = np.where(exposure > 0, demand, 1e6)
    assert method(garbage, exposure, None).ahead(3) == pytest.approx(method(demand, exposure, None).ahead(3))


@pytest.mark.parametrize("name", ["ses", "croston_sba", "tsb"])
def test_a_masked_bucket_is_as_if_it_had_not_been(name: str) -> None:
    demand, _ = random_rows(40)
    is_kept = np.arange(40) % 5 != 3
    with_gaps = METHODS[name](demand, np.where(is_kept, 1.0, 0.0) * seen(demand), None)
    without = METHODS[name](demand[:, is_kept], seen(demand[:, is_kept]), None)
    assert with_gaps.level[:, -1] == pytest.approx(without.level[:, -1])


@EVERY_METHOD
def test_an_origin_knows_nothing_of_what_comes_after_it(method: Method) -> None:
    demand, exposure = random_rows(60)
    whole, part = method(demand, exposure, None).ahead(2), method(demand[:, :35], exposure[:, :35], None).ahead(2)
    assert whole[:, :36] == pytest.approx(part)


@EVERY_METHOD
def test_a_season_of_two_is_half_the_demand_twice(method: Method) -> None:
    demand, exposure = random_rows(40)
    season = np.full((demand.shape[0], 45), 2.0)
    halved = method(demand / 2, exposure, None)
    assert method(demand, exposure, season).ahead(3) == pytest.approx(halved.ahead(3))


@EVERY_METHOD
def test_nothing_seen_is_nothing_expected(method: Method) -> None:
    demand = row(*[3.0] * 12)
    assert (method(demand, np.zeros_like(demand), None).ahead(2) == 0).all()


LONG = 1_500


def long_series() -> Row:
    """Long enough that how a method starts no longer matters: the two sides start differently."""
    rng = np.random.default_rng(11)
    return (rng.poisson(4.0, LONG) * (rng.random(LONG) < 0.4)).astype(np.float64)


@pytest.mark.parametrize("name", ["SimpleExponentialSmoothing", "CrostonSBA", "TSB", "WindowAverage", "SeasonalNaive"])
def test_statsforecast_ends_at_the_same_forecast(name: str) -> None:
    models = pytest.importorskip("statsforecast.models")
    y = long_series()
    one, all_seen = y[None, :], np.ones((1, LONG))
    peers = {
        "SimpleExponentialSmoothing": (models.SimpleExponentialSmoothing(0.2), ses(one, all_seen, None, alpha=0.2)),
        "CrostonSBA": (models.CrostonSBA(), croston_sba(one, all_seen, None, alpha=0.1)),
        "TSB": (models.TSB(0.2, 0.1), tsb(one, all_seen, None, alpha_size=0.2, alpha_chance=0.1)),
        "WindowAverage": (models.WindowAverage(13), mean_of_window(one, all_seen, None, buckets=13)),
        "SeasonalNaive": (models.SeasonalNaive(12), None),
    }
    model, path = peers[name]
    ours = seasonal_naive(one, all_seen, cycle=12)[0, -12:] if path is None else path.ahead(12)[0, -1]
    assert model.forecast(y, h=12)["mean"] == pytest.approx(ours, rel=1e-5)


def test_theta_of_statsforecast_with_its_own_alpha_ends_at_the_same_forecast() -> None:
    models = pytest.importorskip("statsforecast.models")
    y = long_series() + 20 + 0.01 * np.arange(LONG)
    fitted = models.Theta(season_length=1).fit(y)
    alpha = float(fitted.model_["par"]["alpha"])
    ours = theta(y[None, :], np.ones((1, LONG)), None, alpha=alpha).ahead(12)[0, -1]
    assert fitted.predict(h=12)["mean"] == pytest.approx(ours, rel=1e-6)
