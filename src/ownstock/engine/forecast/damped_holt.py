"""Holt's linear trend, damped: a level and a trend that fades as it is carried forward.

Holt (1957), ONR Research Memorandum 52; the damping is of Gardner and McKenzie (1985), Management Science 31(10),
1237-1246.
"""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Floats
from ownstock.engine.forecast.level_path import LevelPath, first_level, rates


def damped_holt(
    demand: Floats, exposure: Floats, season: Floats | None, *, alpha: float, beta: float, damping: float
) -> LevelPath:
    """Level and damped trend. demand, exposure [n, T], season [n, T + any] → path [n, T + 1]

    With the rate y_t = d_t / (s_t · f_t) and φ = damping:

        e     = y_t - (level + φ · trend)
        level ← level + φ · trend + alpha · f_t · e
        trend ← φ · trend + beta · alpha · f_t · e

    which is trend ← beta · (change of level) + (1 - beta) · φ · trend in whole buckets. A masked bucket (f_t = 0)
    carries the trend on, damped. The first level is the mean rate of the first eight buckets seen (level_path.py), the
    first trend 0. The level is not kept above 0; the forecast is.
    """
    rate, gain = rates(demand, exposure, season), alpha * exposure
    level, trend = np.empty((2, rate.shape[0], rate.shape[1] + 1))
    level[:, 0], trend[:, 0] = first_level(rate, exposure), 0.0
    for bucket in range(rate.shape[1]):
        carried = damping * trend[:, bucket]
        expected = level[:, bucket] + carried
        change = gain[:, bucket] * (rate[:, bucket] - expected)
        level[:, bucket + 1] = expected + change
        trend[:, bucket + 1] = carried + beta * change
    return LevelPath(level, trend, damping)
