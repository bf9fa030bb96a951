"""A message goes once and does once what it says, wherever the worker is killed: by SFTP, by webhook, inbound, an event.

The worker is a real process and dies by SIGKILL; servers are real and on this machine. To be killed at one step, the worker
is held there by a lock in the database or by a server. Nothing in the product knows of these tests.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from ownstock.exchange.channels.rules import MessageFormat
from ownstock.exchange.documents import (
    AcknowledgedLine,
    AcknowledgementDocument,
    AnsweredPart,
    ItemCodes,
    LineStatus,
    Verdict,
)
from ownstock.exchange.formats import csv_documents
from ownstock.exchange.inbox.actions import take_in
from ownstock.exchange.models import InboundMessage, OutboundMessage
from ownstock.exchange.subscriptions.actions import set_subscription
from ownstock.exchange.subscriptions.rules import SubscriptionDraft
from ownstock.journal import actions as journal
from ownstock.journal.models import AuditEvent, OutboxRow
from ownstock.journal.queries import open_alerts
from ownstock.purchasing.models import Acknowledgement
from ownstock.site.embedded.databases import Credentials
from tests import sftp_server as sftp
from tests import web_receiver as web
from tests.channel_cases import place, sftp_channel, webhook_channel
from tests.factories import Business, small_business
from tests.warm import Program

pytestmark = pytest.mark.slow

LEASE_SECONDS = 8
PATIENCE_SECONDS = 30.0
OURS = ("outbox", "inbound", "poll", "syntax", "silent", "subscription")
WORK = "from ownstock.site.worker import run_worker; run_worker()"
POLL = "from ownstock.exchange.inbox.receiving import poll; poll('alpha-sftp')"
APPLY = "from ownstock.exchange.inbox.actions import apply_waiting; apply_waiting(10)"
Start = Callable[[str], Program]


@pytest.fixture
def business(committed_db: Credentials, settings: Any) -> Business:
    settings.LOOPBACK_ALLOWED = True
    return small_business()


@pytest.fixture
def start(business: Business, settings: Any, tmp_path: Path) -> Iterator[Start]:
    """Run something of ours as a process of its own; at the end none is left, and what they logged is shown."""
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "ownstock.site.settings", "OWNSTOCK_HOME": str(tmp_path),
        "OWNSTOCK_LOOPBACK_ALLOWED": "yes", "OWNSTOCK_OUTBOX_LEASE_SECONDS": str(LEASE_SECONDS),
        "OWNSTOCK_SECRET_KEY": settings.SECRET_KEY,
    }  # fmt: skip
    environment.pop("OWNSTOCK_SMTP_URL", None)
    log = tmp_path / "programs.log"
    programs: list[Program] = []

    def run(code: str) -> Program:
        programs.append(Program(code, environment, log))
        return programs[-1]

    yield run
    for program in programs:
        kill(program)
    print(log.read_text() if log.exists() else "")


def kill(program: Program) -> None:
    program.send_signal(signal.SIGKILL)
    program.wait(10)


def wait_until(is_true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, f"Waited in vain until {what}."
        time.sleep(0.05)


def time_passes() -> None:
    past = timezone.now() - timedelta(hours=1)
    OutboxRow.objects.filter(state="leased").update(lease_ends_at=past)
    OutboxRow.objects.update(due_at=past)


def all_done() -> bool:
    return not OutboxRow.objects.exclude(state="done").exists()


def killed_while_held(credentials: Credentials, table: str, begin: Callable[[], Program]) -> None:
    """Kill a program when it runs against a lock on a table."""
    with (
        psycopg.connect(credentials.owner.conninfo) as holder,
        psycopg.connect(credentials.owner.conninfo, autocommit=True) as watcher,
    ):
        holder.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        program = begin()

        def somebody_waits() -> bool:
            return watcher.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() != (0,)

        wait_until(somebody_waits, f"the program ran against {table}")
        kill(program)
        holder.rollback()


def killed_while_received(receiver: web.Receiver, mood: web.Mood, start: Start) -> None:
    """Kill a worker while a receiver holds what it posts; afterwards the receiver is kind."""
    receiver.turns(mood)
    worker = start(WORK)
    receiver.wait_until_reached()
    kill(worker)
    receiver.turns(web.Mood.KIND)


def assert_nobody_alarmed() -> None:
    """No alert of what crosses; the order is of another year, and the worker may tell that it is late."""
    assert [alert.sentence for alert in open_alerts() if alert.kind.startswith(OURS)] == []


def assert_sent_once() -> bytes:
    """One identity, one content, one event, nobody alarmed."""
    message = OutboundMessage.objects.get()
    assert AuditEvent.objects.filter(verb="exchange.sent").count() == 1
    assert_nobody_alarmed()
    return bytes(message.content)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[sftp.SftpServer]:
    with sftp.sftp_server(tmp_path / "server") as running:
        yield running


@pytest.mark.parametrize(
    "step",
    ["exchange_outbound_message", sftp.Mood.WRITING, sftp.Mood.RENAMING, sftp.Mood.RENAMED, "exchange_attempt"],
    ids=["before it is written", "in the middle of the file", "before its name", "after its name", "before the mark"],
)
def test_an_order_by_sftp_lies_there_once_whenever_the_worker_dies(
    step: str | sftp.Mood, start: Start, business: Business, there: sftp.SftpServer, committed_db: Credentials
) -> None:
    sftp_channel(there)
    number = place(business)
    if isinstance(step, str):
        killed_while_held(committed_db, step, lambda: start(WORK))
    else:
        there.turns(step)
        worker = start(WORK)
        there.wait_until_reached()
        kill(worker)
        there.turns(sftp.Mood.KIND)
    time_passes()
    start(WORK)
    wait_until(all_done, "the order had left")
    assert there.lies_in("in") == {f"{number}-1.csv": assert_sent_once()}
    assert len(there.written) == 1


@pytest.mark.parametrize("step", [web.Mood.THINKING, "exchange_attempt"], ids=["before its answer", "before the mark"])
def test_a_webhook_may_be_posted_twice_and_is_the_same(
    step: str | web.Mood, start: Start, business: Business, committed_db: Credentials
) -> None:
    with web.web_receiver() as receiver:
        webhook_channel(receiver)
        place(business)
        if isinstance(step, str):
            killed_while_held(committed_db, step, lambda: start(WORK))
        else:
            killed_while_received(receiver, step, start)
        time_passes()
        start(WORK)
        wait_until(all_done, "the order had left")
        told = {(posted.message_id, posted.content) for posted in receiver.received}
    message = OutboundMessage.objects.get()
    assert told == {(message.message_id, assert_sent_once())}
    assert len(receiver.received) == 2


def test_a_slow_server_holds_up_nobody_else(start: Start, business: Business, there: sftp.SftpServer) -> None:
    sftp_channel(there)
    slow = [place(business) for _ in range(3)]
    there.turns(sftp.Mood.RENAMING)
    start(WORK)
    there.wait_until_reached()
    others = [place(business, item=1) for _ in range(3)]
    done = OutboxRow.objects.filter(state="done")
    wait_until(lambda: done.count() == len(others), "the orders to the others had left")
    assert not any(row.key.split(":")[1] in slow for row in done)
    there.turns(sftp.Mood.KIND)
    there.may_answer.set()
    wait_until(all_done, "all had left")


def answer_to(number: str) -> bytes:
    part = AnsweredPart(status=LineStatus.ACCEPTED, quantity=Decimal(12), promised_on=date(2026, 3, 20))
    line = AcknowledgedLine(line="1", codes=ItemCodes(sku="CUP"), answers=(part,))
    document = AcknowledgementDocument(order_number=number, ordered_on=None, verdict=Verdict.DETAILED, lines=(line,))
    return csv_documents.write_answer(document, message_id="A-1")


@pytest.mark.parametrize(
    "step",
    ["exchange_inbound_message", sftp.Mood.FETCHED, sftp.Mood.MOVING, "purchasing_acknowledgement"],
    ids=["before it is kept", "while it is fetched", "before it is moved", "while it is applied"],
)
def test_an_answer_on_a_server_is_applied_once_whenever_we_die(
    step: str | sftp.Mood, start: Start, business: Business, there: sftp.SftpServer, committed_db: Credentials
) -> None:
    sftp_channel(there)
    number = place(business)
    OutboxRow.objects.update(state="done")
    (there.folder / "out" / "answer.csv").write_bytes(answer_to(number))
    if isinstance(step, str):
        killed_while_held(committed_db, step, lambda: start(POLL))
    else:
        there.turns(step)
        program = start(POLL)
        there.wait_until_reached()
        kill(program)
        there.turns(sftp.Mood.KIND)
    # A rename that the server had begun for the dead may still end: either way nothing is lost and nothing doubled.
    assert start(f"{POLL}; {APPLY}").wait(30) == 0
    assert there.lies_in("out") == {}
    assert InboundMessage.objects.get(repeats=None).state == "applied"
    assert Acknowledgement.objects.count() == 1
    assert_nobody_alarmed()


def test_what_was_kept_and_not_applied_is_taken_up_by_the_worker(start: Start, business: Business) -> None:
    from tests.channel_cases import folder_channel

    channel = folder_channel(MessageFormat.CSV)
    number = place(business)
    OutboxRow.objects.update(state="done")
    take_in(channel, answer_to(number), name="answer.csv")
    start("from ownstock.automation.actions import sweep; sweep()").wait(30)
    assert Acknowledgement.objects.count() == 1


FOLLOW = "from ownstock.exchange.subscriptions.following import follow; follow()"


@pytest.mark.parametrize(
    "step",
    ["exchange_event_message", "journal_outbox", web.Mood.THINKING],
    ids=["before it is written down", "before its outbox row", "before its answer"],
)
def test_an_event_is_neither_lost_nor_another_whenever_the_worker_dies(
    step: str | web.Mood, start: Start, business: Business, committed_db: Credentials
) -> None:
    with web.web_receiver() as receiver:
        draft = SubscriptionDraft("erp", receiver.url, ["planning.planned"])
        set_subscription(draft, actor="user:anna", secret=web.SECRET)
        journal.record(actor="job:plan", verb="planning.planned", subject="run:1")
        if isinstance(step, str):
            killed_while_held(committed_db, step, lambda: start(FOLLOW))
            assert not OutboxRow.objects.exists()
        else:
            killed_while_received(receiver, step, start)
        time_passes()
        start(WORK)
        wait_until(lambda: OutboxRow.objects.filter(state="done").exists(), "the event was told")
        told = [(posted.message_id, posted.content) for posted in receiver.received]
    assert len(told) == (1 if isinstance(step, str) else 2)
    assert len(set(told)) == 1
    assert_nobody_alarmed()
