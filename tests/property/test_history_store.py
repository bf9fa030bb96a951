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
from ownstock.engine.history_store import append_movements, open_store, write_generation

MONDAY = date(2026, 1, 5)
WEEKS = 4
MOST_ADDED = 3

step = st.tuples(
    st.lists(
        st.tuples(
            st.sampled_from([0, 1, 2, 0, 1, 2, 77, 78, 79, 100]),
            st.integers(-3, 7 * (WEEKS + MOST_ADDED) - 1),
            st.integers(-2, 9),
            st.sampled_from(["issue", "return"]),
        ),
        max_size=12,
    ),
    st.integers(0, 1),
)


def frame(rows: list[tuple[int, int, int, str]]) -> pl.DataFrame:
    columns = [(key, MONDAY + timedelta(days=day), quantity, kind) for key, day, quantity, kind in rows]
    schema = {"item_site": pl.Int64, "moved_on": pl.Date, "quantity": pl.Int64, "kind": pl.String}
    return pl.DataFrame(columns, schema=schema, orient="row")


@settings(max_examples=40)
@given(st.lists(step, min_size=1, max_size=MOST_ADDED))
def test_appending_equals_writing_anew(steps: list[tuple[list[tuple[int, int, int, str]], int]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder, weeks = Path(place), WEEKS
        keys = pl.Series("item_site", range(80))
        first = bucketed(movements_of(frame([]), keys), keys, Span(MONDAY, weeks))
        write_generation(folder, first.history, 0)
        for number, (rows, added) in enumerate(steps):
            weeks += added
            until_on = MONDAY + timedelta(weeks=weeks)
            append_movements(folder, frame(rows), since=number, watermark=number + 1, until_on=until_on)
            assert open_store(folder).watermark == number + 1
        grown = open_store(folder).history
        everything = frame([row for rows, _ in steps for row in rows])
        anew = bucketed(movements_of(everything, grown.item_sites), grown.item_sites, Span(MONDAY, weeks))
        assert np.array_equal(grown.demand, anew.history.demand)
        assert grown.item_sites.to_list()[:80] == list(range(80))
