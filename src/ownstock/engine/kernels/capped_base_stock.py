"""Capped base-stock under lost sales, tuned on one path of demand for each item."""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.kernels.compiled import compiled
from ownstock.engine.kernels.fixed_cost import position_cost


@compiled
def _path(points: Floats, least: int, rank: Ints) -> Ints:
    """The demand whose values come as often as they are likely, in the order of the ranks."""
    periods = rank.size
    sorted_demand = np.empty(periods, dtype=np.int64)
    point, reached = 0, points[0]
    for place in range(periods):
        while reached < (place + 0.5) / periods and point < points.size - 1:
            point += 1
            reached += points[point]
        sorted_demand[place] = least + point
    demand = np.empty(periods, dtype=np.int64)
    for period in range(periods):
        demand[period] = sorted_demand[rank[period]]
    return demand


@compiled
def _average(demand: Ints, warm_up: int, cost: Floats, slope: float, lead: int, level: int, cap: int) -> float:
    """Expected cost of a period, given what is on hand in each; from a full shelf with nothing on order."""
    arriving = np.zeros(lead, dtype=np.int64)
    on_hand, on_order, place, total = level, 0, 0, 0.0
    for period in range(demand.size):
        on_hand += arriving[place]
        on_order -= arriving[place]
        ordered = min(max(level - on_hand - on_order, 0), cap)
        arriving[place] = ordered
        on_order += ordered
        place = 0 if place == lead - 1 else place + 1
        if period >= warm_up:
            if on_hand < cost.size:
                total += cost[on_hand]
            else:
                total += cost[cost.size - 1] + slope * (on_hand - cost.size + 1)
        on_hand = max(on_hand - demand[period], 0)
    return total / (demand.size - warm_up)


@compiled
def tune(
    first: Ints,
    least: Ints,
    points: Floats,
    lead_time: Ints,
    holding_cost: Floats,
    shortage_cost: Floats,
    rank: Ints,
    level: Ints,
    cap: Ints,
    level_step: Ints,
    cap_step: Ints,
    average: Floats,
) -> None:
    """The cheapest level and cap on the path, from those given, with steps that are halved down to one unit.

    Points of demand lie in bands as `count_bands` makes them; rank: a permutation of the path's periods, the same for
    every item. level, cap and average are written.
    """
    for item in range(level.size):
        low = least[item]
        band = points[first[item] : first[item + 1]]
        mean, _, above = position_cost(band, low, holding_cost[item], shortage_cost[item])
        cost = np.empty(low + above.size)
        for on_hand in range(cost.size):
            cost[on_hand] = above[on_hand - low] if on_hand >= low else shortage_cost[item] * (mean - on_hand)
        demand = _path(band, low, rank)
        lead, slope = lead_time[item], holding_cost[item]
        warm_up = min(20 * (lead + 1), demand.size // 4)
        best_level, best_cap = level[item], cap[item]
        best = _average(demand, warm_up, cost, slope, lead, best_level, best_cap)
        by_level, by_cap = level_step[item], cap_step[item]
        while True:
            from_level, from_cap = best_level, best_cap
            for up in range(-1, 2):
                for wider in range(-1, 2):
                    to_level, to_cap = from_level + up * by_level, from_cap + wider * by_cap
                    if (up == 0 and wider == 0) or to_cap < 1 or to_level < to_cap:
                        continue
                    found = _average(demand, warm_up, cost, slope, lead, to_level, to_cap)
                    if found < best:
                        best, best_level, best_cap = found, to_level, to_cap
            if best_level == from_level and best_cap == from_cap:
                if by_level == 1 and by_cap == 1:
                    break
                by_level, by_cap = max(1, by_level // 2), max(1, by_cap // 2)
        level[item], cap[item], average[item] = best_level, best_cap, best
