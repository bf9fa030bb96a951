"""An order is nothing, or at least the MOQ and a multiple; the cheapest such quantity is proposed."""

from __future__ import annotations

import numpy as np

from ownstock.engine import constrain
from ownstock.engine.arrays import NONE, Ints
from tests.engine_cases import case, plan_of, quantities


def whole(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def test_the_smallest_order_is_the_moq_rounded_up_to_a_multiple() -> None:
    smallest = constrain.smallest_order(whole(0, 1, 10, 12, 13, 10**12), whole(1, 6, 6, 6, 6, 7))
    assert smallest.tolist() == [1, 6, 12, 12, 18, 1_000_000_000_006]


def test_the_neighbours_of_a_quantity() -> None:
    quantity, moq, multiple = whole(0, 12, 18, 1), whole(10, 10, 10, 0), whole(6, 6, 6, 1)
    assert constrain.next_smaller(quantity, moq, multiple).tolist() == [NONE, 0, 12, 0]
    assert constrain.next_larger(quantity, moq, multiple).tolist() == [12, 18, 24, 2]


def test_a_need_is_rounded_to_the_cheaper_side() -> None:
    needed = plan_of([case(usable=5)])["needed_quantity"][0]
    down, up = quantities([case(usable=5, order_multiple=needed - 1), case(usable=5, order_multiple=needed + 1)])
    assert (down, up) == (needed - 1, needed + 1)


def test_a_minimum_far_above_the_need_is_taken_only_when_shortage_is_dear() -> None:
    cheap, dear = plan_of(
        [case(usable=10, moq=200, shortage_cost=0.1), case(usable=10, moq=200, shortage_cost=9.0)]
    ).rows(named=True)
    assert (cheap["quantity"], dear["quantity"]) == (0, 200)
    assert cheap["step_moq"] == -cheap["needed_quantity"]
    assert dear["step_moq"] == 200 - dear["needed_quantity"]
    assert cheap["expected_cost_one_more"] > cheap["expected_cost"]
    assert dear["expected_cost_of_zero"] > dear["expected_cost"]


def test_neighbouring_quantities_cost_no_less() -> None:
    rows = plan_of(
        [case(usable=usable, moq=7, order_multiple=3, unserved_demand="backorder") for usable in range(40)]
    ).rows(named=True)
    assert any(row["quantity"] > 9 for row in rows)
    for row in rows:
        assert row["quantity_one_less"] is None or row["expected_cost_one_less"] >= row["expected_cost"] - 1e-9
        assert row["expected_cost_one_more"] >= row["expected_cost"] - 1e-9
        assert row["expected_cost_of_zero"] >= row["expected_cost"] - 1e-9
