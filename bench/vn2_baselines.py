"""What stands beside the engine: the organiser's benchmark, and the plain negative binomial projection.

Both forecast alike: out-of-stock weeks are missing; an index per ISO week is the mean over item-sites of that week
divided by the mean of all; the level is the mean of the last 13 weeks seen, deseasonalised.
"""

from __future__ import annotations

import warnings
from datetime import date, timedelta

import numpy as np

from bench.vn2_planner import CRITICAL_RATIO, LEAD_TIME_WEEKS
from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.simulate import Order, Seen, State

LEVEL_WEEKS = 13
SPREAD_WEEKS = 52
COVERED_WEEKS = 4
PATHS = 400
# Variance ÷ mean outside of these is noise of short histories.
LEAST_SPREAD, MOST_SPREAD = 1.05, 15.0
LEAST_MEAN = 0.05


class SeasonalLevel:
    """The forecast of both, from what was seen since the week of `first_on`."""

    def __init__(self, seen: Seen, first_on: date) -> None:
        demand = np.where(seen.is_in_stock, seen.demand, np.nan)
        self._index = _index(demand, first_on)
        self._first_on, self._weeks = first_on, demand.shape[1]
        self.rates = demand / self._index[_iso_weeks(first_on, 0, self._weeks)]
        self.level = np.nan_to_num(_mean(self.rates[:, -LEVEL_WEEKS:]))

    def ahead(self, weeks: int) -> Floats:
        """Mean demand of the next weeks. [n, weeks]"""
        index = np.nan_to_num(self._index[_iso_weeks(self._first_on, self._weeks, weeks)], nan=1.0)
        mean: Floats = self.level[:, None] * index
        return mean

    def spread(self) -> Floats:
        """Variance ÷ mean of the deseasonalised weeks of a year. [n]"""
        year = self.rates[:, -SPREAD_WEEKS:]
        mean = _mean(year)
        variance = _mean((year - mean[:, None]) ** 2)
        ratio = np.nan_to_num(variance) / np.maximum(np.nan_to_num(mean), LEAST_MEAN)
        return np.clip(ratio, LEAST_SPREAD, MOST_SPREAD)


def organiser(first_on: date) -> Order:
    """Order up to the mean demand of the next four weeks."""

    def order(period: int, state: State, seen: Seen) -> Ints:
        covered = SeasonalLevel(seen, first_on).ahead(COVERED_WEEKS).sum(axis=1)
        return np.round(np.maximum(covered - state.inventory_position, 0)).astype(np.int64)

    return order


def projection(first_on: date) -> Order:
    """Project the shelf with lost sales to the order's arrival, on drawn paths; order to the newsvendor's quantile there."""

    def order(period: int, state: State, seen: Seen) -> Ints:
        forecast = SeasonalLevel(seen, first_on)
        mean, spread, rng = forecast.ahead(LEAD_TIME_WEEKS + 1), forecast.spread(), np.random.default_rng(0)
        on_hand = np.repeat(state.on_hand[:, None], PATHS, axis=1)
        for week in range(LEAD_TIME_WEEKS):
            on_hand = np.maximum(on_hand + state.on_order[:, week, None] - _drawn(mean[:, week], spread, rng), 0)
        needed = _drawn(mean[:, LEAD_TIME_WEEKS], spread, rng) - on_hand
        return np.maximum(np.quantile(needed, CRITICAL_RATIO, axis=1, method="higher"), 0).astype(np.int64)

    return order


def _drawn(mean: Floats, spread: Floats, rng: np.random.Generator) -> Ints:
    """Paths of negative binomial demand with this mean and variance ÷ mean. [n], [n] → [n, PATHS]"""
    shape = np.maximum(np.maximum(mean, 1e-3) / (spread - 1), 1e-3)
    return rng.poisson(rng.gamma(shape[:, None], (spread - 1)[:, None], (mean.size, PATHS)))


def _index(demand: Floats, first_on: date) -> Floats:
    """The seasonal index of each ISO week, by its number; not a number where it was never seen. [54]"""
    of_week = _mean(demand.T)
    iso = _iso_weeks(first_on, 0, demand.shape[1])
    index = np.array([_mean(of_week[None, iso == week])[0] for week in range(54)])
    return index / np.nanmean(index)


def _iso_weeks(first_on: date, past: int, weeks: int) -> Ints:
    """The ISO numbers of so many weeks, after so many past ones."""
    mondays = (first_on + timedelta(weeks=past + week) for week in range(weeks))
    return np.array([monday.isocalendar().week for monday in mondays], dtype=np.int64)


def _mean(values: Floats) -> Floats:
    """Mean over the last axis of what is a number; not a number where nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        mean: Floats = np.nanmean(values, axis=1)
    return mean
