"""How much of what came lay between two quantiles of what was forecast, had the level been less sure than it seemed."""

from __future__ import annotations

from typing import Any

import numpy as np

from ownstock.engine.kernels.bands import WIDEST, count_band, lattice_step
from ownstock.engine.kernels.compiled import compiled

LEAST_CHANCE = 1e-9


@compiled
def share_within(
    mean: Any, ratio: Any, level_variance: Any, real: Any, more: Any, low: float, high: float, share: Any
) -> None:
    """Add to `share` [K] how many of the windows came out between the quantiles `low` and `high`. more [K], the rest [m]

    A window is a count of this mean and of variance ratio · mean + (level_variance + more) · mean². A count that lies
    across a quantile counts for the part of its probability inside.
    """
    band = np.empty(WIDEST)
    for i in range(mean.size):
        for k in range(more.size):
            spread = max(ratio[i] + (level_variance[i] + more[k]) * mean[i], 1.0)
            step = lattice_step(mean[i], spread * mean[i])
            lowest, size = count_band(mean[i] / step, mean[i] / step * spread / step, band)
            below, upto = chances(real[i] / step, band, lowest, size, step == 1.0)
            chance = upto - below
            if chance > LEAST_CHANCE:
                share[k] += max(min(upto, high) - max(below, low), 0.0) / chance
            elif low <= below <= high:
                share[k] += 1.0


@compiled
def chances(point: float, band: Any, lowest: int, size: int, is_exact: bool) -> tuple[float, float]:
    """P(D < point) and P(D ≤ point); on a coarse lattice, whose points stand for the units around them, both agree."""
    cell = point - lowest + (0.0 if is_exact else 0.5)
    place = int(np.floor(cell))
    if place < 0:
        return 0.0, 0.0
    below = 0.0
    for j in range(min(place, size)):
        below += band[j]
    if place >= size:
        return 1.0, 1.0
    if is_exact:
        return below, below + band[place]
    return below + (cell - place) * band[place], below + (cell - place) * band[place]
