"""The bench of sold-out weeks: shops as they are told, judgements by hand, and the engine nearest to what was wanted."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from bench.sold_out import SHOPS, WAYS, WEEKS, Seen, Shop, is_full, judge, main, simulate
from ownstock.engine.arrays import Floats


def one_item(wanted: list[float], sold: list[float], in_stock: list[float], mean: float) -> Seen:
    return Seen(np.array([mean]), *(np.array([weeks]) for weeks in (wanted, sold, in_stock)))


def test_sales_are_what_was_wanted_but_where_the_stock_ran_out() -> None:
    seen = simulate(SHOPS["tight"], item_sites=60)
    assert seen.sold.shape == seen.wanted.shape == seen.in_stock.shape == (60, WEEKS)
    assert (seen.sold <= seen.wanted).all()
    assert (seen.sold < seen.wanted).any()
    assert not seen.sold[seen.in_stock == 0].any()
    assert seen.in_stock.min() == 0
    assert seen.in_stock.max() == 1


def test_demand_has_the_mean_and_the_spread_that_the_shop_is_told_to_have() -> None:
    never_out = Shop(10, 10, ratio=4.0, cover_weeks=100)
    wanted = simulate(never_out, item_sites=100).wanted
    assert wanted.mean() == pytest.approx(10, rel=0.03)
    assert wanted.var() / wanted.mean() == pytest.approx(4, rel=0.05)


def test_where_the_stock_never_runs_out_all_ways_find_the_same_level() -> None:
    seen = simulate(Shop(5, 5, ratio=1.0, cover_weeks=100), item_sites=20)
    assert is_full(seen).all()
    [judged] = {tuple(judge(seen, read).values()) for read in WAYS.values()}
    total, _, week_miss = judged
    assert total == pytest.approx(0, abs=3)
    assert week_miss is None


def test_a_judgement_by_hand() -> None:
    """Of 4 a week, 12 wanted in two weeks; the second ran out after half of it with 2 sold of 8."""
    seen = one_item(wanted=[4, 8], sold=[4, 2], in_stock=[1, 0.5], mean=4)
    assert judge(seen, WAYS["as recorded"]) == {"total_percent": -25, "item_site_percent": -25, "week_miss": 3}
    assert judge(seen, WAYS["by time in stock"]) == {"total_percent": 0, "item_site_percent": 0, "week_miss": 3}
    assert judge(seen, WAYS["sold out dropped"]) == {"total_percent": 0, "item_site_percent": 0, "week_miss": None}


def test_a_reading_that_knows_what_was_wanted_misses_nothing() -> None:
    def oracle(seen: Seen) -> tuple[Floats, Floats]:
        return seen.wanted, np.ones_like(seen.wanted)

    seen = simulate(SHOPS["starved"], item_sites=200)
    judged = judge(seen, oracle)
    assert judged["week_miss"] == 0
    assert judged["total_percent"] == pytest.approx(0, abs=2)


@pytest.mark.parametrize("name", ["well kept", "starved", "slow movers"])
def test_lifted_weeks_are_nearer_to_what_was_wanted_than_recorded_ones(name: str) -> None:
    seen = simulate(SHOPS[name], item_sites=300)
    recorded, lifted = judge(seen, WAYS["as recorded"]), judge(seen, WAYS["lifted"])
    for figure, found in lifted.items():
        assert abs(found or 0) < abs(recorded[figure] or 0)


def test_the_benchmark_ends_with_a_line_for_programs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["sold_out", "--item-sites", "40"])
    main()
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["bench"], told["item_sites"]) == ("sold_out", 40)
    assert all(set(told[shop]) == set(WAYS) for shop in SHOPS)
