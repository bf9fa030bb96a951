"""Reading the journal."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Count, F, Func, Min, Model, Q, QuerySet, Sum, TextField, Value
from django.db.models.functions import Now
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.journal.fields import TransactionIdField
from ownstock.journal.models import Alert, AuditEvent, Heartbeat, OutboxRow
from ownstock.journal.rules import MAX_SUBJECTS, Changes

GRACE = 3
ALERT_CLOSED = "journal.alert_closed"
LOOK_SECONDS = 0.02


def open_alerts() -> QuerySet[Alert]:
    """What people must look at now, newest first."""
    return Alert.objects.filter(cleared_at=None).order_by("-raised_at", "-id")


def worklist(today: date, *, kind: str = "", owner: str | None = None, text: str = "") -> QuerySet[Alert]:
    """What people must look at on a day, that which costs most first; what is worth no money comes after, newest first.

    Of one kind, of one owner (empty: of nobody), or with a text in the sentence. What is snoozed is left out until its day,
    or until its money has grown by half.
    """
    grown = Q(snoozed_money__isnull=True, money__gt=0) | Q(money__gt=F("snoozed_money") * 3 / 2)
    rows = Alert.objects.filter(cleared_at=None).filter(Q(snoozed_until=None) | Q(snoozed_until__lte=today) | grown)
    if kind:
        rows = rows.filter(kind=kind)
    if owner is not None:
        rows = rows.filter(owner=owner)
    if text:
        rows = rows.filter(sentence__icontains=text)
    return rows.order_by(F("money").desc(nulls_last=True), "-raised_at", "-id")


def snoozed(today: date) -> QuerySet[Alert]:
    """Alerts that are out of sight, the next to come back first."""
    return Alert.objects.filter(cleared_at=None, snoozed_until__gt=today).order_by("snoozed_until", "id")


def cleared_alerts() -> QuerySet[Alert]:
    """Alerts that ended, with why, the last first."""
    return Alert.objects.exclude(cleared_at=None).order_by("-cleared_at", "-id")


def worklist_kinds(today: date) -> dict[str, tuple[int, Decimal]]:
    """How many alerts of each kind are in sight, and what they are worth together."""
    rows = worklist(today).order_by().values_list("kind").annotate(Count("id"), Sum("money"))
    return {kind: (count, money or Decimal(0)) for kind, count, money in rows}


def alert(pk: int) -> Alert:
    """An alert, open or cleared.

    Raises:
        Refused: there is none.
    """
    found = Alert.objects.filter(pk=pk).first()
    if found is None:
        raise Refused(f"There is no alert {pk}.", code="no_alert", alert=pk)
    return found


def alert_subject(key: str) -> str:
    """Under which word the audit events of a root cause stand."""
    return f"alert:{key}"[:200]


def trail(subject: str) -> QuerySet[AuditEvent]:
    """Everything that happened to one thing, oldest first."""
    return AuditEvent.objects.filter(subject=subject).order_by("id")


def last_closed(keys: Iterable[str]) -> dict[str, datetime]:
    """When people last closed the alerts of root causes; those that nobody ever closed are left out."""
    subjects = {alert_subject(key): key for key in keys}
    rows = AuditEvent.objects.filter(subject__in=subjects, verb=ALERT_CLOSED).order_by("id")
    return {subjects[subject]: at for subject, at in rows.values_list("subject", "recorded_at")}


def silent_jobs() -> list[Heartbeat]:
    """Jobs that have been silent for three times as long as they promised."""
    now = timezone.now()
    return [h for h in Heartbeat.objects.all() if now - h.beat_at > timedelta(seconds=GRACE * h.expected_every_seconds)]


def heartbeats() -> QuerySet[Heartbeat]:
    """Every job's last sign of life, by name."""
    return Heartbeat.objects.order_by("job")


def outbox_counts() -> dict[str, int]:
    """How many rows wait to be told, are being told, and were given up."""
    unfinished = ("waiting", "leased", "dead")
    found = OutboxRow.objects.filter(state__in=unfinished).values_list("state").annotate(rows=Count("pk"))
    return {**dict.fromkeys(unfinished, 0), **dict(found)}


def seconds_since(job: str) -> float | None:
    """How long ago a job gave its last sign of life, or None before its first."""
    heartbeat = Heartbeat.objects.filter(job=job).first()
    return None if heartbeat is None else (timezone.now() - heartbeat.beat_at).total_seconds()


def oldest_waiting_seconds() -> float | None:
    """How long the oldest due outbox row has been waiting, or None when nothing waits."""
    now = timezone.now()
    row = OutboxRow.objects.filter(state__in=["waiting", "leased"], due_at__lte=now).order_by(F("due_at")).first()
    return None if row is None else (now - row.due_at).total_seconds()


def without_queue(limit: int) -> list[OutboxRow]:
    """Waiting rows of which nobody has said yet in which queue they wait, oldest first."""
    return list(OutboxRow.objects.filter(state=OutboxRow.State.WAITING, queue="").order_by("id")[:limit])


def ready_rows() -> QuerySet[OutboxRow]:
    """Rows that are due and whose turn it is: no earlier row of the same thing still waits to be told or is being told.

    What is told of one thing (the second part of its key, in one family of topics) leaves in the order it happened, however
    often the first of it fails: a supplier never hears of a change before the order.
    """
    rows = OutboxRow.objects.annotate(
        subject=SplitPart("key", Value(":"), Value(2)), family=SplitPart("topic", Value("."), Value(1))
    )
    unfinished = rows.filter(state__in=[OutboxRow.State.WAITING, OutboxRow.State.LEASED]).exclude(subject="")
    first = unfinished.order_by().values("subject", "family").annotate(first=Min("id")).values("first")
    return rows.filter(Q(subject="") | Q(id__in=first), state=OutboxRow.State.WAITING, due_at__lte=Now())


class SplitPart(Func):
    """A part of a text between separators, counted from 1; empty where there is none."""

    function = "split_part"
    output_field = TextField()


def next_queue(besides: Iterable[str]) -> str | None:
    """The queue of the row that has been due for longest, some queues left out; None when nothing else is due."""
    due = ready_rows().exclude(queue__in=list(besides))
    return due.order_by("due_at", "id").values_list("queue", flat=True).first()


def watermark() -> int:
    """The id below which every transaction has ended: what a reader of "what is new" may take."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def watermark_of_now(patience_seconds: float) -> int:
    """The watermark, waited for until all is below it that was committed before the call.

    It cannot pass a transaction that is still open anywhere on the server; after `patience_seconds` it is taken as it is.
    """
    deadline = time.monotonic() + patience_seconds
    now = next_transaction()
    while (found := watermark()) < now and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    return found


def next_transaction() -> int:
    """An id above those of all transactions that have ended: the next that the server gives, or one a little before it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def fact_models() -> list[type[Model]]:
    """The models whose rows are facts that others follow: append-only, with the id of the transaction that wrote them.

    Each has a number as key (`id`), `recorded_at`, an index that begins with the transaction id, and a text of its own.
    """
    return [
        model
        for model in apps.get_models()
        if getattr(model, "append_only", False)
        and any(isinstance(field, TransactionIdField) for field in model._meta.concrete_fields)
    ]


def changes(since: int, until: int) -> Changes:
    """The facts of transactions from one watermark up to, not including, another; of very many, the first subjects.

    The subject of a fact is its own word for it (`subject`), else its kind and key, as `posting:r1`. Facts that have
    neither are counted. A model may name what else its facts concern (`further_subjects` of rows).
    """
    counts: dict[str, int] = {}
    subjects: dict[str, None] = {}
    is_complete = True
    for model in fact_models():
        found = model._default_manager.filter(transaction_id__gte=since, transaction_id__lt=until)
        named = _subjects(model, found.order_by("transaction_id", "pk"))
        count = len(named) if 0 < len(named) <= MAX_SUBJECTS else found.count()
        if count:
            counts[model._meta.db_table] = count
            subjects |= dict.fromkeys([*named, *_further(model, found)])
            is_complete = is_complete and len(named) <= MAX_SUBJECTS
    return Changes(counts, list(subjects), is_complete)


def _subjects(model: type[Model], rows: QuerySet[Any]) -> list[str]:
    """The first subjects of a table's rows, one more than are announced; none where rows have no word of their own."""
    names = {field.name for field in model._meta.concrete_fields}
    if "subject" in names:
        return list(rows.values_list("subject", flat=True)[: MAX_SUBJECTS + 1])
    kind = str(model._meta.verbose_name).replace(" ", "_")
    keys = rows.values_list("key", flat=True)[: MAX_SUBJECTS + 1] if "key" in names else ()
    return [f"{kind}:{key}" for key in keys]


def _further(model: type[Model], rows: QuerySet[Any]) -> list[str]:
    name = getattr(model, "further_subjects", None)
    return name(rows) if name else []
