"""Myopic orders under lost sales: the cheapest for the period of arrival, or for it and the next one.

The first is the newsvendor on what will be on hand at arrival, as in `projected_inventory`. The second looks one
period further: it adds what the next myopic order will be expected to cost in its own period of arrival. Both are
Zipkin's (2008), Operations Research 56(5), 1256-1263: "Myopic" and "Myopic-2".
"""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.kernels.lost_sales import ALL
from ownstock.engine.policy import lost_sales
from ownstock.engine.policy.lost_sales import Average, Iteration, LostSales


def order(run: Iteration) -> Ints:
    """Units to order: the cheapest for the period in which they arrive. [states]"""
    return _cheapest_at_arrival(run)[1]


def order_looking_ahead(run: Iteration) -> Ints:
    """Units to order: the cheapest for their period of arrival and, ordering myopically then, the next. [states]"""
    cost, _ = _cheapest_at_arrival(run)
    return _cheapest(run, _cost_before_arrival(run) + cost)[1]


def cost_with_lost_sales(item: LostSales) -> Average:
    """Exact average cost of myopic orders."""
    return lost_sales.average_cost(item, item.covering_levels, order)


def cost_looking_ahead_with_lost_sales(item: LostSales) -> Average:
    """Exact average cost of myopic orders that look one period further."""
    return lost_sales.average_cost(item, item.covering_levels, order_looking_ahead)


def _cost_before_arrival(run: Iteration) -> Floats:
    """Expected cost of the period of arrival, seen one period after ordering. [states]"""
    return run.ahead(run.cost[run.states.units[:, 0]], run.item.lead_time_periods - 1)


def _cheapest_at_arrival(run: Iteration) -> tuple[Floats, Ints]:
    return _cheapest(run, _cost_before_arrival(run))


def _cheapest(run: Iteration, values: Floats) -> tuple[Floats, Ints]:
    best = np.zeros(run.states.size, dtype=np.int64)
    return run.step(values, best, ALL, np.zeros(run.cost.size)), best
