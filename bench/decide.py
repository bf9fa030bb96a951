"""Decisions per second: `python -m bench.decide [--rows N] [--mean M]`.

Beside it, in the same run, one plain numpy pass that adds up the same arrays: what the machine cannot go below.
Prints a table for people and, last, one line of JSON for programs.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

import ownstock.engine as engine

WEEKS = 26


Frames = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]


def workload(rows: int, highest_mean: float, seed: int = 1) -> Frames:
    """History, position, arrivals, supply and economics of `rows` item-sites, with weekly means up to `highest_mean`.

    Half with lost sales; a tenth of the weeks partly out of stock; lead times of 1 to 4 weeks, a weekly order, 0 to 3
    open arrivals, packs of 1 to 12. Drawn from a fixed seed.
    """
    rng = np.random.default_rng(seed)
    item_site = np.arange(rows)
    mean = highest_mean * rng.random(rows) ** 2 + 0.05
    demand = rng.negative_binomial(np.maximum(mean, 0.2)[:, None], 0.5, (rows, WEEKS))
    mondays = [date(2026, 1, 5) + timedelta(weeks=week) for week in range(WEEKS)]
    in_stock = np.where(rng.random((rows, WEEKS)) < 0.1, rng.random((rows, WEEKS)), 1.0)
    history = {
        "item_site": np.repeat(item_site, WEEKS),
        "week_start_on": mondays * rows,
        "issued": demand.ravel(),
        "returned": np.zeros(rows * WEEKS),
        "in_stock_fraction": in_stock.ravel(),
    }
    arriving = np.repeat(item_site, rng.integers(0, 4, rows))
    arrivals = {
        "item_site": arriving,
        "arrives_in_days": rng.integers(0, 35, arriving.size),
        "quantity": 1 + rng.poisson(mean[arriving]),
    }
    position = {"item_site": item_site, "usable": rng.poisson(2 * mean), "backordered": rng.poisson(0.1, rows)}
    supply = {
        "item_site": item_site,
        "lead_time_days": rng.integers(7, 29, rows),
        "review_period_days": np.full(rows, 7),
        "moq": rng.integers(0, 13, rows),
        "order_multiple": rng.integers(1, 13, rows),
        "unit_cost": rng.uniform(1, 50, rows),
    }
    economics = {
        "item_site": item_site,
        "holding_rate": np.full(rows, 0.25),
        "shortage_cost": rng.uniform(0.5, 20, rows),
        "unserved_demand": np.where(item_site % 2, "lost", "backorder"),
    }
    return (
        pl.DataFrame(history),
        pl.DataFrame(position),
        pl.DataFrame(arrivals),
        pl.DataFrame(supply),
        pl.DataFrame(economics),
    )


def seconds(work: Callable[[], object], repeats: int) -> float:
    """The median time of some runs."""
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return float(np.median(taken))


def add_up(frames: Frames) -> float:
    """Every number of every frame, read once."""
    columns = (column for frame in frames for column in frame.iter_columns())
    return sum(float(column.to_numpy().sum()) for column in columns if column.dtype.is_numeric())


def measure(rows: int, highest_mean: float, repeats: int) -> dict[str, Any]:
    """Rows per second of `engine.plan`, beside the numpy pass, and the most memory held."""
    frames = workload(rows, highest_mean)
    pass_s = seconds(lambda: add_up(frames), repeats)
    plan = engine.plan(*frames)
    plan_s = seconds(lambda: engine.plan(*frames), repeats)
    return {
        "bench": "decide",
        "engine_version": engine.VERSION,
        "rows": rows,
        "weeks": WEEKS,
        "highest_mean_per_week": highest_mean,
        "plan_s": round(plan_s, 3),
        "rows_per_s": round(rows / plan_s),
        "numpy_pass_s": round(pass_s, 4),
        "numpy_pass_rows_per_s": round(rows / pass_s),
        "expected_cost": round(plan["expected_cost"].sum(), 2),
        "expected_cost_of_zero": round(plan["expected_cost_of_zero"].sum(), 2),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    """Read the size from the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--mean", type=float, default=20.0)
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    measured = measure(chosen.rows, chosen.mean, chosen.repeats)
    for name, value in measured.items():
        print(f"{name:>24}  {value}")
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
