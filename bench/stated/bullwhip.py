"""Information sharing and the bullwhip: closed forms of Lee, So and Tang (2000) and of Chen and others (2000)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.stated.compare import Answer, Family, Row, Table, first_row, has, numbers_left
from ownstock.engine.policy import bullwhip

FIELDS = ("rho", "l", "L")


def _is_mine(table: Table) -> bool:
    return has(first_row(table), (*FIELDS, "V_sharing"))


def _computed(row: Row) -> dict[str, float]:
    given = float(row["rho"]), int(row["l"]), int(row["L"])
    variance = float(row.get("sigma", 1)) ** 2
    return {
        "V_no_sharing": variance * bullwhip.variance_without_sharing(*given),
        "V_sharing": variance * bullwhip.variance_with_sharing(*given),
        "safety_stock_reduction_pct": 100 * bullwhip.safety_stock_saved(*given),
        "order_bullwhip_var_ratio": bullwhip.order_variance_ratio(*given[:2]),
    }


def _answers(table: Table) -> Iterator[Answer]:
    for row in table["rows"]:
        yield _answer(f"rho={row['rho']:g} l={row['l']} L={row['L']}", row, _computed(row), (*FIELDS, "sigma"))
    for row in table.get("ar1_sim_check", []):
        ratio = bullwhip.order_variance_ratio(float(row["rho"]), int(row["l"]))
        yield _answer(f"check by simulation, rho={row['rho']:g} l={row['l']}", row, {"formula": ratio}, ("rho", "l"))
    for row in table.get("moving_average", []):
        ratio = bullwhip.moving_average_ratio(float(row.get("rho", 0)), int(row["L"]), int(row["p"]))
        yield _answer(f"moving average p={row['p']} L={row['L']}", row, {"formula": ratio}, ("p", "L", "rho"))
    for row in table.get("exp_smoothing", []):
        ratio = bullwhip.smoothing_ratio(float(row.get("rho", 0)), int(row["L"]), float(row["alpha"]))
        yield _answer(f"smoothing alpha={row['alpha']:g} L={row['L']}", row, {"formula": ratio}, ("alpha", "L", "rho"))


def _answer(name: str, row: Row, computed: dict[str, float], given: tuple[str, ...]) -> Answer:
    answer = Answer(name)
    for field, ours in computed.items():
        if field in row:
            answer.close(field, row[field], ours)
    answer.skip(numbers_left(row, (*computed, *given)))
    return answer


FAMILY = Family("information sharing and bullwhip", _is_mine, _answers)
