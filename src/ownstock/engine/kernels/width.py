"""What past windows would have cost, had demand been taken to spread more or less than it seemed to."""

from __future__ import annotations

from typing import Any

import numpy as np

from ownstock.engine.kernels.bands import WIDEST, count_band, lattice_step
from ownstock.engine.kernels.compiled import compiled
from ownstock.engine.kernels.decision import level_at


@compiled
def cost_of_widths(mean: Any, variance_ratio: Any, real: Any, over: Any, under: Any, widths: Any, cost: Any) -> None:
    """Add to `cost` [K] what the newsvendor's levels of all windows came to, by width. widths [K], the rest [m]

    The level of a window covers its demand with the critical ratio, as a count of this mean and of variance
    width · variance_ratio · mean; its cost is over for a unit left of it, under for a unit short, as it really was.
    """
    band, below = np.empty(WIDEST), np.empty(WIDEST)
    for i in range(mean.size):
        for k in range(widths.size):
            ratio = max(variance_ratio[i] * widths[k], 1.0)
            step = lattice_step(mean[i], ratio * mean[i])
            lowest, size = count_band(mean[i] / step, mean[i] / step * ratio / step, band)
            seen = 0.0
            for j in range(size):
                seen += band[j]
                below[j] = seen
            ratio_wanted = under[i] / (under[i] + over[i])
            level = np.ceil(step * level_at(ratio_wanted, band, below, lowest, size, step == 1.0) - 1e-6)
            cost[k] += over[i] * max(level - real[i], 0.0) + under[i] * max(real[i] - level, 0.0)
