"""What item-sites share is known by its name: one of them alone is forecast as in the company of all."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import ownstock.engine as engine
from ownstock.base.errors import Refused
from ownstock.engine.arrays import Floats
from ownstock.engine.history import DemandHistory

SERIES, WEEKS = 60, 130
KEYS = pl.Series("item_site", range(SERIES))


@pytest.fixture(scope="module")
def company() -> dict[str, pl.DataFrame | DemandHistory]:
    """Three shops, of which the last one sells twice as much lately; in each its own weeks are the strong ones."""
    rng, shop = np.random.default_rng(5), np.arange(SERIES) % 3
    season = 1 + 0.8 * np.sin(2 * np.pi * (np.arange(WEEKS)[None, :] / 52 + shop[:, None] / 3))
    lately = np.where((np.arange(WEEKS) > WEEKS - 9) & (shop[:, None] == 2), 2.0, 1.0)
    demand = rng.poisson(200 * season * lately).astype(np.float32)
    terms = {"lead_time_days": 14, "review_period_days": 7, "moq": 0, "order_multiple": 1, "unit_cost": 4.0}
    position = {"usable": 30, "backordered": 0}
    money = {"holding_rate": 0.25, "shortage_cost": 2.0, "unserved_demand": "lost", "goal": "cost", "target": 0.5}
    return {
        "history": DemandHistory(KEYS, demand, np.ones_like(demand), date(2023, 1, 2), "week"),
        "position": _frame(position),
        "arrivals": pl.DataFrame(),
        "supply": _frame(terms),
        "economics": _frame(money),
        "groups": pl.DataFrame({"item_site": KEYS, "shop": pl.Series(["north", "east", "south"]).gather(shop)}),
    }


def _frame(columns: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame({"item_site": KEYS}).with_columns(pl.lit(value).alias(name) for name, value in columns.items())


def only(given: dict[str, Any], item_sites: list[int]) -> dict[str, Any]:
    """The same frames with some of the item-sites."""
    return {
        name: frame.of(pl.Series("item_site", item_sites, pl.Int64))
        if isinstance(frame, DemandHistory)
        else frame.filter(pl.col("item_site").is_in(item_sites)) if frame.height else frame
        for name, frame in given.items()
    }  # fmt: skip


def forecast(given: dict[str, Any], **changes: Any) -> Floats:
    """Means of the weeks ahead. [n, H]"""
    asked = {name: given[name] for name in ("history", "supply", "groups")} | changes
    return np.array(engine.forecast_demand(**asked)["mean_by_bucket"].to_list())


def test_an_item_site_alone_is_forecast_by_its_own_shop_though_no_other_shop_is_there(company: dict[str, Any]) -> None:
    pool = engine.learn(**company)
    together = forecast(company)
    assert np.array_equal(together, forecast(company, pool=pool))
    for item_site in (0, 1, 2):  # of three shops
        assert np.array_equal(forecast(only(company, [item_site]), pool=pool)[0], together[item_site])
    south = [2, 5, 8]
    assert np.array_equal(forecast(only(company, south), pool=pool), together[south])


@pytest.mark.slow
def test_two_processes_that_plan_half_each_agree_with_one_that_plans_all(company: dict[str, Any]) -> None:
    pool = engine.learn(**company)
    halves = [only(company, list(range(0, SERIES, 2))), only(company, list(range(1, SERIES, 2)))]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        planned = [done.result() for done in [processes.submit(_planned, half, pool.record()) for half in halves]]
    # A process that compiles a kernel and one that reads it from the cache may differ in the last digits of a number.
    assert_frame_equal(pl.concat(planned).sort("item_site"), engine.plan(**company), rel_tol=1e-9, abs_tol=1e-9)


def _planned(given: dict[str, Any], record: dict[str, Any]) -> pl.DataFrame:
    return engine.plan(**given, pool=engine.Pool.of_record(record))


def test_what_was_learned_comes_back_from_its_record_as_it_was(company: dict[str, Any]) -> None:
    pool = engine.learn(**company)
    again = engine.Pool.of_record(json.loads(json.dumps(pool.record())))
    assert again.groups == pool.groups
    assert np.array_equal(forecast(company, pool=again), forecast(company, pool=pool))


def test_a_shop_that_is_new_is_forecast_by_what_all_shops_tell(company: dict[str, Any]) -> None:
    """Between the shops that know their season, and without the rise of the one that has one."""
    pool = engine.learn(**company)
    new = company["groups"].with_columns(shop=pl.lit("west"))
    found = forecast(company, groups=new, pool=pool)[0] / forecast(company, pool=pool)[0]
    shared = pool.season.shared.index
    assert np.allclose(shared[-1], shared[:-1].mean(axis=0), atol=0.1)
    assert (pool.season.by_group[0][-1] == 1).all()
    assert pool.everywhere.momentum[0][-1] == 1
    assert not np.allclose(found, 1, atol=0.05)


def test_an_item_site_without_a_value_of_its_group_is_refused_by_name(company: dict[str, Any]) -> None:
    shop = pl.when(pl.col("item_site") != 7).then("shop").alias("shop")
    with pytest.raises(Refused, match="groups: shop of item_site 7 is not given"):
        forecast(company, groups=company["groups"].with_columns(shop))


def test_groups_that_a_pool_knows_by_another_name_are_refused(company: dict[str, Any]) -> None:
    pool = engine.learn(**company)
    with pytest.raises(Refused, match="the column shop is missing"):
        forecast(company, groups=company["groups"].rename({"shop": "site"}), pool=pool)
    with pytest.raises(Refused, match="the column shop is missing"):
        forecast(company, groups=None, pool=pool)


def test_numbers_and_truths_name_groups_as_text_does(company: dict[str, Any]) -> None:
    """Shops 10, 2 and 33 are ordered as numbers; a truth is a name like any other."""
    number = {"north": 10, "east": 2, "south": 33}
    shop = pl.col("shop").replace_strict(number, return_dtype=pl.Int64)
    numbered = company["groups"].with_columns(shop, is_large=pl.col("shop") == "south")
    pool = engine.learn(**company | {"groups": numbered})
    assert pool.groups == {"shop": ("2", "10", "33"), "is_large": ("false", "true")}
    assert np.allclose(forecast(company, groups=numbered.select("item_site", "shop")), forecast(company))


def test_a_pool_and_a_model_of_other_companies_do_not_go_together(company: dict[str, Any]) -> None:
    pool = engine.learn(**company)
    model = engine.train(company["history"], company["supply"])
    with pytest.raises(Refused, match="learned from different groups"):
        forecast(company, pool=pool, model=model, profile="best")


def test_nothing_to_forecast_is_a_forecast_of_nothing(company: dict[str, Any]) -> None:
    nothing = only(company, [])
    assert engine.forecast_demand(nothing["history"], nothing["supply"]).height == 0
    assert engine.plan(**nothing).height == 0
    assert engine.forecast_demand(pl.DataFrame(), pl.DataFrame()).height == 0
