"""Planned orders: how fast, how well their fans hold what came, how much a plan moves: `python -m bench.planned_orders`.

Speed on the workload of `bench.plan`, 40 paths and 26 weekly reviews, beside `engine.plan` in the same process: a plan
decides once for an item-site, its planned orders 41 times in each of 26 weeks. Coverage and change of plans on VN2 (where
its data is there, setting OWNSTOCK_SHARED) and on the packed Online Retail sales (bench/planned_totals.py).
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import ownstock.engine as engine
from bench import planned_totals
from bench.retail import shop
from bench.tables import print_table
from bench.timing import seconds
from bench.workloads import workload
from ownstock.engine.demand_paths import Horizon
from ownstock.engine.fences import Fences
from ownstock.engine.forecast.drift import Drift

CHANGED_FROM = 101
FENCES = Fences(firm_weeks=2, flexible_weeks=4)


def speed(rows: int, repeats: int, threads: int | None = None) -> dict[str, Any]:
    """Planned orders of so many item-sites beside their plan."""
    drawn, horizon = workload(rows), Horizon()
    decisions = rows * (1 + horizon.paths) * horizon.weeks
    planned_s = seconds(lambda: engine.planned_orders(*drawn.frames, threads=threads), repeats)
    plan_s = seconds(lambda: engine.plan(*drawn.frames, threads=threads), repeats)
    return {
        "item_sites": rows,
        "planned_orders_s": round(planned_s, 2),
        "item_sites_per_s": round(rows / planned_s),
        "decisions_per_s": round(decisions / planned_s),
        "learn_drift_s": round(seconds(lambda: engine.learn_drift(*drawn.frames, threads=threads), repeats), 2),
        "plan_s": round(plan_s, 2),
        "plans_per_s": round(rows / plan_s),
    }


def truth(data: Path | None) -> dict[str, Any]:
    """Coverage and change of plans, printed as they come; what needs VN2 only where its data is there."""
    found: dict[str, Any] = {}
    rows, drifts = planned_totals.retail(shop())
    found["online_retail"] = _told("Online Retail", rows, drifts)
    if data is not None:
        rows, drifts = planned_totals.vn2(data)
        found["vn2"] = _told("VN2", rows, drifts)
        moved = [
            row for fences in (Fences(), FENCES) for row in planned_totals.changes(data, CHANGED_FROM, fences)
        ]  # fmt: skip
        print(f"\nVN2: how much planned orders move from week to week, {planned_totals.REPLANS} weeks")
        print_table(moved)
        found["vn2_changes"] = moved
    return found


def _told(name: str, rows: list[dict[str, Any]], drifts: dict[int, Drift]) -> dict[str, Any]:
    print(f"\n{name}: where what came fell on the paths, from {len(drifts)} origins")
    print_table(rows)
    return {"totals": rows, "drift_by_origin": {origin: asdict(drift) for origin, drift in drifts.items()}}


def main() -> None:
    """Read the sizes from the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, help="at once; one a core if not given")
    parser.add_argument("--speed-alone", action="store_true", help="leave out coverage and change of plans")
    chosen = parser.parse_args()
    engine.planned_orders(*workload(100).frames, horizon_weeks=2, paths=2)
    sizes = [speed(rows, chosen.repeats, chosen.threads) for rows in chosen.rows]
    print_table(sizes)
    growth = sizes[0]["item_sites_per_s"] / sizes[-1]["item_sites_per_s"]
    print(f"time an item-site, {sizes[-1]['item_sites']:,} against {sizes[0]['item_sites']:,}: {growth:.2f} times")
    data = Path(os.environ.get("OWNSTOCK_SHARED", "../shared")) / "data" / "vn2"
    facts: dict[str, Any] = {"bench": "planned_orders", "engine_version": engine.VERSION, "sizes": sizes}
    facts |= {"growth_per_row": round(growth, 3)}
    if not chosen.speed_alone:
        facts |= truth(data if data.is_dir() else None)
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
