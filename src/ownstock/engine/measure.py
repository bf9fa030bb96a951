"""How good it was: service, inventory, accuracy, money, and how sure one may be of a difference.

Functions of service and inventory reduce the last axis, the periods: [n, T] → [n]; give them flattened arrays for one
figure over all rows. Functions of accuracy reduce all entries to one number: leave out, by indexing, the periods that
were out of stock, whose sales are not demand. A share of nothing is "not a number".
"""

from __future__ import annotations

from dataclasses import dataclass
from math import copysign, inf

import numpy as np
import numpy.typing as npt

from ownstock.engine.arrays import Floats, Ints

Numbers = npt.NDArray[np.number]

COVERAGE_LEVELS = (0.5, 0.8, 0.95)


def fill_rate(demand: Numbers, short: Numbers) -> Floats:
    """The share of demand served from the shelf in its period: 1 - Σ short / Σ demand. [n, T] units each → [n]

    Silver, Pyke and Thomas (2017), Inventory and Production Management in Supply Chains, section 6.4 (P2).
    """
    return 1 - _share(short.sum(axis=-1), demand.sum(axis=-1))


def cycle_service_level(short: Numbers, received: Numbers) -> Floats:
    """The share of order cycles in which nothing was short. [n, T] units each → [n]

    A cycle begins with a period in which goods arrive and ends before the next such period; only cycles with both ends
    in view count. Silver, Pyke and Thomas (2017), section 6.4 (P1).
    """
    cycle = np.cumsum(received > 0, axis=-1)
    last = cycle[..., -1:]
    is_whole = (cycle >= 1) & (cycle < last)
    is_start = is_whole & (received > 0)
    short_until = np.cumsum(short > 0, axis=-1)
    # Stock-outs before each cycle, carried along it: what is above it happened in the cycle.
    before = np.where(is_start, short_until - (short > 0), 0)
    in_cycle: Ints = short_until - np.maximum.accumulate(before, axis=-1)
    is_first_short = is_whole & (short > 0) & (in_cycle == 1)
    return 1 - _share(is_first_short.sum(axis=-1), is_start.sum(axis=-1))


def availability(on_hand: Numbers) -> Floats:
    """The share of periods that ended with something on the shelf, also called ready rate. [n, T] units → [n]

    Silver, Pyke and Thomas (2017), section 6.4 (P3).
    """
    share: Floats = (on_hand > 0).mean(axis=-1)
    return share


def average_inventory(on_hand: Numbers) -> Floats:
    """Units on hand at the end of a period, on average. [n, T] units → [n]"""
    mean: Floats = on_hand.mean(axis=-1)
    return mean


def turns(sales: Numbers, on_hand: Numbers, periods_a_year: float) -> Floats:
    """How many times a year the average inventory is sold. [n, T] units (or money at cost) each → [n]

    Σ sales / T · periods a year / average inventory. Silver, Pyke and Thomas (2017), section 1.3.
    """
    return _share(sales.mean(axis=-1) * periods_a_year, average_inventory(on_hand))


def wape(actual: Numbers, forecast: Numbers) -> float:
    """Weighted absolute percentage error, as a share: Σ |actual - forecast| / Σ actual. Same shapes → number

    Kolassa and Schütz (2007), Foresight 6, 40-43.
    """
    return float(_share(np.abs(actual - forecast).sum(), actual.sum()))


def bias(actual: Numbers, forecast: Numbers) -> float:
    """By which share of demand the forecast was too high (below 0: too low): Σ (forecast - actual) / Σ actual."""
    return float(_share((forecast - actual).sum(), actual.sum()))


def pinball_loss(actual: Numbers, quantile: Numbers, probability: float) -> float:
    """Mean loss of a forecast of one quantile, in units: smallest, on average, for the true quantile.

    probability · (actual - quantile) where it was too low, (1 - probability) · (quantile - actual) where too high.
    Koenker and Bassett (1978), Econometrica 46(1), 33-50.
    """
    missed = actual - quantile
    return float(np.maximum(probability * missed, (probability - 1) * missed).mean())


def cdf_around(actual: Ints, probability: Floats) -> tuple[Floats, Floats]:
    """P(demand < actual) and P(demand ≤ actual). actual [m] units, probability [m, support] of 0, 1 … → [m], [m]

    Beyond the support both are 1.
    """
    cumulative = np.minimum(np.cumsum(probability, axis=1), 1.0)
    edges = np.hstack([np.zeros((actual.size, 1)), cumulative])
    beyond = probability.shape[1]
    rows = np.arange(actual.size)
    at = np.where(actual >= beyond, 1.0, edges[rows, np.minimum(actual + 1, beyond)])
    below = np.where(actual > beyond, 1.0, edges[rows, np.minimum(actual, beyond)])
    return below, at


def randomised_pit(below: Floats, at: Floats, rng: np.random.Generator) -> Floats:
    """Where in its forecast distribution each actual fell: uniform on 0-1 where the forecast is calibrated. [m] → [m]

    Counts fall on steps, so a uniform point of the step is drawn: P(D < y) + v · (P(D ≤ y) - P(D < y)), v uniform.
    Czado, Gneiting and Held (2009), Biometrics 65(4), 1254-1261; Smith (1985), Journal of Forecasting 4(3), 283-291.
    """
    pit: Floats = below + rng.random(below.shape) * (at - below)
    return pit


def coverage(pit: Floats, levels: tuple[float, ...] = COVERAGE_LEVELS) -> Floats:
    """The share of actuals inside the central interval of each level: (1 - c)/2 ≤ PIT ≤ (1 + c)/2. [m] → [levels]

    Calibrated, it equals the level. Gneiting, Balabdaoui and Raftery (2007), JRSS B 69(2), 243-268.
    """
    return np.array([(np.abs(pit - 0.5) <= level / 2).mean() for level in levels])


def naive_at_lag(demand: Numbers, lag_periods: int) -> Floats:
    """The naive forecast made so many periods ahead: the demand of then. [n, T] units → [n, T], not a number at first

    For an order with a lead time of L periods, decided before period t, the last period of its window that must be
    forecast is t + L: known then is period t - 1, so the lag is L + 1.
    """
    forecast = np.full(demand.shape, np.nan)
    forecast[:, lag_periods:] = demand[:, : demand.shape[1] - lag_periods]
    return forecast


def forecast_value_added(actual: Numbers, forecast: Numbers, naive: Numbers) -> float:
    """How much WAPE the forecast saves against the naive one: WAPE(naive) - WAPE(forecast). Same shapes → share

    Below 0, the forecast did harm. Both must be of one lag, the lead time's: accuracy at another moves no order.
    Gilliland (2010), The Business Forecasting Deal, chapter 4.
    """
    return wape(actual, naive) - wape(actual, forecast)


@dataclass(frozen=True)
class Difference:
    """A mean difference of pairs, its standard error, and how many independent clusters and wins are behind it.

    `wins` counts clusters in which the first was cheaper. The standard error of one cluster is "not a number".
    """

    mean: float
    standard_error: float
    clusters: int
    wins: int

    @property
    def standard_errors(self) -> float:
        """The mean in standard errors; 0 where there is no difference, infinite where it is the same in every cluster."""
        if self.standard_error == 0:
            return copysign(inf, self.mean) if self.mean else 0.0
        return self.mean / self.standard_error


def paired_difference(cost: Numbers, reference: Numbers, cluster: npt.NDArray[np.generic] | None = None) -> Difference:
    """How much more the first costs than the second, pair by pair. [k] each → mean and standard error

    Pairs share demand, so their difference varies less than either cost. Pairs of one `cluster` (an item, an origin)
    vary together, and count as one observation:

        se² = G / (G - 1) · Σ_g (Σ_{i in g} (d_i - mean))² / k²     with d = cost - reference, G clusters of k pairs

    Without `cluster` each pair is its own, and this is the usual sd / √k. Liang and Zeger (1986), Biometrika 73(1),
    13-22; Cameron and Miller (2015), Journal of Human Resources 50(2), 317-372.
    """
    difference = np.asarray(cost, dtype=np.float64) - reference
    mean = float(difference.mean())
    codes = np.arange(difference.size) if cluster is None else np.unique(cluster, return_inverse=True)[1]
    by_cluster = np.bincount(codes, weights=difference - mean)
    number = by_cluster.size
    total = np.bincount(codes, weights=difference)
    squares = float((by_cluster**2).sum()) / difference.size**2
    error = float(np.sqrt(number / (number - 1) * squares)) if number > 1 else float("nan")
    return Difference(mean, error, number, int((total < 0).sum()))


def log_percent(cost: Numbers, reference: Numbers) -> Floats:
    """By how many percent one cost is above another, so that halves and doubles balance: 100 · ln(cost / reference)."""
    percent: Floats = 100 * np.log(cost / reference)
    return percent


def plan_change_rate(new: Numbers, old: Numbers) -> float:
    """How much of a plan the next plan changed: Σ |new - old| / Σ old. The same rows and periods in both → share

    0: nothing moved; 2: all of it went elsewhere. After Sridharan, Berry and Udayabhanu (1988), Decision Sciences
    19(1), 147-166.
    """
    return float(_share(np.abs(new - old).sum(), old.sum()))


def _share(part: npt.ArrayLike, whole: npt.ArrayLike) -> Floats:
    """part / whole; not a number where the whole is 0."""
    above, below = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    share: Floats = np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below != 0)
    return share
