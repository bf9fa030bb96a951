"""What customers have ordered for days to come: a part of what the forecast expects of its bucket, never on top of it.

Of a bucket with K units known, demand by the forecast being D, the whole is max(D, K). How the decision counts so:
`kernels/known_demand.py`; how paths do: `paths_with_known` here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ownstock.engine.arrays import Floats, Ints, Truths
from ownstock.engine.arrivals import open_arrivals


@dataclass(frozen=True)
class KnownDemand:
    """Known demand of many item-sites, sorted by item-site and day.

    day, quantity: [all]; those of item-site i are first[i] … first[i] + count[i] - 1.
    """

    day: Ints
    quantity: Ints
    first: Ints
    count: Ints

    @classmethod
    def none(cls, rows: int) -> KnownDemand:
        """Nothing known of so many item-sites."""
        empty = np.zeros(0, np.int64)
        return cls(empty, empty, np.zeros(rows, np.int64), np.zeros(rows, np.int64))

    @property
    def columns(self) -> tuple[Ints, Ints, Ints, Ints]:
        """As the kernels take it: first, count, day, quantity."""
        return self.first, self.count, self.day, self.quantity

    def within(self, days: Ints) -> Ints:
        """The item-sites of which something is known before a day of their own. days [n]"""
        known = np.flatnonzero(self.count)
        found: Ints = known[self.day[self.first[known]] < days[known]]
        return found

    def some(self, rows: Ints) -> KnownDemand:
        """The same of some item-sites; all lines stay where they lie."""
        return replace(self, first=self.first[rows], count=self.count[rows])

    def by_day(self, row: int, days: int) -> Ints:
        """Units known of one item-site on each of so many days. [days]"""
        some = slice(self.first[row], self.first[row] + self.count[row])
        day, units = self.day[some], self.quantity[some]
        return np.bincount(day[day < days], units[day < days], days).astype(np.int64)


def known_demand_of(known: pl.DataFrame, supply: pl.DataFrame) -> KnownDemand:
    """The frame of known demand by the places of the item-sites, each by day."""
    if not known.height:
        return KnownDemand.none(supply.height)
    found = open_arrivals(known.rename({"wanted_in_days": "arrives_in_days"}), supply)
    return KnownDemand(found.day, found.quantity, found.first, found.count)


def unconsumed_units(demand: Ints, begins: Truths, known: Ints, bucket_days: float) -> Ints:
    """What of the demand of paths is wanted beyond known demand: max(D - K, 0) in every bucket, spread as D was.

    demand: [paths, stretches] units, a stretch's at its first day; begins: [days] whether a stretch begins; known: [days]
    units. Whole units: the running total of a bucket is rounded down.
    """
    day = np.arange(begins.size)
    bucket = (day / bucket_days).astype(np.int64)
    units = np.bincount(bucket, known)
    of_stretch = bucket[begins]
    left = demand.copy()
    for place in np.flatnonzero(units[: of_stretch.max(initial=-1) + 1]):
        some = of_stretch == place
        until: Floats = np.cumsum(demand[:, some], axis=1)
        whole = until[:, -1:]
        kept = np.maximum(whole - units[place], 0)
        scaled = until * kept // np.maximum(whole, 1)
        left[:, some] = np.diff(scaled, axis=1, prepend=0).astype(np.int64)
    return left
