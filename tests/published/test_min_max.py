"""The cheapest (s, S) are those that Zheng and Federgruen printed.

Zheng and Federgruen (1991), "Finding Optimal (s, S) Policies Is About as Simple as Evaluating a Single Policy",
Operations Research 39(4), 654-665, table of instances after Veinott and Wagner (1965): Poisson demand, order cost 64,
holding 1, shortage 9, no lead time, order when the position is at or below s; cost per period, to three decimals.
"""

from __future__ import annotations

import numpy as np
import pytest

from ownstock.engine.policy import min_max, reorder_in_multiples
from ownstock.engine.policy.lost_sales import LostSales, optimum
from ownstock.engine.policy.periodic_review import Bands, PeriodicReview

# mean, s, S, cost
PRINTED = [
    (10, 6, 40, 35.022),
    (20, 14, 62, 49.173),
    (30, 23, 66, 57.819),
    (40, 33, 87, 64.512),
    (50, 42, 108, 70.975),
    (60, 52, 129, 77.306),
    (70, 62, 81, 79.037),
    (21, 15, 65, 50.406),
    (23, 17, 52, 52.757),
    (51, 43, 110, 71.611),
    (59, 51, 126, 76.679),
    (63, 54, 73, 78.287),
]


def test_points_levels_and_costs_are_the_printed_ones() -> None:
    mean, point, level, cost = np.array(PRINTED).T
    items = PeriodicReview.of_counts(mean, mean, holding_cost=1, shortage_cost=9, order_cost=64)
    found = min_max.cheapest(items)
    assert found.reorder_point.tolist() == point.tolist()
    assert found.order_up_to_level.tolist() == level.tolist()
    assert found.cost == pytest.approx(cost, abs=0.0005001)
    assert min_max.cost(items, found.reorder_point, found.order_up_to_level) == pytest.approx(found.cost, rel=1e-12)


@pytest.mark.parametrize(("mean", "cost"), [(10, 35.02155527232042), (20, 49.173035744939355), (64, 78.40232070917746)])
def test_costs_to_twelve_digits(mean: float, cost: float) -> None:
    """The same instances as recomputed by the tests of the inventoryanalytics package (Rossi 2021)."""
    items = PeriodicReview.of_counts(mean, mean, holding_cost=1, shortage_cost=9, order_cost=64)
    assert min_max.cheapest(items).cost[0] == pytest.approx(cost, rel=1e-12)


def test_lost_sales_with_a_cost_per_order() -> None:
    """Optimum 11.46; (s, nQ) = (17, 7) costs 11.56.

    Bijvank, Bhulai and Huh (2015), "Parametric replenishment policies for inventory systems with lost sales and fixed
    order cost", European Journal of Operational Research 241(2), 381-390, Table 1: a review every period, lead time 2,
    holding 1, shortage 14, order cost 5, Poisson demand of mean 5.
    """
    five, one = np.array([5.0]), np.ones(1, dtype=np.int64)
    item = LostSales(Bands.of_counts(five, five, one, one).row(0), 2, 1, 14, order_cost=5)
    assert optimum(item).cost == pytest.approx(11.46, abs=0.0051)
    assert reorder_in_multiples.cost_with_lost_sales(item, 17, 7).cost == pytest.approx(11.56, abs=0.0051)
    assert reorder_in_multiples.best_with_lost_sales(item)[:2] == (17, 7)
