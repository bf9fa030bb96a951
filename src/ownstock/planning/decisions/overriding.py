"""Deciding again what people have said something about: with all of it, and without each override alone.

The engine has decided for all from the history. Of those item-sites alone of which people said something, what is expected
is changed, and the engine decides again: so a plan of 200,000 costs as much more as there are overrides, and what each
override changed is known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from ownstock import engine
from ownstock.engine import frames
from ownstock.planning.inputs.read_inputs import PlanningInputs
from ownstock.planning.inputs.said import ahead_of, is_of_demand
from ownstock.planning.models import Override
from ownstock.planning.rules.overrides import BOUNDS, TARGETS, Ahead, Bounded, OverrideKind, demand_with, within_bounds

FORECAST = [column.name for column in frames.FORECAST.columns]
# By which order-up-to level is bounded, the costs of these quantities are asked for: this, one step less, one more.
ASIDE = (0, -1, 1)


@dataclass(frozen=True, slots=True)
class Changed:
    """How what people said changed one decision: units of the need and of the bound, and each override's quantity without."""

    step_override: int
    step_bound: int
    quantity: int
    quantity_by_history: int
    overrides: list[Override]
    without: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Variant:
    """One decision to be made: of an item-site with some of what was said of it; `left_out` is the override that is not."""

    item_site: int
    ahead: list[Ahead]
    overrides: list[Override]
    left_out: int | None

    def value(self, kind: OverrideKind) -> float | None:
        """What the newest override of a kind says; None where there is none."""
        said = [one for one in self.overrides if one.kind == kind]
        return float(said[0].value) if said else None


def with_said(
    inputs: PlanningInputs, answers: pl.DataFrame, given: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, dict[int, Changed]]:
    """Answers and inputs with what people said in place of what history alone says, and how each decision changed by it."""
    variants = _variants(inputs)
    if not variants:
        return answers, given, {}
    owners = [one.item_site for one in variants]
    decided, bounds = _decided(inputs, answers, variants)
    before = _row_of(answers, owners)
    changed: dict[int, Changed] = {}
    for place, variant in enumerate(variants):
        quantity = int(decided["quantity"][place])
        if variant.left_out is None:
            need = int(decided["step_need"][place]) - int(before["step_need"][place])
            bound = bounds[place].step_bound if place in bounds else 0
            history = int(before["quantity"][place])
            changed[variant.item_site] = Changed(need, bound, quantity, history, variant.overrides)
        else:
            changed[variant.item_site].without[variant.left_out] = quantity
    for each in changed.values():
        for one in each.overrides:
            each.without.setdefault(one.pk, each.quantity_by_history)
    whole = [place for place, one in enumerate(variants) if one.left_out is None]
    named = decided.with_columns(item_site=pl.Series(owners, dtype=answers.schema["item_site"]))[whole]
    return _replaced(answers, named), _with_targets(given, [variants[place] for place in whole]), changed


def _variants(inputs: PlanningInputs) -> list[_Variant]:
    """What is to be decided: of each item-site with all that was said; and without each override, where something stays."""
    said, today, found = inputs.said, inputs.planned_on, []
    for key in said.touched:
        source = inputs.sources.get(key)
        if source is None:
            continue
        end = source.looks_ahead_days
        ahead = [one for one in said.ahead.get(key, []) if (one.from_on - today).days < end]
        mine = [o for o in said.overrides.get(key, []) if (o.from_on - today).days < (end if is_of_demand(o) else 1)]
        if not ahead and not mine:
            continue
        found.append(_Variant(key, ahead, mine, None))
        if ahead or len(mine) > 1:
            found += [_Variant(key, ahead, [o for o in mine if o.pk != one.pk], one.pk) for one in mine]
    return found


def _decided(
    inputs: PlanningInputs, answers: pl.DataFrame, variants: list[_Variant]
) -> tuple[pl.DataFrame, dict[int, Bounded]]:
    """The plan of variants, a row each, by place; and those of which a bound moved the quantity."""
    asked = _Asked(inputs, answers, [one.item_site for one in variants])
    forecast = asked.of(answers.select(FORECAST))
    means = np.asarray(forecast["mean_by_bucket"].to_list(), np.float64)
    days, today = forecast["bucket_days"].to_list(), inputs.planned_on
    for place, one in enumerate(variants):
        told = [*one.ahead, *(ahead_of(o) for o in one.overrides if is_of_demand(o))]
        if told:
            means[place] = demand_with(means[place].tolist(), days[place], today, told)
    forecast = forecast.with_columns(mean_by_bucket=pl.Series(means, dtype=pl.Array(pl.Float64, means.shape[1])))
    economics = _aimed(asked.of(inputs.economics), variants)
    decided = asked.decide(forecast, economics, asked.of(inputs.arrivals))
    bounds = _bounds(decided, inputs, variants)
    return (_bounded(decided, bounds, asked, forecast, economics), bounds) if bounds else (decided, bounds)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Frames of item-sites as frames of variants: keyed by their place."""

    inputs: PlanningInputs
    answers: pl.DataFrame
    owners: list[int]

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of a frame, those of an item-site once for each of its variants."""
        places = pl.DataFrame({"item_site": self.owners, "variant": range(len(self.owners))}, schema_overrides={
            "item_site": frame.schema["item_site"], "variant": pl.Int64})  # fmt: skip
        found = places.join(frame, on="item_site", how="inner", maintain_order="left_right")
        return found.drop("item_site").rename({"variant": "item_site"}).select(frame.columns)

    def decide(self, forecast: pl.DataFrame, economics: pl.DataFrame, arrivals: pl.DataFrame) -> pl.DataFrame:
        """The engine's decision by a forecast and economics of our own."""
        inputs = self.inputs
        return engine.decide(
            forecast, self.of(inputs.position), arrivals, self.of(inputs.supply), economics,
            lead_times=self.of(inputs.lead_times), known=self.of(inputs.known),
        )  # fmt: skip


def _aimed(economics: pl.DataFrame, variants: list[_Variant]) -> pl.DataFrame:
    """Economics with the service targets that overrides ask for."""
    aims = [_aim(one) for one in variants]
    return economics.with_columns(goal=pl.Series([a[0] for a in aims]), target=pl.Series([a[1] for a in aims]))


def _aim(variant: _Variant) -> tuple[str, float]:
    for one in variant.overrides:
        if one.kind in TARGETS:
            return str(one.kind), min(float(one.value), 0.9999)
    return "cost", 0.5


def _bounds(decided: pl.DataFrame, inputs: PlanningInputs, variants: list[_Variant]) -> dict[int, Bounded]:
    found = {}
    for place, one in enumerate(variants):
        least, most = (one.value(kind) for kind in BOUNDS)
        if least is None and most is None:
            continue
        term = inputs.sources[one.item_site].term
        bounded = within_bounds(
            position=int(decided["inventory_position"][place]), needed=int(decided["needed_quantity"][place]),
            moq=int(term.moq), order_multiple=int(term.order_multiple), least=least, most=most,
        )  # fmt: skip
        if bounded is not None:
            found[place] = bounded
    return found


def _bounded(
    decided: pl.DataFrame, bounds: dict[int, Bounded], asked: _Asked, forecast: pl.DataFrame, economics: pl.DataFrame
) -> pl.DataFrame:
    """The plan with bounded quantities, and what they are expected to cost.

    An order now arrives on the day of its lead time, and so does an arrival of that day: what ordering nothing would cost,
    were so much more on its way, is what ordering so much costs.
    """
    places = sorted(bounds)
    multiples = asked.of(asked.inputs.supply)["order_multiple"].to_list()
    rows = [(place, max(bounds[place].quantity + aside * multiples[place], 0)) for place in places for aside in ASIDE]
    costs = _costs(rows, asked, forecast, economics)
    new: dict[str, list[Any]] = {
        name: decided[name].to_list()
        for name in ("quantity", "needed_quantity", "step_moq", "step_multiple", "expected_cost", "quantity_one_less",
                     "expected_cost_one_less", "quantity_one_more", "expected_cost_one_more")
    }  # fmt: skip
    for number, place in enumerate(places):
        this, less, more = range(3 * number, 3 * number + 3)
        bounded = bounds[place]
        for name in ("quantity", "step_moq", "step_multiple"):
            new[name][place] = getattr(bounded, name)
        new["needed_quantity"][place] = bounded.needed
        new["expected_cost"][place] = costs[this]
        new["quantity_one_less"][place] = rows[less][1] if bounded.quantity else None
        new["expected_cost_one_less"][place] = costs[less] if bounded.quantity else None
        new["quantity_one_more"][place], new["expected_cost_one_more"][place] = rows[more][1], costs[more]
    return decided.with_columns([pl.Series(name, values, dtype=decided.schema[name]) for name, values in new.items()])


def _costs(rows: list[tuple[int, int]], asked: _Asked, forecast: pl.DataFrame, economics: pl.DataFrame) -> list[float]:
    """What ordering so much is expected to cost, for variants by place and quantities."""
    again = _Asked(asked.inputs, asked.answers, [asked.owners[place] for place, _ in rows])
    order = [place for place, _ in rows]
    renamed = pl.Series("item_site", range(len(rows)), dtype=pl.Int64)
    arrivals = again.of(asked.inputs.arrivals)
    leads = again.of(asked.inputs.supply).select("item_site", "lead_time_days", scenario=pl.lit(0, pl.Int64))
    leads = pl.concat([leads, again.of(asked.inputs.lead_times).select("item_site", "lead_time_days", "scenario")])
    units = pl.DataFrame({"item_site": renamed, "quantity": [float(quantity) for _, quantity in rows]})
    more = leads.join(units.filter(pl.col("quantity") > 0), on="item_site").select(
        "item_site", arrives_in_days="lead_time_days", quantity="quantity", is_in_quarantine=pl.lit(value=False),
        scenario="scenario",
    )  # fmt: skip
    decided = again.decide(
        forecast[order].with_columns(renamed), economics[order].with_columns(renamed),
        pl.concat([arrivals, more.select(arrivals.columns)]),
    )  # fmt: skip
    return [float(cost) for cost in decided["expected_cost_of_zero"].to_list()]


def _row_of(answers: pl.DataFrame, owners: list[int]) -> pl.DataFrame:
    keys = pl.DataFrame({"item_site": owners}, schema_overrides={"item_site": answers.schema["item_site"]})
    return keys.join(
        answers.select("item_site", "step_need", "quantity"), on="item_site", how="left", maintain_order="left"
    )


def _replaced(answers: pl.DataFrame, newer: pl.DataFrame) -> pl.DataFrame:
    """A plan in which some rows are others, in the same order."""
    newer = newer.select(pl.col(name).cast(kind) for name, kind in answers.schema.items())
    kept = answers.filter(~pl.col("item_site").is_in(newer["item_site"].to_list()))
    order = answers.select("item_site")
    return order.join(pl.concat([kept, newer]), on="item_site", how="left", maintain_order="left")


def _with_targets(given: pl.DataFrame, whole: list[_Variant]) -> pl.DataFrame:
    """The inputs with the targets that were aimed at."""
    aims = {one.item_site: _aim(one) for one in whole if _aim(one)[0] != "cost"}
    if not aims:
        return given
    columns = {
        name: pl.col("item_site").replace_strict({k: a[place] for k, a in aims.items()}, default=pl.col(name),
                                                return_dtype=given.schema[name])
        for place, name in enumerate(("goal", "target"))
    }  # fmt: skip
    return given.with_columns(**columns)
