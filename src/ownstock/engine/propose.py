"""The quantity, and the numbers that justify it.

The order decided today arrives after the lead time, and must last until the next one arrives, a review period later:
that stretch is the **window**. Whatever quantity is chosen, what will have been taken when the window ends is the same
random number; the quantity only decides how much of it is covered. Hence one distribution per item-site answers
everything.

A simplification, on the safe side of simple: arrivals inside the window count as if they came at its beginning. For
what is on hand at the end of the window this is exact under backorders; under lost sales it overlooks sales lost
inside the window before such an arrival.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from ownstock.engine.arrays import Floats, Ints, Truths, only_read, take
from ownstock.engine.arrivals import LeadTimes, OpenArrivals, Seen
from ownstock.engine.blocks import in_blocks
from ownstock.engine.forecast.demand_forecast import DemandForecast
from ownstock.engine.kernels import decision as kernel
from ownstock.engine.known_demand import KnownDemand
from ownstock.engine.sentence import sentence
from ownstock.engine.version import VERSION

DAYS_A_WEEK = 7
GOALS = ("cost", "cycle_service_level", "fill_rate")


@dataclass(frozen=True)
class Question:
    """What is asked, a row per item-site; each field [n]; units, days, money per unit.

    `net_on_hand` is usable - backordered; `over` and `under` are the cost of a unit too many and of a unit short;
    `goal` is a place in GOALS, `target` what it aims at where that is no cost.
    """

    net_on_hand: Ints
    review_period_days: Ints
    moq: Ints
    order_multiple: Ints
    over: Floats
    under: Floats
    goal: Ints
    target: Floats
    is_lost: Truths


@dataclass(frozen=True)
class Proposal:
    """What is answered, a row per item-site; each field [n], named and explained as in `frames.PLAN`."""

    quantity: Ints
    needed_quantity: Ints
    step_need: Ints
    step_known: Ints
    step_look_ahead: Ints
    step_moq: Ints
    step_multiple: Ints
    order_up_to_level: Ints
    inventory_position: Ints
    arriving_before_order: Ints
    arriving_in_window: Ints
    mean_in_lead_time: Floats
    mean_in_window: Floats
    known_in_lead_time: Floats
    known_in_window: Floats
    consumed_in_lead_time: Floats
    consumed_in_window: Floats
    projected_mean_at_arrival: Floats
    stock_out_probability: Floats
    stock_out_in_days: Ints
    expected_cost: Floats
    expected_cost_of_zero: Floats
    quantity_one_less: Ints
    expected_cost_one_less: Floats
    quantity_one_more: Ints
    expected_cost_one_more: Floats
    look_ahead_saving: Floats
    lattice_step: Ints


def propose(
    question: Question,
    forecast: DemandForecast,
    arrivals: OpenArrivals,
    lead_times: LeadTimes,
    known: KnownDemand | None = None,
    *,
    looks_ahead: bool = True,
    threads: int | None = None,
) -> Proposal:
    """The allowed quantity of least expected cost for every item-site, with its reason in numbers. [n] → [n]

    Cost of a quantity q: c_o · E[(X + q - D)⁺] + c_u · E[(D - X - q)⁺], X on hand when the order arrives, D the
    demand of the window. Item-sites are independent: each answer is the same alone and in company. Where sales are
    lost and `looks_ahead`, a slow item's need is lessened by units that would only be held on in the window after.
    `known` demand consumes the forecast of its bucket.
    """
    asked = Asked(question, forecast, arrivals, lead_times, arrivals.seen_by(lead_times))
    whole, number = _decided(asked, None, looks_ahead, threads)
    step_known = np.zeros_like(whole[kernel.NEED])
    if known is not None and (rows := known.within(lead_times.longest() + 2 * question.review_period_days)).size:
        by_forecast = whole[kernel.NEED, rows]
        whole[:, rows], number[:, rows] = _decided(asked.some(rows), known.some(rows), looks_ahead, threads)
        step_known[rows] = whole[kernel.NEED, rows] - by_forecast
    return _proposal(question, whole, number, step_known)


@dataclass(frozen=True)
class Asked:
    """What is asked, and what answers it, a row per item-site; and the arrivals that each lead time comes with."""

    question: Question
    forecast: DemandForecast
    arrivals: OpenArrivals
    lead_times: LeadTimes
    seen: Seen

    def some(self, rows: Ints) -> Asked:
        """The same of some rows. Arrivals and lead times stay where they lie."""
        arrivals = replace(self.arrivals, first=self.arrivals.first[rows], count=self.arrivals.count[rows])
        leads = self.lead_times
        leads = replace(leads, first=leads.first[rows], count=leads.count[rows], reference=leads.reference[rows])
        question, forecast = take(self.question, rows), take(self.forecast, rows)
        return Asked(question, forecast, arrivals, leads, self.seen)


def _decided(asked: Asked, known: KnownDemand | None, looks_ahead: bool, threads: int | None) -> tuple[Ints, Floats]:
    """The two tables that the kernel fills. [columns, n] each"""
    question, forecast = only_read(asked.question), only_read(asked.forecast)
    arrivals, lead_times = only_read(asked.arrivals), only_read(asked.lead_times)
    seen = only_read(asked.seen)
    rows, of_known = question.net_on_hand.size, None if known is None else only_read(known).columns
    # Column by column in memory, as the answer wants them; a table of one row would lie both ways, a kernel of its own.
    room = max(rows, 2)
    whole, number = np.zeros((kernel.WHOLE, room), np.int64), np.zeros((kernel.NUMBER, room))

    def decide(first: int, last: int) -> None:
        kernel.decide(
            first, last, forecast.mean, forecast.bucket_days, forecast.variance_ratio, question.net_on_hand,
            arrivals.first, arrivals.count, arrivals.day, arrivals.quantity,
            lead_times.first, lead_times.count, lead_times.days, lead_times.probability, seen.first, seen.count,
            lead_times.reference, question.review_period_days, question.moq, question.order_multiple,
            question.over, question.under, question.goal, question.target, question.is_lost,
            looks_ahead, of_known, whole.T, number.T,
        )  # fmt: skip

    in_blocks(rows, decide, threads)
    return whole[:, :rows], number[:, :rows]


def _proposal(question: Question, whole: Ints, number: Floats, step_known: Ints) -> Proposal:
    needed, quantity = whole[kernel.NEED] + whole[kernel.LOOK_AHEAD], whole[kernel.QUANTITY]
    moq_step, multiple_step = _steps(needed, quantity, question.moq)
    return Proposal(
        quantity=quantity,
        needed_quantity=needed,
        step_need=whole[kernel.NEED] - step_known,
        step_known=step_known,
        step_look_ahead=whole[kernel.LOOK_AHEAD],
        step_moq=moq_step,
        step_multiple=multiple_step,
        order_up_to_level=whole[kernel.LEVEL],
        inventory_position=whole[kernel.POSITION],
        arriving_before_order=whole[kernel.BEFORE],
        arriving_in_window=whole[kernel.WITHIN],
        mean_in_lead_time=number[kernel.MEAN_LEAD],
        mean_in_window=number[kernel.MEAN_WINDOW],
        known_in_lead_time=number[kernel.KNOWN_LEAD],
        known_in_window=number[kernel.KNOWN_WINDOW],
        consumed_in_lead_time=number[kernel.CONSUMED_LEAD],
        consumed_in_window=number[kernel.CONSUMED_WINDOW],
        projected_mean_at_arrival=number[kernel.MEAN_AT_ARRIVAL],
        stock_out_probability=number[kernel.NOTHING_AT_ARRIVAL],
        stock_out_in_days=whole[kernel.OUT],
        expected_cost=number[kernel.COST],
        expected_cost_of_zero=number[kernel.COST_ZERO],
        quantity_one_less=whole[kernel.LESS],
        expected_cost_one_less=number[kernel.COST_LESS],
        quantity_one_more=whole[kernel.MORE],
        expected_cost_one_more=number[kernel.COST_MORE],
        look_ahead_saving=number[kernel.AHEAD_SAVING],
        lattice_step=whole[kernel.STEP],
    )


def _steps(needed: Ints, quantity: Ints, moq: Ints) -> tuple[Ints, Ints]:
    """What the MOQ and then the multiple add to what is needed (below 0: take away); the three sum to the quantity."""
    is_below_moq = needed < moq
    to_moq = np.where(quantity == 0, -needed, moq - needed)
    moq_step = np.where(is_below_moq, to_moq, 0)
    return moq_step, quantity - needed - moq_step


STEPS = ("need", "known", "look_ahead", "moq", "multiple")
_FORECAST = (
    "mean_by_bucket",
    "bucket_days",
    "variance_ratio",
    "level",
    "buckets_seen",
    "buckets_since_seen",
    "buckets_capped",
    "is_season_known",
    "main_method",
    "main_method_weight",
)
_DECISION = (
    "quantity",
    "needed_quantity",
    "order_up_to_level",
    "inventory_position",
    "arriving_before_order",
    "arriving_in_window",
    "arriving_later",
    "mean_in_lead_time",
    "mean_in_window",
    "known_in_lead_time",
    "known_in_window",
    "consumed_in_lead_time",
    "consumed_in_window",
    "critical_ratio",
    "projected_mean_at_arrival",
    "stock_out_probability",
    "stock_out_in_days",
    "expected_cost",
    "expected_cost_of_zero",
    "quantity_one_less",
    "expected_cost_one_less",
    "quantity_one_more",
    "expected_cost_one_more",
    "look_ahead_saving",
    "lattice_step",
)


def reason(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Why this quantity: one row of the plan beside the row of `engine.inputs` it was decided from, ready for JSON.

    `inputs` and `forecast` are exact and suffice to recompute everything else, lead times among them where they are
    uncertain; `steps` sum to the quantity, known demand among them where there is some; results are rounded to 9 decimals.
    Raises no errors of its own.
    """
    return {
        "engine_version": VERSION,
        "item_site": row["item_site"],
        "inputs": inputs_told(inputs) | {"weeks": _week_lines(inputs["weeks"])},
        "forecast": _per_day(row, inputs) | {name: _rounded(row[name]) for name in _FORECAST},
        "decision": {name: _rounded(row[name]) for name in _DECISION},
        "steps": [{"step": step, "units": row[f"step_{step}"]} for step in STEPS if step != "known" or inputs["known"]],
        "sentence": sentence(row, inputs),
    }


def inputs_told(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What a reason says of a row of `engine.inputs`: lead times only where they are uncertain."""
    left_out = {"item_site"} if inputs["lead_times"] else {"item_site", "lead_times"}
    return {name: value for name, value in inputs.items() if name not in left_out}


def _per_day(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, float]:
    """Expected demand a day in the window, and the variance of a week of it."""
    mean = row["mean_in_window"] / inputs["review_period_days"]
    variance = row["variance_ratio"] * mean * DAYS_A_WEEK
    return {"mean_per_day": _rounded(mean), "variance_per_week": _rounded(variance)}


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return round(value, 9) if isinstance(value, float) else value


def _week_lines(weeks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The weeks with their days as text."""
    return [{**week, "week_start_on": _as_text(week["week_start_on"])} for week in weeks]


@lru_cache(maxsize=1_024)
def _as_text(day: date) -> str:
    return day.isoformat()
