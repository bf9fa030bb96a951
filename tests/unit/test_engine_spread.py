"""How far demand spreads: whom a series' variance is learned from, and when the width is."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from ownstock.engine.arrays import Floats
from ownstock.engine.forecast import bank
from ownstock.engine.forecast.groups import ALL, Groups
from ownstock.engine.forecast.profiles import width_origins
from ownstock.engine.history import DemandHistory
from ownstock.engine.kernels import bank as kernel

SEEN = 24.0


def judged(odd: Floats, even: Floats, ratio: Floats | None = None) -> bank.Judged:
    """Series of 24 buckets whose two halves have these ratios."""
    told = np.zeros((odd.size, kernel.TOLD), np.float32)
    told[:, kernel.SEEN], told[:, kernel.ODD_RATIO], told[:, kernel.EVEN_RATIO] = SEEN, odd, even
    told[:, kernel.RATIO] = odd if ratio is None else ratio
    told[:, kernel.LONG_LEVEL] = told[:, kernel.WEIGHT] = 1.0
    methods = np.ones((odd.size, kernel.COUNT), np.float32)
    return bank.Judged(methods, methods, told, np.ones((odd.size, 1), np.float32), half_life=1.0)


def drawn(alike: float, series: int = 4_000) -> tuple[Floats, Floats]:
    """Ratios of two halves whose logarithms are correlated so much."""
    common, *own = np.random.default_rng(3).normal(size=(3, series))
    odd, even = (np.exp(2 + np.sqrt(alike) * common + np.sqrt(1 - alike) * noise) for noise in own)
    return odd, even


@pytest.mark.parametrize("alike", [0.25, 0.5, 0.8])
def test_a_series_is_trusted_as_far_as_its_halves_say_the_same(alike: float) -> None:
    """Halves of 12 buckets with a correlation of r: 12 (1 - r) / r buckets tell as much as all series do."""
    assert bank.buckets_to_trust(judged(*drawn(alike))) == pytest.approx(12 * (1 - alike) / alike, rel=0.1)


def test_halves_that_have_nothing_in_common_leave_a_series_little_say() -> None:
    odd, even = drawn(0.0)
    assert bank.buckets_to_trust(judged(odd, even)) > 100
    assert bank.buckets_to_trust(judged(odd, 1 / even)) < 1_000


def test_few_series_or_none_are_trusted_after_the_usual_number_of_buckets() -> None:
    nobody, alike = np.zeros(3), np.array([2.0, 3.0, 9.0])
    assert bank.buckets_to_trust(judged(nobody, nobody)) == bank.BUCKETS_TO_TRUST
    assert bank.buckets_to_trust(judged(alike, alike)) == pytest.approx(bank.BUCKETS_TO_TRUST, rel=0.3)
    assert bank.buckets_to_trust(judged(np.full(3, 2.0), alike)) == pytest.approx(bank.BUCKETS_TO_TRUST, rel=0.3)


def test_a_series_lies_between_its_own_deviation_and_that_of_all() -> None:
    """Seen and trusted for 24 buckets each: the deviation half-way, 3 between 1 and 5, and so the variance 9.

    A mean that forgets half in every bucket weighs 1 + ½ + ¼ + … = 2 of them.
    """
    one = judged(np.zeros(1), np.zeros(1), np.array([25.0]))
    everywhere = bank.Everywhere(np.ones(kernel.COUNT), 1.0, (np.ones(1),), buckets_to_trust=SEEN)
    found = bank.combine(one, Groups(np.zeros((1, 1), np.int64), ALL), np.array([5]), everywhere)
    assert found.variance_ratio == pytest.approx([9 * (1 + 5 / 2)])


def test_the_width_is_learned_at_the_same_dates_from_week_to_week() -> None:
    first_on = date(2023, 1, 2)
    dates = []
    for weeks in range(60, 68):
        origins = width_origins(history(first_on, weeks), ahead=3)
        assert len(origins) == 8
        assert weeks - 3 - 4 < origins[0] <= weeks - 3
        dates.append({first_on + timedelta(weeks=origin) for origin in origins})
    changes = [len(later - earlier) for earlier, later in pairwise(dates)]
    assert sorted(changes) in ([0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 1, 1])


def test_a_table_that_begins_later_learns_the_width_at_the_same_dates() -> None:
    first_on = date(2023, 1, 2)
    for later in range(1, 5):
        cut = width_origins(history(first_on + timedelta(weeks=later), 80 - later), ahead=2)
        assert [origin + later for origin in cut] == width_origins(history(first_on, 80), ahead=2)


def test_a_short_history_learns_no_width() -> None:
    assert width_origins(history(date(2023, 1, 2), 10), ahead=3) == []


def history(first_on: date, weeks: int) -> DemandHistory:
    demand = np.ones((1, weeks), np.float32)
    return DemandHistory(pl.Series([1]), demand, demand, first_on, "week")
