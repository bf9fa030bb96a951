"""The reason in one sentence, for the person who must agree or not."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

from ownstock.engine.forecast.count_distribution import DAYS_A_WEEK


def sentence(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> str:
    """Quantity, what is expected on hand, what will be wanted, and what the supplier's terms change; plain English.

    Its numbers add up: order-up-to level less inventory position is the need; need, MOQ and packs make the quantity.
    """
    clauses = [_on_hand(row, inputs), _demand(row, inputs), _cover(row), _terms(row, inputs), _coarse(row)]
    told = "; ".join(clause for clause in clauses if clause)
    return f"Order {row['quantity'] or 'nothing'}: {told}."


def _on_hand(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> str:
    expected = round(row["projected_mean_at_arrival"])
    state = "owed to customers" if expected < 0 else "on hand"
    arrival = "when it arrives" if row["quantity"] else "when an order would arrive"
    told = f"{_are(abs(expected))} expected to be {state} {arrival} on day {inputs['lead_time_days']}"
    if row["arriving_in_window"]:
        told += f", and {row['arriving_in_window']} more arrive before the next order"
    return told


def _demand(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> str:
    if not row["weeks_used"] and inputs["weeks"]:
        return f"demand is not known, as it was never in stock in the last {_weeks(len(inputs['weeks']))}"
    if not row["mean_per_day"]:
        return f"there is no demand in {_weeks(len(inputs['weeks']))}" if inputs["weeks"] else "there is no history"
    days = inputs["review_period_days"]
    mean = row["mean_per_day"] * days
    # In a window too short for its variance to exceed its mean, demand is Poisson: its variance is its mean.
    variance = max(row["variance_per_week"] * days / DAYS_A_WEEK, mean)
    told = f"demand until the next order is {_number(mean)} ± {_number(sqrt(variance))}"
    if row["weeks_back"]:
        told += f", judged by the time before it was out of stock, {_weeks(row['weeks_back'])} ago"
    return told


def _cover(row: Mapping[str, Any]) -> str:
    if not row["mean_per_day"] and not row["needed_quantity"]:
        return ""
    takes = f"cover at {100 * row['critical_ratio']:.1f} % takes {row['order_up_to_level']} in all"
    position = row["inventory_position"]
    there = f"{-position} owed already" if position < 0 else f"{position} on hand or on order"
    need = f": a need of {row['needed_quantity']}" if row["needed_quantity"] else ""
    return f"{takes}, with {there}{need}"


def _terms(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> str:
    if row["needed_quantity"] and not row["quantity"]:
        return f"the smallest order allowed, {row['quantity_one_more']}, would cost more than it saves"
    told = []
    if row["step_moq"] > 0:
        told.append(f"raised to the minimum of {inputs['moq']}")
    if row["step_multiple"]:
        told.append(f"rounded {'up' if row['step_multiple'] > 0 else 'down'} to packs of {inputs['order_multiple']}")
    return " and ".join(told)


def _coarse(row: Mapping[str, Any]) -> str:
    return f"computed in steps of {row['lattice_step']} units" if row["lattice_step"] > 1 else ""


def _are(units: int) -> str:
    return f"{units} {'is' if units == 1 else 'are'}"


def _weeks(number: int) -> str:
    return "1 week" if number == 1 else f"{number} weeks"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"
