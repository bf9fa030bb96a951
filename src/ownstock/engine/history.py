"""What customers wanted, week by week: issues less returns, and how far each week can be believed.

A week in which the item could not be sold says nothing about demand: read as low demand, it causes the next
stock-out. Such weeks are masked, and weeks partly in stock count for the part in which they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from ownstock.engine.arrays import Floats32, Ints

Bucket = Literal["day", "week", "month"]

DAYS_A_BUCKET = {"day": 1.0, "week": 7.0, "month": 365.25 / 12}
BUCKETS_A_SEASON = {"day": 7, "week": 52, "month": 12}


@dataclass(frozen=True)
class DemandHistory:
    """What customers wanted, dense: a row per item-site, a column per day, week or month, oldest first.

    item_sites: [n] keys. demand: [n, T] units a bucket, net of returns. in_stock: [n, T] 0-1, the part of the bucket in
    which it could be sold; 0 = it says nothing of demand. first_on: the first day of the first bucket (a Monday for
    weeks, the 1st for months); None without any bucket.
    """

    item_sites: pl.Series
    demand: Floats32
    in_stock: Floats32
    first_on: date | None
    bucket: Bucket

    @property
    def days_a_bucket(self) -> float:
        """Length of a bucket in days, months on average."""
        return DAYS_A_BUCKET[self.bucket]

    @property
    def buckets_a_season(self) -> int:
        """After how many buckets the season begins anew: 7 weekdays, 52 weeks, 12 months."""
        return BUCKETS_A_SEASON[self.bucket]

    def bucket_starts(self, count: int) -> npt.NDArray[np.datetime64]:
        """The first days of bucket 0 … count - 1, beyond the history too. [count] days"""
        return bucket_starts(self.first_on, self.bucket, count)

    def season_index(self, count: int) -> Ints:
        """The place in the season of bucket 0 … count - 1: weekday, ISO week (the 53rd is read as the 52nd) or month."""
        if self.first_on is None:
            return np.zeros(count, dtype=np.int64)
        starts = pl.Series(self.bucket_starts(count)).cast(pl.Date).dt
        if self.bucket == "day":
            place = starts.weekday() - 1
        elif self.bucket == "week":
            place = starts.week().clip(1, 52) - 1
        else:
            place = starts.month() - 1
        return place.to_numpy().astype(np.int64)

    def of(self, item_sites: pl.Series) -> DemandHistory:
        """The history of these item-sites, in their order; without a row here: never in stock. Itself where they agree."""
        if self.item_sites.equals(item_sites):
            return self
        places = pl.DataFrame({"item_site": self.item_sites}).with_row_index("place")
        asked = pl.DataFrame({"item_site": item_sites})
        found = asked.join(places, on="item_site", how="left", maintain_order="left")["place"]
        is_known = found.is_not_null().to_numpy()
        demand, in_stock = np.zeros((2, asked.height, self.demand.shape[1]), dtype=np.float32)
        at = found.drop_nulls().to_numpy()
        demand[is_known], in_stock[is_known] = self.demand[at], self.in_stock[at]
        return DemandHistory(item_sites, demand, in_stock, self.first_on, self.bucket)


def bucket_starts(first_on: date | None, bucket: Bucket, count: int) -> npt.NDArray[np.datetime64]:
    """The first days of so many buckets from a day on; "not a time" where there is none. [count] days"""
    if first_on is None:
        return np.full(count, np.datetime64("NaT", "D"))
    if bucket == "month":
        months = np.datetime64(first_on, "M") + np.arange(count).astype("timedelta64[M]")
        return months.astype("datetime64[D]")
    days = np.arange(count) * (1 if bucket == "day" else 7)
    return np.datetime64(first_on, "D") + days.astype("timedelta64[D]")


def dense(history: pl.DataFrame, item_sites: pl.DataFrame) -> DemandHistory:
    """The long weekly history (`frames.HISTORY`) as a dense one, in the order of `item_sites`.

    A week without a row counts as zero demand in stock. All end with the latest week in the frame.
    """
    last, weeks = _span(history)
    rows = _with_places(history, item_sites, last)
    demand, in_stock = _matrices(rows, item_sites.height, weeks)
    first = None if last is None else last - timedelta(weeks=weeks - 1)
    return DemandHistory(item_sites["item_site"], demand, in_stock, first, "week")


def net_of_returns(issued: npt.NDArray[Any], returned: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Demand of each week: issues less returns, never below 0. [n, W] → [n, W]

    Returns above the issues of their week belong to earlier sales: the surplus is taken from the week before, and so
    on back. What is left at the oldest week was sold before the history began, and is dropped.
    """
    demand: npt.NDArray[Any] = issued - returned
    surplus = np.zeros(demand.shape[0], demand.dtype)
    for week in range(demand.shape[1] - 1, -1, -1):
        net = demand[:, week] - surplus
        demand[:, week] = np.maximum(net, 0.0)
        surplus = np.maximum(-net, 0.0)
    return demand


def _span(history: pl.DataFrame) -> tuple[date | None, int]:
    if history.height == 0:
        return None, 0
    first, last = history["week_start_on"].min(), history["week_start_on"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    return last, (last - first).days // 7 + 1


def _with_places(history: pl.DataFrame, item_sites: pl.DataFrame, last: date | None) -> pl.DataFrame:
    """Each row of history with the place of its item-site, and how many weeks before the last it lies."""
    places = item_sites.select("item_site").with_row_index("place")
    weeks_ago = (pl.lit(last, dtype=pl.Date) - pl.col("week_start_on")).dt.total_days() // 7
    return history.join(places, on="item_site").with_columns(weeks_ago=weeks_ago)


def _matrices(rows: pl.DataFrame, places: int, weeks: int) -> tuple[Floats32, Floats32]:
    """Demand and in-stock fraction, dense [places, weeks], oldest week first."""
    issued, returned = np.zeros((2, places, weeks), np.float32)
    in_stock = np.ones((places, weeks), np.float32)
    at = rows["place"].to_numpy(), weeks - 1 - rows["weeks_ago"].to_numpy()
    issued[at] = rows["issued"].to_numpy()
    returned[at] = rows["returned"].to_numpy()
    in_stock[at] = rows["in_stock_fraction"].to_numpy()
    return net_of_returns(issued, returned), in_stock
