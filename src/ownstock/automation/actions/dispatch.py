"""What runs by itself: telling what waits in the outbox, looking after those who tell it, sealing what was committed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ownstock.access import chain, sealing
from ownstock.automation.actions import digests
from ownstock.automation.rules import (
    INBOUND_AT_ONCE,
    POLL,
    POLL_EVERY_SECONDS,
    SEAL_LATE_SECONDS,
    SWEEP,
    SWEEP_EVERY_SECONDS,
    late_seal_sentence,
    silence_sentence,
)
from ownstock.base.errors import Refused, Unavailable
from ownstock.exchange import actions as exchange
from ownstock.exchange import transports
from ownstock.exchange.channels import queries as channels
from ownstock.exchange.inbox import actions as inbox
from ownstock.exchange.models import OutboundMessage
from ownstock.exchange.rules import AttemptOutcome
from ownstock.exchange.subscriptions import following, telling
from ownstock.journal import actions as journal
from ownstock.journal import jobs, queries
from ownstock.journal.models import OutboxRow
from ownstock.journal.queues import claimed

ACTOR = "job:dispatch"
log = logging.getLogger(__name__)


def dispatch_due(limit: int, *, meanwhile: Callable[[], None] = lambda: None) -> int:
    """Tell what is due in the outbox, at most so many rows; returns how many were tried.

    `meanwhile` is called as soon as a row is claimed: while this one is told, somebody else may tell the next.

    Claim, prepare, deliver and mark are each a transaction of their own, and none is open while the network is.
    Whoever is killed in between leaves a lease that runs out, and the next one sends the very bytes that were prepared.
    What waits for a server that somebody else is talking to is left to them.
    """
    exchange.route()
    for tried in range(limit):
        with claimed(lease_seconds=settings.OUTBOX_LEASE_SECONDS) as row:
            if row is None:
                return tried
            meanwhile()
            try:
                _tell(row)
            except Refused as stale:
                log.warning("%s", stale)
    return limit


def _tell(row: OutboxRow) -> None:
    """Tell one row and mark how it went.

    Raises:
        Refused: the lease ran out meanwhile; whoever has the row now marks it.
    """
    message, began_at, where = None, timezone.now(), ""
    try:
        if row.topic == following.TOPIC:
            telling.tell(row)
            return
        if row.topic == digests.TOPIC:
            where = digests.hand_over_digest(row)
            _mark_told(row, where)
            return
        message = exchange.prepare(row)
        where = transports.deliver(message)
    except Refused as refusal:
        log.error("%s given up: %s", row.key, refusal)
        _mark_failed(row, message, began_at, AttemptOutcome.REFUSED, refusal.sentence)
    except Unavailable as trouble:
        log.warning("%s waits: %s", row.key, trouble)
        wait_seconds = int(str(trouble.facts.get("wait_seconds", 0)))
        _mark_failed(row, message, began_at, AttemptOutcome.BLOCKED, trouble.sentence, wait_seconds=wait_seconds)
    except Exception as fault:
        # One row that nobody foresaw must not keep back the others.
        log.exception("%s failed", row.key)
        sentence = f"An unexpected fault ({type(fault).__name__}: {fault})."
        _mark_failed(row, message, began_at, AttemptOutcome.FAILED, sentence)
    else:
        _mark_sent(row, message, where, began_at)
        log.info("%s sent to %s as %s", row.key, where, message.message_id)


@transaction.atomic
def _mark_failed(
    row: OutboxRow,
    message: OutboundMessage | None,
    began_at: datetime,
    outcome: AttemptOutcome,
    sentence: str,
    *,
    wait_seconds: int = 0,
) -> None:
    if outcome is AttemptOutcome.REFUSED:
        journal.give_up(row, sentence)
    else:
        journal.fail(row, sentence, wait_seconds=wait_seconds)
    if message is not None:
        exchange.note_attempt(message, row.attempts, outcome, sentence, began_at=began_at)


@transaction.atomic
def _mark_sent(row: OutboxRow, message: OutboundMessage, where: str, began_at: datetime) -> None:
    journal.complete(row)
    exchange.note_attempt(message, row.attempts, AttemptOutcome.TAKEN, f"To {where}.", began_at=began_at)
    journal.record(
        actor=ACTOR,
        verb="exchange.sent",
        subject=_subject_of(message),
        new={
            **({"revision": message.order_revision.number} if message.order_revision else {}),
            "message_id": message.message_id,
            "content_hash": bytes(message.content_hash).hex(),
            "where": where,
            "attempts": row.attempts,
        },
    )


@transaction.atomic
def _mark_told(row: OutboxRow, where: str) -> None:
    journal.complete(row)
    journal.record(actor=ACTOR, verb="automation.digest_sent", subject=row.key, new={"where": where})


def _subject_of(message: OutboundMessage) -> str:
    revision = message.order_revision
    return f"purchase_order:{revision.purchase_order.number}" if revision else f"channel:{message.channel}"


def sweep() -> None:
    """Take up what dead workers left, wake the dispatcher where something is due, and say which jobs are silent."""
    journal.beat(SWEEP, expected_every_seconds=SWEEP_EVERY_SECONDS)
    taken_back = journal.sweep()
    if taken_back:
        log.warning("%d leases ran out and were taken back", taken_back)
    if queries.oldest_waiting_seconds() is not None:
        journal.wake()
    for heartbeat in queries.silent_jobs():
        journal.raise_alert(
            f"silent_job:{heartbeat.job}",
            kind="silent_job",
            sentence=silence_sentence(heartbeat.job, heartbeat.beat_at, heartbeat.expected_every_seconds),
            facts={"job": heartbeat.job, "beat_at": heartbeat.beat_at.isoformat()},
        )
    jobs.take_up()
    inbox.apply_waiting(INBOUND_AT_ONCE)


def channels_to_poll() -> list[str]:
    """Give a sign of life, and name the channels to be looked into for what came."""
    journal.beat(POLL, expected_every_seconds=POLL_EVERY_SECONDS)
    return list(channels.polled().values_list("name", flat=True))


def seal() -> int:
    """Seal what was committed; where that cannot be done, people are told. Returns how many rows were sealed."""
    try:
        sealed = sealing.seal()
    except Refused as refusal:
        journal.raise_alert("seal_stopped", kind="seal_stopped", sentence=refusal.sentence, facts=refusal.facts)
        return 0
    if sealed:
        journal.clear_alert("seal_stopped", because="facts are sealed again")
    return sealed


def watch_seal() -> None:
    """Tell people while facts have waited too long for their seal."""
    oldest_seconds = chain.oldest_waiting_seconds()
    if oldest_seconds > SEAL_LATE_SECONDS:
        facts = {"oldest_waiting_seconds": round(oldest_seconds)}
        journal.raise_alert("seal_late", kind="seal_late", sentence=late_seal_sentence(oldest_seconds), facts=facts)
    else:
        journal.clear_alert("seal_late", because="what waited was sealed")
