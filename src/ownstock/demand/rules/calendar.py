"""The calendar of demand: events that change it for a while, and what becomes of items: successors, likeness, endings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

MOST_FACTOR = 100
MOST_EVENT_DAYS = 366
# What is sold outside of an event is judged by so many weeks before it.
WEEKS_BEFORE = 8


class LifecycleKind(StrEnum):
    """What becomes of an item: another takes its place, it will sell like another, it ends."""

    SUPERSEDED_BY = "superseded_by"
    LIKE = "like"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class EventEntry:
    """An event as people enter it: `until_on` is its last day; no sku, site or category named means all of them.

    `factor` is by how much demand is multiplied; none where it is not known yet, then it changes nothing.
    """

    name: str
    from_on: date
    until_on: date
    skus: Sequence[str] = ()
    sites: Sequence[str] = ()
    categories: Sequence[str] = ()
    factor: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LifecycleEntry:
    """What becomes of an item, at one site or (none named) all: `other_sku` takes its place or is like it, or it ends."""

    kind: LifecycleKind
    sku: str
    site: str = ""
    other_sku: str = ""
    factor: Decimal = Decimal(1)
    ends_on: date | None = None
    reason: str = ""


def fault_of_event(entry: EventEntry) -> str | None:
    """Why an event makes no sense, as a sentence that says what to do; None when it does."""
    if not entry.name.strip():
        return "Give the event a name."
    if entry.until_on < entry.from_on:
        return f"It would end on {entry.until_on}, before it begins on {entry.from_on}; name a later last day."
    if (entry.until_on - entry.from_on).days >= MOST_EVENT_DAYS:
        return f"It would last longer than {MOST_EVENT_DAYS} days; name a span that ends."
    if entry.factor is not None and not 0 < entry.factor <= MOST_FACTOR:
        return f"Demand times {entry.factor} is not believed; give a factor above 0 and at most {MOST_FACTOR}."
    return None


def fault_of_lifecycle(entry: LifecycleEntry) -> str | None:
    """Why what is said of an item makes no sense, as a sentence that says what to do; None when it does."""
    if not entry.reason.strip():
        return "Say why, in words."
    if entry.kind is LifecycleKind.ENDS:
        return "Name the first day on which it is not sold any more." if entry.ends_on is None else None
    if not entry.other_sku or entry.other_sku == entry.sku:
        return "Name another item."
    if not 0 < entry.factor <= MOST_FACTOR:
        return f"A factor of {entry.factor} is not believed; give one above 0 and at most {MOST_FACTOR}."
    return None


def measured_factor(within: float, days_within: int, before: float, days_before: int) -> float | None:
    """By how much an event multiplied demand: units a day within it over units a day before it; None without the latter."""
    if not days_within or not days_before or before <= 0:
        return None
    return (within / days_within) / (before / days_before)
