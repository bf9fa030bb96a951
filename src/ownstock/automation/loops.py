"""Loops of the worker: each runs once in the whole company, beside the jobs, and begins anew whatever goes wrong.

Whoever holds a loop's lock runs it; where several workers run, the others wait to take over.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import Error as DatabaseError
from django.db import connection

ENDING_SECONDS = 5
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loop:
    """What is done again and again: `begin` makes what knows how far it has come, and returns its step.

    `every_seconds` lie between two steps, `retry_seconds` before it begins anew. Any number serves as `lock`, as long as
    nobody else locks it in the same database.
    """

    name: str
    lock: int
    every_seconds: float
    retry_seconds: float
    begin: Callable[[], Callable[[], object]]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run it in a thread of its own for as long as the block lasts."""
        is_ending = threading.Event()
        thread = threading.Thread(target=self._run_until, args=(is_ending,), name=self.name, daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_ending.set()
            thread.join(ENDING_SECONDS)

    def _run_until(self, is_ending: threading.Event) -> None:
        """Run until the end; what goes wrong, a database that went away among it, is tried again a little later."""
        while not is_ending.is_set():
            try:
                self._run_alone(is_ending)
            except DatabaseError as fault:
                told = "%s starts again in %g seconds: the database does not answer (%s)."
                log.warning(told, self.name.capitalize(), self.retry_seconds, fault)
            except Exception:
                # One that stays silent is told of by the sweep; one that ended would not come back.
                log.exception("%s starts again in %g seconds.", self.name.capitalize(), self.retry_seconds)
            finally:
                # The lock goes with the connection.
                connection.close()
            is_ending.wait(self.retry_seconds)

    def _run_alone(self, is_ending: threading.Event) -> None:
        """Run while nobody else does; return at once where somebody else does."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [self.lock])
            if not cursor.fetchone()[0]:
                return
        step = self.begin()
        while not is_ending.wait(self.every_seconds):
            step()
