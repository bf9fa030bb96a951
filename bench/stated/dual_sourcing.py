"""Two suppliers, the fast one at a premium, as in Veeraraghavan and Scheller-Wolf (2008)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from bench.stated.compare import SHARE, Answer, Family, NotReadable, Row, Table, each, first_row, has, numbers_left
from bench.stated.demand import distribution
from ownstock.engine.policy import dual_sourcing
from ownstock.engine.policy.dual_sourcing import DualSourcing, Rule

FIELDS = ("l_r", "c_e", "h", "b", "demand")
RULES: dict[str, Callable[..., Rule]] = {
    "dual_index": dual_sourcing.dual_index,
    "capped_dual_index_incl": dual_sourcing.capped_dual_index,
    "capped_dual_index": partial(dual_sourcing.capped_dual_index, counts_expedited=False),
    "single_index": dual_sourcing.single_index,
    "tbs": dual_sourcing.tailored_base_surge,
}
# Published gaps are labels of a figure, in hundredths of a per cent, some of them cut off rather than rounded.
LABEL = 0.0101
# The published capped dual index counts what is expedited.
PUBLISHED_AS = {"capped_dual_index": "capped_dual_index_incl"}


def _is_mine(table: Table) -> bool:
    return has(first_row(table), FIELDS)


def _item(row: Row) -> DualSourcing:
    if row.get("l_e", 0) != 0:
        raise NotReadable("the fast supplier delivers later than at once, which is not computed here.")
    demand = distribution(str(row["demand"]))[0]
    most = int(row.get("reg_order_bound", demand.size - 1))
    premium = float(row["c_e"])
    return DualSourcing(demand, int(row["l_r"]), premium, float(row["h"]), float(row["b"]), most)


def _answers(table: Table) -> Iterator[Answer]:
    return each(table["rows"], _answer)


def _answer(row: Row) -> Answer:
    item = _item(row)
    answer = Answer(f"l_r={row['l_r']} c_e={row['c_e']:g}")
    optimal = dual_sourcing.optimum(item)
    regular_cost = 100 * float(item.demand @ np.arange(item.demand.size))
    for name, ours in (("optimal", optimal), ("optimal_with_c_r_100", optimal + regular_cost)):
        if name in row:
            answer.close(name, row[name], ours)
    costs = _compare_rules(answer, item, row)
    gaps = {name: 100 * (cost / optimal - 1) for name, cost in costs.items()}
    gaps_with_cost = {name: 100 * (cost - optimal) / (optimal + regular_cost) for name, cost in costs.items()}
    for suffix, found in (("_gap_pct_cr0", gaps), ("_gap_pct_cr100", gaps_with_cost)):
        for name, gap in found.items():
            if name + suffix in row:
                answer.within(name + suffix, row[name + suffix], gap, 200 * SHARE * (1 + 1 / optimal))
    _compare_published(answer, row, gaps_with_cost)
    known = [
        *FIELDS,
        *("l_e", "c_r", "reg_order_bound", "optimal", "optimal_with_c_r_100"),
        *(name + suffix for name in costs for suffix in ("", "_gap_pct_cr0", "_gap_pct_cr100")),
    ]
    answer.skip(numbers_left(row, known))
    return answer


def _compare_rules(answer: Answer, item: DualSourcing, row: Row) -> dict[str, float]:
    """Each rule at the parameters stated, and at the best that we find."""
    costs = {}
    for name, rule_of in RULES.items():
        parameters = row.get(f"{name}_params")
        if parameters and name in row:
            costs[name] = dual_sourcing.average_cost(item, rule_of(*parameters))
            answer.close(f"{name} as stated", row[name], costs[name])
            starts = _starts(item, len(parameters), name)
            best = min(dual_sourcing.best_of(item, rule_of, start, reach=2)[1] for start in starts)
            tolerance = SHARE * (row[name] + 1)
            answer.within(f"our {name}", row[name], best, tolerance, may_be_lower=True)
    return costs


def _starts(item: DualSourcing, parameters: int, name: str) -> list[tuple[int, ...]]:
    """Where searches begin: cover a period's demand at once, and mean demand until the regular supplier delivers."""
    most, mean = item.demand.size - 1, float(item.demand @ np.arange(item.demand.size))
    steady = max(1, int(mean))
    level = most + round(mean * item.lead_time_periods)
    if name == "tbs":
        return [(most, steady)]
    # To expedite all may be best on one position, and to expedite only peaks; there is a ridge between.
    if name == "single_index":
        return [(level - steady, level), (most, most)]
    return [(most, level, steady)[:parameters]]


def _compare_published(answer: Answer, row: Row, gaps: dict[str, float]) -> None:
    for name, stated in row.get("published_gap_pct", {}).items():
        computed = gaps.get(PUBLISHED_AS.get(name, name))
        if computed is None or not row.get("match", {}).get(name, True):
            answer.skip([f"published gap of {name}"])
        else:
            answer.within(f"published gap of {name}", stated, computed, LABEL)


FAMILY = Family("two suppliers", _is_mine, _answers)
