"""Croston's method with the Syntetos-Boylan correction: how large demands are, and how far apart they come.

Croston (1972), Operational Research Quarterly 23(3), 289-303; Syntetos and Boylan (2005), International Journal of
Forecasting 21(2), 303-314.
"""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Floats
from ownstock.engine.forecast.level_path import LevelPath, is_first


def croston_sba(demand: Floats, exposure: Floats, season: Floats | None, *, alpha: float) -> LevelPath:
    """Size over interval, corrected. demand, exposure [n, T], season [n, T + any] → path [n, T + 1]

    Each bucket adds its exposure to the time since the last demand, q ← q + f_t; a demand d_t > 0 of size
    z_t = d_t / s_t then moves both averages and starts the time anew:

        size ← size + alpha · (z_t - size)      interval ← interval + alpha · (q - interval)      q ← 0

    The level is (1 - alpha / 2) · size / interval. From the first eight buckets seen (level_path.py), the first size is
    the mean of the demands above 0, the first interval the exposure per such demand. Without any among them the level
    is 0 until the first demand, which sets size and interval to its own z_t and q.
    """
    size, interval, waited = *first_size_and_interval(demand, exposure, season), np.zeros(demand.shape[0])
    level = np.empty((demand.shape[0], demand.shape[1] + 1))
    level[:, 0] = _level(size, interval, alpha)
    sizes = sizes_of(demand, season)
    for bucket in range(demand.shape[1]):
        waited = waited + exposure[:, bucket]
        is_demand = (exposure[:, bucket] > 0) & (demand[:, bucket] > 0)
        gain = np.where(size > 0, alpha, 1.0)
        size = np.where(is_demand, size + gain * (sizes[:, bucket] - size), size)
        interval = np.where(is_demand, interval + gain * (waited - interval), interval)
        waited = np.where(is_demand, 0.0, waited)
        level[:, bucket + 1] = _level(size, interval, alpha)
    return LevelPath.flat(level)


def sizes_of(demand: Floats, season: Floats | None) -> Floats:
    """Demand at a seasonal index of 1. A bucket seen for a part has fewer demands, not smaller ones. [n, T] → [n, T]"""
    return demand if season is None else demand / season[:, : demand.shape[1]]


def first_size_and_interval(demand: Floats, exposure: Floats, season: Floats | None) -> tuple[Floats, Floats]:
    """Mean size of the demands in the first eight buckets seen, and exposure per demand; 0 and 0 without. [n], [n]"""
    is_early = is_first(exposure)
    is_demand = is_early & (demand > 0)
    number = is_demand.sum(axis=1)
    size = np.where(is_demand, sizes_of(demand, season), 0.0).sum(axis=1)
    seen = np.where(is_early, exposure, 0.0).sum(axis=1)
    return size / np.maximum(number, 1), np.where(number > 0, seen / np.maximum(number, 1), 0.0)


def _level(size: Floats, interval: Floats, alpha: float) -> Floats:
    return (1 - alpha / 2) * size / np.where(size > 0, interval, 1.0)
