"""On hand day by day: the distribution at the close of each day, and the day on which expected demand empties it.

Days are independent given the forecast, as in the decision. What customers have ordered is taken for sure on its day and
waits where nothing is there; demand beyond it is lost or waits. A point is `step` units (see `bands`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ownstock.engine.kernels.bands import WIDEST, add_bands, count_band, mix_in, trimmed
from ownstock.engine.kernels.compiled import compiled
from ownstock.engine.kernels.known_demand import take_up_to


@compiled
def close_of_days(
    net: float, mean: Any, sure: Any, arriving: Any, ratio: float, step: float, is_lost: bool, share: float,
    mix: Any, lowest: Any, size: Any,
) -> None:  # fmt: skip
    """Add the distribution of net on hand at the close of each day, weighed by `share`, to the mixture of that day.

    mean, sure, arriving [days]: units a day expected beyond known demand, known for sure, arriving before its demand.
    mix [days, WIDEST], lowest [days], size [days]: bands of **minus** net on hand, in points; all empty at first.
    """
    taken, gap_band, work = np.empty(WIDEST), np.empty(WIDEST), np.empty(WIDEST)
    taken[0] = 1.0
    low, count = 0, 1
    there = net
    for day in range(mean.size):
        there += arriving[day] - sure[day]
        gap = mean[day] / step
        if gap > 0.0:
            gap_low, gap_count = count_band(gap, gap * ratio / step, gap_band)
            if is_lost and low + count + gap_low + gap_count - 2 > there / step:
                low, count = take_up_to(there / step, taken, low, count, gap_band, gap_low, gap_count, work)
            else:
                count = add_bands(taken, count, gap_band, gap_count, work)
                for j in range(count):
                    taken[j] = work[j]
                low, count = trimmed(taken, low + gap_low, count)
        lowest[day], size[day] = mix_in(share, taken, low, count, -there / step, mix[day], lowest[day], size[day])


@compiled
def quantiles_of(
    mix: Any, lowest: Any, size: Any, step: float, shares: Any, found: Any, mean: Any, nothing: Any
) -> None:
    """Of each day's mixture the quantiles of net on hand, found [days, shares], its mean and the chance of none. [days]"""
    for day in range(lowest.size):
        total, none = 0.0, 0.0
        for j in range(size[day]):
            total += mix[day, j] * -(lowest[day] + j) * step
            if lowest[day] + j >= 0:
                none += mix[day, j]
        mean[day], nothing[day] = total, min(none, 1.0)
        # From the highest point of minus on hand, which is the least on hand, upwards.
        seen, k = 0.0, size[day] - 1
        for s in range(shares.size):
            while k > 0 and seen + mix[day, k] < shares[s] - 1e-9:
                seen += mix[day, k]
                k -= 1
            found[day, s] = -(lowest[day] + k) * step


@compiled
def day_empty(net: Any, mean: Any, sure: Any, arriving: Any, is_lost: Any, since: Any, found: Any) -> None:
    """The first day from `since` on by whose close expected demand has taken all that is there, in place; -1: none.

    net, is_lost, since, found [n]; mean, sure, arriving [n, days]. Without demand nothing runs out.
    """
    for i in range(net.size):
        there, found[i] = net[i], -1
        for day in range(mean.shape[1]):
            there += arriving[i, day] - sure[i, day]
            left = there - mean[i, day]
            if day >= since[i] and left <= 0.0 and mean[i, day] + sure[i, day] > 0.0:
                found[i] = day
                break
            there = max(left, min(there, 0.0)) if is_lost[i] else left
