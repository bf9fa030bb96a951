"""Base-stock: order whatever the inventory position lacks to a level.

Optimal where unserved demand waits; under lost sales it orders too much when much is on order. Its cost under lost
sales is convex in the level (Janakiraman and Roundy 2004, Operations Research 52(5), 795-803).
"""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Ints
from ownstock.engine.policy import lost_sales
from ownstock.engine.policy.lost_sales import Average, LostSales
from ownstock.engine.policy.search import cheapest


def order(inventory_position: Ints, order_up_to_level: Ints | int) -> Ints:
    """Units to order: (level - position)⁺. [n], [n] → [n]"""
    quantity: Ints = np.maximum(order_up_to_level - inventory_position, 0)
    return quantity


def cost_with_lost_sales(item: LostSales, order_up_to_level: int, *, abandon_above: float = np.inf) -> Average:
    """Exact average cost of a level under lost sales."""
    bounds = (order_up_to_level,) * (item.lead_time_periods + 1)
    return lost_sales.average_cost(
        item, bounds, lambda run: order(run.states.inventory_position, order_up_to_level), abandon_above=abandon_above
    )


def newsvendor_level(item: LostSales) -> int:
    """The level that would be optimal did unserved demand wait: it covers L + 1 periods with p / (p + h)."""
    return item.covering_levels[0]


def best_with_lost_sales(item: LostSales) -> tuple[int, float]:
    """The cheapest level under lost sales, and its exact average cost."""

    def cost_of(point: tuple[float, ...], known: float) -> float:
        return cost_with_lost_sales(item, int(point[0]), abandon_above=known).cost if point[0] >= 0 else np.inf

    (level,), cost = cheapest(cost_of, (newsvendor_level(item),))
    return int(level), cost
