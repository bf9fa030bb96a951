"""Figures over all of a large company, kept for some minutes where reckoning them takes longer than a page may."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

from django.core.cache import cache
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
SINCE = "kept_since"
_beside = ThreadPoolExecutor(1, thread_name_prefix="kept")


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was found, when, and for how many seconds that is fresh."""

    found: Any
    reckoned_at: datetime
    fresh_seconds: float


def kept(name: str, make: Callable[[], Found], *asked: object) -> tuple[Found, datetime]:
    """What `make` answers to what is `asked`, and when it did: now, or some minutes ago where it took long.

    `make` may be called from a thread of its own, after the page that asks has been answered.
    """
    key = sha256(f"{name} {cache.get(SINCE)} {asked!r}".encode()).hexdigest()
    there: _Kept | None = cache.get(key)
    if there is None:
        there = _reckoned(make)
        if there.fresh_seconds > FRESH_TIMES * LONG_SECONDS:
            _keep(key, there)
        return there.found, there.reckoned_at
    is_old = (timezone.now() - there.reckoned_at).total_seconds() > there.fresh_seconds
    if is_old and cache.add(f"{key}-anew", True, there.fresh_seconds):
        _beside.submit(_reckoned_beside, key, make)
    return there.found, there.reckoned_at


def forget() -> None:
    """Reckon anew from now on: somebody has just changed what was reckoned."""
    cache.set(SINCE, time.monotonic_ns(), None)


def _reckoned(make: Callable[[], object]) -> _Kept:
    began_at, found = time.monotonic(), make()
    return _Kept(found, timezone.now(), FRESH_TIMES * (time.monotonic() - began_at))


def _keep(key: str, there: _Kept) -> None:
    fresh_seconds = min(there.fresh_seconds, FRESH_AT_MOST_SECONDS)
    cache.set(key, replace(there, fresh_seconds=fresh_seconds), SHOWN_TIMES * fresh_seconds)


def _reckoned_beside(key: str, make: Callable[[], object]) -> None:
    try:
        _keep(key, _reckoned(make))
    except Exception:
        # The page was answered; once what is kept is too old, a page is told.
        log.exception("What is kept could not be reckoned anew.")
    finally:
        close_old_connections()
