"""What people know of the past changes the history; what does not fit is refused with row, column and value."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from ownstock.base.errors import Refused
from ownstock.engine.corrections import corrected, ends_on, like_others, superseded, without_events, without_one_offs
from ownstock.engine.history import DemandHistory

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
