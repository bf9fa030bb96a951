"""Which quantities a supplier accepts: nothing, or at least the MOQ and a multiple; in exact integers."""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import NONE, Ints


def smallest_order(moq: Ints, order_multiple: Ints) -> Ints:
    """The least quantity that may be ordered: the MOQ, at least 1, rounded up to a multiple. [n], [n] → [n]"""
    return -(-np.maximum(moq, 1) // order_multiple) * order_multiple


def around(needed: Ints, moq: Ints, order_multiple: Ints) -> tuple[Ints, Ints]:
    """The two quantities above 0 that may be ordered nearest below and above the needed one. [n] → [n], [n]

    Both are the smallest order where that is more than needed. As expected cost is convex in the quantity, the
    cheapest quantity of all is one of these two, or 0.
    """
    smallest = smallest_order(moq, order_multiple)
    below = needed // order_multiple * order_multiple
    above = -(-needed // order_multiple) * order_multiple
    return np.maximum(below, smallest), np.maximum(above, smallest)


def next_smaller(quantity: Ints, moq: Ints, order_multiple: Ints) -> Ints:
    """The next smaller quantity that may be ordered; NONE below 0. [n] → [n]"""
    less = np.where(quantity <= smallest_order(moq, order_multiple), 0, quantity - order_multiple)
    return np.where(quantity == 0, NONE, less)


def next_larger(quantity: Ints, moq: Ints, order_multiple: Ints) -> Ints:
    """The next larger quantity that may be ordered. [n] → [n]"""
    return np.where(quantity == 0, smallest_order(moq, order_multiple), quantity + order_multiple)
