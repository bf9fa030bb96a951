"""A plan of very many item-sites, store in, quantities and reasons out: `python -m bench.plan [--rows N ...]`.

Each size is drawn (bench/workloads.py), written to a history store, and planned in a process of its own, so that its peak
memory is its own: the store is mapped, `engine.plan` called with the profile that the product uses, and every column of
the answer written to a file. Beside it, in the same process: one numpy pass over the same history (the least that
reading it costs), and AutoETS with intervals on a sample, where statsforecast is installed. What money the profile
reached is `bench.vn2 pseudo`, run in the same table where its data is there (setting OWNSTOCK_SHARED).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import ownstock.engine as engine
from bench.tables import print_table
from bench.workloads import WEEKS, workload
from ownstock.engine.forecast.profiles import PROFILES
from ownstock.engine.history_store import open_store, write_generation

FRAMES = ("position", "arrivals", "supply", "economics")
SAMPLE = 400
TARGET_S_PER_MILLION = 5.0


def prepare(rows: int, folder: Path) -> None:
    """Write the store and the frames of a workload."""
    drawn = workload(rows)
    write_generation(folder / "history", drawn.history, watermark=1)
    for name in FRAMES:
        getattr(drawn, name).write_ipc(folder / f"{name}.arrow")


def measure(folder: Path, repeats: int, profile: str) -> dict[str, Any]:
    """Seconds of a numpy pass and of a plan, median of some runs, from a warm store; and the most memory held."""
    pass_s, plan_s, cpu_s = [], [], []
    for _ in range(repeats):
        start = time.perf_counter()
        history = open_store(folder / "history").history
        float(history.demand.sum()) + float(history.in_stock.sum())
        rows = history.demand.shape[0]
        pass_s.append(time.perf_counter() - start)
        start, cpu = time.perf_counter(), time.process_time()
        ordered = plan_once(folder, profile)
        plan_s.append(time.perf_counter() - start)
        cpu_s.append(time.process_time() - cpu)
    return {
        "rows": rows,
        "plan_s": round(float(np.median(plan_s)), 2),
        "fastest_s": round(min(plan_s), 2),
        "rows_per_s": round(rows / float(np.median(plan_s))),
        "numpy_pass_s": round(float(np.median(pass_s)), 2),
        "cpu_s": round(float(np.median(cpu_s)), 2),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "ordered": ordered,
    }


def plan_once(folder: Path, profile: str) -> int:
    """Map the store, plan, and write the whole answer; for how many item-sites something is ordered."""
    frames = [pl.read_ipc(folder / f"{name}.arrow") for name in FRAMES]
    plan = engine.plan(open_store(folder / "history").history, *frames, profile=profile)
    plan.write_ipc(folder / "plan.arrow")
    return int((plan["quantity"] > 0).sum())


def one_size(rows: int, repeats: int, profile: str) -> dict[str, Any]:
    """Prepare and measure one size, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        words = [
            sys.executable,
            "-m",
            "bench.plan",
            "--folder",
            folder,
            "--repeats",
            str(repeats),
            "--profile",
            profile,
        ]
        subprocess.run([*words, "--prepare", str(rows)], check=True)
        done = subprocess.run(words, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def autoets_series_per_s(rows: int = SAMPLE) -> float | None:
    """AutoETS with intervals on a sample of the same workload, one process; None where statsforecast is not installed."""
    if find_spec("statsforecast") is None:
        return None
    from statsforecast.models import AutoETS

    demand = workload(rows).history.demand
    model = AutoETS(season_length=52)
    model.forecast(y=demand[0].astype(np.float64), h=5, level=[80])
    start = time.perf_counter()
    for series in demand:
        model.forecast(y=series.astype(np.float64), h=5, level=[80])
    return round(rows / (time.perf_counter() - start), 1)


def first_plans(profile: str) -> dict[str, float]:
    """Seconds of the first plan of 1,000 item-sites in a new process: kernels to be compiled, and compiled before."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "bench.plan", "--folder", folder, "--prepare", "1000"], check=True)
        words = [sys.executable, "-m", "bench.plan", "--folder", folder, "--profile", profile, "--first"]
        environment = os.environ | {"NUMBA_CACHE_DIR": f"{folder}/kernels"}
        runs = [subprocess.run(words, check=True, capture_output=True, text=True, env=environment) for _ in range(2)]
    empty, warm = (float(done.stdout) for done in runs)
    return {"empty_cache_s": empty, "warm_s": warm}


def money(profile: str) -> float | None:
    """Mean cost of the six scored origins of the VN2 pseudo-competitions with this profile; None without the data."""
    data = Path(os.environ.get("OWNSTOCK_SHARED", "../shared")) / "data" / "vn2"
    if not data.is_dir():
        return None
    words = [sys.executable, "-m", "bench.vn2", "pseudo", "--data", str(data), "--methods", profile]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    found: float = json.loads(done.stdout.splitlines()[-1])["mean_of_six"][profile]
    return found


def main() -> None:
    """Measure the sizes asked for and print them; with --folder, be one of the processes that measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--profile", choices=PROFILES, default="fast")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--prepare", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--first", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.prepare:
        prepare(chosen.prepare, chosen.folder)
    elif chosen.first:
        start = time.perf_counter()
        plan_once(chosen.folder, chosen.profile)
        print(round(time.perf_counter() - start, 2))
    elif chosen.folder:
        plan_once(chosen.folder, chosen.profile)
        print(json.dumps(measure(chosen.folder, chosen.repeats, chosen.profile)))
    else:
        report([one_size(rows, chosen.repeats, chosen.profile) for rows in chosen.rows], chosen.profile)


def report(sizes: list[dict[str, Any]], profile: str) -> None:
    """The table and the line of JSON."""
    first, last = sizes[0], sizes[-1]
    growth = (last["plan_s"] / last["rows"]) / (first["plan_s"] / first["rows"])
    facts = {
        "bench": "plan",
        "engine_version": engine.VERSION,
        "profile": profile,
        "weeks": WEEKS,
        "sizes": sizes,
        "growth_per_row": round(growth, 3),
        "first_plan_of_1000": first_plans(profile),
        "autoets_series_per_s": autoets_series_per_s(),
        "vn2_pseudo_mean_of_six": money(profile),
        "target_s_per_million": TARGET_S_PER_MILLION,
    }
    print_table(sizes)
    print(f"time a row, {last['rows']:,} against {first['rows']:,} rows: {growth:.2f} times")
    print(f"first plan of 1,000 item-sites in a new process: {facts['first_plan_of_1000']}")
    print(f"AutoETS with intervals, one process: {facts['autoets_series_per_s']} series/s")
    print(f"VN2 pseudo-competitions with the same profile, mean of six: {facts['vn2_pseudo_mean_of_six']}")
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
