"""Exact (s, S) with backorders, as in Zheng and Federgruen (1991)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from bench.stated.compare import Answer, Family, Row, Table, decimals_of, each, first_row, has, numbers_left
from bench.stated.demand import distribution
from ownstock.engine.policy import min_max
from ownstock.engine.policy.periodic_review import PeriodicReview

FIELDS = ("lam", "K", "h", "p")
# Costs that differ by less are a tie: either policy is an answer.
TIE = 1e-9


def _is_mine(table: Table) -> bool:
    row = first_row(table)
    return has(row, FIELDS) and isinstance(row.get("published", row.get("computed")), dict)


def _items(row: Row) -> PeriodicReview:
    demand = distribution(str(row.get("demand", "poisson")), mean=float(row["lam"]))[0]
    return PeriodicReview.of_pmf(
        demand[None, :],
        holding_cost=row["h"],
        shortage_cost=row["p"],
        order_cost=row["K"],
        lead_time_periods=int(row.get("lead_time", 0)),
        review_periods=int(row.get("R", 1)),
    )


def _cost(items: PeriodicReview, stated: Row) -> float:
    return float(min_max.cost(items, np.array([stated["s"]]), np.array([stated["S"]]))[0])


def _answers(table: Table) -> Iterator[Answer]:
    rows = table["rows"]
    decimals = decimals_of(row["published"]["cost"] for row in rows if "cost" in row.get("published", {}))
    yield from each(rows, partial(_answer, decimals))
    yield from each(table.get("extra_12digit", []), partial(_answer_to_twelve_digits, rows[0]))


def _answer(decimals: int, row: Row) -> Answer:
    answer = Answer(f"lam={row['lam']:g} K={row['K']:g} p={row['p']:g}")
    items = _items(row)
    for side in ("published", "computed"):
        if side in row:
            _compare(answer, items, row[side], side, decimals)
    if "cost_of_published_policy" in row and "published" in row:
        cost = _cost(items, row["published"])
        answer.close("cost of the published policy", row["cost_of_published_policy"], cost)
    answer.skip(numbers_left(row, (*FIELDS, "lead_time", "R", "cost_of_published_policy")))
    return answer


def _answer_to_twelve_digits(given: Row, row: Row) -> Answer:
    answer = Answer(f"lam={row['lam']:g} to twelve digits")
    _compare(answer, _items(given | {"lam": row["lam"]}), row, "stated", decimals_of([row["cost"]]))
    return answer


def _compare(answer: Answer, items: PeriodicReview, stated: Row, side: str, decimals: int) -> None:
    best = min_max.cheapest(items)
    is_tie = has(stated, ("s", "S")) and abs(_cost(items, stated) - best.cost[0]) <= TIE * best.cost[0]
    for name, ours in (("s", best.reorder_point[0]), ("S", best.order_up_to_level[0])):
        if name in stated:
            answer.equal(f"{side} {name}", stated[name], stated[name] if is_tie else int(ours))
    if "cost" in stated:
        if side == "computed":
            answer.close("computed cost", stated["cost"], float(best.cost[0]))
        else:
            answer.printed(f"{side} cost", stated["cost"], float(best.cost[0]), decimals)
    answer.skip(f"{side} {name}" for name in numbers_left(stated, ("lam", "s", "S", "cost")))


FAMILY = Family("(s, S) with backorders", _is_mine, _answers)
