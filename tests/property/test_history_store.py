"""A store that grew movement by movement is the store that is written from all movements at once."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ownstock.engine.buckets import Span, bucketed, movements_of
from ownstock.engine.history import DemandHistory, net_of_returns
from ownstock.engine.history_store import append_movements, open_store, put_rows, write_generation

MONDAY = date(2026, 1, 5)
WEEKS = 4
MOST_ADDED = 3

# Item-sites below 80 are in the store from the start.
NAMED = [0, 1, 2, 0, 1, 2, 77, 78, 79, 100, 101]
Moved = tuple[int, int, int, str]
Told = dict[tuple[int, int], float]

step = st.tuples(
    st.lists(
        st.tuples(
            st.sampled_from(NAMED),
            st.integers(-3, 7 * (WEEKS + MOST_ADDED) - 1),
            st.integers(-2, 9),
            st.sampled_from(["issue", "return"]),
        ),
        max_size=12,
    ),
    st.integers(0, 1),
    st.dictionaries(
        st.tuples(st.sampled_from(NAMED[:-2]), st.integers(0, WEEKS - 1)), st.sampled_from([0.0, 0.25, 1.0]), max_size=4
    ),
)


def frame(rows: list[Moved]) -> pl.DataFrame:
    columns = [(key, MONDAY + timedelta(days=day), quantity, kind) for key, day, quantity, kind in rows]
    schema = {"item_site": pl.Int64, "moved_on": pl.Date, "quantity": pl.Int64, "kind": pl.String}
    return pl.DataFrame(columns, schema=schema, orient="row")


def told_frame(told: Told) -> pl.DataFrame:
    columns = [(key, MONDAY + timedelta(weeks=week), share) for (key, week), share in told.items()]
    schema = {"item_site": pl.Int64, "bucket_start_on": pl.Date, "in_stock_fraction": pl.Float64}
    return pl.DataFrame(columns, schema=schema, orient="row")


class PlainInStock:
    """Time in stock by item-site and week, kept by the rules alone."""

    def __init__(self) -> None:
        self.known = {key: [1.0] * WEEKS for key in range(80)}

    def add(self, rows: list[Moved], weeks: int, told: Told) -> None:
        for known in self.known.values():
            known += [1.0] * (weeks - len(known))
        for key in dict.fromkeys(key for key, *_ in rows):
            if key not in self.known:
                first = min(day // 7 for named, day, *_ in rows if named == key)
                self.known[key] = [float(week >= first) for week in range(weeks)]
        for (key, week), share in told.items():
            self.known[key][week] = share


@settings(max_examples=40)
@given(st.lists(step, min_size=1, max_size=MOST_ADDED))
def test_appending_equals_writing_anew(steps: list[tuple[list[Moved], int, Told]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder, weeks, in_stock = Path(place), WEEKS, PlainInStock()
        keys = pl.Series("item_site", range(80))
        first = bucketed(movements_of(frame([]), keys), keys, Span(MONDAY, weeks))
        write_generation(folder, first.history, 0)
        for number, (rows, added, told) in enumerate(steps):
            weeks += added
            append_movements(
                folder,
                frame(rows),
                since=number,
                watermark=number + 1,
                until_on=MONDAY + timedelta(weeks=weeks),
                in_stock=told_frame(told),
            )
            in_stock.add(rows, weeks, told)
            assert open_store(folder).watermark == number + 1
        grown = open_store(folder).history
        everything = frame([row for rows, *_ in steps for row in rows])
        anew = bucketed(movements_of(everything, grown.item_sites), grown.item_sites, Span(MONDAY, weeks))
        assert np.array_equal(grown.demand, anew.history.demand)
        assert grown.item_sites.to_list() == list(in_stock.known)
        assert grown.in_stock.tolist() == list(in_stock.known.values())


rows = st.dictionaries(
    st.sampled_from(NAMED),
    st.lists(st.tuples(st.integers(-3, 5), st.sampled_from([0.0, 0.25, 1.0])), min_size=WEEKS, max_size=WEEKS),
    max_size=6,
)


def unnetted(known: dict[int, list[tuple[int, float]]]) -> DemandHistory:
    """Issues less returns and time in stock of each week, by item-site."""
    table = np.array(list(known.values()), np.float32).reshape(len(known), WEEKS, 2)
    return DemandHistory(pl.Series(list(known), dtype=pl.Int64), table[:, :, 0], table[:, :, 1], MONDAY, "week")


@settings(max_examples=40)
@given(st.lists(st.tuples(rows, st.integers(0, WEEKS)), min_size=1, max_size=4))
def test_rows_put_are_rows_written_anew(steps: list[tuple[dict[int, list[tuple[int, float]]], int]]) -> None:
    known = {key: [(0, 1.0)] * WEEKS for key in range(80)}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_generation(folder, unnetted(known), 0, origin={"of": "here"})
        for number, (told, week) in enumerate(steps):
            since = {key: week if key in known else 0 for key in told}
            put_rows(folder, unnetted(told), np.array(list(since.values()), int), since=number, watermark=number + 1)
            known |= {key: known.get(key, [])[: since[key]] + row[since[key] :] for key, row in told.items()}
        store, wanted = open_store(folder), unnetted(known)
        assert (store.watermark, store.origin) == (len(steps), {"of": "here"})
        assert store.history.item_sites.to_list() == list(known)
        assert np.array_equal(store.history.demand, net_of_returns(wanted.demand.copy(), np.zeros_like(wanted.demand)))
        assert np.array_equal(store.history.in_stock, wanted.in_stock)
        again = store.history.demand.copy()
        store.unnetted.lay_over(again, np.arange(len(known)))
        assert np.array_equal(again, wanted.demand)
