"""Jobs for programs: signs of life, what is at work, what failed; try again, let go."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.pages import Page, Part, page
from ownstock.journal import jobs, queries
from ownstock.journal.models import JobRun

router = Router()
READS, WRITES = KeyHolder(Scope.AUTOMATION_READ), KeyHolder(Scope.AUTOMATION_WRITE)
Number = Annotated[int, Path(description="The run's number.", ge=1, le=2**63 - 1)]


class HeartbeatOut(Schema):
    """A job's last sign of life."""

    job: str
    beat_at: datetime
    expected_every_seconds: int
    is_silent: bool = Field(description="Whether it has been silent for three times as long as it promised.")


class JobRunOut(Schema):
    """One run of a job."""

    id: int
    job: str
    state: JobRun.State
    step: str = Field(description="What it is at.")
    done: int = Field(description="So much of the step is done.")
    total: int = Field(description="Of so much; 0 where nobody knows.")
    attempts: int
    started_at: datetime
    ended_at: datetime | None
    due_at: datetime | None = Field(description="When it is tried again.")
    error: str


class JobDiscardIn(Schema):
    """Why a run is let go of."""

    reason: str = Field(min_length=1, max_length=1_000)


@router.get("/jobs", auth=READS, response=list[HeartbeatOut], summary="Signs of life")
def list_heartbeats(request: HttpRequest) -> Any:
    """Every job's last sign of life, by name."""
    silent = {beat.job for beat in queries.silent_jobs()}
    return [
        {
            "job": beat.job, "beat_at": beat.beat_at, "expected_every_seconds": beat.expected_every_seconds,
            "is_silent": beat.job in silent,
        }
        for beat in queries.heartbeats()
    ]  # fmt: skip


@router.get("/jobs/runs", auth=READS, response=Page[JobRunOut], summary="Runs of jobs")
def list_runs(
    request: HttpRequest,
    part: Query[Part],
    state: Annotated[JobRun.State | None, Query(description="Only those in this state.")] = None,
) -> Any:
    """Runs of jobs, the newest first: at work with how far they are, done, failed, dead."""
    return page(jobs.runs(state or ""), part)


@router.post("/jobs/runs/{number}/retry", auth=WRITES, response=JobRunOut, summary="Try a job again")
def retry(request: HttpRequest, number: Number) -> Any:
    """Have a run that failed tried again at once; the worker does it."""
    return jobs.retry(number, actor=actor_of(request))


@router.post("/jobs/runs/{number}/discard", auth=WRITES, response=JobRunOut, summary="Let go of a job")
def discard(request: HttpRequest, number: Number, body: JobDiscardIn) -> Any:
    """Let go of a run that failed: it is not tried again."""
    return jobs.discard(number, actor=actor_of(request), reason=body.reason)
