"""A supplier's orders as they turned out, for tests of its scorecard."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from ownstock.catalog import actions as catalog
from ownstock.catalog.models import Supplier
from ownstock.purchasing.queries.scorecards import Counted, Period, counted_rows, scorecard
from ownstock.purchasing.rules.scorecards import Figure, FigureName
from tests.factories import ACTOR, TODAY

WANTED = TODAY + timedelta(days=14)
LATER = WANTED + timedelta(days=60)


def agreed(**terms: object) -> None:
    """An agreement with ALPHA from before all orders on."""
    catalog.keep_agreement("ALPHA", "F-1", {"valid_from": date(2026, 1, 1), **terms}, actor=ACTOR)


def period(
    *, begins_on: date = TODAY, ends_on: date = LATER, as_of: date = LATER, item_id: int | None = None
) -> Period:
    """ALPHA's days from the orders on, looked at two months later."""
    return Period(Supplier.objects.get(code="ALPHA"), begins_on, ends_on, as_of, item_id)


def figure(name: FigureName, of: Period | None = None) -> Figure:
    """One figure of ALPHA."""
    return scorecard(of or period()).figure(name)


def counts(name: FigureName, of: Period | None = None) -> tuple[Decimal, Decimal, int]:
    """Of a figure numerator, denominator and n."""
    found = figure(name, of)
    return found.numerator, found.denominator, found.n


def rows(name: FigureName, of: Period | None = None) -> Counted:
    """The rows that a figure counted."""
    return counted_rows(of or period(), name)
