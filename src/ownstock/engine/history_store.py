"""The history store: dense demand kept ready on disk, so that a plan maps it into memory instead of adding it up again.

It is never a source of truth: whatever is wrong with it, it is rebuilt from the ledger. It holds whole buckets alone;
movements of later days wait in it until their bucket is complete.

New movements touch few rows, but rows all over. So the big arrays stay as they are, shared by the generations, and rows that
changed are kept beside them; a reader puts them in their place in memory of its own, page by page. When they become many,
or item-sites or buckets are added, the big arrays are written anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ownstock.base.errors import Refused
from ownstock.engine import frames
from ownstock.engine.arrays import Floats32, Ints
from ownstock.engine.buckets import RETURN, Ints32, Movements, Span, Unnetted, movements_of
from ownstock.engine.corrections import buckets_of, places_of
from ownstock.engine.generations import Draft, Generation, read, writing
from ownstock.engine.history import DemandHistory, net_of_returns

# When so large a part of the item-sites has changed, the big arrays are written anew.
MOST_CHANGED = 1 / 4
AT_ONCE = 4_096

IN_STOCK = frames.Schema(
    "in_stock",
    (
        frames.ITEM_SITE,
        frames.Column("bucket_start_on", "date", "first day of the day, week or month"),
        frames.Column("in_stock_fraction", "number", "part of it in which it could be sold", least=0, most=1),
    ),
    key=("item_site", "bucket_start_on"),
)
_NO_PLACES = np.zeros(0, dtype=np.int32)
_BIG = ("item_sites", "demand", "in_stock", "unnetted_place", "unnetted_units")


@dataclass(frozen=True)
class HistoryStore:
    """A generation of the store, opened: its history, mapped into memory, and what the ledger had told when it was written.

    The history stays as it is while newer generations are written. `watermark` is the writer's: every movement below it
    is in. `until_on` is the day after the last bucket.
    """

    history: DemandHistory
    watermark: int
    until_on: date
    generation: str


@dataclass(frozen=True)
class _Contents:
    """All of a generation.

    `changed` and `told` are the rows whose demand, and whose time in stock, differ from the big arrays. `carried` goes
    before `unnetted`, which is one of the big arrays. `waiting`: movements after the last bucket, quantities signed.
    """

    history: DemandHistory
    span: Span
    unnetted: Unnetted
    carried: Unnetted
    changed: Ints32
    told: Ints32
    waiting: Movements


def write_generation(folder: Path, history: DemandHistory, watermark: int, unnetted: Unnetted | None = None) -> None:
    """Write a whole history as the next generation, whatever was there before, and make it the current one.

    `unnetted` comes beside the history from `buckets.bucketed`; without it returns that become known later are netted
    against the demand as it is. Raises Refused for a history without buckets, Unavailable while another process writes or
    where the folder cannot be written.
    """
    if history.first_on is None or history.demand.shape[1] == 0:
        raise Refused("A history without any bucket cannot be stored; give it its first bucket.", code="no_buckets")
    span = Span(history.first_on, history.demand.shape[1], history.bucket)
    none = Unnetted(_NO_PLACES, np.zeros((0, span.count), np.float32))
    nothing = Movements(_NO_PLACES, _NO_PLACES, np.zeros(0, np.float32), np.zeros(0, np.int8))
    with writing(folder, afresh=True) as draft:
        _put_all(draft, _Contents(history, span, unnetted or none, none, _NO_PLACES, _NO_PLACES, nothing), watermark)


def open_store(folder: Path, *, least_watermark: int = 0) -> HistoryStore:
    """The current generation, all of it held against its checksums and mapped into memory.

    Raises Refused, saying that it is to be rebuilt, where it is missing, damaged (which array, which block), of another
    format, or older than `least_watermark`.
    """
    store = read(folder, _opened)
    if store.watermark < least_watermark:
        raise Refused(
            f"The history store knows the ledger up to {store.watermark}, but {least_watermark} is needed. "
            "Append what came since, or rebuild it.",
            code="history_store_stale",
            watermark=store.watermark,
            least_watermark=least_watermark,
        )
    return store


def append_movements(
    folder: Path,
    movements: pl.DataFrame,
    *,
    since: int,
    watermark: int,
    until_on: date | None = None,
    in_stock: pl.DataFrame | None = None,
) -> None:
    """Write the next generation: the current one and the movements recorded between two watermarks.

    movements: frame `buckets.MOVEMENTS`, of any days; new item-sites are added at the end, out of stock before their first
    movement. `until_on` completes the buckets before that day, which must begin a bucket. in_stock: frame IN_STOCK, for
    what is known better of complete buckets; a bucket now completed counts as in stock where nothing is said. The result
    equals a store written anew from all movements. Raises Refused where the store does not stand at `since` or cannot be
    read, or a frame does not fit; Unavailable as `write_generation` does.
    """
    with writing(folder) as draft:
        assert draft.current is not None
        _refuse_gap(draft.current.facts["watermark"], since)
        before = _contents(draft.current, whole=False)
        keys = _with_new(before.history.item_sites, movements)
        span = _until(before.span, until_on)
        grows = len(keys) > len(before.history.item_sites) or span.count > before.span.count
        moved = movements_of(movements, keys)
        added = _added(_grown(before, keys, span, moved) if grows else before, moved, in_stock)
        if not grows and added.changed.size + added.told.size <= MOST_CHANGED * len(keys):
            _put_changes(draft, added, watermark)
            return
        for name in _BIG:
            draft.current.verified(name)
        _put_all(draft, added, watermark)


def _opened(generation: Generation) -> HistoryStore:
    contents = _contents(generation, whole=True)
    span = contents.span
    until_on = span.first_on + timedelta(days=int(span.days().sum()))
    return HistoryStore(contents.history, generation.facts["watermark"], until_on, generation.folder.name)


def _refuse_gap(watermark: int, since: int) -> None:
    if watermark != since:
        raise Refused(
            f"The history store stands at watermark {watermark}, but these movements follow {since}. "
            "Append what came since, or rebuild it.",
            code="history_store_gap",
            watermark=watermark,
            since=since,
        )


def _with_new(item_sites: pl.Series, movements: pl.DataFrame) -> pl.Series:
    """The item-sites and, after them, those that only the movements name."""
    if "item_site" not in movements.columns or movements.height == 0:
        return item_sites
    named = movements["item_site"].drop_nulls().unique(maintain_order=True)
    if named.dtype != item_sites.dtype and pl.String in (named.dtype, item_sites.dtype):
        return item_sites
    new = named.cast(item_sites.dtype)
    return pl.concat([item_sites, new.filter(~new.is_in(item_sites.implode()))])


def _until(span: Span, until_on: date | None) -> Span:
    """The span with the buckets before a day added."""
    if until_on is None:
        return span
    days = (until_on - span.first_on).days
    longer = replace(span, count=max(days, 0))
    ends = np.cumsum(longer.days())
    count = int(np.searchsorted(ends, days)) + 1
    if count < span.count or count > longer.count or ends[count - 1] != days:
        raise Refused(
            f"The history cannot be complete until {until_on}: it must be the day after a {span.bucket}, "
            f"and not before the {span.count} it has, which begin on {span.first_on}.",
            code="not_a_bucket_start",
            until_on=until_on,
        )
    return replace(span, count=count)


def _grown(before: _Contents, keys: pl.Series, span: Span, moved: Movements) -> _Contents:
    """The contents with room for more item-sites and buckets, in memory."""
    old = before.history
    rows, buckets = old.demand.shape
    demand = np.zeros((len(keys), span.count), dtype=np.float32)
    demand[:rows, :buckets] = old.demand
    in_stock = np.ones_like(demand)
    in_stock[:rows, :buckets] = old.in_stock
    first_moved = np.full(len(keys), span.count)
    np.minimum.at(first_moved, moved.place, _bucket_of(moved.day, span).clip(0, span.count))
    is_unknown = np.arange(span.count) < np.minimum(first_moved[rows:], buckets)[:, None]
    in_stock[rows:][is_unknown] = 0
    return replace(before, history=replace(old, item_sites=keys, demand=demand, in_stock=in_stock), span=span)


def _added(before: _Contents, moved: Movements, in_stock: pl.DataFrame | None) -> _Contents:
    """The contents after more movements: rows they touch are netted anew, what lies after the last bucket waits."""
    span, history = before.span, before.history
    signed = np.where(moved.kind == RETURN, -moved.quantity, moved.quantity)
    place = np.concatenate([before.waiting.place, moved.place])
    day = np.concatenate([before.waiting.day, moved.day])
    units = np.concatenate([before.waiting.quantity, signed])
    bucket = _bucket_of(day, span)
    waits, counts = bucket >= span.count, (bucket >= 0) & (bucket < span.count)
    touched = np.unique(place[counts])
    sums = _units_of(before, touched)
    np.add.at(sums, (np.searchsorted(touched, place[counts]), bucket[counts]), units[counts])
    history.demand[touched] = net_of_returns(sums, np.zeros_like(sums))
    known_place, known_bucket, known = _in_stock_cells(history, in_stock)
    history.in_stock[known_place, known_bucket] = known
    return replace(
        before,
        carried=_merged(before, Unnetted(touched, sums)),
        changed=np.union1d(before.changed, touched),
        told=np.union1d(before.told, known_place.astype(np.int32)),
        waiting=Movements(place[waits], day[waits], units[waits].astype(np.float32), np.zeros(waits.sum(), np.int8)),
    )


def _bucket_of(day: Ints32, span: Span) -> Ints:
    """The bucket of each day: below 0 before the span, the number of buckets and more after it."""
    starts = span.first_day + np.concatenate([[0], np.cumsum(span.days())])
    return np.searchsorted(starts, day, side="right") - 1


def _in_stock_cells(history: DemandHistory, in_stock: pl.DataFrame | None) -> tuple[Ints, Ints, Floats32]:
    if in_stock is None:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32)
    checked = frames.check(in_stock, IN_STOCK, history.item_sites.dtype)
    place = places_of(history, checked, IN_STOCK, "item_site")
    bucket, is_inside = buckets_of(history, checked, IN_STOCK)
    share = checked["in_stock_fraction"].to_numpy().astype(np.float32)
    return place[is_inside], bucket[is_inside], share[is_inside]


def _units_of(contents: _Contents, places: Ints32) -> Floats32:
    """Issues less returns of some item-sites, not netted. [m, T]"""
    units = contents.history.demand[places]
    for layer in (contents.unnetted, contents.carried):
        if layer.place.size:
            order = np.argsort(layer.place)
            at = order[np.searchsorted(layer.place, places, sorter=order).clip(0, order.size - 1)]
            is_there = layer.place[at] == places
            units[is_there, : layer.units.shape[1]] = layer.units[at[is_there]]
    return units


def _merged(before: _Contents, newer: Unnetted) -> Unnetted:
    """The carried rows, with newer ones in their place: those not equal to demand, or that stood for one that was not."""
    older = before.carried
    matters = (newer.units < 0).any(axis=1)
    for layer in (before.unnetted, older):
        matters |= np.isin(newer.place, layer.place)
    stays = ~np.isin(older.place, newer.place)
    units = np.concatenate([_widened(older.units[stays], newer.units.shape[1]), newer.units[matters]])
    return Unnetted(np.concatenate([older.place[stays], newer.place[matters]]), units)


def _widened(units: Floats32, buckets: int) -> Floats32:
    return np.pad(units, ((0, 0), (0, buckets - units.shape[1])))


def _put_all(draft: Draft, contents: _Contents, watermark: int) -> None:
    """Write the big arrays anew, with all changes in them."""
    history = contents.history
    keys = BytesIO()
    history.item_sites.to_frame("item_site").write_ipc(keys)
    draft.put("item_sites", np.frombuffer(keys.getvalue(), np.uint8))
    draft.put("demand", history.demand.astype(np.float32, copy=False))
    draft.put("in_stock", history.in_stock.astype(np.float32, copy=False))
    _put_unnetted(draft, contents)
    none = Unnetted(_NO_PLACES, contents.carried.units[:0])
    _put_rest(draft, replace(contents, carried=none, changed=_NO_PLACES, told=_NO_PLACES), watermark)


def _put_unnetted(draft: Draft, contents: _Contents) -> None:
    """Write what is needed to net later returns, of the rows where it is not demand itself."""
    older, newer, buckets = contents.unnetted, contents.carried, contents.span.count
    stays = np.flatnonzero(~np.isin(older.place, newer.place))
    carried = np.flatnonzero((newer.units < 0).any(axis=1))
    place = np.concatenate([older.place[stays], newer.place[carried]])
    parts = (_widened(older.units[stays[at : at + AT_ONCE]], buckets) for at in range(0, stays.size, AT_ONCE))
    draft.put("unnetted_place", place)
    draft.put_pieces("unnetted_units", chain(parts, [newer.units[carried]]), (place.size, buckets), np.float32)


def _put_changes(draft: Draft, contents: _Contents, watermark: int) -> None:
    """Keep the big arrays, and write the rows that changed beside them."""
    for name in _BIG:
        draft.keep(name)
    _put_rest(draft, contents, watermark)


def _put_rest(draft: Draft, contents: _Contents, watermark: int) -> None:
    history, span = contents.history, contents.span
    draft.put("changed_place", contents.changed)
    draft.put("changed_demand", history.demand[contents.changed])
    draft.put("told_place", contents.told)
    draft.put("told_in_stock", history.in_stock[contents.told])
    draft.put("carried_place", contents.carried.place)
    draft.put("carried_units", contents.carried.units)
    draft.put("waiting_place", contents.waiting.place)
    draft.put("waiting_day", contents.waiting.day)
    draft.put("waiting_units", contents.waiting.quantity)
    draft.publish(
        {"watermark": watermark, "bucket": span.bucket, "first_on": span.first_on.isoformat(), "buckets": span.count}
    )


def _contents(generation: Generation, *, whole: bool) -> _Contents:
    """What a generation holds, changes in their place; `whole`: the big arrays are held against their checksums too."""
    facts: dict[str, Any] = generation.facts
    big = generation.verified if whole else generation.array
    keys = pl.read_ipc(BytesIO(generation.verified("item_sites").tobytes()))["item_site"]
    changed, told = generation.verified("changed_place"), generation.verified("told_place")
    demand, in_stock = big("demand"), big("in_stock")
    demand[changed] = generation.verified("changed_demand")
    in_stock[told] = generation.verified("told_in_stock")
    place, day, units = (generation.verified(f"waiting_{name}") for name in ("place", "day", "units"))
    span = Span(date.fromisoformat(facts["first_on"]), facts["buckets"], facts["bucket"])
    return _Contents(
        DemandHistory(keys, demand, in_stock, span.first_on, span.bucket),
        span,
        Unnetted(big("unnetted_place"), big("unnetted_units")),
        Unnetted(generation.verified("carried_place"), generation.verified("carried_units")),
        changed,
        told,
        Movements(place, day, units, np.zeros(place.size, np.int8)),
    )
