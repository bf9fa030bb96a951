"""A real mail server on loopback that behaves as well or as badly as a test asks."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

BUSY = "451 4.3.0 Try again later"
NOBODY = "550 5.1.1 No such user here"


class Mood(Enum):
    """How the server takes the next message."""

    KIND = auto()
    SILENT = auto()  # accepts the connection and never greets
    DRIPPING = auto()  # greets, then says a byte at a time, for ever
    THINKING = auto()  # takes the message and does not answer until it is told to
    CUT = auto()  # takes the message and drops the line instead of its 250
    BUSY = auto()
    NOBODY = auto()
    SLOW = auto()  # every word takes a while


@dataclass
class MailServer:
    """What tests see of it: how it is to behave, whether it has got there, what it took."""

    mood: Mood = Mood.KIND
    port: int = 0
    received: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    was_encrypted: list[bool] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Its address as a setting."""
        return f"smtp://127.0.0.1:{self.port}"

    def wait_until_reached(self, seconds: float = 20) -> None:
        """Wait until a client is where the mood holds it."""
        assert self.reached.wait(seconds), f"No client came as far as {self.mood}."

    def turns(self, mood: Mood) -> None:
        """Behave otherwise from now on."""
        self.mood = mood
        self.reached.clear()


class _Talk(SMTP):
    """One connection."""

    def __init__(self, server: MailServer, starttls: ssl.SSLContext | None) -> None:
        super().__init__(
            _Handler(server),
            enable_SMTPUTF8=False,
            auth_require_tls=False,
            authenticator=_nobody_may,
            hostname="sink",
            tls_context=starttls,
        )
        self.mail_server = server

    async def push(self, status: Any) -> None:
        server = self.mail_server
        if server.mood is Mood.SILENT:
            server.reached.set()
            await asyncio.Event().wait()
        if server.mood is Mood.DRIPPING and not str(status).startswith("220"):
            server.reached.set()
            while isinstance(self.transport, asyncio.WriteTransport) and not self.transport.is_closing():
                self.transport.write(b"2")
                await asyncio.sleep(0.05)
        if server.mood is Mood.SLOW:
            await asyncio.sleep(0.1)
        await super().push(status)


class _Handler:
    def __init__(self, server: MailServer) -> None:
        self.server = server

    async def handle_RCPT(self, talk: _Talk, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if self.server.mood is Mood.NOBODY:
            return NOBODY
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, talk: _Talk, session: Session, envelope: Envelope) -> str:
        server = self.server
        if server.mood is Mood.BUSY:
            server.reached.set()
            return BUSY
        assert isinstance(envelope.content, bytes)
        server.received.append(envelope.content)
        server.recipients += envelope.rcpt_tos
        assert talk.transport is not None
        server.was_encrypted.append(talk.transport.get_extra_info("ssl_object") is not None)
        if server.mood is Mood.THINKING:
            server.reached.set()
            while not server.may_answer.is_set():
                await asyncio.sleep(0.01)
        if server.mood is Mood.CUT:
            server.reached.set()
            assert isinstance(talk.transport, asyncio.Transport)
            talk.transport.abort()
        return "250 OK"


def _nobody_may(server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth: Any) -> AuthResult:
    assert isinstance(auth, LoginPassword)
    return AuthResult(success=False, handled=False)


@contextmanager
def mail_server(*, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """Run the server in a thread of its own for as long as the block lasts; encrypted from the start, later, or never."""
    server = MailServer()
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(loop.create_server(lambda: _Talk(server, starttls), "127.0.0.1", 0, ssl=tls))
    server.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.may_answer.set()
        asyncio.run_coroutine_threadsafe(_end(listening), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _end(listening: asyncio.Server) -> None:
    listening.close()
    talks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in talks:
        task.cancel()
    await asyncio.gather(*talks, return_exceptions=True)
