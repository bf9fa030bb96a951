"""The same bucket of the last cycle: what a season that repeats exactly would bring."""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Floats
from ownstock.engine.forecast.level_path import first_level, rates


def seasonal_naive(demand: Floats, exposure: Floats, *, cycle: int) -> Floats:
    """The rate of the same bucket in the last cycle that saw it. demand, exposure [n, T] → [n, T + cycle]

    Column j is the forecast of bucket j: the rate d / f of the latest of the buckets j - cycle, j - 2·cycle … that is
    not masked. It is known from each of the `cycle` origins up to j (origin t has seen buckets 0 … t - 1), so one array
    serves all origins up to `cycle` buckets ahead. Without such a bucket: the mean rate of the first eight seen.
    """
    rate = rates(demand, exposure, None)
    forecast = np.empty((demand.shape[0], demand.shape[1] + cycle))
    forecast[:, :cycle] = first_level(rate, exposure)[:, None]
    for bucket in range(demand.shape[1]):
        forecast[:, bucket + cycle] = np.where(exposure[:, bucket] > 0, rate[:, bucket], forecast[:, bucket])
    return forecast
