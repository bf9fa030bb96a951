"""Min-max: at or below the minimum s, order up to the maximum S.

At every period that is (s, S), at every R-th (R, s, S). With backorders and a cost per order no policy is cheaper
(Scarf 1960; Iglehart 1963). The cheapest pair, exactly, by the search of Zheng and Federgruen (1991), Operations
Research 39(4), 654-665. With m(j) the expected visits of the position j below S between two orders,

    c(s, S) = (K + Σ m(j)·G(S - j)) / Σ m(j),    j = 0 … S - s - 1;    m = δ₀ + demand * m.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ownstock.base.errors import Refused
from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.kernels import fixed_cost as kernel
from ownstock.engine.policy import lost_sales
from ownstock.engine.policy.lost_sales import Average, LostSales
from ownstock.engine.policy.periodic_review import PeriodicReview, position_cost


@dataclass(frozen=True)
class MinMax:
    """Reorder point s, order-up-to level S and average cost of a period; each [n]."""

    reorder_point: Ints
    order_up_to_level: Ints
    cost: Floats


def order(inventory_position: Ints, reorder_point: Ints | int, order_up_to_level: Ints | int) -> Ints:
    """Units to order: up to the level when the position is at or below the point, else none. [n] each → [n]"""
    return np.where(inventory_position <= reorder_point, order_up_to_level - inventory_position, 0)


def cheapest(items: PeriodicReview) -> MinMax:
    """The cheapest minimum and maximum with backorders. Without demand: (-1, 0), that is no order ever."""
    size = items.holding_cost.size
    found = MinMax(np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64), np.zeros(size))
    _run(kernel.min_max, items, found)
    return found


def cost(items: PeriodicReview, reorder_point: Ints, order_up_to_level: Ints) -> Floats:
    """Average cost of a period under these points and levels, with backorders. [n], [n] → [n]"""
    wrong = np.flatnonzero(order_up_to_level <= reorder_point)
    if wrong.size:
        row = int(wrong[0])
        raise Refused(
            f"The order-up-to level of item {row} is {order_up_to_level[row]}; "
            f"it must be above the reorder point, {reorder_point[row]}.",
            code="level_not_above_point",
            row=row,
        )
    given = MinMax(reorder_point.astype(np.int64), order_up_to_level.astype(np.int64), np.zeros(reorder_point.size))
    _run(kernel.min_max_cost, items, given)
    return given.cost


def cost_with_lost_sales(
    item: LostSales, reorder_point: int, order_up_to_level: int, most_order: int | None = None
) -> Average:
    """Exact average cost of a period where unserved demand is lost; orders above `most_order` are cut to it.

    Such a limit is the (s, S, q) policy of Bijvank, Bhulai and Huh (2015), European Journal of Operational Research
    241(2), 381-390: under lost sales it is the better the longer the lead time.
    """
    most = order_up_to_level if most_order is None else most_order
    on_order = (min(order_up_to_level, periods * most) for periods in range(item.lead_time_periods, 0, -1))
    return lost_sales.average_cost(
        item,
        (order_up_to_level, *on_order),
        lambda run: np.minimum(order(run.states.inventory_position, reorder_point, order_up_to_level), most),
    )


def cost_plainly(demand: Floats, position_costs: Floats, order_cost: float) -> float:
    """c(s, S) of one item in plain numpy: the twin of the kernel.

    demand: probabilities of 0, 1 … units between reviews; position_costs: G(S), G(S - 1) … G(s + 1).
    """
    visits = np.zeros(position_costs.size)
    chance = np.zeros(position_costs.size)
    chance[: demand.size] = demand[: position_costs.size]
    visits[0] = 1 / (1 - chance[0])
    for below in range(1, visits.size):
        visits[below] = visits[0] * (chance[1 : below + 1] @ visits[:below][::-1])
    return float((order_cost + visits @ position_costs) / visits.sum())


def cheapest_plainly(items: PeriodicReview, item: int, points: range, levels: range) -> tuple[int, int, float]:
    """The cheapest (s, S) of one item among some, by trying them all: the twin of the kernel's search."""
    demand, window = items.demand.row(item), items.window.row(item)
    best = (0, 0, np.inf)
    for level in levels:
        for point in points:
            positions = np.arange(level, point, -1)
            costs = position_cost(window, items.holding_cost[item], items.shortage_cost[item], positions)
            if positions.size:
                found = cost_plainly(demand, costs, float(items.order_cost_per_period[item]))
                best = min(best, (point, level, found), key=lambda each: each[2])
    return best


def _run(search: Callable[..., None], items: PeriodicReview, found: MinMax) -> None:
    demand, window = items.demand, items.window
    search(
        demand.first,
        demand.least,
        demand.probability,
        window.first,
        window.least,
        window.probability,
        items.holding_cost,
        items.shortage_cost,
        items.order_cost_per_period,
        found.reorder_point,
        found.order_up_to_level,
        found.cost,
    )
