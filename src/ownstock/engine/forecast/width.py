"""How much wider than it seems demand really spreads: learned in money, from windows that are over.

The variance within a series is not the whole of what can happen in the time that an order must last: levels drift, large
orders come that were never seen before, a level is only an estimate. So earlier decisions are made again with what was
known then, on a sample of series; the factor on the variance that would have cost least is used from now on. One
factor for all item-sites: what one of them tells of its own tail is far too little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.history import DemandHistory
from ownstock.engine.kernels.width import cost_of_widths

WIDTHS = np.array([0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0])
AS_IT_SEEMS = 2
# A bucket without a sale tells its demand when it was in stock for so much of it.
LEAST_TOLD = 0.5


@dataclass(frozen=True)
class Windows:
    """Windows that are over, as they were forecast and as they went; each [m]: units, variance ÷ mean, money a unit."""

    mean: Floats
    variance_ratio: Floats
    real: Floats
    over: Floats
    under: Floats


def learned_width(origins: Sequence[Windows]) -> float:
    """The factor on variance that would have cost least at all origins together; 1 where it could be chance.

    All series of one origin share its weather, so that an origin is one observation: of each width, its cost over that of
    width 1, plus one standard error of it (of a ratio of two sums over n origins: Cochran 1977, Sampling Techniques,
    section 6.4), is what may be hoped for. The width with the least of it is taken.
    """
    if len(origins) < 2:
        return 1.0
    costs = np.array([_cost(windows) for windows in origins]) + 1e-9
    as_it_seems = costs[:, [AS_IT_SEEMS]]
    ratio = costs.sum(axis=0) / as_it_seems.sum()
    squares = ((costs - ratio * as_it_seems) ** 2).sum(axis=0) * len(origins) / (len(origins) - 1)
    return float(WIDTHS[int(np.argmin(ratio + np.sqrt(squares) / as_it_seems.sum()))])


def _cost(windows: Windows) -> Floats:
    """Money of all windows of an origin by width. [K]"""
    cost = np.zeros(WIDTHS.size)
    cost_of_widths(windows.mean, windows.variance_ratio, windows.real, windows.over, windows.under, WIDTHS, cost)
    return cost


def window_sums(wanted: DemandHistory, first: int, buckets: Ints) -> tuple[Floats, Ints]:
    """Demand of the `buckets` [n] buckets from `first` on, where every one of them tells it: (units, rows)."""
    at = np.arange(first, first + int(buckets.max(initial=1)))
    is_in = at < first + buckets[:, None]
    at = np.minimum(at, wanted.demand.shape[1] - 1)
    is_told = np.where(is_in, wanted.in_stock[:, at] >= LEAST_TOLD, True).all(axis=1)
    rows: Ints = np.flatnonzero(is_told & (first + buckets <= wanted.demand.shape[1]))
    units: Floats = np.where(is_in, wanted.demand[:, at], 0.0).sum(axis=1, dtype=np.float64)
    return units[rows], rows
