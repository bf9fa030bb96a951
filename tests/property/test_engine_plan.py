"""What must hold of every plan, whatever the item-sites."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import ownstock.engine as engine
from tests.engine_cases import Case, case, decided, frames_of, plan_of, quantities

MODES = st.sampled_from(["lost", "backorder"])
MONEY = st.floats(0.01, 100, allow_nan=False)


@st.composite
def cases(draw: st.DrawFn, unserved_demand: st.SearchStrategy[str] = MODES) -> Case:
    weeks = draw(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5), st.floats(0, 1)), max_size=16))
    return case(
        demand=[float(issued) for issued, _, _ in weeks],
        returned=[float(returned) for _, returned, _ in weeks],
        in_stock=[in_stock for _, _, in_stock in weeks],
        arrivals=draw(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 60)), max_size=4)),
        usable=draw(st.integers(0, 150)),
        backordered=draw(st.integers(0, 30)),
        lead_time_days=draw(st.integers(0, 28)),
        review_period_days=draw(st.integers(1, 21)),
        moq=draw(st.integers(0, 100)),
        order_multiple=draw(st.integers(1, 24)),
        unit_cost=draw(MONEY),
        holding_rate=draw(st.floats(0.01, 1)),
        shortage_cost=draw(MONEY),
        unserved_demand=draw(unserved_demand),
    )


def never_rises(cases: list[Case]) -> bool:
    """Whether no case orders more than the one before it.

    Where units are counted in steps, a step more; and of two quantities that may be ordered and cost the same but for the
    steps, either may be the one.
    """
    plan = plan_of(cases)
    step = int(plan["lattice_step"].max())  # type: ignore[arg-type]
    slack = 0 if step == 1 else step + max(max(one["moq"], one["order_multiple"]) for one in cases)
    return all(later <= earlier + slack for earlier, later in pairwise(plan["quantity"].to_list()))


@given(cases(), st.lists(st.integers(1, 60), min_size=1, max_size=6))
def test_more_stock_never_orders_more(one: Case, steps: list[int]) -> None:
    more = [one | {"usable": one["usable"] + sum(steps[:number])} for number in range(len(steps) + 1)]
    assert never_rises(more)


@given(cases(), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 60)), min_size=1, max_size=4))
def test_more_open_arrivals_before_the_order_never_order_more(one: Case, extra: list[tuple[int, int]]) -> None:
    early = [(min(day, one["lead_time_days"]), quantity) for day, quantity in extra]
    more = [one | {"arrivals": [*one["arrivals"], *early[:number]]} for number in range(len(early) + 1)]
    assert never_rises(more)


@given(cases(), st.lists(st.floats(0, 50), min_size=1, max_size=6))
def test_a_higher_shortage_cost_never_orders_less(one: Case, steps: list[float]) -> None:
    dearer = [one | {"shortage_cost": one["shortage_cost"] + sum(steps[:number])} for number in range(len(steps) + 1)]
    assert never_rises(dearer[::-1])


@given(cases())
def test_a_higher_backorder_never_orders_less(one: Case) -> None:
    owing = [one | {"backordered": one["backordered"] + more} for more in (0, 1, 7, 40)]
    assert never_rises(owing[::-1])


@given(cases())
def test_nothing_is_ordered_where_the_position_covers(one: Case) -> None:
    row = plan_of([one]).row(0, named=True)
    if row["inventory_position"] >= row["order_up_to_level"]:
        assert row["quantity"] == 0


@given(cases())
def test_moq_and_multiple_are_kept_exactly(one: Case) -> None:
    quantity = quantities([one])[0]
    assert quantity == 0 or (quantity >= one["moq"] and quantity % one["order_multiple"] == 0)


@given(cases())
def test_the_steps_sum_to_the_quantity(one: Case) -> None:
    row = plan_of([one]).row(0, named=True)
    steps = ("step_need", "step_look_ahead", "step_moq", "step_multiple")
    assert sum(row[step] for step in steps) == row["quantity"]
    assert row["step_need"] == max(row["order_up_to_level"] - row["inventory_position"], 0)


@given(cases())
def test_a_plan_that_was_carried_out_proposes_nothing_more(one: Case) -> None:
    quantity = quantities([one])[0]
    if quantity:
        placed = one | {"arrivals": [*one["arrivals"], (one["lead_time_days"], quantity)]}
        assert quantities([placed]) == [0]


@given(cases(unserved_demand=st.just("backorder")))
def test_what_was_ordered_and_lies_on_the_shelf_already_is_not_ordered_again(one: Case) -> None:
    assert quantities([one | {"usable": one["usable"] + quantities([one])[0]}]) == [0]


@given(cases())
def test_the_quantity_costs_no_more_than_any_other_that_may_be_ordered(one: Case) -> None:
    row = decided([one]).row(0, named=True)
    tolerance = 1e-6 * (1 + row["expected_cost"])
    assert row["expected_cost"] <= row["expected_cost_of_zero"] + tolerance
    assert row["expected_cost"] <= row["expected_cost_one_more"] + tolerance
    assert row["quantity"] == 0 or row["expected_cost"] <= row["expected_cost_one_less"] + tolerance


@settings(max_examples=40)
@given(st.lists(cases(), min_size=1, max_size=6))
def test_an_item_site_is_planned_alone_as_in_company_once_all_have_told_what_they_know(several: list[Case]) -> None:
    weeks = max(len(one["demand"]) for one in several)
    several = [_padded(one, weeks) for one in several]
    history, position, arrivals, supply, economics = frames_of(several)
    pool = engine.learn(history, position, arrivals, supply, economics)
    together = engine.plan(history, position, arrivals, supply, economics)
    alone = pl.concat(engine.plan(*frames_of([one]), pool=pool) for one in several)
    reached = ("item_site", "mean_by_bucket")  # as far ahead as the longest item-site needs
    assert_frame_equal(together.drop(reached), alone.drop(reached), abs_tol=1e-6)
    assert together["quantity"].to_list() == alone["quantity"].to_list()


@settings(max_examples=30)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(one: Case, random: Random) -> None:
    frames = frames_of([one, one | {"usable": 0}, one | {"moq": 1}])
    shuffled = [frame.sample(fraction=1, shuffle=True, seed=random.randint(0, 999)) for frame in frames]
    assert_frame_equal(engine.plan(*shuffled).sort("item_site"), engine.plan(*frames))


def test_stock_today_is_worth_less_than_the_same_stock_at_the_arrival_when_sales_are_lost() -> None:
    """Part of it is sold before: without stock, what arrives is all that the window needs."""
    empty = case(usable=0, unserved_demand="lost")
    with_stock = empty | {"usable": decided([empty])["quantity"][0]}
    [quantity, more, at_once] = decided([empty, with_stock, empty | {"lead_time_days": 0}])["quantity"]
    assert more > 0
    assert quantity == at_once


def _padded(one: Case, weeks: int) -> Case:
    """The same weeks after as many empty ones as the longest history has more."""
    missing = weeks - len(one["demand"])
    return one | {
        "demand": [0.0] * missing + one["demand"],
        "returned": [0.0] * missing + one["returned"],
        "in_stock": [1.0] * missing + one["in_stock"],
    }


def test_next_to_no_demand_needs_next_to_no_stock() -> None:
    """A mean that is smaller than numbers can well divide by."""
    one = case(demand=[1.0] * 8, lead_time_days=0, unserved_demand="backorder")
    forecast = pl.DataFrame(
        {"item_site": [0], "mean_by_bucket": [[2e-311]], "bucket_days": [7.0], "variance_ratio": [0.0]}
    )
    decided = engine.decide(forecast, *frames_of([one])[1:])
    assert decided["order_up_to_level"].to_list() == [0]
