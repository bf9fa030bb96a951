"""What a generation of the history store holds, array by array: read from its folder, and written into the next one.

n item-sites, T buckets. The first five are large, and shared by generations until so much has changed that they are written
anew; what changed meanwhile lies in the others.

    item_sites                                    [n] the keys, as a frame of one column in Arrow's file format
    demand                                        [n, T] units wanted, returns netted
    in_stock                                      [n, T] for which part of the bucket it could be sold
    unnetted_place, unnetted_units                [m], [m, T] issues less returns, where those once exceeded these
    changed_place, changed_demand                 rows over demand
    told_place, told_in_stock                     rows over in_stock
    carried_place, carried_units                  rows over unnetted
    waiting_place, waiting_day, waiting_units     [w] movements after the last bucket, returns below 0
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

import numpy as np
import polars as pl

from ownstock.engine.arrays import Floats32
from ownstock.engine.buckets import Movements, Span
from ownstock.engine.generations import Draft, Generation
from ownstock.engine.layered import AT_ONCE, Layered, Rows

# What is kept as it is while it can be, and the arrays that it lies in.
LARGE = {
    "item_sites": ("item_sites",),
    "demand": ("demand",),
    "in_stock": ("in_stock",),
    "unnetted": ("unnetted_place", "unnetted_units"),
}


@dataclass(frozen=True)
class Contents:
    """All of a generation. unnetted and, over it, carried: issues less returns of the rows where demand is not just that.

    waiting: movements after the last bucket, their quantities signed. origin: what the writer wrote of itself.
    """

    item_sites: pl.Series
    span: Span
    demand: Layered
    in_stock: Layered
    unnetted: Rows
    carried: Rows
    waiting: Movements
    origin: Mapping[str, Any]


def no_movements() -> Movements:
    """Nothing waits."""
    return Movements(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.int8))


def contents_of(generation: Generation, *, whole: bool) -> Contents:
    """What a generation holds, mapped into memory; `whole`: the large arrays are held against their checksums too."""
    large, small = generation.verified if whole else generation.array, generation.verified
    facts = generation.facts
    waiting = [small(f"waiting_{name}") for name in ("place", "day", "units")]
    return Contents(
        *keys_of(generation),
        Layered(large("demand"), Rows(small("changed_place"), small("changed_demand")), beyond=0),
        Layered(large("in_stock"), Rows(small("told_place"), small("told_in_stock")), beyond=1),
        Rows(large("unnetted_place"), large("unnetted_units")),
        Rows(small("carried_place"), small("carried_units")),
        Movements(waiting[0], waiting[1], waiting[2], np.zeros(waiting[0].size, np.int8)),
        facts.get("origin", {}),
    )


def keys_of(generation: Generation) -> tuple[pl.Series, Span]:
    """Of which item-sites and buckets a generation is, the keys held against their checksums."""
    facts, keys = generation.facts, generation.verified("item_sites")
    span = Span(date.fromisoformat(facts["first_on"]), facts["buckets"], facts["bucket"])
    return pl.read_ipc(BytesIO(keys.tobytes()))["item_site"], span


def publish(draft: Draft, contents: Contents, watermark: int, anew: Collection[str]) -> None:
    """Make this the current generation: of LARGE, those to be written `anew` with all changes in them, the others kept."""
    span, waiting = contents.span, contents.waiting
    _put_item_sites(draft, contents, anew)
    changed = _put_table(draft, "demand", contents, contents.demand, anew)
    told = _put_table(draft, "in_stock", contents, contents.in_stock, anew)
    carried = _put_unnetted(draft, contents, anew)
    rest = {
        "changed_place": changed.place, "changed_demand": changed.units,
        "told_place": told.place, "told_in_stock": told.units,
        "carried_place": carried.place, "carried_units": carried.units,
        "waiting_place": waiting.place, "waiting_day": waiting.day, "waiting_units": waiting.quantity,
    }  # fmt: skip
    for name, array in rest.items():
        draft.put(name, array)
    facts = {"first_on": span.first_on.isoformat(), "buckets": span.count, "bucket": span.bucket}
    draft.publish({"watermark": watermark, **facts, "origin": dict(contents.origin)})


def _put_item_sites(draft: Draft, contents: Contents, anew: Collection[str]) -> None:
    if "item_sites" not in anew:
        draft.keep("item_sites")
        return
    file = BytesIO()
    contents.item_sites.to_frame("item_site").write_ipc(file)
    draft.put("item_sites", np.frombuffer(file.getvalue(), np.uint8))


def _put_table(draft: Draft, name: str, contents: Contents, table: Layered, anew: Collection[str]) -> Rows:
    """Keep a table or write it anew; tell which changed rows lie over it then."""
    if name not in anew:
        draft.keep(name)
        return table.changed
    shape = (len(contents.item_sites), contents.span.count)
    draft.put_pieces(name, table.pieces(*shape), shape, np.float32)
    return Rows.none(contents.span.count)


def _put_unnetted(draft: Draft, contents: Contents, anew: Collection[str]) -> Rows:
    """The same; written anew, carried rows without a bucket below 0 are left out, being demand itself."""
    older, newer, buckets = contents.unnetted, contents.carried, contents.span.count
    if "unnetted" not in anew:
        for name in LARGE["unnetted"]:
            draft.keep(name)
        return newer
    place = np.union1d(older.place[~newer.has(older.place)], newer.place[(newer.units < 0).any(axis=1)])

    def pieces() -> Iterator[Floats32]:
        for first in range(0, place.size, AT_ONCE):
            places = place[first : first + AT_ONCE]
            units = np.zeros((places.size, buckets), np.float32)
            older.lay_over(units, places)
            newer.lay_over(units, places)
            yield units

    draft.put("unnetted_place", place)
    draft.put_pieces("unnetted_units", pieces(), (place.size, buckets), np.float32)
    return Rows.none(buckets)
