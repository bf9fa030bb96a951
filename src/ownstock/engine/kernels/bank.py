"""Every method of the forecast bank for many series in one pass over their history.

Series are taken LANES at a time and laid out bucket by bucket, so that each step of a recursion is one vector
instruction for all of them. The plain form of each method is its own file in `forecast/`; `forecast/bank.py` says how
they are judged and combined. Tests hold kernel and plain form together.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ownstock.engine.kernels.compiled import compiled
from ownstock.engine.kernels.history import time_in_stock

LANES = 16
FIRST_BUCKETS = 8

# Methods, in the columns of `level` and `error`.
METHODS = (
    "fading_short", "fading_middle", "fading_long", "ses", "damped_holt", "theta", "tsb", "croston_sba",
    "mean_of_13", "mean_of_26", "seasonal_naive",
)  # fmt: skip
COUNT = 11
FADING = 3
SES_ALPHA = np.float32(0.1)
HOLT_ALPHA, HOLT_BETA, HOLT_DAMPING = np.float32(0.15), np.float32(0.1), np.float32(0.9)
THETA_ALPHA = np.float32(0.2)
TSB_SIZE, TSB_CHANCE = np.float32(0.1), np.float32(0.1)
SBA_ALPHA = np.float32(0.1)
SHORT_WINDOW, LONG_WINDOW = 13, 26

# Columns of `told`, what else is learned of a series.
LONG_LEVEL, RATIO, SEEN, RECENT, RECENT_EXPECTED, CAPPED, LAST_SEEN, AMOUNT, WEIGHT = 0, 1, 2, 3, 4, 5, 6, 7, 10
# The ratio of every other bucket seen, and that of those between; 0 where they are fewer than LEAST_OF_HALF.
ODD_RATIO, EVEN_RATIO = 13, 14
TOLD = 15
LEAST_OF_HALF = np.float32(3.0)

LEAST_RATIO, MOST_RATIO = np.float32(1.0), np.float32(1e4)
PRIOR_BUCKETS, PRIOR_FLOOR = np.float32(6.0), np.float32(0.3)
FIRST_WEIGHT = np.float32(0.3)


@compiled
def lift(demand: Any, seen: Any, season: Any, told: Any, amount: Any, weight: Any) -> None:
    """Lift the buckets that sold out to what was wanted, in place, see `cleaning.uncensored`. demand, seen, season [T, LANES]

    told: evidence, part of a bucket that is less seen than recorded, boost, weight of the first level, fade.
    """
    zero, one, tiny = np.float32(0.0), np.float32(1.0), np.float32(1e-6)
    evidence, unseen, boost, first, fade = told[0], told[1], told[2], told[3], told[4]
    amount[:] = zero
    weight[:] = zero
    for t in range(demand.shape[0]):
        for b in range(LANES):
            amount[b] += demand[t, b]
            weight[b] += season[t, b] * time_in_stock(seen[t, b], demand[t, b])
    for b in range(LANES):
        amount[b] = first * amount[b] / max(weight[b], tiny)
        weight[b] = first
    for t in range(demand.shape[0]):
        for b in range(LANES):
            d, f, s = demand[t, b], seen[t, b], season[t, b]
            usual = s * amount[b] / weight[b]
            part = max(f - unseen, np.float32(0.5) * f)
            added = d + (one - part) * (usual + evidence * d) / (one + evidence * part)
            bound = max(d, usual)
            lifted = added if f > zero else bound + boost * np.sqrt(bound)
            is_cut = f < one and d > zero
            d, f = (lifted, one) if is_cut else (d, f)
            demand[t, b], seen[t, b] = d, f
            amount[b] = amount[b] * fade + d
            weight[b] = weight[b] * fade + s * f


@compiled
def season_sums(first: int, last: int, stride: int, demand: Any, in_stock: Any, group: Any, half: int, sold_out: Any,
                sold: Any, expected: Any) -> None:  # fmt: skip
    """Add up, by group and bucket, what was wanted and what the level around each bucket expected. sold, expected [G, T]

    The level around a bucket is the mean of the buckets seen within `half` on both sides; at the ends of the history the
    window moves inwards, so that it always spans a season.
    """
    buckets = demand.shape[1]
    d, f = np.zeros((buckets, LANES), np.float32), np.zeros((buckets, LANES), np.float32)
    ones = np.ones((buckets, LANES), np.float32)
    amount, weight = np.zeros(LANES, np.float32), np.zeros(LANES, np.float32)
    sums, count = np.zeros((buckets + 1, LANES), np.float32), np.zeros((buckets + 1, LANES), np.float32)
    width = min(2 * half + 1, buckets)
    for start in range(first, last, LANES * stride):
        lanes = min(LANES, (last - start + stride - 1) // stride)
        for b in range(LANES):
            row = start + b * stride
            for t in range(buckets):
                d[t, b] = demand[row, t] if b < lanes else np.float32(0.0)
                f[t, b] = in_stock[row, t] if b < lanes else np.float32(0.0)
        lift(d, f, ones, sold_out, amount, weight)
        for t in range(buckets):
            for b in range(LANES):
                sums[t + 1, b] = sums[t, b] + d[t, b]
                count[t + 1, b] = count[t, b] + f[t, b]
        for t in range(buckets):
            low = min(max(t - half, 0), buckets - width)
            for b in range(lanes):
                g = group[start + b * stride]
                around = sums[low + width, b] - sums[low, b]
                level = (around + np.float32(0.2)) / (count[low + width, b] - count[low, b] + np.float32(1.0))
                sold[g, t] += d[t, b]
                expected[g, t] += level * f[t, b]


@compiled
def naive_ahead(naive: Any, sums: Any, seen: Any, origin: int, horizon: int, cycle: int, lane: int) -> Any:
    """What the naive season says, at an origin, of the time seen in the `horizon` buckets after it.

    A horizon beyond the cycle repeats the first cycle: what came since the origin is not known at it. Buckets beyond the
    history count in full.
    """
    if horizon <= cycle:
        return sums[origin + horizon, lane] - sums[origin, lane]
    total = np.float32(0.0)
    for j in range(horizon):
        part = seen[origin + j, lane] if origin + j < seen.shape[0] else np.float32(1.0)
        total += naive[origin + j % cycle, lane] * part
    return total


@compiled
def ratio_of(total: Any, squares: Any, number: Any) -> Any:
    """Variance ÷ mean of so many rates, by their sum and the sum of their squares."""
    n = max(number, np.float32(1.0))
    m = total / n
    return min(max((squares / n - m * m) / max(m, np.float32(0.05)), LEAST_RATIO), MOST_RATIO)


@compiled
def run_bank(
    first: int, last: int, demand: Any, in_stock: Any, season: Any, horizon: Any,
    half_lives: Any, long_window: int, recent: int, origins: int, cycle: int, sold_out: Any, deviations: float,
    level: Any, error: Any, told: Any,
) -> None:  # fmt: skip
    """Levels now and squared errors at the last origins of every method, for the series from `first` to `last` - 1.

    demand, in_stock [n, T]; season [last - first, T + ahead] indices of each of them; horizon [n] buckets that a
    forecast is judged over.
    Filled: level, error [n, COUNT]; told [n, TOLD].
    """
    buckets, f32 = demand.shape[1], np.float32
    zero, one, tiny = f32(0.0), f32(1.0), f32(1e-6)
    d, f = np.zeros((buckets, LANES), f32), np.zeros((buckets, LANES), f32)
    s = np.ones((season.shape[1], LANES), f32)
    units, expected = np.zeros((buckets + 1, LANES), f32), np.zeros((buckets + 1, LANES), f32)
    rated, exposed = np.zeros((buckets + 1, LANES), f32), np.zeros((buckets + 1, LANES), f32)
    naive, naive_sum = np.zeros((buckets + cycle, LANES), f32), np.zeros((buckets + cycle + 1, LANES), f32)
    a, w = np.zeros((FADING + 1, LANES), f32), np.zeros((FADING + 1, LANES), f32)
    now, wrong = np.zeros((COUNT, LANES), f32), np.zeros((COUNT, LANES), f32)
    ses, holt, trend, smooth, told_first = np.zeros((5, LANES), f32)
    start_level, start_size, start_chance, start_interval = np.zeros((4, LANES), f32)
    chance, size, sba_size, sba_interval, waited = np.zeros((5, LANES), f32)
    sw, swt, swtt, swy, swty = np.zeros((5, LANES), f32)
    ratio, prior, mean, cap, seen_number, window_level = np.zeros((6, LANES), f32)
    half, run = np.zeros((2, LANES), f32), np.zeros(LANES, f32)
    rates, is_odd, real, weight = (
        np.zeros((8, LANES), f32),
        np.zeros(LANES, f32),
        np.zeros(LANES, f32),
        np.zeros(LANES, f32),
    )
    fade = np.array([f32(0.5) ** (one / h) for h in half_lives])
    for start in range(first, last, LANES):
        lanes = min(LANES, last - start)
        for b in range(LANES):
            row = start + min(b, lanes - 1)
            for t in range(buckets):
                d[t, b], f[t, b] = demand[row, t], in_stock[row, t]
            for t in range(season.shape[1]):
                s[t, b] = season[row - first, t]
            total, phi = zero, one
            run[b] = zero
            for _ in range(horizon[row]):
                phi *= HOLT_DAMPING
                total += phi
                run[b] += total
            run[b] /= f32(horizon[row])
        lift(d, f, s[:buckets], sold_out, mean, prior)
        # Cap what is far beyond the usual, by the last season.
        since = max(buckets - long_window, 0)
        rates[:] = zero
        for t in range(since, buckets):
            for b in range(LANES):
                is_seen = one if f[t, b] > zero else zero
                rate = is_seen * d[t, b] / s[t, b]
                rates[0, b] += rate
                rates[1, b] += rate * rate
                rates[2, b] += is_seen
        for b in range(LANES):
            n = max(rates[2, b], one)
            m = rates[0, b] / n
            cap[b] = m + f32(deviations) * np.sqrt(max(rates[1, b] / n - m * m, zero)) + one
            seen_number[b] = rates[2, b]
        capped_number = np.zeros(LANES, f32)
        for t in range(buckets):
            for b in range(LANES):
                most = cap[b] * s[t, b]
                if d[t, b] > most and seen_number[b] > zero:
                    d[t, b] = most
                    capped_number[b] += one if t >= since else zero
        rates[:] = zero
        is_odd[:] = one
        for t in range(since, buckets):
            for b in range(LANES):
                is_seen = one if f[t, b] > zero else zero
                rate = is_seen * d[t, b] / s[t, b]
                square, is_counted = rate * rate, is_seen * is_odd[b]
                rates[0, b] += rate
                rates[1, b] += square
                rates[2, b] += is_seen
                rates[3, b] += is_counted * rate
                rates[4, b] += is_counted * square
                rates[5, b] += is_counted
                is_odd[b] += is_seen - is_counted - is_counted
                rates[6, b] += is_seen * d[t, b]
                rates[7, b] += s[t, b] * f[t, b]
        for b in range(LANES):
            x, xx, n = rates[0, b], rates[1, b], rates[2, b]
            x_odd, xx_odd, n_odd = rates[3, b], rates[4, b], rates[5, b]
            ratio[b] = ratio_of(x, xx, n)
            is_told = n - n_odd >= LEAST_OF_HALF
            half[0, b] = ratio_of(x_odd, xx_odd, n_odd) if is_told else zero
            half[1, b] = ratio_of(x - x_odd, xx - xx_odd, n - n_odd) if is_told else zero
            mean[b], prior[b] = rates[6, b], rates[7, b]
            first_units, first_seen, sized, number, n_seen = zero, zero, zero, zero, 0
            for t in range(buckets):
                if f[t, b] > zero:
                    n_seen += 1
                    first_units += d[t, b] / s[t, b]
                    first_seen += f[t, b]
                    if d[t, b] > zero:
                        sized += d[t, b] / s[t, b]
                        number += one
                    if n_seen == FIRST_BUCKETS:
                        break
            start_level[b] = first_units / max(first_seen, tiny)
            start_size[b] = sized / max(number, one)
            start_chance[b] = number / max(first_seen, tiny)
            start_interval[b] = first_seen / max(number, one) if number > zero else zero
        for t in range(buckets):
            for b in range(LANES):
                units[t + 1, b] = units[t, b] + d[t, b]
                expected[t + 1, b] = expected[t, b] + s[t, b] * f[t, b]
                rated[t + 1, b] = rated[t, b] + d[t, b] / s[t, b]
                exposed[t + 1, b] = exposed[t, b] + f[t, b]
        for t in range(min(cycle, buckets + cycle)):
            for b in range(LANES):
                naive[t, b] = start_level[b]
        for t in range(buckets):
            for b in range(LANES):
                naive[t + cycle, b] = d[t, b] / max(f[t, b], tiny) if f[t, b] > zero else naive[t, b]
        for t in range(buckets + cycle):
            for b in range(LANES):
                naive_sum[t + 1, b] = naive_sum[t, b] + naive[t, b] * (f[t, b] if t < buckets else one)
        for b in range(LANES):
            for k in range(FADING + 1):
                a[k, b] = w[k, b] = zero
            a[FADING, b], w[FADING, b] = FIRST_WEIGHT * start_level[b], FIRST_WEIGHT
            for k in range(COUNT):
                wrong[k, b] = zero
            ses[b] = holt[b] = smooth[b] = window_level[b] = start_level[b]
            trend[b] = waited[b] = zero
            told_first[b] = one
            chance[b], size[b] = start_chance[b], start_size[b]
            sba_size[b], sba_interval[b] = start_size[b], start_interval[b]
            sw[b] = swt[b] = swtt[b] = swy[b] = swty[b] = zero
        long_middle = np.zeros(LANES, f32)
        for b in range(LANES):
            long_middle[b] = start_level[b]
        earliest = buckets
        for b in range(LANES):
            earliest = min(earliest, buckets - horizon[start + min(b, lanes - 1)] - origins)
        for t in range(buckets + 1):
            if t >= earliest:
                low13, low26 = max(t - SHORT_WINDOW, 0), max(t - LONG_WINDOW, 0)
                for b in range(LANES):
                    base = a[FADING, b] / w[FADING, b]
                    kappa = PRIOR_BUCKETS * ratio[b] / (base + PRIOR_FLOOR)
                    for k in range(FADING):
                        now[k, b] = (a[k, b] + kappa * base) / (w[k, b] + kappa)
                    now[3, b] = ses[b]
                    now[4, b] = max(holt[b] + run[b] * trend[b], zero)
                    spread = sw[b] * swtt[b] - swt[b] * swt[b]
                    slope = (sw[b] * swty[b] - swt[b] * swy[b]) / max(spread, tiny)
                    slope = f32(0.5) * slope if t >= FIRST_BUCKETS and spread > tiny else zero
                    ahead = f32(0.5) * (f32(horizon[start + min(b, lanes - 1)]) - one)
                    now[5, b] = max(smooth[b] + slope * (ahead + (one - told_first[b]) / THETA_ALPHA), zero)
                    now[6, b] = chance[b] * size[b]
                    now[7, b] = (one - f32(0.5) * SBA_ALPHA) * sba_size[b] / max(sba_interval[b], tiny)
                    n13, n26 = exposed[t, b] - exposed[low13, b], exposed[t, b] - exposed[low26, b]
                    if n13 > f32(0.25):
                        window_level[b] = (rated[t, b] - rated[low13, b]) / n13
                    if n26 > f32(0.25):
                        long_middle[b] = (rated[t, b] - rated[low26, b]) / n26
                    now[8, b], now[9, b] = window_level[b], long_middle[b]
                if t < buckets:
                    for b in range(LANES):
                        h = horizon[start + min(b, lanes - 1)]
                        real[b] = weight[b] = zero
                        if t + h <= buckets and t >= buckets - h - origins:
                            real[b] = units[t + h, b] - units[t, b]
                            weight[b] = expected[t + h, b] - expected[t, b]
                            miss = real[b] - naive_ahead(naive, naive_sum, f, t, h, cycle, b)
                            wrong[COUNT - 1, b] += miss * miss
                    for k in range(COUNT - 1):
                        for b in range(LANES):
                            miss = real[b] - now[k, b] * weight[b]
                            wrong[k, b] += miss * miss
            if t == buckets:
                break
            place = f32(t)
            for b in range(LANES):
                v, e, x = d[t, b], f[t, b], s[t, b]
                for k in range(FADING + 1):
                    a[k, b] = a[k, b] * fade[k] + v
                    w[k, b] = w[k, b] * fade[k] + x * e
                rate = v / (x * max(e, tiny)) if e > zero else zero
                ses[b] += SES_ALPHA * e * (rate - ses[b])
                carried = HOLT_DAMPING * trend[b]
                change = HOLT_ALPHA * e * (rate - holt[b] - carried)
                holt[b] += carried + change
                trend[b] = carried + HOLT_BETA * change
                smooth[b] += THETA_ALPHA * e * (rate - smooth[b])
                told_first[b] *= one - THETA_ALPHA * e
                sw[b] += e
                swt[b] += e * place
                swtt[b] += e * place * place
                swy[b] += e * rate
                swty[b] += e * rate * place
                is_demand = one if (v > zero and e > zero) else zero
                z = v / x
                chance[b] += TSB_CHANCE * (is_demand - e * chance[b])
                gain = TSB_SIZE if size[b] > zero else one
                size[b] += is_demand * gain * (z - size[b])
                waited[b] += e
                gain = SBA_ALPHA if sba_size[b] > zero else one
                sba_size[b] += is_demand * gain * (z - sba_size[b])
                sba_interval[b] += is_demand * gain * (waited[b] - sba_interval[b])
                waited[b] *= one - is_demand
        for b in range(lanes):
            row, h = start + b, horizon[start + b]
            ahead = zero
            for t in range(buckets, min(buckets + h, season.shape[1])):
                ahead += s[t, b]
            now[COUNT - 1, b] = naive_ahead(naive, naive_sum, f, buckets, h, cycle, b) / max(ahead, tiny)
            for k in range(COUNT):
                level[row, k], error[row, k] = now[k, b], wrong[k, b]
            usual = a[FADING, b] / w[FADING, b]
            told[row, LONG_LEVEL] = (mean[b] + FIRST_WEIGHT * usual) / (prior[b] + FIRST_WEIGHT)
            told[row, RATIO], told[row, SEEN] = ratio[b], seen_number[b]
            back = max(buckets - recent, 0)
            told[row, RECENT] = units[buckets, b] - units[back, b]
            told[row, RECENT_EXPECTED] = expected[buckets, b] - expected[back, b]
            told[row, CAPPED] = capped_number[b]
            told[row, ODD_RATIO], told[row, EVEN_RATIO] = half[0, b], half[1, b]
            last_seen = buckets - 1
            while last_seen >= 0 and f[last_seen, b] <= zero:
                last_seen -= 1
            told[row, LAST_SEEN] = f32(last_seen)
            for k in range(FADING):
                told[row, AMOUNT + k], told[row, WEIGHT + k] = a[k, b], w[k, b]
