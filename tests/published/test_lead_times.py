"""Random lead times: levels on the exact distribution, and on the one that is usual and wrong.

The instances follow Eppen and Martin (1988), Management Science 34(11), 1380-1390, and Chopra, Reinhardt and Dada
(2004), Decision Sciences 35(1), 1-24; with orders that cross, Robinson, Bradley and Thomas (2001), Manufacturing &
Service Operations Management 3(3), 175-188, and Bradley and Robinson (2005), the same journal 7(4), 319-329. The
numbers were computed by exact convolution, independently of this code.
"""

from __future__ import annotations

import numpy as np
import pytest

from ownstock.engine import leadtime
from ownstock.engine.arrays import Floats
from ownstock.engine.policy.periodic_review import Bands
from ownstock.engine.policy.plainly import expected_cost
from ownstock.engine.policy.service_target import cycle_service_level, level_for_cycle_service

TARGETS = (0.8, 0.9, 0.95, 0.99)

# Mean and variance of a period's demand, lead times, then for each target: the exact level, the textbook's level, and
# the cycle service level that the textbook's reaches. A review every period.
MIXTURES = [
    (
        10,
        10,
        {5: 0.9, 20: 0.1},
        (70, 121, 210, 229),
        (113.56793, 133.728071, 150.376663, 181.606652),
        (0.9, 0.900000001, 0.900000798, 0.902263656),
    ),
    (
        10,
        10,
        {5: 1.0},
        (66, 70, 73, 79),
        (66.51917, 69.926856, 72.740981, 78.019813),
        (0.801174364, 0.888210353, 0.943282728, 0.989267058),
    ),
    (
        2,
        8,
        {5: 0.9, 20: 0.1},
        (21, 30, 41, 59),
        (24.993698, 30.217582, 34.531555, 42.62385),
        (0.857475305, 0.903933731, 0.923637144, 0.95399838),
    ),
    (
        2,
        8,
        {5: 1.0},
        (17, 21, 25, 33),
        (17.830923, 20.87885, 23.39588, 28.117411),
        (0.808317856, 0.884981629, 0.933399904, 0.974838528),
    ),
    (
        0.3,
        0.3,
        {5: 0.9, 20: 0.1},
        (3, 5, 6, 10),
        (3.948428, 4.836227, 5.569386, 6.944671),
        (0.814799802, 0.891924378, 0.93053694, 0.953510808),
    ),
    (
        0.3,
        0.3,
        {5: 1.0},
        (3, 4, 4, 6),
        (2.929153, 3.519382, 4.006803, 4.921123),
        (0.730621086, 0.891291605, 0.963593339, 0.963593339),
    ),
]

# Lead times, shortage cost with holding 1; best level, level on lead-time demand, cost of either a period, variance of
# the number of orders outstanding. Poisson demand of mean 5.
CROSSOVERS = [
    (dict.fromkeys(range(1, 6), 1 / 5), 9, 23, 26, 11.11106375, 12.15918577, 0.8),
    (dict.fromkeys(range(1, 6), 1 / 5), 99, 30, 34, 17.54207405, 19.43839026, 0.8),
    (dict.fromkeys(range(1, 10), 1 / 9), 19, 39, 48, 17.38252636, 23.21816939, 1.48148148),
    ({2: 0.7, 8: 0.3}, 9, 29, 43, 13.69832988, 24.05454631, 1.26),
    ({2: 0.7, 8: 0.3}, 99, 38, 52, 21.96078513, 33.01506409, 1.26),
]


def row_of(lead_times: dict[int, float]) -> Floats:
    probability = np.zeros((1, max(lead_times) + 1))
    for periods, share in lead_times.items():
        probability[0, periods] = share
    return probability


def demand_of(mean: float, variance: float) -> Floats:
    one = np.ones(1, dtype=np.int64)
    return Bands.of_counts(np.array([mean]), np.array([variance]), one, one).row(0)[None, :]


@pytest.mark.parametrize(("mean", "variance", "lead_times", "exact", "textbook", "reached"), MIXTURES)
def test_levels_over_a_random_protection_interval(
    mean: float,
    variance: float,
    lead_times: dict[int, float],
    exact: tuple[int, ...],
    textbook: tuple[float, ...],
    reached: tuple[float, ...],
) -> None:
    demand, lead_time = demand_of(mean, variance), row_of(lead_times)
    mixture = leadtime.protection_demand(demand, lead_time, 1)
    moments = leadtime.textbook_moments(demand, lead_time, 1)
    for target, level, usual, service in zip(TARGETS, exact, textbook, reached, strict=True):
        assert level_for_cycle_service(mixture, np.array([target]))[0] == level
        assert leadtime.textbook_level(*moments, target)[0] == pytest.approx(usual, rel=1e-6)
        assert cycle_service_level(mixture, np.array([int(usual)]))[0] == pytest.approx(service, rel=1e-6)


@pytest.mark.parametrize(("lead_times", "p", "best", "wrong", "cost", "cost_wrong", "variance"), CROSSOVERS)
def test_levels_where_orders_cross(
    lead_times: dict[int, float], p: float, best: int, wrong: int, cost: float, cost_wrong: float, variance: float
) -> None:
    demand, lead_time = demand_of(5, 5), row_of(lead_times)
    shortfall, ratio = leadtime.shortfall(demand, lead_time), np.array([p / (p + 1)])
    assert level_for_cycle_service(shortfall, ratio)[0] == best
    assert level_for_cycle_service(leadtime.lead_time_demand(demand, lead_time), ratio)[0] == wrong
    assert expected_cost(best, shortfall[0], 1, p, 1) == pytest.approx(cost, rel=1e-6)
    assert expected_cost(wrong, shortfall[0], 1, p, 1) == pytest.approx(cost_wrong, rel=1e-6)
    assert leadtime.outstanding_orders(lead_time)[1][0] == pytest.approx(variance)
    assert leadtime.outstanding_orders_variance_bound(lead_time)[0] >= variance
