"""A real receiver of webhooks on loopback that behaves as well or as badly as a test asks."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook

HEAD = ("webhook-id", "webhook-timestamp", "webhook-signature")
SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" * 2


class Mood(Enum):
    """How the receiver takes the next message."""

    KIND = auto()
    BUSY = auto()  # 503, come back in two minutes
    GONE = auto()
    UNWILLING = auto()  # 422
    ELSEWHERE = auto()  # 302
    CUT = auto()  # takes it and drops the line instead of answering
    THINKING = auto()  # takes it and does not answer until it is told to
    DRIPPING = auto()  # answers a byte at a time, for ever


@dataclass(frozen=True)
class Posted:
    """One message as it came."""

    message_id: str
    timestamp: str
    signature: str
    content: bytes


@dataclass
class Receiver:
    """What tests see of it."""

    mood: Mood = Mood.KIND
    port: int = 0
    asked: int = 0
    received: list[Posted] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where it takes messages."""
        return f"http://127.0.0.1:{self.port}/orders"

    def turns(self, mood: Mood) -> None:
        """Behave otherwise from now on."""
        self.mood = mood
        self.reached.clear()
        self.may_answer.clear()

    def wait_until_reached(self, seconds: float = 20) -> None:
        """Wait until a client is where the mood holds it."""
        assert self.reached.wait(seconds), f"No client came as far as {self.mood}."


STATUSES = {Mood.BUSY: 503, Mood.GONE: 410, Mood.UNWILLING: 422, Mood.ELSEWHERE: 302}


def _talk(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Talk(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            head = {name: str(self.headers[name]) for name in HEAD}
            Webhook(SECRET).verify(content, head, json_parse=False)
            mood = receiver.mood
            receiver.asked += 1
            if mood not in STATUSES:
                message_id, timestamp, signature = head.values()
                receiver.received.append(Posted(message_id, timestamp, signature, content))
            receiver.reached.set()
            if mood is Mood.THINKING:
                receiver.may_answer.wait(30)
            if mood is Mood.CUT:
                self.close_connection = True
                return
            if mood is Mood.DRIPPING:
                self._drip()
                return
            self.send_response(STATUSES.get(mood, 200))
            self.send_header("Retry-After", "120")
            self.send_header("Location", receiver.url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _drip(self) -> None:
            with suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not receiver.may_answer.is_set():
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.05)

    return Talk


@contextmanager
def web_receiver(*, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run the receiver in a thread of its own for as long as the block lasts, encrypted or in clear."""
    receiver = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _talk(receiver))
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.may_answer.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
