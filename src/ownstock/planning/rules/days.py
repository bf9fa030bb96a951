"""When things come: weeks that are complete, releases, the next order; what differs by the lead time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any


def closed_weeks_start(planned_on: date) -> date:
    """The Monday of the week a day lies in: demand before it is complete, demand from it on is not."""
    return planned_on - timedelta(days=planned_on.weekday())


def release_in_days(expected_on: date, planned_on: date) -> int:
    """In how many days goods in quarantine are counted on: as expected; those that are late for it, from tomorrow on."""
    return (expected_on - planned_on).days if expected_on >= planned_on else 1


def earliest_arrival_in_days(lead_time_days: int, waiting: Iterable[tuple[date, int]], planned_on: date) -> int:
    """In how many days an order decided now arrives: its lead time, but not before earlier orders that are delayed.

    Orders do not overtake one another: a supplier that is late with what should have come by then is taken to be late with
    the next order too. `waiting` has (requested_on, expected in days) of each open delivery of the same item from the same
    supplier; those we asked for later than the lead time are no delay.
    """
    due_by = planned_on + timedelta(days=lead_time_days)
    return max([lead_time_days, *(days for requested_on, days in waiting if requested_on <= due_by)])


def counted_from(inputs: Mapping[str, Any], days: int) -> dict[str, Any]:
    """A reason's inputs with their days counted from so many days ahead on instead of from today.

    Those of an order that waits for its day, counted from that day on, stay the same while it waits.
    """
    leads = [
        {**lead, "lead_time_days": lead["lead_time_days"] - days, "arrivals": _sooner(lead["arrivals"], days)}
        for lead in inputs.get("lead_times") or []
    ]
    counted = {
        "lead_time_days": inputs["lead_time_days"] - days,
        "arrivals": _sooner(inputs["arrivals"], days),
        "known": _sooner(inputs["known"], days),
    }
    return {**inputs, **counted, **({"lead_times": leads} if leads else {})}


def _sooner(rows: Any, days: int) -> Any:
    """Arrivals, or what is wanted, so many days sooner; None stays None."""
    names = ("arrives_in_days", "wanted_in_days")
    return rows and [{name: value - days if name in names else value for name, value in row.items()} for row in rows]


def later_by_lead_time(inputs: Mapping[str, Any]) -> list[list[Any]]:
    """The lead times of a reason's inputs, each with its probability and what arrives after it alone.

    What arrives before is there whatever happens: ordered or received, it is no news. Lead times that differ in nothing
    else are one.
    """
    certain = {"lead_time_days": inputs["lead_time_days"], "probability": 1.0, "arrivals": None}
    told: list[list[Any]] = []
    for lead in inputs.get("lead_times") or [certain]:
        days, coming = lead["lead_time_days"], inputs["arrivals"] if lead["arrivals"] is None else lead["arrivals"]
        later = [[a["arrives_in_days"], a["quantity"]] for a in coming if a["arrives_in_days"] > days]
        if told and told[-1][::2] == [days, later]:
            told[-1][1] = round(told[-1][1] + lead["probability"], 9)
        else:
            told.append([days, round(lead["probability"], 9), later])
    return told
