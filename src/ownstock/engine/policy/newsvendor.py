"""The newsvendor: too much costs holding, too little costs shortage; the quantity balances the two.

Arrow, Harris and Marschak (1951), Econometrica 19(3), 250-272; textbook form in Silver, Pyke and Thomas (2017),
Inventory and Production Management in Supply Chains, chapter 11.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ownstock.engine.arrays import Floats, Ints

# A probability this close below the critical ratio meets it: rounding must not decide between two quantities.
RATIO_GUARD = 1e-9
DAYS_A_YEAR = 365


def over_cost(unit_cost: Floats, holding_rate: Floats, review_period_days: Ints) -> Floats:
    """Money for holding one unit too many until the next order arrives: unit cost · yearly rate · days / 365. [n]"""
    cost: Floats = unit_cost * holding_rate * review_period_days / DAYS_A_YEAR
    return cost


def critical_ratio(shortage_cost: Floats, over_cost: Floats) -> Floats:
    """The probability of no stock-out that is worth its cost: c_u / (c_u + c_o). [n], [n] → [n]"""
    ratio: Floats = shortage_cost / (shortage_cost + over_cost)
    return ratio


@dataclass(frozen=True)
class Outlook:
    """Depletion until the window ends, as sums that answer "how much" and "at what cost".

    probability, moment: [m, support], cumulative sums of P(k) and of k·P(k); step: [m] units per point.
    """

    probability: Floats
    moment: Floats
    step: Ints

    @classmethod
    def of(cls, depletion: Floats, step: Ints) -> Outlook:
        """The outlook of a distribution of depletion, [m, support]."""
        moment = depletion * np.arange(depletion.shape[1])
        return cls(np.cumsum(depletion, axis=1), np.cumsum(moment, axis=1, out=moment), step)

    def level(self, ratio: Floats) -> Ints:
        """The smallest level that covers the depletion with probability ≥ ratio, in units. [m] → [m]"""
        below = (self.probability < (ratio - RATIO_GUARD)[:, None]).sum(axis=1)
        level: Ints = np.minimum(below, self.probability.shape[1] - 1) * self.step
        return level

    def expected_left(self, level: Ints) -> Floats:
        """Units expected left over from a level: E[(level - depletion)⁺]. [m] → [m]"""
        point = np.clip(level // self.step, 0, self.probability.shape[1] - 1)
        rows = np.arange(level.size)
        left = level * self.probability[rows, point] - self.step * self.moment[rows, point]
        return np.where(level > 0, np.maximum(left, 0.0), 0.0)

    def expected_cost(self, level: Ints, over: Floats, under: Floats) -> Floats:
        """Money: c_o · E[(level - depletion)⁺] + c_u · E[(depletion - level)⁺]. [m] each → [m]"""
        left = self.expected_left(level)
        short = np.maximum(left - level + self.step * self.moment[:, -1], 0.0)
        return over * left + under * short
