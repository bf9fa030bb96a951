"""The cheapest (s, S) and (s, nQ) of many items with backorders and a fixed cost per order."""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.kernels.compiled import compiled

COST_ONLY, BEST_POINT, BEST_BOTH = 0, 1, 2


@compiled
def _position_cost(window: Floats, least: int, holding: float, shortage: float) -> tuple[float, int, Floats]:
    """Mean of the window's demand, the cheapest position, and the cost of positions least, least + 1 …"""
    mean = 0.0
    for point in range(window.size):
        mean += window[point] * (least + point)
    cost = np.empty(window.size)
    cost[0] = shortage * (mean - least)
    reached, cheapest = 0.0, least
    for point in range(window.size - 1):
        reached += window[point]
        change = (holding + shortage) * reached - shortage
        cost[point + 1] = cost[point] + change
        if change < 0:
            cheapest = least + point + 1
    return mean, cheapest, cost


@compiled
def _at(position: int, least: int, cost: Floats, mean: float, holding: float, shortage: float) -> float:
    if position < least:
        return shortage * (mean - position)
    if position >= least + cost.size:
        return holding * (position - mean)
    return cost[position - least]


@compiled
def _renewal(known: int, upto: int, visits: Floats, demand: Floats, least: int) -> Floats:
    """Extend the expected visits of positions 0 … known - 1 below the level to those of upto - 1. May grow the array.

    `demand` has the last point first; visits(j) = Σ P(k)·visits(j - k) / (1 - P(0)), k ≥ 1.
    """
    if upto > visits.size:
        grown = np.empty(max(upto, 2 * visits.size))
        grown[:known] = visits[:known]
        visits = grown
    last = least + demand.size - 1
    moves = 1.0 - demand[demand.size - 1] if least == 0 else 1.0
    nearest = max(least, 1)
    for below in range(known, upto):
        if below == 0:
            visits[0] = 1.0 / moves
            continue
        total = 0.0
        shift = last - below
        for other in range(max(0, below - last), below - nearest + 1):
            total += demand[shift + other] * visits[other]
        visits[below] = total / moves
    return visits


@compiled
def min_max(
    demand_first: Ints,
    demand_least: Ints,
    demand: Floats,
    window_first: Ints,
    window_least: Ints,
    window: Floats,
    holding_cost: Floats,
    shortage_cost: Floats,
    order_cost: Floats,
    search: int,
    reorder_point: Ints,
    order_up_to_level: Ints,
    average: Floats,
) -> None:
    """Average cost of a period under (s, S): of those given (COST_ONLY), or of the cheapest, which is written.

    Zheng and Federgruen (1991), Operations Research 39(4), 654-665. Points of demand between reviews and of the window
    lie in bands as `count_bands` makes them. Without demand there is nothing to order: (-1, 0).
    """
    for item in range(average.size):
        h, p, k = holding_cost[item], shortage_cost[item], order_cost[item]
        low = window_least[item]
        mean, cheapest, cost = _position_cost(window[window_first[item] : window_first[item + 1]], low, h, p)
        least = demand_least[item]
        points = demand[demand_first[item] : demand_first[item + 1]][::-1].copy()
        if least == 0 and points.size == 1:
            if search != COST_ONLY:
                reorder_point[item], order_up_to_level[item] = -1, 0
            average[item] = _at(order_up_to_level[item], low, cost, mean, h, p)
            continue
        visits = _renewal(0, 1, np.empty(64), points, least)
        if search == COST_ONLY:
            level, width = order_up_to_level[item], order_up_to_level[item] - reorder_point[item]
            visits = _renewal(1, width, visits, points, least)
            total, length = k, 0.0
            for below in range(width):
                total += visits[below] * _at(level - below, low, cost, mean, h, p)
                length += visits[below]
            average[item] = total / length
            continue

        # The best point for the cheapest position as level: lower it as long as that lowers the average.
        level, width, known = cheapest, 1, 1
        length = visits[0]
        total = length * cost[cheapest - low]
        best = (k + total) / length
        while best > _at(level - width, low, cost, mean, h, p):
            if known == width:
                visits = _renewal(known, width + 64, visits, points, least)
                known = width + 64
            total += visits[width] * _at(level - width, low, cost, mean, h, p)
            length += visits[width]
            width += 1
            best = (k + total) / length
        point = level - width

        # Costs of the positions that matter, from the highest down, so that sums run in one direction.
        highest = level
        while _at(highest, low, cost, mean, h, p) <= best:
            highest += 1
        downward = np.empty(highest - point + 1)
        for position in range(point, highest + 1):
            downward[highest - position] = _at(position, low, cost, mean, h, p)

        # Raise the level; where that lowers the average, the point may have to follow.
        candidate = level + 1
        while downward[highest - candidate] <= best:
            width = candidate - point
            if known < width:
                visits = _renewal(known, width + 64, visits, points, least)
                known = width + 64
            total, length = 0.0, 0.0
            shift = highest - candidate
            for below in range(width):
                total += visits[below] * downward[shift + below]
                length += visits[below]
            if k + total < best * length:
                level = candidate
                best = (k + total) / length
                while width > 1 and best <= downward[highest - point - 1]:
                    width -= 1
                    point += 1
                    total -= visits[width] * downward[highest - point]
                    length -= visits[width]
                    best = (k + total) / length
            candidate += 1
        reorder_point[item], order_up_to_level[item], average[item] = point, level, best


@compiled
def fixed_multiples(
    demand_first: Ints,
    demand_least: Ints,
    demand: Floats,
    window_first: Ints,
    window_least: Ints,
    window: Floats,
    holding_cost: Floats,
    shortage_cost: Floats,
    order_cost: Floats,
    order_multiple: Ints,
    search: int,
    reorder_point: Ints,
    order_quantity: Ints,
    average: Floats,
) -> None:
    """Average cost of a period under (s, nQ): as given, with the best s for the Q given, or the best of both.

    The position after ordering is s + 1 … s + Q, each as often as the others. The best positions for Q + 1 are those
    for Q and the cheaper of its two neighbours; once that one costs more than the best average, no larger Q can do
    better. Quantities are multiples of order_multiple.
    """
    for item in range(average.size):
        h, p, k = holding_cost[item], shortage_cost[item], order_cost[item]
        low = window_least[item]
        mean, cheapest, cost = _position_cost(window[window_first[item] : window_first[item + 1]], low, h, p)
        start, end = demand_first[item], demand_first[item + 1]
        left, right = cheapest, cheapest - 1
        if search == COST_ONLY:
            left, right = reorder_point[item] + 1, reorder_point[item]
        total, at_least, best = 0.0, 1.0, np.inf
        quantity = 0
        while True:
            below = _at(left - 1, low, cost, mean, h, p)
            above = _at(right + 1, low, cost, mean, h, p)
            goes_up = quantity == 0 or search == COST_ONLY or above <= below
            added = above if goes_up else below
            if search == BEST_BOTH and added >= best:
                break
            if goes_up:
                right += 1
            else:
                left -= 1
            # An order is due when demand reaches what the position is above s: P(D ≥ i) for i = 1 … Q.
            point = start + quantity - demand_least[item]
            if start <= point < end:
                at_least -= demand[point]
            total += added + k * max(at_least, 0.0)
            quantity += 1
            if search != BEST_BOTH:
                if quantity == order_quantity[item]:
                    best = total / quantity
                    reorder_point[item] = left - 1
                    break
            elif quantity % order_multiple[item] == 0 and total < best * quantity:
                best = total / quantity
                reorder_point[item], order_quantity[item] = left - 1, quantity
        average[item] = best
