"""What a reason says of what people said: who, until when, how much, and the units that it moved, in the sum."""

from __future__ import annotations

from typing import Any

from ownstock.planning.decisions.overriding import Changed
from ownstock.planning.inputs.said import Said
from ownstock.planning.models import Override
from ownstock.planning.rules.overrides import OverrideKind

Reason = dict[str, Any]
SAYS = {
    OverrideKind.DEMAND_TIMES: "{value} times the demand",
    OverrideKind.DEMAND_PLUS: "{value:+} units of demand",
    OverrideKind.DEMAND_A_WEEK: "demand of {value} units a week",
    OverrideKind.LEVEL_AT_LEAST: "an order-up-to level of at least {value}",
    OverrideKind.LEVEL_AT_MOST: "an order-up-to level of at most {value}",
    OverrideKind.CYCLE_SERVICE_LEVEL: "a cycle service level of {value:.2%}",
    OverrideKind.FILL_RATE: "a fill rate of {value:.2%}",
}


def with_overrides(why: Reason, changed: Changed | None, said: Said) -> Reason:
    """A reason with what people said of its item-site, and its steps parted so that they still sum to the quantity.

    What overrides and events move of the need is the step `override`; what bounds of the level move is `bound`.
    """
    key = why["item_site"]
    lines = [*map(_line, changed.overrides if changed else []), *said.told.get(key, [])]
    if not lines:
        return why
    told = why | {"said": lines}
    if changed is None:
        return told
    told |= {"quantity_by_history": changed.quantity_by_history, "steps": _steps(why["steps"], changed)}
    sentences = [f"{line['sentence'][0].upper()}{line['sentence'][1:]}." for line in lines if "sentence" in line]
    without = f"Without what people said, {changed.quantity_by_history or 'nothing'} would be ordered."
    return told | {"sentence": " ".join([_opening(why, changed), *sentences, without])}


def _opening(why: Reason, changed: Changed) -> str:
    """The engine's sentence; where a bound moved the quantity, it is told after it, as the engine knew nothing of it."""
    if not changed.step_bound:
        return str(why["sentence"])
    _, _, rest = why["sentence"].partition(": ")
    verb = "raised" if changed.step_bound > 0 else "lowered"
    return f"Order {changed.quantity or 'nothing'}: {rest} The need is {verb} by {abs(changed.step_bound)} units."


def _steps(steps: list[dict[str, Any]], changed: Changed) -> list[dict[str, Any]]:
    parted = []
    for step in steps:
        if step["step"] == "need":
            parted.append({"step": "need", "units": step["units"] - changed.step_override})
            parted.append({"step": "override", "units": changed.step_override})
        else:
            parted.append(step)
        if step["step"] == "look_ahead" and changed.step_bound:
            parted.append({"step": "bound", "units": changed.step_bound})
    return parted


def _line(one: Override) -> dict[str, Any]:
    return {
        "what": "override", "number": one.number, "by": one.actor, "kind": one.kind, "value": float(one.value),
        "from_on": one.from_on.isoformat(), "until_on": one.until_on.isoformat(), "reason_code": one.reason_code,
        "reason": one.reason, "sentence": told_override(one),
    }  # fmt: skip


def told_override(one: Override) -> str:
    """An override in words, as "override OV-000001 by anna until 2026-12-03: +40 units of demand"."""
    value = float(one.value)
    number = value if one.kind in (OverrideKind.CYCLE_SERVICE_LEVEL, OverrideKind.FILL_RATE) else _short(value)
    says = SAYS[OverrideKind(one.kind)].format(value=number)
    return f"override {one.number} by {one.actor} until {one.until_on}: {says}"


def _short(value: float) -> float | int:
    return int(value) if value == int(value) else value
