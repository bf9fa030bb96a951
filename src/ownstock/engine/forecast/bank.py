"""The bank: eleven plain methods judged side by side on each series, and combined by how they did.

The fading means carry the combination unless the evidence is against them: averages of a few plain methods beat the best
single one chosen (Bates and Granger 1969, Operational Research Quarterly 20(4); Makridakis and Hibon 2000, IJF 16(4)).
What one series tells of a method is little, so its errors are mixed with those of all series before it is weighed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ownstock.engine.arrays import Floats, Floats32, Ints
from ownstock.engine.blocks import in_blocks
from ownstock.engine.cleaning import CAP_DEVIATIONS, sold_out
from ownstock.engine.forecast.groups import Groups
from ownstock.engine.forecast.nested_season import NestedSeason
from ownstock.engine.history import DAYS_A_BUCKET, DemandHistory
from ownstock.engine.kernels import bank as kernel

METHODS = kernel.METHODS
# What each method weighs before anything is known of it.
PRIOR_WEIGHT = np.array([1.0] * kernel.FADING + [0.05] * (kernel.COUNT - kernel.FADING))
# Weights go with error^-SHARPNESS; an error is a sum of squares.
SHARPNESS = 3
# The fading mean whose errors the others' are relative to, and as whose the variance of a level is reckoned.
REFERENCE = 1
# Added to every sum of squared errors: what rounding to units makes of no error at all.
LEAST_ERROR = 0.1
MOST_SERIES = 50_000
# Series whose opinion of the methods counts as much as having none.
SERIES_TO_TRUST = 30
# Buckets seen that tell as much of a series' variance as all other series do, while few series show how many it takes.
BUCKETS_TO_TRUST = 8.0
# However little the two halves of a series have in common, its own variance counts for this much.
LEAST_ALIKE = 0.05
# A group's recent sales count against this many units of the usual.
UNITS_TO_TRUST_MOMENTUM = 50.0


@dataclass(frozen=True)
class Pace:
    """How fast things fade in buckets of one length; all in buckets."""

    half_lives: tuple[float, float, float]
    long_half_life: float
    long_window: int
    recent: int
    origins: int


PACES = {
    "day": Pace((14.0, 45.0, 180.0), 240.0, 182, 28, 56),
    "week": Pace((3.0, 8.0, 30.0), 40.0, 52, 8, 26),
    "month": Pace((2.0, 6.0, 18.0), 24.0, 24, 3, 9),
}


@dataclass(frozen=True)
class Judged:
    """What one pass over the history tells: levels and squared errors by method [n, K], and the rest by name [n].

    ahead: seasonal indices of the buckets to come [n, H]. half_life: of the fading mean that the others are measured by, in
    buckets.
    """

    level: Floats32
    error: Floats32
    told: Floats32
    ahead: Floats32
    half_life: float

    def of(self, column: int) -> Floats:
        """One column of what else is told (kernels/bank.py)."""
        return self.told[:, column].astype(np.float64)

    def only(self, rows: slice | Ints) -> Judged:
        """The same of some series."""
        return Judged(self.level[rows], self.error[rows], self.told[rows], self.ahead[rows], self.half_life)


@dataclass(frozen=True)
class Everywhere:
    """What all series together tell of each: learned once, and then any series is forecast on its own.

    error: [K] of each method, over that of the second. variance_ratio: of a series that has shown nothing yet.
    buckets_to_trust: seen, they tell as much of a series' variance ratio as all others do. width: how much wider than it
    seems demand really spreads (width.py).
    momentum: for each grouping, by group (forecast/groups.py), how much more than usual it sold lately; 1 = as usual.
    """

    error: Floats
    variance_ratio: float
    momentum: tuple[Floats, ...]
    width: float = 1.0
    buckets_to_trust: float = BUCKETS_TO_TRUST


@dataclass(frozen=True)
class Combined:
    """The level of each series [n] in units a bucket, season removed; its variance ÷ mean [n]; the weights [n, K]."""

    level: Floats
    variance_ratio: Floats
    weight: Floats32


def judge(
    history: DemandHistory,
    season: NestedSeason,
    groups: Groups,
    horizon: Ints,
    ahead: int,
    threads: int | None = None,
) -> Judged:
    """Run every method over every series, each in its season; errors over `horizon` [n] buckets at the last origins.

    `ahead`: of so many buckets after the history the season is told, of the longest horizon at least.
    """
    rows, buckets = history.demand.shape
    level: Floats32 = np.zeros((rows, kernel.COUNT), np.float32)
    error: Floats32 = np.zeros_like(level)
    told: Floats32 = np.zeros((rows, kernel.TOLD), np.float32)
    to_come: Floats32 = np.zeros((rows, ahead), np.float32)
    pace = PACES[history.bucket]
    fades = np.array([*pace.half_lives, pace.long_half_life], np.float32)

    index_of, read = season.over(history, groups, buckets + ahead), sold_out(history)

    def run(first: int, last: int) -> None:
        index = index_of(np.arange(first, last))
        to_come[first:last] = index[:, buckets:]
        kernel.run_bank(
            first, last, history.demand, history.in_stock, index, horizon, fades,
            pace.long_window, pace.recent, pace.origins, history.buckets_a_season, read, CAP_DEVIATIONS, level, error, told,
        )  # fmt: skip

    in_blocks(rows, run, threads)
    return Judged(level, error, told, to_come, pace.half_lives[REFERENCE])


def learn(judged: Judged, groups: Groups) -> Everywhere:
    """What all series tell; series of a group move together."""
    sample = slice(None, None, -(-judged.error.shape[0] // MOST_SERIES) or 1)
    error = judged.error[sample].astype(np.float64) + LEAST_ERROR
    relative = np.log(error / error[:, [REFERENCE]])
    ratio = judged.of(kernel.RATIO)[judged.of(kernel.SEEN) > 1]
    return Everywhere(
        error=np.exp(relative.sum(axis=0) / (relative.shape[0] + SERIES_TO_TRUST)),
        variance_ratio=float(np.sqrt(ratio).mean() ** 2) if ratio.size else 1.0,
        momentum=_momentum(judged, groups),
        buckets_to_trust=buckets_to_trust(judged),
    )


def combine(
    judged: Judged, groups: Groups, horizon: Ints, everywhere: Everywhere, threads: int | None = None
) -> Combined:
    """Weigh the methods of each series by what it and all series tell. horizon [n] → [n]"""
    rows = judged.level.shape[0]
    level, ratio = np.zeros((2, rows))
    weight: Floats32 = np.zeros((rows, kernel.COUNT), np.float32)

    def part(first: int, last: int) -> None:
        some = slice(first, last)
        found = _combined(judged.only(some), groups.codes[some], horizon[some], everywhere)
        level[some], ratio[some], weight[some] = found.level, found.variance_ratio, found.weight

    in_blocks(rows, part, threads)
    return Combined(level, ratio, weight)


def _combined(judged: Judged, codes: Ints, horizon: Ints, everywhere: Everywhere) -> Combined:
    level = judged.level.astype(np.float64)
    usual, ratio, seen = judged.of(kernel.LONG_LEVEL), _variance_ratio(judged, everywhere), judged.of(kernel.SEEN)
    lately = np.ones(level.shape[0])
    for group, momentum in zip(codes.T, everywhere.momentum, strict=True):
        lately *= momentum[group]
    strength = kernel.PRIOR_BUCKETS * ratio / (usual + kernel.PRIOR_FLOOR)
    for k in range(kernel.FADING):
        amount, weight = judged.of(kernel.AMOUNT + k), judged.of(kernel.WEIGHT + k)
        level[:, k] = (amount + strength * usual * lately) / (weight + strength)
    weight_of = weights(judged.error, everywhere)
    is_known = judged.of(kernel.LAST_SEEN) >= 0
    combined = np.where(is_known, (weight_of * level).sum(axis=1), 0.0)
    return Combined(combined, ratio * with_level(horizon, seen, judged.half_life) * everywhere.width, weight_of)


def with_level(horizon: Ints | Floats, seen: Floats, half_life: Floats | float) -> Floats:
    """Variance over a horizon, that of the level with it, to what it would be were the level known. [n] each → [n]

    1 + h / W, with W = (1 - f^seen) / (1 - f) and f = ½^(1 / half_life): what the buckets seen weigh together in a fading
    mean, the latest of them 1. Of a level that moves as much as makes this mean the best forecast, the variance is that of
    a bucket over W (Muth 1960, Journal of the American Statistical Association 55, 299-306).
    """
    fade = 0.5 ** (1 / half_life)
    found: Floats = 1 + horizon / np.maximum((1 - fade**seen) / (1 - fade), 1.0)
    return found


def half_life(bucket_days: Floats) -> Floats:
    """Half-life, in buckets, of the fading mean by which methods are measured, for buckets of such a length. [n] → [n]"""
    of_bucket = {days: PACES[bucket].half_lives[REFERENCE] for bucket, days in DAYS_A_BUCKET.items()}
    nearest = np.abs(bucket_days[:, None] - np.array(list(of_bucket))).argmin(axis=1)
    found: Floats = np.array(list(of_bucket.values()))[nearest]
    return found


def weights(error: Floats32, everywhere: Everywhere) -> Floats32:
    """Weight of every method for every series, from its squared errors there and everywhere. [n, K] → [n, K]"""
    squares = error.astype(np.float64) + LEAST_ERROR
    weight = PRIOR_WEIGHT * (squares / squares[:, [REFERENCE]] + everywhere.error) ** -SHARPNESS
    found: Floats32 = (weight / weight.sum(axis=1, keepdims=True)).astype(np.float32)
    return found


def _variance_ratio(judged: Judged, everywhere: Everywhere) -> Floats:
    """Variance ÷ mean of each series, leaning on all series where few buckets were seen. [n]

    Deviations are mixed, not variances, of which a single outlier is worth a hundred others.
    """
    ratio, seen, trust = judged.of(kernel.RATIO), judged.of(kernel.SEEN), everywhere.buckets_to_trust
    seen = np.where(seen > 1, seen, 0.0)
    own, of_all = np.sqrt(np.maximum(ratio, 1.0)), np.sqrt(everywhere.variance_ratio)
    mixed: Floats = ((seen * own + trust * of_all) / (seen + trust)) ** 2
    return mixed


def buckets_to_trust(judged: Judged) -> float:
    """Buckets seen that tell as much of a series' variance ratio as all other series do: Bühlmann's credibility.

    With r the correlation, over all series, of the logarithms of the ratios of two halves of m buckets each, the series' own
    counts as much as that of all at m (1 - r) / r buckets (Bühlmann 1967, ASTIN Bulletin 4(3), 199-207). r leans on
    what BUCKETS_TO_TRUST makes of it where series are few.
    """
    odd, even, seen = judged.of(kernel.ODD_RATIO), judged.of(kernel.EVEN_RATIO), judged.of(kernel.SEEN)
    is_told = (odd > 0) & (even > 0)
    number = int(is_told.sum())
    if number < 2:
        return BUCKETS_TO_TRUST
    half = float(seen[is_told].mean()) / 2
    ratios = np.log(np.stack([odd[is_told], even[is_told]]))
    ratios -= ratios.mean(axis=1, keepdims=True)
    scale = float(np.sqrt((ratios**2).sum(axis=1).prod()))
    alike = float((ratios[0] * ratios[1]).sum()) / scale if scale > 0 else 0.0
    leaning = half / (half + BUCKETS_TO_TRUST)
    alike = max((number * alike + SERIES_TO_TRUST * leaning) / (number + SERIES_TO_TRUST), LEAST_ALIKE)
    return half * (1 - alike) / alike


def _momentum(judged: Judged, groups: Groups) -> tuple[Floats, ...]:
    """How much more than usual each group of each grouping sold lately; 1 = as usual, and for groups not known.

    For each grouping in turn: (recent + k) / (expected + k), k = UNITS_TO_TRUST_MOMENTUM, expected by the usual level and
    what the groupings before said.
    """
    factor, found = np.ones(judged.level.shape[0]), []
    recent, usual = judged.of(kernel.RECENT), judged.of(kernel.LONG_LEVEL) * judged.of(kernel.RECENT_EXPECTED)
    for grouping, group in enumerate(groups.codes.T):
        count = groups.count(grouping)
        sold, expected = (np.bincount(group, units, count) for units in (recent, usual * factor))
        found.append((sold + UNITS_TO_TRUST_MOMENTUM) / (expected + UNITS_TO_TRUST_MOMENTUM))
        factor = factor * found[-1][group]
    return tuple(found)
