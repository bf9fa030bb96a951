"""Figures over all of a large company, kept for some minutes where reckoning them takes longer than a page may."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

from django.db import close_old_connections
from django.utils import timezone

log = logging.getLogger(__name__)
Found = TypeVar("Found")
# What is reckoned sooner is reckoned anew for every page.
LONG_SECONDS = 0.1
# It is fresh for so many times as long as it took to reckon, so that reckoning costs no more than a 300th of the time.
FRESH_TIMES, FRESH_AT_MOST_SECONDS = 300, 300
# What is no longer fresh is reckoned anew beside the page that shows it; what is as many times older is not shown any more.
SHOWN_TIMES = 3
MOST_KEPT = 300


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was found and when, as the clock shows it and as it runs, and how long that took."""

    found: Any
    reckoned_at: datetime
    ended: float
    seconds: float

    @property
    def fresh_seconds(self) -> float:
        """For how long it is fresh."""
        return min(FRESH_TIMES * self.seconds, FRESH_AT_MOST_SECONDS)


class _Shelf:
    """What is kept in this process, as it is and not copied, and what of it is being reckoned anew."""

    def __init__(self) -> None:
        self._lock, self._beside = Lock(), ThreadPoolExecutor(1, thread_name_prefix="kept")
        self._there: dict[str, _Kept] = {}
        self._at_work: set[str] = set()
        self.since = 0

    def get(self, key: str, make: Callable[[], object]) -> _Kept | None:
        """What is kept, if it may be shown; where it is old, it is reckoned anew beside whoever asks."""
        with self._lock:
            there = self._there.get(key)
            age = 0.0 if there is None else time.monotonic() - there.ended
            if there is None or age > SHOWN_TIMES * there.fresh_seconds:
                return None
            if age > there.fresh_seconds and key not in self._at_work:
                self._at_work.add(key)
                self._beside.submit(self._reckon_anew, key, make, self.since)
            return there

    def put(self, key: str, there: _Kept, since: int) -> None:
        """Keep something, unless all was forgotten since it was begun."""
        with self._lock:
            if since == self.since:
                self._there.pop(key, None)
                self._there[key] = there
                while len(self._there) > MOST_KEPT:
                    del self._there[next(iter(self._there))]

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._there.clear()
            self.since += 1

    def _reckon_anew(self, key: str, make: Callable[[], object], since: int) -> None:
        try:
            self.put(key, _reckoned(make), since)
        except Exception:
            # The page was answered; once what is kept is too old, a page is told.
            log.exception("What is kept could not be reckoned anew.")
        finally:
            with self._lock:
                self._at_work.discard(key)
            close_old_connections()


_shelf = _Shelf()


def kept(name: str, make: Callable[[], Found], *asked: object) -> tuple[Found, datetime]:
    """What `make` answers to what is `asked`, and when it did: now, or some minutes ago where it took long.

    `make` may be called from a thread of its own, after the page that asks has been answered. What it answers is shown on
    many pages: nobody may change it.
    """
    key, since = f"{name} {asked!r}", _shelf.since
    there = _shelf.get(key, make)
    if there is None:
        there = _reckoned(make)
        if there.seconds > LONG_SECONDS:
            _shelf.put(key, there, since)
    return there.found, there.reckoned_at


def forget() -> None:
    """Reckon anew from now on: somebody has just changed what was reckoned."""
    _shelf.clear()


def _reckoned(make: Callable[[], object]) -> _Kept:
    began, found = time.monotonic(), make()
    return _Kept(found, timezone.now(), time.monotonic(), time.monotonic() - began)
