"""Jobs: who gives signs of life, what is at work and how far, what failed; try again, let go."""

from __future__ import annotations

import click
from django.utils import timezone

from ownstock.cli.command import noun
from ownstock.cli.options import actor_option, json_option, limit_option
from ownstock.cli.render import first, show, tell
from ownstock.journal import jobs as runs
from ownstock.journal import queries
from ownstock.journal.models import JobRun

NUMBER = click.argument("number", type=click.IntRange(min=1))


@noun()
def jobs() -> None:
    """What runs by itself: signs of life, what is at work, what failed."""


@jobs.command()
@json_option
def status() -> None:
    """Show each job's last sign of life, and whether it has been silent for too long."""
    silent = {beat.job for beat in queries.silent_jobs()}
    now = timezone.now()
    rows = [
        {
            "job": beat.job, "beat_at": beat.beat_at, "seconds": round((now - beat.beat_at).total_seconds()),
            "expected_every_seconds": beat.expected_every_seconds, "state": "silent" if beat.job in silent else "alive",
        }
        for beat in queries.heartbeats()
    ]  # fmt: skip
    show(rows, empty="No job has given a sign of life yet; ownstock serve runs the worker.")


@jobs.command("list")
@click.option("--state", type=click.Choice(JobRun.State.values), default=None, help="Only those in this state.")
@limit_option(50)
@json_option
def list_runs(state: str | None, limit: int) -> None:
    """Show runs of jobs, newest first: at work with how far they are, done, failed, dead."""
    rows = [
        {
            "number": run.pk, "job": run.job, "state": run.state, "step": run.step, "done": run.done, "total": run.total,
            "attempts": run.attempts, "started_at": run.started_at, "ended_at": run.ended_at, "due_at": run.due_at,
            "error": run.error,
        }
        for run in first(runs.runs(state or ""), limit)
    ]  # fmt: skip
    show(rows, empty="There is no such run.")


@jobs.command()
@NUMBER
@actor_option
@json_option
def retry(number: int, actor: str) -> None:
    """Have the run NUMBER, which failed, tried again at once; the worker does it."""
    run = runs.retry(number, actor=actor)
    tell(f"The job {run.job} is tried again.", {"number": run.pk, "job": run.job, "state": run.state})


@jobs.command()
@NUMBER
@click.option("--reason", required=True, help="Why, in your words; the journal keeps it.")
@actor_option
@json_option
def discard(number: int, reason: str, actor: str) -> None:
    """Let go of the run NUMBER, which failed: it is not tried again."""
    run = runs.discard(number, actor=actor, reason=reason)
    tell(f"Run {run.pk} of {run.job} is discarded.", {"number": run.pk, "job": run.job, "state": run.state})
