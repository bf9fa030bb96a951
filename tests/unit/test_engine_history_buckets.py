"""Movements become demand by bucket, and the daily record of what was usable becomes time in stock."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from ownstock.base.errors import Refused
from ownstock.engine.buckets import Movements, Span, bucketed, in_stock_of, movements_of

MONDAY = date(2026, 1, 5)
ITEM_SITES = pl.Series("item_site", ["a", "b"])
WEEKS = Span(MONDAY, 3)


def moved(*rows: tuple[str, int, float, str]) -> Movements:
    """(item_site, day from the first Monday, quantity, kind) each."""
    columns = [(key, MONDAY + timedelta(days=day), quantity, kind) for key, day, quantity, kind in rows]
    frame = pl.DataFrame(columns, schema=["item_site", "moved_on", "quantity", "kind"], orient="row")
    return movements_of(frame, ITEM_SITES)


def changed(opening: list[float], *rows: tuple[int, int, float], span: Span = WEEKS) -> list[list[float]]:
    place, day, change = (np.array(column) for column in zip(*rows, strict=True)) if rows else [np.zeros(0)] * 3
    days = (day + span.first_day).astype(np.int32)
    found = in_stock_of(place.astype(np.int32), days, change.astype(np.float64), np.array(opening), span)
    return [[round(float(share), 4) for share in row] for row in found]


def test_issues_are_added_up_by_item_site_and_week() -> None:
    found = bucketed(moved(("a", 0, 2, "issue"), ("a", 6, 3, "issue"), ("b", 7, 4, "issue")), ITEM_SITES, WEEKS)
    assert found.history.demand.tolist() == [[5, 0, 0], [0, 4, 0]]
    assert found.history.in_stock.tolist() == [[1, 1, 1], [1, 1, 1]]
    assert found.history.first_on == MONDAY


def test_a_return_above_the_issues_of_its_week_is_taken_from_the_weeks_before() -> None:
    found = bucketed(moved(("a", 0, 5, "issue"), ("a", 8, 1, "issue"), ("a", 9, 3, "return")), ITEM_SITES, WEEKS)
    assert found.history.demand.tolist() == [[3, 0, 0], [0, 0, 0]]
    assert found.unnetted.place.tolist() == [0]
    assert found.unnetted.units.tolist() == [[5, -2, 0]]


def test_a_movement_taken_back_counts_for_nothing() -> None:
    found = bucketed(moved(("a", 0, 5, "issue"), ("a", 1, -5, "issue"), ("b", 1, 5, "issue")), ITEM_SITES, WEEKS)
    assert found.history.demand.tolist() == [[0, 0, 0], [5, 0, 0]]


def test_movements_before_and_after_the_span_do_not_count() -> None:
    found = bucketed(moved(("a", -1, 9, "issue"), ("a", 21, 9, "issue"), ("b", 20, 1, "issue")), ITEM_SITES, WEEKS)
    assert found.history.demand.tolist() == [[0, 0, 0], [0, 0, 1]]


def test_months_are_as_long_as_the_calendar_says() -> None:
    span = Span(date(2026, 1, 1), 2, "month")
    found = bucketed(moved(("a", 26, 1, "issue"), ("a", 27, 2, "issue"), ("a", 55, 4, "issue")), ITEM_SITES, span)
    assert span.days().tolist() == [31, 28]
    assert found.history.demand.tolist() == [[1, 2], [0, 0]]


def test_no_movement_is_no_demand() -> None:
    assert bucketed(moved(), ITEM_SITES, WEEKS).history.demand.tolist() == [[0, 0, 0], [0, 0, 0]]


def test_a_week_cannot_begin_on_a_tuesday() -> None:
    with pytest.raises(Refused, match="A week cannot begin on 2026-01-06; weeks begin on Monday"):
        Span(date(2026, 1, 6), 3)


def test_a_movement_of_an_item_site_that_is_not_asked_for_is_refused() -> None:
    with pytest.raises(Refused, match="item_site c is not among the item-sites of the history"):
        moved(("a", 0, 1, "issue"), ("c", 0, 1, "issue"))


def test_a_movement_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Refused, match=r"kind of item_site a is loan; it must be one of issue, return") as refusal:
        moved(("a", 0, 1, "loan"))
    assert refusal.value.facts["value"] == "loan"


def test_columns_that_name_a_place_that_is_not_there_are_refused_with_the_row() -> None:
    column = np.array([0, 2], np.int32)
    columns = Movements(column, column + WEEKS.first_day, column.astype(np.float32), np.zeros(2, np.int8))
    with pytest.raises(Refused, match="Row 1 is of place 2, but there are only 2 item-sites"):
        bucketed(columns, ITEM_SITES, WEEKS)


def test_a_quantity_that_is_not_a_number_is_refused() -> None:
    place = np.zeros(1, np.int32)
    quantity = np.array([np.nan], np.float32)
    with pytest.raises(Refused, match="not a finite number"):
        bucketed(Movements(place, place + WEEKS.first_day, quantity, np.zeros(1, np.int8)), ITEM_SITES, WEEKS)


def test_a_kind_that_columns_do_not_know_is_refused() -> None:
    place = np.zeros(1, np.int32)
    with pytest.raises(Refused, match="a kind is none of"):
        bucketed(Movements(place, place, place.astype(np.float32), np.full(1, 7, np.int8)), ITEM_SITES, WEEKS)


def test_days_with_nothing_on_hand_on_which_nothing_moved_are_out_of_stock() -> None:
    sold_out_on_wednesday = changed([3.0, 3.0], (0, 2, -3.0), (0, 10, 5.0))
    assert sold_out_on_wednesday == [[round(3 / 7, 4), round(4 / 7, 4), 1.0], [1.0, 1.0, 1.0]]


def test_an_item_site_that_never_had_anything_was_never_in_stock() -> None:
    assert changed([0.0]) == [[0.0, 0.0, 0.0]]


def test_what_moved_before_the_span_only_changes_what_is_there_when_it_begins() -> None:
    assert changed([0.0], (0, -3, 4.0)) == [[1.0, 1.0, 1.0]]


def test_changes_out_of_order_are_refused_with_the_row() -> None:
    with pytest.raises(Refused, match="Change 1 is of an earlier day than the one before it; sort the changes by day"):
        changed([1.0], (0, 5, 1.0), (0, 4, 1.0))
    with pytest.raises(Refused, match="Row 0 is of place 4"):
        changed([1.0], (4, 5, 1.0))


def test_time_in_stock_is_not_told_from_numbers_that_are_none() -> None:
    for opening, change in ((np.nan, 1.0), (0.0, np.inf)):
        with pytest.raises(Refused, match="not a finite number"):
            changed([opening, 0.0], (0, 2, change))


def test_item_sites_may_be_whole_numbers_of_any_width() -> None:
    frame = pl.DataFrame({"item_site": [2], "moved_on": [MONDAY], "quantity": [1], "kind": ["issue"]})
    for width in (pl.Int16, pl.UInt32, pl.Int64):
        assert movements_of(frame, pl.Series("item_site", [0, 2], dtype=width)).place.tolist() == [1]
