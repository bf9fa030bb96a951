"""Seasons of one's own, for many series in one pass over their history; `forecast/nested_season.py` says what they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from ownstock.engine.kernels.bank import LANES, lift, ratio_of
from ownstock.engine.kernels.compiled import compiled

# So much is added to what is expected of a level, that it never divides by 0.
LEAST_EXPECTED = np.float32(0.5)


@compiled
def own_sums(
    rows: Any, demand: Any, in_stock: Any, season: Any, group: Any, place: Any, fade: Any, window: int, sold_out: Any,
    sold: Any, expected: Any,
) -> None:  # fmt: skip
    """What each of the `rows` [m] sold in each place of the season, and what was expected. sold, expected [m, S]

    demand, in_stock [n, T]; season [G, T or more] by group [n]; place, fade [T] of the buckets. Both sums are divided by
    the variance ÷ mean of the last `window` buckets: they count independent demands.
    """
    buckets, places, f32 = demand.shape[1], sold.shape[1], np.float32
    zero, one = f32(0.0), f32(1.0)
    half = places // 2
    d, f = np.zeros((buckets, LANES), f32), np.zeros((buckets, LANES), f32)
    s, ones = np.ones((buckets, LANES), f32), np.ones((buckets, LANES), f32)
    units, told = np.zeros((buckets + 1, LANES), f32), np.zeros((buckets + 1, LANES), f32)
    amount, weight, ratio = np.zeros(LANES, f32), np.zeros(LANES, f32), np.zeros(LANES, f32)
    in_place, in_usual = np.zeros((places, LANES), f32), np.zeros((places, LANES), f32)
    for start in range(0, rows.size, LANES):
        lanes = min(LANES, rows.size - start)
        for b in range(LANES):
            row = rows[start + min(b, lanes - 1)]
            g = group[row]
            for t in range(buckets):
                d[t, b], f[t, b], s[t, b] = demand[row, t], in_stock[row, t], season[g, t]
        lift(d, f, ones, sold_out, amount, weight)
        for t in range(buckets):
            for b in range(LANES):
                units[t + 1, b] = units[t, b] + d[t, b]
                told[t + 1, b] = told[t, b] + s[t, b] * f[t, b]
        for b in range(LANES):
            x, xx, n = zero, zero, zero
            for t in range(max(buckets - window, 0), buckets):
                if f[t, b] > zero:
                    rate = d[t, b] / s[t, b]
                    x += rate
                    xx += rate * rate
                    n += one
            ratio[b] = one / ratio_of(x, xx, n)
        in_place[:] = zero
        in_usual[:] = zero
        for t in range(buckets):
            low, high, at, faded = max(t - half, 0), min(t + half + 1, buckets), place[t], fade[t]
            for b in range(LANES):
                level = (units[high, b] - units[low, b]) / (told[high, b] - told[low, b] + LEAST_EXPECTED)
                in_place[at, b] += faded * d[t, b] * f[t, b]
                in_usual[at, b] += faded * level * s[t, b] * f[t, b]
        for b in range(lanes):
            for p in range(places):
                sold[start + b, p] = in_place[p, b] * ratio[b]
                expected[start + b, p] = in_usual[p, b] * ratio[b]


@compiled
def own_index(
    rows: Any, sold: Any, expected: Any, season: Any, group: Any, codes: Any, first_of: Any, by_group: Any, trust: float,
    share: float, place: Any, index: Any,
) -> None:  # fmt: skip
    """The seasonal indices of the `rows` [m]: shared, times those of their groups, times their own. index [m, T + H]

    codes [n, K] groups, whose factors are the rows from `first_of` [K] on of by_group [any, S]; place [T + H].
    """
    places = sold.shape[1]
    own = np.empty(places, np.float32)
    for i in range(rows.size):
        row = rows[i]
        for p in range(places):
            usual = np.float32(1.0)
            for k in range(codes.shape[1]):
                usual *= by_group[first_of[k] + codes[row, k], p]
            factor = usual * (sold[i, p] + trust) / (expected[i, p] * usual + trust)
            own[p] = factor if share == 1.0 else factor**share
        g = group[row]
        for t in range(place.size):
            index[i, t] = season[g, t] * own[place[t]]
