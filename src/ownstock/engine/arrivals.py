"""What is already on its way: open arrivals, by item-site and day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from ownstock.engine.arrays import Ints


@dataclass(frozen=True)
class OpenArrivals:
    """All open arrivals, sorted by item-site and day, one per day.

    place, day, quantity: [all arrivals]; the arrivals of item-site i are first[i] … first[i] + count[i] - 1.
    """

    place: Ints
    day: Ints
    quantity: Ints
    first: Ints
    count: Ints

    def total(self, after_day: Ints, to_day: Ints) -> Ints:
        """Units that arrive after one day and up to another, by item-site. [n], [n] → [n]"""
        is_within = (self.day > after_day[self.place]) & (self.day <= to_day[self.place])
        return _sum_by_place(self.place, np.where(is_within, self.quantity, 0), self.count.size)

    def days_before(self, day: Ints) -> Ints:
        """On how many days something arrives before a day, by item-site. [n] → [n]"""
        return _sum_by_place(self.place, (self.day < day[self.place]).astype(np.int64), self.count.size)

    def earliest(self, places: Ints, number: int) -> tuple[Ints, Ints]:
        """Days and quantities of the first `number` arrivals of item-sites that have that many. [m, number] each"""
        at = self.first[places][:, None] + np.arange(number)
        return self.day[at], self.quantity[at]


def open_arrivals(arrivals: pl.DataFrame, item_sites: pl.DataFrame) -> OpenArrivals:
    """The arrivals frame by the places of the item-sites; arrivals of one day are added up."""
    places = item_sites.select("item_site").with_row_index("place")
    by_day = (
        arrivals.join(places, on="item_site")
        .group_by("place", "arrives_in_days")
        .agg(pl.col("quantity").sum())
        .sort("place", "arrives_in_days")
    )
    place = by_day["place"].to_numpy().astype(np.int64)
    count = np.bincount(place, minlength=item_sites.height).astype(np.int64)
    return OpenArrivals(
        place, by_day["arrives_in_days"].to_numpy(), by_day["quantity"].to_numpy(), np.cumsum(count) - count, count
    )


def _sum_by_place(place: Ints, amount: Ints, places: int) -> Ints:
    total = np.zeros(places, dtype=np.int64)
    np.add.at(total, place, amount)
    return total
