"""Lead times whose open arrivals come with them: what is late together is decided on together."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownstock import engine

KEY = [0]
FORECAST = pl.DataFrame({"item_site": KEY, "mean_by_bucket": [[10.0]], "bucket_days": 7.0, "variance_ratio": 1.5})
SUPPLY = pl.DataFrame(
    {"item_site": KEY, "lead_time_days": 14, "review_period_days": 7, "moq": 0, "order_multiple": 1, "unit_cost": 5.0}
)
unserved = st.sampled_from(["lost", "backorder"])
ways = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), min_size=1, max_size=5)


def decided(
    demand: str, usable: int, leads: list[tuple[int, int, float]], arrivals: list[tuple[int, int, int]]
) -> dict[str, Any]:
    """leads: scenario, days, probability; arrivals: scenario, days, units."""
    economics = {"item_site": KEY, "holding_rate": 0.2, "shortage_cost": 3.0, "unserved_demand": demand}
    coming = pl.DataFrame(
        [(0, *a) for a in arrivals], schema=["item_site", "scenario", "arrives_in_days", "quantity"], orient="row"
    )
    times = pl.DataFrame(
        [(0, *lead) for lead in leads], schema=["item_site", "scenario", "lead_time_days", "probability"], orient="row"
    )
    position = pl.DataFrame({"item_site": KEY, "usable": usable, "backordered": 0})
    [row] = engine.decide(
        FORECAST, position, coming, SUPPLY, pl.DataFrame(economics), lead_times=times, looks_ahead=False
    ).iter_rows(named=True)
    return row


@given(unserved, st.integers(0, 60), ways, st.integers(1, 80), st.integers(0, 40))
def test_scenarios_that_say_the_same_are_the_lead_times_alone(
    demand: str, usable: int, drawn: list[tuple[int, int]], units: int, day: int
) -> None:
    total = sum(weight for _, weight in drawn)
    days = sorted({lead for lead, _ in drawn})
    shares = [sum(weight for lead, weight in drawn if lead == each) / total for each in days]
    plain = [(0, each, share) for each, share in zip(days, shares, strict=True)]
    named = [(number + 1, each, share) for number, (_, each, share) in enumerate(plain)]
    alone = decided(demand, usable, plain, [(0, day, units)])
    told = decided(demand, usable, named, [(number, day, units) for number in range(len(named) + 1)])
    assert told["quantity"] == alone["quantity"]
    assert told["expected_cost"] == pytest.approx(alone["expected_cost"], abs=1e-6)


@given(st.integers(0, 60), ways, st.integers(1, 80))
def test_what_is_on_order_and_comes_before_the_order_counts_in_full_where_demand_waits(
    usable: int, drawn: list[tuple[int, int]], units: int
) -> None:
    """Whatever the lead time turns out to be, an earlier order comes no later: goods on order or on the shelf are one."""
    days = sorted({lead for lead, _ in drawn})
    leads = [(number + 1, each, 1 / len(days)) for number, each in enumerate(days)]
    on_order = [(0, days[len(days) // 2], units)] + [(number, each, units) for number, each, _ in leads]
    there = decided("backorder", usable + units, leads, [])
    coming = decided("backorder", usable, leads, on_order)
    assert coming["quantity"] == there["quantity"]


@given(unserved, st.integers(0, 40), st.integers(1, 60))
def test_a_chance_that_an_open_order_is_late_never_lowers_the_order_where_demand_waits(
    demand: str, usable: int, units: int
) -> None:
    sure = decided("backorder", usable, [(1, 14, 0.5), (2, 14, 0.5)], [(0, 7, units), (1, 7, units), (2, 7, units)])
    unsure = decided("backorder", usable, [(1, 14, 0.5), (2, 14, 0.5)], [(0, 7, units), (1, 7, units), (2, 90, units)])
    assert unsure["quantity"] >= sure["quantity"]


def test_the_position_told_is_as_expected() -> None:
    leads = [(1, 10, 0.3), (2, 14, 0.4), (3, 30, 0.3)]
    row = decided("backorder", 8, leads, [(0, 14, 20), (1, 10, 20), (2, 14, 20), (3, 90, 20)])
    assert (row["inventory_position"], row["arriving_before_order"]) == (28, 20)
    assert row["order_up_to_level"] - row["inventory_position"] == row["quantity"]


def test_lead_times_far_apart_are_counted_in_steps_so_that_none_is_cut_off() -> None:
    """An order of many thousand units that comes or does not: both ends of the requirement are kept."""
    leads = [(1, 14, 0.5), (2, 14, 0.5)]
    row = decided("backorder", 0, leads, [(0, 7, 9_000), (1, 7, 9_000)])
    assert row["lattice_step"] > 1
    assert row["quantity"] > 0
