"""(s, nQ): at or below the reorder point s, order the fewest multiples of Q that lift the position above it.

With backorders the position after ordering is s + 1 … s + Q, each equally often (Hadley and Whitin 1963, Analysis of
Inventory Systems, chapter 5), if demand is not itself in a rhythm of Q. With K for an order of any size,

    c(s, Q) = (K·Σ P(D ≥ i) + Σ G(s + i)) / Q,    i = 1 … Q.

Optimal s and Q, exactly: Zheng and Chen (1992), Naval Research Logistics 39(5), 707-727.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ownstock.base.errors import Refused
from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.kernels import fixed_cost as kernel
from ownstock.engine.policy import lost_sales
from ownstock.engine.policy.lost_sales import Average, LostSales
from ownstock.engine.policy.periodic_review import PeriodicReview, position_cost
from ownstock.engine.policy.search import cheapest as cheapest_point


@dataclass(frozen=True)
class ReorderInMultiples:
    """Reorder point s, order quantity Q and average cost of a period; each [n]."""

    reorder_point: Ints
    order_quantity: Ints
    cost: Floats


def order(inventory_position: Ints, reorder_point: Ints | int, order_quantity: Ints | int) -> Ints:
    """Units to order: the fewest multiples that lift the position above the point. [n] each → [n]"""
    lacking = reorder_point - inventory_position
    return np.where(lacking >= 0, (lacking // order_quantity + 1) * order_quantity, 0)


def cheapest(items: PeriodicReview, order_multiple: int | Ints = 1) -> ReorderInMultiples:
    """The cheapest point and quantity with backorders, the quantity a multiple of what the supplier packs."""
    size = items.holding_cost.size
    multiple = np.array(np.broadcast_to(np.asarray(order_multiple, dtype=np.int64), size))
    _refuse_below_one(multiple, "The order multiple")
    found = ReorderInMultiples(np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64), np.zeros(size))
    _run(items, multiple, kernel.BEST_BOTH, found)
    return found


def cheapest_reorder_point(items: PeriodicReview, order_quantity: Ints) -> ReorderInMultiples:
    """The cheapest point for these quantities, with backorders. [n]"""
    _refuse_below_one(order_quantity, "The order quantity")
    size = order_quantity.size
    found = ReorderInMultiples(np.zeros(size, dtype=np.int64), order_quantity.astype(np.int64), np.zeros(size))
    _run(items, found.order_quantity, kernel.BEST_POINT, found)
    return found


def cost(items: PeriodicReview, reorder_point: Ints, order_quantity: Ints) -> Floats:
    """Average cost of a period under these points and quantities, with backorders. [n], [n] → [n]"""
    _refuse_below_one(order_quantity, "The order quantity")
    given = ReorderInMultiples(
        reorder_point.astype(np.int64), order_quantity.astype(np.int64), np.zeros(reorder_point.size)
    )
    _run(items, given.order_quantity, kernel.COST_ONLY, given)
    return given.cost


def cost_with_lost_sales(
    item: LostSales, reorder_point: int, order_quantity: int, *, abandon_above: float = np.inf
) -> Average:
    """Exact average cost of a period where unserved demand is lost."""
    most = reorder_point + order_quantity
    return lost_sales.average_cost(
        item,
        (most,) * (item.lead_time_periods + 1),
        lambda run: order(run.states.inventory_position, reorder_point, order_quantity),
        abandon_above=abandon_above,
    )


def best_with_lost_sales(item: LostSales) -> tuple[int, int, float]:
    """The cheapest point and quantity where unserved demand is lost, and their exact average cost.

    Found from the answer for backorders, among all points and quantities around each better one.
    """

    def cost_of(tried: tuple[float, ...], known: float) -> float:
        point, quantity = int(tried[0]), int(tried[1])
        if point < 0 or quantity < 1:
            return np.inf
        return cost_with_lost_sales(item, point, quantity, abandon_above=known).cost

    waiting = cheapest(
        PeriodicReview.of_pmf(
            item.demand[None, :],
            holding_cost=item.holding_cost,
            shortage_cost=item.shortage_cost,
            order_cost=item.order_cost,
            lead_time_periods=item.lead_time_periods,
        )
    )
    start = (float(max(waiting.reorder_point[0], 0)), float(waiting.order_quantity[0]))
    (point, quantity), found = cheapest_point(cost_of, start, reach=2)
    return int(point), int(quantity), found


def cost_plainly(items: PeriodicReview, item: int, reorder_point: int, order_quantity: int) -> float:
    """c(s, Q) of one item in plain numpy: the twin of the kernel."""
    above = np.arange(1, order_quantity + 1)
    costs = position_cost(
        items.window.row(item), items.holding_cost[item], items.shortage_cost[item], reorder_point + above
    )
    reached = np.concatenate([[0.0], np.cumsum(items.demand.row(item))])
    at_least = 1 - reached[np.minimum(above, reached.size - 1)]
    return float((items.order_cost_per_period[item] * at_least.sum() + costs.sum()) / order_quantity)


def _run(items: PeriodicReview, multiple: Ints, search: int, found: ReorderInMultiples) -> None:
    demand, window = items.demand, items.window
    kernel.fixed_multiples(
        demand.first,
        demand.least,
        demand.probability,
        window.first,
        window.least,
        window.probability,
        items.holding_cost,
        items.shortage_cost,
        items.order_cost_per_period,
        multiple,
        search,
        found.reorder_point,
        found.order_quantity,
        found.cost,
    )


def _refuse_below_one(units: Ints, what: str) -> None:
    wrong = np.flatnonzero(units < 1)
    if wrong.size:
        row = int(wrong[0])
        raise Refused(f"{what} of item {row} is {units[row]}; give 1 or more.", code="value_out_of_range", row=row)
