from __future__ import annotations

import datetime as dt

import polars as pl

from ownstock.lab.retail.assumptions import FIRST_DAY
from ownstock.lab.retail.replay import DAYS, NOT_THERE, Replay, replay

LEAD_TIME_DAYS = 10
EIGHT, NINE = 480, 540
LAST = DAYS - 1


def year_of(*lines: tuple[int, int, str, str, int], first_day: int = 0) -> Replay:
    """A year of an item that starts with 10 and is ordered at 4 up to 20, in sixes: (day, minute, kind, way, each)."""
    rows = [(f"{500_000 + n}", "22423", n, "posted", None, *line) for n, line in enumerate(lines, start=1)]
    names = ["InvoiceNo", "sku", "line_number", "fate", "reason", "day", "minute", "kind", "direction", "quantity"]
    at = pl.lit(FIRST_DAY).cast(pl.Datetime("ms")) + pl.duration(days="day", minutes="minute")
    schema = dict.fromkeys(names, pl.Int64()) | dict.fromkeys(
        ["InvoiceNo", "sku", "fate", "reason", "kind", "direction"], pl.String()
    )
    classified = pl.DataFrame(rows, schema=schema, orient="row").with_columns(InvoiceDate=at).drop("day", "minute")
    item = {"sku": "22423", "supplier": "A", "lead_time_days": LEAD_TIME_DAYS, "order_multiple": 6, "moq": 6}
    levels = {"reorder_point": 4, "order_up_to_level": 20, "starting_quantity": 10}
    return replay(classified, pl.DataFrame([item | levels | {"first_on": FIRST_DAY + dt.timedelta(days=first_day)}]))


def assumed(year: Replay) -> list[tuple[object, ...]]:
    return year.supplies.select("day", "quantity", "why").rows()


def test_a_note_may_take_out_all_that_is_there() -> None:
    year = year_of((0, EIGHT, "adjustment", "out", 10))
    assert year.lines["fate"].to_list() == ["posted"]
    assert year.on_hand[0, 0] == 0


def test_a_note_that_takes_out_one_more_is_refused() -> None:
    year = year_of((0, EIGHT, "adjustment", "out", 11))
    assert year.lines.select("fate", "reason", "kind", "direction").rows() == [("refused", NOT_THERE, None, None)]
    assert year.on_hand[0, 0] == 10


def test_what_a_sale_lacks_came_that_morning() -> None:
    year = year_of((0, EIGHT, "issue", "out", 13))
    assert assumed(year)[:2] == [(-1, 10, "opening"), (0, 3, "extra")]


def test_what_comes_back_later_in_the_day_does_not_serve_an_earlier_sale() -> None:
    year = year_of((0, EIGHT, "issue", "out", 13), (0, NINE, "return", "in", 13))
    assert (0, 3, "extra") in assumed(year)
    assert year.on_hand[0, 0] == 13


def test_what_came_back_earlier_in_the_day_serves_a_later_sale() -> None:
    year = year_of((0, EIGHT, "return", "in", 3), (0, NINE, "issue", "out", 13))
    assert "extra" not in year.supplies["why"]


def test_what_came_for_a_later_sale_does_not_serve_a_note() -> None:
    year = year_of((0, EIGHT, "adjustment", "out", 12), (0, NINE, "issue", "out", 13))
    assert year.lines["fate"].to_list() == ["refused", "posted"]


def test_an_item_at_its_reorder_point_is_ordered_up_in_whole_cartons_and_arrives_after_the_lead_time() -> None:
    assert assumed(year_of((5, EIGHT, "issue", "out", 6)))[1:] == [(5 + LEAD_TIME_DAYS, 18, "order")]


def test_an_order_due_on_the_last_day_arrives() -> None:
    assert assumed(year_of((LAST - LEAD_TIME_DAYS, EIGHT, "issue", "out", 6)))[1:] == [(LAST, 18, "order")]


def test_an_order_due_after_the_last_day_never_happens() -> None:
    assert assumed(year_of((LAST - LEAD_TIME_DAYS + 1, EIGHT, "issue", "out", 6)))[1:] == []


def test_an_item_of_later_months_is_taken_up_on_the_morning_of_its_first_line() -> None:
    year = year_of((60, EIGHT, "issue", "out", 2), first_day=60)
    assert assumed(year) == [(60, 10, "first")]
    assert year.is_ranged[59:61, 0].tolist() == [False, True]


def test_a_year_of_which_nothing_must_be_assumed_has_no_supplies() -> None:
    lines = year_of((0, EIGHT, "return", "in", 30)).lines
    item = {"sku": "22423", "supplier": "A", "lead_time_days": LEAD_TIME_DAYS, "order_multiple": 1, "moq": 1}
    levels = {"reorder_point": 0, "order_up_to_level": 0, "starting_quantity": 0, "first_on": FIRST_DAY}
    assert assumed(replay(lines, pl.DataFrame([item | levels]))) == []
