"""Common ways to order, as rules for `ownstock.engine.simulate.replay`: what the engine's decisions stand beside.

Each of them sees the same demand before the same period as the engine does, and its orders meet the same constraints.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import nbinom, poisson

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.forecast.level_path import LevelPath
from ownstock.engine.simulate import Order, Seen, State


@dataclass(frozen=True)
class Expected:
    """A forecaster's record: mean of each bucket ahead, and the deviation of its errors so far, from every origin.

    mean: [n, origins, buckets ahead]; deviation: [n, origins], units a bucket.
    """

    mean: Floats
    deviation: Floats

    @classmethod
    def of_path(cls, path: LevelPath, demand: Floats, buckets: int) -> Expected:
        """From a path: root of the mean square of all one-step errors up to each origin. demand [n, T]"""
        mean = path.ahead(buckets)
        squares = np.cumsum((demand - mean[:, :-1, 0]) ** 2, axis=1)
        so_far = np.sqrt(squares / np.arange(1, demand.shape[1] + 1))
        return cls(mean, np.concatenate([np.zeros((demand.shape[0], 1)), so_far], axis=1))


def normal_level(mean: Floats, deviation: Floats, ratio: Floats | float) -> Ints:
    """The textbook's order-up-to level: mean + z · deviation of the demand to be covered, rounded up. [n] → [n]"""
    return np.maximum(np.ceil(mean + ndtri(ratio) * deviation - 1e-9), 0).astype(np.int64)


def negative_binomial_level(mean: Floats, deviation: Floats, ratio: Floats | float) -> Ints:
    """The quantile of the negative binomial with this mean and deviation; Poisson's where it is no wider. [n] → [n]"""
    variance = deviation**2
    is_over = variance > mean
    p = np.where(is_over, mean / np.where(is_over, variance, 1.0), 0.5)
    shape = np.where(is_over, mean * p / (1 - p), 1.0)
    level = np.where(is_over & (mean > 0), nbinom.ppf(ratio, np.maximum(shape, 1e-12), p), poisson.ppf(ratio, mean))
    return np.maximum(level, 0).astype(np.int64)


def up_to(levels: Ints) -> Order:
    """Order up to a level of its own before each period, in single units. levels [n, periods]"""

    def order(period: int, state: State, seen: Seen) -> Ints:
        return np.maximum(levels[:, period] - state.inventory_position, 0)

    return order
