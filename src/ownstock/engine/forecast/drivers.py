"""What is known to move demand beside its own past: prices and promotions, past and planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ownstock.engine import frames
from ownstock.engine.arrays import Floats, Floats32, Ints
from ownstock.engine.corrections import buckets_of, places_of
from ownstock.engine.history import DemandHistory

DRIVERS = frames.Schema(
    "drivers",
    (
        frames.ITEM_SITE,
        frames.Column("bucket_start_on", "date", "first day of the day, week or month, past or planned"),
        frames.Column(
            "price", "number", "money a unit; null where it is not known", 0, frames.MOST_UNITS, may_be_null=True,
            is_above_least=True,
        ),
        frames.Column(
            "promotion", "number", "1 in a promotion, 0 outside, or the part of the bucket in it; null where it is not known",
            0, 1, may_be_null=True,
        ),
    ),
    key=("item_site", "bucket_start_on"),
)  # fmt: skip

# Promotions of so many buckets back are told; the usual price is the median of one season's.
RECENT, QUARTER, OUTSIDE = 4, 13, 26
# So many buckets of the usual are added to what was sold in promotions before their effect is told.
BUCKETS_TO_TRUST = 2.0
FLOOR = 0.02


@dataclass(frozen=True)
class Drivers:
    """Price and promotion of every item-site in every bucket, past and planned: [n, T + H] each.

    price: money a unit, above 0. promotion: 1 in a promotion, 0 outside, or the part of the bucket in it. "Not a number"
    where it is not known. Both begin with the first bucket of the history; planned ones follow those of the past.
    """

    price: Floats
    promotion: Floats

    @classmethod
    def unknown(cls, rows: int, buckets: int) -> Drivers:
        """Nothing known of so many item-sites and buckets."""
        return cls(np.full((rows, buckets), np.nan), np.full((rows, buckets), np.nan))

    def of(self, rows: Ints) -> Drivers:
        """Those of some item-sites."""
        return replace(self, price=self.price[rows], promotion=self.promotion[rows])

    def upto(self, buckets: int) -> Drivers:
        """The first so many buckets, filled with "not known" where fewer are told."""
        missing = max(buckets - self.price.shape[1], 0)
        padded = (
            np.pad(one[:, :buckets], ((0, 0), (0, missing)), constant_values=np.nan)
            for one in (self.price, self.promotion)
        )
        return Drivers(*padded)


def drivers_of(told: pl.DataFrame, history: DemandHistory, ahead: int) -> Drivers:
    """The frame DRIVERS as arrays over a history and `ahead` buckets more; rows outside of them are passed over.

    Raises Refused where the frame does not fit, names an item-site that is not in the history or a day that begins no bucket.
    """
    checked = frames.check(told, DRIVERS, history.item_sites.dtype)
    rows, buckets = history.demand.shape
    drivers = Drivers.unknown(rows, buckets + ahead)
    places = places_of(history, checked, DRIVERS, "item_site")
    for first, count in ((0, 0), (buckets, ahead)):
        at, is_inside = buckets_of(history, checked, DRIVERS, count)
        where = places[is_inside], first + at[is_inside]
        for name in ("price", "promotion"):
            getattr(drivers, name)[where] = checked[name].to_numpy()[is_inside]
    return drivers


def driver_columns(drivers: Drivers, demand: Floats, told: Floats, level: Floats, cycle: int, horizon: int) -> Floats32:
    """What the drivers tell of bucket `horizon` (1 …) after the history: [n, 9].

    demand [n, T] lifted units, told [n, T] what a level of 1 would have sold, level [n]. Columns: the price over the usual
    one and over that of the last bucket, as logarithms; promotion in that bucket and the one before it, in the last of the
    history, its share of the last 4 and 13; what a promotion has done to this series; its level outside of promotions.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.stack(list(_columns(drivers, demand, told, level, cycle, horizon)), axis=1).astype(np.float32)


def _columns(
    drivers: Drivers, demand: Floats, told: Floats, level: Floats, cycle: int, horizon: int
) -> Iterator[Floats]:
    buckets = demand.shape[1]
    at = buckets + horizon - 1
    price, promotion = drivers.price, drivers.promotion
    yield np.log(price[:, at] / _median(price[:, max(buckets - max(cycle, QUARTER), 0) : buckets]))
    yield np.log(price[:, at] / price[:, buckets - 1])
    yield promotion[:, at]
    yield promotion[:, at - 1]
    past = promotion[:, :buckets]
    yield past[:, -1]
    for window in (RECENT, QUARTER):
        yield _mean(past[:, -window:])
    inside, usual = np.nan_to_num(past), told * level[:, None]
    trust = BUCKETS_TO_TRUST * level + FLOOR
    sold_in, expected_in = (demand * inside).sum(axis=1), (usual * inside).sum(axis=1)
    outside = slice(-OUTSIDE, None)
    sold_out = (demand * (1 - inside))[:, outside].sum(axis=1)
    expected_out = (usual * (1 - inside))[:, outside].sum(axis=1)
    yield np.log((sold_in + trust) / (expected_in + trust))
    yield np.log((sold_out + trust) / (expected_out + trust))


def _mean(values: Floats) -> Floats:
    """The mean of what is known in each row; "not a number" where nothing is. [n, any] → [n]"""
    is_known = ~np.isnan(values)
    mean: Floats = np.nansum(values, axis=1) / np.where(is_known.any(axis=1), is_known.sum(axis=1), np.nan)
    return mean


def _median(values: Floats) -> Floats:
    """The median of what is known in each row; "not a number" where nothing is. [n, any] → [n]"""
    ordered = np.sort(values, axis=1)
    known = (~np.isnan(values)).sum(axis=1)
    rows = np.arange(values.shape[0])
    middle: Floats = 0.5 * (ordered[rows, np.maximum(known - 1, 0) // 2] + ordered[rows, known // 2 % values.shape[1]])
    return np.where(known > 0, middle, np.nan)
