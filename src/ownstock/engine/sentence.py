"""The reason in one sentence, for the person who must agree or not."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

# Out of stock for longer than this, what demand was before is told with the forecast.
LONG_UNSEEN_BUCKETS = 4
# Seen for no longer than this, how short that is is told with it.
FEW_SEEN_BUCKETS = 3
# Fewer units than this beyond what is known are not worth a word.
LEAST_BEYOND = 0.5
BUCKETS = {1: ("day", "days"), 7: ("week", "weeks")}


def sentence(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> str:
    """Quantity, what is expected on hand, what will be wanted, and what the supplier's terms change; plain English.

    Its numbers add up: order-up-to level less inventory position is the need; need, MOQ and packs make the quantity.
    """
    clauses = [_on_hand(row, inputs), _demand(row, inputs), _cover(row, inputs), _terms(row, inputs), _coarse(row)]
    told = "; ".join(clause for clause in clauses if clause)
    return f"Order {row['quantity'] or 'nothing'}: {told}."


def _on_hand(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> str:
    expected = round(row["projected_mean_at_arrival"])
    state = "owed" if expected < 0 else "on hand"
    known = f", {_number(units)} {_for_whom(inputs)} until then" if (units := row["known_in_lead_time"]) else ""
    arrival = "when it arrives" if row["quantity"] else "when an order would arrive"
    day = f"day {inputs['lead_time_days']}{_or_when(inputs)}"
    told = f"{_are(abs(expected))} expected to be {state} {arrival} on {day}{known}"
    if row["arriving_in_window"]:
        told += f", and {row['arriving_in_window']} more arrive before the next order"
    return told


def _or_when(inputs: Mapping[str, Any]) -> str:
    """The shortest and the longest lead time, where they are uncertain."""
    leads = [lead["lead_time_days"] for lead in inputs.get("lead_times", [])]
    return f" (or from day {leads[0]} to day {leads[-1]})" if leads and leads[0] < leads[-1] else ""


def _demand(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> str:
    if row["buckets_since_seen"] is None and inputs["weeks"]:
        return f"demand is not known, as it was never in stock{_known(row, inputs)}"
    if not row["mean_in_window"]:
        return (
            f"there is no demand in {_buckets(len(inputs['weeks']), row)}" if inputs["weeks"] else "there is no history"
        )
    mean = row["mean_in_window"]
    told = f"demand until the next order is {_number(mean)} ± {_number(_spread(row))}"
    return told + _known(row, inputs) + _judged_by(row)


def _spread(row: Mapping[str, Any]) -> float:
    """The standard deviation of the forecast in the window; none where known demand takes the place of all of it."""
    mean, known = row["mean_in_window"], row["known_in_window"]
    forecast = mean - known + row["consumed_in_window"]
    return 0.0 if known and mean - known < LEAST_BEYOND else sqrt(row["variance_ratio"] * forecast)


def _known(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> str:
    return f", {_number(units)} {_for_whom(inputs)} already" if (units := row["known_in_window"]) else ""


def _for_whom(inputs: Mapping[str, Any]) -> str:
    """Who has ordered what is known: customers, or other sites of ours by transfers."""
    whose = {known["is_transfer"] for known in inputs["known"]}
    if whose == {True}:
        return "ordered by other sites"
    return "ordered by customers and other sites" if True in whose else "ordered by customers"


def _judged_by(row: Mapping[str, Any]) -> str:
    """Where demand was seen for a short time only, or long ago."""
    is_short, is_old = row["buckets_seen"] <= FEW_SEEN_BUCKETS, row["buckets_since_seen"] >= LONG_UNSEEN_BUCKETS
    if not is_short and not is_old:
        return ""
    seen = f"{_buckets(int(row['buckets_seen']), row)} only" if is_short else "the time"
    since = f" before it was out of stock, {_buckets(row['buckets_since_seen'], row)} ago" if is_old else ""
    return f", judged by {seen}{since}"


def _cover(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> str:
    if not row["mean_in_window"] and not row["step_need"] and not row["step_known"]:
        return ""
    takes = f"{_aim(row, inputs)} takes {row['order_up_to_level']} in all"
    position = row["inventory_position"]
    there = f"{-position} owed already" if position < 0 else f"{position} on hand or on order"
    there += f", {held} of it in quarantine still" if (held := _in_quarantine(inputs)) else ""
    need = f": a need of {units}" if (units := row["step_need"] + row["step_known"]) else ""
    need += (
        f", {row['step_known']} of it beyond the forecast for what is {_for_whom(inputs)}"
        if row["step_known"] > 0
        else ""
    )
    fewer = f"; {-row['step_look_ahead']} fewer, which would only be held on later" if row["step_look_ahead"] else ""
    return f"{takes}, with {there}{need}{fewer}"


def _in_quarantine(inputs: Mapping[str, Any]) -> int:
    """Units that count and wait to be released."""
    end = inputs["lead_time_days"] + inputs["review_period_days"]
    return sum(a["quantity"] for a in inputs["arrivals"] if a["is_in_quarantine"] and a["arrives_in_days"] <= end)


def _aim(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> str:
    if inputs["goal"] == "cost":
        return f"cover at {100 * row['critical_ratio']:.1f} %"
    name = "a fill rate" if inputs["goal"] == "fill_rate" else "a cycle service level"
    return f"{name} of {100 * inputs['target']:.1f} %"


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


def _buckets(number: int, row: Mapping[str, Any]) -> str:
    one, several = BUCKETS.get(round(row["bucket_days"]), ("month", "months"))
    return f"1 {one}" if number == 1 else f"{number} {several}"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"
