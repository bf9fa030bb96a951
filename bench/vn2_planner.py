"""The engine as a planner of VN2: what it is told, and what it orders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

import ownstock.engine as engine
from bench.vn2_files import Known
from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.history import DemandHistory
from ownstock.engine.simulate import Order, Seen, State

LEAD_TIME_WEEKS = 2
HOLDING_COST = 0.2
SHORTAGE_COST = 1.0
DAYS_A_WEEK = 7
CRITICAL_RATIO = SHORTAGE_COST / (SHORTAGE_COST + HOLDING_COST)
# The rules charge holding by unit and week, the engine by money and year: at a unit cost of 1 this is the same.
HOLDING_RATE = HOLDING_COST * 365 / DAYS_A_WEEK
# Sold out in the course of the week, nobody knows when: what was sold is the least that was wanted.
PARTLY = 0.0


@dataclass(frozen=True)
class Planner:
    """A profile of the engine, with what does not change from week to week. `groups`: a row for each item-site."""

    profile: str
    first_on: date
    groups: pl.DataFrame

    def orders(self, seen: Seen, state: State) -> Ints:
        """What to order now, in units. [n]"""
        item_site = self.groups["item_site"]
        economics = {"item_site": item_site, "holding_rate": HOLDING_RATE, "shortage_cost": SHORTAGE_COST}
        plan = engine.plan(
            self._history(seen),
            pl.DataFrame({"item_site": item_site, "usable": state.on_hand, "backordered": state.backordered}),
            self._arrivals(state),
            self._supply(),
            pl.DataFrame(economics | {"unserved_demand": "lost"}),
            profile=self.profile,
            groups=self.groups,
        )
        quantity: Ints = plan["quantity"].to_numpy()
        return quantity

    def expected(self, seen: Seen) -> tuple[Floats, Floats]:
        """Mean demand of the first week that an order can serve, and variance ÷ mean. [n], [n]"""
        forecast = engine.forecast_demand(self._history(seen), self._supply(), profile=self.profile, groups=self.groups)
        mean: Floats = forecast["mean_by_bucket"].to_numpy()[:, LEAD_TIME_WEEKS]
        ratio: Floats = forecast["variance_ratio"].to_numpy()
        return mean, ratio

    def rule(self) -> Order:
        """The same as a rule to be replayed."""
        return lambda period, state, seen: self.orders(seen, state)

    def _supply(self) -> pl.DataFrame:
        supply = {"item_site": self.groups["item_site"], "lead_time_days": LEAD_TIME_WEEKS * DAYS_A_WEEK}
        supply |= {"review_period_days": DAYS_A_WEEK, "moq": 0, "order_multiple": 1, "unit_cost": 1.0}
        return pl.DataFrame(supply)

    def _history(self, seen: Seen) -> DemandHistory:
        demand, in_stock = (values.astype(np.float32) for values in (seen.demand, in_stock_fraction(seen)))
        return DemandHistory(self.groups["item_site"], demand, in_stock, self.first_on, "week")

    def _arrivals(self, state: State) -> pl.DataFrame:
        row, week = np.nonzero(state.on_order)
        item_site = self.groups["item_site"].to_numpy()[row]
        quantity = state.on_order[row, week]
        return pl.DataFrame({"item_site": item_site, "arrives_in_days": DAYS_A_WEEK * week, "quantity": quantity})


def in_stock_fraction(seen: Seen) -> Floats:
    """1 in stock, 0 out of stock, between them where it sold and then ran out. [n, weeks]"""
    return np.where(seen.is_in_stock, 1.0, np.where(seen.demand > 0, PARTLY, 0.0))


def with_empty_shelf(known: Known) -> Seen:
    """What was seen, out of stock in the last week where nothing tells, but the shelf was empty at its end."""
    is_in_stock = known.seen.is_in_stock.copy()
    is_in_stock[:, -1] &= known.was_told[:, -1] | (known.state.on_hand > 0)
    return replace(known.seen, is_in_stock=is_in_stock)
