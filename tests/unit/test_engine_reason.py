"""A reason suffices to recompute the decision, and says it in words."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tests.engine_cases import Case, case, reasons
from tests.unit.reason_checker import asked_of, counted, recompute

CENT = 0.005


def check(reason: dict[str, Any]) -> None:
    """Everything recomputed equals the decision: units to the unit, money to a cent and to what the engine leaves out."""
    found, decided = recompute(json.loads(json.dumps(reason))), reason["decision"]
    slack = units_left_out(reason)
    asked = asked_of(reason)
    money = min(slack * (asked.over + asked.under), CENT)
    for name, value in found.items():
        off = 0 if isinstance(value, int) else money if "cost" in name else slack
        assert value == pytest.approx(decided[name], rel=0, abs=off), (name, reason)
    assert sum(step["units"] for step in reason["steps"]) == decided["quantity"]


def units_left_out(reason: dict[str, Any]) -> float:
    """By how many units, and thus by how much of c_o + c_u, the engine and the printed digits may be off.

    Of each stretch of demand the engine leaves out points a 10⁻¹² as likely as the likeliest. What lies beyond falls by a
    thirty-second a point at least, from at most 900 points above the mean on: 10⁻¹² · (900 · 32 + 32²) = 3 · 10⁻⁸ points.
    A forecast of 12 buckets printed to nine decimals is off by 6 · 10⁻⁹ units at most.
    """
    return 1e-8 + 3e-8 * int(reason["decision"]["lattice_step"]) * (len(reason["inputs"]["arrivals"]) + 2)


def drawn(rng: np.random.Generator) -> Case:
    """An item-site of any kind: slow or fast, short of stock or not, with or without arrivals, MOQ, packs and a target."""
    weeks = int(rng.integers(1, 20))
    mean = 10 ** rng.uniform(-1, 3)
    shape = rng.choice([0.3, 2.0, 1e6])
    return case(
        demand=rng.negative_binomial(shape, shape / (shape + mean), weeks).astype(float).tolist(),
        in_stock=np.where(rng.random(weeks) < 0.2, rng.random(weeks), 1.0).tolist(),
        arrivals=[
            [int(day), int(rng.integers(1, int(3 * mean) + 2))] for day in rng.integers(0, 40, rng.integers(0, 4))
        ],
        usable=int(rng.poisson(2 * mean)),
        backordered=int(rng.poisson(0.3 * mean)),
        lead_time_days=int(rng.integers(0, 30)),
        review_period_days=int(rng.integers(1, 15)),
        moq=int(rng.integers(0, int(2 * mean) + 2)),
        order_multiple=int(rng.integers(1, 13)),
        unit_cost=float(rng.uniform(0.1, 100)),
        holding_rate=float(rng.uniform(0.05, 0.6)),
        shortage_cost=float(10 ** rng.uniform(-2, 2)),
        unserved_demand=str(rng.choice(["lost", "backorder"])),
        goal=str(rng.choice(["cost", "cost", "cost", "cycle_service_level", "fill_rate"])),
        target=float(rng.uniform(0.5, 0.99)),
        known=[
            [int(day), int(rng.integers(1, int(2 * mean) + 2))]
            for day in rng.integers(0, 60, rng.integers(0, 4) * rng.integers(0, 2))
        ],
    )


def with_one_change(before: Case, rng: np.random.Generator) -> Case:
    """The case with one input changed: a week, an arrival, or any single value, taken from another case."""
    other, name = drawn(rng), str(rng.choice(sorted(before)))
    if name in ("demand", "in_stock", "returned"):
        changed = list(before[name] or [0.0] * len(before["demand"]))
        week = int(rng.integers(len(changed)))
        changed[week] = float(rng.random()) if name == "in_stock" else changed[week] + float(rng.integers(1, 9))
        return before | {name: changed}
    if name == "unserved_demand":
        return before | {name: "lost" if before[name] == "backorder" else "backorder"}
    if other[name] == before[name]:
        return with_one_change(before, rng)
    return before | {name: other[name]}


@pytest.mark.nightly
def test_a_thousand_single_changes_are_each_justified_anew() -> None:
    rng = np.random.default_rng(20260105)
    before = [drawn(rng) for _ in range(1_000)]
    after = [with_one_change(one, rng) for one in before]
    ordered = 0
    for old, new in zip(reasons(before), reasons(after), strict=True):
        check(old)
        check(new)
        ordered += new["decision"]["quantity"] > 0
    assert 300 < ordered < 950


def test_every_changed_input_changes_the_reason() -> None:
    rng = np.random.default_rng(7)
    before = [drawn(rng) for _ in range(50)]
    names = ("usable", "lead_time_days", "moq", "unit_cost", "shortage_cost", "order_multiple", "backordered")
    for name in names:
        after = [one | {name: one[name] + 1} for one in before]
        for old, new in zip(reasons(before), reasons(after), strict=True):
            assert old["inputs"][name] + 1 == new["inputs"][name]
            check(new)


@pytest.mark.parametrize("mode", ["lost", "backorder"])
@pytest.mark.parametrize("weekly", [[90_000.0, 110_000.0, 40_000.0, 150_000.0], [9_990.0, 10_010.0] * 8])
def test_an_item_too_fast_for_single_units_says_its_step_and_is_recomputed_all_the_same(
    mode: str, weekly: list[float]
) -> None:
    """Erratic, and so steady that demand varies by less than a step: negative binomial and binomial points."""
    mean = int(np.mean(weekly))
    given = case(demand=weekly, usable=2 * mean + 1, arrivals=[[3, mean // 3], [9, 5], [14, 7]], unserved_demand=mode)
    [reason] = reasons([given])
    step = reason["decision"]["lattice_step"]
    assert f"computed in steps of {step} units" in reason["sentence"]
    assert (reason["forecast"]["variance_ratio"] < step) == (mean < 90_000)
    check(reason)


def test_arrivals_of_one_day_are_one_arrival_in_however_many_lines() -> None:
    erratic = [0.0, 400.0, 0.0, 0.0, 900.0, 0.0, 30.0, 0.0] * 3
    lines = [[[10, 34], [14, 8]], [[10, 2], [10, 32], [14, 1], [14, 7]], [[10, 1]] * 34 + [[14, 8]]]
    one, *others = reasons([case(demand=erratic, usable=70, arrivals=arrivals) for arrivals in lines])
    assert one["decision"]["lattice_step"] > 8
    assert [other["decision"] for other in others] == [one["decision"]] * 2


@pytest.mark.parametrize(("mean", "ratio"), [(6.0, 0.4), (0.3, 1.0), (250.0, 1.0000001), (90.0, 1.7), (5.0, 40.0)])
def test_the_counts_of_the_checker_have_the_mean_and_the_variance_asked_for(mean: float, ratio: float) -> None:
    count = counted(mean, ratio)
    assert count.chance.sum() == pytest.approx(1)
    assert count.mean == pytest.approx(mean)
    assert (count.points - mean) ** 2 @ count.chance == pytest.approx(ratio * mean)


def test_money_is_the_same_to_a_cent_for_large_sums() -> None:
    check(reasons([case(demand=[400.0, 0.0, 9_000.0, 20.0, 3.0], unit_cost=900.0, shortage_cost=700.0)])[0])


def test_a_proposal_reads_as_a_sentence() -> None:
    steady = [19.0, 17.0, 18.0, 20.0, 16.0, 18.0]
    first, second, third, fourth = reasons(
        [
            case(demand=steady, usable=50, order_multiple=12),
            case(demand=steady, usable=500),
            case(demand=[0.0] * 6),
            case(demand=[0.0] * 5 + [1.0], usable=1, moq=500),
        ]
    )
    assert first["sentence"] == (
        "Order 24: 14 are expected to be on hand when it arrives on day 14; demand until the next order is 18 ± 5.4; "
        "cover at 97.7 % takes 72 in all, with 50 on hand or on order: a need of 22; "
        "1 fewer, which would only be held on later; rounded up to packs of 12."
    )
    assert second["sentence"].startswith("Order nothing: 464 are expected to be on hand when an order would arrive")
    assert third["sentence"].endswith("there is no demand in 6 weeks.")
    assert fourth["sentence"].endswith("the smallest order allowed, 500, would cost more than it saves.")


def test_a_service_target_is_told_in_the_sentence() -> None:
    [reason] = reasons([case(goal="fill_rate", target=0.98)])
    assert "a fill rate of 98.0 % takes" in reason["sentence"]


def test_a_reason_says_where_demand_was_read_when_it_was_out_of_stock_since() -> None:
    [reason] = reasons([case(demand=[4.0] * 20 + [0.0] * 15, in_stock=[1.0] * 20 + [0.0] * 15)])
    assert "judged by the time before it was out of stock, 15 weeks ago" in reason["sentence"]
    assert reason["forecast"]["mean_per_day"] == pytest.approx(4 / 7, rel=0.01)


def test_a_reason_says_how_little_it_was_judged_by() -> None:
    unseen, first = [0.0] * 12, [30.0, 20.0]
    told, both = reasons(
        [
            case(demand=unseen + first, in_stock=[*unseen, 1.0, 1.0]),
            case(demand=first + unseen, in_stock=[1.0, 1.0, *unseen]),
        ]
    )
    assert ", judged by 2 weeks only; " in told["sentence"]
    assert ", judged by 2 weeks only before it was out of stock, 12 weeks ago; " in both["sentence"]


def test_an_item_never_in_stock_is_not_taken_for_an_item_without_demand() -> None:
    [reason] = reasons([case(demand=[0.0] * 8, in_stock=[0.0] * 8)])
    assert "demand is not known" in reason["sentence"]
    assert reason["decision"]["quantity"] == 0
