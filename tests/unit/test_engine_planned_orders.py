"""Planned orders over a horizon: schedules that a hand can follow, fences, and what the paths are drawn from."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import ownstock.engine as engine
from ownstock.base.errors import Refused
from ownstock.engine import frames
from ownstock.engine.demand_paths import Horizon
from ownstock.engine.fences import Fences, plan_changes
from ownstock.engine.forecast.drift import NO_DRIFT, Drift, variance_of_total
from ownstock.engine.planned_orders import roll
from ownstock.engine.rolling import Paths, learned_plainly, rolled, start_of
from tests.engine_cases import Case, case, frames_of

TODAY = date(2026, 3, 2)
QUANTITIES = ("quantity", "quantity_p10", "quantity_p50", "quantity_p90")
# Half of the time is enough cover: the level is then the mean of the window, as a hand computes it.
CERTAIN = case(
    usable=12, arrivals=[(7, 10)], unserved_demand="backorder", goal="cycle_service_level", target=0.5, demand=[]
)


def forecast_of(cases: list[Case], mean: float = 10.0, ratio: float = 0.0, **more: Any) -> pl.DataFrame:
    """The same forecast for some cases: so many units every week."""
    columns = {"item_site": list(range(len(cases))), "mean_by_bucket": [[mean]] * len(cases), "bucket_days": 7.0}
    return pl.DataFrame(columns | {"variance_ratio": ratio} | more)


def planned(one: Case, weeks: int = 6, fences: Fences | None = None, **forecast: Any) -> pl.DataFrame:
    """The planned orders of one case, 10 units a week being wanted for certain if nothing else is said."""
    given = frames_of([one])[1:]
    return roll(
        forecast_of([one], **forecast), *given, today=TODAY, horizon=Horizon(weeks, paths=10), fences=fences
    )  # fmt: skip


def schedule(one: Case, weeks: int = 6, fences: Fences | None = None, **forecast: Any) -> list[int]:
    """What is ordered week by week, on all paths alike."""
    frame = planned(one, weeks, fences, **forecast)
    found: list[int] = frame["quantity"].to_list()
    assert all(frame[name].to_list() == found for name in QUANTITIES)
    return found


def paths_of(one: Case, horizon: Horizon, drift: Drift = NO_DRIFT, **forecast: Any) -> Paths:
    """The paths of one case."""
    checked = frames.check_all(*frames_of([one])[1:])
    expected = frames.check(forecast_of([one], **forecast), frames.FORECAST)
    [found] = rolled(start_of(expected, checked, TODAY, horizon, Fences(), drift), horizon)
    return found


def test_certain_demand_is_reordered_week_by_week() -> None:
    """Level 30 for lead time and review; position 22; then what was taken."""
    frame = planned(CERTAIN)
    assert frame["quantity_p50"].to_list() == [8, 10, 10, 10, 10, 10]
    assert frame["on_hand_p50"].to_list() == [2, 2, 0, 0, 0, 0]
    assert frame["order_value_mean"].to_list() == [80.0, 100.0, 100.0, 100.0, 100.0, 100.0]
    assert frame["week_start_on"].to_list() == [TODAY + timedelta(weeks=week) for week in range(6)]


def test_packs_of_twelve_leave_out_every_fifth_week() -> None:
    """Positions before the order: 22, 24, 26, 28, 30, 20, and so on."""
    assert schedule(CERTAIN | {"order_multiple": 12}, weeks=8) == [12, 12, 12, 12, 0, 12, 12, 12]


def test_a_moq_of_twenty_five_is_ordered_twice_in_five_weeks() -> None:
    """Positions before the order: 22, 37, 27, 42, 32, 22, and so on."""
    assert schedule(CERTAIN | {"moq": 25}, weeks=7) == [25, 0, 25, 0, 0, 25, 0]


def test_a_review_every_two_weeks_orders_for_two_weeks() -> None:
    assert schedule(CERTAIN | {"review_period_days": 14}) == [18, 0, 20, 0, 20, 0]


def test_a_review_every_ten_days_falls_in_the_weeks_of_its_days() -> None:
    """Days 0, 10, 20, 30 and 40: none lies in the fourth week."""
    frame = planned(CERTAIN | {"review_period_days": 10})
    for name in QUANTITIES:
        assert [units > 0 for units in frame[name]] == [True, True, True, False, True, True]


def test_daily_reviews_of_a_week_add_up_to_its_order() -> None:
    ordered = schedule(CERTAIN | {"review_period_days": 1, "usable": 0, "arrivals": []}, mean=14.0, weeks=3)
    assert ordered == [30 + 6 * 2, 14, 14]


def test_demand_that_is_lost_is_not_ordered_for_and_demand_that_waits_is() -> None:
    """Five on hand, two weeks until the order comes: fifteen are lost, or wait."""
    short = CERTAIN | {"usable": 5, "arrivals": []}
    assert schedule(short | {"unserved_demand": "lost"}, weeks=3) == [10, 10, 10]
    assert schedule(short, weeks=3) == [25, 10, 10]


@pytest.mark.parametrize("mean", [0.0, 5e-324])
def test_an_item_that_nobody_wants_plans_nothing(mean: float) -> None:
    frame = planned(CERTAIN, mean=mean, ratio=2.0, buckets_seen=20)
    assert set(frame["quantity_p90"]) == {0}
    assert frame["on_hand_p10"].to_list() == [12, 22, 22, 22, 22, 22]


@pytest.mark.parametrize("today", [None, date(2026, 3, 4)])
def test_the_first_week_is_the_plan_itself_on_all_paths(today: date | None) -> None:
    cases = [
        case(),
        case(unserved_demand="backorder", moq=40, arrivals=[(3, 5), (30, 20)]),
        case(review_period_days=3, order_multiple=6, usable=4),
        case(goal="fill_rate", target=0.95, review_period_days=28),
    ]
    given = frames_of(cases)
    first = engine.planned_orders(*given, today=today, paths=8, horizon_weeks=3).filter(pl.col("week") == 0)
    plan = engine.plan(*given, today=today)
    weekly = [0, 1, 3]
    for name in QUANTITIES:
        assert first[name].gather(weekly).to_list() == plan["quantity"].gather(weekly).to_list()


def test_the_same_seed_gives_the_same_answer_and_another_seed_another() -> None:
    given = frames_of([case(), case(unserved_demand="backorder")])
    once = engine.planned_orders(*given, paths=8, horizon_weeks=8)
    assert_frame_equal(engine.planned_orders(*given, paths=8, horizon_weeks=8, threads=2), once)
    assert not engine.planned_orders(*given, paths=8, horizon_weeks=8, seed=1).equals(once)


def test_an_item_site_named_by_text_is_planned_alone_as_in_company() -> None:
    given = [frame.with_columns(pl.col("item_site").cast(pl.String)) for frame in frames_of([case(), case(moq=9)])]
    pool = engine.learn(*given)
    together = engine.planned_orders(*given, paths=8, horizon_weeks=8).filter(pl.col("item_site") == "1")
    alone = [frame.filter(pl.col("item_site") == "1") for frame in given]
    assert_frame_equal(engine.planned_orders(*alone, pool=pool, paths=8, horizon_weeks=8), together)


def test_the_season_is_followed_as_far_as_the_horizon() -> None:
    """Twice as much is sold in the second half of the year; today is the first of January."""
    week = np.arange(156)
    sold = np.where(week % 52 < 26, 400.0, 800.0).tolist()
    given = frames_of([case(demand=sold, usable=2_000, unserved_demand="backorder", shortage_cost=0.1)])
    ordered = engine.planned_orders(*given, horizon_weeks=52, paths=10)["quantity_mean"].to_numpy()
    assert ordered[30:46].mean() > 1.5 * ordered[4:20].mean()


@pytest.mark.parametrize("ratio", [0.0, 0.4, 1.0, 3.0])
def test_paths_have_the_mean_and_the_variance_of_the_forecast(ratio: float) -> None:
    demand = paths_of(CERTAIN, Horizon(8, paths=1_000), ratio=ratio).demand[0, 1:]
    total = demand.sum(axis=1)
    assert total.mean() == pytest.approx(80, abs=4 * np.sqrt((80 * ratio + 0.1) / 1_000))
    assert total.var() == pytest.approx(80 * ratio, rel=0.2, abs=0.3)


def test_a_level_known_from_few_weeks_spreads_far_weeks_more_but_not_the_window_of_the_decision() -> None:
    horizon = Horizon(26, paths=1_000)
    known = paths_of(CERTAIN, horizon, ratio=3.0).demand[0, 1:]
    guessed = paths_of(CERTAIN, horizon, ratio=3.0, buckets_seen=5).demand[0, 1:]
    window, ratio_seen = 3, 3.0 / (1 + 3 / 6)
    variance_of_level = (3.0 - ratio_seen) / (10 * window)
    assert guessed[:, :window].sum(axis=1).var() == pytest.approx(3.0 * 10 * window, rel=0.2)
    assert known.sum(axis=1).var() == pytest.approx(3.0 * 260, rel=0.2)
    assert guessed.sum(axis=1).var() == pytest.approx(ratio_seen * 260 + variance_of_level * 260**2, rel=0.2)


def test_a_drifting_level_spreads_far_totals_by_start_and_steps() -> None:
    """Variance of a total of w weeks: ratio · mean + (start + step · (w - 1)(2w - 1) / 6w) · mean²."""
    demand = paths_of(CERTAIN, Horizon(26, paths=1_000), Drift(0.05, 0.004), ratio=3.0).demand[0, 1:]
    level = variance_of_total(np.array(0.05), np.array(0.004), 26)
    assert level == pytest.approx(0.05 + 0.004 * 25 * 51 / 156)
    assert demand.sum(axis=1).var() == pytest.approx(3.0 * 260 + level * 260**2, rel=0.2)


def test_the_planner_of_a_path_learns_that_more_is_wanted() -> None:
    """Orders of the last weeks go with the demand of their path, beyond making up for what was sold the week before."""
    waits = CERTAIN | {"lead_time_days": 28, "usable": 60, "arrivals": [(7, 10), (14, 10), (21, 10)]}
    horizon = Horizon(16, paths=300)
    paths = paths_of(waits, horizon, Drift(0.2, 0.0), ratio=1.5)
    position = paths.net_on_hand[0, 1:, -1] + paths.ordered[0, 1:].sum(axis=1) + 30 - paths.received[0, 1:].sum(axis=1)
    sold = paths.demand[0, 1:].sum(axis=1)
    often, seldom = position[sold > np.quantile(sold, 0.8)], position[sold < np.quantile(sold, 0.2)]
    assert often.mean() > 1.5 * seldom.mean()


def test_what_a_planner_learns_in_a_week_is_worked_out_by_hand() -> None:
    """10 expected with variance 20, 25 came: gain 1 / (12 + 6 · 2 / 10) = 1 / 13.2 of the 1.5 above the forecast."""
    assert learned_plainly(1.0, 2.0, 10.0, 25.0) == pytest.approx(1 + 1.5 / 13.2)
    assert learned_plainly(1.3, 2.0, 0.0, 25.0) == 1.3


def test_each_order_draws_its_lead_time_where_it_is_uncertain() -> None:
    sure = CERTAIN | {"target": 0.9}
    given = frames_of([sure])[1:]
    leads = pl.DataFrame({"item_site": [0, 0], "lead_time_days": [7, 28], "probability": [0.6, 0.4]})
    checked = frames.check_all(*given, leads)
    horizon = Horizon(10, paths=50)
    expected = frames.check(forecast_of([sure]), frames.FORECAST)
    [found] = rolled(start_of(expected, checked, TODAY, horizon, Fences(), NO_DRIFT), horizon)
    first = found.ordered[0, 0, 0]
    late = (found.received[0, 1:, 1] == 10).mean()
    assert 0.2 < late < 0.6
    assert found.received[0, 0, 1] == 10 + first
    plan = engine.decide(forecast_of([sure]), *given, lead_times=leads)
    assert (found.ordered[0, :, 0] == plan["quantity"][0]).all()


def test_firm_weeks_stand_as_they_were_and_the_weeks_after_make_up_for_it() -> None:
    """A week later twenty more are owed: the two firm weeks do not see it, the third does."""
    before = planned(CERTAIN)
    now = CERTAIN | {"usable": 2, "backordered": 20, "arrivals": [(0, 10), (7, 8)]}
    later = TODAY + timedelta(weeks=1)
    given = frames_of([now])[1:]
    fences = Fences(before, firm_weeks=2)
    frame = roll(forecast_of([now]), *given, today=later, horizon=Horizon(4, 5), fences=fences)
    assert frame["quantity_p50"].to_list() == [10, 10, 30, 10]
    free = roll(forecast_of([now]), *given, today=later, horizon=Horizon(4, 5))
    assert free["quantity_p50"].to_list() == [30, 10, 10, 10]


def test_flexible_weeks_move_by_no_more_than_their_share_in_whole_multiples() -> None:
    """A fifth of 12 is no pack of 4 and rounds to none; of 40 it is two packs."""
    packs = CERTAIN | {"order_multiple": 4, "usable": 0, "backordered": 200}
    before = planned(packs).with_columns(quantity=pl.Series([12, 40, 0, 40, 40, 40]))
    fences = Fences(before, firm_weeks=0, flexible_weeks=4)
    assert schedule(packs, fences=fences)[:4] == [12, 48, 0, 48]
    none_needed = packs | {"usable": 500, "backordered": 0}
    assert schedule(none_needed, fences=fences) == [12, 32, 0, 32, 0, 0]


def test_fences_bind_only_what_was_planned_before() -> None:
    fences = Fences(planned(CERTAIN).filter(pl.col("week") > 0), firm_weeks=1)
    assert schedule(CERTAIN, fences=fences) == [8, 10, 10, 10, 10, 10]


def test_a_plan_of_another_weekday_does_not_fence() -> None:
    with pytest.raises(Refused, match="another weekday") as refused:
        planned(CERTAIN, fences=Fences(planned(CERTAIN).with_columns(pl.col("week_start_on") + pl.duration(days=1)), 2))
    assert refused.value.code == "weeks_not_aligned"


@pytest.mark.parametrize(
    "wrong", [{"horizon_weeks": 0}, {"paths": 0}, {"firm_weeks": -1}, {"flexible_share": 1.5}, {"horizon_weeks": 105}]
)
def test_numbers_outside_their_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=next(iter(wrong))):
        engine.planned_orders(*frames_of([case()]), **wrong)


def test_the_change_of_a_plan_is_told_week_by_week_ahead() -> None:
    before = planned(CERTAIN)
    new = planned(CERTAIN).with_columns(quantity=pl.Series([8, 15, 5, 10, 10, 10]))
    changes = plan_changes(new, before)
    assert changes["change_rate"].to_list() == [0.0, 0.5, 0.5, 0.0, 0.0, 0.0]
    later = new.with_columns(pl.col("week_start_on") + pl.duration(weeks=5))
    assert plan_changes(later, before).to_dicts() == [
        {"week": 0, "item_sites": 1, "quantity_before": 10, "quantity": 8, "change_rate": 0.2}
    ]


def test_without_history_there_is_no_day_and_no_plan() -> None:
    frame = engine.planned_orders(*frames_of([case(demand=[])]), horizon_weeks=2, paths=3)
    assert frame["week_start_on"].to_list() == [None, None]
    assert frame["quantity"].to_list() == [0, 0]


def test_a_history_of_days_knows_its_weekdays_half_a_year_ahead() -> None:
    """Twice as much is sold on Mondays as on other days, 800 a week: neither seven Mondays nor seven Sundays."""
    sold = np.full((1, 140), 100, np.float32)
    sold[:, ::7] = 200
    given = frames_of([CERTAIN | {"review_period_days": 1, "usable": 400, "lead_time_days": 0}])
    dense = engine.DemandHistory(given[1]["item_site"], sold, np.ones_like(sold), date(2025, 10, 13), "day")
    frame = engine.planned_orders(dense, *given[1:], horizon_weeks=26, paths=3)
    assert frame["week_start_on"][0] == TODAY
    assert frame["quantity"][20:].mean() == pytest.approx(800, rel=0.05)
