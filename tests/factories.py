"""A small business for tests: two items at one site, two suppliers, opening stock on request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ownstock.catalog.models import Item, ItemSite, Location, Supplier, SupplyTerm
from ownstock.ledger import actions as ledger
from ownstock.ledger.rules import Kind, Line, PostingRequest

ACTOR = "test"
TODAY = date(2026, 3, 2)  # a Monday


@dataclass(frozen=True)
class Business:
    """What `small_business` made."""

    site: Location
    items: list[Item]
    suppliers: list[Supplier]
    item_sites: list[ItemSite]


def small_business(
    *, skus: Sequence[str] = ("CUP", "PLATE"), lead_time_days: int = 14, moq: int = 1, order_multiple: int = 6
) -> Business:
    """One site with the world around it; each item bought from its own supplier (alternating between two)."""
    site = Location.objects.create(code="SHOP", name="Shop", kind="site", time_zone="Europe/London")
    Location.objects.filter(pk=site.pk).update(site=site)
    site.refresh_from_db()
    for code, kind in (("CUSTOMERS", "customer"), ("SUPPLIERS", "supplier"), ("DIFFERENCES", "count_difference")):
        Location.objects.create(code=code, name=code.title(), kind=kind)
    suppliers = [
        Supplier.objects.create(
            code=code, name=f"Supplier {code}", email=f"orders@{code.lower()}.example", currency="EUR"
        )
        for code in ("ALPHA", "BETA")
    ]
    items = [Item.objects.create(sku=sku, description=sku.title(), unit_cost=Decimal("2.5000")) for sku in skus]
    item_sites = []
    for number, item in enumerate(items):
        SupplyTerm.objects.create(
            supplier=suppliers[number % 2],
            item=item,
            supplier_sku=f"{item.sku}-S",
            moq=moq,
            order_multiple=order_multiple,
            price=Decimal("2.4000"),
            currency="EUR",
            lead_time_days=lead_time_days,
            valid_from=date(2020, 1, 1),
        )
        item_sites.append(
            ItemSite.objects.create(
                item=item,
                site=site,
                holding_rate=Decimal("0.25"),
                shortage_cost=Decimal("3.0000"),
                unserved_demand="lost",
            )
        )
    return Business(site, items, suppliers, item_sites)


def keep(item: Item, *sites: str) -> None:
    """Plan an item at some sites."""
    for site in Location.objects.filter(code__in=sites):
        ItemSite.objects.create(
            item=item, site=site, holding_rate=Decimal("0.25"), shortage_cost=Decimal(3), unserved_demand="lost"
        )


def opening(
    sku: str, quantity: int | str, *, key: str = "", moved_at: datetime | None = None, location: str = "SHOP"
) -> None:
    """Put stock on hand."""
    line = Line(sku=sku, source="DIFFERENCES", target=location, quantity=Decimal(quantity), moved_at=moved_at)
    ledger.post([PostingRequest(key or f"opening:{sku}", Kind.ADJUSTMENT, [line])], actor=ACTOR)


def sale(
    sku: str, quantity: int | str, *, key: str, moved_at: datetime | None = None, location: str = "SHOP"
) -> PostingRequest:
    """A sale, not yet posted."""
    line = Line(sku=sku, source=location, target="CUSTOMERS", quantity=Decimal(quantity), moved_at=moved_at)
    return PostingRequest(key, Kind.ISSUE, [line])


def sell_every_week(sku: str, quantities: Sequence[int], *, before: date = TODAY) -> None:
    """Post one sale a week, on Wednesdays, the last in the week before `before` (a Monday); the stock for it comes first."""
    first = datetime(before.year, before.month, before.day, 12, tzinfo=UTC) - timedelta(weeks=len(quantities), days=-2)
    opening(sku, sum(quantities) or 1, key=f"history:{sku}", moved_at=first - timedelta(days=3))
    sales = [
        sale(sku, quantity, key=f"sale:{sku}:{week}", moved_at=first + timedelta(weeks=week))
        for week, quantity in enumerate(quantities)
        if quantity
    ]
    ledger.post(sales, actor=ACTOR)
