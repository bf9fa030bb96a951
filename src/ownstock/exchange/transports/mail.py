"""Mail: a message is handed to the mail server of the installation.

What a server says before it hears of the message (connection, greeting, login) is about the way; what it says after,
with a code from 500 on, is about the message.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from ownstock.base.errors import Refused, Unavailable
from ownstock.exchange.rules import mail_address

PORTS = {"smtp": 25, "smtps": 465}
GREETING, PERMANENT = 220, 500


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, as `OWNSTOCK_SMTP_URL` says: `smtp://user:password@host:port`, or `smtps://…`."""

    host: str
    port: int
    is_encrypted: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """How it is called in sentences and logs, without its secrets."""
        return f"{self.host}:{self.port}"

    @property
    def is_on_this_machine(self) -> bool:
        """Whether what is said to it never leaves this machine."""
        with suppress(ValueError):
            return ip_address(self.host).is_loopback
        return self.host == "localhost"


def mail_server(url: str) -> MailServer:
    """Read the setting.

    Raises:
        Refused: it is not an address of a mail server.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in PORTS or not parts.hostname:
        raise Refused(
            "OWNSTOCK_SMTP_URL must look like smtp://user:password@host:port or smtps://user:password@host:port.",
            code="setting_unknown",
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.hostname, port or PORTS[parts.scheme], parts.scheme == "smtps", user, password)


def send(content: bytes, *, server: MailServer, sender: str, recipient: str, ends_at: float) -> None:
    """Hand a message to a mail server and wait for its word that it took it.

    All that it does has until `ends_at`, on the monotonic clock; then the line is cut, however busily it speaks. The last
    answer may take what is left: a server that is cut off while it thinks would get the message twice.

    Raises:
        Refused, Unavailable: see the module.
    """
    from_address = mail_address("The address that orders are sent from (OWNSTOCK_ORDERS_FROM)", sender)
    with _telling(server), _session(server, ends_at) as session:
        steps: list[Callable[[], tuple[int, bytes]]] = [
            lambda: session.mail(from_address),
            lambda: session.rcpt(recipient),
            lambda: session.data(content),
        ]
        for step in steps:
            _wait_until(session, ends_at)
            code, answer = step()
            if code not in (250, 251):
                raise _not_taken(server, recipient, code, answer)


@contextmanager
def _telling(server: MailServer) -> Iterator[None]:
    """Turn every fault of the connection into a sentence."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as fault:
        raise Unavailable(
            f"The mail server {server.name} does not accept the user and password in OWNSTOCK_SMTP_URL.",
            code="mail_login",
            answer=fault.smtp_code,
        ) from fault
    except smtplib.SMTPDataError as fault:
        raise _not_taken(server, "the order", fault.smtp_code, fault.smtp_error) from fault
    except (smtplib.SMTPException, OSError) as fault:
        raise Unavailable(
            f"The mail server {server.name} did not take the message ({_reason(fault)}).", code="mail_server"
        ) from fault


def _reason(fault: smtplib.SMTPException | OSError) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        return f"{fault.smtp_code} {_text(fault.smtp_error)}"
    return str(fault) or type(fault).__name__


def _text(answer: bytes | str) -> str:
    return answer if isinstance(answer, str) else answer.decode("utf-8", "replace")


@contextmanager
def _session(server: MailServer, ends_at: float) -> Iterator[smtplib.SMTP]:
    """A session ready to take a message: connected, encrypted where the server can, logged in where a user is set."""
    tls = ssl.create_default_context()
    session = _Encrypted(ends_at, tls) if server.is_encrypted else _Session(ends_at)
    try:
        session.begin(server)
        _wait_until(session, ends_at)
        session.ehlo_or_helo_if_needed()
        is_secret = server.is_encrypted or server.is_on_this_machine
        if not server.is_encrypted and session.has_extn("starttls"):
            session.starttls(context=tls)
            session.ehlo()
            is_secret = True
        if server.user:
            _log_in(session, server, is_secret=is_secret)
        yield session
    finally:
        # A farewell that waits for no answer: the message has been taken or not, and the row is to be marked at once.
        with suppress(smtplib.SMTPException, OSError):
            session.putcmd("QUIT")
        session.end()


class _Session(smtplib.SMTP):
    """A session that is cut off when its time is over, though the server sends a byte now and then."""

    def __init__(self, ends_at: float) -> None:
        left = max(ends_at - time.monotonic(), 0.1)
        self._line: socket.socket | None = None
        self._is_cut = False
        self._clock = threading.Timer(left, self._cut)
        self._clock.daemon = True
        super().__init__(timeout=left)

    def begin(self, server: MailServer) -> None:
        """Connect and hear the greeting."""
        # Its name is what a certificate is compared with.
        self._host = server.host
        self._clock.start()
        code, said = self.connect(server.host, server.port)
        if code != GREETING:
            raise smtplib.SMTPConnectError(code, said)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = socket.create_connection((host, port), timeout)
        # A second hold on the same line: it can be cut while somebody reads from the first, encrypted or not.
        self._line = line.dup()
        return line

    def getreply(self) -> tuple[int, bytes]:
        try:
            return super().getreply()
        except smtplib.SMTPServerDisconnected:
            if self._is_cut:
                raise TimeoutError("it answers too slowly") from None
            raise

    def _cut(self) -> None:
        self._is_cut = True
        with suppress(OSError):
            if self._line is not None:
                self._line.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """Hang up."""
        self._clock.cancel()
        self.close()
        if self._line is not None:
            self._line.close()


class _Encrypted(smtplib.SMTP_SSL, _Session):
    """One that is encrypted from its first byte."""

    def __init__(self, ends_at: float, tls: ssl.SSLContext) -> None:
        _Session.__init__(self, ends_at)
        self.context = tls


def _log_in(session: smtplib.SMTP, server: MailServer, *, is_secret: bool) -> None:
    if not is_secret:
        raise Unavailable(
            f"The mail server {server.name} offers no encryption, so the password was not sent. "
            f"Set OWNSTOCK_SMTP_URL to a server with STARTTLS, or to smtps://.",
            code="mail_not_encrypted",
        )
    session.login(server.user, server.password)


def _wait_until(session: smtplib.SMTP, ends_at: float) -> None:
    """Let the next answer take what is left of the time."""
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError("it answers too slowly")
    assert session.sock is not None
    session.sock.settimeout(left)


def _not_taken(server: MailServer, recipient: str, code: int, answer: bytes | str) -> Refused | Unavailable:
    said = _text(answer)
    if code >= PERMANENT:
        sentence = f"The mail server {server.name} refuses it for {recipient} for good: {code} {said}."
        return Refused(sentence, code="mail_refused", answer=code)
    sentence = f"The mail server {server.name} does not take it for {recipient} now: {code} {said}."
    return Unavailable(sentence, code="mail_not_now", answer=code)
