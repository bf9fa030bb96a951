"""What a reason tells of suppliers: which lead time was used and why, and of each open order when it is expected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from ownstock.catalog.rules import NextOrderDays
from ownstock.planning.inputs.lead_times import ENOUGH, EXPECTED, SAFE, Coming, Told
from ownstock.planning.inputs.read_inputs import Source

DAYS_OF_THE_WEEK = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
# A supplier that comes on the promised day more often is said to keep its promises.
KEEPS = 0.95


def lead_time_told(source: Source) -> dict[str, Any]:
    """The lead time of an order placed now in numbers and a sentence: as promised, and as the supplier's receipts tell.

    Days are until goods come; `p50` and `p90` are null where the record is too short to judge by.
    """
    told, promised = source.told, source.term.lead_time_days
    numbers = {
        "promised_in_days": promised,
        "receipts": source.receipts,
        "p50_days": told.in_days[EXPECTED] if told else None,
        "p90_days": told.in_days[SAFE] if told else None,
        "on_promised_day": round(told.on_day, 4) if told else None,
    }
    return {**numbers, "sentence": _sentence(source.term.supplier.code, promised, source.receipts, told)}


def _sentence(supplier: str, promised: int, receipts: int, told: Told | None) -> str:
    if told is None:
        known = f"{receipts} {'delivery' if receipts == 1 else 'deliveries'}" if receipts else "no delivery"
        return (
            f"{supplier} promises {promised} days, which stand: {known} of it known, and {ENOUGH} needed to judge by."
        )
    if told.on_day >= KEEPS and told.in_days[0] == told.in_days[-1]:
        return f"{supplier} promises {promised} days and keeps it: so its {receipts} deliveries tell."
    half, most = told.in_days[EXPECTED], told.in_days[SAFE]
    share = f"{100 * told.on_day:.0f} % on the promised day"
    return (
        f"{supplier} promises {promised} days; by its {receipts} deliveries, half come within {half} days and nine in ten "
        f"within {most}, {share}."
    )


def order_days_told(days: NextOrderDays) -> dict[str, Any]:
    """When the order leaves and when the next one does, after how many days each, where its supplier has a say in it."""
    if not days.is_bound:
        return {}
    told = {
        "leaves_on": days.leaves_on.isoformat(), "wait_days": days.wait_days, "next_on": days.next_on.isoformat(),
        "days_between": days.days_between, "weekdays": sorted(days.calendar.weekdays),
    }  # fmt: skip
    return {"order_day": told}


def with_order_days(why: dict[str, Any], source: Source) -> dict[str, Any]:
    """A reason whose sentence says as well on which day the order leaves, where its supplier has a say in it."""
    days = source.order_days
    if not days.is_bound:
        return why
    names = [DAYS_OF_THE_WEEK[day - 1] for day in sorted(days.calendar.weekdays)]
    listed = ", ".join([*names[:-2], " and ".join(names[-2:])])
    takes = f"takes orders on {listed}" if names else "is closed on some of the days ahead"
    leaves = (
        f"this order leaves on {days.leaves_on} and must last until the goods of the next one, of {days.next_on}, come"
    )
    if not why["decision"]["quantity"]:
        leaves = f"an order would leave on {days.leaves_on}, the next one on {days.next_on}"
    sentence = f"{source.term.supplier.code} {takes}: {leaves}."
    return why | {"sentence": f"{why['sentence']} {sentence}"}


def orders_told(coming: Sequence[Coming], wait_days: int, today: date) -> list[dict[str, Any]]:
    """Of each open order when it was promised, when it is expected to come, and how likely it is late.

    `chance_late` is null where the supplier's record is too short to judge by.
    """
    return [
        {
            "order": c.delivery.number,
            "line": c.delivery.line,
            "quantity": str(c.delivery.quantity),
            "promised_on": c.delivery.expected_on.isoformat(),
            "expected_on": (today + timedelta(days=c.usable_in_days - wait_days)).isoformat(),
            "chance_late": round(1 - c.told.on_time, 4) if c.told else None,
        }
        for c in coming
    ]
