"""Exact (s, S) per second: `python -m bench.ss [--items N] [--peer N]`.

Beside it, in the same run and on the same items, stockpyl's exact routine, which must find the same costs; and one
plain numpy pass over the probabilities that the search reads. Prints a table for people and, last, one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np
from stockpyl.ss import s_s_discrete_exact

import ownstock.engine as engine
from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.policy import min_max
from ownstock.engine.policy.periodic_review import PeriodicReview

BLOCK = 100


def workload(items: int, seed: int = 1) -> dict[str, Any]:
    """Means of 0.05 to 50 a period, a third each Poisson and with twice and four times its variance.

    Lead times of 0 to 8 periods, shortage at 4 to 99 times holding, orders that cost up to 200 times holding a unit.
    """
    rng = np.random.default_rng(seed)
    mean = np.exp(rng.uniform(np.log(0.05), np.log(50), items))
    return {
        "mean": mean,
        "variance": mean * rng.choice([1.0, 2.0, 4.0], items),
        "holding_cost": np.ones(items),
        "shortage_cost": np.exp(rng.uniform(np.log(4), np.log(99), items)),
        "order_cost": rng.uniform(1, 200, items),
        "lead_time_periods": rng.integers(0, 9, items),
    }


def rows_of(given: dict[str, Any], rows: Ints) -> dict[str, Any]:
    """Some of the items."""
    return {name: values[rows] for name, values in given.items()}


def microseconds(given: dict[str, Any], items: int) -> Floats:
    """Time per item, distributions included, of each block of items."""
    blocks = np.split(np.arange(items), range(BLOCK, items, BLOCK))
    taken = []
    for rows in blocks:
        part = rows_of(given, rows)
        start = time.perf_counter()
        min_max.cheapest(PeriodicReview.of_counts(**part))
        taken.append((time.perf_counter() - start) / rows.size * 1e6)
    return np.array(taken)


def read_once(given: dict[str, Any]) -> float:
    """Microseconds per item to add up, once, all probabilities of demand and window."""
    items = PeriodicReview.of_counts(**given)
    start = time.perf_counter()
    items.demand.probability.sum() + items.window.probability.sum()
    return (time.perf_counter() - start) / given["mean"].size * 1e6


def beside_peer(given: dict[str, Any], rows: Ints) -> dict[str, Any]:
    """stockpyl and the engine on the same Poisson items without lead time, which is what stockpyl can do."""
    part = rows_of(given, rows) | {"lead_time_periods": np.zeros(rows.size, dtype=np.int64)}
    part["variance"] = part["mean"]
    start = time.perf_counter()
    costs = [
        s_s_discrete_exact(holding, shortage, order, True, mean)[2]
        for holding, shortage, order, mean in zip(
            part["holding_cost"], part["shortage_cost"], part["order_cost"], part["mean"], strict=True
        )
    ]
    peer_us = (time.perf_counter() - start) / rows.size * 1e6
    start = time.perf_counter()
    ours = min_max.cheapest(PeriodicReview.of_counts(**part))
    ours_us = (time.perf_counter() - start) / rows.size * 1e6
    return {
        "same_items": int(rows.size),
        "stockpyl_us_per_item": round(peer_us, 1),
        "engine_us_per_item_same": round(ours_us, 2),
        "times_faster": round(peer_us / ours_us),
        "worst_share_above_stockpyl_cost": float((ours.cost / np.array(costs) - 1).max()),
        "worst_share_below_stockpyl_cost": float((1 - ours.cost / np.array(costs)).max()),
    }


def measure(items: int, peer_items: int) -> dict[str, Any]:
    """Time of the mix, and of both on the peer's items."""
    given = workload(items)
    start = time.perf_counter()
    microseconds(rows_of(given, np.arange(min(BLOCK, items))), min(BLOCK, items))
    first_s = time.perf_counter() - start
    taken = microseconds(given, items)
    return {
        "bench": "ss",
        "engine_version": engine.VERSION,
        "items": items,
        "median_us_per_item": round(float(np.median(taken)), 2),
        "mean_us_per_item": round(float(taken.mean()), 2),
        "slowest_block_us_per_item": round(float(taken.max()), 2),
        "read_once_us_per_item": round(read_once(given), 2),
        "first_call_s": round(first_s, 2),
    } | beside_peer(given, np.arange(min(peer_items, items)))


def main() -> None:
    """Read the sizes from the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--peer", type=int, default=60, help="items that stockpyl solves too")
    chosen = parser.parse_args()
    measured = measure(chosen.items, chosen.peer)
    for name, value in measured.items():
        print(f"{name:>34}  {value}")
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
