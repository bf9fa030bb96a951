"""Demand as a count: negative binomial by its moments, Poisson where the variance does not exceed the mean.

Both follow one recursion (Panjer 1981, ASTIN Bulletin 12, 22-26), so that no formula below asks which it is:

    P(k) = P(k - 1) · (rate + contagion·(k - 1)) / k

with contagion = 1 - mean/variance (0 for Poisson) and rate = mean · (1 - contagion). The negative binomial's shape is
rate / contagion, its success probability 1 - contagion. Both are infinitely divisible: the demand of g days has
g/7 of the week's rate and the same contagion, and demands of days that do not overlap are independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ownstock.engine.arrays import Floats, Ints

# What lies beyond the computed support has at most this probability.
TAIL = 1e-11
LEAST_SUPPORT = 16
# The limit of memory and time for one item-site; beyond it, demand is counted in steps of more than one unit.
MOST_SUPPORT = 2**17
DAYS_A_WEEK = 7


@dataclass(frozen=True)
class CountDistribution:
    """The demand of a week, counted in steps of `step` units; each field [n]."""

    rate: Floats
    contagion: Floats
    step: Ints


def fit(mean: Floats, variance: Floats, step: Ints) -> CountDistribution:
    """The distribution with this mean and variance a week, in units, counted in steps. [n] → [n]

    In steps the mean is mean/step and the variance variance/step². Where that falls below the mean, Poisson takes
    its place and is the wider of the two: a coarse step errs towards too much variance.
    """
    steps_mean, steps_variance = mean / step, variance / step**2
    is_over = steps_variance > steps_mean
    contagion = np.where(is_over, 1 - steps_mean / np.where(is_over, steps_variance, 1.0), 0.0)
    return CountDistribution(steps_mean * (1 - contagion), contagion, step)


def pmf(weekly: CountDistribution, days: Ints, support: int) -> Floats:
    """Probability of a demand of 0, 1 … support - 1 steps in so many days. [n], [n] → [n, support]

    By cumulative sums of log ratios, which neither overflow nor underflow; scaled to sum to 1.
    """
    rate = (weekly.rate * days / DAYS_A_WEEK)[:, None]
    k = np.arange(1, support)
    log_pmf = np.zeros((days.size, support))
    with np.errstate(divide="ignore"):
        ratio = (rate + weekly.contagion[:, None] * (k - 1)) / k
        np.cumsum(np.log(ratio, out=ratio), axis=1, out=log_pmf[:, 1:])
    log_pmf -= log_pmf.max(axis=1, keepdims=True)
    mass = np.exp(log_pmf, out=log_pmf)
    mass /= mass.sum(axis=1, keepdims=True)
    return mass


def support_needed(weekly: CountDistribution, days: Ints) -> Ints:
    """The least power of two beyond which demand in so many days has at most probability TAIL. [n] → [n]

    2 · MOST_SUPPORT where even MOST_SUPPORT does not reach.
    """
    support = np.full(days.size, LEAST_SUPPORT, dtype=np.int64)
    while True:
        is_short = (log_tail_bound(weekly, days, support) > np.log(TAIL)) & (support <= MOST_SUPPORT)
        if not is_short.any():
            return support
        support[is_short] *= 2


def step_needed(mean: Floats, variance: Floats, days: Ints) -> Ints:
    """The least step, a power of two, with which the demand of so many days fits into MOST_SUPPORT. [n] → [n]"""
    step = np.ones(days.size, dtype=np.int64)
    most = np.full(days.size, MOST_SUPPORT)
    while True:
        is_short = log_tail_bound(fit(mean, variance, step), days, most) > np.log(TAIL)
        if not is_short.any():
            return step
        step[is_short] *= 2


def log_tail_bound(weekly: CountDistribution, days: Ints, least: Ints) -> Floats:
    """Chernoff's upper bound of log P(demand ≥ least) in so many days; 0 up to the mean. [n] → [n]

    min over z of log E[z^D] - least·log z, reached at z = least / (rate + contagion·least).
    """
    rate = weekly.rate * days / DAYS_A_WEEK
    is_some = rate > 0
    rate = np.where(is_some, rate, 1.0)
    contagion = np.maximum(weekly.contagion, 1e-12)
    excess = (least * (1 - contagion) - rate) / rate
    log_moment = rate / contagion * np.log1p(contagion * np.maximum(excess, 0.0))
    bound = log_moment - least * np.log(least / (rate + contagion * least))
    return np.where(is_some, np.where(excess > 0, bound, 0.0), -np.inf)
