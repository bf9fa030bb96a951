"""The dispatcher is woken after a commit, by one job at most; what no job knows of, the sweep finds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from ownstock.automation import actions
from ownstock.automation.rules import SWEEP
from ownstock.journal import actions as journal
from ownstock.journal.models import Heartbeat, OutboxRow
from ownstock.journal.queries import open_alerts

pytestmark = pytest.mark.usefixtures("committed_db")


def tell(key: str) -> OutboxRow:
    return journal.enqueue(key, topic="purchase_order.placed", payload={"order_revision": 1})


def waiting_jobs() -> list[str]:
    return list(ProcrastinateJob.objects.filter(status="todo").values_list("task_name", flat=True))


def test_a_commit_wakes_the_dispatcher_once_however_much_it_tells() -> None:
    with transaction.atomic():
        tell("a")
        tell("b")
        assert waiting_jobs() == []
    tell("c")
    assert waiting_jobs() == ["ownstock.dispatch"]


def test_the_same_key_again_wakes_nobody() -> None:
    tell("a")
    connections["owner"].cursor().execute("DELETE FROM procrastinate_jobs")
    tell("a")
    assert waiting_jobs() == []


def test_what_is_rolled_back_wakes_nobody() -> None:
    with transaction.atomic():
        tell("a")
        transaction.set_rollback(True)
    assert waiting_jobs() == []


def test_a_wake_up_that_fails_loses_nothing(caplog: pytest.LogCaptureFixture) -> None:
    connections["owner"].cursor().execute("ALTER TABLE procrastinate_jobs RENAME TO away")
    tell("a")
    assert "wake" in caplog.text
    connections["owner"].cursor().execute("ALTER TABLE away RENAME TO procrastinate_jobs")
    assert OutboxRow.objects.get().state == "waiting"
    actions.sweep()
    assert waiting_jobs() == ["ownstock.dispatch"]


def test_the_sweep_takes_back_what_a_dead_worker_held() -> None:
    tell("a")
    assert journal.claim(lease_seconds=0) is not None
    actions.sweep()
    assert OutboxRow.objects.get().state == "waiting"


def test_the_sweep_leaves_a_live_lease_alone() -> None:
    tell("a")
    assert journal.claim(lease_seconds=60) is not None
    actions.sweep()
    assert OutboxRow.objects.get().state == "leased"


def test_a_silent_job_is_told_once_and_cleared_by_its_next_sign_of_life() -> None:
    journal.beat("plan", expected_every_seconds=60)
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(minutes=4))
    actions.sweep()
    actions.sweep()
    [alert] = open_alerts()
    assert alert.sentence.startswith("The job plan was last seen at ")
    journal.beat("plan", expected_every_seconds=60)
    assert not open_alerts()


def test_the_sweep_gives_its_own_sign_of_life_first() -> None:
    journal.beat(SWEEP, expected_every_seconds=60)
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(hours=1))
    actions.sweep()
    assert not open_alerts()
