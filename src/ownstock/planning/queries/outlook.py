"""The outlook of one item-site."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from ownstock.catalog.models import ItemSite
from ownstock.catalog.rules import UnservedDemand
from ownstock.engine.propose import reason
from ownstock.planning.decisions import answered
from ownstock.planning.history import closings_of
from ownstock.planning.inputs import planning_inputs
from ownstock.planning.lead_times import Coming
from ownstock.planning.queries.runs import last_pool
from ownstock.planning.told_overrides import with_overrides


@dataclass(frozen=True, slots=True)
class DayClose:
    """Usable stock units at the close of a day."""

    day_on: date
    on_hand: float


@dataclass(frozen=True, slots=True)
class ItemSiteOutlook:
    """An item-site around a day: what was on hand until then, what is expected until an order decided then is used up.

    `past` has the days on which something changed, `expected` every day; `coming` are the open deliveries that count;
    `reason` is what the engine would say of it now. Where it cannot be planned, `fault` says why and all else is empty.
    """

    fault: str = ""
    reason: dict[str, Any] = field(default_factory=dict)
    past: list[DayClose] = field(default_factory=list)
    expected: list[DayClose] = field(default_factory=list)
    coming: Sequence[Coming] = ()


def item_site_outlook(item_site: ItemSite, on: date) -> ItemSiteOutlook:
    """What a plan for a day would know and say of one item-site, for people to look at; nothing is kept."""
    inputs = planning_inputs(on, only=item_site)
    if not inputs.sources:
        return ItemSiteOutlook(fault=inputs.unplanned[item_site.pk]["sentence"])
    answers, known, changed = answered(inputs, last_pool())
    [row], [given] = answers.iter_rows(named=True), known.iter_rows(named=True)
    why = with_overrides(reason(row, given), changed.get(item_site.pk), inputs.said)
    first_week_on = date.fromisoformat(why["inputs"]["weeks"][0]["week_start_on"])
    past, coming = _past(item_site, first_week_on, on), inputs.sources[item_site.pk].coming
    return ItemSiteOutlook(reason=why, past=past, expected=_expected(why, on), coming=coming)


def _past(item_site: ItemSite, start_on: date, on: date) -> list[DayClose]:
    """The close of the day before `start_on` and of each day with a change since."""
    return [DayClose(day, on_hand) for day, on_hand in closings_of(item_site.pk, start_on, on)]


def _expected(why: dict[str, Any], on: date) -> list[DayClose]:
    """On hand day by day, were demand just its mean and nothing ordered.

    Where sales are lost, what is expected leaves it at zero; what customers have ordered or wait for takes it below.
    """
    given, forecast = why["inputs"], why["forecast"]
    arriving, ordered = _by_day(given["arrivals"], "arrives_in_days"), _by_day(given["known"], "wanted_in_days")
    beyond = _beyond_known(forecast, ordered)
    least = 0.0 if given["unserved_demand"] == UnservedDemand.LOST else -math.inf
    on_hand = given["usable"] - given["backordered"] + arriving[0]
    closes = [DayClose(on, on_hand)]
    for day in range(1, given["lead_time_days"] + given["review_period_days"] + 1):
        bucket = int((day - 1) // forecast["bucket_days"])
        there = on_hand + arriving[day] - ordered[day]
        on_hand = max(there - beyond(bucket), min(there, least))
        closes.append(DayClose(on + timedelta(days=day), on_hand))
    return closes


def _by_day(lines: list[dict[str, Any]], day: str) -> dict[int, float]:
    """The units of lines by their day."""
    units: dict[int, float] = defaultdict(float)
    for line in lines:
        units[line[day]] += line["quantity"]
    return units


def _beyond_known(forecast: dict[str, Any], ordered: dict[int, float]) -> Callable[[int], float]:
    """Units a day expected in a bucket beyond what customers have ordered for it."""
    means, bucket_days = forecast["mean_by_bucket"], forecast["bucket_days"]
    known: dict[int, float] = defaultdict(float)
    for day, units in ordered.items():
        known[int(day // bucket_days)] += units

    def beyond(bucket: int) -> float:
        return float(max(means[min(bucket, len(means) - 1)] - known[bucket], 0.0) / bucket_days)

    return beyond
