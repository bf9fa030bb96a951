"""A table with changed rows laid over it is the table that was changed itself."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ownstock.engine.arrays import Floats32
from ownstock.engine.layered import AT_ONCE, Layered, Rows

MOST_ROWS, MOST_BUCKETS = 9, 5
shape = st.tuples(st.integers(0, MOST_ROWS), st.integers(0, MOST_BUCKETS))
changes = st.lists(st.tuples(st.sets(st.integers(0, MOST_ROWS + 3), max_size=6), st.integers(0, 3)), max_size=4)


def drawn(seed: int, *size: int) -> Floats32:
    return np.random.default_rng(seed).integers(-9, 9, size).astype(np.float32)


@settings(max_examples=200)
@given(shape, changes, st.sampled_from([0.0, 1.0]), st.integers(0, 99))
def test_a_layered_table_is_the_changed_table(
    size: tuple[int, int], steps: list[tuple[set[int], int]], beyond: float, seed: int
) -> None:
    rows, buckets = size
    before = drawn(seed, *size)
    layered, plain = Layered(before.copy(), Rows.none(buckets), beyond), before.copy()
    for number, (places, longer) in enumerate(steps):
        buckets += longer
        rows = max(rows, *places, -1) + 1 if places and max(places) >= rows else rows
        grown = np.full((rows, buckets), beyond, np.float32)
        grown[: plain.shape[0], : plain.shape[1]] = plain
        plain, place = grown, np.array(sorted(places), np.int32)
        units = drawn(seed + number + 1, place.size, buckets)
        plain[place] = units
        layered = layered.with_rows(Rows(place, units))
    everywhere = np.arange(rows)
    assert np.array_equal(layered.rows(everywhere, buckets), plain)
    assert np.array_equal(layered.rows(everywhere[::2], buckets), plain[::2])
    assert np.array_equal(np.concatenate([*layered.pieces(rows, buckets), plain[:0]]), plain)
    assert np.array_equal(layered.table, before)
    assert layered.changed.has(everywhere).sum() == layered.changed.place.size
    if before.shape == plain.shape:
        assert np.array_equal(layered.laid_over(), plain)


def test_many_rows_come_in_pieces() -> None:
    table = drawn(1, 2 * AT_ONCE + 5, 3)
    changed = Rows(np.array([0, AT_ONCE, 2 * AT_ONCE + 4], np.int32), np.full((3, 3), 99, np.float32))
    pieces = list(Layered(table.copy(), changed, 0).pieces(len(table), 4))
    assert [piece.shape for piece in pieces] == [(AT_ONCE, 4), (AT_ONCE, 4), (5, 4)]
    table[changed.place] = 99
    assert np.array_equal(np.concatenate(pieces)[:, :3], table)
    assert not np.concatenate(pieces)[:, 3].any()
