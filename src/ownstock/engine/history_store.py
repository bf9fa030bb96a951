"""The history store: dense demand kept ready on disk, so that a plan maps it into memory instead of adding it up again.

It is never a source of truth: whatever is wrong with it, it is rebuilt from the ledger. It holds whole buckets alone;
movements of later days wait in it until their bucket is complete.

    generations.py         folders that become current at once or not at all, whatever lies in them
    history_contents.py    the arrays that lie in them
    layered.py             a large table, and the rows that changed since it was written

New movements touch few rows, but rows all over. So the large arrays stay as they are, shared by the generations, and rows
that changed are kept beside them; a reader puts them in their place in memory of its own, page by page. When they become
many in one of them, it is written anew; all are when item-sites or buckets are added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ownstock.base.errors import Refused
from ownstock.engine import frames
from ownstock.engine.arrays import Floats32, Ints
from ownstock.engine.buckets import MOVEMENTS, RETURN, Movements, Span, movements_of
from ownstock.engine.corrections import buckets_of, places_of
from ownstock.engine.generations import Draft, Generation, read, writing
from ownstock.engine.history import DemandHistory, net_of_returns
from ownstock.engine.history_contents import LARGE, Contents, contents_of, keys_of, no_movements, publish
from ownstock.engine.layered import Ints32, Layered, Rows

# When so large a part of the rows of a large array has changed, it is written anew.
MOST_CHANGED = 1 / 4

IN_STOCK = frames.Schema(
    "in_stock",
    (
        frames.ITEM_SITE,
        frames.Column("bucket_start_on", "date", "first day of the day, week or month"),
        frames.Column("in_stock_fraction", "number", "part of it in which it could be sold", least=0, most=1),
    ),
    key=("item_site", "bucket_start_on"),
)


@dataclass(frozen=True)
class StoreFacts:
    """What a store says of itself, without a look at its rows: of which item-sites and buckets, and how far."""

    item_sites: pl.Series
    span: Span
    watermark: int
    origin: Mapping[str, Any]


@dataclass(frozen=True)
class HistoryStore:
    """A generation of the store, opened: its history, mapped into memory, and what the ledger had told when it was written.

    The history stays as it is while newer generations are written. `watermark` is the writer's: every movement below it
    is in. `until_on` is the day after the last bucket. unnetted: issues less returns of the rows where demand may not be
    just that. `origin` is what the writer wrote of itself.
    """

    history: DemandHistory
    watermark: int
    until_on: date
    generation: str
    unnetted: Rows
    origin: Mapping[str, Any]


def write_generation(
    folder: Path,
    history: DemandHistory,
    watermark: int,
    unnetted: Rows | None = None,
    origin: Mapping[str, Any] | None = None,
) -> None:
    """Write a whole history as the next generation, whatever was there before, and make it the current one.

    `unnetted` comes beside the history from `buckets.bucketed`; without it returns that become known later are netted
    against the demand as it is. `origin` is handed on by later generations: by it a writer knows its own store again. Raises
    Refused for a history without buckets, Unavailable while another process writes or where the folder cannot be written.
    """
    if history.first_on is None or history.demand.shape[1] == 0:
        raise Refused("A history without any bucket cannot be stored; give it its first bucket.", code="no_buckets")
    span = Span(history.first_on, history.demand.shape[1], history.bucket)
    none = Rows.none(span.count)
    demand, in_stock = Layered(history.demand, none, beyond=0), Layered(history.in_stock, none, beyond=1)
    contents = Contents(
        history.item_sites, span, demand, in_stock, unnetted or none, none, no_movements(), origin or {}
    )
    with writing(folder, afresh=True) as draft:
        publish(draft, contents, watermark, anew=LARGE)


def open_store(folder: Path, *, least_watermark: int = 0) -> HistoryStore:
    """The current generation, all of it held against its checksums and mapped into memory.

    Raises Refused, saying that it is to be rebuilt, where it is missing, damaged (which array, which block), of another
    format, or older than `least_watermark`; Unavailable where the folder cannot be read.
    """
    store = read(folder, _opened)
    if store.watermark < least_watermark:
        raise Refused(
            f"The history store in {folder} knows the ledger up to {store.watermark}, but {least_watermark} is needed. "
            "Append what came since, or rebuild it from the ledger.",
            code="history_store_stale",
            folder=folder,
            watermark=store.watermark,
            least_watermark=least_watermark,
        )
    return store


def store_facts(folder: Path) -> StoreFacts:
    """What the current generation says of itself. Raises as `open_store` does."""

    def facts(generation: Generation) -> StoreFacts:
        return StoreFacts(*keys_of(generation), generation.facts["watermark"], generation.facts.get("origin", {}))

    return read(folder, facts)


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
        _refuse_gap(folder, draft.current.facts["watermark"], since)
        before = contents_of(draft.current, whole=False)
        checked = frames.check(movements, MOVEMENTS, before.item_sites.dtype)
        keys = _with_new(before.item_sites, checked["item_site"])
        added = _added(before, movements_of(checked, keys), keys, _until(before.span, until_on), in_stock)
        _publish_after(draft, before, added, watermark)


def put_rows(folder: Path, known: DemandHistory, since_bucket: Ints, *, since: int, watermark: int) -> None:
    """Write the next generation: the current one with rows of some item-sites exchanged; new ones are added at the end.

    known: of the buckets of the store, its demand issues less returns, not netted; since_bucket: [n] from where on each row
    counts, 0 for new ones. For a writer that reads rows anew instead of adding to them, so that its sums can be exact, and
    doing it twice does no harm. Raises Refused where the store does not stand at `since`, has other buckets or cannot be
    read; Unavailable as `write_generation` does.
    """
    with writing(folder) as draft:
        assert draft.current is not None
        _refuse_gap(folder, draft.current.facts["watermark"], since)
        before = contents_of(draft.current, whole=False)
        _refuse_other_buckets(before.span, known)
        _publish_after(draft, before, _exchanged(before, known, since_bucket), watermark)


def _publish_after(draft: Draft, before: Contents, after: Contents, watermark: int) -> None:
    """Publish what became of the current generation; its large arrays are written anew where there is reason to."""
    assert draft.current is not None
    grows = len(after.item_sites) > len(before.item_sites) or after.span.count > before.span.count
    anew = set(LARGE) if grows else _much_changed(after)
    for name in chain.from_iterable(LARGE[part] for part in anew):
        draft.current.verified(name)
    publish(draft, after, watermark, anew)


def _much_changed(contents: Contents) -> set[str]:
    """Which of the large arrays have so many changed rows that they are better written anew."""
    rows = {"demand": contents.demand.changed, "in_stock": contents.in_stock.changed, "unnetted": contents.carried}
    most = MOST_CHANGED * len(contents.item_sites)
    return {part for part, changed in rows.items() if changed.place.size > most}


def _opened(generation: Generation) -> HistoryStore:
    contents = contents_of(generation, whole=True)
    span = contents.span
    demand, in_stock = contents.demand.laid_over(), contents.in_stock.laid_over()
    history = DemandHistory(contents.item_sites, demand, in_stock, span.first_on, span.bucket)
    until_on = span.first_on + timedelta(days=int(span.days().sum()))
    unnetted = contents.unnetted.below(contents.carried, beyond=0)
    watermark, name = generation.facts["watermark"], generation.folder.name
    return HistoryStore(history, watermark, until_on, name, unnetted, contents.origin)


def _refuse_other_buckets(span: Span, known: DemandHistory) -> None:
    found = (known.first_on, known.bucket, known.demand.shape[1])
    if found != (span.first_on, span.bucket, span.count):
        raise Refused(
            f"The history store has {span.count} buckets ({span.bucket}) from {span.first_on} on, but these rows have "
            f"{found[2]} ({found[1]}) from {found[0]} on; give them the same.",
            code="other_buckets",
        )


def _refuse_gap(folder: Path, watermark: int, since: int) -> None:
    if watermark != since:
        raise Refused(
            f"The history store in {folder} stands at watermark {watermark}, but these movements follow {since}. "
            "Append what came since, or rebuild it from the ledger.",
            code="history_store_gap",
            folder=folder,
            watermark=watermark,
            since=since,
        )


def _with_new(item_sites: pl.Series, named: pl.Series) -> pl.Series:
    """The item-sites and, after them, those that only the movements name."""
    known = item_sites.cast(named.dtype)
    new = named.unique(maintain_order=True)
    new = new.filter(~new.is_in(known.implode()))
    return item_sites if new.is_empty() else pl.concat([known, new])


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


def _added(
    before: Contents, moved: Movements, item_sites: pl.Series, span: Span, in_stock: pl.DataFrame | None
) -> Contents:
    """The contents after more movements: rows they touch are netted anew, what lies after the last bucket waits."""
    signed = np.where(moved.kind == RETURN, -moved.quantity, moved.quantity)
    place = np.concatenate([before.waiting.place, moved.place])
    day = np.concatenate([before.waiting.day, moved.day])
    units = np.concatenate([before.waiting.quantity, signed])
    bucket = _bucket_of(day, span)
    waits, counts = bucket >= span.count, (bucket >= 0) & (bucket < span.count)
    touched = _unnetted(before, np.unique(place[counts]), span.count)
    np.add.at(touched.units, (np.searchsorted(touched.place, place[counts]), bucket[counts]), units[counts])
    demand = net_of_returns(touched.units, np.zeros_like(touched.units))
    return Contents(
        item_sites,
        span,
        before.demand.with_rows(Rows(touched.place, demand)),
        _known_in_stock(before, moved, item_sites, span, in_stock),
        before.unnetted,
        _carried(before, touched),
        Movements(place[waits], day[waits], units[waits], np.zeros(waits.sum(), np.int8)),
        before.origin,
    )


def _exchanged(before: Contents, known: DemandHistory, since_bucket: Ints) -> Contents:
    """The contents with some rows exchanged from a bucket on."""
    item_sites, buckets = _with_new(before.item_sites, known.item_sites), before.span.count
    keys = known.item_sites.to_frame("item_site")
    place = places_of(replace(known, item_sites=item_sites), keys, IN_STOCK, "item_site").astype(np.int32)
    order = np.argsort(place)
    place, is_now = place[order], np.arange(buckets) >= since_bucket[order][:, None]
    told = Rows(place, np.where(is_now, known.demand[order], _unnetted(before, place, buckets).units))
    in_stock = np.where(is_now, known.in_stock[order], before.in_stock.rows(place, buckets))
    return replace(
        before,
        item_sites=item_sites,
        demand=before.demand.with_rows(Rows(place, net_of_returns(told.units, np.zeros_like(told.units)))),
        in_stock=before.in_stock.with_rows(Rows(place, in_stock)),
        carried=_carried(before, told),
    )


def _bucket_of(day: Ints32, span: Span) -> Ints:
    """The bucket of each day: below 0 before the span, the number of buckets and more after it."""
    starts = span.first_day + np.concatenate([[0], np.cumsum(span.days())])
    return np.searchsorted(starts, day, side="right") - 1


def _unnetted(before: Contents, places: Ints32, buckets: int) -> Rows:
    """Issues less returns of some item-sites, not netted."""
    units = before.demand.rows(places, buckets)
    before.unnetted.lay_over(units, places)
    before.carried.lay_over(units, places)
    return Rows(places, units)


def _carried(before: Contents, touched: Rows) -> Rows:
    """The carried rows with touched ones: those that are not demand itself, or stood for one that was not."""
    matters = (touched.units < 0).any(axis=1) | before.unnetted.has(touched.place) | before.carried.has(touched.place)
    return before.carried.below(Rows(touched.place[matters], touched.units[matters]), beyond=0)


def _known_in_stock(
    before: Contents, moved: Movements, item_sites: pl.Series, span: Span, told: pl.DataFrame | None
) -> Layered:
    """Time in stock: of new item-sites none before the bucket of their first movement, and of all what is told."""
    old, buckets = len(before.item_sites), span.count
    first_moved = np.full(len(item_sites), buckets)
    np.minimum.at(first_moved, moved.place, _bucket_of(moved.day, span).clip(0, buckets))
    is_known = np.arange(buckets) >= first_moved[old:, None]
    new = Rows(np.arange(old, len(item_sites), dtype=np.int32), is_known.astype(np.float32))
    in_stock = before.in_stock.with_rows(new)
    if told is None:
        return in_stock
    place, bucket, share = _cells(told, item_sites, span)
    rows = np.unique(place)
    units = in_stock.rows(rows, buckets)
    units[np.searchsorted(rows, place), bucket] = share
    return in_stock.with_rows(Rows(rows, units))


def _cells(told: pl.DataFrame, item_sites: pl.Series, span: Span) -> tuple[Ints32, Ints, Floats32]:
    """Place, bucket and time in stock of every row told, but for buckets that are not in the history."""
    checked = frames.check(told, IN_STOCK, item_sites.dtype)
    nothing = np.broadcast_to(np.float32(0), (len(item_sites), span.count))
    history = DemandHistory(item_sites, nothing, nothing, span.first_on, span.bucket)
    place = places_of(history, checked, IN_STOCK, "item_site").astype(np.int32)
    bucket, is_inside = buckets_of(history, checked, IN_STOCK)
    share = checked["in_stock_fraction"].to_numpy().astype(np.float32)
    return place[is_inside], bucket[is_inside], share[is_inside]
