"""Money chooses between ways to order VN2, department by department (ownstock/engine/select.py has the rule).

The organiser's benchmark holds every department. From each of twelve origins six orders are played; what they could
serve is scored. Accuracy is judged at the first week that an order could serve. What the chosen methods cost is what they
cost on the weeks that chose them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from bench.vn2_accuracy import FORECASTERS
from bench.vn2_files import SEASON_GROUP, Known
from bench.vn2_pseudo import METHODS, ORDERS, ORIGINS, WARM_UP_WEEKS, read_folder, terms
from ownstock.engine.select import Decision, Method, backtest, choose, chosen_methods
from ownstock.engine.simulate import Seen, State

INCUMBENT = "organiser"


def evidence(folder: Path, names: list[str]) -> pl.DataFrame:
    """The frame of `select.choose`: a row for each department and method."""
    known = read_folder(folder)
    tested = backtest(
        known.seen.demand,
        terms(known),
        {name: _method(known, name) for name in names},
        ORIGINS,
        incumbent=INCUMBENT,
        periods=ORDERS,
        warm_up_periods=WARM_UP_WEEKS,
        could_sell=known.seen.is_in_stock,
    )
    return choose(tested, known.groups[SEASON_GROUP].to_numpy(), INCUMBENT)


def summary(chosen: pl.DataFrame) -> dict[str, Any]:
    """What each method costs everywhere, what the choices cost, and which method each department has."""
    by_method = chosen.group_by("method", maintain_order=True).agg(pl.col("cost").sum().round(1))
    return {
        "bench": "vn2_choose",
        "cost": dict(by_method.iter_rows()),
        "cost_chosen_by_money": round(chosen.filter("is_chosen")["cost"].sum(), 1),
        "cost_chosen_by_accuracy": round(chosen.filter("is_accuracy_winner")["cost"].sum(), 1),
        "chosen": chosen_methods(chosen),
    }


def _method(known: Known, name: str) -> Method:
    order, forecaster = METHODS[name](known), FORECASTERS[name]

    def method(period: int, state: State, seen: Seen) -> Decision:
        return Decision(order(period, state, seen), forecaster(known, seen)[0])

    return method
