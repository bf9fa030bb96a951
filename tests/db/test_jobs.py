"""Jobs: how far they are is seen while they work, what fails is tried again and then told of, silence is told of."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from ownstock.access import actions as access
from ownstock.access.rules import Scope
from ownstock.automation import actions
from ownstock.base.errors import Refused
from ownstock.journal import jobs
from ownstock.journal.models import Heartbeat, JobRun
from ownstock.journal.queries import open_alerts
from ownstock.journal.rules import JOB_ATTEMPTS, job_retry_seconds
from ownstock.journal.running import report, running
from ownstock.site.entry import cli
from tests.factories import ACTOR
from tests.faults.embedded_programs import await_true
from tests.web_cases import planned_shop

TASK = "ownstock.lapses"


def fail(job: str = "lapses", task: str = TASK) -> JobRun:
    with pytest.raises(ValueError, match="broken"), running(job, task=task):
        raise ValueError("broken")
    return JobRun.objects.latest("id")


def run(*words: str) -> Any:
    done = CliRunner(catch_exceptions=False).invoke(cli, [*words, "--json"], obj=nullcontext)
    return json.loads(done.stdout) if done.exit_code == 0 else done.stderr


def test_how_far_a_job_is_stands_there_while_its_transaction_is_open(committed_db: Any) -> None:
    with running("plan") as begun, transaction.atomic():
        report("deciding", 40, 100)
        report("deciding", 41, 100)
        found = JobRun.objects.get(pk=begun.pk)
        assert (found.state, found.step, found.done, found.total) == ("running", "deciding", 40, 100)
        assert run("jobs", "list", "--state", "running")[0]["step"] == "deciding"
    found.refresh_from_db()
    assert (found.state, found.attempts) == ("done", 1)
    assert jobs.tallies() == [("plan", "done", 1)]
    report("nothing is at work here", 1, 2)


def test_one_connection_writes_all_the_steps_of_a_job_and_ends_with_it(committed_db: Any) -> None:
    def connections() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() ORDER BY pid")
            return [pid for (pid,) in cursor.fetchall()]

    before, during = connections(), []
    with running("plan"):
        for step in ("reading", "deciding"):
            report(step)
            during.append(connections())
    assert during[0] == during[1]
    assert len(during[0]) == len(before) + 1
    await_true(lambda: connections() == before)


def test_a_plan_tells_how_far_it_is(committed_db: Any) -> None:
    planned_shop()
    found = JobRun.objects.get(job="plan")
    assert (found.state, found.step) == ("done", "telling what is out of order")


def test_a_job_that_fails_is_tried_again_after_growing_pauses_and_then_told_of(db: None) -> None:
    for attempt in range(1, JOB_ATTEMPTS):
        failed = fail()
        assert (failed.state, failed.attempts, failed.error) == ("failed", attempt, "ValueError: broken")
        assert failed.due_at is not None
        pause = (failed.due_at - timezone.now()).total_seconds()
        assert pause == pytest.approx(job_retry_seconds(attempt), abs=5)
        assert jobs.take_up() == 0
        JobRun.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        actions.sweep()
        assert ProcrastinateJob.objects.filter(task_name=TASK).count() == 1
        assert jobs.take_up() == 0
    assert not open_alerts().filter(kind="job_dead")
    dead = fail()
    assert (dead.state, dead.attempts, JobRun.objects.count()) == ("dead", JOB_ATTEMPTS, 1)
    [alert] = open_alerts().filter(kind="job_dead")
    assert alert.sentence.startswith("The job lapses failed 5 times: ValueError: broken Mend the cause")
    run("jobs", "retry", str(dead.pk))
    with running("lapses", task=TASK):
        pass
    assert not open_alerts().filter(kind="job_dead")
    assert (JobRun.objects.get().state, JobRun.objects.count()) == ("done", 1)


def test_a_job_that_died_is_taken_as_failed_and_one_that_people_start_is_left_to_them(db: None) -> None:
    lost = jobs.begin("lapses", task=TASK)
    JobRun.objects.update(beat_at=timezone.now() - timedelta(hours=2))
    jobs.take_up()
    lost.refresh_from_db()
    assert (lost.state, lost.error) == ("failed", "It gave no sign of life for 30 minutes.")
    by_hand = fail("plan", task="")
    assert by_hand.state == "dead"
    assert "is started by people" in run("jobs", "retry", str(by_hand.pk))
    assert run("jobs", "discard", str(by_hand.pk), "--reason", "planned anew")["state"] == "discarded"
    assert not open_alerts().filter(kind="job_dead")
    with pytest.raises(Refused, match="it did not fail"):
        jobs.discard(by_hand.pk, actor=ACTOR, reason="again")
    with pytest.raises(Refused, match="There is no run 999"):
        jobs.retry(999, actor=ACTOR)


@pytest.mark.parametrize("job", ["plan", "ticker", "sweep"])
def test_a_silent_plan_ticker_or_worker_is_told_of_and_is_no_health(db: None, job: str) -> None:
    Heartbeat.objects.create(job=job, beat_at=timezone.now() - timedelta(days=40), expected_every_seconds=7 * 86_400)
    assert [row["state"] for row in run("jobs", "status")] == ["silent"]
    assert Client().get("/health").json()["jobs"] == [job]
    if job != "sweep":
        actions.sweep()
        assert open_alerts().get().key == f"silent_job:{job}"


def test_programs_see_jobs_and_have_them_tried_again(db: None) -> None:
    failed = fail()
    token = access.create_api_key("ops", scopes=[Scope.AUTOMATION_READ, Scope.AUTOMATION_WRITE], actor=ACTOR)
    ops = Client(headers={"Authorization": f"Bearer {token}"})
    Heartbeat.objects.create(job="sweep", expected_every_seconds=60)
    assert [(row["job"], row["is_silent"]) for row in ops.get("/api/jobs").json()] == [("sweep", False)]
    [row] = ops.get("/api/jobs/runs?state=failed").json()["rows"]
    assert (row["id"], row["error"]) == (failed.pk, "ValueError: broken")
    again = ops.post(f"/api/jobs/runs/{failed.pk}/retry")
    assert (again.status_code, again.json()["state"]) == (200, "waiting")
    gone = ops.post("/api/jobs/runs/9999/discard", {"reason": "x"}, content_type="application/json")
    assert (gone.status_code, gone.json()["code"]) == (404, "no_job_run")
