"""Appending what happened to demand lines, and keeping what is derived from it: allocations and the lines' totals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.demand.models import Allocation, DemandEntry, DemandLine
from ownstock.demand.queries.differences import Difference, differences
from ownstock.demand.rules import EntryKind, state_of
from ownstock.demand.rules.goods import ShelfKey
from ownstock.journal import actions as journal

NOTHING = Decimal(0)
TOTALS = ["allocated_quantity", "shipped_quantity", "cancelled_quantity", "state"]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry to append: what it changes of a line's totals, and of which balance."""

    line: DemandLine
    kind: EntryKind
    shelf: ShelfKey | None = None
    allocated: Decimal = NOTHING
    shipped: Decimal = NOTHING
    cancelled: Decimal = NOTHING


def locked(numbers: Iterable[str]) -> list[DemandLine]:
    """The named demand lines, locked in one order, as named.

    Raises:
        Refused: one does not exist.
    """
    wanted = list(dict.fromkeys(numbers))
    rows = DemandLine.objects.select_for_update(of=("self",)).select_related("customer", "item", "site")
    found = {line.number: line for line in rows.filter(number__in=wanted).order_by("pk")}
    if missing := [number for number in wanted if number not in found]:
        raise Refused(f"There is no demand line {missing[0]}.", code="no_demand_line", number=missing[0])
    return [found[number] for number in wanted]


def append(changes: Sequence[Change], *, actor: str, posting_key: str = "", reason: str = "") -> None:
    """Append entries of locked lines, and bring their totals and allocations in line with them."""
    DemandEntry.objects.bulk_create(
        [
            DemandEntry(
                line=c.line, kind=c.kind, location_id=c.shelf and c.shelf[0], lot_id=c.shelf and c.shelf[1],
                allocated_change=c.allocated, shipped_change=c.shipped, cancelled_change=c.cancelled,
                posting_key=posting_key, reason=reason, actor=actor,
            )
            for c in changes
        ],
        batch_size=1_000,
    )  # fmt: skip
    promised: dict[tuple[int, ShelfKey], Decimal] = defaultdict(Decimal)
    for change in changes:
        line = change.line
        line.allocated_quantity += change.allocated
        line.shipped_quantity += change.shipped
        line.cancelled_quantity += change.cancelled
        line.state = state_of(line.quantity, line.shipped_quantity, line.cancelled_quantity)
        if change.shelf is not None:
            promised[line.pk, change.shelf] += change.allocated
    touched = list({change.line.pk: change.line for change in changes}.values())
    DemandLine.objects.bulk_update(touched, TOTALS, batch_size=500)
    _promise({key: quantity for key, quantity in promised.items() if quantity})
    empty = [line.number for line in touched if not line.allocated_quantity]
    journal.clear_alerts(map(short_key, empty), because=f"nothing is allocated any more; {actor}")


def _promise(changed: dict[tuple[int, ShelfKey], Decimal]) -> None:
    """Add to allocations what is promised more, or less; what nothing is left of goes."""
    rows = Allocation.objects.filter(line_id__in={line for line, _ in changed})
    kept = {(row.line_id, (row.location_id, row.lot_id)): row for row in rows}
    for key, row in kept.items():
        row.quantity += changed.get(key, NOTHING)
    Allocation.objects.filter(pk__in=[row.pk for row in kept.values() if not row.quantity]).delete()
    Allocation.objects.bulk_update(
        [kept[k] for k in changed if k in kept and kept[k].quantity], ["quantity"], batch_size=500
    )
    fresh = [(line, shelf, quantity) for (line, shelf), quantity in changed.items() if (line, shelf) not in kept]
    Allocation.objects.bulk_create(
        [Allocation(line_id=line, location_id=shelf[0], lot_id=shelf[1], quantity=q) for line, shelf, q in fresh]
    )


def short_key(number: str) -> str:
    """The key of the alert that says that goods promised to a line are gone."""
    return f"short_allocation:{number}"


def subject(line: DemandLine) -> str:
    """The key under which the journal names a line."""
    return f"demand_line:{line.number}"


def once(scope: str, key: str, content: object, act: Callable[[], None]) -> None:
    """Do what a caller asks, where they give a key once under it: the same call again does nothing."""
    if not key:
        act()
        return

    def answered() -> dict[str, Any]:
        act()
        return {}

    journal.answer_once(scope, key, content, answered)


@transaction.atomic
def rebuild(*, actor: str) -> list[Difference]:
    """Make the totals and allocations of every line that differs anew from its entries; returns what differed."""
    found = differences()
    if not found:
        return found
    for line in locked(sorted({difference.number for difference in found})):
        _rebuild(line)
    journal.record(
        actor=actor, verb="demand.rebuilt", subject="demand:totals",
        old={"differences": [d.sentence for d in found[:100]], "count": len(found)},
    )  # fmt: skip
    return found


def _rebuild(line: DemandLine) -> None:
    entries = list(line.entries.all())
    line.allocated_quantity = sum((e.allocated_change for e in entries), NOTHING)
    line.shipped_quantity = sum((e.shipped_change for e in entries), NOTHING)
    line.cancelled_quantity = sum((e.cancelled_change for e in entries), NOTHING)
    line.state = state_of(line.quantity, line.shipped_quantity, line.cancelled_quantity)
    line.save(update_fields=TOTALS)
    promised: dict[tuple[int, ShelfKey], Decimal] = defaultdict(Decimal)
    for entry in entries:
        if entry.location_id is not None:
            promised[line.pk, (entry.location_id, entry.lot_id)] += entry.allocated_change
    line.allocations.all().delete()
    _promise({key: quantity for key, quantity in promised.items() if quantity})
