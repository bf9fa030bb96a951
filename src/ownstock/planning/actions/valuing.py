"""Valuing overrides when it is known what was wanted: each decision that one changed is replayed with and without it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from django.db.models import DateField, ExpressionWrapper, F

from ownstock.planning.inputs.flows import day_of, flows_of
from ownstock.planning.inputs.weeks import UNIT
from ownstock.planning.models import OverrideEffect, OverrideValue
from ownstock.planning.rules.overrides import Replayed, counted_decisions

AT_ONCE = 1_000
CENT = Decimal("0.0001")


def value_overrides(today: date) -> int:
    """Value each decision that an override changed and whose window is over on a day, once; returns how many there were.

    The window ends when the order after it would have arrived. Of the daily plans of one review period the first counts.
    Movements that are recorded later are not seen any more.
    """
    end = ExpressionWrapper(
        F("planned_on") + F("lead_time_days") * timedelta(days=1) + F("review_period_days") * timedelta(days=1),
        output_field=DateField(),
    )
    over = OverrideEffect.objects.annotate(ends_on=end).filter(ends_on__lte=today)
    numbers = over.filter(value=None).values("override__number")
    rows = over.filter(override__number__in=numbers).select_related("override", "value")
    due = _counted(list(rows.order_by("planned_on", "id")))
    count = 0
    for first in range(0, len(due), AT_ONCE):
        count += _value(due[first : first + AT_ONCE])
    return count


def _counted(effects: Sequence[OverrideEffect]) -> list[OverrideEffect]:
    """Those that count and have no value yet."""
    by_number: dict[str, list[OverrideEffect]] = defaultdict(list)
    for effect in effects:
        by_number[effect.override.number].append(effect)
    return [
        mine[place]
        for mine in by_number.values()
        for place in counted_decisions([(e.planned_on, e.review_period_days) for e in mine])
        if not hasattr(mine[place], "value")
    ]


def _value(due: Sequence[OverrideEffect]) -> int:
    since: dict[int, int] = {}
    for effect in due:
        key, day = effect.override.item_site_id, day_of(effect.planned_on)
        since[key] = min(since.get(key, day), day)
    keys = np.array(sorted(since), np.int64)
    flows = flows_of(keys, np.array([since[key] for key in keys.tolist()], np.int64))
    rows = []
    for effect in due:
        mine = flows.item_site == effect.override.item_site_id
        arrives = day_of(effect.planned_on) + effect.lead_time_days

        def wanted(first: int, last: int, mine: np.ndarray = mine) -> float:
            within = mine & (flows.day >= first) & (flows.day < last)
            return max(float(flows.demand[within].sum()) / UNIT, 0.0)

        until, then = wanted(day_of(effect.planned_on), arrives), wanted(arrives, arrives + effect.review_period_days)
        rows.append(_row(effect, Replayed(**effect.terms, demand_before=until, demand_within=then)))
    OverrideValue.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _row(effect: OverrideEffect, replayed: Replayed) -> OverrideValue:
    cost_with, cost_without = (
        Decimal(replayed.cost_of(float(quantity))).quantize(CENT)
        for quantity in (effect.quantity_with, effect.quantity_without)
    )
    return OverrideValue(
        effect=effect, demand_before=Decimal(replayed.demand_before).quantize(CENT),
        demand_within=Decimal(replayed.demand_within).quantize(CENT), cost_with=cost_with, cost_without=cost_without,
        value=cost_without - cost_with,
    )  # fmt: skip
