"""Movements to dense weekly demand, and the history store: `python -m bench.history [--movements N] [--item-sites N]`.

Column files of three years of movements, drawn from a fixed seed and in the order of days as a ledger has them, become
weekly demand, returns netted; then the store is written, opened, and told 10,000 movements at a time. Beside it, in the same
run and from the same files: DuckDB's GROUP BY made dense, numpy's bincount, and one numpy pass that adds up every column,
which is what the machine cannot go below. Files are in the page cache, kernels are compiled. What changes nothing is done
three times, and the fastest counts; CPU seconds are of all threads, so that they tell of the work where others use the
machine too. Prints a table and, last, one line of JSON.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl

from ownstock.engine.arrays import Floats32
from ownstock.engine.buckets import RETURN, BucketedDemand, Movements, Span, bucketed
from ownstock.engine.history import net_of_returns
from ownstock.engine.history_store import append_movements, open_store, write_generation

SPAN = Span(date(2023, 1, 2), 157)
DAYS = 7 * SPAN.count
UNTIL_ON = SPAN.first_on + timedelta(days=DAYS)
COLUMNS = {"place": np.int32, "day": np.int32, "quantity": np.float32, "kind": np.int8}
RETURNED, TAKEN_BACK = 0.03, 0.001
# At the last addition a quarter of 200,000 item-sites has changed, and demand is written anew.
ADDED, ADDITIONS, RECENT_DAYS = 10_000, 7, 21
# How often a step that changes nothing is done; the fastest counts, for it is the one least disturbed.
TIMES = 3
GROUP_BY = """
    SELECT place, (day - $first) // 7 AS week, sum(CASE kind WHEN $return THEN -quantity ELSE quantity END) AS units
    FROM movements GROUP BY ALL
"""

Result = TypeVar("Result")


def peak_mib() -> int:
    """The most memory this process ever held, mapped files included."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (2**20 if sys.platform == "darwin" else 2**10)


@dataclass(frozen=True)
class Report:
    """Lines of the table, and the same as fields."""

    fields: dict[str, Any] = field(default_factory=dict)

    def time(self, name: str, what: str, work: Callable[[], Result], rows: int = 0, times: int = 1) -> Result:
        """Do a step, some times over; print and keep how long the fastest took and how long processors worked for it."""
        spent = []
        for last in range(times):
            start, cpu_start = time.perf_counter(), time.process_time()
            result = work()
            spent.append((time.perf_counter() - start, time.process_time() - cpu_start))
            if last < times - 1:
                del result  # So that the next finds the memory that this one found.
        seconds, cpu = min(spent)
        speed = f"{rows / seconds:14,.0f} rows/s" if rows else ""
        print(f"{what:<58}{seconds:8.3f} s{cpu:9.3f} CPU s{speed}", flush=True)
        self.fields.update({f"{name}_s": round(seconds, 4), f"{name}_cpu_s": round(cpu, 4)})
        return result


def write_columns(folder: Path, number: int, item_sites: int, seed: int = 1) -> None:
    """A file per column: few item-sites move often and most rarely; some come back, some are taken back."""
    rng = np.random.default_rng(seed)
    share = np.cumsum(rng.gamma(0.5, 1, item_sites))
    with ExitStack() as stack:
        files = [stack.enter_context((folder / name).open("wb")) for name in COLUMNS]
        for day, count in enumerate(np.diff(np.linspace(0, number, DAYS + 1).astype(int))):
            place = np.searchsorted(share, rng.random(count) * share[-1])
            quantity = rng.integers(1, 6, count) * np.where(rng.random(count) < TAKEN_BACK, -1, 1)
            columns = (place, np.full(count, SPAN.first_day + day), quantity, rng.random(count) < RETURNED)
            for file, column, dtype in zip(files, columns, COLUMNS.values(), strict=True):
                file.write(column.astype(dtype).tobytes())


def shuffle_columns(source: Path, target: Path, seed: int = 2) -> None:
    """The same movements in no order."""
    columns = vars(read_columns(source))
    order = np.random.default_rng(seed).permutation(columns["place"].size)
    target.mkdir()
    for name, column in columns.items():
        column[order].tofile(target / name)


def read_columns(folder: Path) -> Movements:
    """The column files, mapped into memory."""
    return Movements(*(np.memmap(folder / name, dtype, mode="c").view(np.ndarray) for name, dtype in COLUMNS.items()))


def new_movements(item_sites: int, seed: int) -> pl.DataFrame:
    """Movements of the last weeks and the one now running, in no order."""
    rng = np.random.default_rng(seed)
    days = rng.integers(-RECENT_DAYS, 3, ADDED)
    return pl.DataFrame(
        {
            "item_site": rng.integers(0, item_sites, ADDED),
            "moved_on": np.datetime64(UNTIL_ON, "D") + days.astype("timedelta64[D]"),
            "quantity": rng.integers(1, 6, ADDED),
            "kind": np.where(rng.random(ADDED) < RETURNED, "return", "issue"),
        }
    ).with_columns(pl.col("moved_on").cast(pl.Date))


def add_up(folder: Path) -> float:
    """Every number of every column, read once."""
    columns = read_columns(folder)
    return float(sum(float(column.sum()) for column in vars(columns).values()))


def by_bincount(folder: Path, item_sites: int) -> Floats32:
    """Issues less returns by item-site and week, as numpy adds them up."""
    columns = read_columns(folder)
    cell = columns.place.astype(np.int64) * SPAN.count + (columns.day - SPAN.first_day) // 7
    signed = np.where(columns.kind == RETURN, -columns.quantity, columns.quantity)
    return np.bincount(cell, signed, item_sites * SPAN.count).reshape(item_sites, -1).astype(np.float32)


def by_duckdb(folder: Path, item_sites: int) -> Floats32:
    """The same by DuckDB from the columns in memory, made dense; ModuleNotFoundError without DuckDB."""
    connection = importlib.import_module("duckdb").connect()
    connection.register("movements", vars(read_columns(folder)))
    connection.execute(f"SET threads = {len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else 2}")
    found = connection.execute(GROUP_BY, {"first": SPAN.first_day, "return": RETURN}).fetchnumpy()
    units = np.zeros((item_sites, SPAN.count), dtype=np.float32)
    units[found["place"], found["week"]] = found["units"]
    return units


def by_engine(folder: Path, item_sites: int) -> BucketedDemand:
    """What stands to be measured."""
    return bucketed(read_columns(folder), pl.Series("item_site", np.arange(item_sites)), SPAN)


def compile_kernels() -> None:
    """Once on a single movement, so that no step has to."""
    one = (np.zeros(1, dtype) for dtype in COLUMNS.values())
    bucketed(Movements(*one), pl.Series("item_site", [0]), SPAN)


def measure_peers(report: Report, folder: Path, number: int, item_sites: int, demand: Floats32) -> None:
    """What others need for the same; their answers must be ours."""
    report.time("numpy_pass", "one numpy pass over the columns (the raw limit)", partial(add_up, folder), number, TIMES)
    peers = {"numpy_bincount": by_bincount, "duckdb": by_duckdb}
    for name, work in peers.items():
        what = f"{name}, issues less returns, dense, not netted"
        try:
            units = report.time(name, what, partial(work, folder, item_sites), number, TIMES)
        except ModuleNotFoundError:
            print(f"{name} is not installed: it is left out.")
            continue
        assert np.array_equal(net_of_returns(units, np.zeros_like(units)), demand), f"{name} adds up to something else"


def measure_store(report: Report, folder: Path, found: BucketedDemand) -> None:
    """Write the store, open it, add to it."""
    item_sites = len(found.history.item_sites)
    report.time("write", "store written", partial(write_generation, folder, found.history, 0, found.unnetted))
    report.time("open", "store opened, every checksum verified", partial(open_store, folder))
    for since in range(ADDITIONS):
        add = partial(append_movements, folder, new_movements(item_sites, seed=since), since=since, watermark=since + 1)
        report.time(f"append_{since + 1}", f"{ADDED:,} new movements, time {since + 1}", add, ADDED)
    add = partial(append_movements, folder, new_movements(item_sites, seed=ADDITIONS), since=ADDITIONS)
    complete = partial(add, watermark=ADDITIONS + 1, until_on=UNTIL_ON + timedelta(weeks=1))
    report.time("new_week", f"{ADDED:,} more, and a week completed (all written anew)", complete, ADDED)
    report.time("open_after", "store opened after that", partial(open_store, folder))


def measure(number: int, item_sites: int, folder: Path) -> dict[str, Any]:
    """All steps, in a folder of their own."""
    report = Report({"bench": "history", "movements": number, "item_sites": item_sites, "weeks": SPAN.count})
    report.fields["load_before"] = round(os.getloadavg()[0], 2)
    report.time(
        "generate",
        f"{number:,} movements of {item_sites:,} item-sites generated",
        partial(write_columns, folder, number, item_sites),
    )
    compile_kernels()
    demand = partial(by_engine, folder, item_sites)
    found = report.time("demand", "column files to weekly dense demand, netted", demand, number, TIMES)
    report.fields["demand_peak_mib"] = peak_mib()
    measure_store(report, folder / "store", found)
    report.fields["store_peak_mib"] = peak_mib()
    measure_peers(report, folder, number, item_sites, found.history.demand)
    shuffle_columns(folder, folder / "shuffled")
    work = partial(by_engine, folder / "shuffled", item_sites)
    shuffled = report.time("demand_shuffled", "ours again, movements in no order", work, number, TIMES)
    assert np.array_equal(shuffled.history.demand, found.history.demand), "the order of movements changed demand"
    additions = [report.fields[f"append_{k + 1}_s"] for k in range(ADDITIONS)]
    report.fields["append_s"] = round(float(np.median(additions)), 4)
    report.fields["append_longest_s"] = max(additions)
    return report.fields


def main() -> None:
    """Read the size from the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--movements", type=int, default=50_000_000)
    parser.add_argument("--item-sites", type=int, default=200_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ownstock-history-") as folder:
        measured = measure(chosen.movements, chosen.item_sites, Path(folder))
    print(f"most memory: {measured['demand_peak_mib']} MiB to demand, {measured['store_peak_mib']} MiB with the store")
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
