"""What each policy orders, how economic order quantities come about, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ownstock.base.errors import Refused
from ownstock.engine.policy import (
    base_stock,
    capped_base_stock,
    eoq,
    min_max,
    projected_inventory_level,
    reorder_in_multiples,
    service_target,
    vector_base_stock,
)
from ownstock.engine.policy.lost_sales import LostSales, States
from ownstock.engine.policy.periodic_review import PeriodicReview

POSITIONS = np.array([-3, 4, 5, 6, 20])


def test_base_stock_orders_what_lacks_to_the_level() -> None:
    assert base_stock.order(POSITIONS, 10).tolist() == [13, 6, 5, 4, 0]


def test_a_cap_limits_each_order() -> None:
    assert capped_base_stock.order(POSITIONS, 10, 5).tolist() == [5, 5, 5, 4, 0]


def test_min_max_orders_at_the_minimum_and_not_above_it() -> None:
    assert min_max.order(POSITIONS, 5, 10).tolist() == [13, 6, 5, 0, 0]


def test_multiples_lift_the_position_just_above_the_point() -> None:
    assert reorder_in_multiples.order(POSITIONS, 5, 4).tolist() == [12, 4, 4, 0, 0]


def test_projected_inventory_level_orders_to_the_nearest_unit() -> None:
    projected = np.array([0.0, 2.4, 2.6, 9.0])
    assert projected_inventory_level.order(projected, 7.0).tolist() == [7, 5, 4, 0]


def test_vector_base_stock_minds_every_part_of_the_pipeline() -> None:
    pipeline = np.array([[0, 0], [10, 0], [0, 6], [0, 9]])
    assert vector_base_stock.order(pipeline, np.array([[14, 9, 5]])).tolist() == [5, 4, 3, 0]


def test_the_economic_order_quantity_of_snyder_and_shen() -> None:
    """Order cost 8, holding 0.225, demand 1,300: quantity 304.0, cost 68.41.

    Snyder and Shen (2019), Fundamentals of Supply Chain Theory, 2nd ed., example 3.1.
    """
    demand, order_cost, holding_cost = np.array([1300.0]), np.array([8.0]), np.array([0.225])
    quantity = eoq.economic_order_quantity(demand, order_cost, holding_cost)
    assert quantity[0] == pytest.approx(304.0467800264368)
    assert eoq.cost(demand, order_cost, holding_cost, quantity)[0] == pytest.approx(68.41052550594829)
    assert eoq.in_multiples(demand, order_cost, holding_cost, np.array([1]))[0] == 304


@pytest.mark.parametrize(("pack", "quantity"), [(100, 300), (250, 250), (200, 400), (1000, 1000)])
def test_the_cheapest_number_of_packs_is_beside_the_economic_order_quantity(pack: int, quantity: int) -> None:
    """Of 200 and 400 the larger one is cheaper: cost is flatter above the optimum than below it."""
    found = eoq.in_multiples(np.array([1300.0]), np.array([8.0]), np.array([0.225]), np.array([pack]))
    assert found[0] == quantity


def test_an_item_without_demand_is_never_ordered() -> None:
    items = PeriodicReview.of_counts([0.0, 3.0], [0.0, 3.0], holding_cost=1, shortage_cost=9, order_cost=20)
    found = min_max.cheapest(items)
    assert (found.reorder_point[0], found.order_up_to_level[0], found.cost[0]) == (-1, 0, 0)
    assert found.order_up_to_level[1] > found.reorder_point[1] >= 0
    assert min_max.cost(items, np.array([0, 2]), np.array([4, 9]))[0] == 4


def test_backordered_units_are_left_waiting_where_ordering_is_dear() -> None:
    items = PeriodicReview.of_counts([1.0], [1.0], holding_cost=1, shortage_cost=0.2, order_cost=500)
    assert min_max.cheapest(items).reorder_point[0] < 0


def test_a_window_without_demand_asks_for_no_level() -> None:
    nothing = np.eye(8)[:1]
    assert service_target.level_for_fill_rate(nothing, nothing, np.array([0.95])).tolist() == [0]
    assert service_target.fill_rate(nothing, nothing, np.array([0])).tolist() == [1.0]


def items(**changes: object) -> PeriodicReview:
    usual: dict[str, object] = {"holding_cost": 1.0, "shortage_cost": 9.0, "order_cost": 5.0}
    return PeriodicReview.of_counts(4.0, 4.0, **(usual | changes))  # type: ignore[arg-type]


ONE = np.array([1])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: items(holding_cost=0.0), "The holding cost of item 0 is 0.0; give a number above 0."),
        (lambda: items(shortage_cost=[9.0, -1.0]), "The shortage cost of item 1 is -1.0; give a number above 0."),
        (lambda: items(order_cost=-1.0), "The cost of an order of item 0 is -1.0; give a number of 0 or more."),
        (lambda: items(lead_time_periods=-1), "The lead time in periods of item 0 is -1; give a number of 0 or more."),
        (lambda: items(review_periods=0), "The review period in periods of item 0 is 0; give a number of 1 or more."),
        (
            lambda: PeriodicReview.of_pmf(np.array([[0.5, 0.4]]), holding_cost=1, shortage_cost=9, order_cost=5),
            "The sum of the demand of item 0 is 0.9; give a number of 1.",
        ),
        (
            lambda: min_max.cost(items(), ONE * 5, ONE * 5),
            "The order-up-to level of item 0 is 5; it must be above the reorder point, 5.",
        ),
        (
            lambda: reorder_in_multiples.cost(items(), ONE, ONE * 0),
            "The order quantity of item 0 is 0; give 1 or more.",
        ),
        (
            lambda: service_target.level_for_cycle_service(np.eye(4)[:1], np.array([1.0])),
            "cycle_service_level of row 0 is 1.0; give a number above 0 and below 1.",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(wrong: Callable[[], object], said: str) -> None:
    with pytest.raises(Refused) as refused:
        wrong()
    assert str(refused.value) == said


def test_too_many_states_are_refused_with_a_way_out() -> None:
    for bounds in ((1000, 1000, 1000, 1000), (9999, 9999, 9999)):
        with pytest.raises(Refused, match="Use a shorter lead time, longer periods or larger units"):
            States(bounds)


def test_tuning_refuses_a_lead_time_of_none() -> None:
    one = np.ones(1)
    with pytest.raises(Refused, match="Item 0 has a lead time of 0 periods"):
        capped_base_stock.tuned_for_lost_sales(
            one,
            one,
            lead_time_periods=np.zeros(1, dtype=np.int64),
            holding_cost=one,
            shortage_cost=one,
            rng=np.random.default_rng(1),
        )


def test_demand_that_is_always_the_same_costs_nothing_when_served_exactly() -> None:
    item = LostSales(np.array([0.0, 0.0, 1.0]), 1, 1.0, 5.0)
    assert base_stock.cost_with_lost_sales(item, 4).cost == pytest.approx(0.0, abs=1e-6)
