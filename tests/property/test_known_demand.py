"""Known demand is a part of what the forecast expects: never counted twice, no change where there is none."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import ownstock.engine as engine
from ownstock.engine import frames
from ownstock.engine.demand_paths import Horizon
from ownstock.engine.fences import Fences
from ownstock.engine.forecast.drift import Drift
from ownstock.engine.planned_orders import roll
from ownstock.engine.rolling import plainly_rolled, rolled, start_of
from tests.engine_cases import Case, case, frames_of, known_of, plan_of
from tests.property.test_engine_plan import cases
from tests.unit.reason_checker import counted

LINES = st.lists(st.tuples(st.integers(0, 45), st.integers(1, 80)), min_size=1, max_size=5)


def forecast(mean: float, ratio: float = 1.0) -> pl.DataFrame:
    return pl.DataFrame({"item_site": [0], "mean_by_bucket": [[mean]], "bucket_days": [7.0], "variance_ratio": [ratio]})


@given(cases(), LINES)
def test_more_known_demand_never_orders_less(one: Case, lines: list[tuple[int, int]]) -> None:
    """Where sales are lost, this holds of what is wanted from the arrival on, to a unit of rounding between two arrivals.

    What is wanted before it takes goods that others would have taken, and the rest of its bucket is then expected to want
    less.
    """
    if one["unserved_demand"] == "lost":
        lines = [(day, units) for day, units in lines if day >= one["lead_time_days"]]
    more = [one | {"known": lines[:number]} for number in range(len(lines) + 1)]
    plan = plan_of(more)
    slack = int(plan["lattice_step"].max()) - (one["unserved_demand"] == "backorder")  # type: ignore[arg-type]
    assert all(later >= earlier - slack for earlier, later in pairwise(plan["quantity"].to_list()))


@given(cases(), LINES)
def test_known_demand_never_orders_more_than_if_it_were_owed_on_top(one: Case, lines: list[tuple[int, int]]) -> None:
    owed = one | {"backordered": one["backordered"] + sum(units for _, units in lines)}
    plan = plan_of([one | {"known": lines}, owed, one])
    [known, on_top, _] = plan["step_need"] + plan["step_known"]
    # Beside known demand nobody looks ahead; where sales are lost, goods that are owed leave none to others.
    if one["unserved_demand"] == "backorder":
        assert known <= on_top + int(plan["lattice_step"].max()) - 1  # type: ignore[arg-type]


@given(
    st.floats(0.1, 60), st.floats(1, 6), st.lists(st.integers(0, 90), min_size=4, max_size=4), st.integers(1, 3),
    st.lists(st.integers(0, 6), min_size=4, max_size=4),
)  # fmt: skip
def test_of_a_bucket_the_larger_of_forecast_and_known_demand_counts(
    mean: float, ratio: float, known: list[int], lead_weeks: int, days: list[int]
) -> None:
    """Expected is E max(D, K) in every bucket, by the textbook's count: never the sum of both."""
    lines = [(7 * week + day, units) for week, (units, day) in enumerate(zip(known, days, strict=True)) if units]
    one = case(known=lines, lead_time_days=7 * lead_weeks, unserved_demand="backorder")
    row = engine.decide(forecast(mean, ratio), *frames_of([one])[1:], known=known_of([one])).row(0, named=True)
    demand = counted(mean, ratio)
    whole = sum(
        max(float(d), k) * p for k in known[: lead_weeks + 1] for d, p in zip(demand.points, demand.chance, strict=True)
    )
    assert row["mean_in_lead_time"] + row["mean_in_window"] == pytest.approx(
        whole, rel=1e-6 if row["lattice_step"] == 1 else 1e-3
    )
    for stretch, weeks in (("lead_time", lead_weeks), ("window", 1)):
        told = row[f"known_in_{stretch}"] + weeks * mean - row[f"consumed_in_{stretch}"]
        assert row[f"mean_in_{stretch}"] == pytest.approx(told, rel=1e-9)
        assert -1e-6 <= row[f"consumed_in_{stretch}"] <= min(weeks * mean, row[f"known_in_{stretch}"]) + 1e-6


@given(cases())
def test_the_steps_with_known_demand_sum_to_the_quantity(one: Case) -> None:
    row = plan_of([one | {"known": [(3, 40), (20, 15)]}]).row(0, named=True)
    steps = ("step_need", "step_known", "step_look_ahead", "step_moq", "step_multiple")
    assert sum(row[step] for step in steps) == row["quantity"]
    assert row["step_need"] + row["step_known"] == max(row["order_up_to_level"] - row["inventory_position"], 0)


@given(st.lists(cases(), min_size=1, max_size=5))
def test_without_known_demand_every_number_is_the_same_to_the_bit(several: list[Case]) -> None:
    """Neither an empty frame, nor what lies further ahead than any decision looks, nor another's known demand moves one."""
    history, *rest = frames_of(several)
    plain = engine.plan(history, *rest)
    far = pl.DataFrame({"item_site": [0], "wanted_in_days": [28 + 2 * 21], "quantity": [500]})
    for known in (far.clear(), far):
        assert_frame_equal(engine.plan(history, *rest, known=known), plain, check_exact=True)
    others = engine.plan(history, *rest, known=far.with_columns(wanted_in_days=pl.lit(1)))
    assert_frame_equal(others[1:], plain[1:], check_exact=True)


@settings(max_examples=15)
@given(cases())
def test_without_known_demand_every_planned_order_is_the_same_to_the_bit(one: Case) -> None:
    given_frames, horizon = frames_of([one])[1:], Horizon(weeks=6, paths=8)
    plain = roll(forecast(12.0, 2.0), *given_frames, horizon=horizon)
    empty = roll(forecast(12.0, 2.0), *given_frames, known=known_of([]), horizon=horizon)
    assert_frame_equal(plain, empty, check_exact=True)


@settings(max_examples=15)
@given(cases(), LINES)
def test_the_first_planned_order_is_the_one_proposed(one: Case, lines: list[tuple[int, int]]) -> None:
    given_frames, known = frames_of([one])[1:], known_of([one | {"known": lines}])
    proposed = engine.decide(forecast(12.0, 2.0), *given_frames, known=known)["quantity"][0]
    review = one["review_period_days"]
    planned = roll(forecast(12.0, 2.0), *given_frames, known=known, horizon=Horizon(weeks=1, paths=4))
    if review >= 7:
        assert planned["quantity"].to_list() == [proposed]


@settings(max_examples=15)
@given(cases(), LINES, st.sampled_from([0.0, 1.0, 2.5]))
def test_the_kernel_of_planned_orders_equals_its_plain_form(
    one: Case, lines: list[tuple[int, int]], ratio: float
) -> None:
    horizon = Horizon(weeks=5, paths=6)
    checked = frames.check_all(*frames_of([one])[1:], known=known_of([one | {"known": lines}]))
    expected = frames.check(forecast(9.0, ratio), frames.FORECAST)
    start = start_of(expected, checked, None, horizon, Fences(), Drift(0.1, 0.003))
    [fast], plain = rolled(start, horizon), plainly_rolled(start, 0, horizon)
    for name, values in vars(plain).items():
        assert getattr(fast, name).tolist() == values.tolist(), name
