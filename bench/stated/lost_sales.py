"""Lost sales: Zipkin's (2008) table of policies, and with a cost per order Bijvank's, Bhulai's and Huh's (2015)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from bench.stated.compare import (
    Answer,
    Family,
    NotReadable,
    Row,
    Table,
    decimals_of,
    each,
    first_row,
    has,
    numbers_left,
)
from bench.stated.demand import distribution
from ownstock.engine.arrays import Ints
from ownstock.engine.policy import (
    base_stock,
    capped_base_stock,
    lost_sales,
    min_max,
    myopic,
    projected_inventory_level,
    reorder_in_multiples,
    vector_base_stock,
)
from ownstock.engine.policy.lost_sales import Iteration, LostSales

FIELDS = ("demand", "mean", "h", "p", "L")
PUBLISHED = {
    "Optimal": "optimal",
    "Myopic": "myopic",
    "Myopic-2": "myopic_2",
    "Std. vector base-stock": "std_vector_base_stock",
    "Std. base-stock": "std_base_stock",
    "Best base-stock": "best_base_stock",
}
# Our tuned policies may cost this much more than the stated ones.
TUNED_SHARE = 0.01
TOLERANCES = re.compile(r"tolerance ([\d.]+) for geometric heuristics, ([\d.]+) elsewhere \(([\d.]+) for std")
USUAL_TOLERANCES = (0.03, 0.0051, 0.0101)


def _is_table_of_policies(table: Table) -> bool:
    row = first_row(table)
    return has(row, ("demand", "p", "L")) and isinstance(row.get("published", row.get("computed")), dict)


def _item(row: Row, order_cost: float = 0.0) -> LostSales:
    demand = distribution(str(row["demand"]), mean=row.get("mean"))[0]
    return LostSales(demand, int(row["L"]), float(row["h"]), float(row["p"]), order_cost)


def _tolerance(table: Table, name: str, demand: str) -> float:
    """Of a published number, as the notes of the table say."""
    found = TOLERANCES.search(str(table.get("notes", "")))
    geometric, elsewhere, standard = (float(value) for value in found.groups()) if found else USUAL_TOLERANCES
    if "geometric" in demand.lower() and name != "Optimal":
        return geometric
    return standard if name.startswith("Std") else elsewhere


def _costs(item: LostSales) -> dict[str, float]:
    return {
        "myopic": myopic.cost_with_lost_sales(item).cost,
        "myopic_2": myopic.cost_looking_ahead_with_lost_sales(item).cost,
        "std_vector_base_stock": vector_base_stock.standard_with_lost_sales(item).cost,
        "std_base_stock": base_stock.cost_with_lost_sales(item, base_stock.newsvendor_level(item)).cost,
    }


def _answers_by_policy(table: Table) -> Iterator[Answer]:
    return each(table["rows"], partial(_answer_by_policy, table))


def _answer_by_policy(table: Table, row: Row) -> Answer:
    item = _item(row)
    answer = Answer(f"{row['demand']} mean={row.get('mean', '')} p={row['p']:g} L={row['L']}")
    best = lost_sales.optimum(item)
    level, level_cost = base_stock.best_with_lost_sales(item)
    costs = {"optimal": best.cost, "best_base_stock": level_cost} | _costs(item)
    for name, stated in row.get("published", {}).items():
        if name in PUBLISHED:
            tolerance = _tolerance(table, name, str(row["demand"]))
            answer.within(f"published {name}", stated, costs[PUBLISHED[name]], tolerance)
        else:
            answer.skip([f"published {name}"])
    stated = row.get("computed", {})
    whole = {"best_base_stock_S": level, "max_opt_order": int(best.order.max())}
    _compare_computed(answer, item, stated, costs, whole)
    answer.skip(numbers_left(row, FIELDS))
    return answer


def _compare_computed(answer: Answer, item: LostSales, stated: Row, costs: dict[str, float], whole: Row) -> None:
    for name in (name for name in costs if name in stated):
        answer.close(f"computed {name}", stated[name], costs[name])
    for name in (name for name in whole if name in stated):
        answer.equal(name, stated[name], whole[name])
    for number, pair in enumerate(zip(stated.get("svbs_levels", []), item.covering_levels, strict=False)):
        answer.equal(f"svbs_levels[{number}]", *pair)
    if has(stated, ("capped_base_stock", "capped_S", "capped_r")):
        at_stated = capped_base_stock.cost_with_lost_sales(item, stated["capped_S"], stated["capped_r"]).cost
        answer.close("capped base-stock as stated", stated["capped_base_stock"], at_stated)
    if "capped_base_stock" in stated:
        *_, ours = capped_base_stock.best_with_lost_sales(item)
        _compare_tuned(answer, "our capped base-stock", stated["capped_base_stock"], ours)
    if has(stated, ("pil", "pil_U")):
        at_stated = projected_inventory_level.cost_with_lost_sales(item, stated["pil_U"]).cost
        answer.close("projected inventory level as stated", stated["pil"], at_stated)
    if "pil" in stated:
        _, ours = projected_inventory_level.best_with_lost_sales(item)
        _compare_tuned(answer, "our projected inventory level", stated["pil"], ours)
    known = {*costs, *whole, "capped_base_stock", "capped_S", "capped_r", "pil", "pil_U"}
    answer.skip(f"computed {name}" for name in numbers_left(stated, known))


def _compare_tuned(answer: Answer, name: str, stated: float, ours: float) -> None:
    answer.within(name, stated, ours, TUNED_SHARE * stated, may_be_lower=True)


def _is_table_with_order_cost(table: Table) -> bool:
    said = str(table.get("description", "")).lower()
    return has(first_row(table), ("policy",)) and "lost sales" in said


def _parameters(table: Table, row: Row) -> Row:
    """R, L, h, p, K and demand: from the row, else from the description."""
    said = str(table.get("description", ""))
    found: Row = {"R": 1, "h": 1}
    for name, value in re.findall(r"\b([RLhpK])\s*=\s*(\d+(?:\.\d+)?)", said):
        found[name] = float(value)
    if demand := re.search(r"(poisson|geometric|nbinom|negative.binomial|uniform)[^,;]*", said, re.IGNORECASE):
        found["demand"] = demand.group(0)
    found |= {name: row[name] for name in ("R", "L", "h", "p", "K", "demand", "mean") if name in row}
    missing = [name for name in ("L", "p", "K", "demand") if name not in found]
    if missing:
        raise NotReadable(f"neither the row nor the description says {', '.join(missing)}.")
    return found


def _answers_with_order_cost(table: Table) -> Iterator[Answer]:
    decimals = decimals_of(row["published"] for row in table["rows"] if "published" in row)
    return each(table["rows"], partial(_answer_with_order_cost, table, decimals))


def _answer_with_order_cost(table: Table, decimals: int, row: Row) -> Answer:
    given = _parameters(table, row)
    answer = Answer(f"{row['policy']} p={given['p']:g} K={given['K']:g} L={given['L']:g}")
    cost = _cost_of(str(row["policy"]), _item(given, float(given["K"]))) if given["R"] == 1 else None
    for side in ("published", "computed"):
        if side in row and cost is None:
            answer.skip([side])
        elif side == "published" in row:
            answer.printed(side, row[side], float(cost or 0), decimals)
        elif side in row:
            answer.close(side, row[side], float(cost or 0))
    answer.skip(numbers_left(row, ("published", "computed", "R", "L", "h", "p", "K", "mean")))
    return answer


def _cost_of(policy: str, item: LostSales) -> float | None:
    """Exact average cost of a policy with its parameters, "(s,nQ)=(17,7)"; None for one that is not known here."""
    if "optimal" in policy.lower():
        return lost_sales.optimum(item).cost
    found = re.search(r"\(?([A-Za-z][A-Za-z,\s]*)\)?\s*=\s*\(?([\d,\s]+)\)?", policy)
    if not found:
        return None
    names = [name.split()[-1] for name in found.group(1).split(",")]
    values = dict(zip(names[::-1], [int(value) for value in found.group(2).split(",")][::-1], strict=False))
    if values.pop("R", 1) != 1:
        return None
    kinds: dict[tuple[str, ...], Callable[..., Any]] = {
        ("S",): base_stock.cost_with_lost_sales,
        ("s", "S"): min_max.cost_with_lost_sales,
        ("s", "S", "q"): min_max.cost_with_lost_sales,
        ("s", "nQ"): reorder_in_multiples.cost_with_lost_sales,
        ("s", "Q"): _one_batch,
    }
    kind = kinds.get(tuple(name for name in names if name != "R"))
    return float(kind(item, *(values[name] for name in names if name != "R")).cost) if kind else None


def _one_batch(item: LostSales, reorder_point: int, order_quantity: int) -> lost_sales.Average:
    """(s, Q): one batch, however far the position lies below the point."""

    def order(run: Iteration) -> Ints:
        return np.where(run.states.inventory_position <= reorder_point, order_quantity, 0)

    return lost_sales.average_cost(item, (reorder_point + order_quantity,) * (item.lead_time_periods + 1), order)


BY_POLICY = Family("lost sales, by policy", _is_table_of_policies, _answers_by_policy)
WITH_ORDER_COST = Family("lost sales with a cost per order", _is_table_with_order_cost, _answers_with_order_cost)
