"""A proposal's quantity as a sum: from what will be wanted to what is ordered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

THOUSANDTH = Decimal("0.001")
STEPS: Mapping[str, str] = {
    "demand_in_lead_time": "Expected to be wanted until the order arrives",
    "demand_in_window": "Expected to be wanted from then until the next order arrives",
    "safety": "More, so that it suffices as surely as is worth its cost",
    "usable": "Usable on hand",
    "arriving_before_order": "On order, arriving before this order",
    "arriving_in_window": "On order, arriving until the next order",
    "backordered": "Owed to customers and other sites",
    "known_in_position": "Ordered by customers for these days, set aside",
    "already_covered": "More is there than is needed",
    "look_ahead": "Would only be held on in the window after",
    "bound": "To the level that people set",
    "moq": "To the MOQ",
    "multiple": "To a multiple",
    "edited": "Set by a person",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A step: units that it adds (below 0: takes away), and the sum after it."""

    step: str
    label: str
    units: Decimal
    total: Decimal


def waterfall(reason: Mapping[str, Any], quantity: Decimal) -> list[Bar]:
    """The steps from demand over coverage to a quantity, each with the sum so far; the last sum is the quantity, exactly.

    Steps that add nothing are left out, but for the demand. Safety is the order-up-to level less expected demand: below 0
    where running short is the cheaper. What reaches `quantity` beyond the reason's own is an edit.
    """
    given, decision = reason["inputs"], reason["decision"]
    steps = {step["step"]: Decimal(step["units"]) for step in reason["steps"]}
    lead, window = _units(decision["mean_in_lead_time"]), _units(decision["mean_in_window"])
    level, position = Decimal(decision["order_up_to_level"]), Decimal(decision["inventory_position"])
    before, within = Decimal(decision["arriving_before_order"]), Decimal(decision["arriving_in_window"])
    usable, owed = _units(given["usable"]), _units(given["backordered"])
    need = sum((steps.pop(name, Decimal(0)) for name in ("need", "override", "known")), Decimal(0))
    units = {
        "demand_in_lead_time": lead,
        "demand_in_window": window,
        "safety": level - lead - window,
        "usable": -usable,
        "arriving_before_order": -before,
        "arriving_in_window": -within,
        "backordered": owed,
        "known_in_position": usable - owed + before + within - position,
        "already_covered": need - (level - position),
        **steps,
    }
    units["edited"] = quantity - sum(units.values())
    return _bars(units)


def _bars(units: Mapping[str, Decimal]) -> list[Bar]:
    bars, total = [], Decimal(0)
    for step, added in units.items():
        total += added
        if added or step.startswith("demand"):
            bars.append(Bar(step, STEPS.get(step, step.replace("_", " ").capitalize()), added, total))
    return bars


def _units(value: float) -> Decimal:
    return Decimal(value).quantize(THOUSANDTH, ROUND_HALF_UP)
