from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ownstock.lab.retail.assumptions import assume
from ownstock.lab.retail.fates import classify
from ownstock.lab.retail.packed import read_lines
from ownstock.lab.retail.replay import Replay, replay
from tests.retail_company import company

# It goes over the whole year.
pytestmark = pytest.mark.slow

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "sample-company.md").read_text()
WHOLE_YEARS = 374 / 365


@pytest.fixture(scope="module")
def assumed() -> pl.DataFrame:
    return assume(classify(read_lines()))


@pytest.fixture(scope="module")
def year(assumed: pl.DataFrame) -> Replay:
    return replay(classify(read_lines()), assumed)


def row(begins: str) -> str:
    """The last cell of the one table row that begins so."""
    [found] = [line for line in PAGE.splitlines() if line.startswith(f"| {begins}")]
    return found.strip("| ").split("|")[-1].strip()


def test_the_page_counts_every_reason_as_the_rules_do() -> None:
    unposted = company().lines.filter(pl.col("fate") != "posted")
    for fate, reason, count in unposted.group_by("fate", "reason").len().iter_rows():
        assert row(f"{fate.replace('_', ' ')} | {reason}") == f"{count:,}"


def test_the_page_counts_every_kind_as_the_rules_do() -> None:
    posted = company().lines.filter(fate="posted")
    ending = {"adjustmentin": "adjustment: a stock note typed by hand, bringing in"}
    ending["adjustmentout"] = "adjustment: a stock note typed by hand, taking out"
    for kind, direction, count in posted.group_by("kind", "direction").len().iter_rows():
        assert row(f"posted | {ending.get(kind + direction, kind)}") == f"{count:,}"


def test_the_page_counts_what_comes_out_as_the_tables_do(year: Replay) -> None:
    tables = company()
    supplies = dict(year.supplies["why"].value_counts().iter_rows())
    assert row("items, supply terms") == f"{tables.items.height:,}"
    assert row("postings") == f"{tables.movements['posting_key'].n_unique():,}"
    assert row("movements") == f"{tables.movements.height:,}"
    assert row("of them assumed: opening") == f"{supplies['opening']:,}"
    assert row("of them assumed: ordered") == f"{supplies['order']:,}"
    assert row("of them assumed: first") == f"{supplies['first']:,}"
    assert row("of them assumed: extra") == f"{supplies['extra']:,}"


def test_the_page_describes_the_shelf_as_the_replay_leaves_it(year: Replay, assumed: pl.DataFrame) -> None:
    end, cost = year.on_hand[-1], assumed["unit_cost"].to_numpy()
    is_low = (end <= assumed["reorder_point"].to_numpy()) & (end < assumed["order_up_to_level"].to_numpy())
    extra = float(year.supplies.filter(why="extra")["quantity"].sum()) / float(year.supplies["quantity"].sum())
    assert row("units received as extra") == f"{extra:.1%}".replace("%", " %")
    assert row("item-days that close") == f"{year.share_of_item_days_at_zero:.1%}".replace("%", " %")
    assert row("items at zero at the end") == f"{int((end == 0).sum()):,}"
    assert row("items at or below") == f"{int(is_low.sum()):,}"
    assert row("stock at the end") == f"{end @ cost:,.0f} GBP"


def test_the_page_tells_the_turns_that_the_movements_make(year: Replay, assumed: pl.DataFrame) -> None:
    sign = {"issue": 1, "return": -1, "adjustment": 0}
    sold = year.lines.filter(fate="posted").join(assumed.select("sku", "unit_cost"), on="sku")
    cost = (sold["quantity"] * sold["unit_cost"] * sold["kind"].replace_strict(sign, return_dtype=pl.Int64)).sum()
    mean_value = float(np.mean(year.on_hand @ assumed["unit_cost"].to_numpy()))
    assert row("turns a year") == f"{float(cost) / mean_value / WHOLE_YEARS:.1f}"
