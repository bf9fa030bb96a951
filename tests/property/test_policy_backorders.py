"""(s, S) and (s, nQ): the kernels against their plain twins, and what must hold of any answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownstock.engine.arrays import Floats
from ownstock.engine.policy import min_max, reorder_in_multiples
from ownstock.engine.policy.periodic_review import Bands, PeriodicReview, position_cost
from ownstock.engine.policy.plainly import count_pmf


@st.composite
def demands(draw: st.DrawFn) -> Floats:
    """Any distribution over 0 … 6 that is not always 0. [points]"""
    weights = np.array(draw(st.lists(st.integers(0, 9), min_size=2, max_size=7)), dtype=float)
    weights[-1] += 1
    chances: Floats = weights / weights.sum()
    return chances


@st.composite
def items(draw: st.DrawFn) -> PeriodicReview:
    """One item with any demand, a short lead time and review, and moderate money."""
    return PeriodicReview.of_pmf(
        draw(demands())[None, :],
        holding_cost=draw(st.floats(0.2, 3)),
        shortage_cost=draw(st.floats(0.5, 20)),
        order_cost=draw(st.floats(0, 15)),
        lead_time_periods=draw(st.integers(0, 3)),
        review_periods=draw(st.integers(1, 3)),
    )


@given(items())
def test_no_minimum_and_maximum_nearby_is_cheaper_than_the_kernels(item: PeriodicReview) -> None:
    found = min_max.cheapest(item)
    point, level = int(found.reorder_point[0]), int(found.order_up_to_level[0])
    *_, cost = min_max.cheapest_plainly(item, 0, range(point - 5, point + 6), range(level - 5, level + 9))
    assert found.cost[0] == pytest.approx(cost, rel=1e-10)


@given(items(), st.integers(-5, 15), st.integers(1, 20))
def test_the_cost_of_a_minimum_and_a_maximum_is_its_twins(item: PeriodicReview, point: int, width: int) -> None:
    window = item.window.row(0)
    positions = np.arange(point + width, point, -1)
    costs = position_cost(window, item.holding_cost[0], item.shortage_cost[0], positions)
    plain = min_max.cost_plainly(item.demand.row(0), costs, float(item.order_cost_per_period[0]))
    assert min_max.cost(item, np.array([point]), np.array([point + width]))[0] == pytest.approx(plain, rel=1e-10)


@given(items())
def test_no_point_and_quantity_nearby_is_cheaper_than_the_kernels(item: PeriodicReview) -> None:
    found = reorder_in_multiples.cheapest(item)
    point, quantity = int(found.reorder_point[0]), int(found.order_quantity[0])
    plain = {
        (s, q): reorder_in_multiples.cost_plainly(item, 0, s, q)
        for s in range(point - 4, point + 5)
        for q in range(max(1, quantity - 4), quantity + 9)
    }
    assert found.cost[0] == pytest.approx(plain[point, quantity], rel=1e-10)
    assert found.cost[0] <= min(plain.values()) + 1e-9
    assert reorder_in_multiples.cost(item, found.reorder_point, found.order_quantity)[0] == pytest.approx(found.cost[0])


@given(items(), st.integers(1, 6))
def test_a_pack_is_kept_and_never_makes_it_cheaper(item: PeriodicReview, pack: int) -> None:
    free, packed = reorder_in_multiples.cheapest(item), reorder_in_multiples.cheapest(item, pack)
    assert packed.order_quantity[0] % pack == 0
    assert packed.cost[0] >= free.cost[0] - 1e-9
    given_quantity = reorder_in_multiples.cheapest_reorder_point(item, packed.order_quantity)
    assert given_quantity.cost[0] == pytest.approx(packed.cost[0])


@given(items())
def test_a_maximum_is_never_worse_than_multiples(item: PeriodicReview) -> None:
    assert min_max.cheapest(item).cost[0] <= reorder_in_multiples.cheapest(item).cost[0] + 1e-9


@given(items(), st.floats(1, 30))
def test_a_dearer_shortage_never_lowers_the_maximum_without_order_cost(item: PeriodicReview, more: float) -> None:
    """Without order cost the maximum is the newsvendor's level; with it, a wider s - S may lower both."""

    def levels(shortage_cost: Floats) -> tuple[int, float]:
        money = {"shortage_cost": shortage_cost, "order_cost": np.zeros(1)}
        found = min_max.cheapest(PeriodicReview(**(vars(item) | money)))
        return int(found.order_up_to_level[0]), float(found.cost[0])

    cheap, dear = levels(item.shortage_cost), levels(item.shortage_cost + more)
    assert dear[0] >= cheap[0]
    assert dear[1] >= cheap[1] - 1e-12


@given(items(), st.floats(1, 30))
def test_a_dearer_shortage_never_lowers_the_minimum(item: PeriodicReview, more: float) -> None:
    dearer = PeriodicReview(**(vars(item) | {"shortage_cost": item.shortage_cost + more}))
    assert min_max.cheapest(dearer).reorder_point[0] >= min_max.cheapest(item).reorder_point[0]


@given(st.floats(0.01, 300), st.floats(0.5, 12), st.integers(1, 5))
def test_bands_hold_the_same_counts_as_the_plain_distribution(mean: float, ratio: float, weeks: int) -> None:
    one = np.ones(1, dtype=np.int64)
    means, variances = np.array([mean]), np.array([mean * ratio])
    band = Bands.of_counts(means, variances, weeks * one, one).row(0)
    plain = count_pmf(weeks * mean, weeks * mean * max(ratio, 1.0), band.size)
    assert band == pytest.approx(plain, abs=1e-12)


@given(items())
def test_reviews_are_a_mixture_over_the_periods_they_cover(item: PeriodicReview) -> None:
    window = item.window.row(0)
    assert window.sum() == pytest.approx(1)
    assert item.demand.row(0).sum() == pytest.approx(1)
