"""Known demand in the decision: what customers have ordered for days to come consumes the forecast of its bucket.

Of a bucket with K units known, demand by the forecast being D, the whole is max(D, K): the K units for sure, each on its
day, and (D - K)⁺ beyond them, which is what bands hold here. A stretch that has a part of a bucket has that part of the
K units taken off its demand. What is known from the horizon on consumes nothing before it.

Known demand waits where it is not served, also where other sales are lost: a customer's order stays until it is shipped or
cut. The plain form is `policy/plainly.py`. A point is `step` units (see `bands`); `spread` = variance ratio / step.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ownstock.engine.kernels.bands import WIDEST, add_bands, count_band, cumulative_mean, trimmed
from ownstock.engine.kernels.compiled import compiled


@compiled
def known_until(row: int, known: Any, since: int, until: int) -> int:
    """Units of an item-site known to be wanted from a day on and before another."""
    first, count, days, quantities = known
    units = 0
    for k in range(first[row], first[row] + count[row]):
        if since <= days[k] < until:
            units += quantities[k]
    return units


@compiled
def mean_of(band: Any, lowest: int, size: int) -> float:
    """Points expected by a band."""
    total = 0.0
    for j in range(size):
        total += band[j] * (lowest + j)
    return total


@compiled
def lessened(band: Any, lowest: int, size: int, less: float, out: Any) -> tuple[int, int]:
    """The band of (D - less)⁺; where that lies between two points, it is shared by both, so that its mean is kept."""
    first = max(int(np.floor(lowest - less)), 0)
    top = first
    for j in range(min(size + 1, WIDEST)):
        out[j] = 0.0
    for j in range(min(size, WIDEST - 1)):
        value = max(lowest + j - less, 0.0)
        point = int(np.floor(value))
        part = value - point
        out[point - first] += band[j] * (1.0 - part)
        if part > 0.0:
            out[point - first + 1] += band[j] * part
            point += 1
        top = max(top, point)
    return first, top - first + 1


@compiled
def unconsumed(
    row: int, known: Any, since: int, until: int, horizon: int, mean: Any, bucket_days: float, spread: float, step: float,
    total: Any, piece: Any, work: Any,
) -> tuple[int, int, float]:  # fmt: skip
    """Fill `total` with what is wanted in a stretch of days beyond what is known before the horizon.

    Its lowest point, its size and its mean, in points. mean [H] units by bucket, the last goes on; known: (first, count, day,
    quantity), see `decide`; `piece` and `work` are room to work in.
    """
    firsts, counts, days, quantities = known
    rest = cumulative_mean(mean, bucket_days, until) - cumulative_mean(mean, bucket_days, since)
    total[0] = 1.0
    lowest, size, points, k, last = 0, 1, 0.0, firsts[row], firsts[row] + counts[row]
    while k < last and days[k] < horizon:
        bucket = int(days[k] / bucket_days)
        begins, ends = bucket * bucket_days, min((bucket + 1) * bucket_days, float(horizon))
        units = quantities[k]
        k += 1
        while k < last and days[k] < ends:
            units += quantities[k]
            k += 1
        share = (min(float(until), ends) - max(float(since), begins)) / (ends - begins)
        if share <= 0.0:
            continue
        expected = mean[min(bucket, mean.size - 1)] * share * (ends - begins) / bucket_days
        rest -= expected
        low, count = count_band(expected / step, expected / step * spread, piece)
        low, count = lessened(piece, low, count, units * share / step, work)
        points += mean_of(work, low, count)
        for j in range(count):
            piece[j] = work[j]
        size = add_bands(total, size, piece, count, work)
        for j in range(size):
            total[j] = work[j]
        lowest, size = trimmed(total, lowest + low, size)
    rest = max(rest, 0.0) / step
    low, count = count_band(rest, rest * spread, piece)
    size = add_bands(total, size, piece, count, work)
    for j in range(size):
        total[j] = work[j]
    lowest, size = trimmed(total, lowest + low, size)
    return lowest, size, points + rest


@compiled
def take_up_to(
    ceiling: float, taken: Any, lowest: int, size: int, gap: Any, gap_low: int, gap_size: int, out: Any
) -> tuple[int, int]:
    """What will have been taken when a gap's demand has come, up to a ceiling, in place.

    What was taken beyond the ceiling before stays taken: known demand waits for it. A ceiling between two points is shared
    by both, so that its mean is kept.
    """
    highest = lowest + size - 1
    highest = max(highest, min(highest + gap_low + gap_size - 1, int(np.ceil(ceiling))))
    room = min(highest - lowest + 1, WIDEST)
    for j in range(room):
        out[j] = 0.0
    floor = int(np.floor(ceiling))
    part = ceiling - floor
    for i in range(size):
        if lowest + i >= ceiling:
            out[i] += taken[i]
            continue
        beyond = 0.0
        for j in range(gap_size):
            place = i + gap_low + j
            if lowest + place > ceiling:
                beyond += gap[j]
            elif place < room:
                out[place] += taken[i] * gap[j]
        if beyond > 0.0 and floor - lowest < room:
            out[floor - lowest] += taken[i] * beyond * (1.0 - part)
            if part > 0.0 and floor + 1 - lowest < room:
                out[floor + 1 - lowest] += taken[i] * beyond * part
    for j in range(room):
        taken[j] = out[j]
    return trimmed(taken, lowest, room)


@compiled
def unconsumed_at_arrival(
    row: int, known: Any, lead: int, horizon: int, mean: Any, bucket_days: float, spread: float, step: float, net: int,
    first: int, last: int, days: Any, quantities: Any, taken: Any, gap: Any, piece: Any, work: Any,
) -> tuple[int, int]:  # fmt: skip
    """Fill `taken` with what is taken until the order arrives beyond known demand, where what finds nothing is lost.

    Every arrival ends a stretch; in each, customers who have ordered are served first.
    """
    taken[0] = 1.0
    lowest, size = 0, 1
    there, done, k = net, 0, first
    while True:
        is_arrival = k < last and days[k] <= lead
        until = days[k] if is_arrival else lead
        if until > done:
            there -= known_until(row, known, done, until)
            gap_low, gap_size, _ = unconsumed(
                row, known, done, until, horizon, mean, bucket_days, spread, step, gap, piece, work
            )
            lowest, size = take_up_to(there / step, taken, lowest, size, gap, gap_low, gap_size, work)
            done = until
        if not is_arrival:
            return lowest, size
        there += quantities[k]
        k += 1


@compiled
def required_with_known(
    row: int, known: Any, lead: int, end: int, mean: Any, bucket_days: float, spread: float, step: float, is_lost: bool,
    net: int, first: int, last: int, days: Any, quantities: Any, taken: Any, required: Any, gap: Any, piece: Any, work: Any,
) -> tuple[int, int, int, int, float, float]:  # fmt: skip
    """Fill `taken` and `required` with what is taken beyond known demand until the order arrives, and until the window ends.

    Lowest point and size of each; units expected beyond known demand in the lead time, and in the window.
    """
    low, size, mean_lead = unconsumed(row, known, 0, lead, end, mean, bucket_days, spread, step, taken, piece, work)
    if is_lost:
        low, size = unconsumed_at_arrival(
            row, known, lead, end, mean, bucket_days, spread, step, net, first, last, days, quantities,
            taken, gap, piece, work,
        )  # fmt: skip
    gap_low, gap_size, mean_window = unconsumed(
        row, known, lead, end, end, mean, bucket_days, spread, step, gap, piece, work
    )
    end_low, end_size = low + gap_low, 0
    if is_lost:
        end_size = add_bands(taken, size, gap, gap_size, required)
    else:
        end_low, end_size, _ = unconsumed(
            row, known, 0, end, end, mean, bucket_days, spread, step, required, piece, work
        )
    return low, size, end_low, end_size, step * mean_lead, step * mean_window


@compiled
def stock_out_day_with_known(
    row: int, known: Any, net: int, mean: Any, bucket_days: float, horizon: int,
    first: int, last: int, days: Any, quantities: Any,
) -> int:  # fmt: skip
    """The day whose expected demand, known and beyond, is more than is there, nothing being ordered; -1 beyond the horizon.

    Arrivals are added on their day, before its demand.
    """
    there, k, bucket, beyond = float(net), first, -1, 0.0
    for day in range(horizon + 1):
        while k < last and days[k] <= day:
            there += quantities[k]
            k += 1
        if int(day / bucket_days) != bucket:
            bucket = int(day / bucket_days)
            begins, ends = bucket * bucket_days, min((bucket + 1) * bucket_days, float(horizon))
            units = known_until(row, known, int(np.ceil(begins)), int(np.ceil(ends)))
            rate = mean[min(bucket, mean.size - 1)] / bucket_days
            beyond = max(rate - units / max(ends - begins, 1.0), 0.0)
        wanted = beyond + known_until(row, known, day, day + 1)
        if there <= 0.0 or wanted > there:
            return day
        there -= wanted
    return -1
