"""What an override would change of the next order, before it is entered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ownstock import engine
from ownstock.base.errors import Refused
from ownstock.catalog.models import ItemSite
from ownstock.engine.propose import reason
from ownstock.planning.decisions.overriding import with_said
from ownstock.planning.inputs.read_inputs import PlanningInputs, planning_inputs
from ownstock.planning.models import Override
from ownstock.planning.queries.runs import last_pool
from ownstock.planning.rules.overrides import Asked, OverrideKind, fault_of_override


@dataclass(frozen=True, slots=True)
class NextOrder:
    """What would be ordered next, up to which level, what is expected to be wanted until the order after it, at what cost."""

    quantity: int
    order_up_to_level: int
    demand: float
    expected_cost: float
    sentence: str


@dataclass(frozen=True, slots=True)
class OverridePreview:
    """The next order as it stands, and as it would be with an override; `is_heard` is false where it changes nothing."""

    before: NextOrder
    after: NextOrder

    @property
    def is_heard(self) -> bool:
        """Whether the override changes the next order, or what is expected until the one after it."""
        return (self.before.quantity, self.before.demand) != (self.after.quantity, self.after.demand)

    @property
    def units(self) -> int:
        """By how much the next order would differ."""
        return self.after.quantity - self.before.quantity


def preview_override(
    item_site: ItemSite, on: date, *, kind: OverrideKind, value: Decimal, from_on: date, until_on: date
) -> OverridePreview:
    """What a plan for a day would order of an item-site without and with an override; nothing is kept.

    Raises:
        Refused: the override makes no sense, or the item-site cannot be planned.
    """
    if fault := fault_of_override(Asked(kind, float(value), from_on, until_on)):
        raise Refused(fault, code="bad_override")
    inputs = planning_inputs(on, only=item_site)
    if item_site.pk not in inputs.sources:
        raise Refused(f"It cannot be planned: {inputs.unplanned[item_site.pk]['sentence']}", code="not_planned")
    asked = Override(
        number="new", item_site=item_site, kind=kind, value=value, from_on=from_on, until_on=until_on, pk=0
    )
    mine = inputs.said.overrides.get(item_site.pk, [])
    said = replace(inputs.said, overrides={**inputs.said.overrides, item_site.pk: [asked, *mine]})
    told = _decided([inputs, replace(inputs, said=said)])
    return OverridePreview(*told)


def _decided(settings: Sequence[PlanningInputs]) -> list[NextOrder]:
    """The next order by the same forecast, with what was said in each."""
    inputs = settings[0]
    leads, known = inputs.lead_times, inputs.known
    answers = engine.plan(*inputs.frames, lead_times=leads, known=known, today=inputs.planned_on, pool=last_pool())
    given = engine.inputs(*inputs.frames, lead_times=leads, known=known)
    return [_told(*with_said(one, answers, given)[:2]) for one in settings]


def _told(answers: Any, given: Any) -> NextOrder:
    [row], [inputs] = answers.iter_rows(named=True), given.iter_rows(named=True)
    return NextOrder(
        row["quantity"], row["order_up_to_level"], round(row["mean_in_lead_time"] + row["mean_in_window"], 1),
        round(row["expected_cost"], 2), reason(row, inputs)["sentence"],
    )  # fmt: skip
