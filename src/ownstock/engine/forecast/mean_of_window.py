"""The moving average after every bucket, masked buckets left out."""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Floats
from ownstock.engine.forecast.level_path import LevelPath, first_level, rates


def mean_of_window(demand: Floats, exposure: Floats, season: Floats | None, *, buckets: int) -> LevelPath:
    """Mean rate of the last `buckets` buckets. demand, exposure [n, T], season [n, T + any] → path [n, T + 1]

    With the rate y_t = d_t / (s_t · f_t), over the window (shorter while the history is): Σ f_t · y_t / Σ f_t. A window
    that is masked as a whole keeps the level of the one before; before the first bucket seen it is the mean rate of the
    first eight (level_path.py).
    """
    rate = rates(demand, exposure, season)
    amount, weight = _window_sums(exposure * rate, buckets), _window_sums(exposure, buckets)
    level = np.empty_like(amount)
    level[:, 0] = first_level(rate, exposure)
    for bucket in range(1, level.shape[1]):
        is_seen = weight[:, bucket] > 0
        mean = amount[:, bucket] / np.where(is_seen, weight[:, bucket], 1.0)
        level[:, bucket] = np.where(is_seen, mean, level[:, bucket - 1])
    return LevelPath.flat(level)


def _window_sums(values: Floats, buckets: int) -> Floats:
    """Sum of the last `buckets` values before each column, and before the end. [n, T] → [n, T + 1]

    Summed window by window: differences of running sums would leave rounding where the window holds nothing.
    """
    padded = np.concatenate([np.zeros((values.shape[0], buckets)), values], axis=1)
    sums: Floats = np.lib.stride_tricks.sliding_window_view(padded, buckets, axis=1).sum(axis=2)
    return sums
