"""What of a history can be believed: sold-out buckets lifted, buckets far out of line capped.

The plain form of the first steps of `kernels/bank.py`.
"""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Floats

LEAST_IN_STOCK = 0.5
CAP_DEVIATIONS = 3.0
TINY = 1e-6


def lifted(demand: Floats, in_stock: Floats, season: Floats, half_life: float) -> tuple[Floats, Floats]:
    """Demand and exposure of each bucket as they can be believed. [n, T] each → [n, T], [n, T]

    A bucket that sold out (0 < f < 1, d > 0) held more demand than was sold: d is a lower bound. With the usual demand m
    (fading mean so far, in season), b = max(d, m), it is read as min(b + √b, d / f): about what a count known to be at
    least d has, but no more than the rate of the time in stock. A bucket without a sale in stock for less than half of
    it says nothing. (Weeks cut by stock-outs are those with much demand; to drop them biases the level downwards.)
    """
    d, f = demand.astype(np.float64).copy(), in_stock.astype(np.float64).copy()
    amount, weight, fade = np.zeros(d.shape[0]), np.zeros(d.shape[0]), 0.5 ** (1 / half_life)
    for t in range(d.shape[1]):
        bound = np.maximum(d[:, t], season[:, t] * amount / np.maximum(weight, TINY))
        is_cut = (f[:, t] < 1) & (f[:, t] > 0) & (d[:, t] > 0)
        cut = np.minimum(bound + np.sqrt(bound), d[:, t] / np.maximum(f[:, t], TINY))
        d[:, t] = np.where(f[:, t] >= 1, d[:, t], np.where(is_cut, cut, 0.0))
        f[:, t] = np.where(is_cut, 1.0, np.where(f[:, t] >= LEAST_IN_STOCK, f[:, t], 0.0))
        amount = amount * fade + d[:, t]
        weight = weight * fade + season[:, t] * f[:, t]
    return d, f


def capped(demand: Floats, exposure: Floats, season: Floats, window: int) -> Floats:
    """Demand with every bucket capped at what is usual and three deviations. [n, T] each → [n, T]

    In season: (mean + 3 · deviation + 1) · index, both of the rates d / index of the last `window` buckets seen.
    """
    rate = np.where(exposure > 0, demand / season, np.nan)[:, -window:]
    seen = np.isfinite(rate).sum(axis=1)
    mean = np.nansum(rate, axis=1) / np.maximum(seen, 1)
    square = np.nansum(rate**2, axis=1) / np.maximum(seen, 1)
    cap = mean + CAP_DEVIATIONS * np.sqrt(np.maximum(square - mean**2, 0)) + 1
    return np.where((seen > 0)[:, None], np.minimum(demand, cap[:, None] * season), demand)
