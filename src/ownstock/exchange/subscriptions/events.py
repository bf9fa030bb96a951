"""Reading what happened as events: deeds of the journal, postings, alerts, from a place up to, not including, a watermark."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Model, Q, QuerySet

from ownstock.exchange.subscriptions.kinds import CLEARED, POSTED, RAISED
from ownstock.exchange.subscriptions.rules import (
    EVERYTHING,
    MOST_MOVEMENTS,
    Event,
    Place,
    Source,
    exact_and_families,
    wanted,
)
from ownstock.journal.models import Alert, AuditEvent
from ownstock.journal.queries import alert_subject
from ownstock.ledger.models import Movement, Posting

TRANSACTIONS: Mapping[Source, str] = {
    Source.AUDIT: "transaction_id", Source.POSTING: "transaction_id", Source.RAISED: "raised_in",
    Source.CLEARED: "cleared_in",
}  # fmt: skip


def events_after(place: Place, until: int, patterns: Collection[str], limit: int) -> list[Event]:
    """The first events of some kinds after a place, of transactions below a watermark, in their order."""
    found = [*_deeds(place, until, patterns, limit)]
    if wanted(POSTED, patterns):
        found += map(_of_posting, _after(Posting.objects.all(), Source.POSTING, place, until)[:limit])
    for source, kind in ((Source.RAISED, RAISED), (Source.CLEARED, CLEARED)):
        if wanted(kind, patterns):
            rows = _after(Alert.objects.all(), source, place, until)[:limit]
            found += [_of_alert(alert, source, kind) for alert in rows]
    return sorted(found, key=lambda event: event.place)[:limit]


def _after(rows: QuerySet[Any], source: Source, place: Place, until: int) -> QuerySet[Any]:
    """The rows of a source that come after a place, in their order."""
    name = TRANSACTIONS[source]
    later = Q(**{f"{name}__gt": place.transaction})
    if source > place.source:
        later |= Q(**{name: place.transaction})
    elif source == place.source:
        later |= Q(**{name: place.transaction}, pk__gt=place.number)
    # The first condition repeats a part of the second, so that an index is read from there.
    return rows.filter(**{f"{name}__gte": place.transaction, f"{name}__lt": until}).filter(later).order_by(name, "pk")


def _deeds(place: Place, until: int, patterns: Collection[str], limit: int) -> list[Event]:
    rows = AuditEvent.objects.all()
    if EVERYTHING not in patterns:
        exact, families = exact_and_families(patterns)
        kinds = Q(verb__in=exact)
        for family in families:
            kinds |= Q(verb__startswith=family)
        rows = rows.filter(kinds)
    return list(map(_of_deed, _after(rows, Source.AUDIT, place, until)[:limit]))


def _of_deed(deed: AuditEvent) -> Event:
    data = {
        "subject": deed.subject, "actor": deed.actor, "reason": deed.reason, "old": deed.old, "new": deed.new,
    }  # fmt: skip
    return Event(_place(deed, Source.AUDIT), deed.verb, deed.recorded_at, data)


def _of_posting(posting: Posting) -> Event:
    # A movement is recorded when its posting is: only one month's part of the table is looked at.
    rows = Movement.objects.filter(posting=posting, recorded_at=posting.recorded_at).order_by("line")
    moved = list(rows.select_related("item", "lot", "source", "target")[: MOST_MOVEMENTS + 1])
    data = {
        "subject": f"posting:{posting.key}", "actor": posting.actor, "kind": posting.kind,
        "reference": posting.reference, "movements": list(map(_movement, moved[:MOST_MOVEMENTS])),
        "is_complete": len(moved) <= MOST_MOVEMENTS,
    }  # fmt: skip
    return Event(_place(posting, Source.POSTING), POSTED, posting.recorded_at, data)


def _movement(row: Movement) -> dict[str, Any]:
    return {
        "line": row.line, "sku": row.item.sku, "lot": row.lot.code if row.lot else "", "quantity": row.quantity,
        "source": row.source.code, "source_status": row.source_status, "target": row.target.code,
        "target_status": row.target_status, "moved_at": row.moved_at.isoformat(),
    }  # fmt: skip


def _of_alert(alert: Alert, source: Source, kind: str) -> Event:
    data = {
        "subject": alert_subject(alert.key), "alert": alert.pk, "kind": alert.kind, "sentence": alert.sentence,
        "money": alert.money, "deadline_on": alert.deadline_on, "item_count": alert.item_count, "facts": alert.facts,
        "raised_at": alert.raised_at.isoformat(),
    }  # fmt: skip
    at = alert.raised_at
    if source is Source.CLEARED and alert.cleared_at is not None:
        at = alert.cleared_at
        data |= {"cleared_at": at.isoformat(), "because": alert.cleared_because}
    return Event(_place(alert, source), kind, at, data)


def _place(row: Model, source: Source) -> Place:
    return Place(getattr(row, TRANSACTIONS[source]), source, row.pk)
