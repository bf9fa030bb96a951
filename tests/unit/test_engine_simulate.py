"""A replay of ordering rules: hand-computed weeks, and published costs of base-stock policies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ownstock.base.errors import Refused
from ownstock.engine.arrays import Ints
from ownstock.engine.simulate import Order, RandomLeadTimes, Replay, Seen, State, Terms, order_up_to, replay


def units(*rows: list[int]) -> Ints:
    return np.array(rows, dtype=np.int64)


def terms(rows: int = 1, **changes: Any) -> Terms:
    usual: dict[str, Any] = {"lead_time_periods": 2, "is_lost": True, "holding_cost": 0.2, "shortage_cost": 1.0}
    return Terms.of(rows, **(usual | changes))


def as_planned(orders: Ints) -> Order:
    """The rule that orders what was written down beforehand."""
    return lambda period, state, seen: orders[:, period]


def test_an_order_of_lead_time_two_is_there_two_periods_after_the_one_it_was_decided_before() -> None:
    done = replay(units([0, 0, 4, 4]), terms(), as_planned(units([3, 0, 5, 0])), State.of([1]))
    assert done.received.tolist() == [[0, 0, 3, 0]]
    assert done.on_hand.tolist() == [[1, 1, 0, 0]]
    assert done.closing.on_order.tolist() == [[5, 0]]


def test_without_a_lead_time_the_order_serves_the_period_it_was_decided_before() -> None:
    done = replay(units([4]), terms(lead_time_periods=0), as_planned(units([4])), State.of([0]))
    assert done.sales.tolist() == [[4]]


def test_lost_sales_cost_once_and_leave_the_planner_in_the_dark() -> None:
    done = replay(units([5, 1]), terms(), as_planned(units([0, 0])), State.of([2], [[0, 3]]))
    assert done.short.tolist() == [[3, 0]]
    assert done.seen.demand.tolist() == [[2, 1]]
    assert done.seen.is_in_stock.tolist() == [[False, True]]
    assert done.shortage.tolist() == [[3.0, 0.0]]
    assert done.holding.tolist() == [[0.0, pytest.approx(0.4)]]


def test_backorders_wait_are_served_first_and_cost_in_every_period_they_wait() -> None:
    waiting = terms(is_lost=False, order_cost=10.0)
    done = replay(units([5, 1, 2]), waiting, as_planned(units([5, 0, 0])), State.of([2]))
    assert done.backordered.tolist() == [[3, 4, 1]]
    assert done.short.tolist() == [[3, 1, 1]]
    assert done.sales.tolist() == [[2, 0, 5]]
    assert done.shortage.tolist() == [[3.0, 4.0, 1.0]]
    assert done.ordering.tolist() == [[10.0, 0.0, 0.0]]
    assert done.cost.sum() == 18.0
    assert done.seen.demand.tolist() == [[5, 1, 2]]
    assert done.seen.is_in_stock.all()


def test_the_planner_believes_a_record_that_says_it_could_not_be_sold() -> None:
    could_sell = np.array([[False, True]])
    done = replay(units([0, 0]), terms(), as_planned(units([0, 0])), State.of([9]), could_sell=could_sell)
    assert done.seen.is_in_stock.tolist() == [[False, True]]


def test_a_replay_goes_on_where_another_ended() -> None:
    rng = np.random.default_rng(7)
    demand = rng.poisson(3, (4, 12))
    rule, bound = order_up_to(np.array([9, 10, 11, 12])), terms(4, is_lost=[True, False, True, False])
    whole = replay(demand, bound, rule, State.of([5, 5, 5, 5]))
    first = replay(demand[:, :7], bound, rule, State.of([5, 5, 5, 5]))
    rest = replay(demand[:, 7:], bound, rule, first.closing, seen=first.seen)
    assert np.array_equal(np.hstack([first.cost, rest.cost]), whole.cost)
    assert np.array_equal(rest.seen.demand, whole.seen.demand)
    assert np.array_equal(rest.closing.inventory_position, whole.closing.inventory_position)


def test_a_rule_sees_only_the_periods_that_have_ended() -> None:
    lengths = []

    def rule(period: int, state: State, seen: Seen) -> Ints:
        lengths.append((period, seen.demand.shape[1]))
        return np.zeros(1, dtype=np.int64)

    past = Seen(units([4, 4]), np.array([[True, True]]))
    replay(units([1, 2, 3]), terms(), rule, State.of([0]), seen=past)
    assert lengths == [(0, 2), (1, 3), (2, 4)]


def test_a_rule_cannot_change_what_was_seen() -> None:
    def forging(period: int, state: State, seen: Seen) -> Ints:
        seen.demand[:] = 99
        return np.zeros(1, dtype=np.int64)

    with pytest.raises(ValueError, match="read-only"):
        replay(units([1, 2]), terms(), forging, State.of([0]))


def test_a_later_order_with_a_shorter_lead_time_overtakes() -> None:
    """Orders of 1, 2, 4, 8 … tell by the sums received which of them have arrived."""
    one_or_four = RandomLeadTimes(np.array([[0.0, 0.5, 0.0, 0.0, 0.5]]), np.random.default_rng(1))
    orders = units([1, 2, 4, 8, 16, 0, 0, 0, 0])
    done = replay(np.zeros_like(orders), terms(), as_planned(orders), State.of([0]), lead_times=one_or_four)
    arrived_in = [int(np.argmax(done.received[0] & 2**number > 0)) for number in range(5)]
    assert all(arrived - number in (1, 4) for number, arrived in enumerate(arrived_in))
    assert arrived_in != sorted(arrived_in)


def test_random_lead_times_have_the_probabilities_they_are_given() -> None:
    drawn = RandomLeadTimes(np.array([[0.0, 0.25, 0.0, 0.75]]), np.random.default_rng(3)).draw(100_000)
    assert np.bincount(drawn).tolist()[::2] == [0, 0]
    assert (drawn == 3).mean() == pytest.approx(0.75, abs=0.005)


def mean_cost(done: Replay, warm_up: int) -> tuple[float, float]:
    """Mean cost a period, and its standard error over independent rows."""
    each = done.cost[:, warm_up:].mean(axis=1)
    return float(each.mean()), float(each.std(ddof=1) / np.sqrt(each.size))


def test_base_stock_with_crossing_orders_costs_what_the_shortfall_distribution_says() -> None:
    """Poisson(5), lead time 1 to 5 periods from the end of the period, each equally likely; backorders at 9, holding 1.

    The exact costs are computed from the shortfall of Robinson, Bradley and Thomas (2001), MSOM 3(3), 175-188.
    """
    rng = np.random.default_rng(11)
    demand = rng.poisson(5, (2_000, 150))
    for level, exact in ((23, 11.111063746640367), (26, 12.159185772799884)):
        lead_times = RandomLeadTimes(np.full((1, 5), 0.2), np.random.default_rng(5))
        bound = terms(2_000, is_lost=False, holding_cost=1.0, shortage_cost=9.0)
        opening = State.of(np.full(2_000, level))
        done = replay(demand, bound, order_up_to(np.full(2_000, level)), opening, lead_times=lead_times)
        mean, error = mean_cost(done, warm_up=30)
        assert mean == pytest.approx(exact, abs=4 * error)


@pytest.mark.parametrize("orders", [np.array([1.5]), np.array([1, 2]), np.array([-1])])
def test_an_order_that_is_no_order_is_refused(orders: Any) -> None:
    with pytest.raises(Refused, match="before period 0"):
        replay(units([1]), terms(), lambda period, state, seen: orders, State.of([0]))


def test_rows_that_do_not_match_are_refused() -> None:
    with pytest.raises(Refused, match="opening has 2 rows, but demand has 1"):
        replay(units([1]), terms(), as_planned(units([0])), State.of([0, 0]))
    with pytest.raises(Refused, match="could_sell"):
        replay(units([1]), terms(), as_planned(units([0])), State.of([0]), could_sell=np.ones((1, 2), dtype=np.bool_))
