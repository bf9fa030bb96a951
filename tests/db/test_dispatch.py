"""Orders leave: as files or by mail, once, and whoever must mend something is told what."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from ownstock.automation.actions import ACTOR as DISPATCH
from ownstock.automation.actions import dispatch_due
from ownstock.base.errors import Refused, Unavailable
from ownstock.catalog.models import Company, Supplier, SupplyTerm
from ownstock.exchange import actions as exchange
from ownstock.exchange import transports
from ownstock.exchange.models import OutboundMessage
from ownstock.exchange.transports import mail_server as read_setting
from ownstock.exchange.transports import send
from ownstock.journal import actions as journal
from ownstock.journal.models import AuditEvent, OutboxRow
from ownstock.journal.queries import open_alerts
from ownstock.purchasing import actions as purchasing
from tests.factories import ACTOR, TODAY, Business, small_business
from tests.mail_server import MailServer, Mood, mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def business() -> Business:
    return small_business()


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.SMTP_URL = ""
    settings.OUTBOX_FOLDER = tmp_path / "outbox"
    return tmp_path / "outbox"


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.SMTP_URL = running.url
        yield running


def place(business: Business, quantity: int = 12) -> OutboxRow:
    term = SupplyTerm.objects.get(item=business.items[0])
    line = purchasing.DraftLine(term, Decimal(quantity), TODAY + timedelta(days=14))
    order = purchasing.draft(supplier=term.supplier, site=business.site, lines=[line], ordered_on=TODAY, actor=ACTOR)
    purchasing.place(order.number, actor=ACTOR)
    return OutboxRow.objects.get(key=f"purchase_order.placed:{order.number}:1")


def number_of(row: OutboxRow) -> str:
    return row.key.split(":")[1]


def make_due(row: OutboxRow) -> None:
    OutboxRow.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(days=1))


def let_the_lease_run_out(row: OutboxRow) -> None:
    OutboxRow.objects.filter(pk=row.pk).update(lease_ends_at=timezone.now() - timedelta(days=1))
    journal.sweep()


def sent_events() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(verb="exchange.sent"))


def test_without_a_mail_server_an_order_becomes_a_file(business: Business, folder: Path) -> None:
    row = place(business)
    assert dispatch_due(10) == 1
    row.refresh_from_db()
    file = folder / f"{number_of(row)}-1.eml"
    assert row.state == "done"
    assert file.read_bytes() == bytes(OutboundMessage.objects.get().content)
    assert list(folder.iterdir()) == [file]


def test_what_was_sent_is_recorded_with_identity_and_hash(business: Business, folder: Path) -> None:
    row = place(business)
    dispatch_due(10)
    message = OutboundMessage.objects.get()
    [event] = sent_events()
    assert (event.actor, event.subject) == (DISPATCH, f"purchase_order:{number_of(row)}")
    assert event.new["message_id"] == message.message_id
    assert event.new["content_hash"] == hashlib.sha256(bytes(message.content)).hexdigest()


def test_a_sent_order_is_not_sent_again(business: Business, mail: MailServer) -> None:
    place(business)
    assert [dispatch_due(10), dispatch_due(10)] == [1, 0]
    assert len(mail.received) == 1


def test_a_message_once_prepared_stays_as_it_is(business: Business, folder: Path) -> None:
    row = place(business)
    first = exchange.prepare(row)
    Company.objects.update(name="Renamed Ltd")
    Supplier.objects.update(name="Renamed", email="new@supplier.example")
    assert exchange.prepare(row) == first
    assert bytes(exchange.prepare(row).content) == bytes(first.content)
    assert OutboundMessage.objects.count() == 1


def test_a_file_written_before_the_worker_died_is_the_file(business: Business, folder: Path) -> None:
    row = place(business)
    dispatch_due(10)
    OutboxRow.objects.filter(pk=row.pk).update(state="waiting", done_at=None)
    assert dispatch_due(10) == 1
    row.refresh_from_db()
    assert (row.state, len(list(folder.iterdir()))) == ("done", 1)


def test_another_message_under_the_same_name_is_never_overwritten(business: Business, folder: Path) -> None:
    row = place(business)
    folder.mkdir()
    file = folder / f"{number_of(row)}-1.eml"
    file.write_text("of an earlier database")
    dispatch_due(10)
    [alert] = open_alerts()
    assert f"{file} already holds another message" in alert.sentence
    assert file.read_text() == "of an earlier database"
    file.unlink()
    journal.revive(row.key, actor=ACTOR)
    dispatch_due(10)
    assert file.read_bytes() == bytes(OutboundMessage.objects.get().content)
    assert not open_alerts()


def test_a_folder_that_cannot_be_written_is_tried_again(business: Business, folder: Path) -> None:
    row = place(business)
    folder.write_text("a file where the folder should be")
    dispatch_due(10)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 1)
    assert "cannot be written" in row.last_error


def test_the_mail_server_gets_the_very_bytes_that_were_prepared(business: Business, mail: MailServer) -> None:
    row = place(business)
    dispatch_due(10)
    row.refresh_from_db()
    assert row.state == "done"
    assert mail.received == [bytes(OutboundMessage.objects.get().content)]
    assert mail.recipients == ["orders@alpha.example"]


def test_a_supplier_without_address_is_named_and_served_once_it_is_filled_in(
    business: Business, mail: MailServer
) -> None:
    row = place(business)
    Supplier.objects.update(email="")
    dispatch_due(10)
    [alert] = open_alerts()
    assert "Supplier ALPHA (Supplier ALPHA) has no e-mail address. Fill it in." in alert.sentence
    assert not OutboundMessage.objects.exists()
    Supplier.objects.update(email="found@alpha.example")
    journal.revive(row.key, actor=ACTOR)
    dispatch_due(10)
    assert message_from_bytes(mail.received[0])["To"] == "Supplier ALPHA <found@alpha.example>"


def test_a_busy_server_gets_the_same_bytes_later(business: Business, mail: MailServer) -> None:
    row = place(business)
    mail.turns(Mood.BUSY)
    dispatch_due(10)
    row.refresh_from_db()
    assert row.state == "waiting"
    assert row.due_at > timezone.now()
    assert "does not take it for orders@alpha.example now: 451 4.3.0 Try again later." in row.last_error
    mail.turns(Mood.KIND)
    assert dispatch_due(10) == 0
    make_due(row)
    assert dispatch_due(10) == 1
    assert mail.received == [bytes(OutboundMessage.objects.get().content)]


def test_an_unknown_receiver_is_mended_by_a_new_address_and_the_bytes_stay(
    business: Business, mail: MailServer
) -> None:
    row = place(business)
    mail.turns(Mood.NOBODY)
    dispatch_due(10)
    row.refresh_from_db()
    [alert] = open_alerts()
    assert row.state == "dead"
    assert "refuses it for orders@alpha.example for good: 550 5.1.1 No such user here." in alert.sentence
    before = bytes(OutboundMessage.objects.get().content)
    mail.turns(Mood.KIND)
    Supplier.objects.update(email="right@alpha.example")
    journal.revive(row.key, actor=ACTOR)
    dispatch_due(10)
    assert (mail.received, mail.recipients) == ([before], ["right@alpha.example"])


def test_a_lost_answer_sends_the_same_bytes_twice(business: Business, mail: MailServer) -> None:
    row = place(business)
    mail.turns(Mood.CUT)
    dispatch_due(10)
    mail.turns(Mood.KIND)
    make_due(row)
    dispatch_due(10)
    assert len(mail.received) == 2
    assert len(set(mail.received)) == 1
    assert len(sent_events()) == 1


@pytest.mark.parametrize("mood", [Mood.SILENT, Mood.DRIPPING])
def test_a_server_that_never_comes_to_its_word_is_cut_off(
    mood: Mood, business: Business, mail: MailServer, settings: Any
) -> None:
    settings.OUTBOX_LEASE_SECONDS = 20
    message = exchange.prepare(place(business))
    mail.turns(mood)
    began = time.monotonic()
    with pytest.raises(Unavailable, match=r"did not take the message \(.*(too slowly|timed out)"):
        send(
            bytes(message.content), server=read_setting(mail.url), sender="orders@shop.example", recipient="a@b.example",
            ends_at=began + 1,
        )  # fmt: skip
    assert mail.reached.is_set()
    # The lease is far off, so that a busy machine does not matter; without the limit this would never end.
    assert time.monotonic() - began < transports.SENDING_SHARE * settings.OUTBOX_LEASE_SECONDS


def test_an_attempt_by_mail_ends_by_itself_and_is_marked(business: Business, mail: MailServer, settings: Any) -> None:
    settings.OUTBOX_LEASE_SECONDS = 1
    row = place(business)
    mail.turns(Mood.DRIPPING)
    dispatch_due(10)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 1)
    assert "too slowly" in row.last_error


def test_a_slow_server_is_waited_for(business: Business, mail: MailServer) -> None:
    row = place(business)
    mail.turns(Mood.SLOW)
    dispatch_due(10)
    row.refresh_from_db()
    assert (row.state, len(mail.received)) == ("done", 1)


def test_a_server_that_is_down_is_tried_again(business: Business, settings: Any) -> None:
    with mail_server() as gone:
        settings.SMTP_URL = gone.url
    row = place(business)
    dispatch_due(10)
    row.refresh_from_db()
    assert row.state == "waiting"
    assert f"The mail server 127.0.0.1:{gone.port} did not take the message" in row.last_error


def test_a_wrong_password_is_told_without_being_shown(business: Business, mail: MailServer, settings: Any) -> None:
    settings.SMTP_URL = f"smtp://anna:geheim@127.0.0.1:{mail.port}"
    row = place(business)
    dispatch_due(10)
    row.refresh_from_db()
    assert row.state == "waiting"
    assert "does not accept the user and password in OWNSTOCK_SMTP_URL" in row.last_error
    assert "geheim" not in row.last_error


def test_a_password_is_never_sent_in_clear_to_another_machine(
    business: Business, mail: MailServer, settings: Any
) -> None:
    settings.SMTP_URL = f"smtp://anna:geheim@0.0.0.0:{mail.port}"
    row = place(business)
    dispatch_due(10)
    row.refresh_from_db()
    assert "offers no encryption, so the password was not sent" in row.last_error
    assert not mail.received


def test_who_lost_the_lease_marks_nothing(business: Business, folder: Path) -> None:
    place(business)
    late = journal.claim(lease_seconds=120)
    assert late is not None
    let_the_lease_run_out(late)
    assert dispatch_due(10) == 1
    with pytest.raises(Refused, match=r"The lease on .* ran out"):
        journal.complete(late)
    with pytest.raises(Refused), transaction.atomic():
        journal.give_up(late, "too late")
    late.refresh_from_db()
    assert (late.state, len(sent_events()), list(open_alerts())) == ("done", 1, [])


def test_a_row_that_nobody_foresaw_keeps_back_no_other(business: Business, folder: Path) -> None:
    broken = journal.enqueue(
        "purchase_order.placed:PO-X:1", topic="purchase_order.placed", payload={"order_revision": 0}
    )
    strange = journal.enqueue("weather.changed:1", topic="weather.changed", payload={})
    row = place(business)
    assert dispatch_due(10) == 3
    states = {r.key: r.state for r in OutboxRow.objects.all()}
    assert states == {broken.key: "waiting", strange.key: "dead", row.key: "done"}


def test_a_dispatch_takes_no_more_than_its_limit(business: Business, folder: Path) -> None:
    for _ in range(3):
        place(business)
    assert dispatch_due(2) == 2
    assert dispatch_due(2) == 1


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", "smtp://host:port", "smtp://[::1"])
def test_a_setting_that_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(Refused, match=r"OWNSTOCK_SMTP_URL must look like"):
        read_setting(url)


def test_the_setting_names_user_password_and_port_without_showing_them() -> None:
    server = read_setting("smtps://anna%40shop.example:p%2Fw@mail.example")
    assert (server.user, server.password, server.name) == ("anna@shop.example", "p/w", "mail.example:465")
    assert "p/w" not in repr(server)
