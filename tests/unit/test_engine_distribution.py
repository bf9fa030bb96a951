"""Demand of any number of days is a count with the right moments, and never leaves its support."""

from __future__ import annotations

from math import comb, exp, factorial

import numpy as np
import pytest

from ownstock.engine.forecast.count_distribution import (
    MOST_SUPPORT,
    TAIL,
    CountDistribution,
    fit,
    log_tail_bound,
    pmf,
    step_needed,
    support_needed,
)

ONE = np.ones(1, dtype=np.int64)


def weekly(mean: float, variance: float) -> CountDistribution:
    return fit(np.array([mean]), np.array([variance]), ONE)


def test_a_variance_up_to_the_mean_gives_poisson() -> None:
    mass = pmf(weekly(3, 2), 7 * ONE, 64)[0]
    assert mass[:20] == pytest.approx([exp(-3) * 3**k / factorial(k) for k in range(20)], rel=1e-12)


def test_a_larger_variance_gives_the_negative_binomial() -> None:
    mass = pmf(weekly(4, 8), 7 * ONE, 128)[0]
    assert mass[:20] == pytest.approx([comb(k + 3, k) * 0.5**4 * 0.5**k for k in range(20)], rel=1e-9)


@pytest.mark.parametrize(("mean", "variance"), [(0.02, 0.02), (0.3, 4), (50, 40), (60, 3_000), (2_000, 9_000)])
@pytest.mark.parametrize("days", [1, 9, 60])
def test_moments_grow_with_the_days(mean: float, variance: float, days: int) -> None:
    distribution = weekly(mean, variance)
    support = support_needed(distribution, days * ONE)[0]
    mass, k = pmf(distribution, days * ONE, support)[0], np.arange(support)
    wanted_mean = mean * days / 7
    assert mass @ k == pytest.approx(wanted_mean, rel=1e-6)
    assert mass @ (k - wanted_mean) ** 2 == pytest.approx(max(variance, mean) * days / 7, rel=1e-5)


def test_two_stretches_of_days_convolve_to_the_longer_one() -> None:
    distribution = weekly(5, 20)
    halves = np.convolve(pmf(distribution, 4 * ONE, 512)[0], pmf(distribution, 6 * ONE, 512)[0])[:512]
    assert halves == pytest.approx(pmf(distribution, 10 * ONE, 512)[0], abs=1e-12)


def test_no_demand_is_certain_to_be_zero() -> None:
    assert support_needed(weekly(0, 0), 30 * ONE).tolist() == [16]
    assert pmf(weekly(0, 0), 30 * ONE, 16)[0].tolist() == [1.0] + [0.0] * 15


@pytest.mark.parametrize(("mean", "variance"), [(0.1, 0.1), (0.5, 30), (40, 40), (300, 5_000)])
def test_the_tail_bound_holds(mean: float, variance: float) -> None:
    distribution = weekly(mean, variance)
    mass = pmf(distribution, 21 * ONE, 2**14)[0]
    tail = np.cumsum(mass[::-1])[::-1]
    for least in (1, 10, 200, 1_000, 3_000):
        assert tail[least] <= np.exp(log_tail_bound(distribution, 21 * ONE, least * ONE)[0]) + 1e-15
    assert tail[support_needed(distribution, 21 * ONE)[0]] <= TAIL


def test_support_never_exceeds_the_limit_thanks_to_the_step() -> None:
    mean, variance, days = np.array([3e5, 40.0, 1e9]), np.array([3e5, 1e9, 1e15]), np.array([30, 30, 30])
    step = step_needed(mean, variance, days)
    assert (step > 1).all()
    assert (support_needed(fit(mean, variance, step), days) <= MOST_SUPPORT).all()


def test_a_probability_does_not_underflow_for_large_means() -> None:
    distribution = weekly(50_000, 60_000)
    mass = pmf(distribution, 7 * ONE, 2**16)[0]
    assert mass @ np.arange(2**16) == pytest.approx(50_000, rel=1e-9)
    assert mass.sum() == pytest.approx(1)
