"""A page that listens to a served application, as tests and benchmarks open it: a socket, and the events that come by it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

PATIENCE_SECONDS = 30.0


@dataclass
class OpenPage:
    """What came by one stream."""

    line: socket.socket
    said: bytes = b""
    events: list[dict[str, Any]] = field(default_factory=list)
    heard_at: list[float] = field(default_factory=list)

    def read(self, seconds: float) -> bool:
        """Take in what comes within so long; False where the stream has ended."""
        self.line.settimeout(seconds)
        with suppress(TimeoutError):
            came = self.line.recv(2**16)
            now = time.monotonic()
            self.said += came
            told = [line[6:] for line in came.split(b"\n") if line.startswith(b"data: ")]
            self.events += [json.loads(line) for line in told]
            self.heard_at += [now] * len(told)
            return bool(came)
        return True

    def subjects(self) -> list[str]:
        """All subjects that were told, in order."""
        return [subject for event in self.events for subject in event.get("subjects", ())]


def open_page(port: int, session: str, query: str = "", last: str = "") -> OpenPage:
    """Open a stream as a browser does, up to its first words."""
    line = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
    again = f"Last-Event-ID: {last}\r\n" if last else ""
    head = f"GET /live{query} HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid={session}\r\n{again}\r\n"
    line.sendall(head.encode())
    page = OpenPage(line)
    while b"\n\n" not in page.said.partition(b"\r\n\r\n")[2] and page.read(PATIENCE_SECONDS):
        assert page.said.startswith(b"HTTP/1.1 200"), page.said
    return page


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def served() -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The web server as `ownstock serve` runs it, for the database that the environment names: its port and process."""
    port = free_port()
    # It must know the sessions that were made here.
    environment = {**os.environ, "OWNSTOCK_SECRET_KEY": settings.SECRET_KEY}
    command = [sys.executable, "-m", "ownstock.site.web", "127.0.0.1", str(port)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while True:
            assert time.monotonic() < deadline, "The web server did not come up."
            assert server.poll() is None, "The web server has ended."
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield port, server
    finally:
        server.terminate()
        server.wait(PATIENCE_SECONDS)
