"""The ticker: many commits make few announcements, none is lost, and what is committed is sealed without anybody asking."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import transaction
from django.utils import timezone

from ownstock.access import chain
from ownstock.automation import actions
from ownstock.automation.rules import BEAT_EVERY_SECONDS, TICK_SECONDS, TICKER
from ownstock.automation.ticker import TICKER_LOCK, TICKING
from ownstock.catalog.models import Item
from ownstock.journal import actions as journal
from ownstock.journal.models import AuditEvent, Heartbeat
from ownstock.journal.queries import open_alerts
from ownstock.journal.rules import CHANGES, MAX_ANNOUNCEMENT_BYTES, Changes, announcement
from ownstock.ledger import actions as ledger
from ownstock.ledger.models import MOST_NAMED
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.site.embedded.databases import Credentials
from tests.factories import ACTOR, opening, small_business
from tests.seal_cases import PATIENCE_SECONDS, as_owner, findings, seal_all

EVENT = "INSERT INTO journal_audit_event (actor, verb, subject, reason) VALUES ('test', 'a.b', %s, '')"


def tell(subject: str) -> None:
    journal.record(actor="test", verb="a.b", subject=subject)


def wait_until(is_true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, f"Waited in vain until {what}."
        time.sleep(0.02)


class Listener:
    """Somebody who listens, on a connection of their own, and keeps what was said and when."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.heard: list[dict[str, Any]] = []
        self.heard_at: list[float] = []
        self._connection = connection
        connection.execute(f"LISTEN {CHANGES}")

    def listen(self, seconds: float = 0.0) -> int:
        """Listen for so long; tells how much was heard since the beginning."""
        for notification in self._connection.notifies(timeout=seconds):
            self.heard.append(json.loads(notification.payload))
            self.heard_at.append(time.monotonic())
        return len(self.heard)

    def subjects(self) -> list[str]:
        self.listen()
        return [subject for told in self.heard for subject in told["subjects"]]

    def counted(self) -> int:
        self.listen()
        return sum(told["counts"].get("journal_audit_event", 0) for told in self.heard)


@pytest.fixture
def listener(committed_db: Credentials) -> Iterator[Listener]:
    with psycopg.connect(committed_db.app.conninfo, autocommit=True) as connection:
        yield Listener(connection)


@contextmanager
def a_ticker(listener: Listener) -> Iterator[None]:
    """A ticker that has said its first word."""
    said = len(listener.heard)
    with TICKING.running():
        wait_until(lambda: listener.listen() > said, "the ticker ticked")
        yield


def test_the_first_announcement_asks_everybody_to_look(listener: Listener) -> None:
    with a_ticker(listener):
        [first] = listener.heard
        assert (first["subjects"], first["is_complete"]) == ([], False)


def test_many_commits_make_few_announcements_and_none_is_lost(listener: Listener) -> None:
    with a_ticker(listener):
        for number in range(300):
            tell(f"x:{number}")
            time.sleep(0.005)
        wait_until(lambda: listener.counted() >= 300, "every commit was announced")
    subjects = listener.subjects()
    assert listener.counted() == 300
    assert len(subjects) == len(set(subjects))
    assert all(set(heard) == {"watermark", "counts", "subjects", "is_complete"} for heard in listener.heard)
    if all(heard["is_complete"] for heard in listener.heard[1:]):
        assert set(subjects) == {f"x:{number}" for number in range(300)}
    watermarks = [heard["watermark"] for heard in listener.heard]
    assert watermarks == sorted(set(watermarks))
    assert len(listener.heard) < 300 / 4


def test_announcements_come_five_times_a_second_at_most(listener: Listener) -> None:
    with a_ticker(listener):
        ends_at = time.monotonic() + 2
        while time.monotonic() < ends_at:
            tell("x:1")
            listener.listen()
    pauses = [later - sooner for sooner, later in zip(listener.heard_at, listener.heard_at[1:], strict=False)]
    assert len(listener.heard) <= 2 / TICK_SECONDS + 2
    assert len(pauses) < 2 or sum(pauses) / len(pauses) > TICK_SECONDS * 0.9


def test_a_transaction_that_commits_late_is_announced_when_it_commits(
    listener: Listener, committed_db: Credentials
) -> None:
    with a_ticker(listener), psycopg.connect(committed_db.app.conninfo) as slow:
        tell("before")
        wait_until(lambda: "before" in listener.subjects(), "what came before was announced")
        slow.execute(EVENT, ["slow"])
        tell("quick")
        listener.listen(4 * TICK_SECONDS)
        assert listener.subjects() == ["before"]
        slow.commit()
        wait_until(lambda: "quick" in listener.subjects(), "the commit was announced")
        assert listener.subjects() == ["before", "slow", "quick"]


def test_what_is_rolled_back_is_not_announced(listener: Listener) -> None:
    with a_ticker(listener):
        with transaction.atomic():
            tell("never")
            transaction.set_rollback(True)
        tell("kept")
        wait_until(lambda: "kept" in listener.subjects(), "the commit was announced")
        assert listener.subjects() == ["kept"]


def test_a_posting_is_announced_by_its_key(listener: Listener) -> None:
    with a_ticker(listener):
        small_business()
        opening("CUP", 10, key="count-1")
        wait_until(lambda: "posting:count-1" in listener.subjects(), "the posting was announced")
        moved = Item.objects.get(sku="CUP")
        assert [s for s in listener.subjects() if s.startswith("stock")] == [f"stock:{moved.pk}"]


def test_of_a_posting_of_very_many_items_it_is_announced_that_stock_moved_and_not_of_which(listener: Listener) -> None:
    skus = [f"I{number}" for number in range(MOST_NAMED + 1)]
    small_business(skus=skus)
    with a_ticker(listener):
        lines = [Line(sku=sku, source="DIFFERENCES", target="SHOP", quantity=Decimal(1)) for sku in skus]
        ledger.post([PostingRequest("count-2", Kind.ADJUSTMENT, lines)], actor=ACTOR)
        wait_until(lambda: "posting:count-2" in listener.subjects(), "the posting was announced")
    assert [s for s in listener.subjects() if s.startswith("stock")] == ["stock"]
    assert listener.heard[-1]["is_complete"]


def test_of_very_many_changes_the_number_is_told_and_not_every_one(listener: Listener) -> None:
    with a_ticker(listener):
        with transaction.atomic():
            for number in range(250):
                tell(f"x:{number}")
        wait_until(lambda: len(listener.subjects()) > 0, "the commit was announced")
        [told] = listener.heard[1:]
        assert told["counts"] == {"journal_audit_event": 250}
        assert (len(told["subjects"]), told["is_complete"]) == (100, False)


def test_an_announcement_fits_however_long_its_subjects_are() -> None:
    changes = Changes({"journal_audit_event": 90}, [f"{number}:{'ü' * 190}" for number in range(90)], is_complete=True)
    text = announcement(812, changes)
    told = json.loads(text)
    assert len(text.encode()) <= MAX_ANNOUNCEMENT_BYTES
    assert 0 < len(told["subjects"]) < 90
    assert (told["watermark"], told["is_complete"]) == (812, False)


def test_nothing_is_announced_when_nothing_happens(listener: Listener) -> None:
    with a_ticker(listener):
        listener.listen(2 + 4 * TICK_SECONDS)
        assert len(listener.heard) == 1


def test_what_is_committed_is_sealed_without_anybody_asking(listener: Listener) -> None:
    with a_ticker(listener):
        tell("x:1")
        wait_until(lambda: chain.head() is not None and chain.waiting_rows() == 0, "it was sealed")
    assert findings() == []


def test_the_ticker_gives_a_sign_of_life(listener: Listener) -> None:
    with a_ticker(listener):
        wait_until(lambda: Heartbeat.objects.filter(job=TICKER).exists(), "the ticker gave a sign of life")
    assert Heartbeat.objects.get(job=TICKER).expected_every_seconds == BEAT_EVERY_SECONDS


def test_a_silent_ticker_is_told_of(committed_db: Credentials) -> None:
    journal.beat(TICKER, expected_every_seconds=BEAT_EVERY_SECONDS)
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(seconds=20))
    actions.sweep()
    assert [alert.key for alert in open_alerts()] == [f"silent_job:{TICKER}"]


def test_the_ticker_outlives_its_connection_and_asks_everybody_to_look(
    listener: Listener, committed_db: Credentials
) -> None:
    with a_ticker(listener):
        said = len(listener.heard)
        with psycopg.connect(committed_db.app.conninfo, autocommit=True) as one_of_them:
            one_of_them.execute(
                "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
                "WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objid = %s",
                [TICKER_LOCK],
            )
        tell("meanwhile")
        wait_until(lambda: listener.listen() > said, "the ticker was back")
        assert listener.heard[said]["is_complete"] is False
        tell("afterwards")
        wait_until(lambda: "afterwards" in listener.subjects(), "it announced again")


def test_of_two_tickers_one_ticks_and_the_other_takes_over(listener: Listener) -> None:
    with a_ticker(listener), TICKING.running():
        tell("x:1")
        wait_until(lambda: "x:1" in listener.subjects(), "the commit was announced")
        listener.listen(3 * TICK_SECONDS)
        assert listener.subjects() == ["x:1"]
    with a_ticker(listener):
        tell("x:2")
        wait_until(lambda: "x:2" in listener.subjects(), "somebody took over")


def test_people_are_told_of_facts_that_wait_too_long_and_that_they_were_sealed(committed_db: Credentials) -> None:
    with psycopg.connect(committed_db.app.conninfo) as forgotten:
        forgotten.execute(EVENT, ["x:1"])
        AuditEvent.objects.create(
            actor="test", verb="a.b", subject="x:2", recorded_at=timezone.now() - timedelta(minutes=2)
        )
        actions.seal()
        actions.watch_seal()
        [alert] = open_alerts()
        assert alert.sentence.startswith("Facts that were recorded 12")
        forgotten.rollback()
    seal_all()
    actions.watch_seal()
    assert not open_alerts()
    assert AuditEvent.objects.count() == 1


def test_a_seal_that_cannot_be_made_stops_no_announcement(listener: Listener, committed_db: Credentials) -> None:
    tell("x:1")
    seal_all()
    with as_owner(committed_db) as owner:
        owner.execute("UPDATE access_seal SET until_transaction_id = '9000000000000'")
    with a_ticker(listener):
        tell("x:2")
        wait_until(lambda: "x:2" in listener.subjects(), "the commit was announced")
        wait_until(lambda: bool(open_alerts()), "people were told")
    assert [alert.kind for alert in open_alerts()] == ["seal_stopped"]
