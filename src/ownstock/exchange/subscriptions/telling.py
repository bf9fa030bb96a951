"""Telling one event to one receiver, and what its answer means for the subscription."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ownstock.base.errors import OwnstockError, Refused, Unavailable
from ownstock.exchange.models import EventMessage, Subscription
from ownstock.exchange.subscriptions.queries import secrets_of
from ownstock.exchange.subscriptions.rules import (
    TOLD_AT_ONCE,
    failing_sentence,
    is_hopeless,
    paused_sentence,
    refused_sentence,
)
from ownstock.exchange.transports import time_limit, webhook
from ownstock.journal import actions as journal
from ownstock.journal.models import OutboxRow
from ownstock.journal.rules import ATTEMPTS_BEFORE_ALERT

FAILING, REFUSED = "subscription_failing", "subscription_refused"
log = logging.getLogger(__name__)


def tell(row: OutboxRow) -> None:
    """Post an event and those that wait behind it, their bytes as they were written down, and mark what came of each.

    What is refused is set aside, and the next has its turn; while a receiver is away, all wait. One that is gone for good,
    away for a day, or refuses one after another is paused, and people are told. Whoever is killed on the way leaves a lease
    that runs out, and the same bytes are posted again.

    Raises:
        Refused: the lease ran out meanwhile; whoever has the row now marks it.
    """
    ends_at, half = time_limit(), time.monotonic() + settings.OUTBOX_LEASE_SECONDS / 2
    rows = [row, *journal.claim_behind(row, limit=TOLD_AT_ONCE - 1)]
    written = EventMessage.objects.select_related("subscription").in_bulk(
        [one.key for one in rows], field_name="outbox_key"
    )
    taken, failed = list[OutboxRow](), list[tuple[OutboxRow, EventMessage, OwnstockError]]()
    try:
        while len(taken) < len(rows) and not failed and time.monotonic() < half:
            one = rows[len(taken)]
            message = written[one.key]
            try:
                post(message.subscription, message.message_id, bytes(message.content), ends_at)
                taken.append(one)
            except OwnstockError as error:
                failed.append((one, message, error))
            except Exception as fault:
                # One that nobody foresaw must not keep the dispatcher at it for ever.
                log.exception("%s failed", one.key)
                told = f"An unexpected fault ({type(fault).__name__}: {fault})."
                failed.append((one, message, Unavailable(told, code="unforeseen")))
    finally:
        _mark_taken(taken, written[row.key].subscription)
        journal.give_back(rows[len(taken) + len(failed) :])
    for last in failed:
        _mark_failed(*last)


def post(found: Subscription, message_id: str, content: bytes, ends_at: float) -> str:
    """Post a body to a subscription's address, signed, and tell where it went.

    Raises:
        Refused, Unavailable: as `transports.webhook.post`.
    """
    head = {"webhook-id": message_id, "Content-Type": "application/json", "User-Agent": "Ownstock"}
    return webhook.post(content, head, found.url, secrets_of(found), ends_at, may_be_internal=True)


@transaction.atomic
def _mark_taken(rows: Sequence[OutboxRow], found: Subscription) -> None:
    if not rows:
        return
    journal.complete_all(rows)
    held = Subscription.objects.filter(pk=found.pk)
    held.update(last_taken_at=timezone.now(), first_failed_at=None, refusals=0)
    journal.clear_alert(failing_key(found), because="its receiver takes events again")


@transaction.atomic
def _mark_failed(row: OutboxRow, message: EventMessage, error: OwnstockError) -> None:
    is_refused = isinstance(error, Refused)
    if is_refused:
        journal.give_up(row, error.sentence, is_told=False)
    else:
        wait_seconds = int(str(error.facts.get("wait_seconds", 0)))
        journal.fail(row, error.sentence, wait_seconds=wait_seconds, is_told=False)
    found = Subscription.objects.select_for_update().get(pk=message.subscription_id)
    if is_refused:
        found.refusals += 1
    elif found.first_failed_at is None:
        found.first_failed_at = timezone.now()
    found.save(update_fields=["refusals", "first_failed_at"])
    if found.paused_at:
        # Somebody paused it on the way.
        journal.stop_queue(found.queue, found.paused_because)
    elif is_hopeless(error.code, found.refusals, row.attempts):
        stop(found, error.sentence)
    elif is_refused:
        sentence = refused_sentence(found.name, message.kind, error.sentence)
        facts = {"subscription": found.name, "message": message.message_id}
        journal.raise_alert(refused_key(found), kind=REFUSED, sentence=sentence, facts=facts, is_closable=True)
    elif row.attempts >= ATTEMPTS_BEFORE_ALERT and found.first_failed_at:
        _tell_people(found, failing_sentence(found.name, found.first_failed_at, error.sentence))


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
