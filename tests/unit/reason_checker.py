"""Recomputes a decision from the printed inputs and forecast of its reason: numpy, arithmetic, nothing of Ownstock's."""

from typing import Any

import numpy as np


def count(mean: float, ratio: float, points: int) -> np.ndarray:
    b, k = 1 - 1 / max(ratio, 1.0), np.arange(1, points)  # P(k) = P(k-1) · (a + b·(k-1)) / k, a = mean · (1-b)
    logs = np.append(0.0, np.cumsum(np.log(np.maximum((mean * (1 - b) + b * (k - 1)) / k, 1e-300))))
    return np.exp(logs - logs.max()) / np.exp(logs - logs.max()).sum()


def recompute(reason: dict[str, Any]) -> dict[str, Any]:
    given, forecast = reason["inputs"], reason["forecast"]
    lead, review, ratio = given["lead_time_days"], given["review_period_days"], forecast["variance_ratio"]
    means, length = forecast["mean_by_bucket"], forecast["bucket_days"]

    def until(day: float) -> float:
        whole = [*means[:-1], *[means[-1]] * (int(day // length) + 1)]
        return sum(whole[: int(day // length)]) + whole[int(day // length)] * (day % length) / length

    points = int(until(lead + 2 * review) + 12 * (until(lead + 2 * review) * ratio) ** 0.5 + 60 * ratio + 60)
    taken, there, since = np.eye(1, points)[0], given["usable"] - given["backordered"], 0
    coming = sorted((arrival["arrives_in_days"], arrival["quantity"]) for arrival in given["arrivals"])
    lost, over = given["unserved_demand"] == "lost", given["unit_cost"] * given["holding_rate"] * review / 365
    for day, arriving in [*(c for c in coming if c[0] <= lead), (lead, 0), (lead + review, 0)]:
        taken = np.convolve(taken, count(until(day) - until(since), ratio, points))[:points]
        ceiling = max(there, 0)
        if lost and day <= lead and ceiling < points:
            taken = np.append(taken[:ceiling], [taken[ceiling:].sum(), *[0.0] * (points - ceiling - 1)])
        there, since = there + arriving, day
    there += sum(quantity for day, quantity in coming if lead < day <= lead + review)
    later = sum(quantity for day, quantity in coming if lead + review < day <= lead + 2 * review)
    under, k = given["shortage_cost"], np.arange(points)

    def cost(level: int, wanted: np.ndarray = taken) -> float:
        return float((over * np.maximum(level - k, 0) + under * np.maximum(k - level, 0)) @ wanted)

    following = count(until(lead + 2 * review) - until(lead + review), ratio, points)
    next_cost = np.array([cost(level, following) for level in range(int(following @ k * 4 + 30) + later + points)])

    def ahead(level: int) -> float:
        left = np.maximum(level - k, 0)
        return min(
            float(taken @ next_cost[left + order]) for order in range(later, later + int(following @ k * 4 + 20))
        )

    level = int((np.cumsum(taken) < under / (over + under) - 1e-9).sum())
    need = fewer = max(level - there, 0)
    if lost and need and until(lead + review) - until(lead) < 50:
        costs = [cost(there + need - f) + ahead(there + need - f) for f in range(min(3, need) + 1)]
        fewer = need - next(f for f, c in enumerate(costs) if c <= min(costs) + 1e-9 * (over + under))
    pack, quantity = given["order_multiple"], 0
    smallest = -(-max(given["moq"], 1) // pack) * pack
    for q in (max(fewer // pack * pack, smallest), max(-(-fewer // pack) * pack, smallest)):
        if fewer and cost(there + q) < cost(there + quantity) - 1e-9 * (over + under) * (q - quantity):
            quantity = q
    return {"quantity": quantity, "expected_cost": cost(there + quantity), "expected_cost_of_zero": cost(there)}
