"""A season of one's own: how the season of each group, and last of each series, differs from the one that all share.

Most of the year an item sells like its department. At a peak it does not: one shop doubles before Christmas where another
rises tenfold, one product is a present and its neighbour is not. So the shared season is corrected grouping by grouping,
and in the end for the series itself, each by the factor

    (sold + k · r) / (expected + k · r),    k = DEMANDS_TO_TRUST

of what it sold in a place of the season, over what its level around that time and the season so far expected. Demand with
variance r times its mean tells as much as 1 / r independent demands a unit, and units count for so much. The less a group
or a series has sold, the nearer its factor is to 1: an empirical Bayes estimate under a gamma prior (Robbins 1956; Gelman
and others, Bayesian Data Analysis, section 2.6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ownstock.engine.arrays import Floats, Floats32, Ints
from ownstock.engine.blocks import in_blocks
from ownstock.engine.cleaning import LAST_SEASON, sold_out
from ownstock.engine.forecast.groups import Groups
from ownstock.engine.forecast.shared_season import SharedSeason, shared_season
from ownstock.engine.history import DemandHistory
from ownstock.engine.kernels import own_season as kernel

# A group's or a series' own season weighs as much as the one it leans on when so many independent demands were expected.
DEMANDS_TO_TRUST = 200.0
# A season so many seasons ago counts half.
HALF_LIFE_SEASONS = 2.0
# What one season tells may be chance, or an event on another day next year: its factors are raised to this power.
SHARE_OF_ONE_SEASON = 0.5
# More series than this tell nothing new of the groups: every k-th is asked.
MOST_SERIES = 50_000


@dataclass(frozen=True)
class NestedSeason:
    """The season that all share, and what the season of each group is over that of the groupings before.

    by_group: by grouping, [groups, S], about 1. share: the power of all factors: 1 with two seasons of history,
    SHARE_OF_ONE_SEASON with one, 0 where no season is known.
    """

    shared: SharedSeason
    by_group: tuple[Floats32, ...]
    share: float

    @property
    def is_known(self) -> bool:
        """Whether there was enough history to tell a season."""
        return self.shared.is_known

    def record(self) -> dict[str, Any]:
        """The same in plain lists and numbers, ready for JSON."""
        return {
            "shared": self.shared.index.tolist(),
            "is_known": self.shared.is_known,
            "by_group": [factor.tolist() for factor in self.by_group],
            "share": self.share,
        }

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> NestedSeason:
        """The season that a record was made of."""
        shared = SharedSeason(np.array(record["shared"]), record["is_known"])
        return cls(shared, tuple(np.array(factor, np.float32) for factor in record["by_group"]), record["share"])

    def over(self, history: DemandHistory, groups: Groups, count: int) -> Callable[[Ints], Floats32]:
        """What tells the indices of some series [m] in buckets 0 … count - 1 of their history and beyond: [m, count].

        They are those of the shared season, times the factors of their groups, times their own.
        """
        season, group = self.shared.over(history, count).astype(np.float32), groups.of_season
        if self.share == 0:
            return lambda rows: season[group[rows]]
        sums, place = _sums_of(history, season, group), history.season_index(count)
        by_group = np.vstack(self.by_group)
        first_of = np.cumsum([0, *(factor.shape[0] for factor in self.by_group)])[:-1]

        def indices(rows: Ints) -> Floats32:
            index: Floats32 = np.empty((rows.size, count), np.float32)
            kernel.own_index(
                rows, *sums(rows), season, group, groups.codes, first_of, by_group, DEMANDS_TO_TRUST, self.share, place,
                index,
            )  # fmt: skip
            return index

        return indices


def nested_season(history: DemandHistory, groups: Groups, threads: int | None = None) -> NestedSeason:
    """Learn the season that all share and those of all groups, in the order of the groupings."""
    shared = shared_season(history, groups, threads)
    return with_groups(history, shared, groups, threads)


def with_groups(
    history: DemandHistory, shared: SharedSeason, groups: Groups, threads: int | None = None
) -> NestedSeason:
    """Learn the seasons of all groups beside a shared one; none where that is not known."""
    rows, places = history.demand.shape[0], history.buckets_a_season
    if not shared.is_known:
        flat = (np.ones((groups.count(k), places), np.float32) for k in range(len(groups.names)))
        return NestedSeason(shared, tuple(flat), 0.0)
    asked = np.arange(0, rows, -(-rows // MOST_SERIES) or 1)
    season = shared.over(history, history.demand.shape[1]).astype(np.float32)
    sold, expected = np.zeros((2, asked.size, places), np.float32)

    sums = _sums_of(history, season, groups.of_season)

    def fill(first: int, last: int) -> None:
        sold[first:last], expected[first:last] = sums(asked[first:last])

    in_blocks(asked.size, fill, threads)
    share = 1.0 if _seasons_seen(history) >= 2 else SHARE_OF_ONE_SEASON
    return NestedSeason(shared, tuple(_by_grouping(sold, expected, groups.of(asked))), share)


def _by_grouping(sold: Floats32, expected: Floats32, groups: Groups) -> Iterator[Floats32]:
    for grouping, code in enumerate(groups.codes.T):
        of_group = (_added_up(units, code, groups.count(grouping)) for units in (sold, expected))
        factor: Floats32 = factors(*of_group).astype(np.float32)
        expected = expected * factor[code]
        yield factor


def _added_up(units: Floats32, code: Ints, count: int) -> Floats:
    return np.stack([np.bincount(code, of_place, count) for of_place in units.T], axis=1).astype(np.float64)


def factors(sold: Floats, expected: Floats) -> Floats:
    """By how much more than expected is believed. [any, S] → [any, S]"""
    found: Floats = (sold + DEMANDS_TO_TRUST) / (expected + DEMANDS_TO_TRUST)
    return found


def _sums_of(history: DemandHistory, season: Floats32, group: Ints) -> Callable[[Ints], tuple[Floats32, Floats32]]:
    """What tells the sums of some series [m]: sold and expected, [m, S] each (`plain_sums`)."""
    place, fade, told = history.season_index(history.demand.shape[1]), _fade(history), sold_out(history)

    def sums(rows: Ints) -> tuple[Floats32, Floats32]:
        sold, expected = np.zeros((2, rows.size, history.buckets_a_season), np.float32)
        kernel.own_sums(
            rows, history.demand, history.in_stock, season, group, place, fade, LAST_SEASON[history.bucket], told, sold,
            expected,
        )  # fmt: skip
        return sold, expected

    return sums


def _fade(history: DemandHistory) -> Floats32:
    buckets = history.demand.shape[1]
    age = (buckets - 1 - np.arange(buckets)) / history.buckets_a_season
    fade: Floats32 = (0.5 ** (age / HALF_LIFE_SEASONS)).astype(np.float32)
    return fade


def plain_sums(lifted: DemandHistory, season: Floats) -> tuple[Floats, Floats]:
    """What each series sold in each place of the season, and what was expected, in independent demands. [n, S] each

    lifted: the history [n, T] after `cleaning.uncensored`; season [n, T] shared indices. The level around a bucket is that
    of the half season before and after it, as far as the history goes.
    """
    buckets, places = lifted.demand.shape[1], lifted.buckets_a_season
    demand, seen = lifted.demand.T.astype(np.float64), lifted.in_stock.T.astype(np.float64)
    told = season.T * seen
    level = _around(demand, places // 2) / (_around(told, places // 2) + float(kernel.LEAST_EXPECTED))
    fade, sums = _fade(lifted), np.zeros((2, places, demand.shape[1]))
    for bucket, place in enumerate(lifted.season_index(buckets)):
        sums[0, place] += fade[bucket] * demand[bucket] * seen[bucket]
        sums[1, place] += fade[bucket] * level[bucket] * told[bucket]
    last = slice(-LAST_SEASON[lifted.bucket], None)
    rate = np.where(seen[last] > 0, demand[last] / season.T[last], np.nan)
    ratio = np.maximum(np.nanvar(rate, axis=0) / np.maximum(np.nanmean(rate, axis=0), 0.05), 1.0)
    return (sums[0] / ratio).T, (sums[1] / ratio).T


def _around(values: Floats, half: int) -> Floats:
    """The sum of the buckets within `half` on both sides, as far as they go. [T, m] → [T, m]"""
    buckets = values.shape[0]
    first, last = np.maximum(np.arange(buckets) - half, 0), np.minimum(np.arange(buckets) + half + 1, buckets)
    until = np.pad(np.cumsum(values, axis=0), ((1, 0), (0, 0)))
    around: Floats = until[last] - until[first]
    return around


def _seasons_seen(history: DemandHistory) -> float:
    """How many seasons have gone by since anything was in stock."""
    is_seen = (history.in_stock[:: -(-history.in_stock.shape[0] // MOST_SERIES) or 1] > 0).any(axis=0)
    return (is_seen.size - int(is_seen.argmax())) / history.buckets_a_season if is_seen.any() else 0.0
