"""Recomputes a decision from the printed inputs of its reason: numpy, arithmetic, and nothing of Ownstock's."""

from typing import Any

import numpy as np


def plus(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    n = p.size + q.size - 1
    return np.maximum(np.fft.irfft(np.fft.rfft(p, n) * np.fft.rfft(q, n), n), 0.0)


def recompute(reason: dict[str, Any]) -> dict[str, Any]:
    given, step = reason["inputs"], reason["decision"]["lattice_step"]
    weeks = [(week["demand"], week["in_stock_fraction"]) for week in given["weeks"]]
    used = [(d, f) for d, f in weeks if f >= 0.5] or [(d, max(f, 1 / 7)) for d, f in weeks if f > 0]
    mean = sum(d for d, f in used) / sum(f for d, f in used) / step if used else 0.0
    variance = sum((d / step - mean * f) ** 2 / f for d, f in used) / (len(used) - 1) if len(used) > 1 else mean
    b = 1 - mean / variance if variance > mean else 0.0  # P(k) = P(k-1) · (a + b·(k-1)) / k, a = mean · (1-b)
    lead, review = given["lead_time_days"], given["review_period_days"]
    points = np.arange(
        1, int(100 + mean * (lead + review) / 7 + 12 * (variance * (lead + review)) ** 0.5 + 40 / (1 - b))
    )
    taken, there, today = np.ones(1), given["usable"] - given["backordered"], 0
    coming = sorted((arrival["arrives_in_days"], arrival["quantity"]) for arrival in given["arrivals"])
    for day, arriving in [*(c for c in coming if c[0] <= lead), (lead, 0), (lead + review, 0)]:
        ratios = (mean * (1 - b) * (day - today) / 7 + b * (points - 1)) / points
        logs = np.append(0.0, np.cumsum(np.log(np.maximum(ratios, 1e-300))))
        taken, ceiling = plus(taken, np.exp(logs - logs.max()) / np.exp(logs - logs.max()).sum()), max(there, 0) // step
        if given["unserved_demand"] == "lost" and day <= lead and ceiling < taken.size:
            taken = np.append(taken[:ceiling], taken[ceiling:].sum())
        there, today = there + arriving, day
    there += sum(quantity for day, quantity in coming if lead < day <= lead + review)
    over, under = given["unit_cost"] * given["holding_rate"] * review / 365, given["shortage_cost"]
    left = there - step * np.arange(taken.size)

    def cost(q: int) -> float:
        return float(over * (np.maximum(left + q, 0) @ taken) + under * (np.maximum(-left - q, 0) @ taken))

    needed = max(step * int((np.cumsum(taken) < under / (over + under) - 1e-9).sum()) - there, 0)
    pack, quantity = given["order_multiple"], 0
    smallest = -(-max(given["moq"], 1) // pack) * pack
    for q in (max(needed // pack * pack, smallest), max(-(-needed // pack) * pack, smallest)):
        quantity = q if needed and cost(q) < cost(quantity) - 1e-9 * (over + under) * (q - quantity) else quantity
    return {"quantity": quantity, "expected_cost": cost(quantity), "expected_cost_of_zero": cost(0)}
