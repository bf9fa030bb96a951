"""Lines that suppliers rejected: until when people are told of them."""

from __future__ import annotations

from collections.abc import Collection

from ownstock.journal import actions as journal
from ownstock.purchasing.queries.answers import told_rejections


def end_rejections(places: Collection[tuple[str, str]], *, because: str) -> None:
    """End the alerts about rejected lines of items at sites, saying why: the need that they left is seen to.

    Either the item is ordered again for the site, or nothing of it is proposed any more.
    """
    keys = [key for key, place in told_rejections().items() if place in places]
    if keys:
        journal.clear_alerts(keys, because=because)
