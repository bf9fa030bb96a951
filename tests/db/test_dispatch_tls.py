"""Orders cross encrypted where the mail server can, and never to a server that is not who it says."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from ownstock.base.errors import Unavailable
from ownstock.exchange.transports import MailServer, send
from tests.mail_server import mail_server

MESSAGE = b"Subject: Order\r\n\r\nOrder\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine that nobody has vouched for, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("Needs the program openssl, to make a certificate.")
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    make = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        [openssl, *make, *names, "-keyout", file, "-out", file.with_suffix(".crt")], check=True, capture_output=True
    )
    file.write_bytes(file.read_bytes() + file.with_suffix(".crt").read_bytes())
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))


def hand_over(port: int, *, is_encrypted: bool = False) -> None:
    server = MailServer("localhost", port, is_encrypted)
    send(
        MESSAGE,
        server=server,
        sender="orders@shop.example",
        recipient="orders@alpha.example",
        ends_at=time.monotonic() + 30,
    )


@pytest.mark.usefixtures("trusted")
def test_smtps_is_encrypted_from_the_first_word(tls: ssl.SSLContext) -> None:
    with mail_server(tls=tls) as mail:
        hand_over(mail.port, is_encrypted=True)
    assert (mail.received, mail.was_encrypted) == ([MESSAGE], [True])


@pytest.mark.usefixtures("trusted")
def test_smtp_is_encrypted_where_the_server_offers_it(tls: ssl.SSLContext) -> None:
    with mail_server(starttls=tls) as mail:
        hand_over(mail.port)
    assert (mail.received, mail.was_encrypted) == ([MESSAGE], [True])


@pytest.mark.parametrize("way", ["tls", "starttls"])
def test_a_server_that_nobody_vouches_for_gets_nothing(tls: ssl.SSLContext, way: str) -> None:
    contexts: dict[str, Any] = {way: tls}
    with mail_server(**contexts) as mail:
        with pytest.raises(Unavailable, match=r"certificate verify failed"):
            hand_over(mail.port, is_encrypted=way == "tls")
        assert mail.received == []
