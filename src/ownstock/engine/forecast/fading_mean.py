"""The fading mean: demand over season, both summed with weights that halve every so often.

Simple exponential smoothing in the form that seasons and stock-outs leave intact: a bucket weighs what it was expected to
tell (its index times its exposure), a masked one nothing, and the first buckets are not read as a long history.
"""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Floats
from ownstock.engine.forecast.level_path import LevelPath


def fading_sums(demand: Floats, exposure: Floats, season: Floats, half_life: float) -> tuple[Floats, Floats]:
    """Sums of demand and of index · exposure after 0 … T buckets, fading by half every `half_life`. [n, T + 1] each"""
    fade, buckets = 0.5 ** (1 / half_life), demand.shape[1]
    amount, weight = np.zeros((2, demand.shape[0], buckets + 1))
    for t in range(buckets):
        amount[:, t + 1] = amount[:, t] * fade + demand[:, t]
        weight[:, t + 1] = weight[:, t] * fade + season[:, t] * exposure[:, t]
    return amount, weight


def fading_mean(
    demand: Floats, exposure: Floats, season: Floats, *, half_life: float, usual: Floats, strength: Floats
) -> LevelPath:
    """Level = (amount + strength · usual) / (weight + strength). demand, exposure [n, T], season [n, T + any] → [n, T + 1]

    usual, strength: [n, T + 1] the level leant on, and for how many buckets it counts: the Bayes estimate of a Poisson
    rate whose prior is a gamma distribution with mean `usual`.
    """
    amount, weight = fading_sums(demand, exposure, season[:, : demand.shape[1]], half_life)
    return LevelPath.flat((amount + strength * usual) / (weight + strength))
