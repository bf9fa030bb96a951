"""From flows to weeks: pure arithmetic.

A flow is one end of a movement, at an item-site: what went to a customer there or came back from one, and how what is
released there changed, on a day of the site's own. Units are counted in ten-thousandths, so that every sum is exact.

A history here is not netted: its demand is issues less returns of each week. So rows can be exchanged week by week, and
what a later week takes back from an earlier one follows from `netted`, for whichever weeks are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from ownstock.engine.arrays import NONE, Floats, Floats32, Ints, Truths
from ownstock.engine.buckets import Span, in_stock_of
from ownstock.engine.history import DemandHistory, net_of_returns
from ownstock.engine.layered import Rows

DAYS_A_WEEK = 7
# One stock unit, in the units that flows are counted in.
UNIT = 10_000


@dataclass(frozen=True)
class Flows:
    """Flows as columns [m] each: item_site; day, counted from 1970-01-01; demand, below 0 what came back; change."""

    item_site: Ints
    day: Ints
    demand: Ints
    change: Ints

    def some(self, which: Truths | slice) -> Flows:
        """These flows alone."""
        return Flows(*(column[which] for column in vars(self).values()))

    def and_then(self, others: Flows) -> Flows:
        """These and, after them, others."""
        return Flows(*map(np.concatenate, zip(vars(self).values(), vars(others).values(), strict=True)))


def no_flows() -> Flows:
    """None at all."""
    return Flows(*np.zeros((4, 0), np.int64))


def weeks_of(flows: Flows, item_sites: Ints, released: Ints, span: Span) -> DemandHistory:
    """The weeks of some item-sites [n], from all their flows since the span begins; released [n] is what is there now.

    Walks back from now: what was there at the close of a day is what is there now, less all later changes. A day with
    nothing there on which nothing moved counts as out of stock.
    """
    order = np.argsort(flows.day, kind="stable")
    place, day, demand, change = (column[order] for column in (flows.item_site, flows.day, flows.demand, flows.change))
    place = np.searchsorted(item_sites, place)
    opening = (released - np.bincount(place, change, len(item_sites))).astype(np.float64)
    in_stock = in_stock_of(place.astype(np.int32), day.astype(np.int32), change.astype(np.float64), opening, span)
    week = (day - span.first_day) // DAYS_A_WEEK
    is_inside = (week >= 0) & (week < span.count)
    cell = place[is_inside] * span.count + week[is_inside]
    issued, returned = (_added(cell, sign * demand[is_inside], len(item_sites), span) for sign in (1, -1))
    return DemandHistory(pl.Series("item_site", item_sites), issued - returned, in_stock, span.first_on, "week")


def _added(cell: Ints, units: Ints, rows: int, span: Span) -> Floats32:
    """What is above 0, added up by cell. Whole numbers below 2^53, so that every sum is exact. [rows, weeks]"""
    sums = np.bincount(cell, np.maximum(units, 0), rows * span.count)
    return (sums / UNIT).astype(np.float32).reshape(rows, span.count)


def exchange(history: DemandHistory, place: Ints, now: DemandHistory, since_week: Ints) -> None:
    """Put newer weeks in the place of some rows [k], in place: of each row those from a week of its own on.

    `now` has these rows, and the last weeks of the history, as many as are needed.
    """
    first = history.demand.shape[1] - now.demand.shape[1]
    is_now = np.arange(first, history.demand.shape[1]) >= since_week[:, None]
    for before, newer in ((history.demand, now.demand), (history.in_stock, now.in_stock)):
        before[place, first:] = np.where(is_now, newer, before[place, first:])


def unknown_weeks(item_sites: Ints, span: Span) -> DemandHistory:
    """Nothing, never in stock, of item-sites [n]: to be filled."""
    demand, in_stock = np.zeros((2, item_sites.size, span.count), np.float32)
    return DemandHistory(pl.Series("item_site", item_sites), demand, in_stock, span.first_on, "week")


def still_weeks(item_sites: Ints, released: Ints, span: Span) -> DemandHistory:
    """Nothing wanted of item-sites [n], of which so much was there all the time."""
    still = unknown_weeks(item_sites, span)
    still.in_stock[released > 0] = 1
    return still


def stored_weeks(store: DemandHistory, unnetted: Rows, item_sites: Ints, span: Span) -> DemandHistory:
    """A copy of the weeks of some item-sites [n], not netted; of those that are not in it, nothing, never in stock.

    `unnetted` has the rows of the store that were netted, as they were.
    """
    assert store.first_on is not None
    first = (span.first_on - store.first_on).days // DAYS_A_WEEK
    assert 0 <= first <= store.demand.shape[1] - span.count, "the store has other weeks"
    weeks = slice(first, first + span.count)
    place = places_in(store.item_sites, item_sites)
    is_known = place >= 0
    found = unknown_weeks(item_sites, span)
    found.demand[is_known] = store.demand[:, weeks][place[is_known]]
    found.in_stock[is_known] = store.in_stock[:, weeks][place[is_known]]
    Rows(unnetted.place, unnetted.units[:, weeks]).lay_over(found.demand, place)
    return found


def places_in(known: pl.Series, item_sites: Ints) -> Ints:
    """The row of each item-site among known ones; -1 where it is none of them. [n]"""
    if known.is_empty():
        return np.full(item_sites.size, NONE)
    ids = known.to_numpy()
    order = np.argsort(ids, kind="stable")
    place = order[np.searchsorted(ids[order], item_sites).clip(0, ids.size - 1)]
    found: Ints = np.where(ids[place] == item_sites, place, NONE)
    return found


def column_of(frame: pl.DataFrame, name: str, item_sites: Ints) -> Ints:
    """A column of a frame by item-site, 0 where it has none. [n]"""
    place = places_in(frame["item_site"], item_sites)
    found: Ints = np.where(place < 0, 0, np.append(frame[name].to_numpy(), 0)[place])
    return found


def closings(flows: Flows, released: int, first_day: int) -> tuple[Ints, Floats]:
    """What was there of one item-site at the close of the day before the first, and of each with a flow: days, units."""
    days, of_flow = np.unique(flows.day, return_inverse=True)
    change = np.bincount(of_flow, flows.change, days.size)
    there = released - change.sum() + np.append(0, np.cumsum(change))
    return np.append(first_day - 1, days), there / UNIT


def netted(history: DemandHistory) -> tuple[DemandHistory, Rows]:
    """The same with returns taken from the sales before them, in place; and the rows that this changed, as they were."""
    place = np.flatnonzero((history.demand < 0).any(axis=1)).astype(np.int32)
    unnetted = Rows(place, history.demand[place])
    history.demand[place] = net_of_returns(unnetted.units, np.zeros_like(unnetted.units))
    return history, unnetted
