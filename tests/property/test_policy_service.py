"""Levels that meet a target of service, and random lead times: what must hold of every distribution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownstock.engine import leadtime
from ownstock.engine.arrays import Floats
from ownstock.engine.policy import service_target
from tests.property.test_policy_backorders import demands

TARGETS = st.floats(0.01, 0.999)


def padded(chances: Floats, support: int = 32) -> Floats:
    """One row on a support that holds the sum of two."""
    return np.pad(chances, (0, support - chances.size))[None, :]


def served_plainly(at_arrival: Floats, demand: Floats, level: int) -> float:
    """The share of the window's demand that a level serves, by going through all that can happen."""
    served = sum(
        at_arrival[0, taken] * demand[0, wanted] * min(wanted, max(level - taken, 0))
        for taken in range(at_arrival.shape[1])
        for wanted in range(demand.shape[1])
    )
    return float(served / (demand[0] @ np.arange(demand.shape[1])))


@given(demands(), demands(), TARGETS)
def test_the_level_for_a_fill_rate_is_the_first_that_meets_it(taken: Floats, wanted: Floats, target: float) -> None:
    at_arrival, demand = padded(taken), padded(wanted)
    level = int(service_target.level_for_fill_rate(at_arrival, demand, np.array([target]))[0])
    assert served_plainly(at_arrival, demand, level) >= target - 1e-9
    assert level == 0 or served_plainly(at_arrival, demand, level - 1) < target + 1e-9
    reached = service_target.fill_rate(at_arrival, demand, np.array([level]))[0]
    assert reached == pytest.approx(served_plainly(at_arrival, demand, level), abs=1e-9)


@given(demands(), TARGETS)
def test_the_level_for_a_cycle_is_the_first_that_meets_it(taken: Floats, target: float) -> None:
    level = service_target.level_for_cycle_service(padded(taken), np.array([target]))
    assert service_target.cycle_service_level(padded(taken), level)[0] >= target - 1e-9
    assert service_target.cycle_service_level(padded(taken), level - 1)[0] < target + 1e-9


@given(demands(), demands(), TARGETS, TARGETS)
def test_a_higher_target_never_lowers_the_level(taken: Floats, wanted: Floats, one: float, other: float) -> None:
    lower, higher = np.array([min(one, other)]), np.array([max(one, other)])
    for level_of in (
        lambda target: service_target.level_for_fill_rate(padded(taken), padded(wanted), target),
        lambda target: service_target.level_for_cycle_service(padded(taken), target),
    ):
        assert level_of(lower)[0] <= level_of(higher)[0]


@st.composite
def lead_times(draw: st.DrawFn) -> Floats:
    """Any distribution over 1 … 6 periods. [points]"""
    chances: Floats = np.concatenate([[0.0], draw(demands())])
    return chances


@given(demands(), lead_times(), st.integers(0, 3))
def test_mean_and_variance_of_the_mixture_are_the_formulas(demand: Floats, lead_time: Floats, review: int) -> None:
    mixture = leadtime.protection_demand(demand[None, :], lead_time[None, :], review)
    assert mixture.sum() == pytest.approx(1)
    mean, variance = leadtime.mean_and_variance(mixture)
    formula_mean, formula_variance = leadtime.textbook_moments(demand[None, :], lead_time[None, :], review)
    assert mean == pytest.approx(formula_mean)
    assert variance == pytest.approx(formula_variance, abs=1e-9)


@given(demands(), st.integers(1, 5))
def test_with_a_fixed_lead_time_orders_do_not_cross(demand: Floats, periods: int) -> None:
    fixed = np.eye(periods + 1)[periods][None, :]
    outstanding = leadtime.shortfall(demand[None, :], fixed)[0]
    of_periods = leadtime.lead_time_demand(demand[None, :], fixed)[0]
    assert outstanding == pytest.approx(of_periods, abs=1e-12)
    assert leadtime.outstanding_orders(fixed)[1] == pytest.approx(0)


@given(demands(), lead_times())
def test_where_orders_cross_less_is_at_risk_than_in_a_lead_time(demand: Floats, lead_time: Floats) -> None:
    one, other = demand[None, :], lead_time[None, :]
    mean, variance = leadtime.mean_and_variance(leadtime.shortfall(one, other))
    lead_mean, lead_variance = leadtime.mean_and_variance(leadtime.lead_time_demand(one, other))
    assert mean == pytest.approx(lead_mean)
    assert (variance <= lead_variance + 1e-9).all()
    bound = leadtime.outstanding_orders_variance_bound(other)
    assert (leadtime.outstanding_orders(other)[1] <= bound + 1e-9).all()
