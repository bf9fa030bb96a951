"""Stock at the arrival of the order, against counting every possible demand by hand."""

from __future__ import annotations

from itertools import pairwise, product
from math import exp, factorial
from typing import Any

import pytest

from tests.engine_cases import Case, case, decided

MOST = 14


def poisson(mean: float) -> list[float]:
    return [exp(-mean) * mean**k / factorial(k) for k in range(MOST)]


def enumerated(one: Case, mean_per_week: float) -> dict[float, float]:
    """Probability of every number on hand when the order arrives: all demands between arrivals, one after the other."""
    early = sorted(arrival for arrival in one["arrivals"] if arrival[0] <= one["lead_time_days"])
    days = [0, *(day for day, _ in early), one["lead_time_days"]]
    gaps = [end - start for start, end in pairwise(days)]
    on_hand: dict[float, float] = {}
    for demands in product(range(MOST), repeat=len(gaps)):
        probability, units = 1.0, one["usable"] - one["backordered"]
        for number, (gap, demand) in enumerate(zip(gaps, demands, strict=True)):
            probability *= poisson(mean_per_week * gap / 7)[demand]
            lost = one["unserved_demand"] == "lost"
            units = max(units - demand, min(units, 0)) if lost else units - demand
            units += early[number][1] if number < len(early) else 0
        on_hand[units] = on_hand.get(units, 0.0) + probability
    return on_hand


STEADY = [1.0] * 8
CASES = [
    case(demand=STEADY, usable=4),
    case(demand=STEADY, usable=1, arrivals=[[3, 2], [10, 4]]),
    case(demand=STEADY, usable=0, arrivals=[[0, 1], [13, 2]]),
    case(demand=STEADY, usable=0, backordered=3, arrivals=[[5, 2], [8, 5]]),
    case(demand=STEADY, usable=2, arrivals=[[14, 3]]),
    case(demand=STEADY, usable=2, arrivals=[[4, 1], [4, 2], [9, 1]]),
    case(demand=STEADY, usable=3, lead_time_days=0),
]


@pytest.mark.parametrize("unserved_demand", ["lost", "backorder"])
@pytest.mark.parametrize("one", CASES)
def test_the_projection_equals_the_enumeration(one: Case, unserved_demand: str) -> None:
    one = one | {"unserved_demand": unserved_demand}
    by_hand, row = enumerated(one, 1.0), decided([one]).row(0, named=True)
    mean = sum(units * probability for units, probability in by_hand.items())
    nothing = sum(probability for units, probability in by_hand.items() if units <= 0)
    assert row["projected_mean_at_arrival"] == pytest.approx(mean, abs=1e-6)
    assert row["stock_out_probability"] == pytest.approx(nothing, abs=1e-6)


def test_the_expected_cost_equals_the_enumeration() -> None:
    one = case(demand=STEADY, usable=1, arrivals=[[3, 2]], shortage_cost=0.1, unit_cost=365 / 7, holding_rate=0.1)
    row = decided([one]).row(0, named=True)
    for quantity, money in ((row["quantity"], "expected_cost"), (0, "expected_cost_of_zero")):
        cost = sum(
            chance * wanted * (0.1 * max(units + quantity - demand, 0) + 0.1 * max(demand - units - quantity, 0))
            for units, chance in enumerated(one, 1.0).items()
            for demand, wanted in enumerate(poisson(1.0))
        )
        assert row[money] == pytest.approx(cost, abs=1e-6)


def test_arrivals_in_the_window_count_and_later_ones_are_only_listed() -> None:
    row = decided([case(arrivals=[[14, 1], [15, 10], [21, 100], [22, 1_000]])]).row(0, named=True)
    assert (row["arriving_before_order"], row["arriving_in_window"], row["arriving_later"]) == (1, 110, 1_000)
    assert row["inventory_position"] == 111


def test_an_immense_stock_costs_no_more_to_project_than_a_small_one() -> None:
    row = decided([case(usable=10**12)]).row(0, named=True)
    assert row["lattice_step"] == 1
    assert row["quantity"] == 0
    assert row["projected_mean_at_arrival"] == pytest.approx(10**12 - 10, abs=0.01)


@pytest.mark.parametrize(
    ("changes", "day"),
    [
        ({"usable": 10}, 10),
        ({"usable": 0}, 0),
        ({"usable": 10, "arrivals": [[9, 5]]}, 15),
        ({"usable": 10, "arrivals": [[10, 5]]}, 15),
        ({"usable": 3, "arrivals": [[9, 500]]}, 3),
        ({"usable": 22}, None),
        ({"usable": 0, "demand": [0.0] * 4}, None),
    ],
)
def test_the_day_on_which_mean_demand_empties_the_stock(changes: dict[str, Any], day: int | None) -> None:
    assert decided([case(**({"demand": [7.0] * 4} | changes))])["stock_out_in_days"][0] == day
