"""Orders leave by the channel of their supplier: as files, by SFTP, by webhook; what goes wrong is told, and mended."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from ownstock.automation.actions import dispatch_due
from ownstock.exchange.channels.actions import remove_channel, try_channel
from ownstock.exchange.channels.rules import ChannelKind, Content, MessageFormat
from ownstock.exchange.models import Attempt, OutboundMessage
from ownstock.exchange.x12.reading import read
from ownstock.journal import actions as journal
from ownstock.journal.models import OutboxRow
from ownstock.journal.queries import open_alerts
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.rules import LineChange
from tests import sftp_server as sftp
from tests import web_receiver as web
from tests.channel_cases import channel, folder_channel, place, row_of, sftp_channel, webhook_channel
from tests.factories import ACTOR, Business, small_business

pytestmark = pytest.mark.django_db


@pytest.fixture
def business(settings: Any, tmp_path: Path) -> Business:
    settings.CHANNELS_FOLDER, settings.OUTBOX_FOLDER = tmp_path / "channels", tmp_path / "outbox"
    settings.SMTP_URL, settings.LOOPBACK_ALLOWED = "", True
    return small_business()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[sftp.SftpServer]:
    with sftp.sftp_server(tmp_path / "server") as running:
        yield running


@pytest.fixture
def receiver() -> Iterator[web.Receiver]:
    with web.web_receiver() as running:
        yield running


def try_again(row: OutboxRow) -> OutboxRow:
    OutboxRow.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(days=1))
    dispatch_due(10)
    row.refresh_from_db()
    return row


def outcomes() -> list[str]:
    return list(Attempt.objects.order_by("id").values_list("outcome", flat=True))


def content() -> bytes:
    return bytes(OutboundMessage.objects.get().content)


def test_a_folder_gets_the_order_as_a_file(business: Business, settings: Any) -> None:
    folder_channel()
    number = place(business)
    dispatch_due(10)
    file = settings.CHANNELS_FOLDER / "alpha" / "out" / f"{number}-1.csv"
    assert file.read_bytes() == content()
    assert next(csv.DictReader(io.StringIO(content().decode())))["sku"] == "CUP"
    assert outcomes() == ["taken"]


def test_an_order_by_sftp_lies_there_whole_under_its_name(business: Business, there: sftp.SftpServer) -> None:
    sftp_channel(there)
    number = place(business)
    dispatch_due(10)
    assert there.lies_in("in") == {f"{number}-1.csv": content()}
    assert row_of(number).state == "done"
    assert Attempt.objects.get().told == f"To in/{number}-1.csv on 127.0.0.1:{there.port}."


def test_a_file_that_is_there_already_is_the_file(business: Business, there: sftp.SftpServer) -> None:
    sftp_channel(there)
    number = place(business)
    dispatch_due(10)
    OutboxRow.objects.update(state="waiting", done_at=None)
    dispatch_due(10)
    assert (row_of(number).state, len(there.written)) == ("done", 1)


def test_another_file_of_its_name_is_never_overwritten(business: Business, there: sftp.SftpServer) -> None:
    sftp_channel(there)
    number = place(business)
    (there.folder / "in" / f"{number}-1.csv").write_text("another")
    dispatch_due(10)
    [alert] = open_alerts()
    assert f"in/{number}-1.csv is there already, and is another file" in alert.sentence
    assert there.lies_in("in") == {f"{number}-1.csv": b"another"}


def test_another_host_key_is_never_trusted(business: Business, there: sftp.SftpServer) -> None:
    there.host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
    sftp_channel(there)
    place(business)
    dispatch_due(10)
    [alert] = open_alerts()
    assert "shows another host key than the channel names" in alert.sentence
    assert not there.written


def test_a_server_without_room_is_tried_again(business: Business, there: sftp.SftpServer) -> None:
    sftp_channel(there)
    row = row_of(place(business))
    there.turns(sftp.Mood.FULL)
    dispatch_due(10)
    there.turns(sftp.Mood.KIND)
    assert (try_again(row).state, outcomes()) == ("done", ["blocked", "taken"])
    assert list(there.lies_in("in").values()) == [content()]


def test_a_lost_answer_leaves_one_file(business: Business, there: sftp.SftpServer) -> None:
    sftp_channel(there)
    row = row_of(place(business))
    there.turns(sftp.Mood.CUT)
    dispatch_due(10)
    there.turns(sftp.Mood.KIND)
    assert (try_again(row).state, outcomes()) == ("done", ["blocked", "taken"])
    assert [content()] == [written for _, written in there.written]


def test_a_wrong_password_and_a_missing_folder_are_told(business: Business, there: sftp.SftpServer) -> None:
    made = sftp_channel(there)
    tried = try_channel(made.name, actor=ACTOR)
    assert tried.outcome == "taken"
    channel(ChannelKind.SFTP, MessageFormat.CSV, {**there.settings(), "out_folder": "gone"}, name=made.name)
    assert "A folder on 127.0.0.1" in try_channel(made.name, actor=ACTOR).sentence
    channel(ChannelKind.SFTP, MessageFormat.CSV, there.settings(), secrets={"password": "wrong"}, name=made.name)
    assert "does not let shop in" in try_channel(made.name, actor=ACTOR).sentence


def test_a_webhook_is_signed_and_told_once(business: Business, receiver: web.Receiver) -> None:
    webhook_channel(receiver)
    number = place(business)
    dispatch_due(10)
    [posted] = receiver.received
    body = json.loads(posted.content)
    assert posted.content == content()
    assert (body["kind"], body["document"]["number"]) == ("order", number)
    assert posted.message_id == body["message_id"] == OutboundMessage.objects.get().message_id
    head = {
        "webhook-id": posted.message_id,
        "webhook-timestamp": posted.timestamp,
        "webhook-signature": posted.signature,
    }
    Webhook(web.SECRET).verify(posted.content, head)


def test_a_lost_response_posts_the_same_bytes_under_the_same_identity(
    business: Business, receiver: web.Receiver
) -> None:
    webhook_channel(receiver)
    row = row_of(place(business))
    receiver.turns(web.Mood.CUT)
    dispatch_due(10)
    receiver.turns(web.Mood.KIND)
    assert try_again(row).state == "done"
    assert len({(posted.message_id, posted.content) for posted in receiver.received}) == 1
    assert len(receiver.received) == 2


def test_a_storm_of_503_is_waited_out_as_long_as_it_asks(business: Business, receiver: web.Receiver) -> None:
    webhook_channel(receiver)
    row = row_of(place(business))
    receiver.turns(web.Mood.BUSY)
    dispatch_due(10)
    row.refresh_from_db()
    assert 100 < (row.due_at - timezone.now()).total_seconds() < 121
    assert try_again(row).attempts == 2
    receiver.turns(web.Mood.KIND)
    assert try_again(row).state == "done"
    assert len(receiver.received) == 1


@pytest.mark.parametrize(
    ("mood", "sentence"),
    [
        (web.Mood.GONE, "answers 410. Nobody takes messages there any more"),
        (web.Mood.UNWILLING, "answers 422. It does not want the message."),
        (web.Mood.ELSEWHERE, "answers 302. It does not want the message."),
    ],
)
def test_a_receiver_that_will_not_is_told_of(
    mood: web.Mood, sentence: str, business: Business, receiver: web.Receiver
) -> None:
    webhook_channel(receiver)
    row = row_of(place(business))
    receiver.turns(mood)
    dispatch_due(10)
    row.refresh_from_db()
    [alert] = open_alerts()
    assert (row.state, sentence in alert.sentence, outcomes()) == ("dead", True, ["refused"])


def test_a_receiver_that_answers_for_ever_is_cut_off(business: Business, receiver: web.Receiver, settings: Any) -> None:
    settings.OUTBOX_LEASE_SECONDS = 1
    webhook_channel(receiver)
    row = row_of(place(business))
    receiver.turns(web.Mood.DRIPPING)
    began = time.monotonic()
    dispatch_due(10)
    row.refresh_from_db()
    assert time.monotonic() - began < 1
    assert row.state == "waiting"


def test_this_machine_is_out_of_bounds_but_in_tests(business: Business, receiver: web.Receiver, settings: Any) -> None:
    webhook_channel(receiver)
    settings.LOOPBACK_ALLOWED = False
    row = row_of(place(business))
    dispatch_due(10)
    row.refresh_from_db()
    assert (row.state, receiver.received) == ("dead", [])
    channel(
        ChannelKind.WEBHOOK, MessageFormat.JSON, {"url": "https://localhost/x"}, name="alpha-webhook",
        secrets={"webhook_secret": web.SECRET},
    )  # fmt: skip
    journal.revive(row.key, actor=ACTOR)
    dispatch_due(10)
    row.refresh_from_db()
    assert "localhost stands for 127.0.0.1, which is no address of the public internet" in row.last_error


def test_a_host_inside_is_reached_by_sftp_where_it_is_named(
    business: Business, there: sftp.SftpServer, settings: Any
) -> None:
    made = sftp_channel(there)
    settings.LOOPBACK_ALLOWED = False
    assert "which is no address of the public internet" in try_channel(made.name, actor=ACTOR).sentence
    settings.INTERNAL_HOSTS = frozenset({"127.0.0.1"})
    assert try_channel(made.name, actor=ACTOR).outcome == "taken"


def test_x12_leaves_numbered_and_readable(business: Business, there: sftp.SftpServer) -> None:
    sftp_channel(there, MessageFormat.X12)
    first, second = place(business), place(business, 24)
    dispatch_due(10)
    messages = OutboundMessage.objects.order_by("id")
    assert [message.control_number for message in messages] == ["000000001", "000000002"]
    readings = [read(bytes(message.content)) for message in messages]
    assert all(reading.is_accepted for reading in readings)
    assert [reading.messages[0].document.number for reading in readings] == [first, second]


@pytest.mark.parametrize("written", [MessageFormat.CSV, MessageFormat.JSON, MessageFormat.X12])
def test_change_and_cancellation_leave_in_every_format(
    written: MessageFormat, business: Business, settings: Any
) -> None:
    folder_channel(written)
    number = place(business)
    purchasing.change(number, [LineChange(1, quantity=Decimal(24))], reason="more", actor=ACTOR)
    purchasing.cancel(number, reason="none", actor=ACTOR)
    dispatch_due(10)
    names = sorted(path.name for path in (settings.CHANNELS_FOLDER / "alpha" / "out").iterdir())
    assert names == [f"{number}-{rest}.{written}" for rest in ("1", "2", "3-cancelled")]
    assert not OutboxRow.objects.exclude(state="done").exists()


def test_a_change_by_mail_says_what_changed(business: Business, settings: Any) -> None:
    number = place(business)
    purchasing.change(number, [LineChange(1, quantity=Decimal(24))], reason="more", actor=ACTOR)
    purchasing.cancel(number, reason="none", actor=ACTOR)
    dispatch_due(10)
    changed, cancelled = (message_from_bytes(bytes(m.content)) for m in OutboundMessage.objects.order_by("id")[1:3])
    assert changed["Subject"] == f"Change of purchase order {number}, revision 2, from My company"
    text = changed.get_payload()[0].get_payload()
    assert "  Line 1 (CUP): 24 each instead of 12" in text
    assert cancelled["Subject"] == f"Cancellation of purchase order {number}, revision 3, from My company"
    assert "  Line 1 (CUP) is cancelled: 24 each" in cancelled.get_payload()[0].get_payload()
    assert sorted(path.name for path in settings.OUTBOX_FOLDER.iterdir()) == [
        f"{number}-1.eml", f"{number}-2.eml", f"{number}-3-cancelled.eml",
    ]  # fmt: skip


def test_a_reminder_has_a_name_of_its_own(business: Business, settings: Any) -> None:
    folder_channel(MessageFormat.JSON)
    number = place(business)
    revision = OutboxRow.objects.get().payload
    for turn in (1, 2):
        key = f"purchase_order.chased:{number}:1:{turn}"
        journal.enqueue(key, topic="purchase_order.chased", payload=revision)
    dispatch_due(10)
    names = [path.name for path in (settings.CHANNELS_FOLDER / "alpha" / "out").iterdir()]
    assert len([name for name in names if name.startswith(f"{number}-1-chased-")]) == 2


def test_what_waits_for_a_channel_that_was_removed_takes_its_successor(business: Business, settings: Any) -> None:
    made = folder_channel()
    row = row_of(place(business))
    (settings.CHANNELS_FOLDER).mkdir()
    (settings.CHANNELS_FOLDER / "alpha").write_text("no folder")
    dispatch_due(10)
    remove_channel(made.name, actor=ACTOR)
    assert "was removed while" in try_again(row).last_error
    channel(ChannelKind.FOLDER, MessageFormat.CSV, {"out_folder": "next"}, contents=(Content.ORDERS,), name="next")
    journal.revive(row.key, actor=ACTOR)
    dispatch_due(10)
    assert [path.read_bytes() for path in (settings.CHANNELS_FOLDER / "next").iterdir()] == [content()]


def test_the_portal_shows_and_sends_nothing(business: Business) -> None:
    channel(ChannelKind.PORTAL, MessageFormat.MAIL_PDF_CSV, {}, contents=(Content.ORDERS,))
    row = row_of(place(business))
    dispatch_due(10)
    row.refresh_from_db()
    assert (row.state, row.queue) == ("done", "portal")


def test_one_who_talks_to_a_server_holds_its_queue_alone(business: Business, there: sftp.SftpServer) -> None:
    sftp_channel(there)
    place(business)
    other = place(business, item=1)
    dispatch_due(0)
    assert sorted(OutboxRow.objects.values_list("queue", flat=True)) == ["mail", "sftp:127.0.0.1"]
    assert row_of(other).queue == "mail"
