"""Simple exponential smoothing: the level is an average in which older buckets fade.

Brown (1959), Statistical Forecasting for Inventory Control.
"""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Floats
from ownstock.engine.forecast.level_path import LevelPath, first_level, rates


def ses(demand: Floats, exposure: Floats, season: Floats | None, *, alpha: float) -> LevelPath:
    """The level smoothed with gain `alpha`. demand, exposure [n, T], season [n, T + any] → path [n, T + 1]

    With the rate y_t = d_t / (s_t · f_t):

        level ← level + alpha · f_t · (y_t - level)

    The first level is the mean rate of the first eight buckets seen (level_path.py).
    """
    rate = rates(demand, exposure, season)
    return LevelPath.flat(smoothed(rate, alpha * exposure, first_level(rate, exposure)))


def smoothed(rate: Floats, gain: Floats, first: Floats) -> Floats:
    """The level before each bucket and after the last, each bucket with its own gain. [n, T], [n, T], [n] → [n, T + 1]"""
    level = np.empty((rate.shape[0], rate.shape[1] + 1))
    level[:, 0] = first
    for bucket in range(rate.shape[1]):
        level[:, bucket + 1] = level[:, bucket] + gain[:, bucket] * (rate[:, bucket] - level[:, bucket])
    return level
