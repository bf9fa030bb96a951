"""Which supply term to order by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


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
