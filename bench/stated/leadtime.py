"""Random lead times: demand over the protection interval, and the shortfall where orders cross."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np

from bench.stated.compare import Answer, Family, NotReadable, Row, Table, each, first_row, has, numbers_left
from bench.stated.demand import distribution
from ownstock.engine import leadtime
from ownstock.engine.arrays import Floats
from ownstock.engine.policy.plainly import expected_cost
from ownstock.engine.policy.service_target import cycle_service_level, level_for_cycle_service

# Where probability rises by less than this, the level at which it reaches a target is a matter of rounding.
PLATEAU = 1e-9
OF_TARGET = re.compile(r"(exact_q|normal_q|achieved_csl_at_normal_q)(0?\.\d+)$")


def _lead_times(row: Row) -> list[Floats]:
    """The distributions that a row's lead time may mean, over 0, 1 … periods, as rows of one."""
    if "lead_time_pmf" in row:
        stated = {int(periods): float(share) for periods, share in row["lead_time_pmf"].items()}
        probability = np.zeros(max(stated) + 1)
        for periods, share in stated.items():
            probability[periods] = share
        return [probability[None, :]]
    return [found[None, :] for found in distribution(str(row["lead_time"]), variance=row.get("var_leadtime"))]


def _is_mixture(table: Table) -> bool:
    return any(OF_TARGET.match(name) for name in first_row(table))


def _mixtures(table: Table) -> Iterator[Answer]:
    return each(table["rows"], _mixture)


def _mixture(row: Row) -> Answer:
    lead_time, review = _lead_times(row)[0], int(row.get("review", 1))
    mean_interval = float(leadtime.mean_and_variance(lead_time)[0][0]) + review
    mean = row["naive_mean"] / mean_interval if "naive_mean" in row else None
    demand = distribution(str(row["demand"]), mean=mean)[0][None, :]
    answer = Answer(f"{row['demand']}, {row.get('lead_time', row.get('lead_time_pmf'))}")
    _compare_mixture(answer, row, leadtime.protection_demand(demand, lead_time, review))
    _compare_textbook(answer, row, *leadtime.textbook_moments(demand, lead_time, review))
    known = [name for name in row if OF_TARGET.match(name)]
    answer.skip(numbers_left(row, [*known, "review", "mean", "var", "naive_mean", "naive_var"]))
    return answer


def _compare_mixture(answer: Answer, row: Row, mixture: Floats) -> None:
    mean, variance = leadtime.mean_and_variance(mixture)
    for name, computed in (("mean", mean), ("var", variance)):
        if name in row:
            answer.close(name, row[name], float(computed[0]))
    for name, stated in row.items():
        found = OF_TARGET.match(name)
        if found and found.group(1) == "exact_q":
            answer.equal(name, stated, _level(mixture, float(found.group(2)), int(stated)))
        elif found and found.group(1).startswith("achieved") and (level := row.get(f"normal_q{found.group(2)}")):
            at_level = cycle_service_level(mixture, np.array([math.floor(level)]))
            answer.close(name, stated, float(at_level[0]))


def _level(mixture: Floats, target: float, stated: int) -> int:
    """The exact level; the stated one where rounding alone decides between them, as between the humps of a mixture."""
    reached = cycle_service_level(np.repeat(mixture, 2, axis=0), np.array([stated - 1, stated]))
    if reached[0] <= target + PLATEAU and reached[1] >= target - PLATEAU:
        return stated
    return int(level_for_cycle_service(mixture, np.array([target]))[0])


def _compare_textbook(answer: Answer, row: Row, mean: Floats, variance: Floats) -> None:
    for name, computed in (("naive_mean", mean), ("naive_var", variance)):
        if name in row:
            answer.close(name, row[name], float(computed[0]))
    for name, stated in row.items():
        found = OF_TARGET.match(name)
        if found and found.group(1) == "normal_q":
            answer.close(name, stated, float(leadtime.textbook_level(mean, variance, float(found.group(2)))[0]))


def _is_crossover(table: Table) -> bool:
    return has(first_row(table), ("S_shortfall_opt", "lead_time"))


def _crossovers(table: Table) -> Iterator[Answer]:
    return each(table["rows"], _crossover)


def _crossover(row: Row) -> Answer:
    demand = distribution(str(row["demand"]), mean=row.get("mean"))[0][None, :]
    readings = [_levels(row, demand, lead_time) for lead_time in _lead_times(row)]
    # Where the row leaves the lead time's shares open, the level on lead-time demand says which are meant.
    computed = min(readings, key=lambda reading: abs(reading["S_ltd"] - row.get("S_ltd", reading["S_ltd"])))
    answer = Answer(f"{row['demand']}, {row['lead_time']}, p={row['p']:g}")
    for name, ours in computed.items():
        if name in row:
            compare = answer.equal if name.startswith("S_") else answer.close
            compare(name, row[name], ours)
    answer.skip(numbers_left(row, [*computed, "p", "h", "mean"]))
    return answer


def _levels(row: Row, demand: Floats, lead_time: Floats) -> dict[str, float]:
    if lead_time[0, 0] > 0:
        raise NotReadable("a lead time of 0 has no place in this convention: orders arrive from the next period on.")
    holding, shortage = float(row["h"]), float(row["p"])
    ratio = np.array([shortage / (shortage + holding)])
    shortfall = leadtime.shortfall(demand, lead_time)
    best = int(level_for_cycle_service(shortfall, ratio)[0])
    wrong = int(level_for_cycle_service(leadtime.lead_time_demand(demand, lead_time), ratio)[0])
    cost, cost_wrong = (expected_cost(level, shortfall[0], holding, shortage, 1) for level in (best, wrong))
    return {
        "S_shortfall_opt": best,
        "S_ltd": wrong,
        "cost_opt": cost,
        "cost_ltd": cost_wrong,
        "excess_pct": 100 * (cost_wrong / cost - 1),
        "var_outstanding": float(leadtime.outstanding_orders(lead_time)[1][0]),
        "robinson_bradley_bound": float(leadtime.outstanding_orders_variance_bound(lead_time)[0]),
        "var_leadtime": float(leadtime.mean_and_variance(lead_time)[1][0]),
    }


MIXTURE = Family("demand over a random protection interval", _is_mixture, _mixtures)
CROSSOVER = Family("shortfall where orders cross", _is_crossover, _crossovers)
