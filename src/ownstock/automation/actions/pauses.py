"""The switch that stops what happens by itself, and what the company says of its automation."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from ownstock.automation.models import AutomationPolicy, Pause
from ownstock.automation.queries.policy import policy
from ownstock.base.errors import Refused
from ownstock.catalog.models import Supplier
from ownstock.catalog.queries import supplier as find_supplier
from ownstock.journal import actions as journal


@transaction.atomic
def pause(*, actor: str, reason: str, supplier: str = "", until_at: datetime | None = None) -> Pause:
    """Stop everything that would happen by itself, or what goes to one supplier; a second pause takes the first one's place.

    Raises:
        Refused: there is no such supplier, no reason is given, or it would end before it begins.
    """
    if not reason.strip():
        raise Refused("Say why.", code="no_reason")
    if until_at is not None and until_at <= timezone.now():
        raise Refused(f"{until_at:%Y-%m-%d %H:%M} UTC is over already.", code="pause_over")
    found = find_supplier(supplier) if supplier else None
    _end(found, actor)
    row = Pause.objects.create(supplier=found, paused_by=actor, until_at=until_at, reason=reason.strip())
    journal.record(
        actor=actor, verb="automation.paused", subject=_subject(supplier), reason=reason,
        new={"until": until_at and until_at.isoformat()},
    )  # fmt: skip
    return row


@transaction.atomic
def resume(*, actor: str, supplier: str = "") -> None:
    """End a pause; where none holds nothing changes.

    Raises:
        Refused: there is no such supplier.
    """
    if _end(find_supplier(supplier) if supplier else None, actor):
        journal.record(actor=actor, verb="automation.resumed", subject=_subject(supplier))


def _end(supplier: Supplier | None, actor: str) -> int:
    rows = Pause.objects.filter(supplier=supplier, resumed_at=None)
    return rows.update(resumed_by=actor, resumed_at=timezone.now())


def _subject(supplier: str) -> str:
    return f"supplier:{supplier}" if supplier else "automation"


@transaction.atomic
def set_policy(said: dict[str, Any], *, actor: str) -> AutomationPolicy:
    """Say when plans are made by themselves and what an item must show, by the names of the columns; the rest stays.

    Raises:
        Refused: there is no such column, or a value is none.
    """
    row = policy()
    names = [field.name for field in row._meta.concrete_fields if field.name != "id"]
    if unknown := sorted(said.keys() - set(names)):
        raise Refused(f"There is no {unknown[0]}. Known: {', '.join(names)}.", code="unknown_term", unknown=unknown)
    old = {name: str(getattr(row, name)) for name in said}
    for name, value in said.items():
        setattr(row, name, value)
    try:
        row.clean_fields()
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        raise Refused(f"{name}: {sentences[0]}", code="bad_term", field=name) from None
    if row.time_zone not in available_timezones():
        raise Refused(f"There is no time zone {row.time_zone!r}.", code="bad_term", field="time_zone")
    if (row.nightly_plan_at_hour or 0) > 23 or row.cycles_to_certify < 1:
        raise Refused("The hour is 0 to 23, and at least one cycle is needed.", code="bad_term")
    row.save()
    new = {name: str(value) for name, value in said.items()}
    journal.record(actor=actor, verb="automation.policy_set", subject="automation", old=old, new=new)
    return row
