"""The rows of the journal."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from ownstock.journal.fields import QuantityField, TransactionIdField, TransactionNumberField


class AuditEvent(models.Model):
    """One thing that happened: who, what, to what, before, after, why. Appended in the transaction of the change."""

    recorded_at = models.DateTimeField(db_default=Now(), help_text="When the transaction that wrote it began.")
    transaction_id = TransactionIdField()
    actor = models.CharField(max_length=100, help_text="Who, as a key: `user:anna`, `job:plan`, `key:4f2a`.")
    verb = models.CharField(max_length=60, help_text="What, as app.past_participle: `purchasing.placed`.")
    subject = models.CharField(max_length=200, help_text="To what, as a key: `purchase_order:PO-000012`.")
    old = models.JSONField(null=True, help_text="The values before, where something changed.")
    new = models.JSONField(null=True, help_text="The values after.")
    reason = models.TextField(blank=True, help_text="Why, in the actor's words.")

    append_only = True

    class Meta:
        db_table = "journal_audit_event"
        indexes = [
            models.Index(fields=["subject", "id"], name="audit_event_by_subject"),
            models.Index(fields=["transaction_id", "id"], name="audit_event_by_transaction"),
            models.Index(fields=["recorded_at", "id"], name="audit_event_by_time"),
            models.Index(fields=["actor", "recorded_at", "id"], name="audit_event_by_actor"),
            models.Index(fields=["verb", "recorded_at", "id"], name="audit_event_by_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.subject}"


class OutboxRow(models.Model):
    """Something still to be told outside, written in the transaction of what it tells.

    The row is the truth; a job is only a wake-up. Whoever tells it holds a lease; a lease that ran out is taken back
    by the sweep, and a holder of a stale lease can no longer mark the row.
    """

    class State(models.TextChoices):
        """Where the row is on its way."""

        WAITING = "waiting"
        LEASED = "leased"
        DONE = "done"
        DEAD = "dead"

    key = models.CharField(
        max_length=200, unique=True, help_text="One effect, one key: `purchase_order.placed:PO-000012:1`."
    )
    topic = models.CharField(max_length=60, help_text="What kind of thing is told; chooses who tells it.")
    payload = models.JSONField(help_text="Keys of what is told, never copies of it.")
    queue = models.CharField(
        max_length=100, blank=True, help_text="Of a queue one row is told at a time; empty: nobody has said which yet."
    )
    state = models.CharField(max_length=8, choices=State.choices, db_default=State.WAITING)
    attempts = models.PositiveIntegerField(db_default=0)
    due_at = models.DateTimeField(db_default=Now(), help_text="Not to be tried before.")
    lease_token = models.UUIDField(null=True, help_text="Who holds it now.")
    lease_ends_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "journal_outbox"
        indexes = [
            models.Index(fields=["due_at", "id"], name="outbox_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["queue", "state"], name="outbox_by_queue"),
            models.Index(fields=["id"], name="outbox_unfinished", condition=models.Q(state__in=["waiting", "leased"])),
        ]
        constraints = [
            models.CheckConstraint(
                name="outbox_lease_is_whole",
                condition=models.Q(state="leased", lease_token__isnull=False, lease_ends_at__isnull=False)
                | (~models.Q(state="leased") & models.Q(lease_token__isnull=True, lease_ends_at__isnull=True)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"


class IdempotentAnswer(models.Model):
    """The answer once given under a caller's key, so that the same call again gets it and does nothing."""

    scope = models.CharField(max_length=60, help_text="The action: `purchasing.receive`.")
    key = models.CharField(max_length=200, help_text="The caller's own key.")
    content_hash = models.BinaryField(
        help_text="SHA-256 of what was asked; the same key with other content is refused."
    )
    answer = models.JSONField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "journal_idempotent_answer"
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotent_answer_once")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


class Heartbeat(models.Model):
    """A job's last sign of life; one that is silent for longer than it promised raises an alert."""

    job = models.CharField(max_length=100, unique=True)
    beat_at = models.DateTimeField(db_default=Now())
    expected_every_seconds = models.PositiveIntegerField()

    class Meta:
        db_table = "journal_heartbeat"

    def __str__(self) -> str:
        return self.job


class JobRun(models.Model):
    """One run of a job: how far it is, how it ended, when it is tried again."""

    class State(models.TextChoices):
        """Where the run is on its way."""

        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        WAITING = "waiting"
        DEAD = "dead"
        DISCARDED = "discarded"

    job = models.CharField(max_length=100, help_text="Which job: `plan`.")
    task = models.CharField(
        max_length=100, blank=True, help_text="What the worker is told to try it again; else people do."
    )
    state = models.CharField(max_length=9, choices=State.choices, help_text="Where the run is on its way.")
    step = models.CharField(max_length=100, blank=True, help_text="What it is at.")
    done = models.PositiveIntegerField(db_default=0, help_text="So much of the step is done …")
    total = models.PositiveIntegerField(db_default=0, help_text="… of so much; 0 where nobody knows.")
    attempts = models.PositiveIntegerField(default=0, help_text="How often it was begun.")
    started_at = models.DateTimeField(help_text="When it was begun the last time.")
    beat_at = models.DateTimeField(help_text="Its last sign of life.")
    ended_at = models.DateTimeField(null=True, help_text="When it was done, or failed.")
    due_at = models.DateTimeField(null=True, help_text="When it is tried again.")
    error = models.TextField(blank=True, help_text="Why it failed the last time.")

    class Meta:
        db_table = "journal_job_run"
        indexes = [
            models.Index(fields=["job", "-id"], name="job_run_by_job"),
            models.Index(
                fields=["due_at", "id"], name="job_run_open", condition=models.Q(state__in=["running", "failed"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.pk} ({self.state})"


class JobTally(models.Model):
    """How often a job has ended in one way, since ever."""

    job = models.CharField(max_length=100, help_text="Which job.")
    outcome = models.CharField(max_length=9, help_text="How it ended: `done`, `failed`, `dead`.")
    count = models.BigIntegerField(db_default=0, help_text="So often.")

    class Meta:
        db_table = "journal_job_tally"
        constraints = [models.UniqueConstraint(fields=["job", "outcome"], name="job_tally_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.outcome}: {self.count}"


class Alert(models.Model):
    """Something a person must look at, once per root cause for as long as it lasts."""

    key = models.CharField(max_length=200, help_text="The root cause: `late_delivery:PO-000012/3`.")
    kind = models.CharField(max_length=60)
    sentence = models.TextField(help_text="What is wrong and what to do.")
    facts = models.JSONField(default=dict, help_text="The values the sentence speaks of.")
    is_closable = models.BooleanField(
        db_default=False, help_text="Whether a person may close it: it tells what happened, and nothing need end it."
    )
    money = QuantityField(null=True, help_text="What is expected to be lost if nobody acts, in the company's currency.")
    deadline_on = models.DateField(null=True, help_text="The last day on which acting still helps.")
    item_count = models.PositiveIntegerField(null=True, help_text="How many item-sites it is about.")
    owner = models.CharField(max_length=150, blank=True, help_text="Who sees to it: a name to sign in with.")
    snoozed_until = models.DateField(null=True, help_text="Until this day it is out of sight …")
    snoozed_because = models.TextField(blank=True, help_text="… for this reason …")
    snoozed_money = QuantityField(null=True, help_text="… unless it grows by half above this.")
    raised_at = models.DateTimeField(db_default=Now())
    raised_in = TransactionIdField(help_text="The transaction that raised it.")
    cleared_at = models.DateTimeField(null=True)
    cleared_in = TransactionNumberField(null=True, editable=False, help_text="The transaction that cleared it.")
    cleared_because = models.TextField(blank=True)

    class Meta:
        db_table = "journal_alert"
        indexes = [
            models.Index(
                F("money").desc(nulls_last=True),
                "id",
                condition=models.Q(cleared_at__isnull=True),
                name="alert_by_money",
            ),
            models.Index(fields=["-cleared_at"], name="alert_cleared", condition=models.Q(cleared_at__isnull=False)),
            models.Index(fields=["raised_in", "id"], name="alert_by_raising"),
            models.Index(
                fields=["cleared_in", "id"], name="alert_by_clearing", condition=models.Q(cleared_in__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="alert_cleared_is_whole",
                condition=models.Q(cleared_at__isnull=True, cleared_in__isnull=True)
                | models.Q(cleared_at__isnull=False, cleared_in__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(cleared_at__isnull=True), name="alert_once_while_open"
            ),
        ]

    def __str__(self) -> str:
        return self.sentence
