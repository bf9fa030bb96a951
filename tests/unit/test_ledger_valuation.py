"""What goods are worth when they leave: printed examples, and what must hold whatever comes and goes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownstock.catalog.rules import ValuationMethod
from ownstock.ledger.rules.valuation import STEPS, Flow, Layers, effects

AVERAGE, FIFO, STANDARD = ValuationMethod.MOVING_AVERAGE, ValuationMethod.FIFO, ValuationMethod.STANDARD


def come(units: int, cost: int | str, added: int = 0) -> Flow:
    return Flow(units * STEPS, int(Fraction(cost) * STEPS), added)


def leave(units: int, cost: int | str = 0) -> Flow:
    return Flow(-units * STEPS, int(Fraction(cost) * STEPS))


def amounts(flows: list[Flow], method: str) -> list[Fraction]:
    return [Fraction(effect.total, STEPS) for effect in effects(flows, Layers(), method)]


# Weygandt, Kimmel, Kieso, Financial Accounting, chapter 6, "Houston Electronics": 100 at 10, 200 at 11, sale after 300 at 12
# of 400 at 13; 550 sold of 1,000, perpetual where sales follow all purchases.
HOUSTON = [come(100, 10), come(200, 11), come(300, 12), come(400, 13), leave(550)]


def test_first_in_first_out_takes_the_oldest_cost_as_the_textbook_does() -> None:
    assert amounts(HOUSTON, FIFO)[-1] == -6_200


def test_the_average_takes_the_mean_cost_as_the_textbook_does() -> None:
    assert amounts(HOUSTON, AVERAGE)[-1] == -6_600


def test_the_average_moves_with_each_receipt() -> None:
    flows = [come(10, 2), leave(5), come(5, 4), leave(2)]
    assert amounts(flows, AVERAGE) == [20, -10, 20, -6]


def test_standard_cost_is_what_each_movement_was_said_to_be_worth() -> None:
    assert amounts([come(10, 3), leave(4, 2)], STANDARD) == [30, -8]


def test_a_late_cost_raises_what_later_issues_take() -> None:
    flows = [come(10, 2, added=10 * STEPS), leave(5)]
    assert amounts(flows, FIFO) == [30, -15]


@pytest.mark.parametrize("method", [AVERAGE, FIFO])
def test_goods_issued_before_they_came_are_set_right_by_the_receipt(method: str) -> None:
    receipt, issue = come(10, 3), leave(4, 2)
    first, second = effects([issue, receipt], Layers(), method)
    assert (first.total, second.amount, second.corrected) == (-8 * STEPS, 30 * STEPS, -4 * STEPS)


@pytest.mark.parametrize("method", [AVERAGE, FIFO])
def test_goods_that_come_back_are_worth_what_lies_there(method: str) -> None:
    assert amounts([come(4, 3), come(4, 3), Flow(2 * STEPS, 99 * STEPS, returns=True)], method)[-1] == 6


@st.composite
def flows_in_order(draw: st.DrawFn, *, may_run_short: bool) -> list[Flow]:
    flows, there = [], 0
    for _ in range(draw(st.integers(1, 30))):
        most = there + (5 * STEPS if may_run_short else 0)
        cost = draw(st.integers(0, 20 * STEPS))
        if most > 0 and draw(st.booleans()):
            flow = Flow(-draw(st.integers(1, max(most, 1))), cost)
        else:
            flow = Flow(draw(st.integers(1, 50 * STEPS)), cost, draw(st.integers(0, STEPS)), draw(st.booleans()))
        there += flow.quantity
        flows.append(flow)
    return flows


@pytest.mark.parametrize("method", [AVERAGE, FIFO])
@given(flows=flows_in_order(may_run_short=True))
def test_what_lies_there_is_worth_what_came_less_what_left(method: str, flows: list[Flow]) -> None:
    layers = Layers()
    for flow, effect in zip(flows, effects(flows, layers, method), strict=True):
        assert effect.corrected == 0 or flow.quantity > 0
    layers = Layers()
    total = sum(effect.total for effect in effects(flows, layers, method))
    assert (layers.amount, layers.quantity) == (total, sum(flow.quantity for flow in flows))
    assert layers.amount == sum(amount for _, amount in layers.left)
    assert len({quantity > 0 for quantity, _ in layers.left}) <= 1


@pytest.mark.parametrize("method", [AVERAGE, FIFO])
@given(flows=flows_in_order(may_run_short=True))
def test_an_empty_shelf_is_worth_nothing(method: str, flows: list[Flow]) -> None:
    layers = Layers()
    for flow, _ in zip(flows, effects(flows, layers, method), strict=True):
        if layers.quantity == 0:
            assert (layers.amount, list(layers.left)) == (0, []), flow


@given(flows=flows_in_order(may_run_short=False))
def test_first_in_first_out_agrees_with_counting_unit_by_unit(flows: list[Flow]) -> None:
    flows = [Flow(f.quantity, f.unit_cost, f.added) for f in flows]
    shelf: list[list[Fraction]] = []
    for flow, effect in zip(flows, effects(flows, Layers(), FIFO), strict=True):
        exact = Fraction(0)
        if flow.quantity > 0:
            exact = Fraction(flow.quantity * flow.unit_cost, STEPS) + flow.added
            shelf.append([Fraction(flow.quantity), exact / flow.quantity])
        wanted = Fraction(max(-flow.quantity, 0))
        while wanted:
            taken = min(wanted, shelf[0][0])
            exact -= taken * shelf[0][1]
            shelf[0][0] -= taken
            wanted -= taken
            if not shelf[0][0]:
                shelf.pop(0)
        assert abs(effect.total - exact) <= len(flows)


@given(flows=flows_in_order(may_run_short=False), at=st.integers(0, 30))
def test_valuing_on_from_what_was_kept_gives_the_same(flows: list[Flow], at: int) -> None:
    for method in (AVERAGE, FIFO):
        whole = list(effects(flows, Layers(), method))
        layers = Layers()
        first = list(effects(flows[:at], layers, method))
        assert whole == first + list(effects(flows[at:], Layers.of(list(layers.left)), method))
