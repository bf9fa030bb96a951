"""Writing the journal: record, enqueue, claim, complete, fail, sweep, answer once, beat, alert, close, announce."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from procrastinate.contrib.django import app as jobs
from procrastinate.exceptions import AlreadyEnqueued

from ownstock.base.errors import Refused
from ownstock.base.fingerprints import fingerprint
from ownstock.journal.fields import CurrentTransaction
from ownstock.journal.models import Alert, AuditEvent, Heartbeat, IdempotentAnswer, OutboxRow
from ownstock.journal.queries import ALERT_CLOSED, alert_subject, ready_rows, watermark
from ownstock.journal.rules import (
    ATTEMPTS_BEFORE_ALERT,
    CHANGES,
    MAX_ATTEMPTS,
    MAX_SUBJECTS,
    Changes,
    announcement,
    retry_delay_seconds,
)

State = OutboxRow.State
Json = Mapping[str, Any]
NO_LEASE: Json = {"lease_token": None, "lease_ends_at": None}
DIED = "whoever sent it died on the way."
# The job that tells what waits, by name: it stands above the journal (`ownstock.automation.tasks`).
DISPATCH = "ownstock.dispatch"


def record(
    *, actor: str, verb: str, subject: str, old: Json | None = None, new: Json | None = None, reason: str = ""
) -> None:
    """Append what happened, in the transaction of the change itself."""
    AuditEvent.objects.create(actor=actor, verb=verb, subject=subject, old=old, new=new, reason=reason)


def enqueue(key: str, *, topic: str, payload: Json) -> OutboxRow:
    """Write down something to be told outside, in the transaction of what it tells; the same key again changes nothing.

    The dispatcher is woken after the commit, never in it; should that fail, the next sweep finds the row.
    """
    row, is_new = OutboxRow.objects.get_or_create(key=key, defaults={"topic": topic, "payload": dict(payload)})
    if is_new:
        transaction.on_commit(wake, robust=True)
    return row


def enqueue_all(payloads: Mapping[str, Json], *, topic: str, queue: str) -> None:
    """Write down much to be told outside, by key, all in one queue; what was told already is told once more."""
    known = set(OutboxRow.objects.filter(key__in=payloads).values_list("key", flat=True))
    told = OutboxRow.objects.filter(key__in=known, state__in=[State.DONE, State.DEAD])
    told.update(state=State.WAITING, attempts=0, due_at=Now(), done_at=None, last_error="")
    OutboxRow.objects.bulk_create(
        OutboxRow(key=key, topic=topic, payload=dict(payload), queue=queue)
        for key, payload in payloads.items()
        if key not in known
    )
    if payloads:
        transaction.on_commit(wake, robust=True)


def wake() -> None:
    """Ask for a dispatch soon. However many ask, one job waits."""
    with suppress(AlreadyEnqueued):
        jobs.configure_task(DISPATCH, queueing_lock=DISPATCH).defer()


def assign_queues(queues: Mapping[int, str]) -> None:
    """Say of rows, by their ids, in which queue they wait."""
    for queue in sorted(set(queues.values())):
        OutboxRow.objects.filter(pk__in=[pk for pk, its in queues.items() if its == queue], queue="").update(
            queue=queue
        )


@transaction.atomic
def claim(*, lease_seconds: int, queue: str | None = None) -> OutboxRow | None:
    """Take the next row (of a queue) whose turn it is under a lease, or None. Two claimers never get the same row."""
    due = ready_rows().select_for_update(skip_locked=True)
    row = (due if queue is None else due.filter(queue=queue)).order_by("due_at", "id").first()
    if row is None:
        return None
    row.state = State.LEASED
    row.lease_token = uuid.uuid4()
    row.lease_ends_at = timezone.now() + timedelta(seconds=lease_seconds)
    row.attempts += 1
    row.save(update_fields=["state", "lease_token", "lease_ends_at", "attempts"])
    return row


@transaction.atomic
def claim_behind(row: OutboxRow, *, limit: int) -> list[OutboxRow]:
    """Take what waits behind a claimed row in its queue under the same lease, in order, as far as it is due."""
    held = OutboxRow.objects.select_for_update(skip_locked=True).filter(queue=row.queue, state=State.WAITING)
    now = timezone.now()
    rows = list(takewhile(lambda behind: behind.due_at <= now, held.order_by("id")[:limit]))
    OutboxRow.objects.filter(pk__in=[behind.pk for behind in rows]).update(
        state=State.LEASED, lease_token=row.lease_token, lease_ends_at=row.lease_ends_at, attempts=F("attempts") + 1
    )
    for behind in rows:
        behind.state, behind.attempts = State.LEASED, behind.attempts + 1
        behind.lease_token, behind.lease_ends_at = row.lease_token, row.lease_ends_at
    return rows


@transaction.atomic
def complete_all(rows: Sequence[OutboxRow]) -> None:
    """Mark rows of one lease as told; those whose lease ran out meanwhile are left to whoever has them now."""
    _of_lease(rows).update(state=State.DONE, done_at=timezone.now(), last_error="", **NO_LEASE)


@transaction.atomic
def give_back(rows: Sequence[OutboxRow]) -> None:
    """Let rows of one lease wait again, that were not tried after all."""
    _of_lease(rows).update(state=State.WAITING, attempts=F("attempts") - 1, **NO_LEASE)


def _of_lease(rows: Sequence[OutboxRow]) -> QuerySet[OutboxRow]:
    tokens = {row.lease_token for row in rows}
    return OutboxRow.objects.filter(pk__in=[row.pk for row in rows], state=State.LEASED, lease_token__in=tokens)


@transaction.atomic
def complete(row: OutboxRow) -> None:
    """Mark a row as told.

    Raises:
        Refused: the lease ran out meanwhile and was taken back; somebody else tells it.
    """
    _end_lease(row, state=State.DONE, done_at=timezone.now(), last_error="")
    clear_alert(f"outbox_waiting:{row.key}", because="it was sent")


@transaction.atomic
def fail(row: OutboxRow, error: str, *, wait_seconds: int = 0, is_told: bool = True) -> None:
    """Give a row back after a failed attempt: due again later, or dead once the attempts are used up.

    `wait_seconds` is how long the receiver asked to be left alone, at least. People are told by an alert long before a row
    is dead, and again when it is; where not `is_told`, the caller tells them of what many rows have in common.

    Raises:
        Refused: the lease ran out meanwhile.
    """
    delay = retry_delay_seconds(row.attempts)
    if delay is None:
        _bury(row, error, sentence=f"{row.key} could not be sent in {row.attempts} attempts: {error}", is_told=is_told)
        return
    _end_lease(
        row, state=State.WAITING, due_at=timezone.now() + timedelta(seconds=max(delay, wait_seconds)), last_error=error
    )
    if is_told and row.attempts >= ATTEMPTS_BEFORE_ALERT:
        raise_alert(
            f"outbox_waiting:{row.key}",
            kind="outbox_waiting",
            sentence=f"{row.key} is not sent yet after {row.attempts} attempts: {error} It is tried again by itself.",
            facts={"outbox_key": row.key, "attempts": row.attempts},
        )


@transaction.atomic
def give_up(row: OutboxRow, error: str, *, is_told: bool = True) -> None:
    """Let go of a row that no further attempt can help: dead at once, with an alert that says what to mend.

    Where not `is_told`, the caller tells people.

    Raises:
        Refused: the lease ran out meanwhile.
    """
    _bury(row, error, sentence=f"{row.key} was not sent: {error}", is_told=is_told)


def _bury(row: OutboxRow, error: str, *, sentence: str, is_told: bool = True) -> None:
    _end_lease(row, state=State.DEAD, last_error=error)
    if not is_told:
        return
    clear_alert(f"outbox_waiting:{row.key}", because="it was given up")
    raise_alert(
        f"outbox_dead:{row.key}",
        kind="outbox_dead",
        sentence=f"{sentence} Mend the cause, then send it again.",
        facts={"outbox_key": row.key, "attempts": row.attempts},
        is_closable=True,
    )


@transaction.atomic
def sweep() -> int:
    """Put rows back whose lease ran out because their holder died; returns how many.

    A row whose attempts are used up is dead, with an alert: what kills its holder each time must not do so for ever.
    """
    lapsed = OutboxRow.objects.select_for_update(skip_locked=True).filter(state=State.LEASED, lease_ends_at__lt=Now())
    for row in lapsed.filter(attempts__gte=MAX_ATTEMPTS):
        _bury(row, DIED, sentence=f"{row.key} could not be sent in {row.attempts} attempts: {DIED}")
    return lapsed.update(state=State.WAITING, lease_token=None, lease_ends_at=None)


@transaction.atomic
def revive(key: str, *, actor: str) -> None:
    """Send a dead row again from the start, once its cause is mended.

    Raises:
        Refused: no dead row has this key.
    """
    if not OutboxRow.objects.filter(key=key, state=State.DEAD).update(state=State.WAITING, attempts=0, due_at=Now()):
        raise Refused(f"Nothing dead waits under {key}.", code="outbox_not_dead", key=key)
    clear_alert(f"outbox_dead:{key}", because="sent again")
    record(actor=actor, verb="journal.outbox_revived", subject=f"outbox:{key}")
    transaction.on_commit(wake, robust=True)


@transaction.atomic
def stop_queue(queue: str, error: str) -> None:
    """Let go of all that waits in a queue until somebody mends what stopped it; `revive_queue` goes on where it was."""
    OutboxRow.objects.filter(queue=queue, state=State.WAITING).update(state=State.DEAD, last_error=error)


@transaction.atomic
def revive_queue(queue: str) -> int:
    """Send from the start what was given up in a queue, in its order; returns how much that is."""
    count = OutboxRow.objects.filter(queue=queue, state=State.DEAD).update(
        state=State.WAITING, attempts=0, due_at=Now()
    )
    if count:
        transaction.on_commit(wake, robust=True)
    return count


@transaction.atomic
def forget_queue(queue: str, *, done_before: datetime | None = None) -> None:
    """Drop the rows of a queue whose rows only repeat what stands elsewhere: all, or what was told before a moment."""
    rows = OutboxRow.objects.filter(queue=queue)
    (rows if done_before is None else rows.filter(state=State.DONE, done_at__lt=done_before)).delete()


@transaction.atomic
def tell_again(key: str) -> bool:
    """Let what was told already be told once more, as it was; False: there is none, or it is not told yet."""
    told = OutboxRow.objects.filter(key=key, state=State.DONE)
    is_told = bool(told.update(state=State.WAITING, attempts=0, due_at=Now(), done_at=None))
    if is_told:
        transaction.on_commit(wake, robust=True)
    return is_told


def _end_lease(row: OutboxRow, **changes: Any) -> None:
    held = OutboxRow.objects.filter(pk=row.pk, state=State.LEASED, lease_token=row.lease_token)
    if not held.update(**NO_LEASE, **changes):
        raise Refused(
            f"The lease on {row.key} ran out and was taken back; this attempt no longer counts.",
            code="stale_lease",
            key=row.key,
        )


@transaction.atomic
def answer_once(scope: str, key: str, content: object, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do `act` once per key: the same call again gets the stored answer and does nothing.

    Callers who arrive together under one key wait for the first: the unique row is written before `act` runs.

    Raises:
        Refused: the key was used for other content.
    """
    content_hash = fingerprint(content)
    row, is_new = IdempotentAnswer.objects.get_or_create(
        scope=scope, key=key, defaults={"content_hash": content_hash, "answer": {}}
    )
    if not is_new:
        if bytes(row.content_hash) != content_hash:
            raise Refused(
                f"The key {key} was already used for a different request; use a new key.", code="key_reused", key=key
            )
        return dict(row.answer)
    row.answer = act()
    row.save(update_fields=["answer"])
    return dict(row.answer)


def beat(job: str, *, expected_every_seconds: int) -> None:
    """Give a job's sign of life, and its promise when the next will come."""
    Heartbeat.objects.update_or_create(
        job=job, defaults={"beat_at": timezone.now(), "expected_every_seconds": expected_every_seconds}
    )
    clear_alert(f"silent_job:{job}", because="the job is alive again")


def raise_alert(key: str, *, kind: str, sentence: str, facts: Json, is_closable: bool = False, **worth: Any) -> None:
    """Tell people about a root cause: one open alert per key; a second call updates what it says.

    One about something that happened, which nothing need end, `is_closable`: a person who has seen to it says so. What it is
    `worth`, where the caller knows: `money` that is lost if nobody acts, `deadline_on`, `item_count`.
    """
    said = {"kind": kind, "sentence": sentence, "facts": dict(facts), "is_closable": is_closable, **worth}
    Alert.objects.update_or_create(key=key, cleared_at=None, defaults=said)
    tell_pages([key])


def clear_alert(key: str, *, because: str) -> None:
    """Close the open alert of a root cause, if there is one, saying why."""
    clear_alerts([key], because=because)


def clear_alerts(keys: Iterable[str], *, because: str) -> None:
    """Close the open alerts of several root causes, saying why."""
    named = list(keys)
    open_ones = Alert.objects.filter(key__in=named, cleared_at=None)
    if open_ones.update(**cleared(because)):
        tell_pages(named)


def cleared(because: str) -> dict[str, Any]:
    """What an alert holds once it has ended now, in this transaction, for a reason."""
    return {"cleared_at": timezone.now(), "cleared_in": CurrentTransaction(), "cleared_because": because}


def tell_pages(keys: Iterable[str]) -> None:
    """Have open pages hear, after the commit, that something is to be looked at or no longer: alerts are no facts that the
    watermark tells of.
    """
    subjects = [alert_subject(key) for key in keys]

    def told() -> None:
        announce(watermark(), Changes({Alert._meta.db_table: len(subjects)}, subjects[:MAX_SUBJECTS], True))

    transaction.on_commit(told, robust=True)


@transaction.atomic
def close_alert(pk: int, *, reason: str, actor: str) -> Alert:
    """Close an alert that somebody has seen to, with the reason. One that ended already stays as it is.

    Raises:
        Refused: there is no such alert, it ends by itself when its cause is gone, or no reason is given.
    """
    found = Alert.objects.select_for_update().filter(pk=pk).first()
    if found is None:
        raise Refused(f"There is no alert {pk}.", code="no_alert", alert=pk)
    if not found.is_closable:
        raise Refused(
            f"Alert {pk} ends by itself when its cause is gone; do what it says.", code="not_closable", alert=pk
        )
    if not reason.strip():
        raise Refused("Say why.", code="no_reason")
    if found.cleared_at is None:
        Alert.objects.filter(pk=pk).update(**cleared(f"closed by {actor}: {reason}"))
        found.refresh_from_db()
        tell_pages([found.key])
        record(
            actor=actor, verb=ALERT_CLOSED, subject=alert_subject(found.key), old={"sentence": found.sentence},
            reason=reason,
        )  # fmt: skip
    return found


def announce(watermark: int, changes: Changes) -> None:
    """Tell whoever listens on `ownstock_changes` what changed up to a watermark: in a transaction of its own, never in one
    that posts, because announcements are committed one after another.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANGES, announcement(watermark, changes)])
