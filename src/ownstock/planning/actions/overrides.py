"""Saying what the history does not know: overrides are entered, revised and ended, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from ownstock.base.errors import Refused
from ownstock.catalog.models import ItemSite
from ownstock.journal import actions as journal
from ownstock.planning.models import Override
from ownstock.planning.rules.overrides import Asked, OverrideKind, ReasonCode, fault_of_override

MAX_OVERRIDES = 10_000
LOCK = 0x0D5_7013


@dataclass(frozen=True, slots=True)
class OverrideEntry:
    """An override as people enter it; `until_on` is its last day."""

    sku: str
    site: str
    kind: OverrideKind
    value: Decimal
    from_on: date
    until_on: date
    reason_code: ReasonCode
    reason: str


@transaction.atomic
def override(entries: Sequence[OverrideEntry], *, actor: str) -> list[Override]:
    """Enter overrides, all or none.

    Raises:
        Refused: an item-site does not exist, a value makes no sense, or no reason is given; the sentence says which.
    """
    if len(entries) > MAX_OVERRIDES:
        raise Refused(f"Enter at most {MAX_OVERRIDES} overrides at once.", code="too_many_overrides")
    places = _places(entries)
    for row, entry in enumerate(entries, 1):
        _check(entry, row, places)
    numbers = _numbers(len(entries))
    rows = [
        Override(
            number=number, item_site_id=places[e.sku, e.site], kind=e.kind, value=e.value, from_on=e.from_on,
            until_on=e.until_on, reason_code=e.reason_code, reason=e.reason, actor=actor,
        )
        for number, e in zip(numbers, entries, strict=True)
    ]  # fmt: skip
    written = Override.objects.bulk_create(rows, batch_size=1_000)
    for one, entry in zip(written, entries, strict=True):
        _record(one, "planning.overridden", f"{entry.sku}@{entry.site}", actor)
    return written


@transaction.atomic
def revise_override(number: str, *, value: Decimal, until_on: date, actor: str, because: str) -> Override:
    """Say an override anew: another value or another last day; what it was until now stays to be read.

    Raises:
        Refused: there is none, it has ended, or what is said makes no sense.
    """
    last = _newest(number)
    if last.ended_on is not None:
        raise Refused(f"{number} ended on {last.ended_on}; enter a new one.", code="override_ended", number=number)
    fault = fault_of_override(Asked(OverrideKind(last.kind), float(value), last.from_on, until_on))
    if fault or not because.strip():
        raise Refused(fault or "Say why it is changed.", code="bad_override", number=number)
    return _next(last, "planning.override_revised", actor, because, value=value, until_on=until_on)


@transaction.atomic
def end_override(number: str, *, on: date, actor: str, because: str) -> Override:
    """End an override: from `on` it no longer holds. One that has ended stays as it is.

    Raises:
        Refused: there is none of this number, or no reason is given.
    """
    last = _newest(number)
    if not because.strip():
        raise Refused("Say why it ends.", code="no_reason", number=number)
    if last.ended_on is not None and last.ended_on <= on:
        return last
    return _next(last, "planning.override_ended", actor, because, ended_on=on)


@transaction.atomic
def end_overrides(numbers: Iterable[str], *, on: date, actor: str, because: str) -> list[Override]:
    """End several overrides for one reason, all or none; see `end_override`."""
    return [end_override(number, on=on, actor=actor, because=because) for number in sorted(set(numbers))]


def _next(last: Override, verb: str, actor: str, because: str, **changed: object) -> Override:
    """The next revision; who entered the override first remains the one whose it is (its value is theirs)."""
    names = ("item_site_id", "kind", "value", "from_on", "until_on", "ended_on", "reason_code")
    kept = {name: getattr(last, name) for name in names} | changed
    row = Override.objects.create(
        number=last.number, revision=last.revision + 1, actor=actor, reason=because.strip(), **kept
    )
    _record(row, verb, f"item_site:{row.item_site_id}", actor)
    return row


def _newest(number: str) -> Override:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    found = Override.objects.filter(number=number).order_by("-revision").first()
    if found is None:
        raise Refused(f"There is no override {number}.", code="no_override", number=number)
    return found


def _places(entries: Sequence[OverrideEntry]) -> dict[tuple[str, str], int]:
    skus = {entry.sku for entry in entries}
    rows = ItemSite.objects.filter(item__sku__in=skus).values_list("item__sku", "site__code", "pk")
    return {(sku, site): pk for sku, site, pk in rows}


def _check(entry: OverrideEntry, row: int, places: dict[tuple[str, str], int]) -> None:
    fault = fault_of_override(Asked(entry.kind, float(entry.value), entry.from_on, entry.until_on))
    if (entry.sku, entry.site) not in places:
        fault = f"{entry.sku} is not planned at {entry.site}; name an item-site."
    elif not entry.reason.strip():
        fault = "Say why, in words."
    if fault:
        raise Refused(f"Override {row}: {fault}", code="bad_override", row=row, sku=entry.sku, site=entry.site)


def _numbers(count: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('planning_override_number') FROM generate_series(1, %s)", [count])
        return [f"OV-{number:06d}" for (number,) in cursor.fetchall()]


def _record(one: Override, verb: str, place: str, actor: str) -> None:
    said = {"kind": str(one.kind), "value": str(one.value), "from_on": str(one.from_on), "until_on": str(one.until_on)}
    ended = {"ended_on": str(one.ended_on)} if one.ended_on else {}
    journal.record(
        actor=actor, verb=verb, subject=f"override:{one.number}", new={"item_site": place, **said, **ended},
        reason=one.reason,
    )  # fmt: skip
