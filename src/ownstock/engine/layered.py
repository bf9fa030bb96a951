"""A large table as it was last written, and beside it the rows that changed since: what the history store consists of.

New movements touch few rows, but rows all over. So the table stays as it is, on disk and shared, and changed rows lie above
it, as one or more layers; they are laid over only those rows that someone asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ownstock.engine.arrays import Floats32, Ints, Truths

Ints32 = npt.NDArray[np.int32]

# So many rows are put together at a time, however many there are to write.
AT_ONCE = 4_096


@dataclass(frozen=True)
class Rows:
    """Some rows of a table: place [m], ascending, where they belong; units [m, T]."""

    place: Ints32
    units: Floats32

    @classmethod
    def none(cls, buckets: int) -> Rows:
        """No row."""
        return cls(np.zeros(0, np.int32), np.zeros((0, buckets), np.float32))

    def has(self, places: Ints | Ints32) -> Truths:
        """Whether there is a row for each of some places. [k]"""
        return np.isin(places, self.place)

    def lay_over(self, table: Floats32, places: Ints | Ints32) -> None:
        """Put the rows there are for some places [k] over `table` [k, at least T], in place."""
        if self.place.size:
            at = np.searchsorted(self.place, places).clip(0, self.place.size - 1)
            is_there = self.place[at] == places
            table[is_there, : self.units.shape[1]] = self.units[at[is_there]]

    def below(self, newer: Rows, beyond: float) -> Rows:
        """These and newer ones, which win; shorter rows go on with `beyond`."""
        place = np.union1d(self.place, newer.place)
        units = np.empty((place.size, newer.units.shape[1]), np.float32)
        units[:, self.units.shape[1] :] = beyond
        for rows in (self, newer):
            units[np.searchsorted(place, rows.place), : rows.units.shape[1]] = rows.units
        return Rows(place, units)


@dataclass(frozen=True)
class Layered:
    """A table [n, T] and its changed rows, which may lie below its last row and reach beyond its last bucket.

    `beyond` is what a row or a bucket holds of which nobody said anything.
    """

    table: Floats32
    changed: Rows
    beyond: float

    def rows(self, places: Ints | Ints32, buckets: int) -> Floats32:
        """A copy of some rows, as they are now. [k, buckets]"""
        found = np.full((places.size, buckets), self.beyond, np.float32)
        is_old = places < self.table.shape[0]
        found[is_old, : self.table.shape[1]] = self.table[places[is_old]]
        self.changed.lay_over(found, places)
        return found

    def with_rows(self, newer: Rows) -> Layered:
        """The same with rows that are newer."""
        return replace(self, changed=self.changed.below(newer, self.beyond)) if newer.place.size else self

    def pieces(self, rows: int, buckets: int) -> Iterator[Floats32]:
        """All rows as they are now, some at a time. [rows, buckets]"""
        is_as_written = self.changed.place.size == 0 and self.table.shape == (rows, buckets)
        for first in range(0, rows, AT_ONCE):
            last = min(first + AT_ONCE, rows)
            yield self.table[first:last] if is_as_written else self.rows(np.arange(first, last), buckets)

    def laid_over(self) -> Floats32:
        """The table itself with the changes put in their place, where none reaches beyond it. [n, T]"""
        self.table[self.changed.place] = self.changed.units
        return self.table
