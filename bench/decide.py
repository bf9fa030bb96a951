"""Decisions per second, the forecast being given: `python -m bench.decide [--rows N] [--means M ...]`.

The same kernel as in production, over the workload of bench/workloads.py with weekly means up to M. Beside it, in the
same run: one numpy pass that adds up the same arrays (what the machine cannot go below), and what the decision in steps
costs above the exact one, priced unit by unit on a sample (policy/plainly.py). Prints a table and one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
from typing import Any

import numpy as np
import polars as pl

import ownstock.engine as engine
from bench.tables import print_table
from bench.timing import seconds
from bench.workloads import Workload, workload
from ownstock.engine.policy.newsvendor import over_cost
from ownstock.engine.policy.plainly import OneItemSite, expected_cost, level_of, requirement

SAMPLE = 200
TARGET_ROWS_PER_S = 400_000


def forecast_of(drawn: Workload, seed: int = 2) -> pl.DataFrame:
    """A forecast of every item-site, without looking at its history: its mean demand, and how widely it spreads."""
    rng = np.random.default_rng(seed)
    mean = drawn.history.demand.mean(axis=1, dtype=np.float64)
    by_week = mean[:, None] * rng.uniform(0.8, 1.2, (mean.size, 15))
    columns = {
        "item_site": drawn.supply["item_site"],
        "mean_by_bucket": by_week,
        "bucket_days": np.full(mean.size, 7.0),
    }
    return pl.DataFrame(columns | {"variance_ratio": 1 + rng.gamma(1.5, 1.0, mean.size)})


def add_up(frames: tuple[pl.DataFrame, ...]) -> float:
    """Every number of every frame, read once."""
    columns = (column for frame in frames for column in frame.iter_columns())
    return sum(float(column.to_numpy().sum()) for column in columns if column.dtype.is_numeric())


def measure(rows: int, highest_mean: float, repeats: int) -> dict[str, Any]:
    """Rows per second of the kernel and of `engine.decide` with its frames, beside the numpy pass."""
    drawn = workload(rows, highest_mean)
    forecast = forecast_of(drawn)
    given = (drawn.position, drawn.arrivals, drawn.supply, drawn.economics)
    plan = engine.decide(forecast, *given)
    decide_s = seconds(lambda: engine.decide(forecast, *given), repeats)
    pass_s = seconds(lambda: add_up((forecast.drop("mean_by_bucket"), *given)), repeats)
    return {
        "highest_mean": highest_mean,
        "rows": rows,
        "decide_s": round(decide_s, 3),
        "rows_per_s": round(rows / decide_s),
        "numpy_pass_s": round(pass_s, 4),
        "counted_in_steps": round(float((plan["lattice_step"] > 1).mean() or 0.0), 4),  # type: ignore[arg-type]
        "excess_cost_percent": round(100 * excess_cost(forecast, drawn, plan), 4),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def excess_cost(forecast: pl.DataFrame, drawn: Workload, plan: pl.DataFrame) -> float:
    """What the levels found in steps cost above the exact ones, priced unit by unit: mean of a sample; 0 where none is."""
    coarse = plan.with_row_index().filter(pl.col("lattice_step") > 1)["index"].head(SAMPLE)
    excess = []
    for row in coarse:
        asked = _asked(forecast, drawn, row)
        total = asked.mean_until(asked.lead_time_days + asked.review_period_days)
        points = int(total + 10 * np.sqrt(total * asked.variance_ratio) + 20 * asked.variance_ratio + 60)
        required = requirement(asked, 1, points)
        exact = level_of(asked.under / (asked.under + asked.over), required, 1)
        found = int(plan["order_up_to_level"][row])
        costs = [expected_cost(level, required, asked.over, asked.under, 1) for level in (found, exact)]
        excess.append(costs[0] / costs[1] - 1)
    return float(np.mean(excess)) if excess else 0.0


def _asked(forecast: pl.DataFrame, drawn: Workload, row: int) -> OneItemSite:
    expected, supply = forecast.row(row, named=True), drawn.supply.row(row, named=True)
    position, economics = drawn.position.row(row, named=True), drawn.economics.row(row, named=True)
    coming = drawn.arrivals.filter(pl.col("item_site") == supply["item_site"])
    over = over_cost(
        np.array([supply["unit_cost"]]), np.array([economics["holding_rate"]]), np.array([supply["review_period_days"]])
    )
    return OneItemSite(
        mean=np.array(expected["mean_by_bucket"]),
        bucket_days=7.0,
        variance_ratio=expected["variance_ratio"],
        net_on_hand=position["usable"] - position["backordered"],
        arrivals=tuple(coming.select("arrives_in_days", "quantity").iter_rows()),
        lead_time_days=supply["lead_time_days"],
        review_period_days=supply["review_period_days"],
        over=float(over[0]),
        under=economics["shortage_cost"],
        is_lost=economics["unserved_demand"] == "lost",
    )


def main() -> None:
    """Read the sizes from the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--means", type=float, nargs="+", default=[3.0, 20.0, 500.0])
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    measured = [measure(chosen.rows, mean, chosen.repeats) for mean in chosen.means]
    print_table(measured)
    facts = {"bench": "decide", "engine_version": engine.VERSION, "sizes": measured}
    print(json.dumps(facts | {"target_rows_per_s_up_to_mean_20": TARGET_ROWS_PER_S}))


if __name__ == "__main__":
    main()
