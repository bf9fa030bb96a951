"""The model over all item-sites: what it must not see, what it must be indifferent to, and that it learns what all share."""

from __future__ import annotations

import sys
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

import ownstock.engine as engine
from ownstock.base.errors import Refused
from ownstock.engine.arrays import Floats
from ownstock.engine.history import DemandHistory

SERIES, WEEKS = 80, 90
# In some weeks all series sell three times as much, and in the week after hardly anything: people have stocked up.
PEAK, AFTERWARDS = 3.0, 0.3


def rates(weeks: int) -> Floats:
    """Peaks about every eighth week, one in the last."""
    rate, rng = np.ones(weeks), np.random.default_rng(3)
    at = weeks - 1
    while at >= 0:
        rate[at] = PEAK
        rate[at + 1 : at + 2] = AFTERWARDS
        at -= int(rng.integers(5, 12))
    return rate


def panel(weeks: int = WEEKS, seed: int = 1) -> DemandHistory:
    rng = np.random.default_rng(seed)
    mean = rng.uniform(5, 40, (SERIES, 1))
    demand = rng.poisson(mean * rates(weeks)).astype(np.float32)
    in_stock = np.where(rng.random(demand.shape) < 0.1, 0.0, 1.0).astype(np.float32)
    return DemandHistory(
        pl.Series(range(SERIES)), np.where(in_stock > 0, demand, 0), in_stock, date(2023, 1, 2), "week"
    )


def supply_of(history: DemandHistory) -> pl.DataFrame:
    terms = {"lead_time_days": 7, "review_period_days": 7, "moq": 0, "order_multiple": 1, "unit_cost": 1.0}
    return pl.DataFrame({"item_site": history.item_sites, **terms})


def expected(history: DemandHistory, **changes: Any) -> Floats:
    """Means of the next two weeks by the profile `best`. [n, 2]"""
    found = engine.forecast_demand(history, supply_of(history), profile="best", **changes)
    return np.array(found["mean_by_bucket"].to_list())[:, :2]


def test_the_same_seed_gives_the_same_forecast_and_another_one_nearly_the_same() -> None:
    first = expected(panel())
    assert np.array_equal(first, expected(panel()))
    assert np.array_equal(first, expected(panel(), threads=1))
    other = expected(panel(), seed=99)
    assert not np.array_equal(first, other)
    assert np.abs(np.log(other / first)).mean() < 0.1


def test_a_model_trained_before_is_used_as_it_is() -> None:
    history = panel()
    model = engine.train(history, supply_of(history))
    assert model.is_trained
    assert np.array_equal(expected(history), expected(history, model=model))


def test_a_history_too_short_to_learn_from_is_left_to_the_plain_forecast() -> None:
    history = panel(weeks=30)
    assert not engine.train(history, supply_of(history)).is_trained
    plain = engine.forecast_demand(history, supply_of(history))
    assert np.allclose(expected(history), np.array(plain["mean_by_bucket"].to_list())[:, :2])


@pytest.mark.slow
def test_it_learns_what_all_series_share_and_none_can_tell_alone() -> None:
    """The last week was a peak: the plain forecast rises, the model knows what follows."""
    weeks = 150
    history = panel(weeks=weeks)
    level = history.demand.sum(axis=1) / (history.in_stock * rates(weeks)).sum(axis=1)
    plain = engine.forecast_demand(history, supply_of(history))
    ahead = np.array(plain["mean_by_bucket"].to_list())[:, 0] / level
    assert np.median(expected(history)[:, 0] / level) < 0.75 * np.median(ahead)


def test_without_lightgbm_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(Refused, match=r"pip install 'ownstock\[best\]'"):
        expected(panel())
