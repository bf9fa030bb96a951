"""What must hold of every replay, whatever is ordered."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ownstock.engine.simulate import Order, RandomLeadTimes, Replay, State, Terms, replay

SIZES = st.tuples(st.integers(1, 5), st.integers(1, 9))


@st.composite
def replays(draw: st.DrawFn) -> tuple[Replay, State, Terms]:
    """Any orders on any demand, with any lead times, lost or waiting."""
    rows, periods = draw(SIZES)

    def units(most: int, *shape: int) -> st.SearchStrategy[np.ndarray]:
        return arrays.arrays(np.int64, shape, elements=st.integers(0, most))

    opening = State(draw(units(30, rows)), draw(units(8, rows)), draw(units(20, rows, draw(st.integers(0, 4)))))
    terms = Terms.of(
        rows,
        lead_time_periods=draw(units(3, rows)),
        is_lost=draw(arrays.arrays(np.bool_, rows)),
        holding_cost=draw(st.floats(0, 5)),
        shortage_cost=draw(st.floats(0, 5)),
        order_cost=draw(st.floats(0, 5)),
    )
    orders, demand = draw(units(25, rows, periods)), draw(units(25, rows, periods))
    planned: Order = lambda period, state, seen: orders[:, period]  # noqa: E731
    random = RandomLeadTimes(np.full((1, 4), 0.25), np.random.default_rng(draw(st.integers(0, 99))))
    lead_times = random if draw(st.booleans()) else None
    return replay(demand, terms, planned, opening, lead_times=lead_times), opening, terms


@given(replays())
def test_what_was_there_and_came_was_sold_or_is_there(one: tuple[Replay, State, Terms]) -> None:
    done, opening, _ = one
    before = np.column_stack([opening.on_hand, done.on_hand[:, :-1]])
    assert np.array_equal(before + done.received - done.sales, done.on_hand)
    assert (done.on_hand >= 0).all()


@given(replays())
def test_what_was_ordered_arrived_or_is_on_order(one: tuple[Replay, State, Terms]) -> None:
    done, opening, _ = one
    ordered = opening.on_order.sum(axis=1) + done.ordered.sum(axis=1)
    assert np.array_equal(ordered, done.received.sum(axis=1) + done.closing.on_order.sum(axis=1))


@given(replays())
def test_demand_is_served_lost_or_still_waits(one: tuple[Replay, State, Terms]) -> None:
    done, opening, terms = one
    lost = np.where(terms.is_lost, done.short.sum(axis=1), 0)
    wanted = opening.backordered + done.demand.sum(axis=1)
    assert np.array_equal(wanted, done.sales.sum(axis=1) + lost + done.backordered[:, -1])


@given(replays())
def test_nobody_goes_without_while_something_is_there(one: tuple[Replay, State, Terms]) -> None:
    done, _, _ = one
    assert not ((done.on_hand > 0) & ((done.short > 0) | (done.backordered > 0))).any()


@given(replays())
def test_money_is_what_the_units_cost(one: tuple[Replay, State, Terms]) -> None:
    done, _, terms = one
    holding = done.on_hand.sum(axis=1) * terms.holding_cost
    units_short = np.where(terms.is_lost, done.short.sum(axis=1), done.backordered.sum(axis=1))
    orders = (done.ordered > 0).sum(axis=1)
    total = holding + units_short * terms.shortage_cost + orders * terms.order_cost
    np.testing.assert_allclose(done.cost.sum(axis=1), total, rtol=1e-9, atol=1e-9)


@given(replays())
def test_the_planner_sees_no_more_than_was_sold_where_sales_are_lost(one: tuple[Replay, State, Terms]) -> None:
    done, _, terms = one
    assert (done.seen.demand[terms.is_lost] <= done.sales[terms.is_lost]).all()
    assert np.array_equal(done.seen.demand[~terms.is_lost], done.demand[~terms.is_lost])
