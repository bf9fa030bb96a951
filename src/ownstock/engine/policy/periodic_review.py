"""What (s, S), (s, nQ) and their relatives need to know of items with backorders, reviewed every R periods.

An order decided at a review arrives L whole periods later, at the start of a period, and must last until the next one
could: the periods L, L + 1 … L + R - 1 from now, at whose ends costs are counted. A position y after ordering costs,
on average over them,

    G(y) = h·E[(y - W)⁺] + p·E[(W - y)⁺],    W the demand of L + 1, L + 2 … or L + R periods, each equally likely,

and what an order costs is spread over R periods. So a review every R periods is one of every period with other demand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ownstock.base.errors import Refused
from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.kernels.count_bands import count_bands

SUM_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Bands:
    """Distributions of counts, of different lengths, in one array.

    first: [n + 1], where the points of each item begin; least: [n], the count of its first point; probability: [points].
    """

    first: Ints
    least: Ints
    probability: Floats

    @classmethod
    def of_counts(cls, mean: Floats, variance: Floats, periods: Ints, spread: Ints) -> Bands:
        """Demand of `periods` … `periods` + `spread` - 1 periods, each equally likely: negative binomial or Poisson.

        mean, variance: of one period; all [n]. Poisson where the variance does not exceed the mean.
        """
        contagion = np.where(variance > mean, 1 - mean / np.where(variance > 0, variance, 1.0), 0.0)
        return cls(*count_bands(mean * (1 - contagion), contagion, periods, spread))

    @classmethod
    def of_pmf(cls, probability: Floats) -> Bands:
        """Distributions over 0, 1 … as rows. [n, points]"""
        items, points = probability.shape
        return cls(np.arange(items + 1) * points, np.zeros(items, dtype=np.int64), probability.ravel())

    def row(self, item: int) -> Floats:
        """The distribution of one item over 0, 1 …"""
        return np.concatenate([np.zeros(self.least[item]), self.probability[self.first[item] : self.first[item + 1]]])


@dataclass(frozen=True)
class PeriodicReview:
    """Items with backorders. Money per unit and period (holding, shortage), and per order; all [n].

    demand: between two reviews; window: from now to the end of a period that the order must last for, see above.
    """

    demand: Bands
    window: Bands
    holding_cost: Floats
    shortage_cost: Floats
    order_cost: Floats
    review_periods: Ints

    def __post_init__(self) -> None:
        _refuse(~(self.holding_cost > 0), self.holding_cost, "The holding cost", "above 0")
        _refuse(~(self.shortage_cost > 0), self.shortage_cost, "The shortage cost", "above 0")
        _refuse(~(self.order_cost >= 0), self.order_cost, "The cost of an order", "of 0 or more")

    @classmethod
    def of_counts(
        cls,
        mean: npt.ArrayLike,
        variance: npt.ArrayLike,
        *,
        holding_cost: npt.ArrayLike,
        shortage_cost: npt.ArrayLike,
        order_cost: npt.ArrayLike,
        lead_time_periods: npt.ArrayLike = 0,
        review_periods: npt.ArrayLike = 1,
    ) -> PeriodicReview:
        """Negative binomial demand, Poisson where the variance of a period does not exceed its mean.

        Each value is one for each item, [n], or one for all.
        """
        given = (mean, variance, holding_cost, shortage_cost, order_cost, lead_time_periods, review_periods)
        items = int(np.broadcast(*given, [0]).size)
        mean, variance, holding, shortage, order = (_column(value, items) for value in given[:5])
        lead, review = (_periods(value, items) for value in given[5:])
        _refuse(~(mean >= 0), mean, "The mean demand", "of 0 or more")
        _check_periods(lead, review)
        one = np.ones_like(review)
        return cls(
            Bands.of_counts(mean, variance, review, one),
            Bands.of_counts(mean, variance, lead + 1, review),
            holding,
            shortage,
            order,
            review,
        )

    @classmethod
    def of_pmf(
        cls,
        demand: Floats,
        *,
        holding_cost: npt.ArrayLike,
        shortage_cost: npt.ArrayLike,
        order_cost: npt.ArrayLike,
        lead_time_periods: npt.ArrayLike = 0,
        review_periods: npt.ArrayLike = 1,
    ) -> PeriodicReview:
        """Any demand: the probability of 0, 1 … units in a period, [n, points]; periods independent and alike.

        Each other value is one for each item, [n], or one for all.
        """
        items = demand.shape[0]
        lead, review = _periods(lead_time_periods, items), _periods(review_periods, items)
        _check_periods(lead, review)
        _refuse(np.abs(demand.sum(axis=1) - 1) > SUM_TOLERANCE, demand.sum(axis=1), "The sum of the demand", "of 1")
        money = (holding_cost, shortage_cost, order_cost)
        holding, shortage, order = (_column(value, items) for value in money)
        return cls(
            Bands.of_pmf(_demand_of(demand, review, np.ones_like(review))),
            Bands.of_pmf(_demand_of(demand, lead + 1, review)),
            holding,
            shortage,
            order,
            review,
        )

    @property
    def order_cost_per_period(self) -> Floats:
        """The cost of an order, spread over the periods between two reviews. [n]"""
        return self.order_cost / self.review_periods


def position_cost(window: Floats, holding_cost: float, shortage_cost: float, positions: Ints) -> Floats:
    """G(y) of one item for some positions, from the distribution of its window's demand over 0, 1 … [positions]"""
    over = positions[:, None] - np.arange(window.size)
    cost: Floats = np.where(over > 0, holding_cost * over, -shortage_cost * over) @ window
    return cost


def _column(value: npt.ArrayLike, items: int) -> Floats:
    return np.array(np.broadcast_to(np.asarray(value, dtype=np.float64), items))


def _periods(value: npt.ArrayLike, items: int) -> Ints:
    return np.array(np.broadcast_to(np.asarray(value, dtype=np.int64), items))


def _demand_of(demand: Floats, periods: Ints, spread: Ints) -> Floats:
    """Demand of `periods` … `periods` + `spread` - 1 periods, each equally likely. [n, points] → [n, support]"""
    support = int((demand.shape[1] - 1) * (periods + spread - 1).max(initial=0) + 1)
    length = 1 << (support - 1).bit_length()
    one = np.fft.rfft(demand, n=length, axis=1)
    total = np.zeros_like(one)
    for more in range(int(spread.max(initial=0))):
        takes_part = (more < spread)[:, None]
        total += np.where(takes_part, one ** (periods + more)[:, None] / spread[:, None], 0.0)
    found: Floats = np.fft.irfft(total, n=length, axis=1)[:, :support]
    np.maximum(found, 0.0, out=found)
    return np.ascontiguousarray(found)


def _check_periods(lead: Ints, review: Ints) -> None:
    _refuse(lead < 0, lead, "The lead time in periods", "of 0 or more")
    _refuse(review < 1, review, "The review period in periods", "of 1 or more")


def _refuse(wrong: npt.NDArray[np.bool_], value: npt.NDArray[np.generic], what: str, wanted: str) -> None:
    rows = np.flatnonzero(wrong)
    if rows.size:
        row = int(rows[0])
        raise Refused(
            f"{what} of item {row} is {value[row]}; give a number {wanted}.",
            code="value_out_of_range",
            row=row,
            value=float(value[row]),
        )
