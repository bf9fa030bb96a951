"""Ways in which the demand of an item-site may go: draws of its level, its demand and the lead times of its orders.

Every item-site has a random stream of its own, named by the seed and its key: the same paths alone and in company.
Salmon, Moraes, Dror and Shaw (2011), SC '11, on streams that are named, not shared.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import polars as pl

from ownstock.engine.arrays import Floats, Ints, Truths
from ownstock.engine.propose import DAYS_A_WEEK


@dataclass(frozen=True)
class Horizon:
    """How far and how finely to look: weeks ahead, random paths of each item-site, and the seed they are drawn from."""

    weeks: int = 26
    paths: int = 40
    seed: int = 0

    @property
    def days(self) -> int:
        """The same in days."""
        return self.weeks * DAYS_A_WEEK


@dataclass(frozen=True)
class Chances:
    """What the demand of one item-site is drawn from.

    until: [days + 1] units expected from today until each day. ratio: variance ÷ mean of demand, the level given.
    level_variance: of the level of today over its square; step: what a week adds to it.
    lead_days, probability: [any] of its orders, the shortest first.
    """

    until: Floats
    ratio: float
    level_variance: float
    step: float
    lead_days: Ints
    probability: Floats


@dataclass(frozen=True)
class Drawn:
    """Paths of one item-site; place 0 is the path on which all comes as expected.

    begins: [days] whether a stretch of demand begins. demand: [1 + paths, stretches] units, a stretch's at its first day.
    takes: [1 + paths, days] lead time in days of what is ordered on a day.
    """

    begins: Truths
    demand: Ints
    takes: Ints


def stream_names(item_sites: pl.Series) -> npt.NDArray[np.uint64]:
    """A name for the random stream of every item-site, made of its key alone. [n]"""
    if item_sites.dtype != pl.String:
        return item_sites.to_numpy().astype(np.int64).view(np.uint64)
    digests = [blake2b(key.encode(), digest_size=8).digest() for key in item_sites]
    return np.frombuffer(b"".join(digests), dtype=np.uint64)


def drawn(chances: Chances, begins: Truths, stream: np.uint64, horizon: Horizon) -> Drawn:
    """The paths of an item-site whose stretches of demand begin on these days."""
    rng = np.random.Generator(np.random.Philox(key=np.array([horizon.seed % 2**64, stream], np.uint64)))
    day = np.flatnonzero(begins)
    # Rounding may leave less than nothing of a stretch without demand.
    mean = np.maximum(np.diff(chances.until[np.append(day, begins.size)]), 0.0)
    level = levels(rng, chances.level_variance, chances.step, horizon)[:, day // DAYS_A_WEEK]
    random = demand_around(rng, mean * level, chances.ratio)
    demand = np.vstack([whole(mean[None, :], np.array([[0.5]])), random])
    return Drawn(begins, demand, lead_times(rng, chances.lead_days, chances.probability, begins.size, horizon.paths))


def levels(rng: np.random.Generator, variance: float, step: float, horizon: Horizon) -> Floats:
    """The level of every week over the forecast's: a gamma distributed start, then gamma distributed steps. [paths, weeks]

    All factors have mean 1 and are independent, so that the mean of every week stays the forecast's.
    """
    start = gamma_around_one(rng, variance, (horizon.paths, 1))
    walk = np.cumprod(gamma_around_one(rng, step, (horizon.paths, horizon.weeks - 1)), axis=1)
    return np.hstack([start, start * walk])


def gamma_around_one(rng: np.random.Generator, variance: float, shape: tuple[int, int]) -> Floats:
    """Gamma distributed factors of mean 1; 1 where nothing varies."""
    return rng.gamma(1 / variance, variance, shape) if variance > 0 else np.ones(shape)


def demand_around(rng: np.random.Generator, mean: Floats, ratio: float) -> Ints:
    """Units with these means and this variance ÷ mean. [paths, stretches] → the same

    Negative binomial as a Poisson whose rate is gamma distributed; Poisson at ratio 1. Below 1, the share `ratio` of the
    mean is Poisson, and the rest is sure but for its rounding, so that at 0 nothing is left to chance.
    """
    if ratio > 1:
        return rng.poisson(rng.standard_gamma(mean / (ratio - 1)) * (ratio - 1))
    return rng.poisson(mean * ratio) + whole(mean * (1 - ratio), rng.random((mean.shape[0], 1)))


def whole(amount: Floats, begin: Floats) -> Ints:
    """Whole units whose running total is never a unit off that of the amounts. amount [k, stretches], begin [k, 1] 0-1"""
    total = np.floor(np.cumsum(amount, axis=1) + begin + 1e-9)
    return np.diff(total, axis=1, prepend=0.0).astype(np.int64)


def lead_times(rng: np.random.Generator, days: Ints, probability: Floats, horizon_days: int, paths: int) -> Ints:
    """Lead times of what is ordered on each day: the median in place 0, then as drawn. [1 + paths, horizon_days]"""
    if days.size == 1:
        return np.full((1 + paths, horizon_days), days[0])
    chance = rng.random((1 + paths, horizon_days))
    chance[0] = 0.5
    found: Ints = days[np.searchsorted(np.cumsum(probability)[:-1], chance, side="right")]
    return found
