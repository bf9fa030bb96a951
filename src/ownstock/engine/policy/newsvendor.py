"""The newsvendor: too much costs holding, too little costs shortage; the quantity balances the two.

Arrow, Harris and Marschak (1951), Econometrica 19(3), 250-272; textbook form in Silver, Pyke and Thomas (2017),
Inventory and Production Management in Supply Chains, chapter 11.
"""

from __future__ import annotations

from ownstock.engine.arrays import Floats, Ints

DAYS_A_YEAR = 365


def over_cost(unit_cost: Floats, holding_rate: Floats, review_period_days: Ints) -> Floats:
    """Money for holding one unit too many until the next order arrives: unit cost · yearly rate · days / 365. [n]"""
    cost: Floats = unit_cost * holding_rate * review_period_days / DAYS_A_YEAR
    return cost


def critical_ratio(shortage_cost: Floats, over_cost: Floats) -> Floats:
    """The probability of no stock-out that is worth its cost: c_u / (c_u + c_o). [n], [n] → [n]"""
    ratio: Floats = shortage_cost / (shortage_cost + over_cost)
    return ratio
