"""Capped base-stock: order up to a level, but never more than a cap.

Under lost sales the cap keeps a stock-out from filling the pipeline with more than will be wanted. Johansen and
Thorstenson (2008); Xin (2021), Operations Research 69(1), 61-70: as shortage cost or lead time grows, it is optimal.
"""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Ints
from ownstock.engine.policy import base_stock, lost_sales
from ownstock.engine.policy.lost_sales import Average, LostSales
from ownstock.engine.policy.search import cheapest


def order(inventory_position: Ints, order_up_to_level: Ints | int, cap: Ints | int) -> Ints:
    """Units to order: min((level - position)⁺, cap). [n], [n], [n] → [n]"""
    return np.minimum(base_stock.order(inventory_position, order_up_to_level), cap)


def cost_with_lost_sales(
    item: LostSales, order_up_to_level: int, cap: int, *, abandon_above: float = np.inf
) -> Average:
    """Exact average cost of a level and a cap under lost sales."""
    on_order = (min(order_up_to_level, periods * cap) for periods in range(item.lead_time_periods, 0, -1))
    return lost_sales.average_cost(
        item,
        (order_up_to_level, *on_order),
        lambda run: order(run.states.inventory_position, order_up_to_level, cap),
        abandon_above=abandon_above,
    )


def best_with_lost_sales(item: LostSales) -> tuple[int, int, float]:
    """The cheapest level and cap under lost sales, and their exact average cost."""

    def cost_of(point: tuple[float, ...], known: float) -> float:
        level, cap = int(point[0]), int(point[1])
        if cap < 1 or level < cap:
            return np.inf
        return cost_with_lost_sales(item, level, cap, abandon_above=known).cost

    level, _ = base_stock.best_with_lost_sales(item)
    start = (level, max(1, min(level, (round(item.mean) + item.covering_levels[-1]) // 2)))
    (level_found, cap_found), cost = cheapest(cost_of, start, reach=2)
    return int(level_found), int(cap_found), cost
