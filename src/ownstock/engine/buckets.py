"""From movements to buckets: what was wanted in each day, week or month, and for how much of it there was anything to sell.

Columns go in as plain arrays, so that fifty million movements need no frame; every function has its slow and plain form
beside it, which tests hold against the kernel.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from ownstock.base.errors import Refused
from ownstock.engine import frames
from ownstock.engine.arrays import Floats, Floats32, Ints, Truths
from ownstock.engine.blocks import in_blocks
from ownstock.engine.history import Bucket, DemandHistory, bucket_starts, net_of_returns
from ownstock.engine.kernels import history as kernel
from ownstock.engine.layered import Ints32, Rows

Ints8 = npt.NDArray[np.int8]

ISSUE, RETURN = kernel.ISSUE, kernel.RETURN
KINDS = {"issue": ISSUE, "return": RETURN}

MOVEMENTS = frames.Schema(
    "movements",
    (
        frames.ITEM_SITE,
        frames.Column("moved_on", "date", "day of the movement, by the site's clock"),
        frames.Column(
            "quantity",
            "number",
            "units; below 0: an earlier movement taken back",
            -frames.MOST_UNITS,
            frames.MOST_UNITS,
        ),
        frames.Column("kind", "text", "to a customer, or back from one", options=tuple(KINDS)),
    ),
    key=(),
)


@dataclass(frozen=True)
class Span:
    """So many buckets from a day on. `first_on` is a Monday for weeks, the 1st for months; else Refused."""

    first_on: date
    count: int
    bucket: Bucket = "week"

    def __post_init__(self) -> None:
        if (self.bucket == "week" and self.first_on.weekday() != 0) or (
            self.bucket == "month" and self.first_on.day != 1
        ):
            raise Refused(
                f"A {self.bucket} cannot begin on {self.first_on}; weeks begin on Monday, months on the 1st.",
                code="not_a_bucket_start",
                first_on=self.first_on,
                bucket=self.bucket,
            )

    @property
    def first_day(self) -> int:
        """The first day, counted from 1970-01-01."""
        return int(np.datetime64(self.first_on, "D").astype(np.int64))

    def days(self) -> Ints:
        """How many days each bucket has. [count]"""
        starts: Ints = bucket_starts(self.first_on, self.bucket, self.count + 1).astype(np.int64)
        return starts[1:] - starts[:-1]

    def bucket_of_day(self) -> Ints32:
        """The bucket of every day from the first on. [days]"""
        return np.repeat(np.arange(self.count, dtype=np.int32), self.days())


@dataclass(frozen=True)
class Movements:
    """What went to customers and came back, as columns. [m] each

    place: of the item-site among those asked for. day: counted from 1970-01-01. quantity: units, below 0 where an earlier
    movement is taken back. kind: see KINDS.
    """

    place: Ints32
    day: Ints32
    quantity: Floats32
    kind: Ints8


@dataclass(frozen=True)
class BucketedDemand:
    """Dense demand, and what is needed to go on from it when more movements become known.

    unnetted: issues less returns, not netted, of the item-sites whose returns once exceeded the issues of their bucket;
    for all others they equal demand. What moves later is netted from these.
    """

    history: DemandHistory
    unnetted: Rows


def movements_of(frame: pl.DataFrame, item_sites: pl.Series) -> Movements:
    """A frame of movements (MOVEMENTS) as columns. Raises Refused where it does not fit or an item-site is not known."""
    checked = frames.check(frame, MOVEMENTS, item_sites.dtype)
    keys = item_sites.to_frame("item_site").cast(checked.schema["item_site"])
    found = checked.join(keys.with_row_index("place"), on="item_site", how="left", maintain_order="left")
    strangers = found.filter(pl.col("place").is_null())
    if strangers.height:
        key = strangers["item_site"][0]
        raise Refused(
            f"movements: item_site {key} is not among the item-sites of the history; name it there, or leave it out.",
            code="unknown_item_site",
            frame="movements",
            item_site=key,
            rows=strangers.height,
        )
    return Movements(
        found["place"].cast(pl.Int32).to_numpy(),
        found["moved_on"].to_physical().to_numpy(),
        found["quantity"].cast(pl.Float32).to_numpy(),
        found["kind"].replace_strict(KINDS, return_dtype=pl.Int8).to_numpy(),
    )


def bucketed(
    movements: Movements,
    item_sites: pl.Series,
    span: Span,
    in_stock: Floats32 | None = None,
    threads: int | None = None,
) -> BucketedDemand:
    """Demand of every bucket: issues less returns, each return taken from its bucket, what exceeds it from those before.

    Movements outside the span do not count. in_stock [n, T] stands beside demand, by default 1. Fastest where movements
    are nearly in the order of time. Raises Refused for a place that is not there, an unknown kind, a number that is none.
    """
    rows = len(item_sites)
    if movements.kind.size and not 0 <= movements.kind.min() <= movements.kind.max() <= kernel.RETURN:
        raise Refused(f"movements: a kind is none of {KINDS}.", code="unknown_kind")
    sums = np.zeros((span.count, rows), dtype=np.float32)
    columns = (movements.place, movements.day, movements.quantity, movements.kind)
    wrong = kernel.add_up(*columns, span.first_day, span.bucket_of_day(), sums)
    if wrong >= 0:
        raise _unknown_place(wrong, int(movements.place[wrong]), rows)
    if not np.isfinite(sums).all():
        raise Refused("movements: a quantity is not a finite number; mend it in the source.", code="not_finite")
    return _netted(sums, item_sites, span, in_stock, threads)


def _netted(
    sums: Floats32, item_sites: pl.Series, span: Span, in_stock: Floats32 | None, threads: int | None
) -> BucketedDemand:
    buckets, rows = sums.shape
    demand = np.empty((rows, buckets), dtype=np.float32)
    is_carried = np.zeros(rows, dtype=np.bool_)
    in_blocks(rows, lambda first, last: kernel.net(first, last, sums, demand, is_carried), threads)
    place = np.flatnonzero(is_carried).astype(np.int32)
    known = np.ones_like(demand) if in_stock is None else in_stock
    history = DemandHistory(item_sites, demand, known, span.first_on, span.bucket)
    return BucketedDemand(history, Rows(place, np.ascontiguousarray(sums[:, place].T)))


def plainly_bucketed(movements: Movements, rows: int, span: Span) -> tuple[Floats32, Truths]:
    """The same in plain numpy: demand [n, T], and where returns were carried back [n]."""
    at = movements.day - span.first_day
    counts = (at >= 0) & (at < span.days().sum())
    signed = np.where(movements.kind == kernel.RETURN, -movements.quantity, movements.quantity)
    sums = np.zeros((rows, span.count), dtype=np.float32)
    np.add.at(sums, (movements.place[counts], span.bucket_of_day()[at[counts]]), signed[counts])
    is_carried: Truths = np.any(sums < 0, axis=1)
    return net_of_returns(sums, np.zeros_like(sums)), is_carried


def in_stock_of(place: Ints32, day: Ints32, change: Floats, opening: Floats, span: Span) -> Floats32:
    """For how much of each bucket an item-site could be sold, from the daily record of what was usable. [n, T] 0-1

    place, day, change [m]: how what is usable of an item-site changed on a day (columns as in Movements, receipts and
    corrections too), in the order of days; opening [n]: what was usable before the first of them.
    A day on which there was nothing and nothing moved counts as out of stock; one on which something came, went or ran
    out counts as in stock. Raises Refused for a place that is not there, for days out of order, for a number that is none.
    """
    if not (np.isfinite(change).all() and np.isfinite(opening).all()):
        raise Refused(
            "Changes of what is usable: one is not a finite number; mend it in the source.", code="not_finite"
        )
    stranger = np.flatnonzero((place < 0) | (place >= opening.size))
    if stranger.size:
        raise _unknown_place(int(stranger[0]), int(place[stranger[0]]), opening.size)
    empty = np.zeros((span.count, opening.size), dtype=np.uint8)
    since = np.full(opening.size, span.first_day, dtype=np.int32)
    on_hand = opening.astype(np.float64)
    wrong = kernel.empty_days(place, day, change, on_hand, span.first_day, span.bucket_of_day(), since, empty)
    if wrong >= 0:
        raise Refused(
            f"Change {wrong} is of an earlier day than the one before it; sort the changes by day.",
            code="days_out_of_order",
            row=wrong,
        )
    share = 1 - empty / span.days()[:, None]
    return np.ascontiguousarray(share.T.astype(np.float32))


def plainly_in_stock(place: Ints32, day: Ints32, change: Floats, opening: Floats, span: Span) -> Floats32:
    """The same in plain numpy, day by day."""
    days = int(span.days().sum())
    changes = np.zeros((opening.size, days))
    moved = np.zeros((opening.size, days), dtype=np.bool_)
    at = day - span.first_day
    inside, earlier = (at >= 0) & (at < days), at < 0
    opening = opening + np.bincount(place[earlier], change[earlier], opening.size)
    np.add.at(changes, (place[inside], at[inside]), change[inside])
    moved[place[inside], at[inside]] = True
    before = opening[:, None] + np.cumsum(changes, axis=1) - changes
    is_empty = (before <= kernel.NOTHING) & ~moved
    empty = np.zeros((opening.size, span.count))
    np.add.at(empty.T, span.bucket_of_day(), is_empty.T)
    return (1 - empty / span.days()).astype(np.float32)


def _unknown_place(row: int, place: int, item_sites: int) -> Refused:
    return Refused(
        f"Row {row} is of place {place}, but there are only {item_sites} item-sites; name it among them.",
        code="unknown_place",
        row=row,
        place=place,
        item_sites=item_sites,
    )
