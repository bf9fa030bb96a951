"""How shops commonly order: min-max, DDMRP and the textbook, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ownstock.engine.simulate import Seen, State

practice = pytest.importorskip("bench.practice", reason="the practices need scipy", exc_type=ImportError)

# Seven a week, one a day.
STEADY = np.full((1, 13), 7.0)


def supply(**changes: float) -> Any:
    terms = {"lead_time_days": 10, "moq": 0, "order_multiple": 1, "critical_ratio": 0.95} | changes
    return practice.Supply(*(np.array([terms[name]]) for name in practice.Supply.__annotations__))


def needed(name: str, position: int, multiplier: float = 1.0, **changes: float) -> float:
    found = practice.PRACTICES[name](supply(**changes), STEADY, np.array([position]), multiplier)
    return float(found[0])


def test_min_max_waits_until_the_position_is_at_its_min() -> None:
    assert [needed("min-max", position) for position in (25, 24, 4)] == [0, 52 - 24, 52 - 4]
    assert [needed("min-max", position, multiplier=2.0) for position in (49, 48)] == [0, 104 - 48]


def test_ddmrp_waits_until_the_net_flow_is_at_the_top_of_yellow() -> None:
    """Yellow 10, red base 10 · 0.8, red safety 8 · 0.2, green 8: tops at 19.6 and 27.6."""
    assert needed("DDMRP", 20) == 0
    assert needed("DDMRP", 19) == pytest.approx(27.6 - 19)


def test_the_green_zone_is_as_large_as_the_moq() -> None:
    assert needed("DDMRP", 0, moq=30) == pytest.approx(19.6 + 30)


def test_long_lead_times_and_steady_demand_have_the_small_factors() -> None:
    assert practice.lead_time_factor(np.array([10, 14, 21])).tolist() == [0.8, 0.5, 0.3]
    weekly = np.array([[7.0, 7.0], [4.0, 10.0], [2.0, 14.0], [0.0, 14.0], [0.0, 0.0]])
    assert practice.variability_factor(weekly).tolist() == [0.2, 0.2, 0.5, 0.5, 0.2]


def test_the_textbook_covers_lead_time_and_review_with_its_safety_stock() -> None:
    weekly = np.array([[4.0, 10.0]])
    found = practice.order_up_to_normal(supply(lead_time_days=21), weekly, np.array([3]), 2.0)
    assert found[0] == pytest.approx(7 * 4 + 2 * 1.6448536 * np.sqrt(18) * 2 - 3)


def test_orders_are_whole_multiples_from_the_moq_on() -> None:
    bought = supply(moq=24, order_multiple=12)
    assert [int(bought.allowed(np.array([units]))[0]) for units in (0.0, 0.2, 24.0, 24.1)] == [0, 24, 24, 36]


def test_orders_are_placed_every_seventh_day_from_the_weeks_sold_before() -> None:
    order = practice.ordering(practice.min_max, supply(), 1.0)
    sold = Seen(np.ones((1, 7 * 20), dtype=np.int64), np.ones((1, 7 * 20), dtype=np.bool_))
    assert [int(order(period, State.of([4]), sold)[0]) for period in range(8)] == [48, 0, 0, 0, 0, 0, 0, 48]
