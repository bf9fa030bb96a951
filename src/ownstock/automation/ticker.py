"""The ticker: one loop, a few times a second, that announces what changed, seals it and gives a sign of life.

It follows the watermark, so that no announcement and no seal misses what a slow transaction commits late.
"""

from __future__ import annotations

import time

from ownstock.automation import actions
from ownstock.automation.loops import Loop
from ownstock.automation.rules import (
    BEAT_EVERY_SECONDS,
    SEAL_EVERY_SECONDS,
    TICK_SECONDS,
    TICKER,
)
from ownstock.journal import actions as journal
from ownstock.journal import queries
from ownstock.journal.rules import Changes

TICKER_LOCK = 7_267_003
RETRY_SECONDS = 2.0
# What changed while nobody ticked is not known: whoever listens must look for itself.
ANYTHING = Changes({}, (), is_complete=False)


class Ticker:
    """What one ticker knows: up to where it has announced, and when it will seal and give a sign of life again."""

    def __init__(self) -> None:
        self._announced: int | None = None
        self._seals_at = 0.0
        self._beats_at = 0.0

    def tick(self) -> None:
        """Announce what the watermark has passed; seal and give a sign of life when it is time."""
        now, watermark = time.monotonic(), queries.watermark()
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


TICKING = Loop(TICKER, TICKER_LOCK, TICK_SECONDS, RETRY_SECONDS, lambda: Ticker().tick)
