"""Known demand by hand: what a decision, its reason and its planned orders make of what customers have ordered."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

import ownstock.engine as engine
from ownstock.base.errors import Refused
from ownstock.engine.demand_paths import Horizon
from ownstock.engine.known_demand import unconsumed_units
from ownstock.engine.planned_orders import roll
from tests.engine_cases import Case, case, frames_of, known_of, reasons

TODAY = date(2026, 3, 2)
# Twenty a week for certain; the order of today comes in two weeks and lasts for one. Half of the time is enough cover.
CERTAIN = case(
    usable=60, unserved_demand="backorder", goal="cycle_service_level", target=0.5, demand=[], lead_time_days=14
)


def decided(one: Case, mean: float = 20.0, ratio: float = 0.0) -> dict[str, float]:
    forecast = {"item_site": [0], "mean_by_bucket": [[mean]], "bucket_days": 7.0, "variance_ratio": ratio}
    plan = engine.decide(pl.DataFrame(forecast), *frames_of([one])[1:], known=known_of([one]))
    return plan.row(0, named=True)


def schedule(one: Case, mean: float = 10.0) -> list[int]:
    """The planned orders of six weeks."""
    forecast = {"item_site": [0], "mean_by_bucket": [[mean]], "bucket_days": 7.0, "variance_ratio": 0.0}
    given = frames_of([one])[1:]
    horizon = Horizon(6, paths=10)
    frame = roll(pl.DataFrame(forecast), *given, known=known_of([one]), today=TODAY, horizon=horizon)
    found: list[int] = frame["quantity"].to_list()
    assert frame["quantity_p10"].to_list() == frame["quantity_p90"].to_list() == found
    return found


def test_an_order_of_five_hundred_in_the_third_week_is_ordered_now() -> None:
    """60 cover three weeks of 20. With 500 ordered for the third: 20 + 20 + 500 - 60 = 480."""
    assert decided(CERTAIN)["quantity"] == 0
    row = decided(CERTAIN | {"known": [(16, 500)]})
    assert (row["step_need"], row["step_known"], row["quantity"]) == (0, 480, 480)
    assert (row["mean_in_window"], row["known_in_window"], row["consumed_in_window"]) == pytest.approx((500, 500, 20))


def test_an_order_that_the_forecast_expects_changes_nothing() -> None:
    for line in ((1, 15), (9, 15), (20, 15)):
        assert decided(CERTAIN | {"known": [line]})["quantity"] == 0


def test_what_is_wanted_after_the_window_waits_for_the_next_order() -> None:
    assert decided(CERTAIN | {"known": [(21, 500)]})["quantity"] == 0


def test_uncertain_demand_is_covered_beyond_what_is_known() -> None:
    """Poisson(2) in a week, five of it ordered. P(D ≤ 3) = 0.857, P(D ≤ 4) = 0.947: the forecast alone asks for four.

    E (D - 5)⁺ = 0.01203 + 2 · 0.00344 + 3 · 0.00086 + 4 · 0.00019 + … = 0.0225, so 1.9775 of the two are consumed.
    """
    one = CERTAIN | {"usable": 0, "lead_time_days": 0, "target": 0.9, "known": [(2, 5)]}
    row = decided(one, mean=2.0, ratio=1.0)
    assert (row["step_need"], row["step_known"], row["quantity"]) == (4, 1, 5)
    assert row["consumed_in_window"] == pytest.approx(1.9775, abs=1e-4)
    assert row["mean_in_window"] == pytest.approx(5.0225, abs=1e-4)


def test_known_demand_waits_where_other_sales_are_lost() -> None:
    """Nothing on hand for two weeks: the 40 that others want are lost, less 20 consumed; the 30 ordered are still owed."""
    one = CERTAIN | {"usable": 0, "unserved_demand": "lost", "known": [(3, 30)]}
    row = decided(one)
    assert row["projected_mean_at_arrival"] == pytest.approx(-30)
    assert row["quantity"] == 30 + 20


def test_it_runs_out_on_the_day_on_which_customers_want_more_than_there_is() -> None:
    assert decided(CERTAIN)["stock_out_in_days"] is None or decided(CERTAIN)["stock_out_in_days"] == 21
    assert decided(CERTAIN | {"known": [(16, 500)]})["stock_out_in_days"] == 16


def test_the_reason_shows_known_demand_as_a_step_and_says_it() -> None:
    usual = case(demand=[18.0, 20.0, 19.0, 21.0, 20.0, 18.0], usable=60)
    [reason, plain] = reasons([usual | {"known": [(16, 200), (30, 4)]}, usual])
    steps = {step["step"]: step["units"] for step in reason["steps"]}
    assert sum(steps.values()) == reason["decision"]["quantity"]
    assert steps["known"] > 150
    assert "known" not in {step["step"] for step in plain["steps"]}
    assert reason["inputs"]["known"][0] == {"wanted_in_days": 16, "quantity": 200, "is_transfer": False}
    assert "demand until the next order is 200 ± 0, 200 ordered by customers already" in reason["sentence"]
    assert f"{steps['known']} of it beyond the forecast for what is ordered by customers" in reason["sentence"]


def test_planned_orders_follow_known_demand_in_the_week_that_must_cover_it() -> None:
    """Ten a week; 50 ordered for day 24. The order of week 1 is the first whose window reaches it: 10 + 40."""
    one = CERTAIN | {"usable": 12, "arrivals": [(7, 10)]}
    assert schedule(one) == [8, 10, 10, 10, 10, 10]
    assert schedule(one | {"known": [(24, 50)]}) == [8, 50, 10, 10, 10, 10]
    assert schedule(one | {"known": [(24, 6)]}) == [8, 10, 10, 10, 10, 10]


def test_a_path_is_wanted_beyond_known_demand_only_where_its_bucket_is_more() -> None:
    demand, begins = np.array([[4, 6, 5], [1, 1, 5]]), np.isin(np.arange(14), [0, 3, 7])
    known = np.bincount([5], [5], 14).astype(np.int64)
    assert unconsumed_units(demand, begins, known, 7.0).tolist() == [[2, 3, 5], [0, 0, 5]]


def test_known_demand_of_a_stranger_is_refused() -> None:
    known = pl.DataFrame({"item_site": [7], "wanted_in_days": [3], "quantity": [5]})
    with pytest.raises(Refused, match="known: item_site 7 is not in supply"):
        engine.plan(*frames_of([CERTAIN]), known=known)
