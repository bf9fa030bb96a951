"""The economic order quantity: what holding costs more in a larger order, ordering costs more in smaller ones.

Harris (1913), Factory, The Magazine of Management 10(2), 135-136 and 152: Q = √(2·K·demand / holding cost). A good
first guess where demand is steady; (s, nQ) finds quantity and point together where it is not.
"""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import Floats, Ints


def economic_order_quantity(demand: Floats, order_cost: Floats, holding_cost: Floats) -> Floats:
    """Units per order with the least cost. [n] each → [n]

    demand: units in some time; order_cost: money per order; holding_cost: money per unit held for that time, above 0.
    """
    quantity: Floats = np.sqrt(2 * order_cost * demand / holding_cost)
    return quantity


def cost(demand: Floats, order_cost: Floats, holding_cost: Floats, order_quantity: Floats) -> Floats:
    """Money for ordering and holding in that time: K·demand/Q + h·Q/2. [n] each → [n]"""
    money: Floats = order_cost * demand / order_quantity + holding_cost * order_quantity / 2
    return money


def in_multiples(demand: Floats, order_cost: Floats, holding_cost: Floats, order_multiple: Ints) -> Ints:
    """The cheapest quantity that is a whole multiple, at least one. [n] each → [n]

    Cost is convex in the quantity: it is one of the two multiples beside the economic order quantity.
    """
    below = economic_order_quantity(demand, order_cost, holding_cost) // order_multiple
    lower: Floats = np.maximum(below, 1.0) * order_multiple
    upper: Floats = lower + order_multiple
    is_upper = cost(demand, order_cost, holding_cost, upper) < cost(demand, order_cost, holding_cost, lower)
    return np.where(is_upper, upper, lower).astype(np.int64)
