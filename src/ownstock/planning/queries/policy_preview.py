"""What a change of how item-sites are planned would mean, before it is made: levels, cost, stock and service of a year.

Each setting is decided by the engine from the same forecast, and its levels are replayed on the same paths of demand: so the
difference is that of the settings, not of luck. What is replayed is a year like the weeks ahead that are forecast, without
trend and season beyond them, the lead time as expected; the figures compare settings, they are no budget.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from ownstock.base.errors import Refused
from ownstock.catalog.models import ItemSite
from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.simulate import Replay, Seen, State, Terms, replay
from ownstock.planning.decisions.decide import answered
from ownstock.planning.inputs.read_inputs import PlanningInputs, planning_inputs
from ownstock.planning.queries.levels import FORECAST, levels_and_points
from ownstock.planning.queries.runs import business_day, last_pool

DAYS_A_YEAR = 365
PATHS = 100
AT_ONCE = 20
MOST_ITEM_SITES = 1_000
SEED = 20_260_101


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """Settings to try; what is not named stays as it is. The MOQ and the lead time are the supplier's: they can only
    be asked for, also as shares of what they are.
    """

    shortage_cost: float | None = None
    holding_rate: float | None = None
    review_period_days: int | None = None
    moq: int | None = None
    fill_rate: float | None = None
    moq_share: float | None = None
    lead_time_share: float | None = None


@dataclass(frozen=True, slots=True)
class PolicyFigures:
    """What settings mean: levels in units, cost and orders a year, stock on average, the share of demand served at once."""

    reorder_point: int
    order_up_to_level: int
    holding_cost: float
    shortage_cost: float
    order_cost: float
    orders_a_year: float
    inventory_value: float
    fill_rate: float

    @property
    def total_cost(self) -> float:
        """All cost of a year."""
        return self.holding_cost + self.shortage_cost + self.order_cost


@dataclass(frozen=True, slots=True)
class PolicyPreview:
    """An item-site as it is planned now, and as it would be."""

    item_site: ItemSite
    before: PolicyFigures
    after: PolicyFigures


def preview_policy(
    item_sites: Sequence[ItemSite], change: PolicyChange, *, order_cost: float = 0.0,
    progress: Callable[[int, int], None] | None = None,
) -> list[PolicyPreview]:  # fmt: skip
    """What a change would mean for item-sites; those that cannot be planned are left out. `progress` hears (done, all).

    Raises:
        Refused: too many item-sites are named; take a sample.
    """
    if len(item_sites) > MOST_ITEM_SITES:
        raise Refused(f"Preview at most {MOST_ITEM_SITES} item-sites; take a sample.", code="too_many_item_sites")
    found: list[PolicyPreview] = []
    pool = last_pool()
    for first in range(0, len(item_sites), AT_ONCE):
        some = item_sites[first : first + AT_ONCE]
        inputs = planning_inputs(business_day(), only=some)
        if inputs.sources:
            answers, _, _ = answered(inputs, pool)
            found += _previewed(inputs, answers, change, order_cost)
        if progress:
            progress(min(first + AT_ONCE, len(item_sites)), len(item_sites))
    return found


def _previewed(
    inputs: PlanningInputs, answers: pl.DataFrame, change: PolicyChange, order_cost: float
) -> list[PolicyPreview]:
    forecast = answers.select(FORECAST)
    rng = np.random.default_rng(SEED)
    settings = [(inputs.supply, inputs.economics), _changed(inputs, change)]
    days = [s["lead_time_days"].to_numpy() + 2 * s["review_period_days"].to_numpy() for s, _ in settings]
    longest = int(max(one.max() for one in days))
    demand = _demand(forecast, longest + DAYS_A_YEAR, rng)
    # Both settings at once: half the time, and the same paths.
    supply, economics = (pl.concat(pair, how="diagonal_relaxed") for pair in zip(*settings, strict=True))
    figures = _figures(
        pl.concat([forecast, forecast]), supply, _whole(economics), np.vstack([demand, demand]), longest, order_cost
    )
    places = [source.item_site for source in inputs.sources.values()]
    n = len(places)
    return [PolicyPreview(*row) for row in zip(places, figures[:n], figures[n:], strict=True)]


def _whole(economics: pl.DataFrame) -> pl.DataFrame:
    """Economics that aim at cost where they say nothing else."""
    if "goal" not in economics.columns:
        return economics
    return economics.with_columns(pl.col("goal").fill_null("cost"), pl.col("target").fill_null(0.5))


def _changed(inputs: PlanningInputs, change: PolicyChange) -> tuple[pl.DataFrame, pl.DataFrame]:
    supply, economics = inputs.supply, inputs.economics
    if change.review_period_days is not None:
        supply = supply.with_columns(review_period_days=pl.Series(_reviews(inputs, change.review_period_days)))
    if change.moq is not None:
        supply = supply.with_columns(moq=pl.lit(change.moq, dtype=supply.schema["moq"]))
    for share, name in ((change.moq_share, "moq"), (change.lead_time_share, "lead_time_days")):
        if share is not None:
            less = (pl.col(name) * share).ceil().clip(1, None).cast(supply.schema[name])
            supply = supply.with_columns(pl.min_horizontal(less, pl.col(name)).alias(name))
    for name in ("shortage_cost", "holding_rate"):
        if (value := getattr(change, name)) is not None:
            economics = economics.with_columns(pl.lit(value, dtype=economics.schema[name]).alias(name))
    if change.fill_rate is not None:
        economics = economics.with_columns(goal=pl.lit("fill_rate"), target=pl.lit(change.fill_rate))
    return supply, economics


def _reviews(inputs: PlanningInputs, review_period_days: int) -> list[int]:
    """Days from an order to the next of each item-site, were each to have a review period: as the plan counts them."""
    return [source.order_days.every(review_period_days).days_between for source in inputs.sources.values()]


def _demand(forecast: pl.DataFrame, days: int, rng: np.random.Generator) -> Ints:
    """Demand of PATHS years of each item-site, day by day: counts with the forecast's mean and spread. [n * PATHS, days]"""
    per_day = np.asarray([np.mean(means) for means in forecast["mean_by_bucket"].to_list()])
    per_day = np.repeat(per_day / forecast["bucket_days"].to_numpy(), PATHS)[:, None]
    ratio = np.repeat(forecast["variance_ratio"].to_numpy(), PATHS)[:, None]
    ratio = np.maximum(ratio, 1 + 1e-6)
    size = (per_day.shape[0], days)
    rate = rng.gamma(np.maximum(per_day / (ratio - 1), 1e-12), 1.0, size) * (ratio - 1)
    drawn: Ints = rng.poisson(rate).astype(np.int64)
    return drawn


def _figures(
    forecast: pl.DataFrame, supply: pl.DataFrame, economics: pl.DataFrame, demand: Ints, warm_up: int, order_cost: float
) -> list[PolicyFigures]:  # fmt: skip
    """What settings mean for each item-site: levels by the engine, the rest by replay."""
    level, point = levels_and_points(forecast, supply, economics)
    n = supply.height
    terms = Terms.of(
        n * PATHS, lead_time_periods=np.repeat(supply["lead_time_days"].to_numpy(), PATHS),
        is_lost=np.repeat((economics["unserved_demand"] == "lost").to_numpy(), PATHS), holding_cost=1.0,
        shortage_cost=1.0,
    )  # fmt: skip
    rule = _rule(*(np.repeat(one, PATHS) for one in (
        point, level, supply["review_period_days"].to_numpy(), supply["moq"].to_numpy(), supply["order_multiple"].to_numpy(),
    )))  # fmt: skip
    played = replay(demand, terms, rule, State.of(np.repeat(level, PATHS)))
    return _summed(played, warm_up, supply, economics, level, point, order_cost)


def _rule(point: Ints, level: Ints, review: Ints, moq: Ints, multiple: Ints) -> Callable[[int, State, Seen], Ints]:
    """At each review, from the reorder point down, up to the level: not below the MOQ, in whole multiples."""

    def order(period: int, state: State, seen: Seen) -> Ints:
        position = state.inventory_position
        wanted = np.maximum(level - position, moq)
        wanted = -(-wanted // multiple) * multiple
        is_due = (period % review == 0) & (position <= point)
        return np.where(is_due, wanted, 0)

    return order


def _summed(
    played: Replay, warm_up: int, supply: pl.DataFrame, economics: pl.DataFrame, level: Ints, point: Ints,
    order_cost: float,
) -> list[PolicyFigures]:  # fmt: skip
    def yearly(flow: Any) -> Floats:
        """Of each item-site, on average over its paths, after the warm-up."""
        sums: Floats = flow[:, warm_up:].sum(axis=1).reshape(-1, PATHS).mean(axis=1)
        return sums

    value = yearly(played.on_hand) / (played.on_hand.shape[1] - warm_up) * supply["unit_cost"].to_numpy()
    short, wanted = yearly(played.short), yearly(played.demand)
    orders = yearly(played.ordered > 0)
    columns = (
        point, level, value * economics["holding_rate"].to_numpy(), short * economics["shortage_cost"].to_numpy(),
        orders * order_cost, orders, value, 1 - np.divide(short, wanted, out=np.zeros_like(short), where=wanted > 0),
    )  # fmt: skip
    return [
        PolicyFigures(int(s), int(upto), *(float(x) for x in rest)) for s, upto, *rest in zip(*columns, strict=True)
    ]
