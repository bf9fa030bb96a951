"""On which days deliveries arrive, told as so many equally likely days: what a plan of many item-sites needs of a record.

What shares supplier, lane, receipts and promised days has one answer, so it is computed once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl

from ownstock.engine.arrays import Floats, Ints, Truths, only_read
from ownstock.engine.arrival_levels import BY_PROMISE, Level
from ownstock.engine.arrival_record import ArrivalRecord
from ownstock.engine.blocks import in_blocks
from ownstock.engine.kernels.waits import quantile_days
from ownstock.engine.survival import DAYS, at_least


@dataclass(frozen=True)
class ArrivalQuantiles:
    """When deliveries arrive, a row for each that differs from the others.

    row: [asked] which row tells of a delivery; in_days: [rows, levels] days from today at each level, NEVER (-1) more than a
    year after the promise; on_time, on_day: [rows] the chance of no later than promised, and of the very day.
    """

    row: Ints
    in_days: Ints
    on_time: Floats
    on_day: Floats


def arrival_quantiles(record: ArrivalRecord, asked: pl.DataFrame, today: date, levels: Floats) -> ArrivalQuantiles:
    """In how many days promised deliveries arrive that have not before today, at some levels of probability [levels].

    asked: supplier, lane, item_site, promised_on. `today` may be later than the day of the record. The distribution is that
    of `ArrivalRecord.distributions`.
    """
    day = asked.select((pl.lit(today) - pl.col("promised_on")).dt.total_days()).to_series().to_numpy() + BY_PROMISE.zero
    day = np.clip(day, 0, DAYS)
    depth, group, chain = _deepest(record.by_promise, asked)
    pairs = np.stack([depth, group, day])
    distinct, row = np.unique(pairs, axis=1, return_inverse=True)
    found = _answered(chain, distinct[0], distinct[1], distinct[2], record.memory.surprise, levels)
    return ArrivalQuantiles(row.ravel(), *found)


def _deepest(level: Level, asked: pl.DataFrame) -> tuple[Ints, Ints, list[Level]]:
    """Of each row the depth and the group of the deepest level that has a case of it (-1: none); and all levels."""
    chain = [level]
    while (parent := chain[-1].parent) is not None:
        chain.append(parent)
    chain.reverse()
    asked = asked.with_columns(everybody=pl.lit(0))
    depth, group = np.full(asked.height, -1, dtype=np.int64), np.full(asked.height, -1, dtype=np.int64)
    for place, one in enumerate(chain):
        found = one.found(asked)
        depth, group = np.where(found >= 0, place, depth), np.where(found >= 0, found, group)
    return depth, group, chain


class Priors(NamedTuple):
    """Distributions that rows begin from [priors, DAYS], that of each row [rows], and for how many cases it counts."""

    prior: Floats
    of_row: Ints
    concentration: Floats


@dataclass(frozen=True)
class Cases:
    """The cases of each row, first … first + count - 1 of the flat columns."""

    first: Ints
    count: Ints
    entry: Ints
    exit: Ints
    has_ended: Floats
    weight: Floats


def _answered(
    chain: list[Level], depth: Ints, group: Ints, day: Ints, surprise: float, levels: Floats
) -> tuple[Ints, Floats, Floats]:
    rows, clock = depth.size, BY_PROMISE
    priors, cases = _priors(chain, depth, group), only_read(_cases(chain[-1], depth == len(chain) - 1, group))
    in_days = np.zeros((rows, levels.size), np.int64)
    on_time, on_day = np.zeros(rows), np.zeros(rows)
    tail, anything_tail = at_least(priors.prior), at_least(clock.anything[None])[0]

    def answer(first: int, last: int) -> None:
        quantile_days(
            first, last, priors.prior, tail, priors.of_row, priors.concentration, cases.first, cases.count, cases.entry,
            cases.exit, cases.has_ended, cases.weight, clock.anything, anything_tail, surprise, clock.zero, day,
            levels, in_days, on_time, on_day,
        )  # fmt: skip

    in_blocks(rows, answer)
    return in_days, on_time, on_day


def _priors(chain: list[Level], depth: Ints, group: Ints) -> Priors:
    """What each row begins from: a row of the last level from its parent's distribution, others from their own."""
    last = len(chain) - 1
    is_last = depth == last
    above = np.where(is_last, chain[last].parent_group[np.where(is_last, group, 0)] if is_last.any() else -1, group)
    level_of = np.where(is_last, last - 1, depth)
    told, of_row, base = [], np.zeros(depth.size, np.int64), 0
    for place in range(-1, last):
        rows = np.flatnonzero(level_of == place)
        if rows.size:
            groups, at = np.unique(above[rows], return_inverse=True)
            level = chain[max(place, 0)]
            told.append(level.distributions(groups) if place >= 0 else level.clock.anything[None])
            of_row[rows] = base + at
            base += told[-1].shape[0]
    concentration = np.full(depth.size, chain[last].concentration)
    return Priors(np.concatenate(told) if told else np.zeros((0, DAYS)), of_row, concentration)


def _cases(level: Level, is_last: Truths, group: Ints) -> Cases:
    groups, at = np.unique(group[is_last], return_inverse=True)
    starts, cases = level.cases_of(groups)
    first, count = np.zeros((2, group.size), np.int64)
    first[is_last], count[is_last] = starts[at], np.diff(starts)[at]
    waits = level.waits.of(cases)
    return Cases(first, count, waits.entry, waits.exit, waits.has_ended, waits.weight)
