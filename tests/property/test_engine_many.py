"""What must hold of every decision, on many random item-sites at once: slow and fast, short and full, every kind of term."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import polars as pl
import pytest

import ownstock.engine as engine
from ownstock.engine.constrain import around

ROWS = 200_000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 20_000
Table = dict[str, Any]


@pytest.fixture(scope="module")
def drawn() -> Table:
    """Columns of many item-sites; weekly means from 0.05 to 500, up to six open arrivals, half with lost sales."""
    rng = np.random.default_rng(20260105)
    mean = np.exp(rng.uniform(np.log(0.05), np.log(500), ROWS))
    who = np.repeat(np.arange(ROWS), rng.integers(0, 7, ROWS))
    lead = rng.integers(0, 85, ROWS)
    return {
        "mean": mean,
        "seasonal": mean[:, None] * rng.uniform(0.5, 1.5, (ROWS, 14)),
        "variance_ratio": 1 + rng.gamma(1.0, 3.0, ROWS),
        "usable": rng.poisson(mean * rng.uniform(0, 8, ROWS)),
        "backordered": rng.poisson(0.1 * mean),
        "arrivals": (who, rng.integers(0, 100, who.size), 1 + rng.poisson(mean[who])),
        "lead_time_days": lead,
        "review_period_days": rng.integers(1, 29, ROWS),
        "moq": np.where(rng.random(ROWS) < 0.5, rng.poisson(2 * mean), 0),
        "order_multiple": np.where(rng.random(ROWS) < 0.5, rng.integers(2, 25, ROWS), 1),
        "unit_cost": 10 ** rng.uniform(-1, 3, ROWS),
        "shortage_cost": 10 ** rng.uniform(-2, 2, ROWS),
        "unserved_demand": rng.choice(["lost", "backorder"], ROWS),
        "goal": rng.choice(["cost", "cost", "cycle_service_level", "fill_rate"], ROWS),
        "target": rng.uniform(0.5, 0.999, ROWS),
    }


def decided(given: Table, **changes: Any) -> pl.DataFrame:
    given = given | changes
    key = np.arange(ROWS)
    who, day, quantity = given["arrivals"]
    forecast = {"item_site": key, "mean_by_bucket": given["seasonal"], "bucket_days": np.full(ROWS, 7.0)}
    supply = {"item_site": key, "holding_rate": np.full(ROWS, 0.25)} | {name: given[name] for name in SUPPLY}
    return engine.decide(
        pl.DataFrame(forecast | {"variance_ratio": given["variance_ratio"]}),
        pl.DataFrame({"item_site": key, "usable": given["usable"], "backordered": given["backordered"]}),
        pl.DataFrame({"item_site": who, "arrives_in_days": day, "quantity": quantity}),
        pl.DataFrame(supply),
        pl.DataFrame(supply | {name: given[name] for name in ("shortage_cost", "unserved_demand", "goal", "target")}),
        threads=given.get("threads"),
    )


SUPPLY = ("lead_time_days", "review_period_days", "moq", "order_multiple", "unit_cost")


@pytest.fixture(scope="module")
def plan(drawn: Table) -> pl.DataFrame:
    return decided(drawn)


def test_more_stock_never_orders_more(drawn: Table, plan: pl.DataFrame) -> None:
    """Exactly, unit by unit; where units are counted in steps, by no more than a step and what it rounds up to."""
    slack = (plan["lattice_step"] - 1).to_numpy()
    _, rounded = around(plan["needed_quantity"].to_numpy() + slack, drawn["moq"], drawn["order_multiple"])
    most = np.where(slack > 0, np.maximum(plan["quantity"], rounded), plan["quantity"])
    for more in (1, 7, np.ceil(drawn["mean"]).astype(int)):
        richer = decided(drawn, usable=drawn["usable"] + more)
        assert (richer["needed_quantity"] <= plan["needed_quantity"] + slack).all()
        assert (richer["quantity"].to_numpy() <= most).all()


def test_a_higher_shortage_cost_never_orders_less(drawn: Table, plan: pl.DataFrame) -> None:
    for factor in (1.05, 3.0):
        dearer = decided(drawn, shortage_cost=drawn["shortage_cost"] * factor)
        assert (dearer["quantity"] >= plan["quantity"]).all()


def test_a_higher_target_never_orders_less(drawn: Table, plan: pl.DataFrame) -> None:
    higher = decided(drawn, target=np.minimum(drawn["target"] + 0.005, 0.9999))
    assert (higher["quantity"] >= plan["quantity"]).all()


def test_a_position_that_covers_orders_nothing(plan: pl.DataFrame) -> None:
    covered = plan.filter(pl.col("inventory_position") >= pl.col("order_up_to_level"))
    assert covered.height > ROWS / 10
    assert (covered["quantity"] == 0).all()


def test_moq_and_multiple_are_kept_exactly(drawn: Table, plan: pl.DataFrame) -> None:
    quantity = plan["quantity"].to_numpy()
    ordered = quantity > 0
    assert (quantity[ordered] >= drawn["moq"][ordered]).all()
    assert (quantity[ordered] % drawn["order_multiple"][ordered] == 0).all()
    assert (quantity >= 0).all()


def test_the_steps_sum_to_the_quantity(plan: pl.DataFrame) -> None:
    steps = plan["step_need"] + plan["step_look_ahead"] + plan["step_moq"] + plan["step_multiple"]
    assert (steps == plan["quantity"]).all()


def test_the_quantity_costs_no_more_than_its_neighbours_unless_it_looks_ahead(drawn: Table, plan: pl.DataFrame) -> None:
    chosen = plan.filter((pl.Series(drawn["goal"]) == "cost") & (pl.col("step_look_ahead") == 0))
    tolerance = 1e-6 * (1 + chosen["expected_cost"])
    assert (chosen["expected_cost"] <= chosen["expected_cost_of_zero"] + tolerance).all()
    assert (chosen["expected_cost"] <= chosen["expected_cost_one_more"] + tolerance).all()
    less = chosen["expected_cost_one_less"].fill_null(np.inf)
    assert (chosen["expected_cost"] <= less + tolerance).all()


def test_looking_ahead_takes_away_three_units_at_most_and_saves_money(plan: pl.DataFrame) -> None:
    ahead = plan.filter(pl.col("step_look_ahead") != 0)
    assert ahead.height > ROWS / 100
    assert ahead["step_look_ahead"].is_between(-3, -1).all()
    assert (ahead["look_ahead_saving"] > 0).all()


def test_one_thread_and_two_give_the_same_plan(drawn: Table) -> None:
    assert decided(drawn, threads=1).equals(decided(drawn, threads=2))
