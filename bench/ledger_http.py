"""HTTP as a light client speaks it: one connection kept open, an answer at a time. What is measured is the server."""

from __future__ import annotations

import socket

LONGEST_READ = 2**20
TIMEOUT_SECONDS = 60


class KeptOpen:
    """A connection to a web server for one caller, who always sends the same headers."""

    def __init__(self, host: str, port: int, headers: dict[str, str]) -> None:
        self._socket = socket.create_connection((host, port), TIMEOUT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in {"Host": host, **headers}.items())

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Send a request; returns the status and the body of the answer, which must say how long it is."""
        head = f"{method} {path} HTTP/1.1\r\n{self._headers}Content-Length: {len(body)}\r\n\r\n"
        self._socket.sendall(head.encode("ascii") + body)
        answer = self._more()
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        told, _, answer = answer.partition(b"\r\n\r\n")
        parts = [answer]
        missing = _length(told) - len(answer)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        return int(told.split(b" ", 2)[1]), b"".join(parts)

    def _more(self) -> bytes:
        if received := self._socket.recv(LONGEST_READ):
            return received
        raise ConnectionError("The web server closed the connection.")


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    if head.split(b" ", 2)[1] == b"204":
        return 0
    raise ValueError(f"The answer does not say how long it is: {head!r}")
