"""The cheapest parameters of a policy, by trying neighbours."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

Point = tuple[float, ...]
# The cost of a point; when it must exceed the second argument, any number above that will do.
CostOf = Callable[[Point, float], float]


def cheapest(cost_of: CostOf, start: Point, step: float = 1, reach: int = 1) -> tuple[Point, float]:
    """The point that no other within `reach` steps in any direction undercuts, found from `start`; and its cost.

    That is the cheapest of all where cost is convex, and near it where it is only nearly so.
    """
    known = {start: cost_of(start, np.inf)}
    best = start
    moves = list(product(range(-reach, reach + 1), repeat=len(start)))
    while True:
        around = [tuple(x + step * m for x, m in zip(best, move, strict=True)) for move in moves]
        for point in around:
            if point not in known:
                known[point] = cost_of(point, min(known.values()))
        cheaper = min(around, key=lambda point: known[point])
        if known[cheaper] >= known[best]:
            return best, known[best]
        best = cheaper
