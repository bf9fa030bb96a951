"""How large a request may be, looked at before any of it is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from ownstock.site.threaded import Application, Scope

MEBIBYTE = 1 << 20
IMPORTS = "/api/imports/"
PROGRAMS = "/api/"
SET_UP = "/set-up/"
# Files of movements are the largest that anybody brings; a certificate or a sheet on a page has 5 MiB at most.
MOST_BYTES = {IMPORTS: 1024 * MEBIBYTE, SET_UP: 256 * MEBIBYTE, PROGRAMS: 16 * MEBIBYTE, "/": 12 * MEBIBYTE}


def most_bytes(path: str) -> int:
    """How many bytes a request to an address may bring."""
    return next(most for prefix, most in MOST_BYTES.items() if path.startswith(prefix))


def with_limits(application: Application) -> Application:
    """Refuse requests that are too large: at once where they say so, else as soon as they are."""

    async def limited(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        body = _Body(receive, most_bytes(scope["path"]))
        if body.is_said_too_large(scope):
            await _refuse(scope, body.most, send)
            return
        await application(scope, body.receive, send)
        if body.is_too_large:
            await _refuse(scope, body.most, send)

    return limited


@dataclass(slots=True)
class _Body:
    """The body of one request as it comes in."""

    receiving: Any
    most: int
    came: int = 0

    @property
    def is_too_large(self) -> bool:
        """Whether more came than may."""
        return self.came > self.most

    def is_said_too_large(self, scope: Scope) -> bool:
        """Whether its head announces more than may come."""
        said = dict(scope["headers"]).get(b"content-length", b"0")
        return said.isdigit() and int(said[:20]) > self.most

    async def receive(self) -> dict[str, Any]:
        """The next part; of a body that became too large, that the caller is gone: whoever reads it gives up."""
        if self.is_too_large:
            return {"type": "http.disconnect"}
        message: dict[str, Any] = await self.receiving()
        self.came += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.is_too_large else message


async def _refuse(scope: Scope, most: int, send: Any) -> None:
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    sentence = f"A request to this address has {most // MEBIBYTE:,} MiB at most; split it."
    kind, content = b"text/plain; charset=utf-8", sentence
    if scope["path"].startswith(PROGRAMS):
        kind = b"application/problem+json"
        content = json.dumps(
            {"type": "urn:ownstock:problem:too_large", "title": status.phrase, "status": status, "detail": sentence,
             "code": "too_large"}
        )  # fmt: skip
    headers = [(b"content-type", kind), (b"x-content-type-options", b"nosniff"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": content.encode()})
