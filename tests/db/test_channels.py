"""Channels: set, shown without their secrets, tried out, removed; what is wrong is told in a sentence."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from ownstock.base.errors import Refused
from ownstock.exchange.channels import queries
from ownstock.exchange.channels.actions import remove_channel, set_channel, try_channel
from ownstock.exchange.channels.queries import channel_for, place_of, shown
from ownstock.exchange.channels.rules import ChannelDraft, ChannelKind, Content, MessageFormat, SecretName
from ownstock.exchange.channels.secrets import seal, unseal
from ownstock.exchange.models import Attempt, Channel, ChannelSecret, OutboundMessage
from ownstock.journal.models import AuditEvent
from tests.channel_cases import channel, folder_channel
from tests.factories import ACTOR, Business, small_business

pytestmark = pytest.mark.django_db
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
SFTP = {
    "host": "files.alpha.example",
    "user": "shop",
    "host_key": KEY,
    "out_folder": "in",
    "in_folder": "out",
    "done_folder": "old",
}


@pytest.fixture(autouse=True)
def business(settings: Any, tmp_path: Path) -> Business:
    settings.CHANNELS_FOLDER = tmp_path / "channels"
    settings.SMTP_URL, settings.OUTBOX_FOLDER = "", tmp_path / "outbox"
    return small_business()


def sftp(**more: Any) -> Channel:
    return channel(ChannelKind.SFTP, MessageFormat.CSV, {**SFTP, **more.pop("settings", {})}, **more)


def test_a_channel_keeps_its_settings_and_its_secret_apart() -> None:
    made = sftp(secrets={"password": "geheim-4711"})
    assert made.settings == {**SFTP, "port": 22}
    assert queries.secret(made, SecretName.PASSWORD) == "geheim-4711"
    assert shown(made)["secrets"] == ["password"]
    assert channel_for(made.supplier_id, Content.ORDERS) == made


def test_a_secret_is_nowhere_in_the_clear(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = sftp(secrets={"password": "geheim-4711"})
    with pytest.raises(Refused) as refusal:
        sftp(secrets={"webhook_secret": "geheim-4711"})
    with connection.cursor() as cursor:
        for table in ("exchange_channel", "exchange_channel_secret", "journal_audit_event"):
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t")
            assert not [row for (row,) in cursor.fetchall() if "geheim-4711" in row]
    secret = ChannelSecret.objects.get(channel=made)
    assert b"geheim-4711" not in bytes(secret.sealed)
    told = [
        caplog.text,
        str(refusal.value.facts),
        refusal.value.sentence,
        repr(made),
        json.dumps(shown(made), default=str),
    ]
    assert not [text for text in told if "geheim-4711" in text]


def test_a_secret_opens_in_its_own_place_alone() -> None:
    sealed = seal("geheim", place="1:password")
    assert unseal(sealed, place="1:password") == "geheim"
    assert seal("geheim", place="1:password") != sealed
    with pytest.raises(Refused, match="set it again"):
        unseal(sealed, place="2:password")


def test_under_another_secret_key_it_has_to_be_set_again(settings: Any) -> None:
    made = sftp(secrets={"password": "geheim-4711"})
    settings.SECRET_KEY = "another one, as after a dump was restored elsewhere"
    with pytest.raises(
        Refused, match=rf"The secret {place_of(made.secrets.get())} was sealed under another secret key"
    ):
        queries.secrets(made)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Refused) as refusal:
        sftp(settings={"port": "0", "host_key": "no", "colour": "red", "out_folder": "../etc", "user": ""})
    said = refusal.value.sentence
    assert "port has to be a number from 1 to 65535" in said
    assert "host_key has to look like ssh-ed25519" in said
    assert "colour: a sftp channel with csv has no such setting" in said
    assert "out_folder is a folder such as in/orders" in said
    assert "user is missing: The account there." in said


@pytest.mark.parametrize(
    ("kind", "written", "said", "sentence"),
    [
        ("mail", "csv", {}, "mail carries mail_pdf_csv, not csv"),
        ("webhook", "json", {"url": "http://alpha.example/"}, "url An address to post to looks like https"),
        ("webhook", "json", {"url": "https://user:word@alpha.example/"}, "carries no user and no password"),
        ("folder", "csv", {"out_folder": "/etc"}, "within the folder of channels"),
        ("sftp", "x12", SFTP, "our_id is missing"),
        ("portal", "json", {}, "portal carries mail_pdf_csv"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_refused_in_a_sentence(kind: str, written: str, said: dict[str, str], sentence: str) -> None:
    with pytest.raises(Refused) as refusal:
        channel(ChannelKind(kind), MessageFormat(written), said, contents=(Content.ORDERS,))
    assert sentence in refusal.value.sentence


def test_one_channel_alone_carries_the_orders_of_a_supplier() -> None:
    sftp()
    with pytest.raises(Refused, match="Another channel carries the orders to ALPHA already"):
        folder_channel()
    assert folder_channel(contents=(Content.ANSWERS,)).contents == ["answers"]
    assert folder_channel(supplier="BETA", name="beta").supplier.code == "BETA"


def test_setting_anew_keeps_the_secret_and_the_journal_tells_what_changed() -> None:
    sftp(secrets={"password": "geheim-4711"})
    again = sftp(settings={"user": "other"})
    sftp(settings={"user": "other"})
    assert queries.held_secrets(again) == ["password"]
    first, second = AuditEvent.objects.filter(verb="exchange.channel_set").order_by("id")
    assert (first.old, first.new["secrets_set"]) == (None, ["password"])
    assert (second.old["settings"]["user"], second.new["settings"]["user"]) == ("shop", "other")


def test_a_name_is_of_one_kind_and_supplier_until_it_is_removed() -> None:
    sftp(name="way")
    with pytest.raises(Refused, match="The channel way is sftp to ALPHA"):
        folder_channel(name="way", supplier="BETA")
    remove_channel("way", actor=ACTOR, reason="moved")
    assert not ChannelSecret.objects.exists()
    assert folder_channel(name="way", supplier="BETA").kind == "folder"
    with pytest.raises(Refused, match="There is no channel gone"):
        remove_channel("gone", actor=ACTOR)


def test_a_supplier_that_there_is_not_has_no_channel() -> None:
    draft = ChannelDraft("x", "NOBODY", ChannelKind.PORTAL, MessageFormat.MAIL_PDF_CSV, (Content.ORDERS,), {})
    with pytest.raises(Refused, match="There is no supplier NOBODY"):
        set_channel(draft, secrets={}, actor=ACTOR)


def test_a_test_goes_the_real_way_and_is_kept() -> None:
    made = folder_channel()
    tried = try_channel(made.name, actor=ACTOR)
    message = OutboundMessage.objects.get()
    assert (tried.outcome, message.topic) == ("taken", "channel.test")
    assert message.file_name in tried.sentence
    assert Attempt.objects.get().told == tried.sentence
    assert AuditEvent.objects.get(verb="exchange.channel_tried").new["outcome"] == "taken"


def test_a_test_by_mail_says_what_it_is(settings: Any) -> None:
    made = channel(
        ChannelKind.MAIL, MessageFormat.MAIL_PDF_CSV, {"address": "edi@alpha.example"}, contents=(Content.ORDERS,)
    )
    tried = try_channel(made.name, actor=ACTOR)
    [file] = settings.OUTBOX_FOLDER.iterdir()
    assert tried.outcome == "taken"
    assert b"It orders nothing" in file.read_bytes()
    assert b"To: edi@alpha.example" in file.read_bytes()


def test_a_test_that_fails_says_why() -> None:
    made = sftp(secrets={"password": "x"}, settings={"host": "no-such-host.invalid"})
    tried = try_channel(made.name, actor=ACTOR)
    assert (tried.outcome, "no-such-host.invalid is not known" in tried.sentence) == ("blocked", True)


def test_a_channel_without_its_secret_is_not_tried() -> None:
    with pytest.raises(Refused, match="needs password or private_key first"):
        try_channel(sftp().name, actor=ACTOR)
