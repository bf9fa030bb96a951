"""The decision for many item-sites at once: what will be left when the order arrives, and what is worth ordering.

The plain form of every step, one item-site at a time and in numpy, is `policy/plainly.py`; tests hold the two together.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ownstock.engine.kernels.bands import (
    WIDEST,
    add_bands,
    count_band,
    cumulative_mean,
    lattice_step,
    mix_in,
    stop_at,
    trimmed,
)
from ownstock.engine.kernels.compiled import compiled
from ownstock.engine.kernels.known_demand import (
    known_until,
    required_with_known,
    stock_out_day_with_known,
)

RATIO_GUARD = 1e-9
# Beyond this mean demand of a window, an order never leaves more than the next window takes.
LOOK_AHEAD_MEAN = 50.0
MOST_LOOKED_AHEAD = 3

GOAL_COST, GOAL_CYCLE_SERVICE_LEVEL, GOAL_FILL_RATE = 0, 1, 2
# The quantity is given (it is the target), and only told what it costs.
GOAL_GIVEN = 3

# Columns of the two tables that `decide` fills.
NEED, LOOK_AHEAD, QUANTITY, LEVEL, LESS, MORE, POSITION, BEFORE, WITHIN, STEP, OUT = range(11)
(
    MEAN_AT_ARRIVAL, NOTHING_AT_ARRIVAL, COST, COST_ZERO, COST_LESS, COST_MORE, MEAN_LEAD, MEAN_WINDOW, AHEAD_SAVING,
    KNOWN_LEAD, KNOWN_WINDOW, CONSUMED_LEAD, CONSUMED_WINDOW,
) = range(13)  # fmt: skip
WHOLE, NUMBER = 11, 13


@compiled
def day_of_demand(mean: Any, bucket_days: float, units: float) -> float:
    """The day until which expected demand takes so many units; infinite where it never does."""
    if units <= 0.0:
        return 0.0
    last = mean.size - 1
    total = 0.0
    for bucket in range(last):
        if total + mean[bucket] >= units:
            return (bucket + (units - total) / mean[bucket]) * bucket_days
        total += mean[bucket]
    return (last + (units - total) / mean[last]) * bucket_days if mean[last] > 0.0 else np.inf


@compiled
def stock_out_day(
    net: int, mean: Any, bucket_days: float, horizon: int, first: int, last: int, days: Any, quantities: Any
) -> int:
    """The day on which mean demand empties the stock, nothing being ordered; -1 beyond the horizon.

    Arrivals are added on their day, before its demand; without demand nothing runs out.
    """
    there, k = net, first
    if cumulative_mean(mean, bucket_days, horizon) <= 0.0:
        return -1
    while True:
        lasts = day_of_demand(mean, bucket_days, float(there))
        until = float(days[k]) if k < last else np.inf
        if lasts < until:
            return int(np.floor(lasts)) if lasts <= horizon and lasts < np.inf else -1
        if k >= last:
            return -1
        there += quantities[k]
        k += 1


@compiled
def left_over(y: float, band: Any, below: Any, moment: Any, lowest: int, size: int, is_exact: bool) -> float:
    """Points expected left from a level of y points, which may lie between two. below, moment: cumulative sums."""
    if is_exact:
        point = int(np.floor(y + 1e-9)) - lowest
        if point < 0:
            return 0.0
        point = min(point, size - 1)
        return y * below[point] - moment[point]
    # Each point stands for the units around it, evenly.
    cell = y - lowest + 0.5
    point = int(np.floor(cell))
    if point < 0:
        return 0.0
    if point >= size:
        return y - moment[size - 1]
    part = cell - point
    left = 0.5 * band[point] * part * part
    if point > 0:
        left += y * below[point - 1] - moment[point - 1]
    return left


@compiled
def level_at(ratio: float, band: Any, below: Any, lowest: int, size: int, is_exact: bool) -> float:
    """The smallest level, in points, that covers with probability ≥ ratio."""
    low, high = 0, size - 1
    wanted = ratio - RATIO_GUARD
    while low < high:
        middle = (low + high) // 2
        if below[middle] >= wanted:
            high = middle
        else:
            low = middle + 1
    if is_exact:
        return float(lowest + low)
    before = below[low - 1] if low > 0 else 0.0
    part = (wanted - before) / band[low] if band[low] > 0.0 else 1.0
    return lowest + low - 0.5 + min(max(part, 0.0), 1.0)


@compiled
def next_cost(
    available: int, order: int, taken: Any, lowest: int, size: int, cost_of: Any, top: int, slope: float
) -> float:
    """Expected cost of the window after, when `available` covers this one and `order` comes for the next."""
    total, seen = 0.0, 0.0
    for k in range(size):
        left = available - lowest - k
        if left <= 0:
            break
        y = left + order
        total += taken[k] * (cost_of[y] if y <= top else cost_of[top] + slope * (y - top))
        seen += taken[k]
    at = cost_of[order] if order <= top else cost_of[top] + slope * (order - top)
    return total + max(1.0 - seen, 0.0) * at


@compiled
def least_next_cost(available: int, order: int, taken: Any, lowest: int, size: int, cost_of: Any, top: int,
                    slope: float) -> tuple[int, float]:  # fmt: skip
    """The best order for the window after and its cost, walking downhill from a first guess."""
    cost = next_cost(available, order, taken, lowest, size, cost_of, top, slope)
    stride = 1
    while True:
        is_better = False
        more = next_cost(available, order + stride, taken, lowest, size, cost_of, top, slope)
        if more < cost:
            order, cost, is_better = order + stride, more, True
        elif order > 0:
            less = max(order - stride, 0)
            fewer = next_cost(available, less, taken, lowest, size, cost_of, top, slope)
            if fewer <= cost:
                order, cost, is_better = less, fewer, True
        if not is_better:
            return order, cost


@compiled
def cost_at(
    units: int, step: float, over: float, under: float, band: Any, below: Any, moment: Any, lowest: int, size: int
) -> float:
    """Money for this window: over · E[units left] + under · E[units short], from a level in units."""
    y = units / step
    left = left_over(y, band, below, moment, lowest, size, step == 1.0)
    return step * (over * left + under * max(left - y + moment[size - 1], 0.0))


@compiled
def at_arrival_when_lost(
    mean: Any, bucket_days: float, ratio: float, step: float, lead: int, net: int,
    first: int, last: int, days: Any, quantities: Any, taken: Any, gap_band: Any, work: Any,
) -> tuple[int, int, int, int]:  # fmt: skip
    """What will have been taken when the order arrives, demand beyond what is there being lost.

    Arrivals `first` … `last` - 1 by day. Fills `taken`; returns its lowest point, its size, the place of the first
    arrival after the lead time and the units that arrive before. Stretches that nothing can exhaust are not cut, and
    cost nothing: counts of stretches with one variance ratio add up to a count of that ratio.
    """
    taken[0] = 1.0
    lowest, size = 0, 1
    there, before, done, k = net, 0, 0.0, first
    spread = ratio / step
    while True:
        is_arrival = k < last and days[k] <= lead
        until = cumulative_mean(mean, bucket_days, days[k] if is_arrival else lead)
        gap = (until - done) / step
        ceiling = max(there, 0) / step
        reach = lowest + size - 1 + gap + 8.0 * np.sqrt(gap * spread) + 32.0 * max(spread, 1.0)
        if gap > 0.0 and (ceiling < reach or not is_arrival):
            gap_lowest, gap_size = count_band(gap, gap * spread, gap_band)
            size = add_bands(taken, size, gap_band, gap_size, work)
            lowest += gap_lowest
            for j in range(size):
                taken[j] = work[j]
            done = until
            lowest, size = stop_at(ceiling, taken, lowest, size)
            lowest, size = trimmed(taken, lowest, size)
        if not is_arrival:
            return lowest, size, k, before
        there += quantities[k]
        before += quantities[k]
        k += 1


@compiled
def arrived_by(day: int, first: int, last: int, days: Any, quantities: Any) -> tuple[int, int]:
    """Units of the arrivals from place `first` on up to a day, and the place of the first one after it."""
    units, k = 0, first
    while k < last and days[k] <= day:
        units += quantities[k]
        k += 1
    return units, k


@compiled
def apart(
    mean: Any, bucket_days: float, days: int, l0: int, l1: int, lead_days: Any, seen_first: Any, seen_count: Any,
    arrival_day: Any, arrival_quantity: Any,
) -> float:  # fmt: skip
    """Units between the least and the most that is expected to be required beside what is there, by lead time."""
    least, most = np.inf, -np.inf
    for at in range(l0, l1):
        end = lead_days[at] + days
        arrived, _ = arrived_by(end, seen_first[at], seen_first[at] + seen_count[at], arrival_day, arrival_quantity)
        required = cumulative_mean(mean, bucket_days, end) - arrived
        least, most = min(least, required), max(most, required)
    return most - least


@compiled
def least_level_of_fill_rate(
    allowed: float, step: float, band: Any, below: Any, moment: Any, lowest: int, size: int
) -> int:
    """The smallest level, in units, from which no more than `allowed` units are expected short."""
    low, high = 0, max(int(np.ceil((lowest + size) * step)) + 1, 0)
    while low < high:
        middle = (low + high) // 2
        if cost_at(middle, step, 0.0, 1.0, band, below, moment, lowest, size) <= allowed + RATIO_GUARD:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def look_ahead(
    need: int, position: int, later: int, next_mean: float, ratio: float, over: float, under: float,
    end: Any, below: Any, moment: Any, lowest: int, size: int, next_band: Any, cost_of: Any,
) -> tuple[int, float]:  # fmt: skip
    """How many units fewer than the need are cheaper over this window and the next: (minus so many, money saved).

    The order for the next window is committed before it is known what this one leaves: what it leaves beyond what the
    next wants is held on. `later` units are coming for the next window already.
    """
    next_low, next_size = count_band(next_mean, next_mean * ratio, next_band)
    top = min(next_low + next_size, WIDEST - 1)
    left, reached = 0.0, 0.0
    for y in range(top + 1):
        cost_of[y] = over * left + under * (left - y + next_mean)
        if next_low <= y < next_low + next_size:
            reached += next_band[y - next_low]
        left += reached
    order, best, at_need, ahead = max(int(next_mean), later), 0.0, 0.0, 0
    for less in range(min(MOST_LOOKED_AHEAD, need) + 1):
        available = position + need - less
        order, following = least_next_cost(available, order, end, lowest, size, cost_of, top, over)
        if order < later:
            order = later
            following = next_cost(available, order, end, lowest, size, cost_of, top, over)
        cost = cost_at(available, 1.0, over, under, end, below, moment, lowest, size) + following
        if less == 0:
            best = at_need = cost
        elif cost < best - RATIO_GUARD * (over + under):
            best, ahead = cost, -less
    return ahead, at_need - best


@compiled
def cheapest(
    wanted: int, moq: int, multiple: int, position: int, must_reach: bool, step: float, over: float, under: float,
    end: Any, below: Any, moment: Any, lowest: int, size: int,
) -> tuple[int, int, int]:  # fmt: skip
    """The allowed quantity of least expected cost, or the first that reaches a target; its neighbours, smaller and larger.

    Of two that cost the same, the smaller. The smaller neighbour of 0 is -1.
    """
    smallest = -(-max(moq, 1) // multiple) * multiple
    quantity = 0
    above = max(-(-wanted // multiple) * multiple, smallest)
    if wanted > 0 and must_reach:
        quantity = above
    elif wanted > 0:
        best = cost_at(position, step, over, under, end, below, moment, lowest, size)
        for candidate in (max(wanted // multiple * multiple, smallest), above):
            cost = cost_at(position + candidate, step, over, under, end, below, moment, lowest, size)
            if cost < best - RATIO_GUARD * (over + under) * (candidate - quantity):
                quantity, best = candidate, cost
    if quantity == 0:
        return 0, -1, smallest
    return quantity, (0 if quantity <= smallest else quantity - multiple), quantity + multiple


@compiled
def decide(
    first: int, last: int, mean: Any, bucket_days: Any, variance_ratio: Any, net_on_hand: Any,
    arrival_first: Any, arrival_count: Any, arrival_day: Any, arrival_quantity: Any,
    lead_first: Any, lead_count: Any, lead_days: Any, lead_probability: Any, seen_first: Any, seen_count: Any,
    reference: Any, review: Any, moq: Any, multiple: Any, over: Any, under: Any, goal: Any, target: Any, is_lost: Any,
    looks_ahead: bool, known: Any, whole: Any, number: Any,
) -> None:  # fmt: skip
    """Decide for the item-sites from `first` to `last` - 1; their rows of `whole` and `number` are filled, see above.

    mean [n, H] a bucket of `bucket_days` [n]; variance_ratio [n] variance ÷ mean; arrivals and lead times: places
    `*_first`, `*_count` in their flat arrays, by day; everything else [n]. Where `number` has no rows, only the quantity
    and what leads to it is told, which takes about half the time.

    `seen_first`, `seen_count` [lead times]: the places of the arrivals that come where that lead time does; so what is late
    can be late together. The position told counts the arrivals of the item-site for a lead time of `reference` [n] days.

    known: None, and the kernel is compiled as if there were no such thing, or known demand as (first, count, day, quantity):
    [n], [n] and flat arrays by day. It counts as `known_demand` says, and nobody looks ahead.
    """
    tells = number.shape[0] > 0
    taken, gap_band, work, cost_of = np.empty(WIDEST), np.empty(WIDEST), np.empty(WIDEST), np.empty(WIDEST)
    end, below, moment = np.empty(WIDEST), np.empty(WIDEST), np.empty(WIDEST)
    for i in range(first, last):
        a0, a1 = arrival_first[i], arrival_first[i] + arrival_count[i]
        l0, l1 = lead_first[i], lead_first[i] + lead_count[i]
        net, days, c_over, c_under = net_on_hand[i], review[i], over[i], under[i]
        demand, length, ratio = mean[i], bucket_days[i], max(variance_ratio[i], 1e-6)
        until_end = cumulative_mean(demand, length, lead_days[l1 - 1] + days)
        step = lattice_step(until_end, ratio * until_end)
        if l1 - l0 > 1:
            between = apart(
                demand, length, days, l0, l1, lead_days, seen_first, seen_count, arrival_day, arrival_quantity
            )
            while between > step * (WIDEST // 2):
                step *= 2.0
        spread = ratio / step
        end_low, end_size = 0, 0
        before, k = arrived_by(reference[i], a0, a1, arrival_day, arrival_quantity)
        within, k = arrived_by(reference[i] + days, k, a1, arrival_day, arrival_quantity)
        whole[i, BEFORE], whole[i, WITHIN] = before, within
        sure = known_until(i, known, 0, reference[i] + days) if known is not None else 0
        position = net + before + within - sure
        known_lead, known_window, consumed_lead, consumed_window = 0.0, 0.0, 0.0, 0.0
        left_at_arrival, nothing_left, mean_lead, mean_window = 0.0, 0.0, 0.0, 0.0
        for at in range(l0, l1):
            lead, share = lead_days[at], lead_probability[at]
            s0, s1 = seen_first[at], seen_first[at] + seen_count[at]
            lead_mean = cumulative_mean(demand, length, lead)
            window_mean = cumulative_mean(demand, length, lead + days) - lead_mean
            sure_before, sure_within = 0, 0
            if known is not None:
                # `below` and `moment` are filled later; until then they are room to work in.
                before, k = arrived_by(lead, s0, s1, arrival_day, arrival_quantity)
                low, size, at_end_low, at_end_size, left_lead, left_window = required_with_known(
                    i, known, lead, lead + days, demand, length, spread, step, is_lost[i], net,
                    s0, s1, arrival_day, arrival_quantity, taken, work, gap_band, below, moment,
                )  # fmt: skip
                sure_before, sure_within = known_until(i, known, 0, lead), known_until(i, known, lead, lead + days)
                consumed_lead += share * (lead_mean - left_lead)
                consumed_window += share * (window_mean - left_window)
                known_lead += share * sure_before
                known_window += share * sure_within
                lead_mean, window_mean = sure_before + left_lead, sure_within + left_window
            elif is_lost[i]:
                low, size, k, before = at_arrival_when_lost(
                    demand, length, ratio, step, lead, net, s0, s1, arrival_day, arrival_quantity, taken, gap_band, work
                )  # fmt: skip
                gap = window_mean / step
                gap_low, gap_size = count_band(gap, gap * spread, gap_band)
                at_end_low, at_end_size = low + gap_low, add_bands(taken, size, gap_band, gap_size, work)
            else:
                before, k = arrived_by(lead, s0, s1, arrival_day, arrival_quantity)
                low, size = count_band(lead_mean / step, lead_mean / step * spread, taken) if tells else (0, 0)
                both = (lead_mean + window_mean) / step
                at_end_low, at_end_size = count_band(both, both * spread, work)
            within, k = arrived_by(lead + days, k, s1, arrival_day, arrival_quantity)
            gone, out = 0.0, 0.0
            for j in range(size if tells else 0):
                gone += taken[j] * (low + j)
                if low + j >= (net + before - sure_before) / step:
                    out += taken[j]
            left_at_arrival += share * (net + before - sure_before - step * gone)
            nothing_left += share * min(out, 1.0)
            mean_lead += share * lead_mean
            mean_window += share * window_mean
            # Requirements beside the position that is told, so that one level covers them all.
            shift = (position - net - before - within + sure_before + sure_within) / step
            end_low, end_size = mix_in(share, work, at_end_low, at_end_size, shift, end, end_low, end_size)
        end_low, end_size = trimmed(end, end_low, end_size)
        mass = 0.0
        for j in range(end_size):
            mass += end[j]
        total, seen = 0.0, 0.0
        for j in range(end_size):
            end[j] /= mass
            seen += end[j]
            total += end[j] * (end_low + j)
            below[j], moment[j] = seen, total
        if goal[i] == GOAL_FILL_RATE:
            allowed = (1.0 - target[i]) * mean_window
            level = least_level_of_fill_rate(allowed, step, end, below, moment, end_low, end_size)
        else:
            wanted = target[i] if goal[i] == GOAL_CYCLE_SERVICE_LEVEL else c_under / (c_under + c_over)
            points = level_at(wanted, end, below, end_low, end_size, step == 1.0)
            level = max(int(np.ceil(points * step - 1e-6)), 0)
            # Between two points of a coarse lattice, the best whole number of units may be the one below.
            if step > 1.0 and goal[i] == GOAL_COST and level > 0:
                here = cost_at(level, step, c_over, c_under, end, below, moment, end_low, end_size)
                if cost_at(level - 1, step, c_over, c_under, end, below, moment, end_low, end_size) < here:
                    level -= 1
        need = max(level - position, 0)
        ahead, saving = 0, 0.0
        is_slow = step == 1.0 and mean_window < LOOK_AHEAD_MEAN
        is_alike = known is None
        if looks_ahead and is_alike and need > 0 and is_slow and is_lost[i] and goal[i] == GOAL_COST and l1 - l0 == 1:
            next_end = lead_days[l0] + 2 * days
            next_mean = cumulative_mean(demand, length, next_end) - until_end
            later, _ = arrived_by(next_end, k, s1, arrival_day, arrival_quantity)
            ahead, saving = look_ahead(
                need, position, later, next_mean, ratio, c_over, c_under,
                end, below, moment, end_low, end_size, gap_band, cost_of,
            )  # fmt: skip
        quantity, less, more = cheapest(
            need + ahead, moq[i], multiple[i], position, goal[i] != GOAL_COST, step, c_over, c_under,
            end, below, moment, end_low, end_size,
        )  # fmt: skip
        if goal[i] == GOAL_GIVEN:
            quantity = int(target[i])
        whole[i, NEED], whole[i, LOOK_AHEAD], whole[i, QUANTITY], whole[i, LEVEL] = need, ahead, quantity, level + sure
        whole[i, LESS], whole[i, MORE], whole[i, POSITION], whole[i, STEP] = less, more, position + sure, int(step)
        if not tells:
            continue
        horizon = lead_days[l1 - 1] + days
        if known is not None:
            whole[i, OUT] = stock_out_day_with_known(
                i, known, net, demand, length, horizon, a0, a1, arrival_day, arrival_quantity
            )
        else:
            whole[i, OUT] = stock_out_day(net, demand, length, horizon, a0, a1, arrival_day, arrival_quantity)
        number[i, MEAN_AT_ARRIVAL], number[i, NOTHING_AT_ARRIVAL] = left_at_arrival, nothing_left
        number[i, MEAN_LEAD], number[i, MEAN_WINDOW] = mean_lead, mean_window
        number[i, AHEAD_SAVING] = saving
        number[i, KNOWN_LEAD], number[i, KNOWN_WINDOW] = known_lead, known_window
        number[i, CONSUMED_LEAD], number[i, CONSUMED_WINDOW] = consumed_lead, consumed_window
        number[i, COST] = cost_at(position + quantity, step, c_over, c_under, end, below, moment, end_low, end_size)
        number[i, COST_ZERO] = cost_at(position, step, c_over, c_under, end, below, moment, end_low, end_size)
        number[i, COST_MORE] = cost_at(position + more, step, c_over, c_under, end, below, moment, end_low, end_size)
        number[i, COST_LESS] = np.nan
        if less >= 0:
            number[i, COST_LESS] = cost_at(
                position + less, step, c_over, c_under, end, below, moment, end_low, end_size
            )
