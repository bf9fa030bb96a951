"""One season for all series of a group: what a single series is too noisy to tell, many tell together.

The index of a place in the season (an ISO week, a month, a weekday) is what all series of the group sold in it, over
what the level of each around that time expected. Groups lean on all series together, the more the less they sold; older
seasons count for less. One season of history tells level and season apart only in part: it is followed part of the way,
and only where many series tell it (docs/decisions/0011). With less there is no season, and it is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.blocks import in_blocks
from ownstock.engine.cleaning import sold_out
from ownstock.engine.forecast.groups import Groups
from ownstock.engine.history import DemandHistory
from ownstock.engine.kernels.bank import season_sums

# A group's own season weighs as much as that of all series when it has been expected to sell so many units in a place.
UNITS_TO_TRUST_A_GROUP = 3_000.0
# So many units expected of all series in a place count as much as knowing nothing of it.
UNITS_TO_TRUST_ALL = 30.0
# Below two seasons of history, so many series at least must tell the season, and its index is raised to this power.
SERIES_TO_TRUST_ONE_SEASON = 30
SHARE_OF_ONE_SEASON = 0.8
# A season so many seasons ago counts half.
HALF_LIFE_SEASONS = 2.0
# More series than this tell nothing new: every k-th is asked.
MOST_SERIES = 50_000
LEAST_INDEX = 0.05


@dataclass(frozen=True)
class SharedSeason:
    """Seasonal index of every place in the season, by group: [G, S], about 1 on average; all 1 if not `is_known`."""

    index: Floats
    is_known: bool

    def over(self, history: DemandHistory, count: int) -> Floats:
        """The index of buckets 0 … count - 1 of a history, and of those beyond it. [G, count]"""
        return self.index[:, history.season_index(count)]


def shared_season(history: DemandHistory, groups: Groups, threads: int | None = None) -> SharedSeason:
    """The season of every group of the first grouping, and last, for groups not known, that of all. → [G, S]"""
    buckets, count = history.demand.shape[1], groups.count(0)
    season = history.buckets_a_season
    known, series = _known(history)
    is_short = known < 2 * season
    if known < season or (is_short and series < SERIES_TO_TRUST_ONE_SEASON):
        return SharedSeason(np.ones((count, season)), is_known=False)
    sold, expected = _sums(history, groups.of_season, count, threads)
    age = (buckets - 1 - np.arange(buckets)) / season
    fade = 0.5 ** (age / HALF_LIFE_SEASONS)
    place = history.season_index(buckets)
    sold_in, expected_in = (_by_place(sums * fade, place, season) for sums in (sold, expected))
    return SharedSeason(indices(sold_in, expected_in) ** (SHARE_OF_ONE_SEASON if is_short else 1.0), is_known=True)


def indices(sold: Floats, expected: Floats) -> Floats:
    """Index of every place in the season for every group, shrunk to that of all groups. [G, S], [G, S] → [G, S]

    (sold + k · index of all) / (expected + k), k = UNITS_TO_TRUST_A_GROUP; that of all leans on 1 in the same way.
    """
    of_all = (sold.sum(axis=0) + UNITS_TO_TRUST_ALL) / (expected.sum(axis=0) + UNITS_TO_TRUST_ALL)
    shrunk: Floats = (sold + UNITS_TO_TRUST_A_GROUP * of_all) / (expected + UNITS_TO_TRUST_A_GROUP)
    return np.maximum(shrunk, LEAST_INDEX)


def _known(history: DemandHistory) -> tuple[int, int]:
    """For how many buckets anything has been in stock, from the first on, and how many series ever were.

    A frame may begin long before the business does: its empty buckets tell no season.
    """
    is_seen = history.in_stock[:: -(-history.in_stock.shape[0] // MOST_SERIES) or 1] > 0
    by_bucket = is_seen.any(axis=0)
    first = int(by_bucket.argmax()) if by_bucket.any() else by_bucket.size
    return by_bucket.size - first, int(is_seen.any(axis=1).sum())


def _by_place(sums: Floats, place: Ints, places: int) -> Floats:
    added = np.zeros((sums.shape[0], places))
    np.add.at(added.T, place, sums.T)
    return added


def _sums(history: DemandHistory, group: Ints, groups: int, threads: int | None) -> tuple[Floats, Floats]:
    """What was wanted and what was expected by group and bucket, of at most MOST_SERIES series. [G, T] each"""
    rows, buckets = history.demand.shape
    stride = -(-rows // MOST_SERIES)
    asked = slice(None, None, stride)
    demand, in_stock, of = history.demand[asked], history.in_stock[asked], group[asked]
    told, half = sold_out(history), history.buckets_a_season // 2
    parts: dict[int, tuple[Floats, Floats]] = {}

    def add_up(first: int, last: int) -> None:
        sold, expected = np.zeros((groups, buckets)), np.zeros((groups, buckets))
        season_sums(first, last, 1, demand, in_stock, of, half, told, sold, expected)
        parts[first] = sold, expected

    in_blocks(demand.shape[0], add_up, threads)
    ordered = [parts[first] for first in sorted(parts)]
    return np.sum([part[0] for part in ordered], axis=0), np.sum([part[1] for part in ordered], axis=0)
