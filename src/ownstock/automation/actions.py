"""What runs by itself: telling what waits in the outbox, looking after those who tell it, sealing what was committed."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import transaction

from ownstock.access import chain, sealing
from ownstock.automation.rules import (
    SEAL_LATE_SECONDS,
    SWEEP,
    SWEEP_EVERY_SECONDS,
    late_seal_sentence,
    silence_sentence,
)
from ownstock.base.errors import Refused, Unavailable
from ownstock.exchange import actions as exchange
from ownstock.exchange import transports
from ownstock.exchange.models import OutboundMessage
from ownstock.journal import actions as journal
from ownstock.journal import queries
from ownstock.journal.models import OutboxRow

ACTOR = "job:dispatch"
log = logging.getLogger(__name__)


def dispatch_due(limit: int) -> int:
    """Tell what is due in the outbox, at most so many rows; returns how many were tried.

    Claim, prepare, deliver and mark are each a transaction of their own, and none is open while the network is.
    Whoever is killed in between leaves a lease that runs out, and the next one sends the very bytes that were prepared.
    """
    for tried in range(limit):
        row = journal.claim(lease_seconds=settings.OUTBOX_LEASE_SECONDS)
        if row is None:
            return tried
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
    try:
        message = exchange.prepare(row)
        where = transports.deliver(message)
    except Refused as refusal:
        log.error("%s given up: %s", row.key, refusal)
        journal.give_up(row, refusal.sentence)
    except Unavailable as trouble:
        log.warning("%s waits: %s", row.key, trouble)
        journal.fail(row, trouble.sentence)
    except Exception as fault:
        # One row that nobody foresaw must not keep back the others.
        log.exception("%s failed", row.key)
        journal.fail(row, f"An unexpected fault ({type(fault).__name__}: {fault}).")
    else:
        _mark_sent(row, message, where)
        log.info("%s sent to %s as %s", row.key, where, message.message_id)


@transaction.atomic
def _mark_sent(row: OutboxRow, message: OutboundMessage, where: str) -> None:
    journal.complete(row)
    revision = message.order_revision
    journal.record(
        actor=ACTOR,
        verb="exchange.sent",
        subject=f"purchase_order:{revision.purchase_order.number}",
        new={
            "revision": revision.number,
            "message_id": message.message_id,
            "content_hash": bytes(message.content_hash).hex(),
            "where": where,
            "attempts": row.attempts,
        },
    )


def sweep() -> None:
    """Take back what dead workers held, wake the dispatcher where something is due, and say which jobs are silent."""
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
