"""Exact costs under lost sales: the kernels against their plain twins, and what must hold of any answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ownstock.engine.kernels.lost_sales import ALL, KEEP
from ownstock.engine.policy import base_stock, capped_base_stock, lost_sales, myopic, projected_inventory_level
from ownstock.engine.policy.lost_sales import Iteration, LostSales, States
from ownstock.engine.policy.periodic_review import Bands
from tests.property.test_policy_backorders import demands


@st.composite
def any_item(draw: st.DrawFn) -> LostSales:
    """Any demand that can be 0, so that no rhythm arises, with a lead time of up to 3 periods."""
    demand = draw(demands())
    demand = (demand + np.eye(demand.size)[0] * 0.2) / 1.2
    order_cost = draw(st.sampled_from([0.0, 0.0, 2.0]))
    return LostSales(demand, draw(st.integers(1, 3)), draw(st.floats(0.5, 2)), draw(st.floats(1, 12)), order_cost)


@settings(max_examples=25)
@given(any_item(), st.integers(0, 99))
def test_a_step_of_the_kernel_is_its_twins(item: LostSales, seed: int) -> None:
    item = replace(item, lead_time_periods=min(item.lead_time_periods, 2))
    run = Iteration(item, States(tuple(range(6, 6 - item.lead_time_periods - 1, -1))))
    values = np.random.default_rng(seed).random(run.states.size)
    order = np.zeros(run.states.size, dtype=np.int64)
    after = run.step(values, order, ALL, run.cost, item.order_cost)
    plain, plain_order = lost_sales.step_plainly(run, values)
    assert after == pytest.approx(plain, rel=1e-12)
    assert run.step(values, plain_order, KEEP, run.cost, item.order_cost) == pytest.approx(plain, rel=1e-12)


@settings(max_examples=25)
@given(any_item())
def test_no_rule_is_cheaper_than_the_optimum(item: LostSales) -> None:
    best = lost_sales.optimum(item)
    assert best.most - best.least <= lost_sales.WIDTH
    level, level_cost = base_stock.best_with_lost_sales(item)
    _, _, capped_cost = capped_base_stock.best_with_lost_sales(item)
    _, projected_cost = projected_inventory_level.best_with_lost_sales(item)
    assert best.cost <= min(capped_cost, projected_cost, myopic.cost_with_lost_sales(item).cost) + 1e-6
    assert capped_cost <= level_cost + 1e-6
    assert base_stock.cost_with_lost_sales(item, level + 1).cost >= level_cost - 1e-6


@settings(max_examples=25)
@given(any_item(), st.floats(1, 20))
def test_a_dearer_shortage_never_lowers_the_best_base_stock_nor_the_cost(item: LostSales, more: float) -> None:
    level, cost = base_stock.best_with_lost_sales(item)
    dearer_level, dearer_cost = base_stock.best_with_lost_sales(replace(item, shortage_cost=item.shortage_cost + more))
    assert dearer_cost >= cost - 1e-6
    at_level = base_stock.cost_with_lost_sales(item, dearer_level).cost
    assert dearer_level >= level or at_level == pytest.approx(cost, abs=1e-6)


@settings(max_examples=25)
@given(any_item())
def test_more_in_the_pipeline_never_orders_more(item: LostSales) -> None:
    run = Iteration(replace(item, order_cost=0.0), States(item.covering_levels))
    order = run.optimise().order
    where = {tuple(units): state for state, units in enumerate(run.states.units.tolist())}
    for units, state in where.items():
        one_less = where.get((*units[:-1], units[-1] - 1))
        if one_less is not None:
            assert order[state] <= order[one_less] <= order[state] + 1


@settings(max_examples=25)
@given(
    st.floats(0.3, 12), st.floats(1, 4), st.integers(1, 5), st.floats(1, 40), st.integers(0, 99), st.integers(20, 400)
)
def test_tuning_finds_the_cost_that_its_twin_finds(
    mean: float, ratio: float, lead_time: int, shortage: float, seed: int, periods: int
) -> None:
    one, ones = np.ones(1), np.ones(1, dtype=np.int64)
    found = capped_base_stock.tuned_for_lost_sales(
        one * mean,
        one * mean * ratio,
        lead_time_periods=ones * lead_time,
        holding_cost=one,
        shortage_cost=one * shortage,
        rng=np.random.default_rng(seed),
        periods=periods,
    )
    demand = Bands.of_counts(one * mean, one * mean * ratio, ones, ones).row(0)
    rank = np.random.default_rng(seed).permutation(periods)
    item = LostSales(demand, lead_time, 1.0, shortage)
    level, cap = int(found.order_up_to_level[0]), int(found.cap[0])
    plain = capped_base_stock.cost_on_path_plainly(item, level, cap, rank)
    assert found.cost[0] == pytest.approx(plain, rel=1e-9)
