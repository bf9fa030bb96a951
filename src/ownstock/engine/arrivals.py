"""What is on its way, and how long what is ordered now takes: by item-site and day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.frames import MOST_DAYS


@dataclass(frozen=True)
class OpenArrivals:
    """All open arrivals, sorted by item-site, scenario and day.

    place, scenario, day, quantity: [all arrivals]; those of item-site i as expected, its scenario 0, are first[i] …
    first[i] + count[i] - 1.
    """

    place: Ints
    day: Ints
    quantity: Ints
    first: Ints
    count: Ints
    scenario: Ints

    def total(self, after_day: Ints, to_day: Ints) -> Ints:
        """Units expected to arrive after one day and up to another, by item-site. [n], [n] → [n]"""
        is_within = (self.day > after_day[self.place]) & (self.day <= to_day[self.place]) & (self.scenario == 0)
        return _sum_by_place(self.place, np.where(is_within, self.quantity, 0), self.count.size)

    def seen_by(self, lead_times: LeadTimes) -> Seen:
        """The arrivals that come where it is a lead time, of each lead time."""
        place = np.repeat(np.arange(self.first.size), lead_times.count)
        if not lead_times.scenario.any():
            return Seen(self.first[place], self.count[place])
        ours, theirs = _keys(self.place, self.scenario), _keys(place, lead_times.scenario)
        first = np.searchsorted(ours, theirs)
        return Seen(first, np.searchsorted(ours, theirs, side="right") - first)


@dataclass(frozen=True)
class Seen:
    """Places of arrivals, those of each lead time: first … first + count - 1. [all lead times] each"""

    first: Ints
    count: Ints


@dataclass(frozen=True)
class LeadTimes:
    """In how many days what is ordered now arrives, and how likely each is; by item-site, the shortest first.

    days, probability, scenario: [all]; those of item-site i are first[i] … first[i] + count[i] - 1. Where it is one of
    them, the arrivals of its scenario come. reference: [n] the days for which the position is told: the shortest, or, where
    there are scenarios, those that are expected.
    """

    days: Ints
    probability: Floats
    first: Ints
    count: Ints
    scenario: Ints
    reference: Ints

    @classmethod
    def of_one(cls, days: Ints, probability: Floats) -> LeadTimes:
        """Those of a single item-site, the shortest first. [all], [all]"""
        none, one = np.zeros(1, np.int64), np.array([days.size])
        return cls(days, probability, none, one, np.zeros_like(days), days[:1])

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
    scenario = placed["scenario"].to_numpy() if "scenario" in placed.columns else np.zeros_like(day)
    key = _keys(_keys(place, scenario), day)
    if (key[1:] < key[:-1]).any():
        order = np.argsort(key, kind="stable")
        place, scenario, day, quantity = place[order], scenario[order], day[order], quantity[order]
    count = np.bincount(place[scenario == 0], minlength=item_sites.height).astype(np.int64)
    first = np.searchsorted(place, np.arange(item_sites.height))
    return OpenArrivals(place, day, quantity, first, count, scenario)


def lead_times_of(supply: pl.DataFrame, lead_times: pl.DataFrame) -> LeadTimes:
    """The lead times of every item-site of supply: its distribution where it has one, else the one that supply names."""
    certain = supply.select("item_site", "lead_time_days").with_row_index("place")
    if not lead_times.height:
        places = np.arange(supply.height)
        days = certain["lead_time_days"].to_numpy()
        return LeadTimes(days, np.ones(supply.height), places, np.ones_like(places), np.zeros_like(places), days)
    uncertain = lead_times.join(certain.select("item_site", "place"), on="item_site")
    sure = [pl.lit(1.0).alias("probability"), pl.lit(0, pl.Int64).alias("scenario")]
    only = certain.join(lead_times, on="item_site", how="anti").with_columns(sure)
    columns = ["place", "lead_time_days", "probability", "scenario"]
    every = pl.concat([uncertain.select(columns), only.select(columns)]).sort("place", "lead_time_days", "scenario")
    count = np.bincount(every["place"].to_numpy(), minlength=supply.height).astype(np.int64)
    days, probability, scenario = (every[name].to_numpy() for name in columns[1:])
    first = np.cumsum(count) - count
    reference = np.where(scenario[first] > 0, certain["lead_time_days"].to_numpy(), days[first])
    return LeadTimes(days, probability, first, count, scenario, reference)


def _keys(outer: Ints, inner: Ints) -> Ints:
    """One number for two, in the order of the first and then of the second, which is at most MOST_DAYS."""
    keys: Ints = outer * (MOST_DAYS + 1) + inner
    return keys


def _sum_by_place(place: Ints, amount: Ints, places: int) -> Ints:
    total = np.zeros(places, dtype=np.int64)
    np.add.at(total, place, amount)
    return total
