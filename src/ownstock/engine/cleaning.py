"""What demand must have been, where the record shows it cut short or far beyond the usual.

Two corrections that the numbers themselves ask for, in this order; what only people know is in `corrections.py`.
Seasons are given as indices by group (1 on average), or left out. Every kernel has its plain form here.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from ownstock.engine.arrays import Floats32, Ints
from ownstock.engine.blocks import in_blocks
from ownstock.engine.history import DemandHistory
from ownstock.engine.kernels import history as kernel

# What a sold-out bucket tells of itself beside the usual: variance / mean - 1 of demand, see `uncensored`.
EVIDENCE = 1.0
# Of the day on which it ran out, half was out of stock, though the record counts the day as in stock.
UNSEEN_DAYS = 0.5
# Of a bucket that sold out nobody knows when: so many standard deviations of Poisson demand are added to the usual.
BOOST = 1.0
# The level from which the usual is told fades by half in so many buckets, and begins as the mean of the whole series.
LEVEL_HALF_LIFE = {"day": 180.0, "week": 30.0, "month": 18.0}
FIRST_LEVEL_BUCKETS = 2.0
# Demand so many standard deviations above the mean of the last season is capped.
CAP_DEVIATIONS = 3.0
LAST_SEASON = {"day": 182, "week": 52, "month": 24}

CAPPED = ("item_site", "bucket_start_on", "demand", "capped_at")


def sold_out(history: DemandHistory) -> Floats32:
    """What the kernels are told of sold-out buckets: evidence, unseen part, boost, weight of the first level, fade. [5]"""
    unseen, fade = UNSEEN_DAYS / history.days_a_bucket, 0.5 ** (1 / LEVEL_HALF_LIFE[history.bucket])
    return np.array([EVIDENCE, unseen, BOOST, FIRST_LEVEL_BUCKETS, fade], dtype=np.float32)


def uncensored(
    history: DemandHistory,
    season: Floats32 | None = None,
    group: Ints | None = None,
    threads: int | None = None,
) -> DemandHistory:
    """The history with the buckets that sold out lifted to what was wanted; they then count as fully in stock.

    What was sold is a lower bound. Where the bucket was in stock for a part f of it, the rest 1 - f is added at the rate
    that level and sales together suggest: demand whose rate varies by a gamma distribution around its mean m (so that a
    bucket is negative binomial with variance r times the mean) and that sold d in the time f is expected to want

        d + (1 - f) (m + (r - 1) d) / (1 + (r - 1) f)

    so the rate added lies between m and d / f. f is taken half a day shorter than recorded, never by more than half;
    r = 2. Where the bucket sold though the record says it was never in stock, nobody knows for how long it was:
    b + sqrt(b), b = max(d, m). Without a sale nothing is lifted: such a bucket counts for the part f in stock, none
    where that is 0. The formula is the posterior mean of the gamma-Poisson model (Gelman and others, Bayesian Data
    Analysis, section 2.6); sales that stop when the stock does are no different from time that runs out.
    season [G, T] and group [n]: indices, 1 where left out.
    """
    demand, in_stock = history.demand.copy(), history.in_stock.copy()
    indices, groups = _indices(history, season, group)
    told = sold_out(history)
    in_blocks(
        demand.shape[0],
        lambda first, last: kernel.lift(first, last, indices, groups, told, demand, in_stock),
        threads,
    )
    return replace(history, demand=demand, in_stock=in_stock)


def winsorised(
    history: DemandHistory, season: Floats32 | None = None, group: Ints | None = None
) -> tuple[DemandHistory, pl.DataFrame]:
    """The history with outliers brought down to their cap, and the record of them.

    The cap of a bucket is its season's index x (mean + 3 standard deviations + 1 unit), of the demand without season in
    the buckets of the last season that were in stock; the unit keeps a series of zeros and ones as it is. One of k lies
    at most sqrt(k - 1) standard deviations above the mean of all (Samuelson 1968, "How deviant can you be?", Journal of
    the American Statistical Association 63), so that with ten or fewer nothing is capped. Frame: item_site,
    bucket_start_on, demand, capped_at, in the order of the history. season, group: as in `uncensored`.
    """
    demand = history.demand.copy()
    rows, buckets = demand.shape
    indices, groups = _indices(history, season, group)
    since = max(buckets - LAST_SEASON[history.bucket], 0)
    rate = np.zeros(rows, dtype=np.float32)
    in_blocks(
        rows,
        lambda first, last: kernel.cap(
            first, last, indices, groups, since, CAP_DEVIATIONS, demand, history.in_stock, rate
        ),
    )
    row, at = np.nonzero(demand < history.demand)
    columns = (
        history.item_sites[row],
        pl.Series(history.bucket_starts(buckets)[at]).cast(pl.Date),
        pl.Series(history.demand[row, at].astype(np.float64)),
        pl.Series(demand[row, at].astype(np.float64)),
    )
    record = pl.DataFrame([column.alias(name) for name, column in zip(CAPPED, columns, strict=True)])
    return replace(history, demand=demand), record


def _indices(history: DemandHistory, season: Floats32 | None, group: Ints | None) -> tuple[Floats32, Ints]:
    rows, buckets = history.demand.shape
    groups = np.zeros(rows, dtype=np.int64) if group is None else group
    if season is None:
        return np.ones((int(groups.max(initial=0)) + 1, buckets), dtype=np.float32), groups
    return np.ascontiguousarray(season[:, :buckets], dtype=np.float32), groups


def plainly_uncensored(history: DemandHistory, season: Floats32) -> DemandHistory:
    """`uncensored` in plain numpy, bucket by bucket for all series at once; season [n, T]."""
    demand, in_stock = history.demand.astype(np.float64), history.in_stock.astype(np.float64)
    fade = 0.5 ** (1 / LEVEL_HALF_LIFE[history.bucket])
    unseen = UNSEEN_DAYS / history.days_a_bucket
    weight = np.full(demand.shape[0], FIRST_LEVEL_BUCKETS)
    known = np.where((in_stock > 0) | (demand <= 0), in_stock, 1.0)
    amount = weight * demand.sum(axis=1) / np.maximum((season * known).sum(axis=1), 1e-6)
    for t in range(demand.shape[1]):
        d, f, usual = demand[:, t], in_stock[:, t], season[:, t] * amount / weight
        seen = np.maximum(f - unseen, 0.5 * f)
        added = d + (1 - seen) * (usual + EVIDENCE * d) / (1 + EVIDENCE * seen)
        bound = np.maximum(d, usual)
        lifted = np.where(f > 0, added, bound + BOOST * np.sqrt(bound))
        is_cut = (f < 1) & (d > 0)
        demand[:, t], in_stock[:, t] = np.where(is_cut, lifted, d), np.where(is_cut, 1.0, f)
        amount = amount * fade + demand[:, t]
        weight = weight * fade + season[:, t] * in_stock[:, t]
    return replace(history, demand=demand.astype(np.float32), in_stock=in_stock.astype(np.float32))


def plainly_capped(history: DemandHistory, season: Floats32) -> Floats32:
    """Demand as `winsorised` leaves it, in plain numpy; season [n, T]."""
    rate = history.demand.astype(np.float64) / season
    last = slice(max(rate.shape[1] - LAST_SEASON[history.bucket], 0), None)
    counts = history.in_stock[:, last] > 0
    number = np.maximum(counts.sum(axis=1), 1)
    mean = np.where(counts, rate[:, last], 0).sum(axis=1) / number
    square = np.where(counts, rate[:, last] ** 2, 0).sum(axis=1) / number
    most = mean + CAP_DEVIATIONS * np.sqrt(np.maximum(square - mean**2, 0)) + 1
    most[~counts.any(axis=1)] = np.inf
    capped: Floats32 = np.minimum(history.demand, most[:, None] * season).astype(np.float32)
    return capped
