"""Everybody, the supplier, its lane, the item: how each is told by its own cases as far as they go, else by the level before.

Cases are watched on a clock (`Clock`) and counted as `survival` does. Nothing is computed before it is asked for, and
then only for the groups asked for: there may be as many items as there are item-sites.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.survival import DAYS, Counts, Waits, concentration_of, counted, shrunk

# From everybody to the one; `everybody` is the same in all cases.
KEYS = ("everybody", "supplier", "lane", "item_site")
LEVELS = tuple(KEYS[: depth + 1] for depth in range(len(KEYS)))
# So many groups tell the concentration of a level as well as all of them.
MOST_GROUPS = 300
# Suppliers are compared in parts of the clock that begin so many days after its day of reference, and alike before it.
PART_STARTS = np.array([1, 5, 11, 23, 46, 91, 181])
# Fewer than one row in so many groups are looked up among those alone that share a key with them.
FEW = 64


@dataclass(frozen=True)
class Clock:
    """Days counted from a day of reference, which is day `zero`.

    anything: when it may be where nothing is known, [DAYS]; part_starts: the first days of the parts of the clock.
    """

    zero: int
    anything: Floats
    part_starts: Ints

    def keeping(self, share: float) -> Clock:
        """The same where, as long as nothing is known, such a share comes on the day of reference."""
        others = np.where(np.arange(DAYS) == self.zero, 0.0, self.anything)
        anything = (1 - share) * others / others.sum()
        anything[self.zero] = share
        return replace(self, anything=anything)


def promise_clock() -> Clock:
    """A year before to a year after the promised day. Where nothing is known: early, on the day and late alike.

    Of early and late days each is likely in proportion to 1 / its distance: a week, a month and a quarter are as likely.
    """
    zero = DAYS // 2
    days = np.arange(DAYS) - zero
    near = 1 / np.maximum(np.abs(days), 1)
    anything = np.zeros(DAYS)
    for part in (days < 0, days == 0, days > 0):
        anything[part] = near[part] / near[part].sum() / 3
    starts = np.concatenate([np.zeros(1), zero - PART_STARTS[:0:-1] + 1, np.full(1, zero), zero + PART_STARTS])
    return Clock(zero, anything, starts.astype(np.int64))


def order_clock() -> Clock:
    """Two years from the day of the order. Where nothing is known each day is likely in proportion to 1 / (days + 1)."""
    near = 1 / np.arange(1.0, DAYS + 1)
    return Clock(0, near / near.sum(), np.concatenate([np.zeros(1), PART_STARTS]).astype(np.int64))


BY_PROMISE = promise_clock()
BY_ORDER = order_clock()


@dataclass(frozen=True)
class Level:
    """The cases of one level, in groups.

    keys: a row for each group, in the order of its number; group: [cases]; parent_group: [groups]; concentration: for how
    many cases the parent's distribution counts.
    """

    clock: Clock
    keys: pl.DataFrame
    waits: Waits
    group: Ints
    parent: Level | None
    parent_group: Ints
    concentration: float = 1.0

    def distributions(self, groups: Ints) -> Floats:
        """When deliveries of these groups arrive. [k], each group once → [k, DAYS]"""
        if self.parent is None:
            return self._of_all[groups]
        return shrunk(self.counts(groups), self.prior(groups), self.concentration)

    @cached_property
    def _of_all(self) -> Floats:
        """The distributions of all groups of the first level, whose cases are all there are. [groups, DAYS]"""
        groups = np.arange(self.keys.height)
        return shrunk(self.counts(groups), self.prior(groups), self.concentration)

    def prior(self, groups: Ints) -> Floats:
        """When they arrive as far as the level before tells. [k] → [k, DAYS]"""
        if self.parent is None:
            return np.repeat(self.clock.anything[None], groups.size, axis=0)
        above, place = np.unique(self.parent_group[groups], return_inverse=True)
        return self.parent.distributions(above)[place]

    def counts(self, groups: Ints, weight: Floats | None = None) -> Counts:
        """What these groups saw; the cases weigh as on this level, or as told. [k], each group once"""
        first, cases = self.cases_of(groups)
        waits = self.waits if weight is None else replace(self.waits, weight=weight)
        return counted(waits.of(cases), np.repeat(np.arange(groups.size), np.diff(first)), groups.size)

    def cases_of(self, groups: Ints) -> tuple[Ints, Ints]:
        """The cases of some groups, each in its order: those of group k are first[k] … first[k + 1] - 1. [k + 1], [cases]"""
        order, starts = self._ordered
        count = starts[groups + 1] - starts[groups]
        first = np.append(0, np.cumsum(count))
        return first, order[np.repeat(starts[groups] - first[:-1], count) + np.arange(first[-1])]

    @cached_property
    def _ordered(self) -> tuple[Ints, Ints]:
        """The cases group by group, and where each group begins. [cases], [groups + 1]"""
        order = np.argsort(self.group, kind="stable")
        return order, np.searchsorted(self.group[order], np.arange(self.keys.height + 1))

    def found(self, asked: pl.DataFrame) -> Ints:
        """The number of the group that each row belongs to; -1 where it has no case. [rows]"""
        columns, numbered = self.keys.columns, self._numbered
        if asked.height * FEW < self.keys.height:
            near = {row[:-1]: row[-1] for row in numbered[self._near(asked)].iter_rows()}
            return np.array([near.get(row, -1) for row in asked.select(columns).iter_rows()], np.int64)
        group = asked.select(columns).join(numbered, on=columns, how="left", maintain_order="left")["group"]
        return group.fill_null(-1).to_numpy()

    def _near(self, asked: pl.DataFrame) -> Ints:
        """The groups that have one of the keys asked for: the key of which there are most."""
        name, rows, keys = self._by_key
        begins, ends = (keys.search_sorted(asked[name].unique(), side).to_list() for side in ("left", "right"))
        return np.concatenate([rows[:0], *(rows[begin:end] for begin, end in zip(begins, ends, strict=True))])

    @cached_property
    def _numbered(self) -> pl.DataFrame:
        return self.keys.with_columns(group=pl.int_range(pl.len()))

    @cached_property
    def _by_key(self) -> tuple[str, Ints, pl.Series]:
        """The key of which there are most: its name, the groups in its order, and itself in this order."""
        key = max(self.keys.get_columns(), key=pl.Series.n_unique)
        rows = key.arg_sort()
        return key.name, rows.cast(pl.Int64).to_numpy(), key.gather(rows)


def chain(cases: pl.DataFrame, clock: Clock) -> Level:
    """The levels of all cases, the deepest, each with the one before as its parent.

    cases: the columns of `LEVELS`, `arrives_with`, `entry`, `exit`, `has_ended`, `weight`. On each level what arrives
    together counts as one case.
    """
    level = _level(cases, LEVELS[0], clock, None)
    for columns in LEVELS[1:]:
        level = _trusted(_level(cases, columns, clock, level))
    return level


def distributions(deepest: Level, asked: pl.DataFrame) -> Floats:
    """When each row's delivery arrives, by the deepest level that has a case of it. [rows, DAYS]"""
    answer = np.repeat(deepest.clock.anything[None], asked.height, axis=0)
    is_open = np.ones(asked.height, dtype=np.bool_)
    level: Level | None = deepest
    while level is not None and is_open.any():
        group = level.found(asked)
        is_here = is_open & (group >= 0)
        groups, place = np.unique(group[is_here], return_inverse=True)
        answer[is_here] = level.distributions(groups)[place]
        is_open &= ~is_here
        level = level.parent
    return answer


def _level(cases: pl.DataFrame, columns: tuple[str, ...], clock: Clock, parent: Level | None) -> Level:
    keys = cases.select(columns).unique(maintain_order=True)
    numbered = keys.with_row_index("group")
    group = cases.join(numbered, on=columns, maintain_order="left")["group"].cast(pl.Int64).to_numpy()
    together = cases.select(pl.col("share").sum().over("supplier", "arrives_with", *columns)).to_series()
    weight = (cases["weight"] * cases["share"] / together).to_numpy()
    ended = cases["has_ended"].cast(pl.Float64).to_numpy()
    waits = Waits(cases["entry"].to_numpy(), cases["exit"].to_numpy(), ended, weight)
    above = parent.found(keys) if parent is not None else np.zeros(keys.height, dtype=np.int64)
    return Level(clock, keys, waits, group, parent, above)


def _trusted(level: Level) -> Level:
    """The level with its concentration learned, each group compared with what the others of its parent tell."""
    parent = level.parent
    if parent is None or not level.keys.height:
        return level
    groups = np.unique(np.linspace(0, level.keys.height - 1, MOST_GROUPS).astype(np.int64))
    above, place = np.unique(level.parent_group[groups], return_inverse=True)
    others = parent.counts(above).of(place).less(level.counts(groups, parent.waits.weight))
    prior = shrunk(others, parent.prior(above)[place], parent.concentration)
    return replace(level, concentration=concentration_of(level.counts(groups), prior, level.clock.part_starts))
