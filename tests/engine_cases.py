"""Frames for the engine from cases that are easy to write: one dictionary per item-site."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import mean, variance
from typing import Any

import polars as pl

import ownstock.engine as engine
from ownstock.engine import frames
from ownstock.engine.propose import reason

FIRST_WEEK_ON = date(2026, 1, 5)
Case = dict[str, Any]
Frames = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]

USUAL: Case = {
    "demand": [5.0, 3.0, 8.0, 2.0, 6.0, 4.0, 7.0, 5.0],
    "returned": [],
    "in_stock": [],
    "arrivals": [],
    "known": [],
    "usable": 0,
    "backordered": 0,
    "lead_time_days": 14,
    "review_period_days": 7,
    "moq": 0,
    "order_multiple": 1,
    "unit_cost": 10.0,
    "holding_rate": 0.25,
    "shortage_cost": 2.0,
    "unserved_demand": "lost",
    "goal": "cost",
    "target": 0.5,
}


def case(**changes: Any) -> Case:
    """The usual item-site with some of its values changed."""
    assert changes.keys() <= USUAL.keys()
    return USUAL | changes


def frames_of(cases: list[Case]) -> Frames:
    """History, position, arrivals, supply and economics; item_site is the place in the list, all end with one week."""
    weeks = max((len(one["demand"]) for one in cases), default=0)
    return (
        _frame(frames.HISTORY, [row for place, one in enumerate(cases) for row in _weeks(place, one, weeks)]),
        _frame(frames.POSITION, _rows(frames.POSITION, cases)),
        _frame(
            frames.ARRIVALS,
            [
                {"item_site": place, "arrives_in_days": day, "quantity": quantity}
                for place, one in enumerate(cases)
                for day, quantity in one["arrivals"]
            ],
        ),
        _frame(frames.SUPPLY, _rows(frames.SUPPLY, cases)),
        _frame(frames.ECONOMICS, _rows(frames.ECONOMICS, cases)),
    )


def known_of(cases: list[Case]) -> pl.DataFrame:
    """The frame of known demand."""
    lines = [(place, day, quantity) for place, one in enumerate(cases) for day, quantity in one["known"]]
    return pl.DataFrame(lines, schema=[column.name for column in frames.KNOWN.columns[:3]], orient="row")


def plan_of(cases: list[Case]) -> pl.DataFrame:
    """The plan of some cases."""
    return engine.plan(*frames_of(cases), known=known_of(cases))


def decided(cases: list[Case], *, looks_ahead: bool = False) -> pl.DataFrame:
    """What is decided on a forecast of sample mean and variance of the weeks given; Poisson where these do not exceed it."""
    means = [mean(one["demand"]) if one["demand"] else 0.0 for one in cases]
    variances = [variance(one["demand"]) if len(one["demand"]) > 1 else 0.0 for one in cases]
    ratios = [max(v / m, 1.0) if m else 1.0 for m, v in zip(means, variances, strict=True)]
    rows = {"item_site": list(range(len(cases))), "mean_by_bucket": [[m] for m in means], "bucket_days": 7.0}
    forecast = pl.DataFrame(rows | {"variance_ratio": ratios})
    return engine.decide(forecast, *frames_of(cases)[1:], known=known_of(cases), looks_ahead=looks_ahead)


def quantities(cases: list[Case]) -> list[int]:
    """What is proposed for some cases."""
    found: list[int] = plan_of(cases)["quantity"].to_list()
    return found


def reasons(cases: list[Case]) -> list[dict[str, Any]]:
    """The reasons of some cases."""
    given, known = frames_of(cases), known_of(cases)
    plan, decided_from = engine.plan(*given, known=known), engine.inputs(*given, known=known)
    rows = zip(plan.iter_rows(named=True), decided_from.iter_rows(named=True), strict=True)
    return [reason(row, inputs) for row, inputs in rows]


def _weeks(place: int, one: Case, weeks: int) -> list[dict[str, Any]]:
    number = len(one["demand"])
    first = FIRST_WEEK_ON + timedelta(weeks=weeks - number)
    columns = zip(one["demand"], one["returned"] or [0.0] * number, one["in_stock"] or [1.0] * number, strict=True)
    return [
        {
            "item_site": place,
            "week_start_on": first + timedelta(weeks=week),
            "issued": issued,
            "returned": returned,
            "in_stock_fraction": in_stock,
        }
        for week, (issued, returned, in_stock) in enumerate(columns)
    ]


def _rows(schema: frames.Schema, cases: list[Case]) -> list[dict[str, Any]]:
    names = [column.name for column in schema.columns[1:]]
    return [{"item_site": place} | {name: one[name] for name in names} for place, one in enumerate(cases)]


def _frame(schema: frames.Schema, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=[column.name for column in schema.columns] if not rows else None)
