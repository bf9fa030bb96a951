"""The engine as a rule for `ownstock.engine.simulate.replay`: frames from what a planner knows, orders from its plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

import ownstock.engine as engine
from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.simulate import Order, Seen, State

FIRST_ON = date(2020, 1, 6)
DAYS_A_BUCKET = 7

# period, state, seen → demand and in-stock fraction of the buckets known then, oldest first. [n, any] each
Known = Callable[[int, State, Seen], tuple[Floats, Floats]]


@dataclass(frozen=True)
class Asked:
    """What is asked of the engine besides history and stock: the supply and economics frames, and a period's days."""

    supply: pl.DataFrame
    economics: pl.DataFrame
    days_a_period: int


def planned(asked: Asked, known: Known) -> Order:
    """Order what `engine.plan` proposes before each period."""

    def order(period: int, state: State, seen: Seen) -> Ints:
        history = _history(*known(period, state, seen))
        position = pl.DataFrame(
            {"item_site": asked.supply["item_site"], "usable": state.on_hand, "backordered": state.backordered}
        )
        plan = engine.plan(history, position, _arrivals(state, asked.days_a_period), asked.supply, asked.economics)
        quantity: Ints = plan["quantity"].to_numpy()
        return quantity

    return order


def _history(demand: Floats, in_stock: Floats) -> pl.DataFrame:
    rows, buckets = demand.shape
    starts = [FIRST_ON + timedelta(days=DAYS_A_BUCKET * bucket) for bucket in range(buckets)]
    return pl.DataFrame(
        {
            "item_site": np.repeat(np.arange(rows), buckets),
            "week_start_on": starts * rows,
            "issued": demand.ravel(),
            "returned": np.zeros(demand.size),
            "in_stock_fraction": in_stock.ravel(),
        },
        schema_overrides={"week_start_on": pl.Date},
    )


def _arrivals(state: State, days_a_period: int) -> pl.DataFrame:
    row, period = np.nonzero(state.on_order)
    return pl.DataFrame(
        {"item_site": row, "arrives_in_days": period * days_a_period, "quantity": state.on_order[row, period]}
    )
