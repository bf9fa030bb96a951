"""What people know of the past changes the history; what does not fit is refused with row, column and value."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

import ownstock.engine as engine
from ownstock.base.errors import Refused
from ownstock.engine.corrections import (
    corrected,
    ends_on,
    expected_ahead,
    like_others,
    superseded,
    without_events,
    without_one_offs,
)
from ownstock.engine.history import DemandHistory
from tests.engine_cases import case, frames_of

WEEK = [date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19), date(2026, 1, 26)]


def history(**demand: list[float]) -> DemandHistory:
    units = np.array(list(demand.values()), np.float32)
    return DemandHistory(pl.Series(list(demand)), units, np.ones_like(units), WEEK[0], "week")


def masked(given: DemandHistory, key: str, in_stock: list[float]) -> DemandHistory:
    given.in_stock[given.item_sites.to_list().index(key)] = in_stock
    return given


def demand_of(found: DemandHistory) -> dict[str, list[float]]:
    return dict(zip(found.item_sites.to_list(), found.demand.tolist(), strict=True))


def in_stock_of(found: DemandHistory) -> dict[str, list[float]]:
    return dict(zip(found.item_sites.to_list(), found.in_stock.tolist(), strict=True))


def chain(*steps: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(steps, schema=["item_site", "successor", "factor"], orient="row")


def test_an_order_that_will_not_come_again_is_taken_out() -> None:
    one_offs = pl.DataFrame({"item_site": ["a"], "bucket_start_on": [WEEK[1]], "quantity": [40.0]})
    assert demand_of(without_one_offs(history(a=[5, 45, 5, 5]), one_offs))["a"] == [5, 5, 5, 5]


def test_an_order_of_which_some_came_back_leaves_no_demand_below_nothing() -> None:
    one_offs = pl.DataFrame({"item_site": ["a"], "bucket_start_on": [WEEK[1]], "quantity": [40.0]})
    assert demand_of(without_one_offs(history(a=[5, 35, 5, 5]), one_offs))["a"] == [5, 0, 5, 5]


def test_an_event_is_divided_out() -> None:
    events = pl.DataFrame({"item_site": ["a", "a"], "bucket_start_on": [WEEK[2], WEEK[3]], "factor": [2.0, 0.5]})
    assert demand_of(without_events(history(a=[5, 5, 12, 3]), events))["a"] == [5, 5, 6, 6]


def test_what_happened_before_the_history_does_not_matter() -> None:
    events = pl.DataFrame({"item_site": ["a"], "bucket_start_on": [date(2020, 1, 6)], "factor": [2.0]})
    assert demand_of(without_events(history(a=[5, 5, 5, 5]), events))["a"] == [5, 5, 5, 5]
    empty = DemandHistory(pl.Series(["a"]), np.zeros((1, 0), np.float32), np.zeros((1, 0), np.float32), None, "week")
    assert without_events(empty, events).demand.shape == (1, 0)


def test_a_successor_has_the_demand_of_what_it_replaced_and_the_old_one_none() -> None:
    found = superseded(history(old=[6, 8, 2, 0], new=[0, 0, 3, 4]), chain(("old", "new", 0.5)))
    assert demand_of(found) == {"old": [0, 0, 0, 0], "new": [3, 4, 4, 4]}


def test_a_chain_is_followed_to_its_end_with_its_factors_multiplied() -> None:
    given = history(c=[0, 0, 0, 7], a=[8, 8, 0, 0], b=[0, 0, 6, 0])
    found = superseded(given, chain(("b", "c", 0.5), ("a", "b", 2.0)))
    assert demand_of(found) == {"c": [8, 8, 3, 7], "a": [0, 0, 0, 0], "b": [0, 0, 0, 0]}


def test_several_may_have_one_successor() -> None:
    found = superseded(history(a=[1, 1, 0, 0], b=[2, 0, 0, 0], c=[0, 0, 5, 5]), chain(("a", "c", 1.0), ("b", "c", 1.0)))
    assert demand_of(found)["c"] == [3, 1, 5, 5]


def test_before_its_first_sale_a_successor_was_in_stock_when_the_old_one_was() -> None:
    given = masked(history(old=[6, 8, 0, 0], new=[0, 0, 0, 4]), "old", [1.0, 0.5, 0.0, 0.0])
    found = superseded(given, chain(("old", "new", 1.0)))
    assert in_stock_of(found) == {"old": [1, 1, 1, 1], "new": [1, 0.5, 0, 1]}


def test_once_the_old_one_is_sold_no_more_it_hides_no_stock_out_of_its_successor() -> None:
    given = masked(history(old=[6, 8, 0, 0], new=[0, 3, 0, 0]), "new", [0.0, 1.0, 0.25, 0.0])
    assert in_stock_of(superseded(given, chain(("old", "new", 1.0))))["new"] == [1, 1, 0.25, 0]


def test_a_chain_that_comes_back_to_its_beginning_is_refused() -> None:
    with pytest.raises(Refused, match="successor c of item_site b leads back to it; a chain must end") as refusal:
        superseded(history(a=[1], b=[1], c=[1]), chain(("a", "b", 1.0), ("b", "c", 1.0), ("c", "b", 1.0)))
    assert refusal.value.code == "supersession_cycle"
    with pytest.raises(Refused, match="successor a of item_site a leads back to it"):
        superseded(history(a=[1]), chain(("a", "a", 1.0)))


def test_an_item_has_one_successor() -> None:
    with pytest.raises(Refused, match="item_site a is there more than once"):
        superseded(history(a=[1], b=[1], c=[1]), chain(("a", "b", 1.0), ("a", "c", 1.0)))


def test_a_new_item_begins_with_the_history_of_the_one_it_is_like() -> None:
    given = masked(history(known=[10, 4, 12, 14], new=[0, 0, 3, 4]), "known", [1.0, 0.5, 1.0, 1.0])
    like = pl.DataFrame({"item_site": ["new"], "like_item_site": ["known"], "factor": [0.5]})
    found = like_others(given, like)
    assert demand_of(found) == {"known": [10, 4, 12, 14], "new": [5, 2, 3, 4]}
    assert in_stock_of(found)["new"] == [1, 0.5, 1, 1]


def test_a_new_item_that_sells_nothing_yet_begins_when_it_came_into_stock() -> None:
    given = masked(history(known=[10, 10, 10, 10], new=[0, 0, 0, 0]), "new", [0.0, 0.0, 1.0, 1.0])
    like = pl.DataFrame({"item_site": ["new"], "like_item_site": ["known"]})
    assert demand_of(like_others(given, like))["new"] == [10, 10, 0, 0]


def test_an_item_is_not_like_itself() -> None:
    like = pl.DataFrame({"item_site": ["a"], "like_item_site": ["a"], "factor": [1.0]})
    with pytest.raises(Refused, match="like_item_site a of item_site a is itself; name another"):
        like_others(history(a=[1]), like)


def test_everything_known_is_taken_in_the_order_that_is_right() -> None:
    found = corrected(
        history(old=[10, 50, 20, 0], new=[0, 0, 0, 9], like=[0, 0, 0, 1]),
        one_offs=pl.DataFrame({"item_site": ["old"], "bucket_start_on": [WEEK[1]], "quantity": [40.0]}),
        events=pl.DataFrame({"item_site": ["old"], "bucket_start_on": [WEEK[2]], "factor": [2.0]}),
        supersessions=chain(("old", "new", 1.0)),
        like_items=pl.DataFrame({"item_site": ["like"], "like_item_site": ["new"], "factor": [0.1]}),
    )
    assert demand_of(found)["new"] == [10, 10, 10, 9]
    assert demand_of(found)["like"] == [1, 1, 1, 1]
    untouched = history(a=[1, 2, 3, 4])
    assert corrected(untouched) is untouched


def test_an_item_that_ends_is_told_with_its_day() -> None:
    endings = pl.DataFrame({"item_site": ["b"], "ends_on": [date(2026, 3, 1)]})
    assert ends_on(history(a=[1], b=[1]), endings).astype(str).tolist() == ["NaT", "2026-03-01"]


def test_events_and_endings_to_come_change_what_is_expected() -> None:
    """An ending in the middle of a week leaves the part of it before that day."""
    ahead = [date(2026, 2, 2), date(2026, 2, 9)]
    events = pl.DataFrame({"item_site": ["a"] * 3, "bucket_start_on": [WEEK[0], *ahead], "factor": [9.0, 2.0, 0.5]})
    endings = pl.DataFrame({"item_site": ["a", "b"], "ends_on": [date(2026, 2, 18), date(2026, 2, 2)]})
    given = history(a=[5, 5, 5, 5], b=[5, 5, 5, 5], c=[5, 5, 5, 5])
    factor = expected_ahead(given, 4, events, endings)
    assert factor == pytest.approx(np.array([[2, 0.5, 2 / 7, 0], [0, 0, 0, 0], [1, 1, 1, 1]]))
    assert expected_ahead(given, 2, None, None).tolist() == [[1, 1]] * 3


def test_an_event_to_come_on_a_day_on_which_no_week_begins_is_refused() -> None:
    for day, begins in ((28, date(2026, 1, 26)), (36, date(2026, 2, 2))):
        events = pl.DataFrame({"item_site": ["a"], "bucket_start_on": [WEEK[0] + timedelta(day - 5)], "factor": [2.0]})
        with pytest.raises(Refused, match=f"no week begins on it; the one it lies in begins on {begins}"):
            expected_ahead(without_events(history(a=[5, 5, 5, 5]), events), 3, events, None)


def test_a_plan_orders_more_for_a_promotion_and_nothing_after_the_end() -> None:
    cases = [case(demand=[20.0] * 30)] * 3
    given = frames_of(cases)
    last = given[0]["week_start_on"].max()
    assert isinstance(last, date)
    ahead = [last + timedelta(weeks=k) for k in (1, 2, 3)]
    events = pl.DataFrame({"item_site": [0] * 3, "bucket_start_on": ahead, "factor": [3.0] * 3})
    endings = pl.DataFrame({"item_site": [1], "ends_on": [ahead[0]]})
    plan = engine.plan(*given, events=events, endings=endings)
    promoted, ended, usual = plan["quantity"]
    assert plan["mean_in_window"].to_list() == pytest.approx([60.0, 0.0, 20.0], rel=1e-3)
    assert promoted > 2.5 * usual
    assert ended == 0 < usual


def test_a_promotion_of_the_past_raises_no_level() -> None:
    plain, promoted = [20.0] * 30, [20.0] * 27 + [60.0] * 3
    given = frames_of([case(demand=promoted)])
    weeks = given[0]["week_start_on"].sort().tail(3)
    events = pl.DataFrame({"item_site": [0] * 3, "bucket_start_on": weeks, "factor": [3.0] * 3})
    expected = [engine.plan(*frames_of([case(demand=plain)])), engine.plan(*given, events=events)]
    assert expected[0].equals(expected[1])
    assert engine.learn(*given, events=events).record() == engine.learn(*frames_of([case(demand=plain)])).record()
    assert engine.forecast_demand(given[0], given[3])["level"][0] > 25


def test_a_frame_that_names_an_item_site_without_history_is_refused() -> None:
    endings = pl.DataFrame({"item_site": ["a", "z"], "ends_on": [WEEK[0], WEEK[0]]})
    with pytest.raises(Refused, match="endings: item_site z is not in the history; name it there") as refusal:
        ends_on(history(a=[1]), endings)
    assert refusal.value.facts["row"] == 1


def test_a_day_on_which_no_week_begins_is_refused_with_the_week_it_lies_in() -> None:
    events = pl.DataFrame({"item_site": ["a"], "bucket_start_on": [date(2026, 1, 14)], "factor": [2.0]})
    with pytest.raises(
        Refused, match="is 2026-01-14, but no week begins on it; the one it lies in begins on 2026-01-12"
    ):
        without_events(history(a=[5, 5, 5, 5]), events)


def test_a_factor_of_nothing_is_refused() -> None:
    events = pl.DataFrame({"item_site": ["a"], "bucket_start_on": [WEEK[0]], "factor": [0.0]})
    with pytest.raises(Refused, match=r"factor of item_site a is 0\.0; it must be above 0"):
        without_events(history(a=[5, 5, 5, 5]), events)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(Refused, match="one_offs: the column quantity is missing"):
        without_one_offs(history(a=[5]), pl.DataFrame({"item_site": ["a"], "bucket_start_on": [WEEK[0]]}))
