"""Reading the journal."""

from __future__ import annotations

from datetime import timedelta

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BinaryField, F, JSONField, Model, QuerySet
from django.utils import timezone

from ownstock.journal.fields import TransactionIdField
from ownstock.journal.models import Alert, AuditEvent, Heartbeat, OutboxRow
from ownstock.journal.rules import MAX_SUBJECTS, Changes

GRACE = 3


def open_alerts() -> QuerySet[Alert]:
    """What people must look at now, newest first."""
    return Alert.objects.filter(cleared_at=None).order_by("-raised_at", "-id")


def trail(subject: str) -> QuerySet[AuditEvent]:
    """Everything that happened to one thing, oldest first."""
    return AuditEvent.objects.filter(subject=subject).order_by("id")


def silent_jobs() -> list[Heartbeat]:
    """Jobs that have been silent for three times as long as they promised."""
    now = timezone.now()
    return [h for h in Heartbeat.objects.all() if now - h.beat_at > timedelta(seconds=GRACE * h.expected_every_seconds)]


def seconds_since(job: str) -> float | None:
    """How long ago a job gave its last sign of life, or None before its first."""
    heartbeat = Heartbeat.objects.filter(job=job).first()
    return None if heartbeat is None else (timezone.now() - heartbeat.beat_at).total_seconds()


def oldest_waiting_seconds() -> float | None:
    """How long the oldest due outbox row has been waiting, or None when nothing waits."""
    now = timezone.now()
    row = OutboxRow.objects.filter(state__in=["waiting", "leased"], due_at__lte=now).order_by(F("due_at")).first()
    return None if row is None else (now - row.due_at).total_seconds()


def watermark() -> int:
    """The id below which every transaction has ended: what a reader of "what is new" may take."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def fact_models() -> list[type[Model]]:
    """The models whose rows are facts that others follow: append-only, with the id of the transaction that wrote them.

    Each has a number as key, `recorded_at`, an index of transaction id and key, and a text of its own (`str`).
    """
    return [
        model
        for model in apps.get_models()
        if getattr(model, "append_only", False)
        and any(isinstance(field, TransactionIdField) for field in model._meta.concrete_fields)
    ]


def changes(since: int, until: int) -> Changes:
    """The facts of transactions from one watermark up to, not including, another; of very many, the first subjects.

    The subject of a fact is its own word for it (`subject`), else its kind and what it says of itself: `posting:r1`.
    """
    counts: dict[str, int] = {}
    subjects: dict[str, None] = {}
    is_complete = True
    for model in fact_models():
        found = model._default_manager.filter(transaction_id__gte=since, transaction_id__lt=until)
        rows = list(found.defer(*_heavy_fields(model)).order_by("transaction_id", "pk")[: MAX_SUBJECTS + 1])
        if rows:
            is_all = len(rows) <= MAX_SUBJECTS
            counts[model._meta.db_table] = len(rows) if is_all else found.count()
            subjects |= dict.fromkeys(map(_subject, rows))
            is_complete = is_complete and is_all
    return Changes(counts, list(subjects), is_complete)


def _heavy_fields(model: type[Model]) -> list[str]:
    """Those that may be large and are in no subject."""
    return [f.name for f in model._meta.concrete_fields if isinstance(f, BinaryField | ArrayField | JSONField)]


def _subject(row: Model) -> str:
    return getattr(row, "subject", None) or f"{str(row._meta.verbose_name).replace(' ', '_')}:{row}"
