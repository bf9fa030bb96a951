"""Money chooses between methods, per segment, and noise does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
import pytest

from ownstock.base.errors import Refused
from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.select import Backtest, Decision, Limits, Method, backtest, choose, chosen_methods
from ownstock.engine.simulate import Seen, State, Terms

PERIODS = 8
ORIGINS = (40, 48, 56, 64, 72, 80)


def up_to(level: Floats, expected: float) -> Method:
    """A method with a fixed order-up-to level by row, that expects the same demand of every period."""

    def method(period: int, state: State, seen: Seen) -> Decision:
        units = np.maximum(np.ceil(level) - state.inventory_position, 0).astype(np.int64)
        return Decision(units, np.full(level.size, expected))

    return method


def jittery(level: float, rows: int, seed: int) -> Method:
    """A method whose level goes up and down by chance before every period: all seeds are worth the same."""

    def method(period: int, state: State, seen: Seen) -> Decision:
        drawn = np.random.default_rng([seed, seen.demand.shape[1]]).integers(-2, 3, rows)
        return up_to(np.float64(level) + drawn, level)(period, state, seen)

    return method


def played(demand: Ints, methods: Mapping[str, Method], incumbent: str, limits: Limits | None = None) -> Backtest:
    terms = Terms.of(demand.shape[0], lead_time_periods=2, is_lost=True, holding_cost=0.2, shortage_cost=1.0)
    return backtest(
        demand, terms, methods, ORIGINS, incumbent=incumbent, periods=PERIODS, warm_up_periods=6, limits=limits
    )


@pytest.fixture(scope="module")
def lumpy() -> Ints:
    """120 item-sites that want nothing in 7 of 10 weeks, and 5 units on average else."""
    rng = np.random.default_rng(3)
    return (rng.random((120, 96)) < 0.3) * rng.poisson(5, (120, 96))


def one(evidence: pl.DataFrame, method: str, segment: str = "all") -> dict[str, Any]:
    return evidence.filter((pl.col("method") == method) & (pl.col("segment") == segment)).row(0, named=True)


def test_the_most_accurate_forecast_loses_money_and_is_not_chosen(lumpy: Ints) -> None:
    """Zero is the median of a lumpy demand: nothing is off by less, and nobody can be served from it."""
    rows = np.full(lumpy.shape[0], 1.0)
    methods = {"usual": up_to(12 * rows, 1.5), "nothing": up_to(0 * rows, 0.0), "enough": up_to(5 * rows, 1.5)}
    evidence = choose(played(lumpy, methods, "usual"), np.full(lumpy.shape[0], "all"), "usual")
    assert chosen_methods(evidence) == {"all": "enough"}
    accurate = one(evidence, "nothing")
    assert accurate["is_accuracy_winner"]
    assert accurate["wape"] == pytest.approx(1.0)
    assert accurate["extra_cost"] == pytest.approx(accurate["cost"] - one(evidence, "enough")["cost"])
    assert accurate["extra_cost"] > 0


def test_noise_never_takes_a_segment() -> None:
    """20 segments of 6 item-sites, 5 challengers that differ from the incumbent by chance only: 100 chances to err."""
    demand = np.random.default_rng(8).poisson(4, (120, 96))
    methods = {"usual": jittery(14, 120, 0)} | {f"noise {seed}": jittery(14, 120, seed) for seed in range(1, 6)}
    evidence = choose(played(demand, methods, "usual"), np.arange(120) // 6, "usual")
    alone = evidence.filter(pl.col("difference") < -2 * pl.col("standard_error"))
    assert alone.height > 0, "a segment on its own would have been taken by noise"
    assert set(chosen_methods(evidence).values()) == {"usual"}


def test_a_better_method_takes_only_the_segments_in_which_it_is_better(lumpy: Ints) -> None:
    demand = np.vstack([lumpy[:60], np.random.default_rng(9).poisson(4, (60, 96))])
    segment = np.repeat(["lumpy", "steady"], 60)
    methods = {"usual": up_to(np.full(120, 14.0), 2.0), "flat": up_to(np.full(120, 5.0), 2.0)}
    evidence = choose(played(demand, methods, "usual"), segment, "usual")
    assert chosen_methods(evidence) == {"lumpy": "flat", "steady": "usual"}
    assert one(evidence, "flat", "steady")["difference"] > 0


def test_a_frozen_choice_is_the_incumbent_of_its_review(lumpy: Ints) -> None:
    """Two methods that are worth the same: whichever holds a segment keeps it."""
    methods = {"first": jittery(5, 120, 1), "second": jittery(5, 120, 2)}
    frozen = {"a": "first", "b": "second"}
    assert chosen_methods(choose(played(lumpy, methods, "first"), np.repeat(["a", "b"], 60), frozen)) == frozen


def test_evidence_adds_up_to_the_backtest(lumpy: Ints) -> None:
    rows = np.full(lumpy.shape[0], 1.0)
    found = played(lumpy, {"usual": up_to(12 * rows, 1.5), "enough": up_to(5 * rows, 1.5)}, "usual")
    evidence = choose(found, np.arange(120) % 3, "usual")
    for name, cost in found.cost.items():
        assert evidence.filter(pl.col("method") == name)["cost"].sum() == pytest.approx(cost.sum())
    assert evidence.filter(pl.col("is_incumbent"))["difference"].to_list() == [0.0] * 3
    assert evidence["item_sites"].to_list() == [40] * 6


def made_up(difference: Floats) -> Backtest:
    """An incumbent that costs 10 a pair, and a challenger that differs by so much. [n, origins]"""
    base = np.full(difference.shape, 10.0)
    error = np.ones(difference.shape)
    return Backtest({"usual": base, "new": base + difference}, {"usual": error, "new": error}, 2 * error)


def test_with_one_segment_nothing_is_shrunk_and_variance_is_clustered_both_ways() -> None:
    """Row effects ±1 and origin effects ±2 around -3: V(row) = 1/3·4·1, V(origin) likewise, V(pair), by hand."""
    difference = -3 + np.array([[1.0], [1], [-1], [-1]]) + np.array([[2.0, 2, -2, -2]])
    row = one(choose(made_up(difference), np.full(4, "all"), "usual"), "new")
    by_row, by_origin, by_pair = 4 / 3 * 4 * 4**2 / 16**2, 4 / 3 * 4 * 8**2 / 16**2, 16 / 15 * 16 * 5 / 16**2
    error = np.sqrt(by_row + by_origin - by_pair)
    assert row["difference"] == pytest.approx(-48)
    assert row["standard_error"] == pytest.approx(16 * error)
    assert row["shrunk_difference"] == pytest.approx(-0.3)
    assert row["shrunk_standard_error"] == pytest.approx(error / 10)
    assert row["wape"] == pytest.approx(0.5)


def test_alike_segments_share_their_mean_and_unlike_ones_keep_their_own() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 1, (200, 6))
    segment = np.repeat(np.arange(10), 20)
    alike = choose(made_up(noise - 0.2), segment, "usual").filter(pl.col("method") == "new")
    assert np.ptp(alike["shrunk_difference"].to_numpy()) < 0.2 * np.ptp(alike["difference"].to_numpy() / (120 * 10))
    unlike = choose(made_up(noise + 0.5 * (segment[:, None] - 5)), segment, "usual").filter(pl.col("method") == "new")
    own = unlike["difference"] / (120 * 10)
    assert unlike["shrunk_difference"].to_list() == pytest.approx(own.to_list(), abs=0.02)


def test_one_origin_proves_nothing() -> None:
    evidence = choose(made_up(np.full((30, 1), -5.0) + np.arange(30)[:, None] / 100), np.full(30, "all"), "usual")
    assert chosen_methods(evidence) == {"all": "usual"}
    assert one(evidence, "new")["shrunk_standard_error"] == np.inf


def test_every_order_keeps_the_limits() -> None:
    limits = Limits(np.array([0, 10, 0, 10]), np.array([1, 1, 6, 6]))
    assert limits.allow(np.array([3, 3, 3, 3])).tolist() == [3, 10, 6, 12]
    assert limits.allow(np.array([0, 0, 0, 0])).tolist() == [0, 0, 0, 0]
    assert limits.allow(np.array([13, 13, 13, 13])).tolist() == [13, 13, 18, 18]


def test_limits_change_what_a_method_costs(lumpy: Ints) -> None:
    methods = {"usual": up_to(np.full(lumpy.shape[0], 9.0), 1.5)}
    limits = Limits(np.full(lumpy.shape[0], 24), np.full(lumpy.shape[0], 12))
    free, bound = played(lumpy, methods, "usual"), played(lumpy, methods, "usual", limits)
    assert bound.cost["usual"].sum() > free.cost["usual"].sum()


def test_scored_are_the_periods_that_the_orders_could_serve() -> None:
    """One row, lead time 1, nothing ordered: 4 periods after the first one are lost, at 1 each."""
    demand = np.ones((1, 20), dtype=np.int64)
    terms = Terms.of(1, lead_time_periods=1, is_lost=True, holding_cost=0.0, shortage_cost=1.0)
    nothing = {"nothing": up_to(np.zeros(1), 0.25)}
    found = backtest(demand, terms, nothing, (12,), incumbent="nothing", periods=4, warm_up_periods=4)
    assert found.cost["nothing"].tolist() == [[4.0]]
    assert found.demand.tolist() == [[4]]
    assert found.absolute_error["nothing"].tolist() == [[3.0]]


def test_an_origin_without_enough_history_is_refused() -> None:
    demand = np.ones((1, 20), dtype=np.int64)
    terms = Terms.of(1, lead_time_periods=2, is_lost=True, holding_cost=0.1, shortage_cost=1.0)
    with pytest.raises(Refused, match="choose origins from 5 to 14"):
        backtest(demand, terms, {"a": up_to(np.ones(1), 1.0)}, (15,), incumbent="a", periods=4, warm_up_periods=4)


def test_an_incumbent_that_was_not_tested_is_refused() -> None:
    with pytest.raises(Refused, match="incumbent of segment b is 'old', which was not tested: usual, new"):
        choose(made_up(np.ones((2, 2))), np.array(["a", "b"]), {"a": "usual", "b": "old"})
