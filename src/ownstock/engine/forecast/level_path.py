"""What a forecaster knows after every bucket, so that each bucket can be an origin from which it is judged.

All methods of the bank share these conventions. Bucket t holds `demand` d_t, seen for the part `exposure` f_t of its
length (0 = masked) and with the seasonal index `season` s_t (1 where there is none); what is expected is
level · s_t · f_t. A method therefore sees the rate d_t / (s_t · f_t), and a bucket seen for a part f_t moves its state
by f_t of a whole bucket's gain. A masked bucket says nothing about the level: the state stays (a trend runs on, damped).

Column t of a path is the state after buckets 0 … t - 1, hence T + 1 columns. Every method starts from the mean rate of
the first FIRST_BUCKETS buckets seen, and then reads those buckets again: origins among them are no honest test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ownstock.engine.arrays import Floats, Truths

FIRST_BUCKETS = 8


@dataclass(frozen=True)
class LevelPath:
    """Level and trend of demand a bucket, season and masks removed, after 0 … T buckets. [n, T + 1] units each.

    The forecast of h buckets ahead is level + (φ + φ² + … + φ^h) · trend, never below 0, with φ = `damping`.
    """

    level: Floats
    trend: Floats
    damping: float = 1.0

    @classmethod
    def flat(cls, level: Floats) -> LevelPath:
        """The path of a method without trend."""
        return cls(level, np.zeros_like(level))

    def ahead(self, buckets: int) -> Floats:
        """From every origin, the forecast of bucket 1 … `buckets` ahead, before the season. [n, T + 1, buckets]"""
        run = np.cumsum(self.damping ** np.arange(1, buckets + 1))
        return np.maximum(self.level[..., None] + self.trend[..., None] * run, 0.0)


def rates(demand: Floats, exposure: Floats, season: Floats | None) -> Floats:
    """Demand a whole bucket at a seasonal index of 1: d / (s · f); 0 where masked. [n, T] → [n, T]

    `season` may run on into the future: [n, T + any].
    """
    weight = exposure if season is None else exposure * season[:, : demand.shape[1]]
    return np.where(exposure > 0, demand / np.where(exposure > 0, weight, 1.0), 0.0)


def first_level(rate: Floats, exposure: Floats) -> Floats:
    """Mean rate of the first FIRST_BUCKETS buckets seen, each weighing its exposure; 0 where none is seen. [n, T] → [n]"""
    weight = np.where(is_first(exposure), exposure, 0.0)
    total = weight.sum(axis=1)
    level: Floats = (weight * rate).sum(axis=1) / np.where(total > 0, total, 1.0)
    return level


def is_first(exposure: Floats) -> Truths:
    """Which buckets are the first FIRST_BUCKETS seen. [n, T] → truths [n, T]"""
    is_seen = exposure > 0
    return is_seen & (np.cumsum(is_seen, axis=1) <= FIRST_BUCKETS)
