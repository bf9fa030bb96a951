"""`GET /live`: a stream of server-sent events for a page of somebody who is signed in, without a thread of its own."""

from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from django.db import Error as DatabaseError

from ownstock.base.errors import OwnstockError, Refused, Unavailable
from ownstock.site.live.hub import Hub, Stream
from ownstock.site.live.people import Person, person_of, session_of
from ownstock.site.live.rules import (
    BEAT,
    ENDED,
    HEARTBEAT_SECONDS,
    LONGEST_SECONDS,
    MOST_BYTES,
    STREAMS_OF_ALL,
    STREAMS_OF_ONE,
    event,
    opening,
    topics_of,
)
from ownstock.site.threaded import Scope

ADDRESS = "/live"
# Few, as each asks two short questions; many pages that open at once wait for one another.
THREADS = 2
HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class LiveApplication:
    """Answers `/live`."""

    def __init__(self) -> None:
        self.hub = Hub()
        self._threads = ThreadPoolExecutor(THREADS, "live")

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Open a stream and keep it until one side ends it, or say why there is none."""
        try:
            stream, last = await self._opened(scope)
        except OwnstockError as error:
            await _say_no(error, send)
            return
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await self.hub.add(stream)
            await self._tell(stream, last, gone, send)
        finally:
            self.hub.remove(stream)
            gone.cancel()

    async def _opened(self, scope: Scope) -> tuple[Stream, str]:
        if scope["method"] != "GET":
            raise Refused("Only GET opens a stream.", code="not_allowed", status=HTTPStatus.METHOD_NOT_ALLOWED)
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        topics = topics_of(",".join(asked.get("topics", [])))
        person = _ours(await self._person(session_of(scope["headers"])))
        self._require_room(person)
        said = dict(scope["headers"]).get(b"last-event-id", b"").decode("latin-1")
        return Stream(person, topics), said or asked.get("since", [""])[0]

    async def _person(self, session: str) -> Person | None:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, person_of, session)
        except DatabaseError as fault:
            raise Unavailable("The database does not answer; come back in a moment.", code="database_away") from fault

    def _require_room(self, person: Person) -> None:
        if self.hub.count_of(person.username) >= STREAMS_OF_ONE:
            sentence = f"{STREAMS_OF_ONE} live pages of yours are open already; close some."
            raise Refused(sentence, code="too_many_streams", status=HTTPStatus.TOO_MANY_REQUESTS)
        if self.hub.is_ending:
            raise Unavailable("The server is about to stop; come back in a moment.", code="server_ends")
        if len(self.hub.streams) >= STREAMS_OF_ALL:
            sentence = f"{STREAMS_OF_ALL} live pages are open already; load the page again to see what is new."
            raise Unavailable(sentence, code="too_many_streams")

    async def _tell(self, stream: Stream, last: str, gone: asyncio.Future[None], send: Any) -> None:
        """Tell a page what changes until its end. What comes while it does not read waits as one."""
        await send({"type": "http.response.start", "status": int(HTTPStatus.OK), "headers": HEADERS})
        known = self.hub.announcements
        if last and (missed := known.missed(last)) is not None:
            stream.offer(missed)
        ends_at, sent = time.monotonic() + LONGEST_SECONDS, 0
        words = opening(known.watermark)
        while not gone.done():
            await send({"type": "http.response.body", "body": words, "more_body": True})
            sent += len(words)
            if stream.is_ended or time.monotonic() > ends_at or sent > MOST_BYTES:
                break
            words = await self._next(stream, gone)
        with suppress(OSError, RuntimeError):
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _next(self, stream: Stream, gone: asyncio.Future[None]) -> bytes:
        """The next words: an event, or a heartbeat when nothing happened for a while."""
        waking = asyncio.ensure_future(stream.woken.wait())
        both: set[asyncio.Future[Any]] = {waking, gone}
        await asyncio.wait(both, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        waking.cancel()
        if stream.is_ended:
            return ENDED
        changes = stream.take()
        return BEAT if changes is None else event(self.hub.announcements.watermark or 0, changes)


def _ours(person: Person | None) -> Person:
    """A person of ours. A page that is not for suppliers is not there for them.

    Raises:
        Refused: nobody is signed in, or somebody of a supplier.
    """
    if person is None:
        raise Refused("Sign in first.", code="not_signed_in", status=HTTPStatus.UNAUTHORIZED)
    if person.is_supplier:
        raise Refused("Nothing is here.", code="not_found", status=HTTPStatus.NOT_FOUND)
    return person


async def _gone(receive: Any) -> None:
    """Return when the page is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _say_no(error: OwnstockError, send: Any) -> None:
    usual = HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, Unavailable) else HTTPStatus.BAD_REQUEST
    status = HTTPStatus(int(str(error.facts.get("status", usual))))
    problem = {
        "type": f"urn:ownstock:problem:{error.code}", "title": status.phrase, "status": int(status),
        "detail": error.sentence, "code": error.code,
    }  # fmt: skip
    headers = [(b"content-type", b"application/problem+json"), *HEADERS[1:]]
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers.append((b"retry-after", b"30"))
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", b"GET"))
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(problem).encode()})
