"""Spare parts in money: the engine beside SBA, TSB and AutoETS, replayed month by month on recorded demand.

    python -m bench.intermittent [--shared DIR] [--sample N] [--seed N] [--profiles fast best]

Once a month, before it begins, each method orders whole units; an order arrives a lead time of months later. A unit
left at the end of a month costs 1. A unit short costs what makes the critical ratio 0.9 or 0.95: once where it is lost,
in every month that it waits where it is backordered. All methods know the demand of all months before, that which was
not served too (a parts counter writes down what was asked for), start from the same stock and order for some unscored
months first.

SBA and TSB smooth by 0.1; AutoETS is fitted anew for every part and month (without a season: one of twelve months takes
ten times as long and changed no cost by more than 0.2 % on 250 parts of each file). Each orders in two ways: `normal`
is common practice, mean plus z times its in-sample one-step error deviation over lead time and review; `negative
binomial` takes the quantile of that distribution with the same mean and deviation.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bench.autoets import autoets
from bench.peers import Expected, negative_binomial_level, normal_level, up_to
from bench.planner import Asked, planned
from bench.scores import Score, compare
from ownstock.engine.arrays import Ints
from ownstock.engine.forecast.croston_sba import croston_sba
from ownstock.engine.forecast.tsb import tsb
from ownstock.engine.history import DAYS_A_BUCKET, DemandHistory
from ownstock.engine.policy.newsvendor import DAYS_A_YEAR
from ownstock.engine.simulate import Order, Replay, Seen, State, Terms, replay

ALPHA = 0.1
RATIOS = (0.9, 0.95)
LEAD_TIMES_MONTHS = (1, 2)
UNSERVED = ("lost", "backorder")
LEVELS = {"normal": normal_level, "negative binomial": negative_binomial_level}


@dataclass(frozen=True)
class Parts:
    """Demand [n, months], whole units; orders begin before month `first`, costs count from month `scored`."""

    name: str
    demand: Ints
    first_on: date
    first: int
    scored: int


@dataclass(frozen=True)
class Setting:
    """What one table is about."""

    parts: Parts
    lead_time_months: int
    ratio: float
    unserved: str

    @property
    def shortage_cost(self) -> float:
        """Money a unit short, for a holding cost of 1 a unit and month."""
        return self.ratio / (1 - self.ratio)

    @property
    def name(self) -> str:
        """As a heading."""
        return f"{self.parts.name}, lead time {self.lead_time_months}, ratio {self.ratio}, {self.unserved}"


def car_parts(shared: Path) -> Parts:
    """2,509 parts of 51 months; the 165 whose record stops early have nothing to score and are left out."""
    return Parts(
        "car parts", _whole(shared / "data/intermittent/carparts_monthly_wide.parquet"), date(1998, 1, 1), 30, 36
    )


def auto_parts(shared: Path) -> Parts:
    """3,000 parts of 24 months, whose dates are not told: read as if they began in January."""
    return Parts(
        "auto parts", _whole(shared / "data/intermittent/auto_parts_monthly_wide.parquet"), date(2000, 1, 1), 12, 16
    )


def _whole(path: Path) -> Ints:
    frame = pl.read_parquet(path).drop_nulls()
    return frame.select(pl.exclude(frame.columns[0])).to_numpy().astype(np.int64)


def sampled(parts: Parts, number: int, seed: int) -> Parts:
    """So many of the parts, drawn without replacement; all of them where there are no more."""
    rows = parts.demand.shape[0]
    if not 0 < number < rows:
        return parts
    drawn = np.sort(np.random.default_rng(seed).choice(rows, number, replace=False))
    return replace(parts, demand=parts.demand[drawn])


def forecasts(parts: Parts, season_length: int) -> dict[str, Expected]:
    """What each method expects before every month from `parts.first` on."""
    demand = parts.demand.astype(np.float64)
    seen, ahead = np.ones_like(demand), max(LEAD_TIMES_MONTHS) + 1
    origins = range(parts.first, demand.shape[1])
    paths = {
        "SBA": croston_sba(demand, seen, None, alpha=ALPHA),
        "TSB": tsb(demand, seen, None, alpha_size=ALPHA, alpha_chance=ALPHA),
    }
    found = {name: _from(Expected.of_path(path, demand, ahead), origins) for name, path in paths.items()}
    return found | {"AutoETS": autoets(demand, origins, ahead, season_length=season_length)}


def _from(expected: Expected, origins: range) -> Expected:
    return Expected(expected.mean[:, list(origins)], expected.deviation[:, list(origins)])


def peer_orders(setting: Setting, expected: dict[str, Expected]) -> Iterator[tuple[str, Order]]:
    """Each forecaster with each way to order."""
    for (name, one), (way, level) in product(expected.items(), LEVELS.items()):
        covered = setting.lead_time_months + 1
        mean = one.mean[:, :, :covered].sum(axis=2)
        yield f"{name}, {way}", up_to(level(mean, one.deviation * np.sqrt(covered), setting.ratio))


def our_order(setting: Setting, profile: str) -> Order:
    """The engine, told each month's demand."""
    parts, item_site = setting.parts, pl.Series(np.arange(setting.parts.demand.shape[0]))
    lead, until = np.rint(DAYS_A_BUCKET["month"] * (setting.lead_time_months + np.arange(2))).astype(np.int64)
    supply = {"item_site": item_site, "lead_time_days": lead, "review_period_days": until - lead}
    supply |= {"moq": 0, "order_multiple": 1, "unit_cost": DAYS_A_YEAR / (until - lead)}
    economics = {"item_site": item_site, "holding_rate": 1.0, "shortage_cost": setting.shortage_cost}
    economics |= {"unserved_demand": setting.unserved}
    asked = Asked(pl.DataFrame(supply), pl.DataFrame(economics), DAYS_A_BUCKET["month"], profile)
    demand = parts.demand.astype(np.float32)

    def known(period: int, state: State, seen: Seen) -> DemandHistory:
        so_far = np.ascontiguousarray(demand[:, : parts.first + period])
        return DemandHistory(item_site, so_far, np.ones_like(so_far), parts.first_on, "month")

    return planned(asked, known)


def played(setting: Setting, order: Order) -> Replay:
    """The months from `first` on, from the stock that covers the mean demand so far."""
    parts = setting.parts
    terms = Terms.of(
        parts.demand.shape[0],
        lead_time_periods=setting.lead_time_months,
        is_lost=setting.unserved == "lost",
        holding_cost=1.0,
        shortage_cost=setting.shortage_cost,
    )
    covered = parts.demand[:, : parts.first].mean(axis=1) * (setting.lead_time_months + 1)
    return replay(parts.demand[:, parts.first :], terms, order, State.of(np.ceil(covered).astype(np.int64)))


def measure(setting: Setting, expected: dict[str, Expected], profiles: list[str]) -> dict[str, Score]:
    """Every method in one setting, the engine first."""
    orders = {f"Ownstock {profile}": our_order(setting, profile) for profile in profiles} | dict(
        peer_orders(setting, expected)
    )
    first = setting.parts.scored - setting.parts.first
    return {name: Score.of(played(setting, order), first) for name, order in orders.items()}


def main() -> None:
    """Read the size from the command line, replay, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("OWNSTOCK_SHARED", "../shared")))
    parser.add_argument("--sample", type=int, default=0, help="parts of each file; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profiles", nargs="+", default=["fast"], help="of the engine, the first compared with all")
    parser.add_argument("--season", type=int, default=1, help="AutoETS's season in months; 12 takes ten times as long")
    chosen = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for parts in (car_parts(chosen.shared), auto_parts(chosen.shared)):
        some = sampled(parts, chosen.sample, chosen.seed)
        expected = forecasts(some, chosen.season)
        for lead, ratio, unserved in product(LEAD_TIMES_MONTHS, RATIOS, UNSERVED):
            setting = Setting(some, lead, ratio, unserved)
            print(setting.name, file=sys.stderr)
            rows += compare(setting.name, measure(setting, expected, chosen.profiles))
    print(json.dumps({"bench": "intermittent", "sample": chosen.sample, "rows": rows}))


if __name__ == "__main__":
    main()
