"""Having subscriptions told of what happens: one loop follows the journal, and the dispatcher tells."""

from __future__ import annotations

import time
from collections.abc import Callable

from ownstock.automation.loops import Loop
from ownstock.exchange.subscriptions.following import follow
from ownstock.journal import actions as journal

EVENTS = "events"
LOOK_SECONDS = 1.0
BEAT_SECONDS = 30
RETRY_SECONDS = 5.0
EVENTS_LOCK = 7_267_008


def _begin() -> Callable[[], object]:
    beats_at = 0.0

    def look() -> None:
        nonlocal beats_at
        follow()
        if time.monotonic() >= beats_at:
            beats_at = time.monotonic() + BEAT_SECONDS
            journal.beat(EVENTS, expected_every_seconds=BEAT_SECONDS)

    return look


FOLLOWING = Loop(EVENTS, EVENTS_LOCK, LOOK_SECONDS, RETRY_SECONDS, _begin)
