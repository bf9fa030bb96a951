"""Vector base-stock: order the most with which no part of the pipeline exceeds the level that covers its time.

Levels for L + 1 periods on all, for L periods on all but what is on hand … for one period on the order itself. With
the covering levels p / (p + h), Zipkin's standard vector base-stock policy, it orders at least as much as the optimal
policy of lost sales (Morton 1969, Management Science 16(1)).
"""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Ints
from ownstock.engine.policy import lost_sales
from ownstock.engine.policy.lost_sales import Average, LostSales


def order(pipeline: Ints, levels: Ints) -> Ints:
    """Units to order. pipeline: [n, L], on hand first, then what arrives in 1 … L - 1 periods; levels: [n, L + 1]. → [n]"""
    still_there = np.cumsum(pipeline[:, ::-1], axis=1)[:, ::-1]
    room = np.minimum((levels[:, :-1] - still_there).min(axis=1), levels[:, -1])
    quantity: Ints = np.maximum(room, 0)
    return quantity


def standard_with_lost_sales(item: LostSales) -> Average:
    """Exact average cost of the standard levels, `item.covering_levels`, under lost sales."""
    levels = np.array([item.covering_levels])
    return lost_sales.average_cost(item, item.covering_levels, lambda run: order(run.states.units, levels))
