"""Movements into dense demand, time in stock, and sold-out buckets into what was wanted.

Sums are kept bucket by bucket while movements are read: a ledger is nearly in the order of time, so that the bucket now
written stays in the processor's cache. Turning the sums to a row per item-site and netting the returns is one pass.
The plain forms are in `buckets.py` and `cleaning.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ownstock.engine.kernels.compiled import compiled

ISSUE, RETURN = 0, 1
# Item-sites turned at once: a line of the cache holds as many numbers.
LANES = 16
# What is left of a balance by rounding alone.
NOTHING = 1e-6


@compiled
def add_up(place: Any, day: Any, quantity: Any, kind: Any, first_day: int, bucket_of_day: Any, sums: Any) -> int:
    """Add issues to, and take returns from, `sums` [T, n]; where a place is not among the n, stop and tell which.

    place, day, quantity, kind [m]; bucket_of_day: for each day from `first_day` on. Days outside it are passed over.
    """
    days, rows = bucket_of_day.size, sums.shape[1]
    for i in range(place.size):
        if place[i] < 0 or place[i] >= rows:
            return i
        at = day[i] - first_day
        if 0 <= at < days:
            sums[bucket_of_day[at], place[i]] += -quantity[i] if kind[i] == RETURN else quantity[i]
    return -1


@compiled
def net(first: int, last: int, sums: Any, demand: Any, is_carried: Any) -> None:
    """Turn and net the item-sites from `first` to `last` - 1: sums [T, n] into demand [n, T], never below 0.

    What returns exceed the issues of their bucket is taken from the bucket before, and so on; is_carried [n] tells where.
    """
    zero = np.float32(0.0)
    surplus = np.zeros(LANES, np.float32)
    for start in range(first, last, LANES):
        lanes = min(LANES, last - start)
        surplus[:] = zero
        for t in range(sums.shape[0] - 1, -1, -1):
            for b in range(lanes):
                left = sums[t, start + b] - surplus[b]
                surplus[b] = max(-left, zero)
                demand[start + b, t] = max(left, zero)
                if sums[t, start + b] < zero:
                    is_carried[start + b] = True


@compiled
def empty_days(
    place: Any, day: Any, change: Any, opening: Any, first_day: int, bucket_of_day: Any, since: Any, empty: Any
) -> int:
    """Count in `empty` [T, n] the days on which nothing was on hand and nothing moved; return the first change out of order.

    opening [n] is on hand before `first_day`, and becomes what is on hand at the end; changes [m] are in the order of
    days, none before `first_day`; since [n] is `first_day`, and becomes the day from which nothing is counted yet.
    """
    end = first_day + bucket_of_day.size
    for i in range(place.size):
        if i > 0 and day[i] < day[i - 1]:
            return i
        p = place[i]
        if opening[p] <= NOTHING:
            for d in range(since[p], min(day[i], end)):
                empty[bucket_of_day[d - first_day], p] += 1
        opening[p] += change[i]
        since[p] = max(day[i] + 1, since[p])
    for p in range(opening.size):
        if opening[p] <= NOTHING:
            for d in range(since[p], end):
                empty[bucket_of_day[d - first_day], p] += 1
    return -1


@compiled
def time_in_stock(told: Any, sold: Any) -> Any:
    """Part of a bucket in stock, as told; all of it where something was sold of what is told never to have been there.

    What was sold was in stock: else all of a series could be divided by nothing.
    """
    return told if told > np.float32(0.0) or sold <= np.float32(0.0) else np.float32(1.0)


@compiled
def lift(first: int, last: int, season: Any, group: Any, told: Any, demand: Any, in_stock: Any) -> None:
    """Lift the buckets that sold out to what was wanted, in place, see `cleaning.uncensored`. demand, in_stock [n, T]

    season [G, T] by group [n]; told: `cleaning.sold_out`.
    """
    zero, one, tiny = np.float32(0.0), np.float32(1.0), np.float32(1e-6)
    evidence, unseen, boost, prior, fade = told[0], told[1], told[2], told[3], told[4]
    for row in range(first, last):
        s = season[group[row]]
        amount, weight = zero, zero
        for t in range(demand.shape[1]):
            amount += demand[row, t]
            weight += s[t] * time_in_stock(in_stock[row, t], demand[row, t])
        amount, weight = prior * amount / max(weight, tiny), prior
        for t in range(demand.shape[1]):
            d, f = demand[row, t], in_stock[row, t]
            if f < one and d > zero:
                usual = s[t] * amount / weight
                if f > zero:
                    seen = max(f - unseen, np.float32(0.5) * f)
                    d += (one - seen) * (usual + evidence * d) / (one + evidence * seen)
                else:
                    d = max(d, usual)
                    d += boost * np.sqrt(d)
                f = one
                demand[row, t], in_stock[row, t] = d, f
            amount = amount * fade + d
            weight = weight * fade + s[t] * f


@compiled
def cap(
    first: int,
    last: int,
    season: Any,
    group: Any,
    since: int,
    deviations: float,
    demand: Any,
    in_stock: Any,
    capped_at: Any,
) -> None:
    """Bring down to its cap what lies far beyond the usual, in place, see `cleaning.winsorised`; capped_at [n] its rate.

    demand, in_stock [n, T]; season [G, T] by group [n]; the usual is that of the buckets from `since` on.
    """
    zero, one = np.float32(0.0), np.float32(1.0)
    for row in range(first, last):
        s = season[group[row]]
        x, xx, n = zero, zero, zero
        for t in range(since, demand.shape[1]):
            if in_stock[row, t] > zero:
                rate = demand[row, t] / s[t]
                x += rate
                xx += rate * rate
                n += one
        mean = x / max(n, one)
        most = mean + np.float32(deviations) * np.sqrt(max(xx / max(n, one) - mean * mean, zero)) + one
        capped_at[row] = most
        if n > zero:
            for t in range(demand.shape[1]):
                if demand[row, t] > most * s[t]:
                    demand[row, t] = most * s[t]
