from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ownstock.lab.retail.assumptions import FIRST_DAY, OPENING_DAYS, assume
from ownstock.lab.retail.fates import classify
from ownstock.lab.retail.replay import DAYS, NOT_THERE, replay
from ownstock.lab.retail.tables import movements
from tests.retail_company import balances, lowest_on_the_way

# It goes over the whole year.
pytestmark = pytest.mark.slow

PRICES = {"22423": 12.75, "85123A": 2.95, "21232": 0.42}
Line = tuple[str, int, int, int, str]


@st.composite
def years(draw: st.DrawFn) -> pl.DataFrame:
    """A small year: a few items sold, returned and corrected on few days, so that much meets in one minute."""
    days = draw(st.lists(st.integers(0, DAYS - 1) | st.integers(0, 45), min_size=1, max_size=6))
    line = st.tuples(
        st.sampled_from(sorted(PRICES)),
        st.sampled_from(days),
        st.sampled_from([481, 482, 700]),
        st.integers(1, 40) | st.sampled_from([500, 5000]),
        st.sampled_from(["issue", "issue", "issue", "return", "take out", "put in"]),
    )
    return raw_lines(draw(st.lists(line, min_size=1, max_size=40)), draw(st.randoms(use_true_random=False)).random)


def raw_lines(lines: list[Line], chance: Callable[[], float]) -> pl.DataFrame:
    """The lines as the source would write them, after one sale of each item that names and prices it."""
    opening = [(sku, 0, 480, 1, "issue") for sku in PRICES]
    numbers = sorted(range(100_000, 100_000 + len(PRICES) + len(lines)), key=lambda _: chance())
    rows = []
    for number, (sku, day, minute, size, what) in zip(numbers, opening + lines, strict=True):
        is_note = what in ("take out", "put in")
        quantity = -size if what in ("return", "take out") else size
        at = dt.datetime.combine(FIRST_DAY, dt.time()) + dt.timedelta(days=day, minutes=minute)
        invoice = f"C{number}" if what == "return" else str(number)
        rows.append((invoice, sku, None if is_note else f"ITEM {sku}", quantity, at, 0.0 if is_note else PRICES[sku]))
    names = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(
        pl.col("InvoiceDate").cast(pl.Datetime("ms")), line_number=pl.int_range(1, len(rows) + 1)
    )


def walk(classified: pl.DataFrame, item: dict[str, Any]) -> tuple[list[int], set[int], int]:
    """One item's year, line by line as a storekeeper would write it: (evening stock, refused lines, extra receipts)."""
    lines = defaultdict(list)
    own = classified.filter(sku=item["sku"], fate="posted").sort("InvoiceDate", "InvoiceNo", "line_number")
    for line in own.iter_rows(named=True):
        lines[(line["InvoiceDate"].date() - FIRST_DAY).days].append(line)
    first = (item["first_on"] - FIRST_DAY).days
    start = -1 if first < OPENING_DAYS else first
    due: defaultdict[int, int] = defaultdict(int)
    stock, refused, extra, evenings = 0, set(), 0, []
    for day in range(-1, DAYS):
        stock += due.pop(day, 0) + (item["starting_quantity"] if day == start else 0)
        for line in lines[day]:
            if line["direction"] == "in":
                stock += line["quantity"]
            elif line["quantity"] <= stock:
                stock -= line["quantity"]
            elif line["kind"] == "adjustment":
                refused.add(line["line_number"])
            else:
                extra, stock = extra + line["quantity"] - stock, 0
        evenings.append(stock)
        position = stock + sum(due.values())
        if day >= max(start, 0) and item["order_up_to_level"] > position <= item["reorder_point"]:
            cartons = -((position - item["order_up_to_level"]) // item["order_multiple"])
            due[day + item["lead_time_days"]] += max(cartons * item["order_multiple"], item["moq"])
    return evenings[1:], refused, extra


@given(years())
@settings(max_examples=20, deadline=None)
def test_the_replay_equals_a_storekeeper_who_writes_line_by_line(lines: pl.DataFrame) -> None:
    classified = classify(lines)
    assumed = assume(classified)
    year = replay(classified, assumed)
    refused = set()
    for number, item in enumerate(assumed.iter_rows(named=True)):
        evenings, notes, extra = walk(classified, item)
        refused |= notes
        assert year.on_hand[:, number].tolist() == evenings
        assert year.supplies.filter(sku=item["sku"], why="extra")["quantity"].sum() == extra
    assert set(year.lines.filter(reason=NOT_THERE)["line_number"]) == refused


@given(years())
@settings(max_examples=20, deadline=None)
def test_every_sale_is_posted_and_no_balance_is_ever_below_zero(lines: pl.DataFrame) -> None:
    classified = classify(lines)
    assumed = assume(classified)
    year = replay(classified, assumed)
    told = movements(year, assumed)
    refused = year.lines.filter(fate="refused")
    assert lowest_on_the_way(told) >= 0
    assert (refused["Description"].is_null() & (refused["Quantity"] < 0)).all()
    assert balances(told) == dict(zip(assumed["sku"], year.on_hand[-1].tolist(), strict=True))
