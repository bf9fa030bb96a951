"""Count distributions of many items, each only where it has weight, one after another in one array."""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.kernels.compiled import compiled

# Probabilities below this share of the likeliest one are left out.
LEAST_SHARE = 1e-18


@compiled
def _ends(rate: float, contagion: float) -> tuple[int, int, int, float]:
    """Likeliest, first and last point with weight, and the sum of weights that make the likeliest 1."""
    mode = int((rate - contagion) / (1 - contagion)) if rate > contagion else 0
    total, weight, last = 1.0, 1.0, mode
    while True:
        weight *= (rate + contagion * last) / (last + 1)
        if weight < LEAST_SHARE:
            break
        last += 1
        total += weight
    weight, first = 1.0, mode
    while first > 0:
        weight *= first / (rate + contagion * (first - 1))
        if weight < LEAST_SHARE:
            break
        first -= 1
        total += weight
    return mode, first, last, total


@compiled
def count_bands(rate: Floats, contagion: Floats, periods: Ints, spread: Ints) -> tuple[Ints, Ints, Floats]:
    """Demand of `periods`, `periods` + 1 … `periods` + `spread` - 1 periods, each as likely as the others.

    rate, contagion: a and b of `policy/plainly.count_pmf` of a period; [n]. From the likeliest point outwards, so that no
    mean is too large. Returns where each item's points begin [n + 1], which count its first point is [n], the points.
    """
    items = rate.size
    first = np.zeros(items + 1, dtype=np.int64)
    least = np.zeros(items, dtype=np.int64)
    for item in range(items):
        _, low, _, _ = _ends(rate[item] * periods[item], contagion[item])
        _, _, high, _ = _ends(rate[item] * (periods[item] + spread[item] - 1), contagion[item])
        least[item] = low
        first[item + 1] = first[item] + high - low + 1
    points = np.zeros(first[items])
    for item in range(items):
        offset = first[item] - least[item]
        for more in range(spread[item]):
            of_all = rate[item] * (periods[item] + more)
            mode, low, high, total = _ends(of_all, contagion[item])
            share = 1.0 / (total * spread[item])
            weight = share
            for count in range(mode, high + 1):
                points[offset + count] += weight
                weight *= (of_all + contagion[item] * count) / (count + 1)
            weight = share
            for count in range(mode, low, -1):
                weight *= count / (of_all + contagion[item] * (count - 1))
                points[offset + count - 1] += weight
    return first, least, points
