"""The quantity, and the numbers that justify it.

The order decided today arrives after the lead time, and must last until the next one arrives, a review period later:
that stretch is the **window**. Whatever quantity is chosen, the depletion until the window ends is the same random
number; the quantity only decides how much of it is covered. Hence one distribution per item-site answers everything.

A simplification, on the safe side of simple: arrivals inside the window count as if they came at its beginning. For
what is on hand at the end of the window this is exact under backorders; under lost sales it overlooks sales lost
inside the window before such an arrival.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from ownstock.engine import constrain
from ownstock.engine.arrays import NONE, Floats, Ints, Truths, take
from ownstock.engine.arrivals import OpenArrivals
from ownstock.engine.forecast.count_distribution import CountDistribution, pmf, support_needed
from ownstock.engine.policy.newsvendor import Outlook
from ownstock.engine.policy.projected_inventory import add_demand, depletion_with_lost_sales
from ownstock.engine.sentence import sentence
from ownstock.engine.version import VERSION

# A larger quantity must be better by more than this share of a unit's cost for each unit more: ties go to the smaller.
COST_GUARD = 1e-9
# Lattice points computed at once: large enough for array speed, small enough for the processor's cache.
POINTS_AT_ONCE = 2**18


@dataclass(frozen=True)
class Question:
    """What is asked, a row per item-site; each field [n]; units, days, money per unit.

    `net_on_hand` is usable - backordered; `over` and `under` are the cost of a unit too many and of a unit short.
    """

    net_on_hand: Ints
    arriving_before_order: Ints
    arriving_in_window: Ints
    lead_time_days: Ints
    review_period_days: Ints
    moq: Ints
    order_multiple: Ints
    over: Floats
    under: Floats
    critical_ratio: Floats
    is_lost: Truths

    @property
    def inventory_position(self) -> Ints:
        """Usable - backordered + the arrivals that count."""
        return self.net_on_hand + self.arriving_before_order + self.arriving_in_window


@dataclass(frozen=True)
class Proposal:
    """What is answered, a row per item-site; each field [n], named and explained as in `frames.PLAN`."""

    quantity: Ints
    needed_quantity: Ints
    step_need: Ints
    step_moq: Ints
    step_multiple: Ints
    order_up_to_level: Ints
    projected_mean_at_arrival: Floats
    stock_out_probability: Floats
    expected_cost: Floats
    expected_cost_of_zero: Floats
    quantity_one_less: Ints
    expected_cost_one_less: Floats
    quantity_one_more: Ints
    expected_cost_one_more: Floats


def propose(question: Question, weekly: CountDistribution, arrivals: OpenArrivals) -> Proposal:
    """The allowed quantity of least expected cost for every item-site, with its reason in numbers. [n] → [n]

    Cost of a quantity q: c_o · E[(X + q - D)⁺] + c_u · E[(D - X - q)⁺], X on hand when the order arrives, D the
    demand of the window. Item-sites are independent: each answer is the same alone and in company.
    """
    answers = [
        (places, _answer(take(question, places), take(weekly, places), arrivals.earliest(places, number), support))
        for places, support, number in _groups(question, weekly, arrivals)
    ]
    return _gather(answers, question.net_on_hand.size)


def _groups(question: Question, weekly: CountDistribution, arrivals: OpenArrivals) -> Iterator[tuple[Ints, int, int]]:
    """Places that can be computed side by side: same kind of unserved demand, support, number of arrivals on the way.

    Yields (places, support, number of arrivals before the order's); under backorders their days do not matter: 0.
    """
    support = support_needed(weekly, question.lead_time_days + question.review_period_days)
    number = np.where(question.is_lost, arrivals.days_before(question.lead_time_days), 0)
    kinds, kind = np.unique(np.stack([question.is_lost, support, number], axis=1), axis=0, return_inverse=True)
    order = np.argsort(kind, kind="stable")
    sizes = np.bincount(kind, minlength=len(kinds))
    ends = np.cumsum(sizes)
    for (_, points, stages), start, end in zip(kinds.tolist(), ends - sizes, ends, strict=True):
        rows = max(1, POINTS_AT_ONCE // points)
        for first in range(start, end, rows):
            yield order[first : min(first + rows, end)], points, stages


def _answer(question: Question, weekly: CountDistribution, early: tuple[Ints, Ints], support: int) -> Proposal:
    """The proposal for item-sites of one group, [m]; `early` are days and quantities of arrivals before the order's."""
    at_arrival, at_end = _depletions(question, weekly, early, support)
    on_hand = question.net_on_hand + question.arriving_before_order
    outlook = Outlook.of(at_end, weekly.step)
    level = outlook.level(question.critical_ratio)
    needed = np.maximum(level - question.inventory_position, 0)
    quantity = _cheapest(question, outlook, needed)
    less = constrain.next_smaller(quantity, question.moq, question.order_multiple)
    more = constrain.next_larger(quantity, question.moq, question.order_multiple)
    moq_step, multiple_step = _steps(needed, quantity, question.moq)
    return Proposal(
        quantity=quantity,
        needed_quantity=needed,
        step_need=needed,
        step_moq=moq_step,
        step_multiple=multiple_step,
        order_up_to_level=level,
        projected_mean_at_arrival=on_hand - weekly.step * (at_arrival @ np.arange(support)),
        stock_out_probability=_probability_of_nothing(at_arrival, on_hand // weekly.step),
        expected_cost=_cost(question, outlook, quantity),
        expected_cost_of_zero=_cost(question, outlook, np.zeros_like(quantity)),
        quantity_one_less=less,
        expected_cost_one_less=np.where(less == NONE, np.nan, _cost(question, outlook, less)),
        quantity_one_more=more,
        expected_cost_one_more=_cost(question, outlook, more),
    )


def _depletions(
    question: Question, weekly: CountDistribution, early: tuple[Ints, Ints], support: int
) -> tuple[Floats, Floats]:
    """Distributions of the depletion when the order arrives and when the window ends. [m, support] each"""
    lead, review = question.lead_time_days, question.review_period_days
    if not question.is_lost[0]:
        return pmf(weekly, lead, support), pmf(weekly, lead + review, support)
    at_arrival = depletion_with_lost_sales(weekly, question.net_on_hand, lead, *early, support)
    return at_arrival, add_demand(at_arrival, pmf(weekly, review, support))


def _cost(question: Question, outlook: Outlook, quantity: Ints) -> Floats:
    return outlook.expected_cost(question.inventory_position + quantity, question.over, question.under)


def _cheapest(question: Question, outlook: Outlook, needed: Ints) -> Ints:
    """The allowed quantity of least expected cost; of two that cost the same, the smaller. [m] → [m]"""
    quantity = np.zeros_like(needed)
    cost = _cost(question, outlook, quantity)
    for candidate in constrain.around(needed, question.moq, question.order_multiple):
        candidate_cost = _cost(question, outlook, candidate)
        guard = COST_GUARD * (question.over + question.under) * (candidate - quantity)
        is_better = (needed > 0) & (candidate_cost < cost - guard)
        quantity = np.where(is_better, candidate, quantity)
        cost = np.where(is_better, candidate_cost, cost)
    return quantity


def _steps(needed: Ints, quantity: Ints, moq: Ints) -> tuple[Ints, Ints]:
    """What the MOQ and then the multiple add to the need (below 0: take away); the three sum to the quantity."""
    is_below_moq = needed < moq
    to_moq = np.where(quantity == 0, -needed, moq - needed)
    moq_step = np.where(is_below_moq, to_moq, 0)
    return moq_step, quantity - needed - moq_step


def _probability_of_nothing(depletion: Floats, steps_on_hand: Ints) -> Floats:
    """P(depletion ≥ what was there). [m, support], [m] → [m]"""
    is_nothing = np.arange(depletion.shape[1]) >= steps_on_hand[:, None]
    probability: Floats = np.minimum(np.where(is_nothing, depletion, 0.0).sum(axis=1), 1.0)
    return probability


def _gather(answers: list[tuple[Ints, Proposal]], rows: int) -> Proposal:
    """The answers of all groups in one record, each at its place."""
    columns: dict[str, Any] = {}
    for field in fields(Proposal):
        is_count = field.type == "Ints"
        columns[field.name] = np.zeros(rows, dtype=np.int64 if is_count else np.float64)
        for places, answer in answers:
            columns[field.name][places] = getattr(answer, field.name)
    return Proposal(**columns)


_FORECAST = ("mean_per_day", "variance_per_week", "weeks_used", "weeks_back", "distribution", "shape", "p")
_DECISION = (
    "quantity",
    "needed_quantity",
    "order_up_to_level",
    "inventory_position",
    "arriving_before_order",
    "arriving_in_window",
    "arriving_later",
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
    "lattice_step",
)


def reason(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Why this quantity: one row of the plan beside the row of `engine.inputs` it was decided from, ready for JSON.

    `inputs` are exact and suffice to recompute everything else; `steps` sum to the quantity; results are
    rounded to 9 decimals. Raises no errors of its own.
    """
    return {
        "engine_version": VERSION,
        "item_site": row["item_site"],
        "inputs": {name: _plain(value) for name, value in inputs.items() if name != "item_site"},
        "forecast": {name: _rounded(row[name]) for name in _FORECAST},
        "decision": {name: _rounded(row[name]) for name in _DECISION},
        "steps": [
            {"step": "need", "units": row["step_need"]},
            {"step": "moq", "units": row["step_moq"]},
            {"step": "multiple", "units": row["step_multiple"]},
        ],
        "sentence": sentence(row, inputs),
    }


def _rounded(value: Any) -> Any:
    return round(value, 9) if isinstance(value, float) else value


def _plain(value: Any) -> Any:
    """Lists of weeks and arrivals with dates as text; everything else as it is."""
    if isinstance(value, list):
        return [{name: _plain(part) for name, part in entry.items()} for entry in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
