"""The journal: leases, retries, dead rows, answers given once, heartbeats, alerts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.journal import actions, queries
from ownstock.journal.models import Alert, AuditEvent, Heartbeat, OutboxRow
from ownstock.journal.rules import ATTEMPTS_BEFORE_ALERT, MAX_ATTEMPTS, retry_delay_seconds

pytestmark = pytest.mark.django_db


def enqueued(key: str = "order:1") -> OutboxRow:
    return actions.enqueue(key, topic="test", payload={"n": 1})


def claimed() -> OutboxRow:
    enqueued()
    row = actions.claim(lease_seconds=60)
    assert row is not None
    return row


def let_the_lease_run_out(**changes: int) -> None:
    OutboxRow.objects.update(lease_ends_at=timezone.now() - timedelta(seconds=1), **changes)


def test_one_effect_has_one_row_however_often_it_is_asked_for() -> None:
    assert enqueued().pk == enqueued().pk


def test_a_claimed_row_is_nobody_elses() -> None:
    claimed()
    assert actions.claim(lease_seconds=60) is None


def test_a_stale_lease_is_refused() -> None:
    row = claimed()
    let_the_lease_run_out()
    assert actions.sweep() == 1
    again = actions.claim(lease_seconds=60)
    with pytest.raises(Refused, match="ran out"):
        actions.complete(row)
    assert again is not None
    actions.complete(again)
    assert OutboxRow.objects.get().state == OutboxRow.State.DONE


def test_a_failed_row_waits_longer_each_time_and_dies_with_an_alert() -> None:
    delays = [retry_delay_seconds(n) for n in range(1, MAX_ATTEMPTS + 1)]
    assert delays[:11] == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]
    assert delays[-2:] == [3600, None]
    row = claimed()
    actions.fail(row, "the server is down.")
    waiting = OutboxRow.objects.get()
    assert waiting.state == OutboxRow.State.WAITING
    assert waiting.due_at > timezone.now()
    OutboxRow.objects.update(due_at=timezone.now() - timedelta(seconds=1), attempts=MAX_ATTEMPTS - 1)
    last = actions.claim(lease_seconds=60)
    assert last is not None
    actions.fail(last, "the server is down.")
    assert OutboxRow.objects.get().state == OutboxRow.State.DEAD
    [alert] = queries.open_alerts()
    assert alert.sentence == (
        "order:1 could not be sent in 36 attempts: the server is down. Mend the cause, then send it again."
    )


def test_people_are_told_of_a_row_that_waits_long_and_that_it_went_after_all() -> None:
    claimed()
    OutboxRow.objects.update(attempts=ATTEMPTS_BEFORE_ALERT)
    row = OutboxRow.objects.get()
    actions.fail(row, "the server is down.")
    assert [alert.sentence for alert in queries.open_alerts()] == [
        "order:1 is not sent yet after 8 attempts: the server is down. It is tried again by itself."
    ]
    OutboxRow.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    again = actions.claim(lease_seconds=60)
    assert again is not None
    actions.complete(again)
    assert queries.open_alerts().count() == 0


def test_a_row_that_kills_its_holder_every_time_does_not_do_so_for_ever() -> None:
    claimed()
    let_the_lease_run_out(attempts=MAX_ATTEMPTS)
    assert actions.sweep() == 0
    assert OutboxRow.objects.get().state == OutboxRow.State.DEAD
    assert queries.open_alerts().count() == 1


def test_a_dead_row_is_sent_again_by_hand() -> None:
    actions.give_up(claimed(), "no address.")
    actions.revive("order:1", actor="user:anna")
    assert (OutboxRow.objects.get().attempts, queries.open_alerts().count()) == (0, 0)
    with pytest.raises(Refused, match="Nothing dead"):
        actions.revive("order:1", actor="user:anna")


def test_the_same_call_gets_the_stored_answer_and_acts_once() -> None:
    acts: list[int] = []

    def act() -> dict[str, int]:
        acts.append(1)
        return {"number": 7}

    answers = [actions.answer_once("test", "k", {"quantity": 1}, act) for _ in range(3)]
    assert (answers, len(acts)) == ([{"number": 7}] * 3, 1)
    with pytest.raises(Refused, match="different request"):
        actions.answer_once("test", "k", {"quantity": 2}, act)


def test_a_silent_job_is_found_by_its_own_promise() -> None:
    actions.beat("plan", expected_every_seconds=60)
    assert queries.silent_jobs() == []
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(seconds=181))
    assert [h.job for h in queries.silent_jobs()] == ["plan"]


def test_an_alert_is_open_once_per_cause_and_says_why_it_cleared() -> None:
    for days in (1, 2):
        actions.raise_alert("late:1", kind="late", sentence=f"{days} days late.", facts={"days": days})
    [alert] = queries.open_alerts()
    assert alert.facts == {"days": 2}
    actions.clear_alert("late:1", because="it came")
    actions.raise_alert("late:1", kind="late", sentence="late again.", facts={})
    assert queries.open_alerts().count() == 1


def test_an_event_keeps_who_what_before_after_and_why() -> None:
    actions.record(actor="user:anna", verb="a.b", subject="x:1", old={"n": 1}, new={"n": 2}, reason="typo")
    event = AuditEvent.objects.get()
    assert (event.actor, event.old, event.new, event.reason) == ("user:anna", {"n": 1}, {"n": 2}, "typo")
    assert event.transaction_id > 0
    # This transaction has not ended: a reader of "what is new" must not take its rows yet.
    assert queries.watermark() <= event.transaction_id


def told(key: str, *, is_closable: bool) -> Alert:
    actions.raise_alert(key, kind="test", sentence="Something happened.", facts={}, is_closable=is_closable)
    return queries.open_alerts().get(key=key)


def test_what_happened_is_told_until_a_person_says_what_was_done() -> None:
    alert = told("odd:1", is_closable=True)
    for reason in ("", "  "):
        with pytest.raises(Refused, match="Say why"):
            actions.close_alert(alert.pk, reason=reason, actor="user:anna")
    for _ in range(2):
        closed = actions.close_alert(alert.pk, reason="bought elsewhere", actor="user:anna")
    assert closed.cleared_because == "closed by user:anna: bought elsewhere"
    event = AuditEvent.objects.get(subject="alert:odd:1")
    assert (event.actor, event.verb, event.reason) == ("user:anna", "journal.alert_closed", "bought elsewhere")
    assert told("odd:1", is_closable=True).pk != alert.pk, "what happens again is told again"


def test_what_lasts_is_not_closed_by_a_person() -> None:
    alert = told("lasts:1", is_closable=False)
    with pytest.raises(Refused, match="ends by itself when its cause is gone"):
        actions.close_alert(alert.pk, reason="enough", actor="user:anna")
    with pytest.raises(Refused, match="There is no alert 0"):
        actions.close_alert(0, reason="enough", actor="user:anna")
    assert queries.open_alerts().exists()
