"""What must hold of planned orders on every path, whatever the item-site and its demand."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import ownstock.engine as engine
from ownstock.engine import frames
from ownstock.engine.constrain import smallest_order
from ownstock.engine.demand_paths import Horizon
from ownstock.engine.fences import Fences
from ownstock.engine.forecast.drift import NO_DRIFT, Drift
from ownstock.engine.kernels.rolling import is_plenty
from ownstock.engine.planned_orders import roll
from ownstock.engine.rolling import Paths, plainly_rolled, rolled, start_of
from tests.engine_cases import Case, case, frames_of

TODAY = date(2026, 3, 2)
WEEKS = 8
HORIZON = Horizon(WEEKS, paths=12)
MODES = st.sampled_from(["lost", "backorder"])


@st.composite
def cases(draw: st.DrawFn, modes: st.SearchStrategy[str] = MODES, most_moq: int = 60, most_multiple: int = 12) -> Case:
    return case(
        demand=[draw(st.floats(0, 30))],
        arrivals=draw(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40)), max_size=3)),
        usable=draw(st.integers(0, 100)),
        backordered=draw(st.integers(0, 20)),
        lead_time_days=draw(st.integers(0, 28)),
        review_period_days=draw(st.integers(1, 21)),
        moq=draw(st.integers(0, most_moq)),
        order_multiple=draw(st.integers(1, most_multiple)),
        shortage_cost=draw(st.floats(0.1, 50)),
        unserved_demand=draw(modes),
    )


RATIOS = st.sampled_from([0.0, 0.6, 1.0, 2.5, 8.0])


def forecast_of(several: list[Case], ratio: float) -> pl.DataFrame:
    """A forecast of two unlike weeks for each case; the second goes on."""
    means = [[one["demand"][0], one["demand"][0] / 2] for one in several]
    columns = {"item_site": list(range(len(several))), "mean_by_bucket": means, "bucket_days": 7.0, "buckets_seen": 20}
    return pl.DataFrame(columns | {"variance_ratio": ratio})


def paths_of(several: list[Case], ratio: float) -> Paths:
    """The paths of some cases, few enough for one block."""
    checked = frames.check_all(*frames_of(several)[1:])
    expected = frames.check(forecast_of(several, ratio), frames.FORECAST)
    [found] = rolled(start_of(expected, checked, None, HORIZON, Fences(), NO_DRIFT), HORIZON)
    return found


def planned(several: list[Case], ratio: float) -> pl.DataFrame:
    return roll(forecast_of(several, ratio), *frames_of(several)[1:], horizon=HORIZON)


@given(cases(), RATIOS)
def test_what_was_there_and_came_is_what_was_taken_and_is_left(one: Case, ratio: float) -> None:
    paths = paths_of([one], ratio)
    opening = one["usable"] - one["backordered"]
    flow = opening + np.cumsum(paths.received - paths.taken, axis=2)
    assert (flow == paths.net_on_hand).all()
    assert (paths.taken <= paths.demand).all()
    if one["unserved_demand"] == "backorder":
        assert (paths.taken == paths.demand).all()


@given(cases(), RATIOS, st.integers(0, 4))
def test_every_order_arrives_after_its_lead_time(one: Case, ratio: float, lead_weeks: int) -> None:
    one |= {"lead_time_days": 7 * lead_weeks, "review_period_days": 7}
    paths = paths_of([one], ratio)
    expected = np.zeros(paths.received.shape[1:], np.int64)
    expected[:, lead_weeks:] = paths.ordered[0, :, : WEEKS - lead_weeks]
    for day, quantity in one["arrivals"]:
        if day < 7 * WEEKS:
            expected[:, day // 7] += quantity
    assert (paths.received[0] == expected).all()


@given(cases(), RATIOS)
def test_where_sales_are_lost_nothing_is_owed_that_was_not_owed_today(one: Case, ratio: float) -> None:
    net = paths_of([one | {"unserved_demand": "lost"}], ratio).net_on_hand
    assert (net >= min(one["usable"] - one["backordered"], 0)).all()


@given(cases(), RATIOS)
def test_moq_and_multiple_are_kept_in_every_week_of_every_path(one: Case, ratio: float) -> None:
    ordered = paths_of([one | {"review_period_days": max(one["review_period_days"], 7)}], ratio).ordered
    least = smallest_order(np.array([one["moq"]]), np.array([one["order_multiple"]]))[0]
    assert ((ordered == 0) | (ordered >= least)).all()
    assert (ordered % one["order_multiple"] == 0).all()


@given(cases(), RATIOS)
def test_a_tenth_is_no_more_than_half_and_half_no_more_than_nine_tenths(one: Case, ratio: float) -> None:
    frame = planned([one], ratio)
    for name in ("quantity", "on_hand"):
        assert (frame[f"{name}_p10"] <= frame[f"{name}_p50"]).all()
        assert (frame[f"{name}_p50"] <= frame[f"{name}_p90"]).all()


@given(cases(), RATIOS)
def test_the_first_decision_is_the_decision_of_today(one: Case, ratio: float) -> None:
    one |= {"review_period_days": max(one["review_period_days"], 7)}
    decided = engine.decide(forecast_of([one], ratio), *frames_of([one])[1:])["quantity"][0]
    assert (paths_of([one], ratio).ordered[:, :, 0] == decided).all()


@settings(max_examples=15)
@given(cases(modes=st.just("backorder"), most_moq=0, most_multiple=1), RATIOS, st.lists(st.integers(1, 60), min_size=1))
def test_more_stock_now_never_plans_more_in_all(one: Case, ratio: float, steps: list[int]) -> None:
    more = [one | {"usable": one["usable"] + sum(steps[:number])} for number in range(len(steps[:3]) + 1)]
    for less_stock, more_stock in pairwise(more):
        total, other = (paths_of([of], ratio).ordered.sum(axis=2) for of in (less_stock, more_stock))
        assert (other <= total).all()


@settings(max_examples=15)
@given(st.lists(cases(), min_size=1, max_size=5), RATIOS)
def test_an_item_site_has_the_same_paths_alone_and_in_company(several: list[Case], ratio: float) -> None:
    place = len(several) - 1
    given_frames = [frame.filter(pl.col("item_site") == place) for frame in frames_of(several)[1:]]
    alone = roll(forecast_of(several, ratio).filter(pl.col("item_site") == place), *given_frames, horizon=HORIZON)
    assert_frame_equal(planned(several, ratio).filter(pl.col("item_site") == place), alone)


@given(cases(), RATIOS, st.integers(1, WEEKS))
def test_firm_weeks_stand_whatever_has_happened_since(one: Case, ratio: float, firm: int) -> None:
    given_frames = frames_of([one])[1:]
    before = roll(forecast_of([one], ratio), *given_frames, today=TODAY, horizon=HORIZON)
    emptied = frames_of([one | {"usable": 0, "arrivals": []}])[1:]
    fences = Fences(before, firm_weeks=firm)
    now = roll(forecast_of([one], ratio), *emptied, today=TODAY, horizon=HORIZON, fences=fences)
    for name in ("quantity", "quantity_p10", "quantity_p90"):
        assert now[name][:firm].to_list() == before["quantity"][:firm].to_list()


@settings(max_examples=20, deadline=None)
@given(
    cases(),
    RATIOS,
    st.sampled_from([NO_DRIFT, Drift(0.3, 0.02)]),
    st.sampled_from(["cost", "cycle_service_level", "fill_rate"]),
    st.booleans(),
)
def test_the_kernel_rolls_as_its_plain_form(
    one: Case, ratio: float, drift: Drift, goal: str, is_uncertain: bool
) -> None:
    horizon = Horizon(5, paths=3, seed=4)
    given_frames = frames_of([one | {"goal": goal, "target": 0.9}])[1:]
    leads = {"item_site": [0, 0], "lead_time_days": [3, 16], "probability": [0.7, 0.3]}
    checked = frames.check_all(*given_frames, pl.DataFrame(leads) if is_uncertain else None)
    expected = frames.check(forecast_of([one], ratio), frames.FORECAST)
    start = start_of(expected, checked, None, horizon, Fences(), drift)
    [fast], plain = rolled(start, horizon), plainly_rolled(start, 0, horizon)
    for name in ("ordered", "received", "demand", "taken", "net_on_hand"):
        assert (getattr(fast, name) == getattr(plain, name)).all(), name


@given(st.integers(-20, 400), st.floats(1e-6, 100), RATIOS, st.floats(0.01, 0.999))
def test_a_position_that_is_plenty_orders_nothing(position: int, mean: float, ratio: float, wanted: float) -> None:
    """As the decision says itself, whatever it then computes."""
    one = case(
        usable=max(position, 0), backordered=max(-position, 0), unserved_demand="backorder", lead_time_days=0,
        goal="cycle_service_level", target=wanted, demand=[mean],
    )  # fmt: skip
    if is_plenty(position, mean, ratio, wanted):
        decided = engine.decide(forecast_of([one], ratio), *frames_of([one])[1:])
        assert decided["quantity"][0] == 0


@pytest.mark.parametrize("drift", [Drift(0.4, 0.0), Drift(0.0, 0.05), Drift(0.4, 0.05)])
def test_drifting_levels_keep_the_mean_of_every_week(drift: Drift) -> None:
    one = case(usable=40, demand=[20.0])
    checked, horizon = frames.check_all(*frames_of([one])[1:]), Horizon(26, paths=1_000)
    expected = frames.check(forecast_of([one], 2.0), frames.FORECAST)
    [paths] = rolled(start_of(expected, checked, None, horizon, Fences(), drift), horizon)
    demand = paths.demand[0, 1:]
    error = demand.std(axis=0, ddof=1) / np.sqrt(horizon.paths)
    assert (np.abs(demand.mean(axis=0)[1:] - 10.0) < 4.5 * error[1:]).all()
