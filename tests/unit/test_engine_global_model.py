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
from ownstock.engine.forecast import bank, global_model
from ownstock.engine.forecast.drivers import Drivers
from ownstock.engine.forecast.groups import groups_of
from ownstock.engine.forecast.nested_season import nested_season
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
    assert np.median(expected(history)[:, 0] / level) < 0.85 * np.median(ahead)


AHEAD = 2
NOT_KNOWN = np.full((SERIES, WEEKS + AHEAD), np.nan)


def driven(drivers: Drivers) -> tuple[DemandHistory, Floats]:
    """Series that sell twice as much in a promotion and react to their price by its square; and the weeks to come."""
    rng = np.random.default_rng(5)
    mean = rng.uniform(5, 40, (SERIES, 1)) * 2 ** np.nan_to_num(drivers.promotion)
    mean *= np.where(np.isnan(drivers.price), 1.0, (drivers.price / 10) ** -2)
    demand = rng.poisson(mean).astype(np.float32)
    past = np.ascontiguousarray(demand[:, :WEEKS])
    return DemandHistory(pl.Series(range(SERIES)), past, np.ones_like(past), date(2023, 1, 2), "week"), mean[:, WEEKS:]


def means(history: DemandHistory, learned: Drivers | None, told: Drivers | None) -> Floats:
    """Means of the weeks to come, by a model that learned from some drivers and is then told others. [n, AHEAD]"""
    groups, protection = groups_of(None, supply_of(history)), np.full(SERIES, AHEAD)
    season = nested_season(history, groups)
    judged = bank.judge(history, season, groups, protection, AHEAD)
    plain = global_model.Plain(judged, bank.combine(judged, groups, protection, bank.learn(judged, groups)))
    model = global_model.train(history, groups, protection, 0, 1, learned)
    return global_model.corrected(model, history, groups, season, plain, 1, told)


def error(found: Floats, true: Floats) -> float:
    return float(np.abs(np.log(found / true)).mean())


def test_it_finds_what_a_planned_promotion_will_do() -> None:
    """The promotions of the weeks to come are known, and double what is sold."""
    promotion = (np.random.default_rng(4).random((SERIES, WEEKS + AHEAD)) < 0.15).astype(np.float64)
    drivers = Drivers(NOT_KNOWN, promotion)
    history, true = driven(drivers)
    found = means(history, drivers, drivers)
    assert error(found, true) < 0.6 * error(means(history, None, None), true)
    is_planned = promotion[:, WEEKS:] == 1
    level = true / 2 ** promotion[:, WEEKS:]
    assert 1.7 < np.median((found / level)[is_planned]) < 2.2
    assert 0.85 < np.median((found / level)[~is_planned]) < 1.15


def test_a_plan_is_told_of_a_promotion_by_a_frame() -> None:
    """Of two forecasts for the coming week, the one that is told of a promotion in it is twice the other."""
    promotion = (np.random.default_rng(4).random((SERIES, WEEKS + AHEAD)) < 0.15).astype(np.float64)
    history, _ = driven(Drivers(NOT_KNOWN, promotion))
    weeks = pl.Series(history.bucket_starts(WEEKS + 1)).cast(pl.Date)

    def told(next_week: float) -> Floats:
        known = np.hstack([promotion[:, :WEEKS], np.full((SERIES, 1), next_week)])
        frame = {
            "item_site": np.repeat(np.arange(SERIES), WEEKS + 1),
            "bucket_start_on": weeks.gather(np.tile(np.arange(WEEKS + 1), SERIES)),
            "promotion": known.ravel(),
        }
        return expected(history, drivers=pl.DataFrame(frame).with_columns(price=pl.lit(None, pl.Float64)))[:, 0]

    assert 1.7 < np.median(told(1.0) / told(0.0)) < 2.3


def test_drivers_are_refused_where_nothing_would_be_made_of_them() -> None:
    history = panel()
    frame = {"item_site": [0], "bucket_start_on": [date(2023, 1, 2)], "price": [2.0], "promotion": [0.5]}
    with pytest.raises(Refused, match="fast knows nothing of prices and promotions; choose best"):
        engine.forecast_demand(history, supply_of(history), drivers=pl.DataFrame(frame))
    for column, value, problem in (
        ("promotion", 2.0, "promotion of item_site 0 is 2.0; it must be at most 1"),
        ("price", 0.0, "price of item_site 0 is 0.0; it must be above 0"),
        ("item_site", 999, "item_site 999 is not in the history"),
        ("bucket_start_on", date(2023, 1, 3), "no week begins on it"),
    ):
        with pytest.raises(Refused, match=problem):
            expected(history, drivers=pl.DataFrame(frame | {column: [value]}))


@pytest.mark.slow
def test_it_finds_what_a_planned_price_will_do() -> None:
    rng = np.random.default_rng(6)
    price = 10 * np.where(
        rng.random((SERIES, WEEKS + AHEAD)) < 0.2, rng.choice([0.7, 0.8, 1.2], (SERIES, WEEKS + AHEAD)), 1
    )
    drivers = Drivers(price, NOT_KNOWN)
    history, true = driven(drivers)
    assert error(means(history, drivers, drivers), true) < 0.7 * error(means(history, None, None), true)


@pytest.mark.slow
def test_a_model_that_knows_drivers_does_without_them_and_one_that_does_not_is_told_none() -> None:
    promotion = (np.random.default_rng(4).random((SERIES, WEEKS + AHEAD)) < 0.15).astype(np.float64)
    drivers = Drivers(NOT_KNOWN, promotion)
    history, _ = driven(drivers)
    assert np.isfinite(means(history, drivers, None)).all()
    assert np.array_equal(means(history, None, drivers), means(history, None, None))


def test_without_lightgbm_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(Refused, match=r"pip install 'ownstock\[best\]'"):
        expected(panel())
