"""Capped base-stock: order up to a level, but never more than a cap.

Under lost sales the cap keeps a stock-out from filling the pipeline with more than will be wanted. Johansen and
Thorstenson (2008); Xin (2021), Operations Research 69(1), 61-70: as shortage cost or lead time grows, it is optimal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ownstock.base.errors import Refused
from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.kernels import capped_base_stock as kernel
from ownstock.engine.policy import base_stock, lost_sales
from ownstock.engine.policy.lost_sales import Average, LostSales
from ownstock.engine.policy.periodic_review import Bands
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
        if cap < 0 or level < cap:
            return np.inf
        return cost_with_lost_sales(item, level, cap, abandon_above=known).cost

    level, _ = base_stock.best_with_lost_sales(item)
    start = (level, min(level, (round(item.mean) + item.covering_levels[-1]) // 2))
    (level_found, cap_found), cost = cheapest(cost_of, start, reach=2)
    return int(level_found), int(cap_found), cost


@dataclass(frozen=True)
class CappedBaseStock:
    """Order-up-to level, cap and the average cost of a period as estimated; each [n]."""

    order_up_to_level: Ints
    cap: Ints
    cost: Floats


def tuned_for_lost_sales(
    mean: Floats,
    variance: Floats,
    *,
    lead_time_periods: Ints,
    holding_cost: Floats,
    shortage_cost: Floats,
    rng: np.random.Generator,
    periods: int = 4000,
) -> CappedBaseStock:
    """A good level and cap for many items under lost sales, by simulation: no state is enumerated.

    Demand is negative binomial, Poisson where the variance of a period does not exceed its mean; all [n]. Every item
    and every pair tried meets the same path of ranks, drawn once from `rng`, on which each demand comes as often as it
    is likely; and a period's cost is expected over its demand. Only what the order of demands does is left to chance.
    """
    wrong = np.flatnonzero((lead_time_periods < 1) | ~(mean > 0))
    if wrong.size:
        row = int(wrong[0])
        raise Refused(
            f"Item {row} has a lead time of {lead_time_periods[row]} periods and a mean demand of {mean[row]}; "
            "give a lead time of 1 or more and a mean above 0.",
            code="value_out_of_range",
            row=row,
        )
    one = np.ones(mean.size, dtype=np.int64)
    bands = Bands.of_counts(mean, variance, one, one)
    spread = np.sqrt(np.maximum(variance, mean))
    level = np.ceil(mean * (lead_time_periods + 1) + spread).astype(np.int64)
    cap = np.ceil(mean + spread / 2).astype(np.int64)
    step = np.maximum(spread / 2, 1).astype(np.int64)
    found = CappedBaseStock(level, cap, np.zeros(mean.size))
    kernel.tune(
        bands.first,
        bands.least,
        bands.probability,
        lead_time_periods,
        holding_cost,
        shortage_cost,
        rng.permutation(periods),
        found.order_up_to_level,
        found.cap,
        step,
        step,
        found.cost,
    )
    return found


def cost_on_path_plainly(item: LostSales, order_up_to_level: int, cap: int, rank: Ints) -> float:
    """The average that the kernel finds for a level and a cap, in plain Python: its twin."""
    reached = np.cumsum(item.demand)
    demand = np.minimum(np.searchsorted(reached, (rank + 0.5) / rank.size), item.demand.size - 1)
    warm_up = min(20 * (item.lead_time_periods + 1), rank.size // 4)
    cost = item.cost(order_up_to_level)
    on_order = [0] * item.lead_time_periods
    on_hand, costs = order_up_to_level, []
    for wanted in demand:
        on_hand += on_order.pop(0)
        on_order.append(min(max(order_up_to_level - on_hand - sum(on_order), 0), cap))
        costs.append(cost[on_hand])
        on_hand = max(on_hand - int(wanted), 0)
    return float(np.mean(costs[warm_up:]))
