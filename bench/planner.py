"""The engine as a rule for `ownstock.engine.simulate.replay`: frames from what a planner knows, orders from its plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

import ownstock.engine as engine
from ownstock.engine.arrays import Ints
from ownstock.engine.history import DemandHistory
from ownstock.engine.simulate import Order, Seen, State

# period, state, seen → the history known then.
Known = Callable[[int, State, Seen], DemandHistory]


@dataclass(frozen=True)
class Asked:
    """What is asked of the engine besides history and position: supply and economics, and how many days a period has."""

    supply: pl.DataFrame
    economics: pl.DataFrame
    days_a_period: float
    profile: str


def planned(asked: Asked, known: Known) -> Order:
    """Order what `engine.plan` proposes before each period."""
    item_site = asked.supply["item_site"]

    def order(period: int, state: State, seen: Seen) -> Ints:
        position = pl.DataFrame({"item_site": item_site, "usable": state.on_hand, "backordered": state.backordered})
        history, arrivals = known(period, state, seen), _arrivals(state, asked.days_a_period)
        plan = engine.plan(history, position, arrivals, asked.supply, asked.economics, profile=asked.profile)
        quantity: Ints = plan["quantity"].to_numpy()
        return quantity

    return order


def _arrivals(state: State, days_a_period: float) -> pl.DataFrame:
    row, period = np.nonzero(state.on_order)
    days = np.rint(period * days_a_period).astype(np.int64)
    return pl.DataFrame({"item_site": row, "arrives_in_days": days, "quantity": state.on_order[row, period]})
