"""How much of the demand that stock-outs hid is found again: `python -m bench.sold_out [--item-sites N]`.

Shops that are simulated day by day, so that what was wanted is known: weekly rates vary by a gamma distribution, days are
Poisson, deliveries fill up to some weeks of demand and sometimes fail. Ways of reading the weeks that sold out are held
against what was wanted: as recorded, dropped, by the time in stock, and lifted as the engine does. Prints a table for each
shop and, last, one line of JSON.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from ownstock.engine.arrays import Floats, Truths
from ownstock.engine.cleaning import uncensored
from ownstock.engine.history import DemandHistory

WEEKS, DAYS_A_WEEK = 104, 7
DELIVERED = 0.8


@dataclass(frozen=True)
class Shop:
    """Mean weekly demand from `lowest` to `highest`, its variance ÷ mean, and the weeks of demand filled up to."""

    lowest: float
    highest: float
    ratio: float
    cover_weeks: float


@dataclass(frozen=True)
class Seen:
    """What was wanted, what was sold, and for which part of the week there was something to sell. [n, weeks]"""

    mean: Floats
    wanted: Floats
    sold: Floats
    in_stock: Floats


SHOPS = {
    "well kept": Shop(0.2, 40, 2.0, 1.6),
    "tight": Shop(0.2, 40, 2.0, 1.2),
    "starved": Shop(0.2, 40, 2.0, 0.9),
    "tight, Poisson": Shop(0.2, 40, 1.0, 1.2),
    "tight, wild": Shop(0.2, 40, 4.0, 1.3),
    "slow movers": Shop(0.05, 1, 2.0, 1.5),
    "fast movers": Shop(20, 200, 5.0, 1.3),
}


def simulate(shop: Shop, item_sites: int, seed: int = 5) -> Seen:
    """Some years of a shop."""
    rng = np.random.default_rng(seed)
    mean = np.exp(rng.uniform(np.log(shop.lowest), np.log(shop.highest), item_sites))
    level = np.ceil(mean * shop.cover_weeks)
    on_hand = level.copy()
    wanted, sold, in_stock = np.zeros((3, item_sites, WEEKS))
    for week in range(WEEKS):
        spread = shop.ratio - 1
        rate = rng.gamma(mean / spread, spread) if spread else mean
        arrived = np.where(rng.random(item_sites) < DELIVERED, level - on_hand, 0)
        on_hand += arrived
        for _ in range(DAYS_A_WEEK):
            asked = rng.poisson(rate / DAYS_A_WEEK)
            in_stock[:, week] += on_hand > 0
            taken = np.minimum(asked, on_hand)
            on_hand -= taken
            wanted[:, week] += asked
            sold[:, week] += taken
    return Seen(mean, wanted, sold, in_stock / DAYS_A_WEEK)


def is_full(seen: Seen) -> Truths:
    """Whether there was something to sell every day. [n, weeks]"""
    full: Truths = seen.in_stock == 1
    return full


Read = Callable[[Seen], tuple[Floats, Floats]]


def lifted(seen: Seen) -> tuple[Floats, Floats]:
    """As the engine reads them."""
    demand, in_stock = seen.sold.astype(np.float32), seen.in_stock.astype(np.float32)
    found = uncensored(DemandHistory(pl.Series(range(len(demand))), demand, in_stock, date(2024, 1, 1), "week"))
    return found.demand.astype(np.float64), found.in_stock.astype(np.float64)


WAYS: dict[str, Read] = {
    "as recorded": lambda seen: (seen.sold, np.ones_like(seen.sold)),
    "sold out dropped": lambda seen: (np.where(is_full(seen), seen.sold, 0), is_full(seen).astype(float)),
    "by time in stock": lambda seen: (seen.sold, seen.in_stock),
    "lifted": lifted,
}


def judge(seen: Seen, way: Read) -> dict[str, float | None]:
    """The level found against the true one, of all together and of the average item-site, percent.

    week_miss: of weeks that sold out, how far what is read lies from what was wanted, in roots of mean demand.
    """
    demand, counts = way(seen)
    level = demand.sum(axis=1) / np.maximum(counts.sum(axis=1), 1e-9)
    is_cut = ~is_full(seen) & (seen.sold > 0) & (counts > 0)
    miss = ((demand - seen.wanted) / np.sqrt(seen.mean)[:, None])[is_cut]
    return {
        "total_percent": round(100 * float(level.sum() / seen.mean.sum() - 1), 1),
        "item_site_percent": round(100 * float((level / seen.mean).mean() - 1), 1),
        "week_miss": round(float(np.sqrt((miss**2).mean())), 2) if is_cut.any() else None,
    }


def main() -> None:
    """Read the size from the command line, simulate, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--item-sites", type=int, default=6_000)
    rows = parser.parse_args().item_sites
    report: dict[str, Any] = {"bench": "sold_out", "item_sites": rows, "weeks": WEEKS}
    print(f"{'':34}{'level of all':>14}{'of each':>10}{'miss of a week':>16}")
    for name, shop in SHOPS.items():
        seen = simulate(shop, rows)
        served = seen.sold.sum() / seen.wanted.sum()
        print(
            f"{name}: {100 * served:.0f} % served, {100 * (1 - is_full(seen).mean()):.0f} % of weeks not in stock throughout"
        )
        report[name] = {way: judge(seen, read) for way, read in WAYS.items()}
        for way, found in report[name].items():
            week = "-" if found["week_miss"] is None else f"{found['week_miss']:.2f}"
            print(f"    {way:30}{found['total_percent']:12.1f} %{found['item_site_percent']:8.1f} %{week:>16}")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
