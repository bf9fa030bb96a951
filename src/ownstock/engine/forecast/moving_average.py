"""The masked moving average: the plainest forecast that a stock-out does not bias."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ownstock.engine.arrays import Floats, Ints


@dataclass(frozen=True)
class WeeklyDemand:
    """Mean and variance of the demand of a week, in units, and from how many weeks they were estimated; each [n]."""

    mean: Floats
    variance: Floats
    weeks_used: Ints


def moving_average(demand: Floats, exposure: Floats) -> WeeklyDemand:
    """Mean and variance of a week's demand from weeks seen for a part `exposure` of each. [n, W], [n, W] → [n]

    With d_i units in f_i weeks of exposure, over the k weeks with f_i > 0:

        mean = Σ d_i / Σ f_i        variance = Σ (d_i - mean·f_i)² / f_i / (k - 1)

    The variance is unbiased when mean and variance grow with the time of exposure; for whole weeks it is the sample
    variance. One week alone tells no variance: it is taken equal to the mean (Poisson). No week: 0 and 0.
    """
    is_used = exposure > 0
    weeks_used = is_used.sum(axis=1)
    weeks = exposure.sum(axis=1)
    mean = np.where(is_used, demand, 0.0).sum(axis=1) / np.where(weeks > 0, weeks, 1.0)
    residual = np.where(is_used, demand - mean[:, None] * exposure, 0.0)
    squares = (residual**2 / np.where(is_used, exposure, 1.0)).sum(axis=1)
    variance = np.where(weeks_used > 1, squares / np.maximum(weeks_used - 1, 1), mean)
    return WeeklyDemand(mean, variance, weeks_used)
