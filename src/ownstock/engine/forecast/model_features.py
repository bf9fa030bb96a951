"""What the global model is told of a series at an origin: everything relative to its level, so that all series are alike.

All columns are computed for a whole block of series at once, from what was known before the origin. "Not a number" says
that there is nothing to tell, which the model's trees understand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ownstock.engine.arrays import Floats, Floats32, Ints
from ownstock.engine.forecast.drivers import Drivers, driver_columns

FADES = (2.0, 4.0, 8.0, 20.0, 40.0)
WINDOWS = (4, 8, 13, 26, 52, 104)
SEEN_IN = (4, 13, 52)
LAST = 4
GROUP_WINDOWS = (1, 2, 4, 8, 13)
OWN_WINDOWS = (4, 13)
# Groups lean on the usual by so many units, and a level on so little that it never divides by 0.
GROUP_UNITS = 3.0
FLOOR = 0.02
# A grouping with so many groups at most is told by name, which trees may split as they like; larger ones by number.
MOST_CATEGORIES = 64


@dataclass(frozen=True)
class Known:
    """A block of series as it was known at an origin.

    demand, exposure: [n, T] lifted demand and part seen, before the origin. season: [n, T + H] seasonal indices of each
    series, before and after it; own: [n, T + H] what of them is its own (nested_season.py). level, usual, ratio: [n] the
    plain forecast's level, the long-run level, variance ÷ mean. groups: [n, any]. place: [T + H] place in the season.
    cycle: buckets a season. drivers: [n, T + H] where they are known.
    """

    demand: Floats
    exposure: Floats
    season: Floats
    own: Floats
    level: Floats
    usual: Floats
    ratio: Floats
    groups: Ints
    place: Ints
    cycle: int
    drivers: Drivers | None = None

    @property
    def told(self) -> Floats:
        """What a level of 1 would have sold in each bucket before the origin. [n, T]"""
        told: Floats = self.season[:, : self.demand.shape[1]] * self.exposure
        return told


def columns(known: Known, horizon: int) -> Floats32:
    """The features for one horizon, bucket 1 … after the origin. [n, F]"""
    return np.hstack([series_columns(known), horizon_columns(known, horizon)])


def series_columns(known: Known) -> Floats32:
    """The features that are the same for every horizon. [n, F]"""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = [*_own(known), *_of_groups(known)]
    return np.stack(np.broadcast_arrays(*found), axis=1).astype(np.float32)


def horizon_columns(known: Known, horizon: int) -> Floats32:
    """The features of one horizon. [n, F]"""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = list(_of_horizon(known, horizon))
    told = np.stack(np.broadcast_arrays(*found), axis=1).astype(np.float32)
    if known.drivers is None:
        return told
    of_drivers = driver_columns(known.drivers, known.demand, known.told, known.level, known.cycle, horizon)
    return np.hstack([told, of_drivers])


def categorical(groups: Ints) -> list[int]:
    """Which of the columns of `series_columns` are names: the last ones, one a grouping, where it has few groups."""
    last = series_width(groups.shape[1]) - groups.shape[1]
    return [last + k for k in range(groups.shape[1]) if groups[:, k].max(initial=0) < MOST_CATEGORIES]


def series_width(groupings: int) -> int:
    """How many columns `series_columns` has."""
    own = 2 + len(FADES) + LAST + len(WINDOWS) + len(SEEN_IN) + 7
    return own + (groupings + 1) * (2 * len(GROUP_WINDOWS) + 3) + groupings


def _own(known: Known) -> Iterator[Floats]:
    demand, told = known.demand, known.told
    buckets = demand.shape[1]
    scale = known.level + FLOOR
    yield np.log(scale)
    yield np.log(known.ratio)
    for half_life in FADES:
        weight = 0.5 ** (np.arange(buckets - 1, -1, -1) / half_life)
        yield np.log(((demand @ weight + known.usual) / (told @ weight + 1) + FLOOR) / scale)
    rate = np.where(known.exposure > 0, demand / np.where(told > 0, told, 1.0), np.nan)
    for back in range(1, LAST + 1):
        yield rate[:, -back] / scale if buckets >= back else np.full(scale.size, np.nan)
    for window in WINDOWS:
        recent = slice(max(buckets - window, 0), None)
        amount, weight = demand[:, recent].sum(axis=1), told[:, recent].sum(axis=1)
        yield np.log((amount + 0.5 * known.level) / (weight + 0.5) / scale + FLOOR)
    for window in SEEN_IN:
        yield (known.exposure[:, -window:] > 0).mean(axis=1)
    year, quarter = np.nan_to_num(rate[:, -52:]), np.nan_to_num(rate[:, -13:])
    yield (year > 0).mean(axis=1)
    yield year.max(axis=1, initial=0) / (scale + 0.5)
    yield quarter.max(axis=1, initial=0) / (scale + 0.5)
    yield np.median(quarter, axis=1) / (scale + 0.5)
    yield np.quantile(year, 0.75, axis=1) / scale
    sold = demand > 0
    yield np.where(sold.any(axis=1), sold[:, ::-1].argmax(axis=1), buckets).astype(np.float64)
    yield np.where(sold.any(axis=1), buckets - sold.argmax(axis=1), 0).astype(np.float64)


def _of_groups(known: Known) -> Iterator[Floats]:
    """How each group went lately against its own usual and against its present level, and how its size compares."""
    demand, told = known.demand, known.told
    everyone = np.zeros((known.level.size, 1), dtype=np.int64)
    for group in np.hstack([everyone, known.groups]).T:
        for window in GROUP_WINDOWS:
            recent = slice(-window, None)
            sold, expected = demand[:, recent].sum(axis=1), told[:, recent].sum(axis=1)
            for level in (known.usual, known.level):
                yield _shared(group, sold, expected * level)
        recent, before = demand[:, -13:].sum(axis=1), demand[:, -known.cycle - 13 : -known.cycle].sum(axis=1)
        yield np.log(_shared(group, recent, before)) if demand.shape[1] > known.cycle + 13 else np.nan * recent
        up = (demand[:, -4:].sum(axis=1) > (told[:, -4:].sum(axis=1) * known.level)).astype(np.float64)
        yield _shared(group, up, np.ones_like(up))
        yield np.log(np.bincount(group, known.level)[group] / np.bincount(group)[group] + FLOOR)
    for group in known.groups.T:
        yield group.astype(np.float64)


def _of_horizon(known: Known, horizon: int) -> Iterator[Floats]:
    """The target bucket: its season, and what the same buckets brought in former years."""
    demand, exposure, buckets = known.demand, known.exposure, known.demand.shape[1]
    rows = known.level.size
    yield np.full(rows, float(horizon))
    yield np.full(rows, float(known.place[buckets + horizon - 1]))
    index, own = known.season[:, buckets + horizon - 1], np.log(known.own)
    yield index
    yield index / np.maximum(known.season[:, buckets - 2 : buckets].mean(axis=1), 0.1)
    yield own[:, buckets + horizon - 1]
    for window in OWN_WINDOWS:
        yield own[:, buckets + horizon - 1] - own[:, max(buckets - window, 0) : buckets].mean(axis=1)
    for years in (1, 2):
        at = buckets + horizon - 1 - years * known.cycle
        if at - 13 < 0:
            yield from [np.full(rows, np.nan)] * (3 + known.groups.shape[1])
            continue
        around = slice(max(at - 20, 0), at + 21)
        local = (demand[:, around].sum(axis=1) + 0.5) / (exposure[:, around].sum(axis=1) + 1)
        for half in (0, 1):
            some = slice(at - half, at + half + 1)
            amount, seen = demand[:, some].sum(axis=1), exposure[:, some].sum(axis=1)
            yield np.where(seen > 0, (amount + local) / (seen + 1) / local, np.nan)
        some = slice(at - 1, at + 2)
        sold, expected = demand[:, some].sum(axis=1), exposure[:, some].sum(axis=1) * local
        for group in (np.zeros(rows, dtype=np.int64), *known.groups.T):
            yield _shared(group, sold, expected)


def _shared(group: Ints, sold: Floats, expected: Floats) -> Floats:
    """(sold + k) / (expected + k) of each one's group. [n] → [n]"""
    ratio = (np.bincount(group, sold) + GROUP_UNITS) / (np.bincount(group, expected) + GROUP_UNITS)
    found: Floats = ratio[group]
    return found
