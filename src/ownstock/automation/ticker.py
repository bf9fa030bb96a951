"""The ticker: one loop, a few times a second, that announces what changed, seals it and gives a sign of life.

It follows the watermark, so that no announcement and no seal misses what a slow transaction commits late. Whoever holds
its lock ticks; where several workers run, the others wait to take over.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error as DatabaseError
from django.db import connection

from ownstock.automation import actions
from ownstock.automation.rules import (
    BEAT_EVERY_SECONDS,
    SEAL_EVERY_SECONDS,
    TICK_SECONDS,
    TICKER,
)
from ownstock.journal import actions as journal
from ownstock.journal import queries
from ownstock.journal.rules import Changes

# Any number serves, as long as nobody else locks it in the same database.
TICKER_LOCK = 7_267_003
RETRY_SECONDS = 2.0
ENDING_SECONDS = 5
# What changed while nobody ticked is not known: whoever listens must look for itself.
ANYTHING = Changes({}, (), is_complete=False)
log = logging.getLogger(__name__)


@contextmanager
def ticking() -> Iterator[None]:
    """Tick in a thread of its own for as long as the block lasts."""
    is_ending = threading.Event()
    thread = threading.Thread(target=tick_until, args=(is_ending,), name=TICKER, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_ending.set()
        thread.join(ENDING_SECONDS)


def tick_until(is_ending: threading.Event) -> None:
    """Tick until the end; what goes wrong, a database that went away among it, is tried again a little later."""
    while not is_ending.is_set():
        try:
            _tick_alone(is_ending)
        except DatabaseError as fault:
            log.warning(
                "The ticker starts again in %g seconds: the database does not answer (%s).", RETRY_SECONDS, fault
            )
        except Exception:
            # A ticker that stays silent is told of by the sweep; one that ended would not come back.
            log.exception("The ticker starts again in %g seconds.", RETRY_SECONDS)
        finally:
            # The lock goes with the connection.
            connection.close()
        is_ending.wait(RETRY_SECONDS)


def _tick_alone(is_ending: threading.Event) -> None:
    """Tick while nobody else does; return at once where somebody else does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [TICKER_LOCK])
        if not cursor.fetchone()[0]:
            return
    ticker = Ticker()
    while not is_ending.wait(TICK_SECONDS):
        ticker.tick(time.monotonic())


class Ticker:
    """What one ticker knows: up to where it has announced, and when it will seal and give a sign of life again."""

    def __init__(self) -> None:
        self._announced: int | None = None
        self._seals_at = 0.0
        self._beats_at = 0.0

    def tick(self, now: float) -> None:
        """Announce what the watermark has passed; seal and give a sign of life when it is time (`now` in seconds)."""
        watermark = queries.watermark()
        if watermark != self._announced:
            self._announce(watermark)
        if now >= self._seals_at:
            self._seals_at = now + SEAL_EVERY_SECONDS
            actions.seal()
        if now >= self._beats_at:
            self._beats_at = now + BEAT_EVERY_SECONDS
            journal.beat(TICKER, expected_every_seconds=BEAT_EVERY_SECONDS)
            actions.watch_seal()

    def _announce(self, watermark: int) -> None:
        changes = ANYTHING if self._announced is None else queries.changes(self._announced, watermark)
        if changes.counts or not changes.is_complete:
            journal.announce(watermark, changes)
        self._announced = watermark
