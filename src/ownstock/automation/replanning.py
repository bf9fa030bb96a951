"""Planning again, within seconds, what something happened to: movements, suppliers' answers, what people say.

One watcher follows the watermark, so that it misses nothing that a slow transaction commits late. What it has looked at is
kept; a watcher that begins anew goes on there, and looking twice does no harm: where nothing moved, nothing is written. In a
flood it plans a number of item-sites a minute; the rest is left to the next plan of all, and people are told.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.utils import timezone

from ownstock.base.errors import Refused, Unavailable
from ownstock.journal import actions as journal
from ownstock.journal.queries import watermark
from ownstock.planning import queries
from ownstock.planning.actions.replan import replan
from ownstock.planning.models import ReplanCursor
from ownstock.planning.queries.crossings import at_reorder_point, moved_item_sites, spoken_of

REPLANNING = "replanning"
ACTOR = "job:replan"
LOOK_SECONDS = 1.0
KEEP_SECONDS = 30.0
RETRY_SECONDS = 5.0
ENDING_SECONDS = 5
MOST_A_MINUTE = 1_000
AT_ONCE = 200
# Any number serves, as long as nobody else locks it in the same database.
REPLANNING_LOCK = 7_267_006
LEFT_OVER = "replan_left_over"
log = logging.getLogger(__name__)


@contextmanager
def watching() -> Iterator[None]:
    """Watch in a thread of its own for as long as the block lasts."""
    is_ending = threading.Event()
    thread = threading.Thread(target=watch_until, args=(is_ending,), name=REPLANNING, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_ending.set()
        thread.join(ENDING_SECONDS)


def watch_until(is_ending: threading.Event) -> None:
    """Look until the end; what goes wrong, a database that went away among it, is tried again a little later."""
    while not is_ending.is_set():
        try:
            _watch_alone(is_ending)
        except DatabaseError as fault:
            log.warning(
                "Replanning starts again in %g seconds: the database does not answer (%s).", RETRY_SECONDS, fault
            )
        except Exception:
            log.exception("Replanning starts again in %g seconds.", RETRY_SECONDS)
        finally:
            # The lock goes with the connection.
            connection.close()
        is_ending.wait(RETRY_SECONDS)


def _watch_alone(is_ending: threading.Event) -> None:
    """Look while nobody else does; return at once where somebody else does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [REPLANNING_LOCK])
        if not cursor.fetchone()[0]:
            return
    watcher = Watcher()
    while not is_ending.wait(LOOK_SECONDS):
        watcher.look(timezone.now())


class Watcher:
    """What one watcher knows: up to where it has looked, and when it last kept that."""

    def __init__(self) -> None:
        self._seen = _begin()
        self._kept_at = time.monotonic()

    def look(self, now: datetime) -> int:
        """Plan again what something happened to since the last look; returns how many item-sites that were."""
        until, count = watermark(), 0
        if until > self._seen:
            due = spoken_of(self._seen, until) | at_reorder_point(moved_item_sites(self._seen, until))
            try:
                count = _replanned(sorted(due), now) if due else 0
            except Unavailable:
                # A plan is being made: what it did not see yet is looked at again.
                return 0
            self._seen = until
        if count or time.monotonic() - self._kept_at > KEEP_SECONDS:
            self._kept_at = time.monotonic()
            ReplanCursor.objects.update(watermark=self._seen, looked_at=now)
            journal.beat(REPLANNING, expected_every_seconds=int(KEEP_SECONDS))
        return count


def _begin() -> int:
    """Where to go on: where the last watcher looked, or the last plan of all."""
    run = queries.last_run()
    kept = ReplanCursor.objects.first()
    if kept is None:
        kept = ReplanCursor.objects.create(watermark=run.watermark if run else watermark())
    return kept.watermark


def _replanned(due: list[int], now: datetime) -> int:
    """Plan so many of the item-sites as the minute still has room for, and tell of the rest."""
    room = _room(now)
    planned, rest = due[:room], due[room:]
    for first in range(0, len(planned), AT_ONCE):
        try:
            replan(planned[first : first + AT_ONCE], actor=ACTOR)
        except Refused as refused:
            # Without a plan of all by this engine none alone can be planned; the next plan of all sees to it.
            log.info("%s", refused.sentence)
            return 0
    _count(len(planned), rest, now)
    return len(planned)


def _room(now: datetime) -> int:
    """How many item-sites may still be planned in this minute; also ends what is told of those left over, once planned."""
    kept = ReplanCursor.objects.get()
    run = queries.last_run()
    if kept.left_over_at and run and run.started_at > kept.left_over_at:
        ReplanCursor.objects.update(left_over=0, left_over_at=None)
        journal.clear_alert(LEFT_OVER, because="all were planned")
    if now - kept.minute_at >= timedelta(minutes=1):
        ReplanCursor.objects.update(minute_at=now, in_minute=0)
        return MOST_A_MINUTE
    return max(MOST_A_MINUTE - kept.in_minute, 0)


@transaction.atomic
def _count(planned: int, rest: list[int], now: datetime) -> None:
    kept = ReplanCursor.objects.select_for_update().get()
    kept.in_minute += planned
    if rest:
        kept.left_over, kept.left_over_at = kept.left_over + len(rest), now
        sentence = (
            f"{kept.left_over} item-sites moved faster than {MOST_A_MINUTE} a minute can be planned again; "
            "plan all to bring their proposals in line."
        )
        journal.raise_alert(LEFT_OVER, kind=LEFT_OVER, sentence=sentence, facts={"item_sites": kept.left_over})
    kept.save(update_fields=["in_minute", "left_over", "left_over_at"])
