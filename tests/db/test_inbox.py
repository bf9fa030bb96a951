"""What suppliers send is kept as it came, does once what it says, and is set aside with its fault where it cannot."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction

from ownstock.automation.actions import dispatch_due
from ownstock.base.errors import Refused
from ownstock.exchange.channels.actions import set_channel
from ownstock.exchange.channels.rules import ChannelDraft, ChannelKind, Content, MessageFormat
from ownstock.exchange.documents import (
    AcknowledgedLine,
    AcknowledgementDocument,
    AnsweredPart,
    ItemCodes,
    LineStatus,
    ShippedLine,
    ShippingNoticeDocument,
    Verdict,
)
from ownstock.exchange.formats import csv_documents, json_documents
from ownstock.exchange.inbox import receiving
from ownstock.exchange.inbox.actions import apply, apply_waiting, discard, replay, take_in
from ownstock.exchange.models import Channel, InboundMessage, OutboundMessage, SyntaxAnswer
from ownstock.exchange.partners import profile_of
from ownstock.exchange.x12.reading import read
from ownstock.exchange.x12.rendering import render, render_answers
from ownstock.journal.models import Alert, AuditEvent
from ownstock.journal.queries import open_alerts
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import Acknowledgement, Delivery
from ownstock.purchasing.queries import order
from ownstock.purchasing.rules import LineChange
from tests import sftp_server as sftp
from tests.channel_cases import X12_SIDES, folder_channel, place, row_of, sftp_channel
from tests.factories import ACTOR, Business, small_business

pytestmark = pytest.mark.django_db
PROMISED = date(2026, 3, 20)
# The supplier's own profile: it is the other side of ours.
THEIRS = {"our_id": X12_SIDES["their_id"], "their_id": X12_SIDES["our_id"]}
WRITTEN_AT = datetime(2026, 3, 3, 9, tzinfo=UTC)


@pytest.fixture
def business(settings: Any, tmp_path: Path) -> Business:
    settings.CHANNELS_FOLDER, settings.OUTBOX_FOLDER = tmp_path / "channels", tmp_path / "outbox"
    settings.SMTP_URL, settings.LOOPBACK_ALLOWED = "", True
    return small_business()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[sftp.SftpServer]:
    with sftp.sftp_server(tmp_path / "server") as running:
        yield running


def answer(
    number: str, *, quantity: int = 12, line: str = "1", unit: str = "", sku: str = "CUP"
) -> AcknowledgementDocument:
    part = AnsweredPart(status=LineStatus.ACCEPTED, quantity=Decimal(quantity), unit=unit, promised_on=PROMISED)
    said = AcknowledgedLine(line=line, codes=ItemCodes(sku=sku), unit=unit, answers=(part,))
    return AcknowledgementDocument(order_number=number, ordered_on=None, verdict=Verdict.DETAILED, lines=(said,))


def in_x12(document: Any, number: int = 1) -> bytes:
    return render(document, profile_of(THEIRS), number, number, WRITTEN_AT)


def written(document: AcknowledgementDocument, kind: MessageFormat, identity: str = "A-1") -> bytes:
    if kind is MessageFormat.X12:
        parts = [document.lines[0].answers[0]]
        line = AcknowledgedLine(
            line=document.lines[0].line, codes=document.lines[0].codes, quantity=parts[0].quantity, unit="EA",
            answers=(AnsweredPart(status=parts[0].status, quantity=parts[0].quantity, unit="EA", promised_on=PROMISED),),
        )  # fmt: skip
        told = AcknowledgementDocument(
            order_number=document.order_number, ordered_on=date(2026, 3, 2), verdict=Verdict.DETAILED,
            answered_on=date(2026, 3, 3), lines=(line,),
        )  # fmt: skip
        return in_x12(told)
    if kind is MessageFormat.CSV:
        return csv_documents.write_answer(document, message_id=identity)
    return json_documents.write(document, message_id=identity)


def promised(number: str) -> list[tuple[Decimal, date | None]]:
    rows = Delivery.objects.filter(line__revision__purchase_order__number=number)
    return list(rows.values_list("quantity", "latest_promised_on"))


def come(channel: Channel, raw: bytes, name: str = "answer") -> InboundMessage:
    return apply(take_in(channel, raw, name=name))


@pytest.mark.parametrize("kind", [MessageFormat.CSV, MessageFormat.JSON, MessageFormat.X12])
def test_an_answer_is_taken_in_every_format(kind: MessageFormat, business: Business) -> None:
    channel = folder_channel(kind)
    number = place(business)
    message = come(channel, written(answer(number), kind))
    assert (message.state, message.fault) == ("applied", "")
    assert promised(number) == [(Decimal(12), PROMISED)]
    assert order(number).state == "acknowledged"
    assert f"The answer to {number} is taken, line 1." in message.effects[0]
    event = AuditEvent.objects.get(verb="purchasing.acknowledged")
    assert event.actor == f"channel:{channel.name}"


def test_bytes_are_kept_before_they_are_understood(business: Business) -> None:
    channel = folder_channel()
    message = take_in(channel, b"\xff\x00 no file at all", name="strange")
    assert (message.state, bytes(message.content)) == ("received", b"\xff\x00 no file at all")
    assert AuditEvent.objects.get(verb="exchange.taken_in").new["bytes"] == len(message.content)
    assert apply(message).state == "quarantined"


def test_the_same_again_is_a_duplicate_and_does_nothing(business: Business) -> None:
    channel = folder_channel()
    number = place(business)
    raw = written(answer(number), MessageFormat.CSV)
    come(channel, raw)
    again = [come(channel, raw) for _ in range(3)]
    assert {(m.state, m.pk, m.repeats.name) for m in again} == {("duplicate", again[0].pk, "answer")}
    assert again[-1].times_seen == 3
    assert Acknowledgement.objects.count() == 1
    assert not open_alerts()


def test_other_bytes_under_the_same_number_are_a_conflict_that_people_hear_of(business: Business) -> None:
    channel = folder_channel()
    number = place(business)
    come(channel, written(answer(number), MessageFormat.CSV))
    other = come(channel, written(answer(number, quantity=6), MessageFormat.CSV))
    come(channel, written(answer(number, quantity=6), MessageFormat.CSV))
    [alert] = open_alerts()
    assert (other.state, alert.kind) == ("conflict", "inbound_conflict")
    assert "ALPHA sent other content under A-1, which came before" in alert.sentence
    assert promised(number) == [(Decimal(12), PROMISED)]


def test_what_cannot_be_understood_is_set_aside_with_its_place(business: Business) -> None:
    channel = folder_channel()
    number = place(business)
    message = come(channel, written(answer(number, line="7", sku="SAUCER"), MessageFormat.CSV))
    [alert] = open_alerts()
    assert (message.state, message.fault_place) == ("quarantined", "row 2")
    assert f"row 2: {number} has no line 7 and none of SAUCER." in message.fault
    assert (alert.kind, alert.facts["place"]) == ("inbound_quarantined", "row 2")
    assert not Acknowledgement.objects.exists()


@pytest.mark.parametrize(
    ("raw", "place_of_it", "sentence"),
    [
        (
            b"message_id,order_number,line,answer\nA-1,PO-1,1,perhaps\n",
            "row 2, answer",
            "'perhaps' is none of accepted",
        ),
        (b"message_id,order_number,line,answer\nA-1,PO-1,1\n", "row 2, the row", "it has 3 cells, the head has 4"),
        (b"message_id,order_number,line,answer,colour\n", "row 1", "no column is called 'colour'"),
        (b"a,b\n1,2\n", "row 1", "no column is called 'a'"),
        (b"", "row 1", "no row below its head"),
        (b"\xff\xfe", "", "not in UTF-8"),
        (
            b"message_id,order_number,line,answer,quantity\nA-1,PO-1,1,accepted,1e9999\n",
            "row 2, quantity",
            "is no number",
        ),
    ],
)
def test_a_csv_that_is_wrong_names_row_and_column(
    raw: bytes, place_of_it: str, sentence: str, business: Business
) -> None:
    message = come(folder_channel(), raw)
    assert (message.state, message.fault_place) == ("quarantined", place_of_it)
    assert sentence in message.fault


def test_a_broken_interchange_is_refused_with_its_segment_and_answered(business: Business, settings: Any) -> None:
    channel = folder_channel(MessageFormat.X12)
    number = place(business)
    raw = written(answer(number), MessageFormat.X12).replace(b"SE*", b"SX*")
    message = come(channel, raw)
    dispatch_due(10)
    assert (message.state, "segment" in message.fault_place) == ("quarantined", True)
    told = OutboundMessage.objects.get(topic="exchange.syntax_answer")
    assert read(bytes(told.content)).messages[0].document.verdict == "rejected"
    assert row_of(number).state == "done"


def test_a_good_interchange_is_answered_in_the_same_transaction(business: Business, settings: Any) -> None:
    channel = folder_channel(MessageFormat.X12)
    number = place(business)
    message = come(channel, written(answer(number), MessageFormat.X12))
    dispatch_due(10)
    told = OutboundMessage.objects.get(topic="exchange.syntax_answer")
    verdict = read(bytes(told.content)).messages[0].document
    assert (verdict.verdict, verdict.group_number, verdict.accepted) == ("accepted", "1", 1)
    assert message.effects[-1] == "Its syntax is answered by 997-000000001."
    assert (settings.CHANNELS_FOLDER / "alpha" / "out" / "997-000000001.x12").read_bytes() == bytes(told.content)


def test_an_interchange_that_comes_again_gets_the_very_same_997(business: Business, settings: Any) -> None:
    channel = folder_channel(MessageFormat.X12)
    number = place(business)
    raw = written(answer(number), MessageFormat.X12)
    come(channel, raw)
    dispatch_due(10)
    file = settings.CHANNELS_FOLDER / "alpha" / "out" / "997-000000001.x12"
    first = file.read_bytes()
    file.unlink()
    assert come(channel, raw).state == "duplicate"
    dispatch_due(10)
    assert file.read_bytes() == first
    file.unlink()
    other = written(answer(number, quantity=6), MessageFormat.X12)
    assert come(channel, other).state == "conflict"
    dispatch_due(10)
    assert not file.exists(), "other content under the number is not what that 997 was about"
    assert [alert.kind for alert in open_alerts()] == ["inbound_conflict"]
    assert OutboundMessage.objects.filter(topic="exchange.syntax_answer").count() == 1
    assert Acknowledgement.objects.count() == 1


@pytest.mark.parametrize("is_readable", [True, False])
def test_what_their_system_says_of_our_order_is_kept(is_readable: bool, business: Business) -> None:
    channel = folder_channel(MessageFormat.X12)
    number = place(business)
    dispatch_due(10)
    ours = bytes(OutboundMessage.objects.get().content)
    reading = read(ours if is_readable else ours.replace(b"SE*", b"SX*"))
    raw = render_answers(reading, profile_of(THEIRS), 5, 5, WRITTEN_AT)
    assert raw is not None
    message = come(channel, raw)
    kept = SyntaxAnswer.objects.get()
    assert message.state == "applied"
    assert (kept.verdict == "accepted") is is_readable
    assert [alert.kind for alert in open_alerts()] == ([] if is_readable else ["syntax_rejected"])
    assert AuditEvent.objects.get(verb="exchange.syntax_answered").subject == f"purchase_order:{number}"


def test_an_answer_to_a_message_that_never_left_is_told(business: Business) -> None:
    channel = folder_channel(MessageFormat.X12)
    place(business)
    dispatch_due(10)
    reading = read(
        bytes(OutboundMessage.objects.get().content).replace(b"GS*PO", b"GS*PO").replace(b"*1*X*", b"*77*X*")
    )
    raw = render_answers(reading, profile_of(THEIRS), 5, 5, WRITTEN_AT)
    assert come(channel, raw or b"").state == "applied"
    assert [alert.kind for alert in open_alerts()] == ["syntax_unknown"]


def test_a_test_interchange_is_not_taken_in_earnest(business: Business) -> None:
    channel = folder_channel(MessageFormat.X12)
    number = place(business)
    document: Any = read(written(answer(number), MessageFormat.X12)).messages[0].document
    raw = render(document, profile_of({**THEIRS, "test": "yes"}), 1, 1, WRITTEN_AT)
    message = come(channel, raw)
    assert (message.state, "says usage" in message.fault) == ("quarantined", True)
    assert not OutboundMessage.objects.filter(topic="exchange.syntax_answer").exists()


def test_a_shipping_notice_tells_what_is_on_its_way(business: Business) -> None:
    channel = folder_channel()
    number = place(business)
    line = ShippedLine(
        order_number=number, line="1", codes=ItemCodes(sku="CUP"), quantity=Decimal(12), lot="L-1", marks=("P1",)
    )
    notice = ShippingNoticeDocument(
        number="N-1", written_on=None, shipped_on=date(2026, 3, 10), expected_on=date(2026, 3, 12), lines=(line,)
    )
    message = come(channel, csv_documents.write_notice(notice, message_id="N-1"))
    assert (message.state, message.fault) == ("applied", "")
    assert Delivery.objects.get().shipped_quantity == 12


def test_a_mended_cause_lets_a_message_be_replayed_once(business: Business) -> None:
    channel = folder_channel(contents=(Content.ORDERS,))
    number = place(business)
    message = come(channel, written(answer(number), MessageFormat.CSV))
    assert message.fault == f"The channel {channel.name} carries no answers. Set it to, or ask the supplier."
    settings = {name: str(value) for name, value in channel.settings.items()}
    draft = ChannelDraft(channel.name, "ALPHA", ChannelKind.FOLDER, MessageFormat.CSV, tuple(Content), settings)
    set_channel(draft, secrets={}, actor=ACTOR)
    assert replay(message.pk, actor=ACTOR).state == "applied"
    assert promised(number) == [(Decimal(12), PROMISED)]
    assert not open_alerts()
    assert AuditEvent.objects.get(verb="exchange.replayed").actor == ACTOR
    with pytest.raises(Refused, match="only what was set aside"):
        replay(message.pk, actor=ACTOR)


def test_what_is_discarded_says_why_and_rests(business: Business) -> None:
    message = come(folder_channel(), b"nothing")
    with pytest.raises(Refused, match="Say why"):
        discard(message.pk, actor=ACTOR, reason=" ")
    assert discard(message.pk, actor=ACTOR, reason="sent by mistake").state == "discarded"
    assert Alert.objects.get().cleared_because == "discarded by test"
    with pytest.raises(Refused, match="No message in-99999"):
        discard(99_999, actor=ACTOR, reason="x")


def test_what_came_can_neither_be_changed_nor_deleted(business: Business) -> None:
    message = take_in(folder_channel(), b"as it came", name="x")
    for change in ("UPDATE exchange_inbound_message SET content = 'other'", "DELETE FROM exchange_inbound_message"):
        with (
            pytest.raises(DatabaseError, match="keeps what came"),
            transaction.atomic(),
            connections["default"].cursor() as cursor,
        ):
            cursor.execute(change)
    message.refresh_from_db()
    assert bytes(message.content) == b"as it came"


def test_two_answers_that_contradict_leave_one_promise_and_nothing_twice(business: Business) -> None:
    channel = folder_channel()
    number = place(business)
    early = written(answer(number), MessageFormat.CSV, "A-1")
    late = written(answer(number), MessageFormat.CSV, "A-2").replace(b"2026-03-20", b"2026-03-27")
    for raw in (early, late, early, late, early):
        come(channel, raw)
    assert list(InboundMessage.objects.order_by("id").values_list("state", "times_seen")) == [
        ("applied", 1), ("applied", 1), ("duplicate", 2), ("duplicate", 1),
    ]  # fmt: skip
    assert promised(number) == [(Decimal(12), date(2026, 3, 27))]
    assert Acknowledgement.objects.count() == 2


def test_an_answer_after_its_notice_takes_nothing_off_the_way(business: Business) -> None:
    channel = folder_channel()
    number = place(business)
    line = ShippedLine(order_number=number, line="1", codes=ItemCodes(sku="CUP"), quantity=Decimal(12))
    notice = ShippingNoticeDocument(
        number="N-1", written_on=None, shipped_on=date(2026, 3, 10), expected_on=date(2026, 3, 12), lines=(line,)
    )
    said = [csv_documents.write_notice(notice, message_id="N-1"), written(answer(number), MessageFormat.CSV)]
    states = [come(channel, raw).state for raw in (*said, *said)]
    assert states == ["applied", "applied", "duplicate", "duplicate"]
    assert list(Delivery.objects.values_list("quantity", "shipped_quantity")) == [(12, 12)]


def test_an_answer_to_a_change_that_comes_before_the_one_to_the_order_alone_counts(business: Business) -> None:
    channel = folder_channel(MessageFormat.X12)
    number = place(business)
    purchasing.change(number, [LineChange(1, Decimal(24))], reason="more", actor=ACTOR)
    [line] = answer(number, quantity=24, unit="EA").lines
    of_change = AcknowledgementDocument(
        order_number=number, ordered_on=date(2026, 3, 2), verdict=Verdict.DETAILED, answered_on=date(2026, 3, 4),
        change_number="2", lines=(replace(line, quantity=Decimal(24)),),
    )  # fmt: skip
    of_order = written(answer(number), MessageFormat.X12)
    said = (in_x12(of_change, 2), of_order)
    states = [come(channel, raw).state for raw in (*said, *said)]
    assert states == ["applied", "applied", "duplicate", "duplicate"]
    assert list(Acknowledgement.objects.order_by("id").values_list("revision", "outcome")) == [
        (2, "applied"), (1, "older_revision"),
    ]  # fmt: skip
    assert promised(number) == [(Decimal(24), PROMISED)]
    [told] = open_alerts()
    assert (told.kind, f"answered revision 1 of {number}" in told.sentence) == ("older_answer", True)


def test_what_waits_is_applied_in_the_order_it_came(business: Business) -> None:
    channel = folder_channel()
    numbers = [place(business), place(business, 24)]
    for turn, number in enumerate(numbers):
        take_in(channel, written(answer(number, quantity=12 * (turn + 1)), MessageFormat.CSV, f"A-{turn}"), name="a")
    assert apply_waiting(10) == 2
    assert apply_waiting(10) == 0
    assert [order(number).state for number in numbers] == ["acknowledged"] * 2


def put_here(settings: Any, name: str, raw: bytes, *, seconds_ago: float = 60) -> Path:
    path = settings.CHANNELS_FOLDER / "alpha" / "in" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    os.utime(path, (time.time() - seconds_ago,) * 2)
    return path


def test_a_watched_folder_gives_whole_files_alone(business: Business, settings: Any) -> None:
    channel = folder_channel()
    number = place(business)
    raw = written(answer(number), MessageFormat.CSV)
    whole = put_here(settings, "whole.csv", raw)
    young = put_here(settings, "young.csv", b"still being wr", seconds_ago=0)
    passing = put_here(settings, "passing.csv.tmp", b"x")
    assert receiving.poll(channel.name) == 1
    assert (whole.exists(), young.exists(), passing.exists()) == (False, True, True)
    assert (settings.CHANNELS_FOLDER / "alpha" / "done" / "whole.csv").read_bytes() == raw
    assert InboundMessage.objects.get().state == "applied"
    put_here(settings, "whole.csv", raw)
    receiving.poll(channel.name)
    done = sorted(path.name for path in (settings.CHANNELS_FOLDER / "alpha" / "done").iterdir())
    assert done == ["whole.csv", "whole.csv.2"]
    assert Acknowledgement.objects.count() == 1


def test_a_file_that_is_too_large_is_left_with_a_sentence(
    business: Business, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MAX_MESSAGE_BYTES", 10)
    path = put_here(settings, "large.csv", b"x" * 11)
    assert receiving.poll(folder_channel().name) == 0
    assert path.exists()
    assert "It was left where it is" in open_alerts().get().sentence


def test_files_on_a_server_are_taken_and_moved(business: Business, there: sftp.SftpServer) -> None:
    channel = sftp_channel(there)
    number = place(business)
    raw = written(answer(number), MessageFormat.CSV)
    (there.folder / "out" / "answer.csv").write_bytes(raw)
    (there.folder / "out" / "later.csv.tmp").write_bytes(b"x")
    assert receiving.poll(channel.name) == 1
    assert there.lies_in("out") == {"later.csv.tmp": b"x"}
    assert there.lies_in("out/done") == {"answer.csv": raw}
    assert promised(number) == [(Decimal(12), PROMISED)]
    assert receiving.poll(channel.name) == 0
    channel.refresh_from_db()
    assert channel.polled_at is not None


def test_a_server_that_is_away_is_told_of_after_ten_minutes(business: Business, tmp_path: Path) -> None:
    with sftp.sftp_server(tmp_path / "gone") as gone:
        channel = sftp_channel(gone)
    assert receiving.poll(channel.name) == 0
    assert not open_alerts()
    Channel.objects.update(created_at=datetime.now(UTC) - timedelta(minutes=11))
    receiving.poll(channel.name)
    assert f"Nothing has come by the channel {channel.name} since" in open_alerts().get().sentence


def test_what_something_unforeseen_stops_is_set_aside(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    from ownstock.exchange.inbox import actions

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault of ours")

    message = take_in(folder_channel(), b"x", name="x")
    monkeypatch.setattr(actions, "read", broken)
    apply_waiting(1)
    message.refresh_from_db()
    assert (message.state, "ZeroDivisionError: a fault of ours" in message.fault) == ("quarantined", True)
