"""What the benchmarks of speed work on: item-sites of every kind, drawn from a fixed seed.

Mean demand from 0.05 to 500 units a week (even on a logarithmic scale), a season shared by all, demand that spreads more
than Poisson's; a tenth of the weeks out of stock; lead times of 1 to 12 weeks, a weekly order, 0 to 6 open arrivals,
half with an MOQ, half with packs; half of unserved demand lost, half waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from ownstock.engine import DemandHistory
from ownstock.engine.arrays import Floats

WEEKS = 156
LOWEST_MEAN, HIGHEST_MEAN = 0.05, 500.0
FIRST_WEEK_ON = date(2023, 1, 2)
AT_ONCE = 20_000


@dataclass(frozen=True)
class Workload:
    """The frames of a plan, history dense."""

    history: DemandHistory
    position: pl.DataFrame
    arrivals: pl.DataFrame
    supply: pl.DataFrame
    economics: pl.DataFrame

    @property
    def frames(self) -> tuple[DemandHistory, pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """In the order of `engine.plan`."""
        return self.history, self.position, self.arrivals, self.supply, self.economics


def workload(rows: int, highest_mean: float = HIGHEST_MEAN, seed: int = 1) -> Workload:
    """A plan's frames for so many item-sites."""
    rng = np.random.default_rng(seed)
    mean = np.exp(rng.uniform(np.log(LOWEST_MEAN), np.log(highest_mean), rows))
    key = np.arange(rows)
    lead_weeks = rng.integers(1, 13, rows)
    number = rng.integers(0, 7, rows)
    who = np.repeat(key, number)
    level = mean * (lead_weeks + 1) + np.sqrt(3 * mean * (lead_weeks + 1))
    position = level * rng.uniform(0.6, 1.1, rows)
    usable = rng.poisson(position * np.where(number > 0, 0.4, 1.0))
    arrivals = {
        "item_site": who,
        "arrives_in_days": (rng.random(who.size) * 7 * (lead_weeks[who] + 1)).astype(np.int64),
        "quantity": 1 + rng.poisson(0.6 * position[who] / number[who]),
    }
    supply = {
        "item_site": key,
        "lead_time_days": 7 * lead_weeks,
        "review_period_days": np.full(rows, 7),
        "moq": np.where(rng.random(rows) < 0.5, rng.poisson(2 * mean), 0),
        "order_multiple": np.where(rng.random(rows) < 0.5, rng.integers(2, 25, rows), 1),
        "unit_cost": rng.uniform(1, 50, rows),
    }
    economics: dict[str, Any] = {
        "item_site": key,
        "holding_rate": np.full(rows, 0.25),
        "shortage_cost": rng.uniform(0.5, 20, rows),
        "unserved_demand": np.where(rng.random(rows) < 0.5, "lost", "backorder"),
    }
    return Workload(
        history(mean, rng),
        pl.DataFrame({"item_site": key, "usable": usable, "backordered": rng.poisson(0.05, rows)}),
        pl.DataFrame(arrivals),
        pl.DataFrame(supply),
        pl.DataFrame(economics),
    )


def history(mean: Floats, rng: np.random.Generator) -> DemandHistory:
    """Weekly demand with these means, with season, overdispersion and stock-outs. mean [n] → [n, WEEKS]"""
    demand = np.empty((mean.size, WEEKS), np.float32)
    in_stock = np.ones_like(demand)
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(WEEKS) / 52)
    for first in range(0, mean.size, AT_ONCE):
        part = slice(first, first + AT_ONCE)
        rate = mean[part, None] * season * rng.gamma(2.0, 0.5, (mean[part].size, WEEKS))
        sold = rng.poisson(rate).astype(np.float32)
        out = rng.random(sold.shape) < 0.1
        demand[part], in_stock[part] = np.where(out, 0, sold), np.where(out, 0.0, 1.0)
    return DemandHistory(pl.Series("item_site", np.arange(mean.size)), demand, in_stock, FIRST_WEEK_ON, "week")
