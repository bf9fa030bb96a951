"""What overrides changed in a run, kept so that they can be valued when it is known what was wanted."""

from __future__ import annotations

from typing import Any

import numpy as np

from ownstock.engine.policy.newsvendor import over_cost
from ownstock.planning.decisions.decide import Decisions
from ownstock.planning.models import OverrideEffect, PlanningRun


def write_effects(run: PlanningRun, decisions: Decisions) -> None:
    """Write down of each override that changed a quantity what was ordered with it and would have been without.

    The same run writes it once.
    """
    changed = decisions.changed
    if not changed:
        return
    told = decisions.answers.filter(decisions.answers["item_site"].is_in(list(changed)))
    rows = [
        OverrideEffect(
            override_id=pk, run=run, planned_on=decisions.inputs.planned_on, quantity_with=row["quantity"],
            quantity_without=without, **_decided_on(decisions, row),
        )
        for row in told.iter_rows(named=True)
        for pk, without in changed[row["item_site"]].without.items()
        if without != row["quantity"]
    ]  # fmt: skip
    OverrideEffect.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)


def _decided_on(decisions: Decisions, row: dict[str, Any]) -> dict[str, Any]:
    source = decisions.inputs.sources[row["item_site"]]
    place, days = source.item_site, source.review_period_days
    arriving = row["arriving_before_order"], row["arriving_in_window"]
    cost, rate = np.array([float(place.item.unit_cost)]), np.array([float(place.holding_rate)])
    terms = {
        "on_hand": row["inventory_position"] - sum(arriving), "before": arriving[0], "within": arriving[1],
        "over": float(over_cost(cost, rate, np.array([days]))[0]),
        "under": float(place.shortage_cost), "is_lost": place.unserved_demand == "lost",
    }  # fmt: skip
    return {"lead_time_days": source.usable_in_days, "review_period_days": days, "terms": terms}
