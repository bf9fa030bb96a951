"""One item-site, day by day, on all its paths: the policy decides, orders arrive, demand is served."""

from __future__ import annotations

from typing import Any

import numpy as np

from ownstock.engine.kernels.bands import cumulative_mean, lattice_step
from ownstock.engine.kernels.compiled import compiled
from ownstock.engine.kernels.decision import (
    GOAL_COST,
    GOAL_CYCLE_SERVICE_LEVEL,
    GOAL_FILL_RATE,
    NUMBER,
    QUANTITY,
    RATIO_GUARD,
    WHOLE,
    decide,
)

DAYS_A_WEEK = 7
UNBOUND = -1
MOST_SUMMED = 64
# The planner of a path forgets as a forecast does whose half-life is 8 weeks, and leans on it as the bank's methods do.
REMEMBERED_WEEKS, PRIOR_WEEKS = 12.0, 6.0


@compiled
def mean_from(day: int, mean: Any, bucket_days: float, buckets: int, found: Any) -> None:
    """Fill `found` with expected demand in the `buckets` buckets that begin on a day. mean [H], the last goes on"""
    last = mean.size - 1
    position = day / bucket_days
    first = int(position)
    part = position - first
    for b in range(buckets):
        here, following = mean[min(first + b, last)], mean[min(first + b + 1, last)]
        found[b] = here + part * (following - here)


@compiled
def chance_up_to(units: int, mean: float, spread: float) -> float:
    """P(D ≤ units) of the negative binomial with this mean and variance ÷ mean, unit by unit; Poisson at 1."""
    share = (spread - 1.0) / spread
    chance = np.exp(-mean * np.log(spread) / (spread - 1.0)) if spread > 1.0 + 1e-9 else np.exp(-mean)
    total = chance
    for k in range(1, units + 1):
        chance *= (mean / spread + share * (k - 1.0)) / k
        total += chance
    return total


@compiled
def is_plenty(position: int, mean: float, ratio: float, wanted: float) -> bool:
    """Whether a position is easily seen to cover demand of this mean and variance ÷ mean with probability `wanted`.

    Few units are summed up. For more, Chernoff's bound (1952, Annals of Mathematical Statistics 23) for the count that the
    decision would compute, in points of its lattice: for the negative binomial ln P(D ≥ x) ≤ -x ln(x/m) +
    (n + x) ln((n + x)/(n + m)), m = its mean and n = m / (spread - 1), and -x ln(x/m) + x - m for Poisson, which no binomial
    of that mean exceeds. Demand that is cut short takes no more. A point is left for rounding on coarse lattices.
    """
    step = lattice_step(mean, max(ratio, 1e-6) * mean)
    m, spread = mean / step, ratio / step
    x = (position + 1) / step - (0.0 if step == 1.0 else 1.5)
    if x <= m or m <= 0.0:
        return x > 0.0 and m <= 0.0
    if step == 1.0 and spread >= 1.0 and position < MOST_SUMMED:
        return chance_up_to(position, m, spread) >= wanted
    log_chance = -x * np.log(x / m)
    if spread > 1.0:
        n = m / (spread - 1.0)
        log_chance += (n + x) * np.log((n + x) / (n + m))
    else:
        log_chance += x - m
    return log_chance < np.log(1.0 - wanted) - RATIO_GUARD


@compiled
def learned(factor: float, variance_ratio: float, expected: float, demand: float) -> float:
    """What the planner of a path makes of its level after a week (`rolling.learned_plainly`)."""
    if expected <= 0.0:
        return factor
    gain = 1.0 / (REMEMBERED_WEEKS + PRIOR_WEEKS * variance_ratio / expected)
    return factor + gain * (demand / expected - factor)


@compiled
def roll(
    net_on_hand: int, open_arrivals: Any, known: Any, is_due: Any, begins: Any, demand: Any, unconsumed: Any, takes: Any,
    expected: Any, least: Any, most: Any, mean: Any, bucket_days: float, variance_ratio: float, learns: bool,
    lead_days: Any, lead_probability: Any, review: int, moq: int, multiple: int, over: float, under: float, goal: int,
    target: float, is_lost: bool, ordered: Any, received: Any, wanted: Any, taken: Any, net_at_end: Any,
) -> None:  # fmt: skip
    """Fill the flows of one item-site, [1 + paths, weeks] each: units ordered, received, wanted, taken, and net on hand.

    open_arrivals [days + furthest look + 1] units by day, and known the same, or None where nothing is; is_due, begins
    [days]: whether it decides, whether a stretch of demand begins; demand [1 + paths, stretches] as the forecast has it,
    unconsumed [the same] what of it is wanted beyond known demand; takes [1 + paths, days]; expected [weeks] units by the
    forecast; least, most [weeks], UNBOUND where nothing bounds the order. Where `learns`, the planner of every path but the
    first multiplies `mean` by a factor that it corrects every week.
    """
    width, days = takes.shape
    leads, reach = lead_days.size, lead_days[-1] + 2 * review
    protection = lead_days[-1] + review
    coming = np.zeros((width, open_arrivals.size), np.int64)
    net = np.full(width, net_on_hand)
    factor = np.ones(width)
    buckets = min(int(np.ceil(reach / bucket_days)) + 1, mean.size)
    base, means, lengths = np.empty(buckets), np.empty((width, buckets)), np.full(width, bucket_days)
    ratios, nets, chosen = np.full(width, variance_ratio), np.empty(width, np.int64), np.empty(width, np.int64)
    first, count = np.empty(width, np.int64), np.empty(width, np.int64)
    at_day, units = np.empty(width * (reach + 1), np.int64), np.empty(width * (reach + 1), np.int64)
    known_day, known_units = np.empty(reach + 1, np.int64), np.empty(reach + 1, np.int64)
    known_first, known_count = np.zeros(width, np.int64), np.zeros(width, np.int64)
    came = np.zeros(width, np.int64)
    # Every path has lead times of its own to the decision, for what is on order differs from path to path.
    lead_first, lead_count = np.arange(width) * leads, np.full(width, leads)
    seen_first, seen_count = np.empty(width * leads, np.int64), np.empty(width * leads, np.int64)
    path_days, path_probability = np.empty(width * leads, np.int64), np.empty(width * leads)
    for place in range(width * leads):
        path_days[place], path_probability[place] = lead_days[place % leads], lead_probability[place % leads]
    reference = np.full(width, lead_days[0])
    reviews, moqs, multiples = np.full(width, review), np.full(width, moq), np.full(width, multiple)
    overs, unders = np.full(width, over), np.full(width, under)
    goals, targets, losts = np.full(width, goal), np.full(width, target), np.full(width, is_lost)
    whole, number = np.zeros((WHOLE, width), np.int64).T, np.empty((NUMBER, 0)).T
    quantity = np.zeros(width, np.int64)
    aim = target if goal == GOAL_CYCLE_SERVICE_LEVEL else under / (under + over)
    # Where it is easily seen that nothing is needed, the decision need not be made.
    is_bounded = leads == 1 and goal != GOAL_FILL_RATE and (goal != GOAL_COST or under > 0.0) and aim < 1.0
    for p in range(width):
        coming[p] = open_arrivals
    # Not the literal 0: numba would compile `decide` for that alone, too.
    top: Any = np.int64(0)
    stretch = -1
    for day in range(days):
        week = day // DAYS_A_WEEK
        if is_due[day]:
            # Today all paths stand at the same place: one decision serves them all.
            several = 1 if day == 0 else width
            mean_from(day, mean, bucket_days, buckets, base)
            until = cumulative_mean(base, bucket_days, protection)
            lines, known_soon = 0, 0
            if known is not None:
                for ahead in range(reach):
                    if known[day + ahead] > 0:
                        known_day[lines], known_units[lines] = ahead, known[day + ahead]
                        known_soon += known[day + ahead] if ahead < protection else 0
                        lines += 1
                known_count[:] = lines
            asked, flat = top, 0
            for p in range(several):
                quantity[p] = 0
                there, begin = net[p] - known_soon, flat
                for ahead in range(reach + 1):
                    if coming[p, day + ahead] > 0:
                        at_day[flat], units[flat] = ahead, coming[p, day + ahead]
                        flat += 1
                        if ahead <= protection:
                            there += coming[p, day + ahead]
                if is_bounded and is_plenty(there, factor[p] * until, variance_ratio, aim):
                    flat = begin
                    continue
                for b in range(buckets):
                    means[asked, b] = factor[p] * base[b]
                nets[asked], first[asked], count[asked], chosen[asked] = net[p], begin, flat - begin, p
                for place in range(asked * leads, (asked + 1) * leads):
                    seen_first[place], seen_count[place] = begin, flat - begin
                asked += 1
            if lines == 0:
                decide(
                    top, asked, means, lengths, ratios, nets, first, count, at_day, units,
                    lead_first, lead_count, path_days, path_probability, seen_first, seen_count, reference,
                    reviews, moqs, multiples, overs, unders,
                    goals, targets, losts, True, None, whole, number,
                )  # fmt: skip
            # Two tests, not one: what a None alone guards is not compiled.
            if known is not None:  # noqa: SIM102
                if lines > 0:
                    decide(
                        top, asked, means, lengths, ratios, nets, first, count, at_day, units,
                        lead_first, lead_count, path_days, path_probability, seen_first, seen_count, reference,
                        reviews, moqs, multiples, overs, unders,
                        goals, targets, losts, True, (known_first, known_count, known_day, known_units), whole, number,
                    )  # fmt: skip
            for k in range(asked):
                quantity[chosen[k]] = whole[k, QUANTITY]
            for p in range(width):
                order = quantity[p] if several > 1 else quantity[0]
                if least[week] != UNBOUND:
                    order = min(max(order, least[week]), most[week])
                coming[p, day + takes[p, day]] += order
                ordered[p, week] += order
        if known is not None:
            # Customers who have ordered are served first, and wait where nothing is there.
            for p in range(width):
                net[p] -= known[day]
                wanted[p, week] += known[day]
                taken[p, week] += known[day]
        if begins[day]:
            stretch += 1
            for p in range(width):
                there = net[p] + coming[p, day]
                after = there - unconsumed[p, stretch]
                # What is owed already goes on waiting; only demand that comes now is lost.
                net[p] = min(there, max(after, 0)) if is_lost else after
                received[p, week] += coming[p, day]
                wanted[p, week] += unconsumed[p, stretch]
                came[p] += demand[p, stretch]
                taken[p, week] += there - net[p]
        if (day + 1) % DAYS_A_WEEK == 0:
            for p in range(width):
                net_at_end[p, week] = net[p]
            for p in range(1, width if learns else 1):
                factor[p] = learned(factor[p], variance_ratio, expected[week], came[p])
            came[:] = 0
