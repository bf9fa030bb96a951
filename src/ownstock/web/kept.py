"""Figures over all of a large company, kept for some minutes where reckoning them takes longer than a page may."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from django.core.cache import cache
from django.db import close_old_connections
from django.utils import timezone

log = logging.getLogger(__name__)
Found = TypeVar("Found")
# What is reckoned sooner is reckoned anew for every page.
LONG_SECONDS = 0.3
# What is older is reckoned anew beside the page that shows it; what is as old as that is not shown any more.
FRESH_SECONDS, KEPT_SECONDS = 300, 900
SINCE = "kept_since"
_beside = ThreadPoolExecutor(1, thread_name_prefix="kept")


def kept(name: str, make: Callable[[], Found], *asked: object) -> tuple[Found, datetime]:
    """What `make` answers to what is `asked`, and when it did: now, or some minutes ago where it took long.

    `make` may be called from a thread of its own, after the page that asks has been answered.
    """
    key = sha256(f"{name} {cache.get(SINCE)} {asked!r}".encode()).hexdigest()
    found: tuple[Found, datetime] | None = cache.get(key)
    if found is None:
        return _reckoned(key, make)
    is_old = (timezone.now() - found[1]).total_seconds() > FRESH_SECONDS
    if is_old and cache.add(f"{key}-anew", True, FRESH_SECONDS):
        _beside.submit(_reckoned_beside, key, make)
    return found


def forget() -> None:
    """Reckon anew from now on: somebody has just changed what was reckoned."""
    cache.set(SINCE, time.monotonic_ns(), None)


def _reckoned(key: str, make: Callable[[], Found]) -> tuple[Found, datetime]:
    began_at, found = time.monotonic(), (make(), timezone.now())
    if time.monotonic() - began_at > LONG_SECONDS:
        cache.set(key, found, KEPT_SECONDS)
    return found


def _reckoned_beside(key: str, make: Callable[[], object]) -> None:
    try:
        cache.set(key, (make(), timezone.now()), KEPT_SECONDS)
    except Exception:
        # The page was answered; once what is kept is too old, a page is told.
        log.exception("What is kept could not be reckoned anew.")
    finally:
        close_old_connections()
