"""The least order-up-to level that keeps a promise of service, exact on a discrete distribution.

    cycle_service_level   the probability that no demand is short from arrival until the window ends
    fill_rate             the share of the window's demand that is served from the shelf at once

Levels are in the units of `projected_inventory`: what will have been taken, the depletion, by the arrival of the
order, and the demand of the window after it. Under lost sales the depletion stops at what is on hand, under backorders
it does not; the same formulas hold for both, as what is short already at arrival is taken off what is short at the end:

    short in the window = E[(depletion at arrival + demand - level)⁺] - E[(depletion at arrival - level)⁺]

Silver, Pyke and Thomas (2017), Inventory and Production Management in Supply Chains, section 6.7; Axsäter (2015),
Inventory Control, section 5.3.
"""

from __future__ import annotations

import numpy as np

from ownstock.base.errors import Refused
from ownstock.engine.arrays import Floats, Ints

# A probability this close below the target meets it: rounding must not decide between two levels.
GUARD = 1e-12


def level_for_cycle_service(depletion: Floats, target: Floats) -> Ints:
    """The least level that the depletion at the end of the window exceeds with probability ≤ 1 - target. [n]

    depletion: [n, support], at the end of the window; target: [n], between 0 and 1, both excluded.
    """
    _check(target, "cycle_service_level")
    return _first(np.cumsum(depletion, axis=1), target)


def cycle_service_level(depletion: Floats, level: Ints) -> Floats:
    """The probability that a level is not exceeded by the depletion at the end of the window. [n, support], [n] → [n]"""
    return _at(np.cumsum(depletion, axis=1), level, below=0.0)


def level_for_fill_rate(depletion_at_arrival: Floats, window_demand: Floats, target: Floats) -> Ints:
    """The least level with which the window's fill rate is at least the target. [n, support] twice, [n] → [n]

    Where the window has no demand, 0.
    """
    _check(target, "fill_rate")
    served = _served(depletion_at_arrival, window_demand)
    return np.where(_mean(window_demand) > 0, _first(served, target), 0)


def fill_rate(depletion_at_arrival: Floats, window_demand: Floats, level: Ints) -> Floats:
    """The share of the window's demand served at once from a level ≥ 0; 1 without demand. [n]"""
    served = _at(_served(depletion_at_arrival, window_demand), level, below=0.0)
    return np.where(_mean(window_demand) > 0, served, 1.0)


def _served(depletion_at_arrival: Floats, window_demand: Floats) -> Floats:
    """Fill rate of levels 0, 1 … [n, support]

    Each unit more serves one more when the depletion passes it inside the window:
    P(depletion at the end > level) - P(depletion at arrival > level).
    """
    at_end = _sum_of(depletion_at_arrival, window_demand)
    gain = np.cumsum(depletion_at_arrival, axis=1) - np.cumsum(at_end, axis=1)
    mean = _mean(window_demand)
    served = np.cumsum(np.maximum(gain, 0.0), axis=1) / np.where(mean > 0, mean, 1.0)[:, None]
    return np.concatenate([np.zeros((mean.size, 1)), np.minimum(served, 1.0)], axis=1)


def _sum_of(depletion: Floats, demand: Floats) -> Floats:
    """Distribution of the sum of two independent counts on one support. [n, support] each → [n, support]"""
    support = depletion.shape[1]
    transform = np.fft.rfft(depletion, 2 * support, axis=1) * np.fft.rfft(demand, 2 * support, axis=1)
    total = np.maximum(np.fft.irfft(transform, n=2 * support, axis=1)[:, :support], 0.0)
    sums: Floats = total / total.sum(axis=1, keepdims=True)
    return sums


def _mean(probability: Floats) -> Floats:
    mean: Floats = probability @ np.arange(probability.shape[1])
    return mean


def _first(reached: Floats, target: Floats) -> Ints:
    """The first point at which a rising row reaches its target; the last where rounding keeps it below."""
    below = (reached < (target - GUARD)[:, None]).sum(axis=1)
    point: Ints = np.minimum(below, reached.shape[1] - 1)
    return point


def _at(rising: Floats, level: Ints, *, below: float) -> Floats:
    found: Floats = rising[np.arange(level.size), np.clip(level, 0, rising.shape[1] - 1)]
    return np.where(level < 0, below, found)


def _check(target: Floats, name: str) -> None:
    wrong = np.flatnonzero(~((target > 0) & (target < 1)))
    if wrong.size:
        row = int(wrong[0])
        raise Refused(
            f"{name} of row {row} is {target[row]}; give a number above 0 and below 1.",
            code="target_out_of_range",
            row=row,
            value=float(target[row]),
        )
