"""Who is not whom we mean to reach gets nothing, a key opens as a password does, a full disk leaves no half file."""

from __future__ import annotations

import multiprocessing
import resource
import signal
import ssl
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from django.utils import timezone

from ownstock.automation.actions import dispatch_due
from ownstock.base.errors import Unavailable
from ownstock.exchange.channels.actions import try_channel
from ownstock.exchange.channels.rules import ChannelKind, MessageFormat
from ownstock.exchange.models import Attempt
from ownstock.exchange.transports import write
from ownstock.journal.models import OutboxRow
from ownstock.journal.queries import open_alerts
from tests import sftp_server as sftp
from tests import web_receiver as web
from tests.channel_cases import channel, folder_channel, place, row_of, webhook_channel
from tests.factories import ACTOR, Business, small_business

pytestmark = pytest.mark.django_db
ROOM_BYTES = 4_096


@pytest.fixture
def business(settings: Any, tmp_path: Path) -> Business:
    settings.CHANNELS_FOLDER, settings.OUTBOX_FOLDER = tmp_path / "channels", tmp_path / "outbox"
    settings.SMTP_URL, settings.LOOPBACK_ALLOWED = "", True
    return small_business()


@pytest.fixture
def receiver() -> Iterator[web.Receiver]:
    with web.web_receiver() as running:
        yield running


def certificate_for(host: str, folder: Path) -> Path:
    """A certificate for a host, with its key in the same file."""
    file = folder / f"{host}.pem"
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    names = ["-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
    subprocess.run([*make, *names, "-keyout", file, "-out", file.with_suffix(".crt")], check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + file.with_suffix(".crt").read_bytes())
    return file


@pytest.mark.parametrize(("host", "outcome"), [("localhost", "taken"), ("elsewhere.example", "blocked")])
def test_a_receiver_with_the_certificate_of_another_host_gets_nothing(
    host: str, outcome: str, business: Business, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate_for(host, tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file.with_suffix(".crt")))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(file)
    with web.web_receiver(tls=tls) as receiver:
        settings = {"url": f"https://localhost:{receiver.port}/orders"}
        channel(ChannelKind.WEBHOOK, MessageFormat.JSON, settings, secrets={"webhook_secret": web.SECRET})
        row = row_of(place(business))
        dispatch_due(10)
    assert (Attempt.objects.get().outcome, len(receiver.received)) == (outcome, int(outcome == "taken"))
    row.refresh_from_db()
    assert outcome == "taken" or "Hostname mismatch" in row.last_error


def test_a_private_key_opens_where_it_is_known_and_nowhere_else(business: Business, tmp_path: Path) -> None:
    known, unknown = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    with sftp.sftp_server(tmp_path / "server", known_key=known) as there:
        for key, outcome in ((unknown, "blocked"), (known, "taken")):
            secrets = {"private_key": key.export_private_key().decode()}
            channel(ChannelKind.SFTP, MessageFormat.CSV, there.settings(), secrets=secrets, name="by-key")
            tried = try_channel("by-key", actor=ACTOR)
            assert tried.outcome == outcome, tried.sentence
            assert len(there.lies_in("in")) == int(outcome == "taken")


def test_others_messages_flow_while_one_receiver_storms(
    business: Business, receiver: web.Receiver, settings: Any
) -> None:
    webhook_channel(receiver)
    folder_channel(supplier="BETA")
    receiver.turns(web.Mood.BUSY)
    stormy = [place(business) for _ in range(3)]
    calm = [place(business, item=1) for _ in range(3)]
    dispatch_due(20)
    OutboxRow.objects.filter(state="waiting").update(due_at=timezone.now() - timedelta(days=1))
    dispatch_due(20)
    assert {row_of(number).state for number in stormy} == {"waiting"}
    assert {row_of(number).state for number in calm} == {"done"}
    assert len(list((settings.CHANNELS_FOLDER / "alpha" / "out").iterdir())) == len(calm)


def _write_with_little_room(path: Path, size: int, said: Any) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM_BYTES, ROOM_BYTES))
    try:
        write(b"x" * size, path)
    except Unavailable as trouble:
        said.send(trouble.sentence)
    else:
        said.send("written")


def test_what_finds_no_room_leaves_nothing_half_written_and_says_so(business: Business, tmp_path: Path) -> None:
    path, context = tmp_path / "out" / "order.csv", multiprocessing.get_context("fork")
    for size, expected in ((ROOM_BYTES * 3, f"{path} cannot be written (File too large)."), (ROOM_BYTES, "written")):
        hears, says = context.Pipe()
        writer = context.Process(target=_write_with_little_room, args=(path, size, says))
        writer.start()
        assert hears.poll(30)
        assert hears.recv() == expected
        writer.join(30)
        assert [one.name for one in path.parent.iterdir()] == (["order.csv"] if expected == "written" else [])
    assert not open_alerts()
