"""What people know that the numbers do not: one-off orders, events, successors, items like another, items that end.

Of the past, each function takes a history and a frame, and gives a new history; `corrected` applies all in the order that
is right. Of the time ahead, events and endings change what is expected (`expected_ahead`).
Rows for days before the history do not matter, and are passed over; rows that name what is not there are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from ownstock.base.errors import Refused
from ownstock.engine import frames
from ownstock.engine.arrays import Floats, Ints, Truths
from ownstock.engine.history import DemandHistory

MOST_FACTOR = 1_000.0
_BUCKET = frames.Column("bucket_start_on", "date", "first day of the day, week or month")

ONE_OFFS = frames.Schema(
    "one_offs",
    (
        frames.ITEM_SITE,
        _BUCKET,
        frames.Column("quantity", "number", "units that will not be wanted again", least=0, most=frames.MOST_UNITS),
    ),
    key=("item_site", "bucket_start_on"),
)
EVENTS = frames.Schema(
    "events",
    (
        frames.ITEM_SITE,
        _BUCKET,
        frames.Column("factor", "number", "demand is so many times the usual", 0, MOST_FACTOR, is_above_least=True),
    ),
    key=("item_site", "bucket_start_on"),
)
SUPERSESSIONS = frames.Schema(
    "supersessions",
    (
        frames.ITEM_SITE,
        frames.Column("successor", "key", "the item-site that takes its place"),
        frames.Column(
            "factor", "number", "units of the successor wanted for each of the old", 0, MOST_FACTOR, default=1.0
        ),
    ),
)
LIKE_ITEMS = frames.Schema(
    "like_items",
    (
        frames.ITEM_SITE,
        frames.Column("like_item_site", "key", "the item-site that it will sell like"),
        frames.Column("factor", "number", "units wanted for each of the other", 0, MOST_FACTOR, default=1.0),
    ),
)
ENDINGS = frames.Schema(
    "endings", (frames.ITEM_SITE, frames.Column("ends_on", "date", "first day it is not sold any more"))
)


def corrected(
    history: DemandHistory,
    *,
    one_offs: pl.DataFrame | None = None,
    events: pl.DataFrame | None = None,
    supersessions: pl.DataFrame | None = None,
    like_items: pl.DataFrame | None = None,
) -> DemandHistory:
    """The history with everything people know of it: frames ONE_OFFS, EVENTS, SUPERSESSIONS, LIKE_ITEMS, where given.

    What happened to an item goes before what it hands on: an item that takes the place of another, or is like it, is given
    the other's usual demand. Raises Refused where a frame does not fit.
    """
    if one_offs is not None:
        history = without_one_offs(history, one_offs)
    if events is not None:
        history = without_events(history, events)
    if supersessions is not None:
        history = superseded(history, supersessions)
    if like_items is not None:
        history = like_others(history, like_items)
    return history


def without_one_offs(history: DemandHistory, one_offs: pl.DataFrame) -> DemandHistory:
    """Demand less what was ordered once and will not be again, never below 0 (it may have come back since)."""
    checked = frames.check(one_offs, ONE_OFFS, history.item_sites.dtype)
    places = places_of(history, checked, ONE_OFFS, "item_site")
    buckets, is_inside = buckets_of(history, checked, ONE_OFFS)
    demand = history.demand.copy()
    at = places[is_inside], buckets[is_inside]
    demand[at] = np.maximum(demand[at] - checked["quantity"].to_numpy()[is_inside], 0)
    return replace(history, demand=demand)


def without_events(history: DemandHistory, events: pl.DataFrame) -> DemandHistory:
    """Demand of buckets with an event, divided by what the event did to it: what it would have been without."""
    checked = frames.check(events, EVENTS, history.item_sites.dtype)
    places = places_of(history, checked, EVENTS, "item_site")
    buckets, is_inside = buckets_of(history, checked, EVENTS)
    demand = history.demand.copy()
    demand[places[is_inside], buckets[is_inside]] /= checked["factor"].to_numpy()[is_inside]
    return replace(history, demand=demand)


def superseded(history: DemandHistory, supersessions: pl.DataFrame) -> DemandHistory:
    """The history in which successors have the demand of what they replaced, times the factor; the old ones have none.

    Chains are followed to their end, factors multiplied; several may have one successor. A bucket of the successor was in
    stock when the old item was, until the successor's first sale or the old item's last, whichever is later, and when the
    successor was, from its first sale on. Raises Refused for a chain that comes back to its beginning.
    """
    checked = frames.check(supersessions, SUPERSESSIONS, history.item_sites.dtype)
    old = places_of(history, checked, SUPERSESSIONS, "item_site")
    new = places_of(history, checked, SUPERSESSIONS, "successor")
    demand, in_stock = history.demand.copy(), history.in_stock.copy()
    buckets = np.arange(demand.shape[1])
    begins = _first(demand > 0)
    in_stock[new] = np.where(buckets >= begins[new][:, None], in_stock[new], 0)
    for row in _oldest_first(old, new, checked):
        a, b, factor = old[row], new[row], checked["factor"][row]
        last_sold = buckets[demand[a] > 0].max(initial=-1)
        is_old_sold = buckets < max(begins[b], last_sold + 1)
        demand[b] += factor * demand[a]
        in_stock[b] = np.maximum(in_stock[b], np.where(is_old_sold, in_stock[a], 0))
        demand[a], in_stock[a] = 0, 1
    return replace(history, demand=demand, in_stock=in_stock)


def like_others(history: DemandHistory, like_items: pl.DataFrame) -> DemandHistory:
    """The history in which new items have, before their own begins, that of the item they are like, times the factor.

    Demand and time in stock are both the other's, so that its stock-outs count for nothing here either. An item's own
    history begins with its first sale, or with its first bucket in stock where the record begins with none.
    Raises Refused for an item like itself.
    """
    checked = frames.check(like_items, LIKE_ITEMS, history.item_sites.dtype)
    new = places_of(history, checked, LIKE_ITEMS, "item_site")
    like = places_of(history, checked, LIKE_ITEMS, "like_item_site")
    itself = np.flatnonzero(new == like)
    if itself.size:
        raise _refused(LIKE_ITEMS, "like_item_site", checked, int(itself[0]), "is itself; name another", "like_itself")
    demand, in_stock = history.demand.copy(), history.in_stock.copy()
    factor = checked["factor"].to_numpy().astype(np.float32)[:, None]
    is_before = np.arange(demand.shape[1]) < _begins(history)[new][:, None]
    demand[new] = np.where(is_before, factor * history.demand[like], demand[new])
    in_stock[new] = np.where(is_before, history.in_stock[like], in_stock[new])
    return replace(history, demand=demand, in_stock=in_stock)


def expected_ahead(
    history: DemandHistory, count: int, events: pl.DataFrame | None, endings: pl.DataFrame | None
) -> Floats:
    """What is expected of each of the next `count` buckets, over what is usual: events do it, and endings. [n, count]

    In the bucket in which an item-site ends it is wanted for the part before that day, after it never.
    """
    factor = np.ones((len(history.item_sites), count))
    if events is not None:
        checked = frames.check(events, EVENTS, history.item_sites.dtype)
        places = places_of(history, checked, EVENTS, "item_site")
        buckets, is_inside = buckets_of(history, checked, EVENTS, count)
        factor[places[is_inside], buckets[is_inside]] = checked["factor"].to_numpy()[is_inside]
    if endings is not None and history.first_on is not None:
        known = history.demand.shape[1]
        starts = history.bucket_starts(known + count + 1)[known:].astype("datetime64[D]").astype(np.float64)
        day = ends_on(history, endings)
        ends = np.where(np.isnat(day), np.inf, day.astype(np.float64))
        factor *= np.clip((ends[:, None] - starts[:-1]) / np.diff(starts), 0, 1)
    return factor


def ends_on(history: DemandHistory, endings: pl.DataFrame) -> npt.NDArray[np.datetime64]:
    """The first day on which each item-site of the history is not sold any more; "not a time" where it goes on. [n] days"""
    checked = frames.check(endings, ENDINGS, history.item_sites.dtype)
    ends = np.full(len(history.item_sites), np.datetime64("NaT", "D"))
    ends[places_of(history, checked, ENDINGS, "item_site")] = checked["ends_on"].to_numpy().astype("datetime64[D]")
    return ends


def _first(truths: Truths) -> Ints:
    """The first true column of each row; beyond the last where there is none."""
    first: Ints = np.where(truths.any(axis=1), truths.argmax(axis=1), truths.shape[1])
    return first


def _begins(history: DemandHistory) -> Ints:
    """The bucket with which each item's own history begins."""
    first_in_stock = _first(history.in_stock > 0)
    first_sold = _first(history.demand > 0)
    begins: Ints = np.where(first_in_stock > 0, np.minimum(first_in_stock, first_sold), first_sold)
    return begins


def _oldest_first(old: Ints, new: Ints, checked: pl.DataFrame) -> Iterator[int]:
    """Rows in such an order that an item has all it is to be given before it hands it on."""
    row_of = {int(place): row for row, place in enumerate(old)}
    waiting_for = np.bincount(new, minlength=int(max(old.max(initial=0), new.max(initial=0))) + 1)
    ready = [row for row, place in enumerate(old) if waiting_for[place] == 0]
    told = 0
    while ready:
        row = ready.pop()
        told += 1
        yield row
        successor = int(new[row])
        waiting_for[successor] -= 1
        if waiting_for[successor] == 0 and successor in row_of:
            ready.append(row_of[successor])
    if told < len(row_of):
        stuck = next(row for row, place in enumerate(old) if waiting_for[place] > 0)
        raise _refused(
            SUPERSESSIONS, "successor", checked, stuck, "leads back to it; a chain must end", "supersession_cycle"
        )


def places_of(history: DemandHistory, checked: pl.DataFrame, schema: frames.Schema, column: str) -> Ints:
    """The row of the history for each key of a column; Refused for one that has none."""
    keys = history.item_sites.to_frame("key").cast(checked.schema[column]).with_row_index("place")
    found = checked.select(key=column).join(keys, on="key", how="left", maintain_order="left")["place"]
    if found.null_count():
        row = int(found.is_null().arg_max() or 0)
        raise _refused(schema, column, checked, row, "is not in the history; name it there", "unknown_item_site")
    places: Ints = found.cast(pl.Int64).to_numpy()
    return places


def buckets_of(
    history: DemandHistory, checked: pl.DataFrame, schema: frames.Schema, ahead: int = 0
) -> tuple[Ints, Truths]:
    """The bucket of each row, of the history or of so many `ahead` of it, and whether it is one of these.

    Raises Refused where a day lies among them and none begins on it.
    """
    days = checked["bucket_start_on"].to_numpy().astype("datetime64[D]")
    known = history.demand.shape[1]
    count = ahead or known
    if history.first_on is None or count == 0:
        return np.zeros(days.size, dtype=np.int64), np.zeros(days.size, dtype=np.bool_)
    starts = history.bucket_starts(known + ahead + 1)[-count - 1 :]
    is_inside = (days >= starts[0]) & (days < starts[-1])
    at = np.searchsorted(starts, days, side="right") - 1
    astray = np.flatnonzero(is_inside & (starts[at] != days))
    if astray.size:
        row = int(astray[0])
        near = starts[at[row]]
        must = f"is {days[row]}, but no {history.bucket} begins on it; the one it lies in begins on {near}"
        raise _refused(schema, "bucket_start_on", checked, row, must, "not_a_bucket_start")
    return at, is_inside


def _refused(schema: frames.Schema, column: str, checked: pl.DataFrame, row: int, problem: str, code: str) -> Refused:
    key, value = checked["item_site"][row], checked[column][row]
    subject = f"item_site {key}" if column == "item_site" else f"{column} {value} of item_site {key}"
    return Refused(
        f"{schema.name}: {subject if column != 'bucket_start_on' else f'{column} of item_site {key}'} {problem}.",
        code=code,
        frame=schema.name,
        column=column,
        item_site=key,
        value=value,
        row=row,
    )
