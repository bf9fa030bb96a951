"""The compiled kernels equal their plain numpy forms, on random blocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ownstock.engine as engine
from ownstock.engine import constrain
from ownstock.engine.arrays import Floats
from ownstock.engine.cleaning import CAP_DEVIATIONS, plainly_capped, plainly_uncensored, sold_out
from ownstock.engine.forecast import bank
from ownstock.engine.forecast.croston_sba import croston_sba
from ownstock.engine.forecast.damped_holt import damped_holt
from ownstock.engine.forecast.fading_mean import fading_mean, fading_sums
from ownstock.engine.forecast.level_path import first_level, rates
from ownstock.engine.forecast.mean_of_window import mean_of_window
from ownstock.engine.forecast.seasonal_naive import seasonal_naive
from ownstock.engine.forecast.ses import ses
from ownstock.engine.forecast.theta import theta
from ownstock.engine.forecast.tsb import tsb
from ownstock.engine.history import DemandHistory
from ownstock.engine.kernels import bank as bank_kernel
from ownstock.engine.kernels import decision
from ownstock.engine.kernels.bands import WIDEST, count_band
from ownstock.engine.policy.plainly import (
    OneItemSite,
    count_pmf,
    expected_cost,
    level_of,
    look_ahead,
    requirement,
    requirement_with_known,
    taken_at_arrival,
    taken_at_arrival_with_known,
)
from ownstock.engine.policy.stock_out import stock_out_in_days

SERIES, BUCKETS, AHEAD, CYCLE, WINDOW, RECENT, ORIGINS = 50, 130, 13, 52, 52, 8, 26
HALF_LIVES = (3.0, 8.0, 30.0, 40.0)


class Block:
    """Random series through the kernel and, as far as every plain method needs them, cleaned plainly."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        mean = np.exp(rng.uniform(np.log(0.1), np.log(200), (SERIES, 1)))
        self.group = rng.integers(0, 3, SERIES)
        index = rng.uniform(0.5, 1.8, (3, BUCKETS + AHEAD)).astype(np.float32)
        demand = rng.negative_binomial(np.maximum(mean / 2, 0.05), 1 / 3, (SERIES, BUCKETS)).astype(np.float32)
        in_stock = np.where(rng.random(demand.shape) < 0.2, rng.random(demand.shape), 1.0).astype(np.float32)
        in_stock[rng.random(demand.shape) < 0.05] = 0.0
        demand[in_stock == 0] = 0.0
        self.horizon = rng.integers(1, AHEAD + 1, SERIES)
        self.level, self.error = np.zeros((2, SERIES, bank_kernel.COUNT), np.float32)
        self.told = np.zeros((SERIES, bank_kernel.TOLD), np.float32)
        record = DemandHistory(pl.Series(range(SERIES)), demand, in_stock, date(2023, 1, 2), "week")
        bank_kernel.run_bank(
            0, SERIES, demand, in_stock, index[self.group], self.horizon, np.array(HALF_LIVES, np.float32),
            WINDOW, RECENT, ORIGINS, CYCLE, sold_out(record), CAP_DEVIATIONS, self.level, self.error, self.told,
        )  # fmt: skip
        self.season = index[self.group].astype(np.float64)
        lifted = plainly_uncensored(record, self.season[:, :BUCKETS].astype(np.float32))
        self.uncapped, self.exposure = lifted.demand.astype(np.float64), lifted.in_stock.astype(np.float64)
        self.demand = plainly_capped(lifted, self.season[:, :BUCKETS].astype(np.float32)).astype(np.float64)

    def ratio(self, half: int | None = None) -> Floats:
        """Of all buckets seen in the window, or of every other one from the first (0) or the second (1) on."""
        seen = self.exposure[:, -WINDOW:] > 0
        counts = seen if half is None else seen & ((np.cumsum(seen, axis=1) - 1) % 2 == half)
        rate = np.where(counts, self.demand[:, -WINDOW:] / self.season[:, BUCKETS - WINDOW : BUCKETS], np.nan)
        return np.maximum(np.nanvar(rate, axis=1) / np.maximum(np.nanmean(rate, axis=1), 0.05), 1.0)

    def fading(self, half_life: float) -> Floats:
        amount, weight = fading_sums(self.demand, self.exposure, self.season, HALF_LIVES[3])
        first = first_level(rates(self.demand, self.exposure, self.season), self.exposure)
        fade = 0.3 * 0.5 ** (np.arange(BUCKETS + 1) / HALF_LIVES[3])
        usual = (amount + first[:, None] * fade) / (weight + fade)
        strength = 6.0 * self.ratio()[:, None] / (usual + 0.3)
        path = fading_mean(
            self.demand, self.exposure, self.season, half_life=half_life, usual=usual, strength=strength
        )  # fmt: skip
        return path.level

    def paths(self) -> dict[str, Floats]:
        """By method: the level after every bucket, over the horizon of each series. [n, T + 1]"""
        given = self.demand, self.exposure, self.season
        holt = damped_holt(*given, alpha=0.15, beta=0.1, damping=0.9)
        slope = theta(*given, alpha=0.2)
        flat = {
            "fading_short": self.fading(3.0),
            "fading_middle": self.fading(8.0),
            "fading_long": self.fading(30.0),
            "ses": ses(*given, alpha=0.1).level,
            "tsb": tsb(*given, alpha_size=0.1, alpha_chance=0.1).level,
            "croston_sba": croston_sba(*given, alpha=0.1).level,
            "mean_of_13": mean_of_window(*given, buckets=13).level,
            "mean_of_26": mean_of_window(*given, buckets=26).level,
        }
        trends = {name: np.empty((SERIES, BUCKETS + 1)) for name in ("damped_holt", "theta")}
        for name, path in (("damped_holt", holt), ("theta", slope)):
            for row, h in enumerate(self.horizon):
                run = np.cumsum(path.damping ** np.arange(1, h + 1)).mean()
                trends[name][row] = np.maximum(path.level[row] + run * path.trend[row], 0)
        return flat | trends


@pytest.fixture(scope="module", params=[1, 2, 3])
def block(request: pytest.FixtureRequest) -> Block:
    return Block(request.param)


def test_every_method_ends_at_the_level_of_its_plain_form(block: Block) -> None:
    for name, path in block.paths().items():
        found = block.level[:, bank_kernel.METHODS.index(name)]
        assert found == pytest.approx(path[:, -1], rel=2e-3, abs=2e-3), name


def test_every_method_is_judged_as_its_plain_form_would_be(block: Block) -> None:
    wanted = np.concatenate([np.zeros((SERIES, 1)), np.cumsum(block.demand, axis=1)], axis=1)
    told = block.season[:, :BUCKETS] * block.exposure
    expected = np.concatenate([np.zeros((SERIES, 1)), np.cumsum(told, axis=1)], axis=1)
    for name, path in block.paths().items():
        found = block.error[:, bank_kernel.METHODS.index(name)]
        for row, h in enumerate(block.horizon):
            origin = np.arange(BUCKETS - h - ORIGINS, BUCKETS - h + 1)
            real, weight = (
                wanted[row, origin + h] - wanted[row, origin],
                expected[row, origin + h] - expected[row, origin],
            )
            squares = ((real - path[row, origin] * weight) ** 2).sum()
            assert found[row] == pytest.approx(squares, rel=5e-3, abs=0.05), (name, row)


def test_the_naive_season_repeats_what_was_seen_a_cycle_ago(block: Block) -> None:
    forecast = seasonal_naive(block.demand, block.exposure, cycle=CYCLE)
    seen = block.exposure[:, BUCKETS - CYCLE :]
    for row, h in enumerate(block.horizon):
        if not seen[row, :h].all():
            continue
        ahead = slice(BUCKETS, BUCKETS + h)
        level = forecast[row, ahead].sum() / block.season[row, ahead].sum()
        assert block.level[row, bank_kernel.COUNT - 1] == pytest.approx(level, rel=1e-3, abs=1e-4)


def test_what_else_is_told_of_a_series_is_so(block: Block) -> None:
    last = block.exposure[:, -WINDOW:] > 0
    assert block.told[:, bank_kernel.SEEN] == pytest.approx(last.sum(axis=1))
    assert block.told[:, bank_kernel.RATIO] == pytest.approx(block.ratio(), rel=2e-3)
    assert block.told[:, bank_kernel.ODD_RATIO] == pytest.approx(block.ratio(half=0), rel=2e-3)
    assert block.told[:, bank_kernel.EVEN_RATIO] == pytest.approx(block.ratio(half=1), rel=2e-3)
    assert block.told[:, bank_kernel.ODD_RATIO] == pytest.approx(block.ratio(half=0), rel=2e-3)
    assert block.told[:, bank_kernel.EVEN_RATIO] == pytest.approx(block.ratio(half=1), rel=2e-3)
    assert block.told[:, bank_kernel.ODD_RATIO] == pytest.approx(block.ratio(half=0), rel=2e-3)
    assert block.told[:, bank_kernel.EVEN_RATIO] == pytest.approx(block.ratio(half=1), rel=2e-3)
    assert block.told[:, bank_kernel.RECENT] == pytest.approx(block.demand[:, -RECENT:].sum(axis=1), rel=1e-3, abs=1e-2)
    is_cut = (block.uncapped - block.demand)[:, -WINDOW:] > 1e-4 * block.demand[:, -WINDOW:]
    assert np.abs(block.told[:, bank_kernel.CAPPED] - is_cut.sum(axis=1)).max() <= 1


def test_series_that_told_nothing_lean_on_all_others() -> None:
    error = np.full((3, bank_kernel.COUNT), 100.0, np.float32)
    error[0, 5] = 1.0
    everywhere = bank.Everywhere(np.ones(bank_kernel.COUNT), 2.0, (np.ones(1),))
    weight = bank.weights(error, everywhere)
    assert weight.sum(axis=1) == pytest.approx(np.ones(3))
    assert weight[0, 5] > 3 * weight[1, 5]
    assert weight[1] == pytest.approx(weight[2])


# The decision.

CASES = 120


@given(st.floats(-14, 3).map(lambda power: 10.0**power), st.floats(0, 60))
def test_a_count_however_seldom_has_its_mean_and_all_of_its_chance(mean: float, ratio: float) -> None:
    band = np.zeros(WIDEST)
    lowest, size = count_band(mean, mean * ratio, band)
    assert band[:size].sum() == pytest.approx(1, rel=1e-9)
    if ratio >= 1:
        assert band[:size] @ np.arange(lowest, lowest + size) == pytest.approx(mean, rel=1e-3, abs=1e-11 * ratio**2)
    points = min(lowest + size, 200)
    assert np.isfinite(count_pmf(mean, mean * ratio, points)).all()


def drawn_decisions(seed: int, highest_mean: float) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    mean = np.exp(rng.uniform(np.log(0.05), np.log(highest_mean), CASES))
    lead = rng.integers(0, 60, CASES)
    arrivals = [
        sorted((int(day), int(1 + rng.poisson(m))) for day in rng.integers(0, 80, rng.integers(0, 5))) for m in mean
    ]
    return {
        "mean": mean[:, None] * rng.uniform(0.5, 1.5, (CASES, 10)),
        "ratio": 1 + rng.gamma(1.0, 2.0, CASES),
        "net": rng.poisson(mean * rng.uniform(0, 8, CASES)) - rng.poisson(0.2 * mean),
        "arrivals": arrivals,
        "lead": lead,
        "review": rng.integers(1, 22, CASES),
        "moq": np.where(rng.random(CASES) < 0.5, rng.poisson(2 * mean), 0),
        "multiple": rng.integers(1, 9, CASES),
        "over": rng.uniform(0.01, 1.0, CASES),
        "under": rng.uniform(0.1, 20.0, CASES),
        "is_lost": rng.random(CASES) < 0.7,
    }


def decide(given: dict[str, Any], known: Any = None) -> tuple[Any, Any]:
    whole, number = np.zeros((decision.WHOLE, CASES), np.int64).T, np.zeros((decision.NUMBER, CASES)).T
    count = np.array([len(each) for each in given["arrivals"]])
    flat = np.array([arrival for each in given["arrivals"] for arrival in each]).reshape(-1, 2)
    one = np.ones(CASES, np.int64)
    read: Any = (
        given["mean"], np.full(CASES, 7.0), given["ratio"], given["net"],
        np.cumsum(count) - count, count, flat[:, 0].copy(), flat[:, 1].copy(),
        np.arange(CASES), one, given["lead"], np.ones(CASES), np.cumsum(count) - count, count, given["lead"],
        given["review"], given["moq"], given["multiple"],
        given["over"], given["under"], 0 * one, np.zeros(CASES), given["is_lost"],
    )  # fmt: skip
    # The kernel that the engine runs, not one compiled for arrays that may be written.
    for array in (*read, *(known or ())):
        array.flags.writeable = False
    arguments = 0, CASES, *read, True, known, whole, number
    decision.decide(*arguments)
    return whole, number


def asked_of(given: dict[str, Any], row: Any) -> OneItemSite:
    names = ("ratio", "net", "lead", "review", "over", "under", "is_lost")
    ratio, net, lead, review, over, under, is_lost = (given[name][row].item() for name in names)
    arrivals = tuple(given["arrivals"][row])
    return OneItemSite(given["mean"][row], 7.0, ratio, net, arrivals, lead, review, over, under, is_lost)


def points_of(asked: OneItemSite, step: float) -> int:
    total = asked.mean_until(asked.lead_time_days + 2 * asked.review_period_days)
    return int((total + 12 * np.sqrt(total * asked.variance_ratio) + 60 * asked.variance_ratio + 60) / step) + 5


@pytest.mark.parametrize("seed", [4, pytest.param(5, marks=pytest.mark.nightly)])
def test_the_decision_equals_its_plain_form_to_the_unit(seed: int) -> None:
    given = drawn_decisions(seed, 25.0)
    whole, number = decide(given)
    assert (whole[:, decision.STEP] == 1).mean() > 0.9
    for row in np.flatnonzero(whole[:, decision.STEP] == 1):
        asked, position = asked_of(given, row), int(whole[row, decision.POSITION])
        required = requirement(asked, 1, points_of(asked, 1))
        level = level_of(asked.under / (asked.under + asked.over), required, 1)
        need = max(level - position, 0)
        is_slow = number[row, decision.MEAN_WINDOW] < decision.LOOK_AHEAD_MEAN
        fewer = look_ahead(asked, need, position, required, 3) if need and asked.is_lost and is_slow else 0
        assert whole[row, [decision.LEVEL, decision.NEED, decision.LOOK_AHEAD]].tolist() == [level, need, -fewer]
        for units, column in ((0, decision.COST_ZERO), (whole[row, decision.QUANTITY], decision.COST)):
            cost = expected_cost(position + int(units), required, asked.over, asked.under, 1)
            assert number[row, column] == pytest.approx(cost, rel=1e-7, abs=1e-7)
        taken = taken_at_arrival(asked, 1, required.size)
        there = asked.net_on_hand + whole[row, decision.BEFORE]
        assert number[row, decision.MEAN_AT_ARRIVAL] == pytest.approx(there - taken @ np.arange(taken.size), abs=1e-6)
        out = stock_out_in_days(asked, asked.lead_time_days + asked.review_period_days)
        assert abs(whole[row, decision.OUT] - out) <= 1 or whole[row, decision.OUT] == out


def test_the_decision_with_known_demand_equals_its_plain_form_to_the_unit() -> None:
    given, rng = drawn_decisions(8, 25.0), np.random.default_rng(8)
    lines = [
        sorted((int(day), int(1 + rng.poisson(mean[0]))) for day in rng.integers(0, 60, rng.integers(1, 5)))
        for mean in given["mean"]
    ]
    count, flat = np.array([len(each) for each in lines]), np.array([line for each in lines for line in each])
    whole, number = decide(given, (np.cumsum(count) - count, count, flat[:, 0].copy(), flat[:, 1].copy()))
    for row in np.flatnonzero(whole[:, decision.STEP] == 1):
        asked = replace(asked_of(given, row), known=tuple(lines[row]))
        sure = asked.known_between(0, asked.horizon_days)
        required = requirement_with_known(asked, 1, points_of(asked, 1))
        level = level_of(asked.under / (asked.under + asked.over), required, 1)
        position = int(whole[row, decision.POSITION])
        assert whole[row, decision.LEVEL] == level + sure
        assert whole[row, decision.NEED] == max(level + sure - position, 0)
        cost = expected_cost(position - sure, required, asked.over, asked.under, 1)
        assert number[row, decision.COST_ZERO] == pytest.approx(cost, rel=1e-7, abs=1e-7)
        taken = taken_at_arrival_with_known(asked, 1, required.size)
        there = asked.net_on_hand + whole[row, decision.BEFORE] - asked.known_between(0, asked.lead_time_days)
        assert number[row, decision.MEAN_AT_ARRIVAL] == pytest.approx(there - taken @ np.arange(taken.size), abs=1e-6)


def test_the_quantity_is_the_cheapest_of_those_allowed_around_the_need() -> None:
    given = drawn_decisions(6, 25.0)
    whole, _ = decide(given)
    wanted = whole[:, decision.NEED] + whole[:, decision.LOOK_AHEAD]
    below, above = constrain.around(wanted, given["moq"], given["multiple"])
    quantity = whole[:, decision.QUANTITY]
    assert np.all((quantity == 0) | (quantity == below) | (quantity == above))
    less = constrain.next_smaller(quantity, given["moq"], given["multiple"])
    more = constrain.next_larger(quantity, given["moq"], given["multiple"])
    assert whole[:, [decision.LESS, decision.MORE]].tolist() == np.stack([less, more], axis=1).tolist()


def test_counting_in_steps_costs_next_to_nothing() -> None:
    """The level found in steps, priced unit by unit, costs at most 0.3 % more than the exact one."""
    given = drawn_decisions(7, 500.0)
    whole, _ = decide(given)
    coarse = np.flatnonzero(whole[:, decision.STEP] > 1)
    assert coarse.size > 10
    for row in coarse[:15]:
        asked = asked_of(given, row)
        required = requirement(asked, 1, points_of(asked, 1))
        level = level_of(asked.under / (asked.under + asked.over), required, 1)
        exact, found = (
            expected_cost(units, required, asked.over, asked.under, 1)
            for units in (level, int(whole[row, decision.LEVEL]))
        )
        assert found <= 1.003 * exact


def test_uncertain_lead_times_are_mixed_by_their_probability() -> None:
    """Poisson demand of 10 a week, lead time 5 weeks (90 %) or 20 (10 %), review of one: 210 units cover 95 %.

    The normal formula says 150 and covers 90 % (the phenomenon of Eppen and Martin 1988, Management Science 34(11)).
    """
    key = [0]
    forecast = {"item_site": key, "mean_by_bucket": [[10.0]], "bucket_days": 7.0, "variance_ratio": 1.0}
    supply = {
        "item_site": key,
        "lead_time_days": 35,
        "review_period_days": 7,
        "moq": 0,
        "order_multiple": 1,
        "unit_cost": 1.0,
    }
    economics = {"item_site": key, "holding_rate": 0.2, "shortage_cost": 1.0, "unserved_demand": "backorder"}
    plan = engine.decide(
        pl.DataFrame(forecast),
        pl.DataFrame({"item_site": key, "usable": 0, "backordered": 0}),
        pl.DataFrame(),
        pl.DataFrame(supply),
        pl.DataFrame(economics | {"goal": "cycle_service_level", "target": 0.95}),
        lead_times=pl.DataFrame({"item_site": [0, 0], "lead_time_days": [35, 140], "probability": [0.9, 0.1]}),
    )
    assert plan["order_up_to_level"].to_list() == [210]
    assert plan["mean_in_lead_time"][0] == pytest.approx(65.0)
