"""What a plan says of an item-site, by hand: what is too much, what is short, what jumped."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from ownstock.planning.rules.item_site_plans import Beside, jumps, rows_of_plan

TODAY = date(2026, 3, 2)
ANSWER = {
    "item_site": 7, "quantity": 0, "order_up_to_level": 100, "arriving_before_order": 30, "arriving_in_window": 10,
    "arriving_later": 0, "mean_in_lead_time": 50.0, "mean_in_window": 21.0, "stock_out_in_days": 9,
    "stock_out_probability": 0.25, "expected_cost": 12.0, "expected_cost_of_zero": 15.5, "main_method": "ses",
    "buckets_since_seen": 0,
}  # fmt: skip
SUPPLY = {"item_site": 7, "lead_time_days": 14, "review_period_days": 7, "unit_cost": 2.0}


def row(*, usable: int, on_order: float) -> dict[str, object]:
    position = pl.DataFrame({"item_site": [7], "usable": [usable], "backordered": [5]})
    beside = Beside([3], [on_order], [9.0], [0.0])
    [found] = rows_of_plan(pl.DataFrame([ANSWER]), position, pl.DataFrame([SUPPLY]), beside, TODAY).to_dicts()
    return found


def test_a_surplus_counts_all_that_comes_but_only_orders_can_be_cancelled() -> None:
    found = row(usable=90, on_order=12)
    assert found["surplus"] == 90 - 5 + 40 - 100
    assert found["surplus_on_order"] == 12


def test_what_is_short_is_what_is_wanted_and_owed_beyond_what_is_there_and_comes_in_time() -> None:
    assert row(usable=10, on_order=0)["short_in_lead_time"] == 50 + 5 - 10 - 30
    assert row(usable=90, on_order=0)["short_in_lead_time"] == 0


def test_days_demand_and_money_are_those_of_the_decision() -> None:
    found = row(usable=10, on_order=0)
    assert found["stock_out_on"] == date(2026, 3, 11)
    assert found["demand_a_day"] == 3
    assert found["demand_in_coverage"] == 71
    assert found["money_at_stake"] == 3.5


@pytest.mark.parametrize(
    ("before", "last", "jumped"),
    [
        ([10.0] * 12, 30.0, 20.0),
        ([10.0] * 12, 22.0, 0.0),
        ([0.0] * 12, 3.0, 0.0),
        ([0.0] * 12, 5.0, 5.0),
        ([5.0, 35.0] * 6, 60.0, 0.0),
    ],
    ids=[
        "far above what was regular",
        "within four deviations",
        "a few of what nobody wanted",
        "more of it",
        "what varies",
    ],
)
def test_a_jump_is_what_the_weeks_before_do_not_make_likely(before: list[float], last: float, jumped: float) -> None:
    demand = np.array([[*before, last]])
    assert jumps(demand, np.ones_like(demand)).tolist() == [jumped]


def test_weeks_without_stock_tell_nothing_of_demand() -> None:
    demand = np.array([[0.0] * 6 + [10.0] * 6 + [30.0]])
    in_stock = np.array([[0.0] * 6 + [1.0] * 7])
    assert jumps(demand, in_stock).tolist() == [20.0]
    in_stock[0, :7] = 0
    assert jumps(demand, in_stock).tolist() == [0.0], "five weeks are too few to tell"
