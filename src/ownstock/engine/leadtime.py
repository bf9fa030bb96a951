"""Random lead times: the demand that stock must last for, and what is outstanding where orders may cross.

Periods are whole, their demands independent and alike, lead times independent of demand. Under the usual formula,
mean μ·(L + R) and variance σ²·(L + R) + μ²·var L, levels come from a normal distribution; with two ways of delivery,
one fast and one slow, the true distribution has two humps and the formula misses both (Eppen and Martin 1988,
Management Science 34(11), 1380-1390; Chopra, Reinhardt and Dada 2004, Decision Sciences 35(1), 1-24).
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from ownstock.engine.arrays import Floats

Transforms = npt.NDArray[np.complex128]


def protection_demand(demand: Floats, lead_time: Floats, review_periods: int) -> Floats:
    """Demand from an order until the next one could have arrived: a mixture over lead times, exact.

    demand: [n, points], probability of 0, 1 … units in a period; lead_time: [n, longest + 1], probability of 0, 1 …
    periods. With φ the transform of a period's demand, that of the mixture is φ^R · Σ P(L = l)·φ^l.
    Returns [n, support], cut off nowhere.
    """
    return _mixture(demand, lead_time, review_periods)


def lead_time_demand(demand: Floats, lead_time: Floats) -> Floats:
    """Demand of a lead time, exact: the mixture without review. [n, points], [n, longest + 1] → [n, support]"""
    return _mixture(demand, lead_time, 0)


def shortfall(demand: Floats, lead_time: Floats) -> Floats:
    """How far net stock is below a base-stock level at the end of a period, where orders may cross; exact.

    What is demanded in a period is ordered at its end and arrives at the start of the L-th period after, L ≥ 1, drawn
    for each order alone. Outstanding are this period's demand and, of those j ≥ 1 periods ago, each that is not there
    yet: with probability P(L > j). Robinson, Bradley and Thomas (2001), Manufacturing & Service Operations Management
    3(3), 175-188. [n, points], [n, longest + 1] → [n, support]
    """
    still_open = _still_open(lead_time)
    support = _support(demand, 1 + still_open.shape[1])
    transform = _transform(demand, support)
    total = transform.copy()
    for probability in still_open.T:
        total *= 1 + probability[:, None] * (transform - 1)
    return _probabilities(total, support)


def outstanding_orders(lead_time: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of the number of orders outstanding besides this period's. [n, longest + 1] → [n], [n]

    One order a period, lead times of at least one period, as in `shortfall`.
    """
    still_open = _still_open(lead_time)
    return still_open.sum(axis=1), (still_open * (1 - still_open)).sum(axis=1)


def outstanding_orders_variance_bound(lead_time: Floats) -> Floats:
    """The most that this variance can be: standard deviation of the lead time / √3. [n, longest + 1] → [n]

    Bradley and Robinson (2005), Manufacturing & Service Operations Management 7(4), 319-329.
    """
    return np.sqrt(mean_and_variance(lead_time)[1] / 3)


def mean_and_variance(probability: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of distributions over 0, 1 … [n, points] → [n], [n]"""
    points = np.arange(probability.shape[1])
    mean = probability @ points
    return mean, ((points - mean[:, None]) ** 2 * probability).sum(axis=1)


def textbook_moments(demand: Floats, lead_time: Floats, review_periods: int) -> tuple[Floats, Floats]:
    """Mean and variance of the protection interval's demand by the usual formula, which is right. [n], [n]

    Silver, Pyke and Thomas (2017), Inventory and Production Management in Supply Chains, section 6.10.
    """
    mean, variance = mean_and_variance(demand)
    lead_mean, lead_variance = mean_and_variance(lead_time)
    interval = lead_mean + review_periods
    return mean * interval, variance * interval + mean**2 * lead_variance


def textbook_level(mean: Floats, variance: Floats, cycle_service_level: float) -> Floats:
    """Mean + z·standard deviation: the level of a normal distribution, often wrong. [n], [n] → [n]"""
    level: Floats = mean + NormalDist().inv_cdf(cycle_service_level) * np.sqrt(variance)
    return level


def _mixture(demand: Floats, lead_time: Floats, review_periods: int) -> Floats:
    support = _support(demand, lead_time.shape[1] - 1 + review_periods)
    transform = _transform(demand, support)
    total: Transforms = np.zeros_like(transform)
    for probability in lead_time.T[::-1]:
        total *= transform
        total += probability[:, None]
    for _ in range(review_periods):
        total *= transform
    return _probabilities(total, support)


def _still_open(lead_time: Floats) -> Floats:
    """P(L > j) for j = 1, 2 … [n, longest - 1]"""
    still_open: Floats = 1 - np.cumsum(lead_time, axis=1)[:, 1:-1]
    return still_open


def _support(demand: Floats, periods: int) -> int:
    return max(1, (int(demand.shape[1]) - 1) * periods + 1)


def _transform(demand: Floats, support: int) -> Transforms:
    return np.fft.rfft(demand, n=_length(support), axis=1)


def _probabilities(transform: Transforms, support: int) -> Floats:
    found = np.fft.irfft(transform, n=_length(support), axis=1)[:, :support]
    np.maximum(found, 0.0, out=found)
    return found


def _length(support: int) -> int:
    return 1 << int(support - 1).bit_length()
