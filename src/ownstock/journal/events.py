"""Searching what happened: by who, what, to what and when; any number of events, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from ownstock.journal.models import AuditEvent

ROWS_A_PAGE, ROWS_A_FILE = 50, 100_000
NAMES = ("actor", "verb", "subject", "since_on", "until_on")
# One step of the index for each verb, however many events there are.
VERBS = """
    WITH RECURSIVE found AS (
        (SELECT verb FROM journal_audit_event ORDER BY verb LIMIT 1)
        UNION ALL
        SELECT (SELECT e.verb FROM journal_audit_event e WHERE e.verb > found.verb ORDER BY e.verb LIMIT 1)
        FROM found WHERE found.verb IS NOT NULL
    ) SELECT verb FROM found WHERE verb IS NOT NULL
"""
# What somebody vouches for by these deeds.
SIGNATURES: Mapping[str, str] = {
    "automation.rule_approved": "agreed to the rule as the second person",
    "automation.rule_proposed": "proposed the rule, and answers for its limits",
    "purchasing.approved": "approved the spending, within the limit of a role",
    "purchasing.placed": "sent the order in the company's name",
    "planning.approved": "approved the quantities as needed",
    "ledger.count_approved": "approved what the count differs by",
    "catalog.qualified": "decided on the supplier, and answers for it",
    "purchasing.invoice_approved": "approved the invoice for payment",
    "purchasing.conformity_certified": "certified that the goods are as they were ordered",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is searched for; empty: anything. Days are of UTC, both included."""

    actor: str = ""
    verb: str = ""
    subject: str = ""
    since_on: date | None = None
    until_on: date | None = None

    @property
    def is_anything(self) -> bool:
        """Whether nothing narrows it."""
        return self == Asked()


@dataclass(frozen=True, slots=True)
class Found:
    """A page of events, and where the next one begins; empty: there is none."""

    events: list[AuditEvent]
    next: str


def asked_of(said: Mapping[str, str]) -> Asked:
    """What somebody typed; a day that is none is as if it were not there."""
    return Asked(said["actor"], said["verb"], said["subject"], _day(said["since_on"]), _day(said["until_on"]))


def search(asked: Asked) -> QuerySet[AuditEvent]:
    """The events that are asked for, newest first."""
    exact = {name: value for name in ("actor", "verb", "subject") if (value := getattr(asked, name))}
    rows = AuditEvent.objects.filter(**exact)
    if asked.since_on:
        rows = rows.filter(recorded_at__gte=_begin(asked.since_on))
    if asked.until_on and asked.until_on < date.max:
        rows = rows.filter(recorded_at__lt=_begin(asked.until_on + timedelta(days=1)))
    return rows.order_by("-recorded_at", "-id")


def page(asked: Asked, *, before: str = "") -> Found:
    """The page that begins below `before`, as the page before named it; so the last page costs what the first does."""
    rows = search(asked)
    place = _place(before)
    if place is not None:
        at, pk = place
        rows = rows.filter(Q(recorded_at__lt=at) | Q(id__lt=pk), recorded_at__lte=at)
    found = list(rows[: ROWS_A_PAGE + 1])
    shown = found[:ROWS_A_PAGE]
    return Found(shown, _named(shown[-1]) if len(found) > ROWS_A_PAGE else "")


def verbs() -> list[str]:
    """Everything that was ever done, by name."""
    with connection.cursor() as cursor:
        cursor.execute(VERBS)
        return [verb for (verb,) in cursor.fetchall()]


def as_text(values: Any) -> str:
    """Values before or after, as one line."""
    return "" if values is None else json.dumps(values, ensure_ascii=False)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _begin(on: date) -> datetime:
    return datetime.combine(on, time(), UTC)


def _named(event: AuditEvent) -> str:
    return f"{event.recorded_at.isoformat()}_{event.pk}"


def _place(before: str) -> tuple[datetime, int] | None:
    at, _, pk = before.rpartition("_")
    try:
        found = datetime.fromisoformat(at)
        return (found, int(pk)) if found.tzinfo and len(pk) < 19 else None
    except ValueError:
        return None
