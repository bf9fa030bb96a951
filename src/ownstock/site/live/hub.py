"""The hub: one connection that listens, and the streams that it tells; a slow one is told less often, never more at once."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connections

from ownstock.journal.rules import CHANGES, Changes
from ownstock.site.live.people import Person, still_in
from ownstock.site.live.rules import ANYTHING, CHECK_SECONDS, Announcements, announced, merged, wanted

RETRY_SECONDS = 1.0
# So long may it be silent before the connection is asked whether it still lives.
SILENT_SECONDS = 15.0
CONNECT_SECONDS = 10
# What Django makes of an address besides libpq's own words for it.
OF_DJANGO = ("pool", "cursor_factory", "context", "prepare_threshold")
NOW = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Stream:
    """One open page: what it has still to be told, as one set of changes however much came."""

    person: Person
    topics: frozenset[str]
    pending: Changes | None = None
    is_ended: bool = False
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, changes: Changes) -> None:
        """Keep what of some changes concerns the page, beside what waits already."""
        mine = wanted(changes, self.topics)
        if mine is not None:
            self.pending = merged(self.pending, mine)
            self.woken.set()

    def take(self) -> Changes | None:
        """What waits; it waits no longer."""
        self.woken.clear()
        taken, self.pending = self.pending, None
        return taken

    def end(self) -> None:
        """Have the stream end."""
        self.is_ended = True
        self.woken.set()


class Hub:
    """All streams of a web process. It listens while some are open, by one connection for all."""

    def __init__(self) -> None:
        self.announcements = Announcements()
        self.streams: set[Stream] = set()
        self.is_ending = False
        self._tasks: list[asyncio.Task[None]] = []
        self._listens = asyncio.Event()

    def count_of(self, username: str) -> int:
        """How many streams a person has open."""
        return Counter(stream.person.username for stream in self.streams)[username]

    async def add(self, stream: Stream) -> None:
        """Tell a stream what changes from now on. Returns when somebody listens, or cannot yet."""
        self.streams.add(stream)
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._look())]
        with suppress(TimeoutError):
            await asyncio.wait_for(self._listens.wait(), RETRY_SECONDS)

    def remove(self, stream: Stream) -> None:
        """Tell a stream nothing any more. Without any, it listens on for a while: whoever goes to another page comes back."""
        self.streams.discard(stream)

    def end(self) -> None:
        """End all streams for good, as the server is told to stop."""
        self.is_ending = True
        self.stop()

    def stop(self) -> None:
        """End all streams, and stop listening."""
        for stream in self.streams:
            stream.end()
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        self._listens.clear()
        self.announcements = Announcements()

    def tell(self, watermark: int, changes: Changes) -> None:
        """Tell every stream what concerns it."""
        self.announcements.keep(watermark, changes)
        for stream in self.streams:
            stream.offer(changes)

    async def _listen(self) -> None:
        """Listen for as long as there are streams; when the database went away, all must look for themselves."""
        while True:
            try:
                await self._listen_once()
            except (psycopg.Error, OSError) as fault:
                log.warning("Live pages listen again in %g second: the database is away (%s).", RETRY_SECONDS, fault)
            except Exception:
                log.exception("Live pages listen again in %g second.", RETRY_SECONDS)
            self._listens.clear()
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen_once(self) -> None:
        is_again = self.announcements.since is not None
        async with await psycopg.AsyncConnection.connect(**_parameters()) as connection:
            await connection.execute(f"LISTEN {CHANGES}")
            # What commits from here on is announced later than this.
            self.announcements.begin(await _watermark(connection))
            self._listens.set()
            if is_again:
                for stream in self.streams:
                    stream.offer(ANYTHING)
            while True:
                async for notification in connection.notifies(timeout=SILENT_SECONDS):
                    self.tell(*announced(notification.payload))
                await connection.execute("SELECT 1")

    async def _look(self) -> None:
        """Once a minute, end the streams of those who are no longer signed in; without any stream, stop listening."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            if not self.streams:
                self.stop()
                return
            try:
                await self.end_strangers()
            except Exception as fault:
                # The database may be away; who is signed in is looked at again a minute later.
                log.warning("Who has pages open could not be looked up (%s).", fault)

    async def end_strangers(self) -> None:
        """End the streams whose session has ended, or whose account is disabled."""
        sessions = {stream.person.session for stream in self.streams}
        known = await asyncio.to_thread(still_in, sessions)
        for stream in [s for s in self.streams if s.person.session in sessions - known]:
            stream.end()


async def _watermark(connection: psycopg.AsyncConnection[Any]) -> int:
    row = await (await connection.execute(NOW)).fetchone()
    assert row is not None
    return int(row[0])


def _parameters() -> dict[str, Any]:
    found = {k: v for k, v in connections["default"].get_connection_params().items() if k not in OF_DJANGO}
    return {**found, "autocommit": True, "connect_timeout": CONNECT_SECONDS, "application_name": "ownstock live"}
