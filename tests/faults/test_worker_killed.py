"""An order leaves once, wherever the worker is killed and however the mail server behaves.

The worker is a real process and dies by SIGKILL; the mail server is real. To be killed at one step, the worker is held
there by a lock in the database or by the server's silence. Nothing in the product knows of these tests.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from django.utils import timezone

from ownstock.catalog.models import SupplyTerm
from ownstock.exchange.models import OutboundMessage
from ownstock.journal.models import AuditEvent, OutboxRow
from ownstock.journal.queries import open_alerts
from ownstock.purchasing import actions as purchasing
from ownstock.site.embedded.databases import Credentials
from tests.factories import ACTOR, TODAY, Business, small_business
from tests.mail_server import MailServer, Mood, mail_server
from tests.warm import Program

pytestmark = pytest.mark.slow

LEASE_SECONDS = 8
PATIENCE_SECONDS = 30.0
# The orders are of another year: the worker may tell that they are late, by the hour at which a test runs.
OF_SENDING = ("outbox", "silent", "seal")
RUN = "from ownstock.site.worker import run_worker; run_worker()"


@pytest.fixture
def business(committed_db: Credentials) -> Business:
    return small_business()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


Start = Callable[[], Program]


@pytest.fixture
def start(business: Business, mail: MailServer, tmp_path: Path) -> Iterator[Start]:
    """Start the worker as a process of its own; at the end none is left, and what they logged is shown."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "ownstock.site.settings",
        "OWNSTOCK_HOME": str(tmp_path),
        "OWNSTOCK_SMTP_URL": mail.url,
        "OWNSTOCK_OUTBOX_LEASE_SECONDS": str(LEASE_SECONDS),
    }
    log = tmp_path / "worker.log"
    workers: list[Program] = []

    def run() -> Program:
        workers.append(Program(RUN, environment, log))
        return workers[-1]

    yield run
    for worker in workers:
        kill(worker)
    print(log.read_text() if log.exists() else "")


def place(business: Business) -> OutboxRow:
    term = SupplyTerm.objects.get(item=business.items[0])
    line = purchasing.DraftLine(term, Decimal(12), TODAY + timedelta(days=14))
    order = purchasing.draft(supplier=term.supplier, site=business.site, lines=[line], ordered_on=TODAY, actor=ACTOR)
    purchasing.place(order.number, actor=ACTOR)
    return OutboxRow.objects.get(key=f"purchase_order.placed:{order.number}:1")


def kill(worker: Program) -> None:
    worker.kill()
    worker.wait(10)


def wait_until(is_true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, f"Waited in vain until {what}."
        time.sleep(0.05)


def time_passes() -> None:
    """Let every lease run out and every wait be over, without waiting."""
    past = timezone.now() - timedelta(hours=1)
    OutboxRow.objects.filter(state="leased").update(lease_ends_at=past)
    OutboxRow.objects.update(due_at=past)


def all_done() -> bool:
    return not OutboxRow.objects.exclude(state="done").exists()


def assert_each_order_left_once(mail: MailServer, *, orders: int = 1) -> None:
    """One identity and one content per order whatever was transmitted, one event, nothing held, nobody alarmed."""
    stored = {message.message_id: bytes(message.content) for message in OutboundMessage.objects.all()}
    assert {str(message_from_bytes(content)["Message-ID"]): content for content in mail.received} == stored
    assert set(mail.received) == set(stored.values())
    assert len(stored) == orders
    assert AuditEvent.objects.filter(verb="exchange.sent").count() == orders
    assert not OutboxRow.objects.exclude(lease_token=None).exists()
    assert [alert.sentence for alert in open_alerts() if alert.kind.startswith(OF_SENDING)] == []


@contextmanager
def held(credentials: Credentials, statement: str) -> Iterator[Callable[[], None]]:
    """Hold a lock in the database; gives what waits until somebody runs against it."""
    with (
        psycopg.connect(credentials.owner.conninfo) as connection,
        psycopg.connect(credentials.owner.conninfo, autocommit=True) as watcher,
    ):
        connection.execute(statement)

        def somebody_waits() -> bool:
            return watcher.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() != (0,)

        yield lambda: wait_until(somebody_waits, "the worker ran against the lock")
        connection.rollback()


def killed_before_the_claim(start: Start, mail: MailServer, credentials: Credentials) -> None:
    with held(credentials, "LOCK TABLE journal_outbox IN EXCLUSIVE MODE") as wait:
        worker = start()
        wait()
        kill(worker)


def killed_after_the_claim(start: Start, mail: MailServer, credentials: Credentials) -> None:
    with held(credentials, "LOCK TABLE exchange_outbound_message IN ACCESS EXCLUSIVE MODE") as wait:
        worker = start()
        wait()
        kill(worker)


def killed_before_the_greeting(start: Start, mail: MailServer, credentials: Credentials) -> None:
    mail.turns(Mood.SILENT)
    worker = start()
    mail.wait_until_reached()
    kill(worker)
    assert OutboundMessage.objects.count() == 1


def killed_before_the_250(start: Start, mail: MailServer, credentials: Credentials) -> None:
    mail.turns(Mood.THINKING)
    worker = start()
    mail.wait_until_reached()
    kill(worker)


def killed_after_the_250(start: Start, mail: MailServer, credentials: Credentials) -> None:
    mail.turns(Mood.THINKING)
    worker = start()
    mail.wait_until_reached()
    with held(credentials, "SELECT * FROM journal_outbox FOR UPDATE") as wait:
        mail.may_answer.set()
        wait()
        kill(worker)


def killed_when_the_250_is_lost(start: Start, mail: MailServer, credentials: Credentials) -> None:
    mail.turns(Mood.CUT)
    worker = start()
    mail.wait_until_reached()
    kill(worker)


def killed_in_a_storm_of_451(start: Start, mail: MailServer, credentials: Credentials) -> None:
    for _ in range(2):
        mail.turns(Mood.BUSY)
        worker = start()
        mail.wait_until_reached()
        kill(worker)
        time_passes()


STEPS = [
    (killed_before_the_claim, 1),
    (killed_after_the_claim, 1),
    (killed_before_the_greeting, 1),
    (killed_before_the_250, 2),
    (killed_after_the_250, 2),
    (killed_when_the_250_is_lost, 2),
    (killed_in_a_storm_of_451, 1),
]


@pytest.mark.parametrize(("killed", "transmissions"), STEPS, ids=[step.__name__ for step, _ in STEPS])
def test_an_order_leaves_once_when_the_worker_is(
    killed: Callable[[Start, MailServer, Credentials], None],
    transmissions: int,
    start: Start,
    mail: MailServer,
    business: Business,
    committed_db: Credentials,
) -> None:
    place(business)
    killed(start, mail, committed_db)
    mail.turns(Mood.KIND)
    assert not all_done()
    time_passes()
    start()
    wait_until(all_done, "the order had left")
    assert len(mail.received) == transmissions
    assert_each_order_left_once(mail)


def test_a_lease_is_respected_until_it_runs_out(start: Start, mail: MailServer, business: Business) -> None:
    row = place(business)
    mail.turns(Mood.THINKING)
    worker = start()
    mail.wait_until_reached()
    kill(worker)
    mail.turns(Mood.KIND)
    second = start()
    wait_until(lambda: is_up(second), "the second worker was up")
    assert len(mail.received) == 1
    kill(second)
    row.refresh_from_db()
    assert row.lease_ends_at is not None
    time.sleep(max((row.lease_ends_at - timezone.now()).total_seconds(), 0))
    start()
    wait_until(all_done, "the order had left")
    assert len(mail.received) == 2
    assert_each_order_left_once(mail)


def is_up(worker: Program) -> bool:
    """Whether a worker has looked through what waits: two registered, none of its jobs left."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        workers = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        return bool(workers == 2 and cursor.fetchone()[0] == 0)


def test_a_slow_server_gets_an_order_once(start: Start, mail: MailServer, business: Business) -> None:
    mail.turns(Mood.SLOW)
    place(business)
    start()
    wait_until(all_done, "the order had left")
    assert len(mail.received) == 1
    assert_each_order_left_once(mail)


def test_two_workers_send_each_order_once(start: Start, mail: MailServer, business: Business) -> None:
    for _ in range(6):
        place(business)
    mail.turns(Mood.SLOW)
    start()
    start()
    wait_until(all_done, "all orders had left")
    assert len(mail.received) == 6
    assert_each_order_left_once(mail, orders=6)


def test_an_order_placed_while_the_worker_runs_leaves_at_once(
    start: Start, mail: MailServer, business: Business
) -> None:
    place(business)
    start()
    wait_until(all_done, "the first order had left")
    placed_at = time.monotonic()
    place(business)
    wait_until(all_done, "the second order had left")
    assert time.monotonic() - placed_at < 5
    assert_each_order_left_once(mail, orders=2)


def test_a_worker_that_is_asked_to_stop_finishes_what_it_sends(
    start: Start, mail: MailServer, business: Business
) -> None:
    place(business)
    mail.turns(Mood.THINKING)
    worker = start()
    mail.wait_until_reached()
    worker.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    place(business)
    mail.may_answer.set()
    assert worker.wait(10) == 0
    assert list(OutboxRow.objects.order_by("id").values_list("state", flat=True)) == ["done", "waiting"]
    assert len(mail.received) == 1


@pytest.mark.parametrize("seconds", [8, pytest.param(0, marks=pytest.mark.nightly)])
def test_a_worker_outlives_a_database_that_is_away(
    seconds: int, start: Start, mail: MailServer, business: Business, committed_db: Credentials
) -> None:
    place(business)
    worker = start()
    wait_until(all_done, "the first order had left")
    with away(committed_db):
        time.sleep(seconds)
    place(business)
    wait_until(all_done, "the second order had left")
    assert worker.poll() is None
    assert_each_order_left_once(mail, orders=2)


@contextmanager
def away(credentials: Credentials) -> Iterator[None]:
    """End every connection of the application and let none in for as long as the block lasts."""
    connections["default"].close()
    name, role = credentials.app.dbname, credentials.app.user
    with (
        psycopg.connect(credentials.owner.conninfo, autocommit=True) as owner,
        psycopg.connect(credentials.app.conninfo) as one_of_them,
    ):
        owner.execute(f"REVOKE CONNECT ON DATABASE {name} FROM {role}")
        one_of_them.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
        yield
        owner.execute(f"GRANT CONNECT ON DATABASE {name} TO {role}")
