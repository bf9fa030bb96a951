"""The calendar of demand: entering events and what becomes of items, and calling them off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db import connection, transaction

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, Location
from ownstock.catalog.rules import LocationKind
from ownstock.demand.models import DemandEvent, LifecycleStep
from ownstock.demand.queries.calendar import lifecycle
from ownstock.demand.rules.calendar import EventEntry, LifecycleEntry, fault_of_event, fault_of_lifecycle
from ownstock.journal import actions as journal

MAX_ENTRIES = 10_000
LOCK = 0x0D5_7014
Row = TypeVar("Row", DemandEvent, LifecycleStep)


@transaction.atomic
def enter_events(entries: Sequence[EventEntry], *, actor: str) -> list[DemandEvent]:
    """Enter events, all or none.

    Raises:
        Refused: a span or a factor makes no sense, or an item, site or category does not exist.
    """
    _check_count(entries)
    known = _known(entries)
    for row, entry in enumerate(entries, 1):
        if fault := fault_of_event(entry) or _unknown(entry, known):
            raise Refused(f"Event {row} ({entry.name}): {fault}", code="bad_event", row=row)
    rows = [
        DemandEvent(
            number=number, name=e.name.strip(), from_on=e.from_on, until_on=e.until_on, skus=sorted(set(e.skus)),
            sites=sorted(set(e.sites)), categories=sorted(set(e.categories)), factor=e.factor, reason=e.reason,
            actor=actor,
        )
        for number, e in zip(_numbers("EV", len(entries)), entries, strict=True)
    ]  # fmt: skip
    written = DemandEvent.objects.bulk_create(rows, batch_size=1_000)
    for event in written:
        _record(event, "demand.event_entered", actor)
    return written


@transaction.atomic
def revise_event(number: str, entry: EventEntry, *, actor: str, is_cancelled: bool = False) -> DemandEvent:
    """Say an event anew, or call it off; what was said until now stays to be read.

    Raises:
        Refused: there is none of this number, what is said makes no sense, or no reason is given.
    """
    last = _newest(DemandEvent, number)
    fault = fault_of_event(entry) or _unknown(entry, _known([entry]))
    if fault or not entry.reason.strip():
        raise Refused(f"{number}: {fault or 'Say why, in words.'}", code="bad_event", number=number)
    event = DemandEvent.objects.create(
        number=number, revision=last.revision + 1, name=entry.name.strip(), from_on=entry.from_on, until_on=entry.until_on,
        skus=sorted(set(entry.skus)), sites=sorted(set(entry.sites)), categories=sorted(set(entry.categories)),
        factor=entry.factor, is_cancelled=is_cancelled, reason=entry.reason, actor=actor,
    )  # fmt: skip
    _record(event, "demand.event_cancelled" if is_cancelled else "demand.event_revised", actor)
    return event


@transaction.atomic
def cancel_event(number: str, *, actor: str, because: str) -> DemandEvent:
    """Call an event off: it changes no demand, past or to come.

    Raises:
        Refused: there is none of this number, or no reason is given.
    """
    last = _newest(DemandEvent, number)
    entry = EventEntry(
        last.name, last.from_on, last.until_on, last.skus, last.sites, last.categories, last.factor, because
    )
    return revise_event(number, entry, actor=actor, is_cancelled=True)


@transaction.atomic
def enter_lifecycle(entries: Sequence[LifecycleEntry], *, actor: str) -> list[LifecycleStep]:
    """Say what becomes of items: all of it or nothing.

    Raises:
        Refused: an item or site does not exist, or what is said of it makes no sense; a chain of successors must end.
    """
    _check_count(entries)
    skus = {sku for entry in entries for sku in (entry.sku, entry.other_sku)} - {""}
    items = dict(Item.objects.filter(sku__in=skus).values_list("sku", "pk"))
    sites = dict(Location.objects.filter(kind=LocationKind.SITE).values_list("code", "pk"))
    for row, e in enumerate(entries, 1):
        fault = fault_of_lifecycle(e)
        missing = next((sku for sku in (e.sku, e.other_sku) if sku and sku not in items), None)
        if missing or (e.site and e.site not in sites):
            fault = f"there is no item {missing!r}." if missing else f"there is no site {e.site!r}."
        if fault:
            raise Refused(f"Step {row} ({e.sku}): {fault}", code="bad_lifecycle", row=row)
    rows = [
        LifecycleStep(
            number=number, kind=e.kind, item_id=items[e.sku], site_id=sites.get(e.site), factor=e.factor,
            other_item_id=items.get(e.other_sku), ends_on=e.ends_on, reason=e.reason, actor=actor,
        )
        for number, e in zip(_numbers("LC", len(entries)), entries, strict=True)
    ]  # fmt: skip
    written = LifecycleStep.objects.bulk_create(rows, batch_size=1_000)
    _check_chains()
    for step in written:
        _record(step, "demand.lifecycle_entered", actor)
    return written


@transaction.atomic
def cancel_lifecycle(number: str, *, actor: str, because: str) -> LifecycleStep:
    """Take back what was said of an item.

    Raises:
        Refused: there is nothing of this number, or no reason is given.
    """
    last = _newest(LifecycleStep, number)
    if not because.strip():
        raise Refused("Say why it no longer holds.", code="no_reason", number=number)
    step = LifecycleStep.objects.create(
        number=number, revision=last.revision + 1, kind=last.kind, item_id=last.item_id, site_id=last.site_id,
        other_item_id=last.other_item_id, factor=last.factor, ends_on=last.ends_on, is_cancelled=True, reason=because,
        actor=actor,
    )  # fmt: skip
    _record(step, "demand.lifecycle_cancelled", actor)
    return step


def _check_count(entries: Sequence[object]) -> None:
    if not 0 < len(entries) <= MAX_ENTRIES:
        raise Refused(f"Enter 1 to {MAX_ENTRIES} at once.", code="too_many_entries")


def _check_chains() -> None:
    """Refuse successors that lead back to where they began: a chain must end, and an item has one successor at a site."""
    follows: dict[tuple[int, int | None], int] = {}
    for step in lifecycle().filter(kind="superseded_by"):
        key = (step.item_id, step.site_id)
        if key in follows:
            raise Refused(f"{step.item.sku} has a successor already; cancel that first.", code="two_successors")
        follows[key] = step.other_item_id or 0
    for item, site in list(follows):
        seen, at = {item}, follows[item, site]
        while (nxt := follows.get((at, site), follows.get((at, None)))) is not None:
            if at in seen:
                raise Refused(
                    "These successors lead back to where they began; a chain must end.", code="successor_cycle"
                )
            seen.add(at)
            at = nxt
        if at in seen:
            raise Refused("These successors lead back to where they began; a chain must end.", code="successor_cycle")


def _known(entries: Sequence[EventEntry]) -> dict[str, set[str]]:
    skus = {sku for entry in entries for sku in entry.skus}
    categories = {category for entry in entries for category in entry.categories}
    return {
        "item": set(Item.objects.filter(sku__in=skus).values_list("sku", flat=True)),
        "site": set(Location.objects.filter(kind=LocationKind.SITE).values_list("code", flat=True)),
        "category": set(Item.objects.filter(category__in=categories).values_list("category", flat=True).distinct()),
    }


def _unknown(entry: EventEntry, known: dict[str, set[str]]) -> str | None:
    named = {"item": entry.skus, "site": entry.sites, "category": entry.categories}
    missing = ((noun, code) for noun, codes in named.items() for code in codes if code not in known[noun])
    found = next(missing, None)
    return f"there is no {found[0]} {found[1]!r}; enter it first." if found else None


def _newest(model: type[Row], number: str) -> Row:
    """The newest revision, nobody else revising any meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    found = model._default_manager.filter(number=number).order_by("-revision").first()
    if found is None:
        raise Refused(f"The calendar has no {number}.", code="not_in_calendar", number=number)
    return found


def _numbers(prefix: str, count: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('demand_calendar_number') FROM generate_series(1, %s)", [count])
        return [f"{prefix}-{number:06d}" for (number,) in cursor.fetchall()]


def _record(row: DemandEvent | LifecycleStep, verb: str, actor: str) -> None:
    left_out = {"id", "actor", "reason", "recorded_at", "transaction_id", "number"}
    new = {f.attname: str(getattr(row, f.attname)) for f in row._meta.concrete_fields if f.attname not in left_out}
    journal.record(actor=actor, verb=verb, subject=f"event:{row.number}", new=new, reason=row.reason)
