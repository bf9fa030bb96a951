"""Orders of several items under a budget or a supplier's minimum: small instances, by going through all of them.

The reward of an item is margin·E[min(D, S)] - h·E[(S - D)⁺] with Poisson demand D and S = on hand + ordered; the value
of an order is what it adds, less what its suppliers charge for an order.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from math import inf

import numpy as np

from bench.stated.compare import Answer, Family, Row, Table, each, first_row, has, numbers_left
from bench.stated.demand import counts

ITEM_FIELDS = {"lam", "cost", "margin", "h", "on_hand", "supplier", "moq", "multiple"}
ROW_FIELDS = {"name", "items", "budget", "min_order_value", "order_fixed_cost", "optimal", "greedy", "enumerated"}
# Money and spending that differ by less are the same.
PENNY = 1e-9

# The best value that can be had for a spending, by spending.
Frontier = dict[float, float]


def _is_mine(table: Table) -> bool:
    return has(first_row(table), ("items", "optimal"))


def _gain(item: Row, quantities: np.ndarray) -> np.ndarray:
    """What quantities add to the reward of an item."""
    demand = counts(float(item["lam"]), float(item["lam"]))
    level = np.concatenate([[0], quantities])[:, None] + item["on_hand"]
    sold = np.minimum(np.arange(demand.size), level)
    reward = (item["margin"] * sold - item["h"] * (level - sold)) @ demand
    found: np.ndarray = reward[1:] - reward[0]
    return found


def _quantities(item: Row, must_spend: float) -> np.ndarray:
    """All that could be ordered of an item: while it adds, and on until the supplier's minimum is spent."""
    step, least = int(item.get("multiple", 1)), int(item.get("moq", 0))
    enough = max(item["lam"] + 12 * item["lam"] ** 0.5 + 12, must_spend / item["cost"] + step, least + step)
    every = np.arange(0, int(enough) + step, step)
    return every[(every == 0) | (every >= least)]


def _frontier(items: list[Row], minimum: float, fixed: float) -> Frontier:
    """The best value by spending, of one supplier's items: nothing, or an order that reaches the minimum."""
    best: Frontier = {0.0: 0.0}
    for item in items:
        quantities = _quantities(item, minimum)
        choices = list(zip((quantities * item["cost"]).tolist(), _gain(item, quantities).tolist(), strict=True))
        best = _together(best, choices)
    accepted = {spend: value - fixed for spend, value in best.items() if spend >= max(minimum, PENNY) - PENNY}
    return accepted | {0.0: 0.0}


def _together(best: Frontier, choices: list[tuple[float, float]], budget: float = inf) -> Frontier:
    found: Frontier = {}
    for spend, value in best.items():
        for more, added in choices:
            total = round(spend + more, 9)
            if total <= budget + PENNY and value + added > found.get(total, -inf):
                found[total] = value + added
    return found


def _best_value(row: Row) -> float:
    def supplier_of(item: Row) -> str:
        return str(item.get("supplier", ""))

    best: Frontier = {0.0: 0.0}
    for supplier, items in groupby(sorted(row["items"], key=supplier_of), key=supplier_of):
        minimum = row.get("min_order_value", {}).get(supplier, 0.0)
        fixed = row.get("order_fixed_cost", {}).get(supplier, 0.0)
        choices = list(_frontier(list(items), minimum, fixed).items())
        best = _together(best, choices, row.get("budget", inf))
    return max(best.values())


def _value_and_spend(row: Row, quantities: list[int]) -> tuple[float, float]:
    pairs = list(zip(row["items"], quantities, strict=True))
    gain = sum(float(_gain(item, np.array([quantity]))[0]) for item, quantity in pairs)
    ordered_from = {str(item.get("supplier", "")) for item, quantity in pairs if quantity}
    fixed = sum(row.get("order_fixed_cost", {}).get(supplier, 0.0) for supplier in ordered_from)
    return gain - fixed, sum(item["cost"] * quantity for item, quantity in pairs)


def _answers(table: Table) -> Iterator[Answer]:
    return each(table["rows"], _answer)


def _answer(row: Row) -> Answer:
    answer = Answer(str(row.get("name", "")))
    unknown = set(row) - ROW_FIELDS | {field for item in row["items"] for field in set(item) - ITEM_FIELDS}
    stated = {side: row[side] for side in ("optimal", "greedy") if row.get(side)}
    if unknown:
        answer.skip(f"{side} under {', '.join(sorted(unknown))}" for side in stated)
    else:
        for side, order in stated.items():
            value, spend = _value_and_spend(row, order["q"])
            answer.close(f"value of the {side} order as stated", order["value"], value)
            answer.close(f"spending of the {side} order as stated", order["spend"], spend)
        answer.close("the best value of all", stated["optimal"]["value"], _best_value(row))
    answer.skip(numbers_left(row, ROW_FIELDS - {"enumerated"}))
    return answer


FAMILY = Family("orders under constraints", _is_mine, _answers)
