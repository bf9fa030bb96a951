"""Size times chance: a forecast for intermittent demand that fades when demand stops coming.

Teunter, Syntetos and Babai (2011), European Journal of Operational Research 214(3), 606-615.
"""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Floats
from ownstock.engine.forecast.croston_sba import first_size_and_interval, sizes_of
from ownstock.engine.forecast.level_path import LevelPath


def tsb(
    demand: Floats, exposure: Floats, season: Floats | None, *, alpha_size: float, alpha_chance: float
) -> LevelPath:
    """Mean size of a demand times its chance. demand, exposure [n, T], season [n, T + any] → path [n, T + 1]

    With o_t = 1 where d_t > 0 and else 0, and z_t = d_t / s_t:

        chance ← chance + alpha_chance · (o_t - f_t · chance)            in every bucket not masked
        size   ← size + alpha_size · (z_t - size)                        where o_t = 1

    The level is chance · size. From the first eight buckets seen (level_path.py), the first size is the mean of the
    demands above 0, the first chance their number over the exposure. Without any among them both start at 0, and the
    first demand sets the size to its own.
    """
    size, interval = first_size_and_interval(demand, exposure, season)
    chance = np.where(interval > 0, 1 / np.where(interval > 0, interval, 1.0), 0.0)
    sizes = sizes_of(demand, season)
    level = np.empty((demand.shape[0], demand.shape[1] + 1))
    level[:, 0] = chance * size
    for bucket in range(demand.shape[1]):
        is_demand = (exposure[:, bucket] > 0) & (demand[:, bucket] > 0)
        chance = chance + alpha_chance * (is_demand - exposure[:, bucket] * chance)
        gain = np.where(size > 0, alpha_size, 1.0)
        size = np.where(is_demand, size + gain * (sizes[:, bucket] - size), size)
        level[:, bucket + 1] = chance * size
    return LevelPath.flat(level)
