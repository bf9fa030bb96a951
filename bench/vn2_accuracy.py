"""Whether forecasts of VN2 tell the truth, at the lag that orders depend on.

From each origin o, with the recorded history before week o, demand of week o + 2 is forecast: the first week that an
order decided then can serve. Item-sites out of stock in that week are left out: their sales are not demand. Beside the
engine's profiles stand the plain projection's forecast and, in FVA, the naive one: what was sold three weeks earlier.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import nbinom, poisson

from bench.vn2_baselines import SeasonalLevel
from bench.vn2_files import Known
from bench.vn2_planner import CRITICAL_RATIO, LEAD_TIME_WEEKS, Planner
from bench.vn2_pseudo import ORIGINS, read_folder
from ownstock.engine import measure
from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.measure import COVERAGE_LEVELS
from ownstock.engine.simulate import Seen

# What was seen → mean of the week that is forecast, and variance ÷ mean. [n] each
Forecaster = Callable[[Known, Seen], tuple[Floats, Floats]]


def _projection(known: Known, seen: Seen) -> tuple[Floats, Floats]:
    level = SeasonalLevel(seen, known.first_on)
    return level.ahead(LEAD_TIME_WEEKS + 1)[:, -1], level.spread()


# The organiser forecasts as the projection does, and knows no variance.
FORECASTERS: dict[str, Forecaster] = {
    "organiser": _projection,
    "projection": _projection,
    "fast": lambda known, seen: Planner("fast", known.first_on, known.groups).expected(seen),
    "best": lambda known, seen: Planner("best", known.first_on, known.groups).expected(seen),
}


@dataclass(frozen=True)
class Forecasts:
    """All origins' forecasts of item-sites that were in stock: [m] each."""

    actual: Ints
    mean: Floats
    ratio: Floats
    naive: Ints

    def cdf(self, units: Ints) -> Floats:
        """P(demand ≤ units) by the forecast: negative binomial, Poisson where the variance is no more than the mean."""
        mean, ratio = np.maximum(self.mean, 1e-9), np.maximum(self.ratio, 1 + 1e-9)
        counted = np.where(self.ratio > 1, nbinom.cdf(units, mean / (ratio - 1), 1 / ratio), poisson.cdf(units, mean))
        return np.asarray(counted, dtype=np.float64)

    def quantile(self, probability: float) -> Floats:
        """The least number of units that demand does not exceed with this probability."""
        mean, ratio = np.maximum(self.mean, 1e-9), np.maximum(self.ratio, 1 + 1e-9)
        by_binomial = nbinom.ppf(probability, mean / (ratio - 1), 1 / ratio)
        return np.asarray(np.where(self.ratio > 1, by_binomial, poisson.ppf(probability, mean)), dtype=np.float64)


def forecasts(folder: Path, forecaster: Forecaster) -> Forecasts:
    """One forecaster from every origin."""
    known = read_folder(folder)
    found = []
    for origin in ORIGINS:
        week = origin + LEAD_TIME_WEEKS
        past = Seen(known.seen.demand[:, :origin], known.seen.is_in_stock[:, :origin])
        mean, ratio = forecaster(known, past)
        is_known = known.seen.is_in_stock[:, week]
        columns = (known.seen.demand[:, week], mean, ratio, known.seen.demand[:, origin - 1])
        found.append([column[is_known] for column in columns])
    return Forecasts(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def pit(one: Forecasts) -> Floats:
    """Where the actuals fell in their forecasts, drawn from a fixed seed. [m]"""
    return measure.randomised_pit(one.cdf(one.actual - 1), one.cdf(one.actual), np.random.default_rng(0))


def row(name: str, one: Forecasts) -> dict[str, Any]:
    """The figures of one forecaster."""
    covered = measure.coverage(pit(one))
    return {
        "forecaster": name,
        "forecasts": one.actual.size,
        "wape": round(measure.wape(one.actual, one.mean), 4),
        "bias": round(measure.bias(one.actual, one.mean), 4),
        "value_added": round(measure.forecast_value_added(one.actual, one.mean, one.naive), 4),
        "pinball_loss": round(measure.pinball_loss(one.actual, one.quantile(CRITICAL_RATIO), CRITICAL_RATIO), 4),
        **{f"within_{level:.0%}": round(share, 4) for level, share in zip(COVERAGE_LEVELS, covered, strict=True)},
        "below_critical_ratio": round(float((pit(one) <= CRITICAL_RATIO).mean()), 4),
    }
