"""Telling one event to one receiver, and what its answer means for the subscription."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ownstock.base.errors import Refused, Unavailable
from ownstock.exchange.models import EventMessage, Subscription
from ownstock.exchange.subscriptions.queries import secrets_of
from ownstock.exchange.subscriptions.rules import (
    REFUSALS_BEFORE_PAUSE,
    failing_sentence,
    paused_sentence,
    refused_sentence,
)
from ownstock.exchange.transports import time_limit, webhook
from ownstock.journal import actions as journal
from ownstock.journal.models import OutboxRow
from ownstock.journal.rules import ATTEMPTS_BEFORE_ALERT, MAX_ATTEMPTS

FAILING, REFUSED = "subscription_failing", "subscription_refused"


def tell(row: OutboxRow) -> None:
    """Post an event, its bytes as they were written down, and mark what came of it.

    What is refused is set aside, and the next has its turn; while a receiver is away, all wait. One that is gone for good,
    away for a day, or refuses one after another is paused, and people are told.

    Raises:
        Refused: the lease ran out meanwhile; whoever has the row now marks it.
    """
    message = EventMessage.objects.select_related("subscription").get(outbox_key=row.key)
    try:
        post(message.subscription, message.message_id, bytes(message.content))
    except Refused as refusal:
        _mark_refused(row, message, refusal)
    except Unavailable as trouble:
        _mark_failed(row, message, trouble)
    else:
        _mark_taken(row, message)


def post(found: Subscription, message_id: str, content: bytes) -> str:
    """Post a body to a subscription's address, signed, and tell where it went.

    Raises:
        Refused, Unavailable: as `transports.webhook.post`.
    """
    head = {"webhook-id": message_id, "Content-Type": "application/json", "User-Agent": "Ownstock"}
    return webhook.post(content, head, found.url, secrets_of(found), time_limit(), may_be_internal=True)


@transaction.atomic
def _mark_taken(row: OutboxRow, message: EventMessage) -> None:
    journal.complete(row)
    held = Subscription.objects.filter(pk=message.subscription_id)
    if held.update(last_taken_at=timezone.now(), failing_since=None, refusals=0) and message.subscription.failing_since:
        journal.clear_alert(failing_key(message.subscription), because="its receiver takes events again")


@transaction.atomic
def _mark_refused(row: OutboxRow, message: EventMessage, refusal: Refused) -> None:
    journal.give_up(row, refusal.sentence, is_told=False)
    found = Subscription.objects.select_for_update().get(pk=message.subscription_id)
    found.refusals += 1
    found.save(update_fields=["refusals"])
    if refusal.code == "webhook_gone" or found.refusals >= REFUSALS_BEFORE_PAUSE:
        stop(found, refusal.sentence)
        return
    sentence = refused_sentence(found.name, message.kind, refusal.sentence)
    facts = {"subscription": found.name, "message": message.message_id}
    journal.raise_alert(refused_key(found), kind=REFUSED, sentence=sentence, facts=facts, is_closable=True)


@transaction.atomic
def _mark_failed(row: OutboxRow, message: EventMessage, trouble: Unavailable) -> None:
    journal.fail(row, trouble.sentence, wait_seconds=int(str(trouble.facts.get("wait_seconds", 0))), is_told=False)
    found = Subscription.objects.select_for_update().get(pk=message.subscription_id)
    if found.failing_since is None:
        found.failing_since = timezone.now()
        found.save(update_fields=["failing_since"])
    if found.paused_at:
        # Somebody paused it on the way.
        journal.stop_queue(found.queue, found.paused_because)
    elif row.attempts >= MAX_ATTEMPTS:
        stop(found, trouble.sentence)
    elif row.attempts >= ATTEMPTS_BEFORE_ALERT:
        _tell_people(found, failing_sentence(found.name, found.failing_since, trouble.sentence))


def stop(found: Subscription, because: str) -> None:
    """Pause a subscription whose receiver does not take events: what waits is given up until people resume it."""
    found.paused_at, found.paused_because = timezone.now(), because
    found.save(update_fields=["paused_at", "paused_because"])
    journal.stop_queue(found.queue, because)
    _tell_people(found, paused_sentence(found.name, because))


def _tell_people(found: Subscription, sentence: str) -> None:
    journal.raise_alert(failing_key(found), kind=FAILING, sentence=sentence, facts={"subscription": found.name})


def failing_key(found: Subscription) -> str:
    """The root cause of a receiver that does not take events."""
    return f"{FAILING}:{found.name}"


def refused_key(found: Subscription) -> str:
    """The root cause of events that a receiver refused."""
    return f"{REFUSED}:{found.name}"
