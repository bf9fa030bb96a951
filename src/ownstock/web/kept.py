"""Figures over all of a large company, kept for some minutes where reckoning them takes longer than a page may."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from django.core.cache import cache
from django.utils import timezone

Found = TypeVar("Found")
# What is reckoned sooner is reckoned anew for every page.
LONG_SECONDS, KEPT_SECONDS = 0.3, 300
SINCE = "kept_since"


def kept(name: str, make: Callable[[], Found], *asked: object) -> tuple[Found, datetime]:
    """What `make` answers to what is `asked`, and when it did: now, or within the last five minutes where it took long."""
    key = sha256(f"{name} {cache.get(SINCE)} {asked!r}".encode()).hexdigest()
    found: tuple[Found, datetime] | None = cache.get(key)
    if found is None:
        began_at, found = time.monotonic(), (make(), timezone.now())
        if time.monotonic() - began_at > LONG_SECONDS:
            cache.set(key, found, KEPT_SECONDS)
    return found


def forget() -> None:
    """Reckon anew from now on: somebody has just changed what was reckoned."""
    cache.set(SINCE, time.monotonic_ns(), None)
