"""Pure decisions about what the business keeps, where and on which terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar


class LocationKind(StrEnum):
    """What a location is. Sites, bins and goods in transit hold stock; the rest is the world outside."""

    SITE = "site"
    BIN = "bin"
    IN_TRANSIT = "in_transit"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    SCRAP = "scrap"
    COUNT_DIFFERENCE = "count_difference"


class UnservedDemand(StrEnum):
    """What becomes of demand that finds no stock."""

    LOST = "lost"
    BACKORDER = "backorder"


class Tracking(StrEnum):
    """How finely an item's goods are told apart. Where it is `none`, a lot may be named and need not be."""

    NONE = "none"
    LOT = "lot"
    SERIAL = "serial"


class ReceivingStatus(StrEnum):
    """What goods are when they come from a supplier: ready for use, or waiting for quality to release them."""

    RELEASED = "released"
    QUARANTINE = "quarantine"


class ValuationMethod(StrEnum):
    """What an item's goods are worth when they leave: their standard cost, their average, or that of the oldest."""

    STANDARD = "standard"
    MOVING_AVERAGE = "moving_average"
    FIFO = "fifo"


STOCK_KINDS = frozenset({LocationKind.SITE, LocationKind.BIN, LocationKind.IN_TRANSIT})


class Term(Protocol):
    """What a choice between supply terms looks at."""

    @property
    def site_id(self) -> int | None:
        """The site it holds for; None for all."""

    @property
    def priority(self) -> int:
        """1 is asked first."""

    @property
    def valid_from(self) -> date:
        """Its first day."""

    @property
    def valid_to(self) -> date | None:
        """Its last day; None until further notice."""


AnyTerm = TypeVar("AnyTerm", bound=Term)


def is_valid_on(term: Term, day: date) -> bool:
    """Whether a term holds on a day, both ends included."""
    return term.valid_from <= day and (term.valid_to is None or day <= term.valid_to)


def first_choice(terms: Iterable[AnyTerm], *, site_id: int, on: date) -> AnyTerm | None:
    """The term to order by on a day: best priority, then the site's own before the general, then the newest."""
    fitting = [t for t in terms if is_valid_on(t, on) and t.site_id in (None, site_id)]
    if not fitting:
        return None
    return min(fitting, key=lambda t: (t.priority, t.site_id is None, -t.valid_from.toordinal()))


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
