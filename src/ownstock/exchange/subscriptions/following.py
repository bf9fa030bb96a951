"""Writing down what each subscription is to be told, and up to where: in one transaction, so nothing is missed or doubled.

A subscription follows the journal below the watermark, so that it misses nothing that a slow transaction commits late. Few
of its events are written down at once: while its receiver is away the rest wait in the journal, where they stand anyway.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from ownstock.exchange.models import EventMessage, Subscription
from ownstock.exchange.subscriptions.events import events_after
from ownstock.exchange.subscriptions.rules import MOST_WAITING, Event, Place
from ownstock.journal import actions as journal
from ownstock.journal.models import OutboxRow
from ownstock.journal.queries import watermark

TOPIC = "event.happened"


def follow() -> int:
    """Write down what is new for every subscription that is not paused; returns how many events that were."""
    until = watermark()
    return sum(_follow(pk, until) for pk in Subscription.objects.filter(paused_at=None).values_list("pk", flat=True))


@transaction.atomic
def _follow(pk: int, until: int) -> int:
    found = Subscription.objects.select_for_update().filter(pk=pk, paused_at=None).first()
    if found is None or found.told_transaction >= until:
        return 0
    room = MOST_WAITING - OutboxRow.objects.filter(queue=found.queue, state__in=["waiting", "leased"]).count()
    if room <= 0:
        return 0
    events = events_after(found.told, until, found.kinds, room)
    _write_down(found, events)
    # With room left over, everything below the watermark is told.
    told = events[-1].place if len(events) == room else Place(until)
    found.told_transaction, found.told_source, found.told_number = told.transaction, told.source, told.number
    found.save(update_fields=["told_transaction", "told_source", "told_number"])
    return len(events)


def _write_down(found: Subscription, events: Sequence[Event]) -> None:
    """Fix the bytes of events and put them into the outbox; what was written down once keeps its bytes."""
    keys = {f"event:{found.pk}:{event.identity}": event for event in events}
    rows = [
        EventMessage(
            outbox_key=key, subscription=found, message_id=event.identity, kind=event.kind, subject=event.subject,
            content=event.content(),
        )
        for key, event in keys.items()
    ]  # fmt: skip
    EventMessage.objects.bulk_create(rows, ignore_conflicts=True)
    journal.enqueue_all({key: {"subscription": found.pk} for key in keys}, topic=TOPIC, queue=found.queue)
