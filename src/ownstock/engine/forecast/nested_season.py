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

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ownstock.engine.arrays import Floats, Floats32, Ints
from ownstock.engine.blocks import in_blocks
from ownstock.engine.forecast.groups import Groups
from ownstock.engine.forecast.shared_season import SharedSeason
from ownstock.engine.history import DemandHistory

# A group's or a series' own season weighs as much as the one it leans on when so many independent demands were expected.
DEMANDS_TO_TRUST = 200.0
# A season so many seasons ago counts half.
HALF_LIFE_SEASONS = 2.0
# What one season tells may be chance, or an event on another day next year: its factors are raised to this power.
SHARE_OF_ONE_SEASON = 0.5
# So much is added to what is expected of a level, that it never divides by 0.
LEAST_EXPECTED = 0.5
# More series than this tell nothing new of the groups: every k-th is asked.
MOST_SERIES = 50_000


@dataclass(frozen=True)
class NestedSeason:
    """What the season of each group is over that of the groupings before: by grouping, [groups, S], about 1.

    share: the power of all factors: 1 with two seasons of history, SHARE_OF_ONE_SEASON with one, 0 where none is known.
    """

    by_group: tuple[Floats, ...]
    share: float

    def over(
        self, lifted: DemandHistory, season: Floats, ratio: Floats, groups: Groups, threads: int | None = None
    ) -> Floats32:
        """The seasonal indices of each series, [n, T + H]: shared, corrected by those of its groups and by its own past.

        lifted: the history [n, T] after `cleaning.uncensored`. season [G, T + H]: shared indices by group of the first
        grouping. ratio [n]: variance ÷ mean.
        """
        rows, count = lifted.demand.shape[0], season.shape[1]
        index: Floats32 = np.empty((rows, count), np.float32)
        place, group = lifted.season_index(count), groups.codes[:, 0]

        def fill(first: int, last: int) -> None:
            some = slice(first, last)
            index[some] = season[group[some]]
            if self.share > 0:
                sold, expected = _sums(lifted, season, ratio, group, some)
                own = np.ones_like(sold)
                for code, of_group in zip(groups.codes[some].T, self.by_group, strict=True):
                    own *= of_group[code]
                own *= _factor(sold, expected * own)
                index[some] *= (own**self.share)[:, place]

        in_blocks(rows, fill, threads)
        return index


def nested_season(
    lifted: DemandHistory, shared: SharedSeason, ratio: Floats, groups: Groups, threads: int | None = None
) -> NestedSeason:
    """Learn the seasons of all groups, in the order of the groupings; none where the shared season is not known.

    Arguments as in `NestedSeason.over`.
    """
    rows, places = lifted.demand.shape[0], lifted.buckets_a_season
    if not shared.is_known:
        return NestedSeason(tuple(np.ones((groups.count(k), places)) for k in range(len(groups.names))), 0.0)
    asked = np.arange(0, rows, -(-rows // MOST_SERIES) or 1)
    season, group = shared.over(lifted, lifted.demand.shape[1]), groups.codes[:, 0]
    sold, expected = np.zeros((asked.size, places)), np.zeros((asked.size, places))

    def fill(first: int, last: int) -> None:
        some = slice(first, last)
        sold[some], expected[some] = _sums(lifted, season, ratio, group, asked[some])

    in_blocks(asked.size, fill, threads)
    share = 1.0 if _seasons_seen(lifted) >= 2 else SHARE_OF_ONE_SEASON
    return NestedSeason(tuple(_by_grouping(sold, expected, groups.of(asked))), share)


def _by_grouping(sold: Floats, expected: Floats, groups: Groups) -> Iterator[Floats]:
    for grouping, code in enumerate(groups.codes.T):
        sums = np.zeros((2, groups.count(grouping), sold.shape[1]))
        np.add.at(sums[0], code, sold)
        np.add.at(sums[1], code, expected)
        factor = _factor(*sums)
        expected = expected * factor[code]
        yield factor


def _factor(sold: Floats, expected: Floats) -> Floats:
    factor: Floats = (sold + DEMANDS_TO_TRUST) / (expected + DEMANDS_TO_TRUST)
    return factor


def _sums(
    lifted: DemandHistory, season: Floats, ratio: Floats, group: Ints, rows: slice | Ints
) -> tuple[Floats, Floats]:
    """What some series sold in each place of the season, and what was expected, in independent demands. [m, S] each

    The level around a bucket is that of the half season before and after it, as far as the history goes.
    """
    buckets, places = lifted.demand.shape[1], lifted.buckets_a_season
    demand, seen = lifted.demand[rows].T.astype(np.float64), lifted.in_stock[rows].T.astype(np.float64)
    told = season[group[rows], :buckets].T * seen
    level = _around(demand, places // 2) / (_around(told, places // 2) + LEAST_EXPECTED)
    fade = 0.5 ** ((buckets - 1 - np.arange(buckets)) / places / HALF_LIFE_SEASONS)
    sums = np.zeros((2, places, demand.shape[1]))
    for bucket, place in enumerate(lifted.season_index(buckets)):
        sums[0, place] += fade[bucket] * demand[bucket] * seen[bucket]
        sums[1, place] += fade[bucket] * level[bucket] * told[bucket]
    sums /= np.maximum(ratio[rows], 1.0)
    return sums[0].T, sums[1].T


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
