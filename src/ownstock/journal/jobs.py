"""Runs of jobs: begun, at work, failed and tried again, dead, discarded; for people who look after them."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from ownstock.base.errors import Refused
from ownstock.journal import actions
from ownstock.journal.models import JobRun, JobTally
from ownstock.journal.rules import JOB_ATTEMPTS, JOB_SILENT_SECONDS, RUNS_KEPT_DAYS, job_retry_seconds

State = JobRun.State


def begin(job: str, *, task: str = "") -> JobRun:
    """Begin a run: the one that failed before and is to be tried again, where there is one, else a new one."""
    now = timezone.now()
    JobRun.objects.filter(job=job, state=State.DONE, ended_at__lt=now - timedelta(days=RUNS_KEPT_DAYS)).delete()
    again = JobRun.objects.filter(job=job, state__in=[State.FAILED, State.WAITING]).order_by("-id").first()
    run = again or JobRun(job=job)
    run.task, run.state, run.step, run.done, run.total = task, State.RUNNING, "", 0, 0
    run.attempts += 1
    run.started_at = run.beat_at = now
    run.ended_at = run.due_at = None
    run.save()
    return run


def note_progress(run_id: int, step: str, done: int, total: int) -> None:
    """Say how far a run is."""
    JobRun.objects.filter(pk=run_id).update(step=step[:100], done=done, total=total, beat_at=Now())


@transaction.atomic
def finish(run: JobRun) -> None:
    """A run did what it was to do."""
    now = timezone.now()
    JobRun.objects.filter(pk=run.pk).update(state=State.DONE, ended_at=now, beat_at=now, error="")
    actions.clear_alert(f"job_dead:{run.job}", because="it ran again")
    count(run.job, State.DONE)


@transaction.atomic
def fail(run: JobRun, error: str) -> None:
    """A run failed: tried again after a pause, where it can be; after the last attempt people are told."""
    pause = job_retry_seconds(run.attempts) if run.task else None
    due_at = None if pause is None else timezone.now() + timedelta(seconds=pause)
    state = State.DEAD if pause is None else State.FAILED
    JobRun.objects.filter(pk=run.pk).update(state=state, due_at=due_at, ended_at=timezone.now(), error=error[:2_000])
    count(run.job, state)
    if state is State.DEAD:
        actions.raise_alert(
            f"job_dead:{run.job}",
            kind="job_dead",
            sentence=f"The job {run.job} failed {run.attempts} times: {error[:500]} Mend the cause, then try it "
            f"again or discard it, on the page Jobs or by ownstock jobs retry {run.pk}.",
            facts={"job": run.job, "run": run.pk, "attempts": run.attempts},
        )


def count(job: str, outcome: str) -> None:
    """Count one more end of a job."""
    tally, _ = JobTally.objects.get_or_create(job=job, outcome=outcome)
    JobTally.objects.filter(pk=tally.pk).update(count=F("count") + 1)


def take_up() -> int:
    """Try again what failed and is due; a run that gave no sign of life has failed. Returns how many are tried again."""
    silent_since = timezone.now() - timedelta(seconds=JOB_SILENT_SECONDS)
    for run in JobRun.objects.filter(state=State.RUNNING, beat_at__lt=silent_since):
        fail(run, f"It gave no sign of life for {JOB_SILENT_SECONDS // 60} minutes.")
    due = list(JobRun.objects.filter(state=State.FAILED, due_at__lte=Now()).order_by("due_at")[:JOB_ATTEMPTS])
    for run in due:
        _defer(run)
    return len(due)


@transaction.atomic
def retry(run_id: int, *, actor: str) -> JobRun:
    """Have a run that failed or is dead tried again at once.

    Raises:
        Refused: there is no such run, or it cannot be tried again from here.
    """
    run = _ended(run_id)
    if not run.task:
        raise Refused(f"The job {run.job} is started by people; start it as before.", code="no_task", run=run_id)
    run.attempts = 0
    run.save(update_fields=["attempts"])
    actions.record(actor=actor, verb="journal.job_retried", subject=f"job:{run.job}", new={"run": run_id})
    _defer(run)
    run.refresh_from_db()
    return run


@transaction.atomic
def discard(run_id: int, *, actor: str, reason: str) -> JobRun:
    """Let go of a run that failed or is dead; its alert is cleared.

    Raises:
        Refused: there is no such run, it did not fail, or no reason is given.
    """
    run = _ended(run_id)
    if not reason.strip():
        raise Refused("Say why.", code="no_reason")
    run.state, run.due_at = State.DISCARDED, None
    run.save(update_fields=["state", "due_at"])
    actions.clear_alert(f"job_dead:{run.job}", because=f"discarded by {actor}: {reason}")
    actions.record(
        actor=actor, verb="journal.job_discarded", subject=f"job:{run.job}", old={"error": run.error}, reason=reason
    )
    return run


def _ended(run_id: int) -> JobRun:
    found = JobRun.objects.select_for_update().filter(pk=run_id).first()
    if found is None:
        raise Refused(f"There is no run {run_id} of a job.", code="no_job_run", run=run_id)
    if found.state not in (State.FAILED, State.DEAD):
        raise Refused(
            f"Run {run_id} of {found.job} is {found.state}; it did not fail.", code="job_not_failed", run=run_id
        )
    return found


def _defer(run: JobRun) -> None:
    """Have the worker begin a run again; it waits until then."""
    JobRun.objects.filter(pk=run.pk).update(state=State.WAITING, due_at=None)
    # Where its own time has come, it waits in the queue already.
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(run.task, queueing_lock=run.task).defer(timestamp=int(timezone.now().timestamp()))


def runs(state: str = "") -> QuerySet[JobRun]:
    """Runs of jobs, the newest first."""
    found = JobRun.objects.order_by("-id")
    return found.filter(state=state) if state else found


def is_asked_for(task: str) -> bool:
    """Whether a task stands in the queue that the worker has not begun."""
    return ProcrastinateJob.objects.filter(task_name=task, status="todo").exists()


def last_run(job: str) -> JobRun | None:
    """The last run of a job that did what it was to do."""
    return JobRun.objects.filter(job=job, state=State.DONE).order_by("-id").first()


def tallies() -> list[tuple[str, str, int]]:
    """How often each job has ended, and how: (job, outcome, count)."""
    return list(JobTally.objects.order_by("job", "outcome").values_list("job", "outcome", "count"))
