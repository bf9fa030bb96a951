"""A bakery for tests of recall: flour and eggs that were ordered, cakes that were made of them, sold and held."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ownstock.catalog.models import Item, Location, Supplier, SupplyTerm
from ownstock.ledger import actions as ledger
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.actions import DraftLine, ReceiptLine
from tests.factories import ACTOR, Business, small_business

BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)
Moved = tuple[str, str, str, str, int | str]


def bakery() -> Business:
    """Items FLOUR, EGGS, CAKE told apart by lot; a second site with a shelf, goods in transit, scrap."""
    made = small_business(skus=("FLOUR", "EGGS", "CAKE"))
    Item.objects.update(tracking="lot")
    Item.objects.filter(sku="FLOUR").update(unit="kg", description="Wheat flour, type 550")
    other = Location.objects.create(code="ANNEX", name="Annex", kind="site", time_zone="Europe/Berlin")
    Location.objects.filter(pk=other.pk).update(site=other)
    for code, kind, site in (("SHELF", "bin", other), ("TRUCK", "in_transit", None), ("SCRAP", "scrap", None)):
        Location.objects.create(code=code, name=code.title(), kind=kind, site=site)
    return made


def move(key: str, kind: Kind, *lines: Moved, day: int = 0, reference: str = "") -> None:
    """Post lines of (sku, lot, source, target, quantity), so many days after the beginning."""
    asked = [
        Line(sku, source, target, Decimal(quantity), lot=lot, moved_at=BEGAN + day * DAY)
        for sku, lot, source, target, quantity in lines
    ]
    ledger.post([PostingRequest(key, kind, asked, reference)], actor=ACTOR)


def ordered(business: Business, sku: str, lot: str, quantity: int, *, key: str) -> str:
    """Order an item from its supplier, place the order, receive it as one lot; gives the order's number."""
    term = SupplyTerm.objects.get(item__sku=sku)
    supplier = Supplier.objects.get(pk=term.supplier_id)
    line = DraftLine(term=term, quantity=Decimal(quantity), requested_on=date(2026, 1, 5))
    order = purchasing.draft(
        supplier=supplier, site=business.site, lines=[line], ordered_on=date(2025, 12, 22), actor=ACTOR
    )
    purchasing.place(order.number, actor=ACTOR)
    purchasing.receive(
        order.number, [ReceiptLine(1, Decimal(quantity), lot)], key=key, received_on=date(2026, 1, 5), actor=ACTOR,
        moved_at=BEGAN,
    )  # fmt: skip
    return order.number


def bake(key: str = "bake 1", *, lot: str = "C1", day: int = 1) -> None:
    """Ten flour of F1 and four eggs of E1 become six cakes."""
    move(
        key, Kind.ADJUSTMENT, ("FLOUR", "F1", "SHOP", "DIFFERENCES", 10), ("EGGS", "E1", "SHOP", "DIFFERENCES", 4),
        ("CAKE", lot, "DIFFERENCES", "SHOP", 6), day=day,
    )  # fmt: skip


def busy_week(business: Business) -> tuple[str, str]:
    """All that can happen to a lot, once; gives the numbers of the two orders."""
    flour = ordered(business, "FLOUR", "F1", 120, key="note 17")
    eggs = ordered(business, "EGGS", "E1", 60, key="note 18")
    bake()
    bake("bake 2", lot="C2", day=2)
    ledger.reverse("bake 2", new_key="bake 2:back", actor=ACTOR, reason="never baked")
    move("s1", Kind.ISSUE, ("CAKE", "C1", "SHOP", "CUSTOMERS", 3), day=3, reference="INV 1001")
    move("s2", Kind.ISSUE, ("FLOUR", "F1", "SHOP", "CUSTOMERS", "12.3456"), day=3, reference="INV 1002")
    move("s3", Kind.ISSUE, ("FLOUR", "F1", "SHOP", "CUSTOMERS", 5), day=3, reference="INV 1003")
    ledger.reverse("s3", new_key="s3:back", actor=ACTOR, reason="wrong customer")
    move("back", Kind.RETURN, ("FLOUR", "F1", "CUSTOMERS", "SHOP", 2), day=4, reference="INV 1002")
    move("truck", Kind.TRANSFER, ("FLOUR", "F1", "SHOP", "TRUCK", 20), day=4)
    move("shelf", Kind.TRANSFER, ("FLOUR", "F1", "TRUCK", "SHELF", 15), day=5)
    move("scrap", Kind.ADJUSTMENT, ("FLOUR", "F1", "SHELF", "SCRAP", "1.5"), day=6)
    move("count", Kind.COUNT_DIFFERENCE, ("FLOUR", "F1", "SHOP", "DIFFERENCES", "0.0001"), day=6)
    hold = Line("FLOUR", "SHOP", "SHOP", Decimal(30), lot="F1", target_status="on_hold", moved_at=BEGAN + 7 * DAY)
    ledger.post([PostingRequest("hold", Kind.TRANSFER, [hold])], actor=ACTOR)
    return flour, eggs
