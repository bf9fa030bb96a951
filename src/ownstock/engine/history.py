"""What customers wanted, week by week: issues less returns, and how far each week can be believed.

A week in which the item could not be sold says nothing about demand: read as low demand, it causes the next
stock-out. Such weeks are masked, and weeks partly in stock count for the part in which they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from ownstock.engine.arrays import Floats, Ints

# A week counts when the item could be sold for at least half of it.
LEAST_IN_STOCK = 0.5
# Where no week counts, weeks in stock for a shorter time do; a day is the least that a daily record can vouch for.
SHORTEST_EXPOSURE = 1 / 7


@dataclass(frozen=True)
class DemandWindow:
    """The weeks that a forecast looks at, oldest first.

    demand, in_stock: [n, W], units and 0-1. `weeks_back` [n]: how many weeks before `last_week_on` the window of an
    item-site ends; 0 unless it was out of stock for the whole of the latest window.
    """

    demand: Floats
    in_stock: Floats
    weeks_back: Ints
    last_week_on: date | None

    def week_start_on(self) -> npt.NDArray[np.datetime64]:
        """The Mondays of every item-site's window. [n, W] days"""
        weeks = self.demand.shape[1]
        weeks_ago = self.weeks_back[:, None] + np.arange(weeks - 1, -1, -1)
        return np.datetime64(self.last_week_on, "D") - weeks_ago.astype("timedelta64[W]")


def demand_window(history: pl.DataFrame, item_sites: pl.DataFrame, window_weeks: int) -> DemandWindow:
    """The last `window_weeks` weeks of the frame for each item-site (fewer where the frame is shorter).

    A week without a row counts as zero demand in stock. An item-site with no week in stock long enough looks back
    to the window that ends with the last week that was, if there is one.
    """
    last, frame_weeks = _span(history)
    weeks = min(window_weeks, frame_weeks)
    rows = _with_places(history, item_sites, last)
    demand, in_stock = _matrices(rows.filter(pl.col("weeks_ago") < weeks), item_sites.height, weeks)
    weeks_back = np.zeros(item_sites.height, dtype=np.int64)
    unseen = np.flatnonzero(~(in_stock >= LEAST_IN_STOCK).any(axis=1))
    if weeks and unseen.size:
        older = _matrices(_of_places(rows, unseen), unseen.size, frame_weeks)
        demand[unseen], in_stock[unseen], weeks_back[unseen] = _window_before(*older, weeks)
    return DemandWindow(demand, in_stock, weeks_back, last)


def exposure(in_stock: Floats) -> Floats:
    """For how much of a week each week counts: the part in stock; 0 = masked. [n, W] → [n, W]

    Weeks in stock for less than half are masked. Where that masks all of them, those with any time in stock count,
    each for a day at least.
    """
    counts = np.where(in_stock >= LEAST_IN_STOCK, in_stock, 0.0)
    is_blind = ~counts.any(axis=1)
    partly = np.where(in_stock > 0, np.maximum(in_stock, SHORTEST_EXPOSURE), 0.0)
    counts[is_blind] = partly[is_blind]
    return counts


def net_of_returns(issued: Floats, returned: Floats) -> Floats:
    """Demand of each week: issues less returns, never below 0. [n, W] → [n, W]

    Returns above the issues of their week belong to earlier sales: the surplus is taken from the week before, and so
    on back. What is left at the oldest week was sold before the history began, and is dropped.
    """
    demand = issued - returned
    surplus = np.zeros(demand.shape[0])
    for week in range(demand.shape[1] - 1, -1, -1):
        net = demand[:, week] - surplus
        demand[:, week] = np.maximum(net, 0.0)
        surplus = np.maximum(-net, 0.0)
    return demand


def _span(history: pl.DataFrame) -> tuple[date | None, int]:
    if history.height == 0:
        return None, 0
    first, last = history["week_start_on"].min(), history["week_start_on"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    return last, (last - first).days // 7 + 1


def _with_places(history: pl.DataFrame, item_sites: pl.DataFrame, last: date | None) -> pl.DataFrame:
    """Each row of history with the place of its item-site, and how many weeks before the last it lies."""
    places = item_sites.select("item_site").with_row_index("place")
    weeks_ago = (pl.lit(last, dtype=pl.Date) - pl.col("week_start_on")).dt.total_days() // 7
    return history.join(places, on="item_site").with_columns(weeks_ago=weeks_ago)


def _of_places(rows: pl.DataFrame, places: Ints) -> pl.DataFrame:
    """The rows of some places, renumbered 0, 1, 2 … in the order given."""
    renumbered = pl.DataFrame({"place": places}).cast(pl.UInt32).with_row_index("new_place")
    return rows.join(renumbered, on="place").drop("place").rename({"new_place": "place"})


def _matrices(rows: pl.DataFrame, places: int, weeks: int) -> tuple[Floats, Floats]:
    """Demand and in-stock fraction, dense [places, weeks], oldest week first."""
    issued, returned, in_stock = np.zeros((places, weeks)), np.zeros((places, weeks)), np.ones((places, weeks))
    at = rows["place"].to_numpy(), weeks - 1 - rows["weeks_ago"].to_numpy()
    issued[at] = rows["issued"].to_numpy()
    returned[at] = rows["returned"].to_numpy()
    in_stock[at] = rows["in_stock_fraction"].to_numpy()
    return net_of_returns(issued, returned), in_stock


def _window_before(demand: Floats, in_stock: Floats, weeks: int) -> tuple[Floats, Floats, Ints]:
    """The `weeks` weeks that end with the last one in stock long enough; the latest weeks where there is none.

    Weeks before the history began are masked: demand 0, never in stock.
    """
    is_seen = in_stock >= LEAST_IN_STOCK
    weeks_back = np.where(is_seen.any(axis=1), np.argmax(is_seen[:, ::-1], axis=1), 0)
    column = demand.shape[1] - weeks - weeks_back[:, None] + np.arange(weeks)
    is_known, column = column >= 0, np.maximum(column, 0)
    older_demand = np.where(is_known, np.take_along_axis(demand, column, axis=1), 0.0)
    older_in_stock = np.where(is_known, np.take_along_axis(in_stock, column, axis=1), 0.0)
    return older_demand, older_in_stock, weeks_back
