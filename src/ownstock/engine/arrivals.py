"""What is on its way, and how long what is ordered now takes: by item-site and day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.frames import MOST_DAYS


@dataclass(frozen=True)
class OpenArrivals:
    """All open arrivals, sorted by item-site and day.

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


@dataclass(frozen=True)
class LeadTimes:
    """In how many days what is ordered now arrives, and how likely each is; by item-site, the shortest first.

    days, probability: [all]; those of item-site i are first[i] … first[i] + count[i] - 1.
    """

    days: Ints
    probability: Floats
    first: Ints
    count: Ints

    def longest(self) -> Ints:
        """The longest lead time of each item-site, in days. [n]"""
        longest: Ints = self.days[self.first + self.count - 1]
        return longest


def open_arrivals(arrivals: pl.DataFrame, item_sites: pl.DataFrame) -> OpenArrivals:
    """The arrivals frame by the places of the item-sites, each by day."""
    places = item_sites.select("item_site").with_row_index("place")
    placed = arrivals.join(places, on="item_site", maintain_order="left")
    place, day = placed["place"].to_numpy().astype(np.int64), placed["arrives_in_days"].to_numpy()
    quantity = placed["quantity"].to_numpy()
    key = place * (MOST_DAYS + 1) + day
    if (key[1:] < key[:-1]).any():
        order = np.argsort(key, kind="stable")
        place, day, quantity = place[order], day[order], quantity[order]
    count = np.bincount(place, minlength=item_sites.height).astype(np.int64)
    return OpenArrivals(place, day, quantity, np.cumsum(count) - count, count)


def lead_times_of(supply: pl.DataFrame, lead_times: pl.DataFrame) -> LeadTimes:
    """The lead times of every item-site of supply: its distribution where it has one, else the one that supply names."""
    certain = supply.select("item_site", "lead_time_days").with_row_index("place")
    if not lead_times.height:
        places = np.arange(supply.height)
        return LeadTimes(certain["lead_time_days"].to_numpy(), np.ones(supply.height), places, np.ones_like(places))
    uncertain = lead_times.join(certain.select("item_site", "place"), on="item_site")
    only = certain.join(lead_times, on="item_site", how="anti").with_columns(probability=pl.lit(1.0))
    columns = ["place", "lead_time_days", "probability"]
    every = pl.concat([uncertain.select(columns), only.select(columns)]).sort("place", "lead_time_days")
    count = np.bincount(every["place"].to_numpy(), minlength=supply.height).astype(np.int64)
    days, probability = every["lead_time_days"].to_numpy(), every["probability"].to_numpy()
    return LeadTimes(days, probability, np.cumsum(count) - count, count)


def _sum_by_place(place: Ints, amount: Ints, places: int) -> Ints:
    total = np.zeros(places, dtype=np.int64)
    np.add.at(total, place, amount)
    return total
