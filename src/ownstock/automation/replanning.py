"""Planning again, within seconds, what something happened to: movements, suppliers' answers, what people say.

One watcher follows the watermark, so that it misses nothing that a slow transaction commits late. What it has looked at is
kept; a watcher that begins anew goes on there, and looking twice does no harm: where nothing moved, nothing is written. In a
flood it plans a number of item-sites a minute; the rest is left to the next plan of all, and people are told.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from ownstock.automation.loops import Loop
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
MOST_A_MINUTE = 1_000
AT_ONCE = 200
REPLANNING_LOCK = 7_267_006
LEFT_OVER = "replan_left_over"
log = logging.getLogger(__name__)


class Watcher:
    """What one watcher knows: up to where it has looked, and when it last kept that."""

    def __init__(self) -> None:
        self._seen = _where_to_go_on()
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


def _where_to_go_on() -> int:
    """Where the last watcher looked; else where the last plan of all did."""
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


def _begin_watching() -> Callable[[], object]:
    watcher = Watcher()
    return lambda: watcher.look(timezone.now())


WATCHING = Loop(REPLANNING, REPLANNING_LOCK, LOOK_SECONDS, RETRY_SECONDS, _begin_watching)
