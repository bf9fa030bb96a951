"""The standard Theta method: exponential smoothing that drifts with half the slope of the whole history.

Assimakopoulos and Nikolopoulos (2000), International Journal of Forecasting 16(4), 521-530; in the equivalent form of
Hyndman and Billah (2003), International Journal of Forecasting 19(2), 287-290.
"""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Floats
from ownstock.engine.forecast.level_path import FIRST_BUCKETS, LevelPath, first_level, rates
from ownstock.engine.forecast.ses import smoothed


def theta(demand: Floats, exposure: Floats, season: Floats | None, *, alpha: float) -> LevelPath:
    """Smoothing with drift. demand, exposure [n, T], season [n, T + any] → path [n, T + 1]

    With l the level of `ses` (same gain, same start) and b the slope of the straight line through the rates y_t so
    far, least squares weighted by f_t, the forecast of h buckets ahead is

        l + (b / 2) · (h - 1 + (1 - r) / alpha)

    where r, the weight of the first level in l, is the product of all 1 - alpha · f_t ((1 - alpha)^t without masks).
    The path holds trend = b / 2 and level = forecast(h) - h · trend. b is 0 until FIRST_BUCKETS buckets are seen.
    """
    rate, gain = rates(demand, exposure, season), alpha * exposure
    level = smoothed(rate, gain, first_level(rate, exposure))
    drift = slopes(rate, exposure) / 2
    weight_of_first = _after_every_bucket(np.multiply.accumulate(1 - gain, axis=1), 1.0)
    return LevelPath(level + drift * ((1 - weight_of_first) / alpha - 1), drift)


def slopes(rate: Floats, exposure: Floats) -> Floats:
    """Slope a bucket of the line through the rates so far, by weighted least squares. [n, T] → [n, T + 1]

    From five running sums over the buckets t: w, w·t, w·t², w·y, w·t·y with w = exposure.
    """
    place = np.arange(rate.shape[1], dtype=np.float64)
    terms = (exposure, exposure * place, exposure * place**2, exposure * rate, exposure * rate * place)
    w, wt, wtt, wy, wty = (_after_every_bucket(np.cumsum(term, axis=1), 0.0) for term in terms)
    seen = _after_every_bucket(np.cumsum(exposure > 0, axis=1), 0.0)
    spread = w * wtt - wt**2
    is_told = (seen >= FIRST_BUCKETS) & (spread > 0)
    return np.where(is_told, (w * wty - wt * wy) / np.where(is_told, spread, 1.0), 0.0)


def _after_every_bucket(running: Floats, before: float) -> Floats:
    return np.concatenate([np.full((running.shape[0], 1), before), running], axis=1)
