"""The policies of lost sales, evaluated exactly, cost what Zipkin printed for them.

Zipkin (2008), "Old and New Methods for Lost-Sales Inventory Systems", Operations Research 56(5), 1256-1263, Tables 3
and 4. Holding 1 per unit left at the end of a period, shortage p per unit lost, demand with mean 5 a period, an order
arrives L periods later at the start of the period; cost per period in the long run. Print and exact value differ by up
to 0.0051 (rounding), for the "Std." rows by up to 0.0101.

Capped base-stock and projected inventory level are not in that paper: their costs at the parameters below were
computed by enumeration independently of this code.
"""

from __future__ import annotations

import numpy as np
import pytest

from ownstock.engine.policy import (
    base_stock,
    capped_base_stock,
    lost_sales,
    myopic,
    projected_inventory_level,
    vector_base_stock,
)
from ownstock.engine.policy.lost_sales import LostSales
from ownstock.engine.policy.periodic_review import Bands

ONE, ONES = np.ones(1), np.ones(1, dtype=np.int64)
POISSON = Bands.of_counts(5 * ONE, 5 * ONE, ONES, ONES).row(0)
GEOMETRIC = Bands.of_counts(5 * ONE, 30 * ONE, ONES, ONES).row(0)

# p, L, Optimal, Myopic, Myopic-2, Std. vector base-stock, Std. base-stock, Best base-stock,
# capped: level, cap, cost; projected inventory level: target, cost
POISSON_ROWS = [
    (4, 1, 4.04, 4.11, 4.04, 4.31, 4.39, 4.16, 12, 6, 4.065419, 6.75, 4.0665),
    (9, 1, 5.44, 5.45, 5.44, 5.51, 5.56, 5.55, 14, 6, 5.481228, 8.75, 5.45796),
    (19, 1, 6.68, 6.69, 6.68, 6.71, 6.73, 6.73, 15, 8, 6.687749, 9.75, 6.68054),
    (39, 1, 7.84, 7.88, 7.84, 7.97, 7.98, 7.86, 16, 9, 7.842476, 10.75, 7.8388),
    (4, 2, 4.4, 4.56, 4.41, 4.8, 4.94, 4.64, 17, 5, 4.405732, 7.0, 4.40645),
    (9, 2, 6.09, 6.22, 6.1, 6.45, 6.55, 6.32, 19, 6, 6.119093, 8.75, 6.12188),
    (19, 2, 7.66, 7.77, 7.67, 8.08, 8.15, 7.84, 21, 7, 7.720861, 10.75, 7.72748),
    (39, 2, 9.11, 9.16, 9.12, 9.29, 9.31, 9.19, 22, 8, 9.132584, 11.75, 9.1312),
    (4, 3, 4.6, 4.84, 4.64, 5.51, 5.77, 4.98, 21, 5, 4.63077, 6.75, 4.61978),
    (9, 3, 6.53, 6.8, 6.57, 7.31, 7.47, 6.86, 24, 6, 6.616439, 9.0, 6.58382),
    (19, 3, 8.36, 8.56, 8.4, 9.09, 9.19, 8.6, 26, 6, 8.40104, 10.75, 8.41278),
    (39, 3, 10.04, 10.17, 10.07, 10.39, 10.43, 10.22, 28, 7, 10.085258, 12.75, 10.1122),
    (4, 4, 4.73, 5.06, 4.82, 5.83, 6.14, 5.2, 26, 5, 4.79785, 6.5, 4.75335),
    (9, 4, 6.84, 7.2, 6.92, 8.16, 8.37, 7.27, 29, 5, 6.912279, 9.0, 6.90145),
    (19, 4, 8.89, 9.18, 8.96, 9.57, 9.67, 9.23, 31, 6, 8.954383, 11.0, 8.98328),
    (39, 4, 10.79, 11.04, 10.84, 11.38, 11.43, 11.06, 34, 6, 10.892605, 13.0, 10.93739),
]
LONG = 4


def rows(first: int, last: int) -> list[object]:
    """Some columns of each row; the longest lead times take longer."""
    return [
        pytest.param(*row[:2], *row[first:last], marks=[pytest.mark.slow] if row[1] == LONG else [])
        for row in POISSON_ROWS
    ]


@pytest.mark.parametrize(("p", "lead_time", "optimal"), rows(2, 3))
def test_the_optimum(p: float, lead_time: int, optimal: float) -> None:
    found = lost_sales.optimum(LostSales(POISSON, lead_time, 1, p))
    assert found.cost == pytest.approx(optimal, abs=0.0051)
    assert found.most - found.least <= lost_sales.WIDTH


@pytest.mark.parametrize(("p", "lead_time", "one", "two", "vector", "standard", "best"), rows(3, 8))
def test_the_policies_zipkin_prints(
    p: float, lead_time: int, one: float, two: float, vector: float, standard: float, best: float
) -> None:
    item = LostSales(POISSON, lead_time, 1, p)
    assert myopic.cost_with_lost_sales(item).cost == pytest.approx(one, abs=0.0051)
    assert myopic.cost_looking_ahead_with_lost_sales(item).cost == pytest.approx(two, abs=0.0051)
    assert vector_base_stock.standard_with_lost_sales(item).cost == pytest.approx(vector, abs=0.0101)
    level = base_stock.newsvendor_level(item)
    assert base_stock.cost_with_lost_sales(item, level).cost == pytest.approx(standard, abs=0.0101)
    assert base_stock.best_with_lost_sales(item)[1] == pytest.approx(best, abs=0.0051)


@pytest.mark.parametrize(("p", "lead_time", "level", "cap", "cost"), rows(8, 11))
def test_capped_base_stock(p: float, lead_time: int, level: int, cap: int, cost: float) -> None:
    item = LostSales(POISSON, lead_time, 1, p)
    assert capped_base_stock.cost_with_lost_sales(item, level, cap).cost == pytest.approx(cost, abs=2e-6)
    assert capped_base_stock.best_with_lost_sales(item)[2] <= cost + 2e-6


@pytest.mark.parametrize(("p", "lead_time", "target", "cost"), rows(11, 13))
def test_projected_inventory_level(p: float, lead_time: int, target: float, cost: float) -> None:
    item = LostSales(POISSON, lead_time, 1, p)
    assert projected_inventory_level.cost_with_lost_sales(item, target).cost == pytest.approx(cost, abs=1e-5)
    assert projected_inventory_level.best_with_lost_sales(item)[1] <= cost + 1e-5


def test_capped_base_stock_tuned_by_simulation_is_within_one_per_cent_of_the_best() -> None:
    """Without enumerating states, as for many items at once."""
    p, lead_time = (np.array([row[column] for row in POISSON_ROWS]) for column in (0, 1))
    mean = np.full(p.size, 5.0)
    tuned = capped_base_stock.tuned_for_lost_sales(
        mean,
        mean,
        lead_time_periods=lead_time,
        holding_cost=np.ones(p.size),
        shortage_cost=p.astype(np.float64),
        rng=np.random.default_rng(1),
    )
    for number, row in enumerate(POISSON_ROWS):
        if row[1] < LONG:
            item = LostSales(POISSON, row[1], 1, row[0])
            level, cap = int(tuned.order_up_to_level[number]), int(tuned.cap[number])
            assert capped_base_stock.cost_with_lost_sales(item, level, cap).cost <= 1.01 * row[10]


@pytest.mark.parametrize(
    ("p", "lead_time", "printed"), [(39, 1, 24.00), pytest.param(39, 4, 30.12, marks=pytest.mark.slow)]
)
def test_best_base_stock_for_geometric_demand(p: float, lead_time: int, printed: float) -> None:
    """Print and exact value differ by up to 0.03 for geometric demand (its truncation in the paper)."""
    found = base_stock.best_with_lost_sales(LostSales(GEOMETRIC, lead_time, 1, p))[1]
    assert found == pytest.approx(printed, abs=0.03)


@pytest.mark.slow
def test_standard_base_stock_for_geometric_demand() -> None:
    item = LostSales(GEOMETRIC, 4, 1, 39)
    level = base_stock.newsvendor_level(item)
    assert base_stock.cost_with_lost_sales(item, level).cost == pytest.approx(32.82, abs=0.03)
