"""A supplier's orders as they turned out, for tests of its scorecard."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ownstock.catalog import actions as catalog
from ownstock.catalog.models import Location, Supplier, SupplyTerm
from ownstock.purchasing import actions
from ownstock.purchasing.actions import DraftLine, ReceiptLine
from ownstock.purchasing.models import PurchaseOrder
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


def a_year_of_orders() -> list[PurchaseOrder]:
    """Ten orders of 24 cups from ALPHA up to TODAY, wanted in two weeks each: late more and more, the last one open.

    Two cups of one arrived damaged; the agreement asks for 95 % and allows a day.
    """
    terms = {"otif_target_percent": 95, "late_tolerance_days": 1, "lead_time_days": 14, "answer_time_hours": 48}
    agreed(valid_from=date(2025, 1, 1), **terms)
    term = SupplyTerm.objects.select_related("item", "supplier").get(supplier__code="ALPHA", item__sku="CUP")
    orders = []
    for number, days in enumerate([12, 13, 14, 14, 15, 14, 18, 20, 35, 0]):
        on = TODAY - timedelta(days=21 * (10 - number) + 5)
        line = DraftLine(term, Decimal(24), on + timedelta(days=14))
        site = Location.objects.get(code="SHOP")
        order = actions.draft(supplier=term.supplier, site=site, lines=[line], ordered_on=on, actor=ACTOR)
        orders.append(actions.place(order.number, actor=ACTOR))
        PurchaseOrder.objects.filter(pk=order.pk).update(placed_at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC))
        if days:
            damaged = Decimal(2 if number == 3 else 0)
            lines = [ReceiptLine(1, 24 - damaged, damaged=damaged)]
            actions.receive(order.number, lines, key=f"r{number}", received_on=on + timedelta(days=days), actor=ACTOR)
    return orders
