"""How levels move: how wrong a forecast level is from the start, and how much further it strays every week.

A forecast level holds for the window that an order must last; half a year on it is another. On the paths of planned orders
the level of an item-site therefore begins as a draw around the forecast and then walks: each week multiplies it by a
gamma distributed factor of mean 1, so that no mean moves. Two numbers say how far, the same for all item-sites, since what
one of them tells of its own level is far too little. They are learned from what earlier forecasts said of the totals of a
month, a quarter and half a year, beside what came: the two with which P10 to P90 would have held 80 % of those totals.
The width by which a decision widens demand (width.py) is what money asked for, not what comes: it is left out.

A level that walks, with chance around it, is the local level model, whose best forecast is exponential smoothing: Muth
(1960), Journal of the American Statistical Association 55, 299-306.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from math import exp, lgamma, log

import numpy as np
import polars as pl

from ownstock.engine.arrays import Floats, Ints, Truths
from ownstock.engine.cleaning import uncensored
from ownstock.engine.forecast import bank, profiles
from ownstock.engine.forecast.groups import Groups
from ownstock.engine.forecast.width import LEAST_TOLD
from ownstock.engine.history import DemandHistory
from ownstock.engine.kernels.drift import share_within

DAYS_A_WEEK = 7
# Totals of so many weeks are judged, as forecast so many weeks before the end of the history.
HORIZON_WEEKS = (4, 13, 26)
ORIGIN_WEEKS_BACK = (4, 8, 13, 19, 26, 32, 39, 45, 52)
# Of a total, so many of its buckets at least must tell their demand.
LEAST_SHARE_TOLD = 0.7
# Fewer totals of a horizon than this tell nothing; so many series are asked at most.
FEWEST_TOTALS = 30
MOST_SERIES = 600
LOW, HIGH = 0.1, 0.9
# Variances of a level over its square that are tried, of a total and then of its two parts.
TRIED = np.concatenate([[0.0], np.geomspace(0.005, 4.0, 14)])
STARTS = np.concatenate([[0.0], np.geomspace(0.005, 4.0, 60)])
STEPS = np.concatenate([[0.0], np.geomspace(0.0005, 0.3, 60)])
# Where two answers are as good, the one with the smaller steps.
STEP_COST = 1e-4
# Below this mean of a window there is no level to be wrong about.
LEAST_MEAN = 1e-6


@dataclass(frozen=True)
class Drift:
    """Variance of a level over its square: `start`, of today's around the forecast, and `step`, added every week.

    `start` comes on top of what the forecast itself reckons for a level known from few buckets only.
    """

    start: float
    step: float


# The forecast is taken at its word; and what is assumed where a history is too short or too small to tell.
NO_DRIFT = Drift(0.0, 0.0)
USUAL_DRIFT = Drift(0.1, 0.003)


@dataclass(frozen=True)
class Asked:
    """What a forecast is made for besides the history: groups; lead_days, review_days [n]; what a unit too many costs."""

    groups: Groups
    lead_days: Ints
    review_days: Ints
    money: profiles.Money | None = None

    def of(self, rows: Ints) -> Asked:
        """The same for some item-sites."""
        money = self.money and profiles.Money(self.money.over[rows], self.money.under[rows])
        return Asked(self.groups.of(rows), self.lead_days[rows], self.review_days[rows], money)


@dataclass(frozen=True)
class Totals:
    """Totals of some buckets that are over, as they were forecast and as they came; each [m].

    mean, real: units. variance_ratio: variance ÷ mean, the level given. level_variance: of the level, over its square.
    """

    mean: Floats
    variance_ratio: Floats
    level_variance: Floats
    real: Floats


def drift_of(history: DemandHistory, asked: Asked, threads: int | None = None) -> Drift:
    """How the levels of a history move.

    Forecasts are made again as of several weeks of the last year, each from what was known then, for a sample of at most
    600 item-sites. With fewer than 30 of them, or a history too short, the answer is USUAL_DRIFT.
    """
    rows = np.arange(0, history.demand.shape[0], -(-history.demand.shape[0] // MOST_SERIES) or 1)
    if rows.size < profiles.FEWEST_SERIES:
        return USUAL_DRIFT
    sample = replace(
        history,
        item_sites=history.item_sites[rows],
        demand=np.ascontiguousarray(history.demand[rows]),
        in_stock=np.ascontiguousarray(history.in_stock[rows]),
    )
    found: dict[float, list[Totals]] = {}
    for weeks, totals in _all_totals(sample, asked.of(rows), threads):
        found.setdefault(weeks, []).append(totals)
    return learned_drift({weeks: _joined(parts) for weeks, parts in found.items()})


def learned_drift(totals: Mapping[float, Totals]) -> Drift:
    """The start and the step with which 80 % of the totals of each number of weeks would have lain between P10 and P90.

    Σ over the numbers of weeks of (share within - 0.8)² is least on a grid. USUAL_DRIFT where there are too few totals.
    """
    known = {weeks: of for weeks, of in totals.items() if of.mean.size >= FEWEST_TOTALS}
    if not known:
        return USUAL_DRIFT
    start, step = np.meshgrid(STARTS, STEPS, indexing="ij")
    miss = STEP_COST * step
    for weeks, of in known.items():
        within = np.interp(variance_of_total(start, step, weeks), TRIED, shares_within(of))
        miss += (within - (HIGH - LOW)) ** 2
    best = int(np.argmin(miss))
    return Drift(float(start.flat[best]), float(step.flat[best]))


def variance_of_total(start: Floats, step: Floats, weeks: float) -> Floats:
    """Variance over its square of the mean level of so many weeks: start + step · (w - 1)(2w - 1) / 6w."""
    return start + step * (weeks - 1) * (2 * weeks - 1) / (6 * weeks)


def shares_within(totals: Totals, tried: Floats = TRIED) -> Floats:
    """Which share of the totals came between P10 and P90, for each variance of the level that is tried. [K]"""
    share = np.zeros(tried.size)
    of = totals
    share_within(of.mean, of.variance_ratio, of.level_variance, of.real, tried, LOW, HIGH, share)
    return share / totals.mean.size


def level_known(
    forecast: pl.DataFrame, width: float, window_mean: Floats, window_buckets: Floats
) -> tuple[Floats, Floats]:
    """What of a forecast's variance is chance of every bucket, and what ignorance of the level.

    Mean and buckets of the window that an order must last → variance ÷ mean once the level is given, and variance of the
    level over its square; [n] each. The forecast widens the ratio of what it has seen by its `width`, which is left out
    here, and by 1 + h / W, since a level from few buckets is no sure one for the h of the window (`bank.with_level`).
    That part is one error shared by all weeks to come. Where `buckets_seen` is 0, the level is taken as known.
    """
    ratio, seen = (forecast[name].to_numpy().astype(np.float64) for name in ("variance_ratio", "buckets_seen"))
    ratio = ratio / width
    window_buckets = np.clip(window_buckets, 1, profiles.MOST_JUDGED)
    widened = bank.with_level(window_buckets, seen, bank.half_life(forecast["bucket_days"].to_numpy()))
    known = np.where(seen > 0, np.maximum(ratio / widened, np.minimum(ratio, 1.0)), ratio)
    variance = np.divide(ratio - known, window_mean, out=np.zeros_like(known), where=window_mean > LEAST_MEAN)
    return known, variance


def _all_totals(history: DemandHistory, asked: Asked, threads: int | None) -> Iterator[tuple[float, Totals]]:
    """Totals of every horizon, forecast at every origin from what was known at it, with the weeks that they cover."""
    a_week, buckets = DAYS_A_WEEK / history.days_a_bucket, history.demand.shape[1]
    wanted, least = uncensored(history), profiles.ORIGIN_EVERY[history.bucket][1]
    horizons = sorted({max(round(weeks * a_week), 1) for weeks in HORIZON_WEEKS})
    for origin in sorted({buckets - max(round(weeks * a_week), 1) for weeks in ORIGIN_WEEKS_BACK}):
        reached = [horizon for horizon in horizons if origin + horizon <= buckets]
        if origin < least or not reached:
            continue
        expected, width = _as_of(history, origin, max(reached), asked, threads)
        for horizon in reached:
            yield horizon / a_week, _totals(expected, width, wanted, origin, horizon, asked)


def _as_of(
    history: DemandHistory, origin: int, horizon: int, asked: Asked, threads: int | None
) -> tuple[pl.DataFrame, float]:
    """The forecast frame that would have been made at the end of bucket `origin` - 1, and its width."""
    known = replace(
        history,
        demand=np.ascontiguousarray(history.demand[:, :origin]),
        in_stock=np.ascontiguousarray(history.in_stock[:, :origin]),
    )
    expected, pool = profiles.forecast(
        known,
        groups=asked.groups,
        lead_days=asked.lead_days,
        review_days=asked.review_days,
        profile="fast",
        today=None,
        ahead_days=int(np.ceil(horizon * history.days_a_bucket)),
        pool=None,
        money=asked.money,
        model=None,
        seed=0,
        threads=threads,
    )
    return expected, pool.everywhere.width


def _totals(
    expected: pl.DataFrame, width: float, wanted: DemandHistory, origin: int, horizon: int, asked: Asked
) -> Totals:
    """What the buckets that tell their demand were expected to add up to, and did."""
    mean, rows = expected["mean_by_bucket"].to_numpy(), np.arange(expected.height)
    window = np.clip(np.rint((asked.lead_days + asked.review_days) / wanted.days_a_bucket), 1, mean.shape[1])
    in_window = np.cumsum(mean, axis=1)[rows, window.astype(np.int64) - 1]
    ahead = slice(origin, origin + horizon)
    is_told: Truths = wanted.in_stock[:, ahead] >= LEAST_TOLD
    total = (mean[:, :horizon] * is_told).sum(axis=1)
    real = np.rint(np.where(is_told, wanted.demand[:, ahead], 0.0).sum(axis=1, dtype=np.float64))
    enough = (is_told.mean(axis=1) >= LEAST_SHARE_TOLD) & (total > LEAST_MEAN)
    known, variance = level_known(expected, width, in_window, window)
    return Totals(*(column[enough] for column in (total, known, variance, real)))


def _joined(parts: Sequence[Totals]) -> Totals:
    return Totals(*(np.concatenate([getattr(part, of.name) for part in parts]) for of in fields(Totals)))


def plainly_within(mean: float, ratio: float, level_variance: float, real: int) -> float:
    """The part of a total's probability between P10 and P90, without a lattice: the negative binomial's own."""
    spread = max(ratio + level_variance * mean, 1.0)
    below, upto = (sum(_chance(k, mean, spread) for k in range(last)) for last in (real, real + 1))
    return max(min(upto, HIGH) - max(below, LOW), 0.0) / (upto - below)


def _chance(k: int, mean: float, spread: float) -> float:
    """P(k) of the negative binomial with this mean and variance ÷ mean; Poisson at 1."""
    if spread <= 1.0:
        return exp(k * log(mean) - mean - lgamma(k + 1))
    shape = mean / (spread - 1)
    return exp(lgamma(k + shape) - lgamma(shape) - lgamma(k + 1) - shape * log(spread) + k * log((spread - 1) / spread))
