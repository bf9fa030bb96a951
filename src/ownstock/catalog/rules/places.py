"""Which site a place belongs to."""

from __future__ import annotations

from collections.abc import Mapping

from ownstock.catalog.rules.kinds import LocationKind


def nearest_site(code: str, kinds: Mapping[str, str], parents: Mapping[str, str | None]) -> str | None:
    """The code of the site a location belongs to: itself or the nearest above; None for the world outside.

    `kinds` and `parents` are keyed by location code. A ring of parents ends the search.
    """
    seen: set[str] = set()
    here: str | None = code
    while here is not None and here not in seen:
        if kinds[here] == LocationKind.SITE:
            return here
        seen.add(here)
        here = parents.get(here)
    return None
