"""The benches in money: what they tell the engine, and what they take for demand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from ownstock.engine.simulate import Seen, State

retail = pytest.importorskip("bench.retail", reason="the practices need scipy", exc_type=ImportError)
intermittent = pytest.importorskip("bench.intermittent", reason="AutoETS needs statsforecast", exc_type=ImportError)
MONDAY = datetime(2010, 1, 4, 10, 30)  # noqa: DTZ001 the source's clock on the wall


def posted(*lines: tuple[str, str, int, int]) -> pl.DataFrame:
    """Lines as (sku, kind, days after MONDAY, quantity)."""
    frame = pl.DataFrame(lines, schema=["sku", "kind", "after", "quantity"], orient="row")
    return frame.with_columns(InvoiceDate=pl.lit(MONDAY) + pl.duration(days="after"))


def parts(demand: list[list[int]], first: int = 2) -> Any:
    return intermittent.Parts("parts", np.array(demand), date(2000, 1, 1), first, first)


def test_what_comes_back_was_not_wanted_and_notes_are_no_demand() -> None:
    lines = posted(("B", "issue", 0, 9), ("B", "issue", 3, 2), ("B", "return", 3, 5), ("A", "adjustment", 1, 7))
    demand = retail.daily_demand(lines, pl.Series("sku", ["A", "B"]))
    first = (MONDAY.date() - retail.FIRST_MONDAY).days
    assert demand.shape[1] == 364
    assert demand[1, first : first + 4].tolist() == [6, 0, 0, 0]
    assert demand.sum() == 6


def one_item_shop(demand: list[int]) -> Any:
    supply = retail.Supply(np.array([7]), np.array([0]), np.array([1]), np.array([0.99]))
    days = np.array([demand])
    return retail.Shop(days, np.ones(days.shape, np.bool_), supply, np.array([10.0]), np.array([5.0]))


def test_the_engine_is_asked_on_mondays_and_orders_for_what_was_sold() -> None:
    one = one_item_shop([5] * 7 * 12)
    order = retail.our_order(one, retail.Span(8, 9, 12), "fast")
    sold = np.full((1, 7 * 8), 5)
    found = []
    for period in range(8):
        seen = Seen(np.hstack([sold, np.full((1, period), 5)]), np.ones((1, 56 + period), np.bool_))
        found.append(int(order(period, State.of([40]), seen)[0]))
    assert found[1:7] == [0] * 6
    assert 30 <= found[0] <= 100
    assert 30 <= found[7] <= 100


def test_a_day_counts_as_in_stock_where_something_was_sold_or_is_left() -> None:
    ledger = retail.Ledger(one_item_shop([5] * 14))
    sold = Seen(np.array([[5] * 7 + [5, 0, 0, 3, 0, 0, 0]]), np.ones((1, 14), np.bool_))
    for day, left in enumerate([0, 0, 8, 0, 0, 0, 0], start=7):
        ledger.close(day, State.of([left]), sold)
    history = ledger.history(sold)
    assert history.demand.tolist() == [[35, 8]]
    assert history.in_stock[0] == pytest.approx([1, 3 / 7])


def test_the_ratio_makes_the_cost_of_a_unit_short() -> None:
    setting = intermittent.Setting(parts([[1, 1, 1]]), 1, 0.95, "lost")
    assert setting.shortage_cost == pytest.approx(19)


@pytest.mark.parametrize("lead_time_months", [1, 2])
def test_the_engine_covers_lead_time_and_review_in_months(lead_time_months: int) -> None:
    """Demand of exactly 100 a month: what is ordered and on order lasts through the lead time and a month."""
    setting = intermittent.Setting(parts([[100] * 40] * 3, first=36), lead_time_months, 0.9, "backorder")
    order = intermittent.our_order(setting, "fast")
    state = State.of([0] * 3, [[100] + [0] * (lead_time_months - 1)] * 3)
    covered = order(0, state, Seen.nothing(3)) + state.on_order.sum(axis=1)
    assert covered == pytest.approx([100 * (lead_time_months + 1)] * 3, rel=0.15)


def test_a_sample_is_drawn_once_for_all_methods() -> None:
    many = parts([[row, row, row] for row in range(50)])
    drawn = intermittent.sampled(many, 10, 3).demand[:, 0]
    assert drawn.tolist() == intermittent.sampled(many, 10, 3).demand[:, 0].tolist()
    assert len(set(drawn)) == 10
    assert intermittent.sampled(many, 0, 3) is many
