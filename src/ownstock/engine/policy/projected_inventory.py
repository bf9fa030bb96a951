"""What will be on hand when the order decided now arrives: its exact distribution, through all open arrivals.

The unit of account is the **depletion** u: what will have been taken, so that

    on hand = usable - backordered + everything arrived so far - u.

Between two arrivals, demand adds to u (one convolution is exact, as stock only falls). An arrival leaves u alone.
Under lost sales u cannot exceed what was there: probability beyond that ceiling is moved onto it, before the next
arrival raises the ceiling. Under backorders u is the demand itself. All n-rows below share one support, a power of
two, chosen so that demand until the end of the window exceeds it with probability 1e-11 at most: convolutions are
circular transforms of that length, and what wraps around is less than that.

For lost sales see Zipkin (2008), Operations Research 56(5), 1256-1263, and van Jaarsveld and Arts (2024),
Operations Research 72(5), 1790-1805, on the projected inventory level.
"""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.forecast.count_distribution import CountDistribution, pmf


def depletion_with_lost_sales(
    weekly: CountDistribution, net_on_hand: Ints, lead_time_days: Ints, days: Ints, quantities: Ints, support: int
) -> Floats:
    """Distribution of the depletion at the end of the lead time, in steps. [m, support]

    net_on_hand = usable - backordered, in units [m]; days, quantities: the arrivals before the lead time ends, by day,
    [m, j], j ≥ 0. Backorders there are today wait for the arrivals; demand that finds nothing on hand is lost.
    """
    starts = np.hstack([np.zeros_like(lead_time_days)[:, None], days])
    ends = np.hstack([days, lead_time_days[:, None]])
    arrived = np.hstack([np.zeros_like(net_on_hand)[:, None], np.cumsum(quantities, axis=1)])
    ceilings = np.maximum(net_on_hand[:, None] + arrived, 0) // weekly.step[:, None]
    gaps = ends - starts
    depletion = _stop_at(ceilings[:, 0], pmf(weekly, gaps[:, 0], support))
    for gap, ceiling in zip(gaps.T[1:], ceilings.T[1:], strict=True):
        depletion = _stop_at(ceiling, add_demand(depletion, pmf(weekly, gap, support)))
    return depletion


def add_demand(depletion: Floats, demand: Floats) -> Floats:
    """Distribution of the sum of two independent counts on one support. [m, support] each → [m, support]"""
    support = depletion.shape[1]
    transform = np.fft.rfft(depletion, axis=1)
    transform *= np.fft.rfft(demand, axis=1)
    total: Floats = np.fft.irfft(transform, n=support, axis=1)
    np.maximum(total, 0.0, out=total)
    total /= total.sum(axis=1, keepdims=True)
    return total


def _stop_at(ceiling: Ints, depletion: Floats) -> Floats:
    """Move what lies beyond the ceiling onto it, in place. [m], [m, support] → [m, support]"""
    support = depletion.shape[1]
    reached = np.flatnonzero(ceiling < support)
    beyond = np.where(np.arange(support) > ceiling[reached, None], depletion[reached], 0.0)
    depletion[reached] -= beyond
    depletion[reached, ceiling[reached]] += beyond.sum(axis=1)
    return depletion
