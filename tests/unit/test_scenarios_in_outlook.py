"""What of the lead times is news to something approved: when goods come after the next order, nothing of those before."""

from __future__ import annotations

from typing import Any

from ownstock.planning.rules import later_by_lead_time

EARLY, LATE = {"arrives_in_days": 5, "quantity": 6}, {"arrives_in_days": 40, "quantity": 8}


def lead(days: int, probability: float, *arrivals: dict[str, Any]) -> dict[str, Any]:
    return {"lead_time_days": days, "probability": probability, "arrivals": list(arrivals)}


def test_a_certain_lead_time_is_one_way() -> None:
    inputs = {"lead_time_days": 14, "arrivals": [EARLY, LATE]}
    assert later_by_lead_time(inputs) == [[14, 1.0, [[40, 8]]]]


def test_ways_that_differ_in_what_comes_before_alone_are_one() -> None:
    other = {"arrives_in_days": 9, "quantity": 6}
    leads = [lead(14, 0.25, EARLY), lead(14, 0.25, other), lead(30, 0.5, EARLY)]
    assert later_by_lead_time({"lead_time_days": 14, "arrivals": [], "lead_times": leads}) == [
        [14, 0.5, []],
        [30, 0.5, []],
    ]
