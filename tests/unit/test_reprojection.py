"""Another quantity is judged by the stored reason alone, as the decision judged its own."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from ownstock.engine.reproject import on_hand_by_day, reproject
from tests.engine_cases import case, reasons
from tests.unit.test_engine_reason import drawn


def stored(*cases: dict[str, Any]) -> list[dict[str, Any]]:
    """The reasons of cases, as the database gives them back."""
    return [json.loads(json.dumps(reason)) for reason in reasons(list(cases))]


def test_the_proposed_quantity_and_its_neighbours_cost_what_the_decision_says() -> None:
    rng = np.random.default_rng(7)
    told = stored(*(drawn(rng) | {"goal": "cost"} for _ in range(150)))
    for name, cost in (
        ("quantity", "expected_cost"), ("quantity_one_more", "expected_cost_one_more"),
        ("quantity_one_less", "expected_cost_one_less"),
    ):  # fmt: skip
        asked = [reason for reason in told if reason["decision"][name] is not None]
        found = reproject(asked, [reason["decision"][name] for reason in asked])
        assert asked
        for reason, one in zip(asked, found, strict=True):
            assert one.expected_cost == pytest.approx(reason["decision"][cost], rel=1e-6, abs=1e-6)
            assert one.holding_cost + one.shortage_cost == pytest.approx(one.expected_cost, abs=1e-9)


def test_more_holds_more_and_lacks_less() -> None:
    [told] = stored(case(usable=3))
    few, many = reproject([told, told], [0, 60])
    assert few.holding_cost < many.holding_cost
    assert few.shortage_cost > many.shortage_cost
    # The shelf is empty before any order comes; what comes lasts the longer the more it is.
    assert few.stock_out_in_days == many.stock_out_in_days == 4
    assert few.used_up_in_days == 14
    assert many.used_up_in_days is not None
    assert many.used_up_in_days > 60


def test_what_customers_have_ordered_and_uncertain_lead_times_count_as_in_the_decision() -> None:
    usual = case(usable=9, known=[[3, 4], [16, 30]], unserved_demand="backorder")
    for told in stored(usual, case(usable=9, known=[[3, 4], [16, 30]])):
        [found] = reproject([told], [told["decision"]["quantity"]])
        assert found.expected_cost == pytest.approx(told["decision"]["expected_cost"], rel=1e-6)


def test_on_hand_when_the_order_arrives_is_what_the_decision_projects() -> None:
    rng = np.random.default_rng(3)
    cases = [drawn(rng) | {"lead_time_days": 12, "arrivals": [[5, 7]], "goal": "cost"} for _ in range(30)]
    for told in stored(*cases):
        day = on_hand_by_day(told, 0)[11]
        # What waits is owed on both sides.
        assert day.mean == pytest.approx(
            told["decision"]["projected_mean_at_arrival"], rel=0.02, abs=max(0.1, told["decision"]["lattice_step"])
        ), told
        assert day.p10 <= day.p50 <= day.p90


def test_the_bands_of_on_hand_are_those_of_simulated_days() -> None:
    [told] = stored(case(usable=20, arrivals=[[9, 6]], lead_time_days=14))
    forecast, rng = told["forecast"], np.random.default_rng(1)
    mean, ratio = forecast["mean_by_bucket"][0] / 7, max(forecast["variance_ratio"], 1.0001)
    there = np.full(40_000, 20)
    found = on_hand_by_day(told, 24, 21)
    for day in range(21):
        there += {9: 6, 14: 24}.get(day, 0)
        rate = rng.gamma(mean / (ratio - 1), ratio - 1, there.size)
        there = np.maximum(there - rng.poisson(rate), 0)
        if day in (8, 13, 20):
            for name, share in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
                assert getattr(found[day], name) == pytest.approx(np.quantile(there, share), abs=1.0), (day, name)


def test_an_order_lifts_the_projection_from_its_arrival_on() -> None:
    [told] = stored(case(usable=30, lead_time_days=14, unserved_demand="backorder"))
    without, with_it = on_hand_by_day(told, 0), on_hand_by_day(told, 40)
    assert [d.p50 for d in without[:14]] == [d.p50 for d in with_it[:14]]
    assert with_it[14].p50 == without[14].p50 + 40
