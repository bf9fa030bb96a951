"""Projected inventory level: order what lifts the expected stock at the order's arrival to a target.

The expectation is that of lost sales on the way, through all that arrives before. van Jaarsveld and Arts (2024),
Operations Research 72(5), 1790-1805: better than any base-stock level, and optimal as shortage cost or lead time grows.
"""

from __future__ import annotations

import math

import numpy as np

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.policy import lost_sales
from ownstock.engine.policy.lost_sales import Average, Iteration, LostSales
from ownstock.engine.policy.search import cheapest

# Targets are tried in eighths of a unit; cost is not quite convex in them, as orders are whole units.
STEP = 0.125
ROUNDING_GUARD = 1e-9


def order(projected: Floats, target: Floats | float) -> Ints:
    """Units to order: target less what is projected to be on hand at arrival, to the nearest unit. [n], [n] → [n]

    A half is rounded to the even unit.
    """
    lacking = np.maximum(target - projected, 0.0)
    return np.rint(lacking).astype(np.int64)


def projected(run: Iteration) -> Floats:
    """Expected units on hand when an order decided now arrives, without it. [states]"""
    return run.ahead(run.states.units[:, 0].astype(np.float64), run.item.lead_time_periods)


def cost_with_lost_sales(item: LostSales, target: float, *, abandon_above: float = np.inf) -> Average:
    """Exact average cost of a target under lost sales.

    As stock at arrival is projected at no less than what is on order less mean demand until then, what is on order
    for k periods never exceeds target + 1 + (k - 1)·mean: the bounds cut nothing off.
    """
    periods = range(item.lead_time_periods, -1, -1)
    bounds = tuple(math.floor(target + 1 + after * item.mean + ROUNDING_GUARD) for after in periods)
    return lost_sales.average_cost(item, bounds, lambda run: order(projected(run), target), abandon_above=abandon_above)


def best_with_lost_sales(item: LostSales) -> tuple[float, float]:
    """The cheapest target, to an eighth of a unit, and its exact average cost."""

    def cost_of(point: tuple[float, ...], known: float) -> float:
        return cost_with_lost_sales(item, point[0], abandon_above=known).cost if point[0] >= 0 else np.inf

    nearby, _ = cheapest(cost_of, (float(item.covering_levels[-1]),))
    (target,), cost = cheapest(cost_of, nearby, step=STEP, reach=round(1 / STEP))
    return target, cost
