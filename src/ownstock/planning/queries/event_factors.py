"""What events did to demand: the factor to expect of the next, and the evidence for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

import numpy as np

from ownstock.catalog.queries import item_sites
from ownstock.demand.models import DemandEvent
from ownstock.demand.queries.calendar import events_alike
from ownstock.demand.rules.calendar import WEEKS_BEFORE, measured_factor
from ownstock.planning.inputs.flows import day_of, flows_of
from ownstock.planning.inputs.said import is_about
from ownstock.planning.inputs.weeks import UNIT

MOST_ALIKE = 12
MOST_ITEM_SITES = 2_000


@dataclass(frozen=True, slots=True)
class Measured:
    """What one event did: units within it and in the weeks before, and the factor that tells of."""

    number: str
    from_on: date
    until_on: date
    within: float
    before: float
    factor: float


@dataclass(frozen=True, slots=True)
class SuggestedFactor:
    """The factor that events of the same name suggest, their median, with each of them as evidence; None without any."""

    factor: float | None
    evidence: Sequence[Measured]


def suggested_factor(event: DemandEvent, today: date) -> SuggestedFactor:
    """By how much an event is likely to multiply demand, as earlier events of its name did for the same item-sites.

    Each is measured by the units a day within it over those of the eight weeks before it. What was out of stock then is not
    corrected for, so that it is rather too low than too high.
    """
    keys = np.array([row.pk for row in item_sites() if is_about(event, row)][:MOST_ITEM_SITES], np.int64)
    if not keys.size:
        return SuggestedFactor(None, [])
    alike = events_alike(event.name, min(today, event.from_on)).exclude(number=event.number)[:MOST_ALIKE]
    found = [measured for one in alike if (measured := _measured(one, keys))]
    return SuggestedFactor(median(one.factor for one in found) if found else None, found)


def _measured(event: DemandEvent, keys: np.ndarray) -> Measured | None:
    first = event.from_on - timedelta(weeks=WEEKS_BEFORE)
    flows = flows_of(keys, np.full(keys.size, day_of(first)))
    begins, ends = day_of(event.from_on), day_of(event.until_on) + 1
    within = float(flows.demand[(flows.day >= begins) & (flows.day < ends)].sum()) / UNIT
    before = float(flows.demand[flows.day < begins].sum()) / UNIT
    factor = measured_factor(within, ends - begins, before, begins - day_of(first))
    return None if factor is None else Measured(
        event.number, event.from_on, event.until_on, within, before, round(factor, 4)
    )  # fmt: skip
