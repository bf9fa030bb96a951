"""One step of value iteration over the states of an item under lost sales."""

from __future__ import annotations

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.kernels.compiled import compiled

KEEP, DESCEND, ALL = 0, 1, 2


@compiled
def _expected(
    base: int, on_hand: int, probability: Floats, beyond: Floats, values: Floats, fee: float, order: int
) -> float:
    """Expected value of the next period's state, and what the order costs."""
    points = probability.size
    shift = points - 1 - on_hand
    found = beyond[on_hand] * values[base]
    for left in range(max(1, on_hand - points + 1), on_hand + 1):
        found += probability[shift + left] * values[base + left]
    return found + (fee if order > 0 else 0.0)


@compiled
def sweep(
    first: Ints,
    following: Ints,
    most_order: Ints,
    probability: Floats,
    beyond: Floats,
    cost: Floats,
    order_cost: float,
    values: Floats,
    order: Ints,
    search: int,
    out: Floats,
) -> None:
    """Cost now and expected value after, under the best order found, for every state.

    The states of pipeline i are first[i] … first[i + 1] - 1, by what is on hand. following: [pipelines, orders], the
    state of the next period when nothing is left on hand at the end of this one. most_order: [states]. probability:
    demand of a period, the last point first; beyond: P(demand ≥ x) by x; cost: of a period, by what is on hand.
    search: KEEP the orders given; DESCEND from them as long as the next one is cheaper (right where cost is convex in
    the order); or try ALL. `order` and `out` are written.
    """
    for pipeline in range(first.size - 1):
        start = first[pipeline]
        to = following[pipeline]
        for state in range(start, first[pipeline + 1]):
            on_hand = state - start
            most = most_order[state]
            chosen = 0 if search == ALL else order[state]
            best = _expected(to[chosen], on_hand, probability, beyond, values, order_cost, chosen)
            if search == ALL:
                for candidate in range(1, most + 1):
                    found = _expected(to[candidate], on_hand, probability, beyond, values, order_cost, candidate)
                    if found < best:
                        best, chosen = found, candidate
            elif search == DESCEND:
                while chosen < most:
                    found = _expected(to[chosen + 1], on_hand, probability, beyond, values, order_cost, chosen + 1)
                    if found >= best:
                        break
                    best, chosen = found, chosen + 1
                if chosen == order[state]:
                    while chosen > 0:
                        found = _expected(to[chosen - 1], on_hand, probability, beyond, values, order_cost, chosen - 1)
                        if found >= best:
                            break
                        best, chosen = found, chosen - 1
            order[state] = chosen
            out[state] = cost[on_hand] + best
