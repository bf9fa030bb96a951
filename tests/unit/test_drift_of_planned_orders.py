"""How far levels stray is learned from what earlier forecasts said of totals, beside what came."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.forecast import drift
from ownstock.engine.forecast.drift import USUAL_DRIFT, Asked, Drift, Totals, drift_of, learned_drift
from ownstock.engine.forecast.groups import groups_of
from ownstock.engine.history import DemandHistory


def totals(start: float, step: float, weeks: int, count: int = 4_000, seed: int = 0) -> Totals:
    """Totals whose levels are drawn as they are said to be, forecast right on average."""
    rng = np.random.default_rng(seed)
    mean = rng.uniform(2, 30, count) * weeks
    variance = float(drift.variance_of_total(np.array(start), np.array(step), weeks))
    rate = mean * (rng.gamma(1 / variance, variance, count) if variance else 1.0)
    real = rng.poisson(rng.gamma(rate / 1.5, 1.5)).astype(np.float64)
    return Totals(mean, np.full(count, 2.5), np.zeros(count), real)


def history_of(demand: Floats | Ints) -> DemandHistory:
    sold = demand.astype(np.float32)
    return DemandHistory(pl.Series("item_site", range(len(sold))), sold, np.ones_like(sold), date(2024, 1, 1), "week")


def asked(rows: int) -> Asked:
    supply = pl.DataFrame({"item_site": range(rows)})
    return Asked(groups_of(None, supply), np.full(rows, 14), np.full(rows, 7))


@pytest.mark.parametrize(("start", "step"), [(0.0, 0.0), (0.1, 0.0), (0.1, 0.01), (0.4, 0.03)])
def test_start_and_step_are_found_again_in_totals_drawn_with_them(start: float, step: float) -> None:
    found = learned_drift({weeks: totals(start, step, weeks) for weeks in (4, 13, 26)})
    for weeks in (4, 13, 26):
        true, learned = (
            float(drift.variance_of_total(np.array(a), np.array(b), weeks))
            for a, b in ((start, step), (found.start, found.step))
        )
        assert learned == pytest.approx(true, rel=0.25, abs=0.02)


def test_the_share_within_is_that_of_the_counts_themselves() -> None:
    some = totals(0.2, 0.0, 4, count=60)
    for at, more in enumerate(drift.TRIED[:8]):
        plain = [
            drift.plainly_within(mean, 2.5, more, int(real)) for mean, real in zip(some.mean, some.real, strict=True)
        ]
        assert drift.shares_within(some)[at] == pytest.approx(np.mean(plain), abs=0.01)


def test_shops_whose_levels_walk_are_told_from_shops_whose_levels_stay() -> None:
    rng = np.random.default_rng(3)
    level = rng.uniform(3, 30, (150, 1))
    walk = np.cumprod(rng.gamma(1 / 0.01, 0.01, (150, 120)), axis=1)
    stays = drift_of(history_of(rng.poisson(level * np.ones((150, 120)))), asked(150))
    walks = drift_of(history_of(rng.poisson(level * walk)), asked(150))
    far = [float(drift.variance_of_total(np.array(of.start), np.array(of.step), 26)) for of in (stays, walks)]
    assert far[0] < 0.02
    assert far[1] == pytest.approx(0.01 * (25 * 51 / 156 + 4), rel=0.6)


def test_what_is_too_few_or_too_short_to_tell_drifts_as_usual() -> None:
    assert drift_of(history_of(np.ones((10, 120))), asked(10)) == USUAL_DRIFT
    assert drift_of(history_of(np.ones((60, 12))), asked(60)) == USUAL_DRIFT
    assert learned_drift({4: totals(0.1, 0.0, 4, count=20)}) == USUAL_DRIFT


def test_the_same_history_teaches_the_same() -> None:
    sold = np.random.default_rng(1).poisson(6.0, (60, 80))
    found = drift_of(history_of(sold), asked(60))
    assert found == drift_of(history_of(sold), asked(60), threads=2)
    assert isinstance(found, Drift)
