"""Bands: the distribution of a count over few neighbouring points, and how bands add up, stop and mix.

A distribution here is a **band**: probabilities of neighbouring points of a lattice, from a lowest point on. A point is
`step` units. What lies outside a band has a probability of about `TAIL`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ownstock.engine.kernels.compiled import compiled

TAIL = 1e-12
# Neighbouring points whose ratio is computed at once.
CHUNK = 32
# The widest band: 26 standard deviations of 16 steps and an exponential tail fit more than twice.
WIDEST = 4096
# The lattice is no finer than this many points a standard deviation, nor than this many a mean batch of demand.
FINEST = 6.0
FINEST_BATCH = 16.0
LEAST_SPREAD = 0.05
# Fewer units than this are never wanted.
LEAST_MEAN = 1e-15


@compiled
def cumulative_mean(mean: Any, bucket_days: float, day: float) -> float:
    """Expected demand from today to a day; beyond the last bucket, it goes on as in that one."""
    last = mean.size - 1
    total, bucket = 0.0, 0
    left = day
    while bucket < last and left > bucket_days:
        total += mean[bucket]
        left -= bucket_days
        bucket += 1
    return total + mean[bucket] * left / bucket_days


@compiled
def lattice_step(mean: float, variance: float) -> float:
    """Units per point, a power of two; 1, and all is exact, where demand spreads over few units."""
    batch = variance / mean if mean > 0.0 else 1.0
    finest = max(np.sqrt(variance) / (2.0 * FINEST), batch / FINEST_BATCH)
    step = 1.0
    while 2.0 * step <= finest:
        step *= 2.0
    return step


@compiled
def count_band(mean: float, variance: float, band: Any) -> tuple[int, int]:
    """Fill a band with the count distribution of this mean and variance, in points: (lowest point, number of points).

    Negative binomial, Poisson or binomial: one recursion P(k) = P(k-1)·(a + b·(k-1))/k, begun at the mode.
    """
    if mean < LEAST_MEAN:
        band[0] = 1.0
        return 0, 1
    b = 1.0 - mean / max(variance, LEAST_SPREAD * mean)
    if b < 0.0:
        trials = max(np.ceil(mean * (1.0 - b) / -b - 1e-9), 1.0)
        share = mean / trials
        if share > 1.0 - 1e-9:
            band[0] = 1.0
            return int(np.rint(mean)), 1
        b = -share / (1.0 - share)
    a = mean * (1.0 - b)
    mode = max(0, int(np.floor((a - b) / (1.0 - b))))
    at = min(mode, WIDEST // 2 - 1)
    band[at] = 1.0
    place = fill_band(a, b, mode, at, -1, band)
    top = fill_band(a, b, mode, at, 1, band)
    size = top - place + 1
    total = 0.0
    for i in range(place, top + 1):
        total += band[i]
    scale = 1.0 / total
    for i in range(size):
        band[i] = band[place + i] * scale
    return mode - (at - place), size


@compiled
def fill_band(a: float, b: float, mode: int, at: int, way: int, band: Any) -> int:
    """Walk from the mode up (way 1) or down (way -1) to where probability is negligible; the last place filled.

    Ratios of neighbours are computed a chunk at a time, which the processor does side by side, and then multiplied up.
    """
    p, place, k = 1.0, at, mode
    while True:
        room = min(CHUNK, WIDEST - 1 - place) if way > 0 else min(CHUNK, place, k)
        if room <= 0:
            return place
        start = place + 1 if way > 0 else place - room
        if way > 0:
            for j in range(room):
                band[start + j] = (a + b * (k + j)) / (k + j + 1.0)
            for j in range(room):
                p *= band[start + j]
                if p < TAIL:
                    return place
                place += 1
                band[place] = p
        else:
            for j in range(room):
                band[start + j] = (k - room + j + 1.0) / (a + b * (k - room + j))
            for _ in range(room):
                p *= band[place - 1]
                if p < TAIL:
                    return place
                place -= 1
                band[place] = p
        k += way * room


@compiled
def add_bands(p: Any, size_p: int, q: Any, size_q: int, total: Any) -> int:
    """The distribution of a sum of two independent counts: its size; its lowest point is the sum of theirs."""
    size = min(size_p + size_q - 1, WIDEST)
    for k in range(size):
        total[k] = 0.0
    if size_p > size_q:
        p, size_p, q, size_q = q, size_q, p, size_p
    for i in range(size_p):
        weight = p[i]
        for j in range(min(size_q, size - i)):
            total[i + j] += weight * q[j]
    return size


@compiled
def stop_at(ceiling: float, band: Any, lowest: int, size: int) -> tuple[int, int]:
    """Move what lies above the ceiling onto it, in place; a ceiling between two points keeps its mean on both."""
    floor = np.floor(ceiling)
    part = ceiling - floor
    point = int(floor) - lowest
    if point >= size - 1:
        return lowest, size
    if point < 0:
        band[0], band[1] = 1.0 - part, part
        return int(floor), (2 if part > 0.0 else 1)
    beyond = 0.0
    for k in range(point + 1, size):
        beyond += band[k]
    band[point] += beyond * (1.0 - part)
    if part <= 0.0:
        return lowest, point + 1
    band[point + 1] = beyond * part
    return lowest, point + 2


@compiled
def trimmed(band: Any, lowest: int, size: int) -> tuple[int, int]:
    """The band without ends of negligible probability, moved to its front."""
    first = 0
    while first < size - 1 and band[first] < TAIL:
        first += 1
    while size - 1 > first and band[size - 1] < TAIL:
        size -= 1
    if first > 0:
        for k in range(first, size):
            band[k - first] = band[k]
    return lowest + first, size - first


@compiled
def mix_in(share: float, band: Any, lowest: int, size: int, shift: float, mix: Any, mix_low: int, mix_size: int,
           ) -> tuple[int, int]:  # fmt: skip
    """Add a band, moved by `shift` points and weighed by its share, to a mixture; the mixture's new bounds."""
    whole = int(np.floor(shift))
    part = shift - whole
    lowest += whole
    if mix_size == 0:
        mix_low = lowest
    low = min(mix_low, lowest)
    high = min(max(mix_low + mix_size, lowest + size + 1), low + WIDEST) - 1
    moved = mix_low - low
    if moved > 0:
        for j in range(min(mix_size, WIDEST - moved) - 1, -1, -1):
            mix[j + moved] = mix[j]
    for j in range(moved):
        mix[j] = 0.0
    for j in range(moved + mix_size, high - low + 1):
        mix[j] = 0.0
    for j in range(size):
        place = lowest + j - low
        if place < high - low:
            mix[place] += share * band[j] * (1.0 - part)
            mix[place + 1] += share * band[j] * part
    return low, high - low + 1
