"""The cheapest (s, S) and (s, nQ) of many items with backorders and a fixed cost per order."""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.kernels.compiled import compiled

# What the search for (s, nQ) leaves open: nothing, the point, or both.
COST_ONLY, BEST_POINT, BEST_BOTH = 0, 1, 2


@compiled
def position_cost(window: Floats, least: int, holding: float, shortage: float) -> tuple[float, int, Floats]:
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
def _downward(
    highest: int, positions: int, least: int, cost: Floats, mean: float, holding: float, shortage: float
) -> Floats:
    """Costs of the positions highest, highest - 1 …"""
    found = np.empty(positions)
    for below in range(positions):
        found[below] = _at(highest - below, least, cost, mean, holding, shortage)
    return found


@compiled
def _last_first(points: Floats, start: int, end: int) -> Floats:
    found = np.empty(end - start)
    for place in range(end - start):
        found[place] = points[end - 1 - place]
    return found


@compiled
def _renewal(visits: Floats, known: int, demand: Floats, least: int) -> None:
    """Fill the expected visits of the positions `known` … below the level, from those nearer to it.

    `demand` has the last point first; visits(j) = Σ P(k)·visits(j - k) / (1 - P(0)), k ≥ 1.
    """
    last = least + demand.size - 1
    moves = 1.0 - demand[demand.size - 1] if least == 0 else 1.0
    nearest = max(least, 1)
    visits[0] = 1.0 / moves
    for below in range(max(known, 1), visits.size):
        total = 0.0
        shift = last - below
        for other in range(max(0, below - last), below - nearest + 1):
            total += demand[shift + other] * visits[other]
        visits[below] = total / moves


@compiled
def _twice_as_long(values: Floats) -> Floats:
    grown = np.empty(2 * values.size)
    for place in range(values.size):
        grown[place] = values[place]
    return grown


@compiled
def min_max_cost(
    demand_first: Ints,
    demand_least: Ints,
    demand: Floats,
    window_first: Ints,
    window_least: Ints,
    window: Floats,
    holding_cost: Floats,
    shortage_cost: Floats,
    order_cost: Floats,
    reorder_point: Ints,
    order_up_to_level: Ints,
    average: Floats,
) -> None:
    """Average cost of a period under given (s, S); see `min_max`."""
    for item in range(average.size):
        h, p = holding_cost[item], shortage_cost[item]
        low = window_least[item]
        mean, _, cost = position_cost(window[window_first[item] : window_first[item + 1]], low, h, p)
        points = _last_first(demand, demand_first[item], demand_first[item + 1])
        downward = _downward(
            order_up_to_level[item], order_up_to_level[item] - reorder_point[item], low, cost, mean, h, p
        )
        if demand_least[item] == 0 and points.size == 1:
            average[item] = downward[0]
            continue
        visits = np.empty(downward.size)
        _renewal(visits, 0, points, demand_least[item])
        total, length = order_cost[item], 0.0
        for below in range(visits.size):
            total += visits[below] * downward[below]
            length += visits[below]
        average[item] = total / length


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
    reorder_point: Ints,
    order_up_to_level: Ints,
    average: Floats,
) -> None:
    """The cheapest (s, S) and their average cost of a period, which are written.

    Zheng and Federgruen (1991), Operations Research 39(4), 654-665. Points of demand between reviews and of the window
    lie in bands as `count_bands` makes them. Without demand there is nothing to order: (-1, 0).
    """
    for item in range(average.size):
        h, p, k = holding_cost[item], shortage_cost[item], order_cost[item]
        low = window_least[item]
        mean, cheapest, cost = position_cost(window[window_first[item] : window_first[item + 1]], low, h, p)
        least = demand_least[item]
        points = _last_first(demand, demand_first[item], demand_first[item + 1])
        if least == 0 and points.size == 1:
            reorder_point[item], order_up_to_level[item], average[item] = -1, 0, cost[0]
            continue

        # The best point for the cheapest position as level: lower it as long as that lowers the average.
        known, width, total, length, best = 0, 0, 0.0, 0.0, np.inf
        visits = np.empty(32)
        is_lower = True
        while is_lower:
            _renewal(visits, known, points, least)
            downward = _downward(cheapest, visits.size, low, cost, mean, h, p)
            known = visits.size
            while is_lower and width < known:
                is_lower = best > downward[width]
                if is_lower:
                    total += visits[width] * downward[width]
                    length += visits[width]
                    width += 1
                    best = (k + total) / length
            if is_lower:
                visits = _twice_as_long(visits)
        level, point = cheapest, cheapest - width

        # Costs of the positions that matter, from the highest down, so that sums run in one direction.
        highest = cheapest
        while highest < low + cost.size and cost[highest - low] <= best:
            highest += 1
        if highest == low + cost.size:
            highest = max(highest, int(mean + best / h) + 1)
        downward = _downward(highest, highest - point, low, cost, mean, h, p)

        # Raise the level; where that lowers the average, the point may have to follow.
        candidate = level + 1
        while candidate <= highest and downward[highest - candidate] <= best:
            width = candidate - point
            if known < width:
                visits = _twice_as_long(visits)
                _renewal(visits, known, points, least)
                known = visits.size
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
        mean, cheapest, cost = position_cost(window[window_first[item] : window_first[item + 1]], low, h, p)
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
