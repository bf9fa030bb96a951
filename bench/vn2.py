"""The VN2 Inventory Planning Challenge: order 599 item-sites week by week, lost sales, a lead time of two weeks.

    python -m bench.vn2 decide --sales S.csv --in-stock I.csv --state STATE.csv --master M.csv --out ORDERS.csv
    python -m bench.vn2 pseudo --data DIR
    python -m bench.vn2 accuracy --data DIR
    python -m bench.vn2 choose --data DIR

`decide` decides one week from its arguments alone. `pseudo` plays competitions inside the history (bench/vn2_pseudo.py
says how) and prints what each of twelve origins cost by the organiser's benchmark, a plain negative binomial projection,
and the engine's two profiles. Differences are to the projection, paired by origin. `accuracy` asks whether the forecasts
behind it are true (bench/vn2_accuracy.py), `choose` lets money choose by department (bench/vn2_choose.py). All but
`decide` end with one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bench import vn2_accuracy, vn2_choose, vn2_pseudo
from bench.vn2_accuracy import FORECASTERS
from bench.vn2_files import read_known, write_orders
from bench.vn2_planner import Planner, with_empty_shelf
from bench.vn2_pseudo import METHODS, ORIGINS, Played, play_all
from ownstock.base.errors import Refused
from ownstock.engine.arrays import Floats
from ownstock.engine.measure import Difference, log_percent, paired_difference

PROFILES = ("best", "fast")
REFERENCE = "projection"
# The figure is the mean over the last six origins; the first six have short histories behind them.
SCORED = 6


def decide(chosen: argparse.Namespace) -> None:
    """Read the files, decide, write the orders."""
    start = time.perf_counter()
    known = read_known(chosen.sales, chosen.in_stock, chosen.state, chosen.master)
    units = Planner(chosen.profile, known.first_on, known.groups).orders(with_empty_shelf(known), known.state)
    write_orders(chosen.out, known.pairs, units)
    weeks, seconds = known.seen.demand.shape[1], time.perf_counter() - start
    print(
        f"{units.sum()} units for {(units > 0).sum()} of {units.size} item-sites after {weeks} weeks, {seconds:.1f} s"
    )


def pseudo(chosen: argparse.Namespace) -> None:
    """Play, print the table, and what was measured as one line of JSON."""
    played = play_all(chosen.data, tuple(chosen.methods), chosen.processes)
    measured = measure(played, chosen.methods)
    print(vn2_pseudo.__doc__)
    print(table(measured))
    print(json.dumps(measured))


def accuracy(chosen: argparse.Namespace) -> None:
    """Forecast from every origin, print the table, and the same as one line of JSON."""
    names = [name for name in chosen.methods if name != vn2_choose.INCUMBENT]
    rows = [vn2_accuracy.row(name, vn2_accuracy.forecasts(chosen.data, FORECASTERS[name])) for name in names]
    print(vn2_accuracy.__doc__)
    for key in rows[0]:
        print(_line(key.replace("_", " "), [str(row[key]) for row in rows]))
    print(json.dumps({"bench": "vn2_accuracy", "rows": rows}))


def choose(chosen: argparse.Namespace) -> None:
    """Play, choose, print the evidence, and its sums as one line of JSON."""
    evidence = vn2_choose.evidence(chosen.data, chosen.methods)
    print(vn2_choose.__doc__)
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=200, float_precision=3, tbl_hide_column_data_types=True):
        print(evidence)
    print(json.dumps(vn2_choose.summary(evidence)))


def measure(played: list[Played], methods: list[str]) -> dict[str, Any]:
    """Cost by method and origin, means, and differences to the reference."""
    cost = {name: np.array([one.cost for one in played if one.method == name]) for name in methods}
    seconds = {name: max(one.seconds_an_order for one in played if one.method == name) for name in methods}
    return {
        "bench": "vn2",
        "origins": list(ORIGINS),
        "cost": {name: np.round(values, 1).tolist() for name, values in cost.items()},
        "mean_of_twelve": {name: round(values.mean(), 1) for name, values in cost.items()},
        "mean_of_six": {name: round(values[-SCORED:].mean(), 1) for name, values in cost.items()},
        "against_projection": {
            name: _differences(cost[name], cost[REFERENCE]) for name in methods if name != REFERENCE
        },
        "most_seconds_an_order": {name: round(value, 2) for name, value in seconds.items()},
    }


def table(measured: dict[str, Any]) -> str:
    """The figures for people: a row for each origin, a column for each method."""
    names = list(measured["cost"])
    lines = [f"{'':>24}" + "".join(f"{name:>18}" for name in names)]
    for place, origin in enumerate(measured["origins"]):
        lines.append(_line(f"origin {origin}", [f"{measured['cost'][name][place]:,.0f}" for name in names]))
    for key in ("mean_of_twelve", "mean_of_six"):
        lines.append(_line(key.replace("_", " "), [f"{measured[key][name]:,.0f}" for name in names]))
    for key in ("log_percent_of_twelve", "cost_of_twelve", "log_percent_of_six", "cost_of_six"):
        against = [measured["against_projection"].get(name, {}).get(key) for name in names]
        lines.append(_line(key.replace("_", " "), [_shown(one) for one in against]))
    seconds = [f"{measured['most_seconds_an_order'][name]:.2f}" for name in names]
    return "\n".join([*lines, _line("most seconds an order", seconds)])


def _differences(cost: Floats, reference: Floats) -> dict[str, dict[str, float]]:
    found = {}
    for name, origins in (("twelve", slice(None)), ("six", slice(-SCORED, None))):
        ours, theirs = cost[origins], reference[origins]
        percent = paired_difference(log_percent(ours, theirs), np.zeros_like(theirs))
        found[f"log_percent_of_{name}"] = _rounded(percent, 2)
        found[f"cost_of_{name}"] = _rounded(paired_difference(ours, theirs), 1)
    return found


def _rounded(difference: Difference, digits: int) -> dict[str, float]:
    return {
        "mean": round(difference.mean, digits),
        "standard_error": round(difference.standard_error, digits),
        "wins": difference.wins,
    }


def _shown(difference: dict[str, float] | None) -> str:
    return f"{difference['mean']:+.1f} ± {difference['standard_error']:.1f}" if difference else "-"


def _line(name: str, values: list[str]) -> str:
    return f"{name:>24}" + "".join(f"{value:>18}" for value in values)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    deciding = commands.add_parser("decide", help="one week's orders")
    for name, meaning in (
        ("sales", "Store, Product, a column for each week"),
        ("in-stock", "the same, True or False; a week that is missing was in stock"),
        ("state", "Store, Product, End Inventory, In Transit W+1, In Transit W+2"),
        ("master", "Store, Product, codes"),
        ("out", "where the orders go: Store, Product, Order"),
    ):
        deciding.add_argument(f"--{name}", type=Path, required=True, help=meaning)
    deciding.add_argument("--profile", choices=PROFILES, default="best")
    shared = Path(os.environ.get("OWNSTOCK_SHARED", "../shared"))
    for name, meaning in (
        ("pseudo", "competitions inside the history"),
        ("accuracy", "the forecasts behind it"),
        ("choose", "which method for which department"),
    ):
        playing = commands.add_parser(name, help=meaning)
        playing.add_argument("--data", type=Path, default=shared / "data" / "vn2")
        playing.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
        if name == "pseudo":
            playing.add_argument("--processes", type=int, choices=(1, 2), default=1)
    chosen = parser.parse_args(sys.argv[1:] or ["pseudo"])
    needed = {"pseudo": REFERENCE, "choose": vn2_choose.INCUMBENT}.get(chosen.command)
    if needed and needed not in chosen.methods:
        chosen.methods.insert(0, needed)
    return chosen


def main() -> int:
    """Do what the command line says; 1 and a sentence where a file does not fit."""
    chosen = _arguments()
    try:
        {"decide": decide, "pseudo": pseudo, "accuracy": accuracy, "choose": choose}[chosen.command](chosen)
    except Refused as refused:
        print(refused.sentence, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
