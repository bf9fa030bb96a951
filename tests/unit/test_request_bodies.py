"""Requests that are too large are refused before they are kept; sign-ins go by https alone where the address is one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ownstock.site.addresses import is_secure
from ownstock.site.bodies import MEBIBYTE, most_bytes, with_limits

PART = b"x" * MEBIBYTE


class Caller:
    """Somebody who posts so many parts of one MiB, and what became of it."""

    def __init__(self, parts: int, path: str = "/suppliers", length: int | None = None) -> None:
        self.left, self.taken, self.sent = parts, 0, list[dict[str, Any]]()
        said = [] if length is None else [(b"content-length", str(length).encode())]
        scope = {"type": "http", "path": path, "headers": said}
        asyncio.run(self.call(scope))

    async def call(self, scope: dict[str, Any]) -> None:
        await with_limits(self.application)(scope, self.receive, self.send)

    async def receive(self) -> dict[str, Any]:
        self.left -= 1
        self.taken += 1
        return {"type": "http.request", "body": PART, "more_body": self.left > 0}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    async def application(self, scope: Any, receive: Any, send: Any) -> None:
        """Read the whole body as Django does, which says nothing to somebody who went away."""
        while (message := await receive())["type"] == "http.request":
            if not message["more_body"]:
                await send({"type": "http.response.start", "status": 200, "headers": []})
                return

    @property
    def status(self) -> int:
        [start] = [message for message in self.sent if message["type"] == "http.response.start"]
        return int(start["status"])


def test_a_body_of_the_most_there_may_be_is_taken() -> None:
    assert Caller(most_bytes("/suppliers") // MEBIBYTE).status == 200


def test_one_part_more_is_refused_and_nothing_after_it_is_read() -> None:
    most = most_bytes("/suppliers") // MEBIBYTE
    caller = Caller(most + 50)
    assert (caller.status, caller.taken) == (413, most + 1)


@pytest.mark.parametrize("path", ["/suppliers", "/api/postings"])
def test_one_that_says_it_is_too_large_is_not_read_at_all(path: str) -> None:
    caller = Caller(1, path, length=most_bytes(path) + 1)
    assert (caller.status, caller.taken) == (413, 0)
    assert b"MiB at most" in caller.sent[-1]["body"]


def test_files_of_movements_may_be_large() -> None:
    assert most_bytes("/api/imports/movements") > most_bytes("/api/postings") > 0


@pytest.mark.parametrize(("url", "is_safe"), [("https://a.example", True), ("http://a.example", False), ("", False)])
def test_cookies_need_https_where_the_address_is_one(url: str, is_safe: bool) -> None:
    assert is_secure(url) is is_safe
