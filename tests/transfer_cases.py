"""Two sites of one business with transfers between them, for tests: goods, orders, what happens to them, in a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ownstock.catalog.models import Item, Location
from ownstock.ledger import queries as stock
from ownstock.purchasing.actions import transfers
from ownstock.purchasing.actions.transfers import ArrivedPart, AskedPart, LostPart, ShippedPart
from ownstock.purchasing.models import TransferOrder
from tests.factories import ACTOR, TODAY, Business, opening, small_business

SHOP, DEPOT, ON_THE_WAY = "SHOP", "DEPOT", "TRANSIT-SHOP"
DAYS = 3


@dataclass(frozen=True)
class TwoSites:
    """What `two_sites` made: a depot that sends to the shop."""

    business: Business
    depot: Location

    @property
    def cup(self) -> Item:
        """The item that is sent."""
        return self.business.items[0]


def site(code: str, time_zone: str = "Europe/London") -> Location:
    """Another site."""
    made = Location.objects.create(code=code, name=code.title(), kind="site", time_zone=time_zone)
    Location.objects.filter(pk=made.pk).update(site=made)
    made.refresh_from_db()
    return made


def two_sites(quantity: int | str = 0, **changes: object) -> TwoSites:
    """The small business with a depot, a bin in it, and so many cups there."""
    business = small_business(**changes)  # type: ignore[arg-type]
    depot = site(DEPOT)
    Location.objects.create(code="DEPOT-A1", name="Shelf A1", kind="bin", parent=depot, site=depot)
    if Decimal(quantity):
        opening("CUP", quantity, location=DEPOT, key="opening:depot")
    return TwoSites(business, depot)


def nothing_promised(item_id: int, site_id: int) -> Mapping[tuple[int, int | None], Decimal]:
    """No customer was promised anything."""
    return {}


def drafted(quantity: int | str = 10, *, sku: str = "CUP", source: str = DEPOT, target: str = SHOP, days: int = 7,
            today: date = TODAY, transit_days: int = DAYS) -> TransferOrder:  # fmt: skip
    """A transfer of so many cups, asked for so many days from TODAY."""
    return transfers.draft(
        source, target, [AskedPart(sku, Decimal(quantity))], requested_on=today + timedelta(days=days),
        transit_days=transit_days, actor=ACTOR,
    )  # fmt: skip


def placed(quantity: int | str = 10, **changes: object) -> TransferOrder:
    """The same, placed."""
    return transfers.place(drafted(quantity, **changes).number, actor=ACTOR)  # type: ignore[arg-type]


def ship(
    order: TransferOrder, quantity: int | str, *, key: str = "s1", lot: str = "", line: int = 1, reason: str = ""
) -> TransferOrder:
    """Ship so much of a line."""
    part = ShippedPart(line, Decimal(quantity), lot)
    return transfers.ship(order.number, [part], key=key, promised=nothing_promised, actor=ACTOR, reason=reason)


def receive(
    order: TransferOrder, quantity: int | str, *, key: str = "r1", lot: str = "", damaged: int = 0, location: str = ""
) -> TransferOrder:
    """Receive so much of line 1."""
    part = ArrivedPart(1, Decimal(quantity), lot, Decimal(damaged))
    because = "wet" if damaged else ""
    return transfers.receive(order.number, [part], key=key, actor=ACTOR, location=location, reason=because)


def lose(order: TransferOrder, quantity: int | str, *, key: str = "l1", lot: str = "") -> TransferOrder:
    """Lose so much of line 1."""
    return transfers.lose(
        order.number, [LostPart(1, Decimal(quantity), lot)], key=key, reason="fell off the lorry", actor=ACTOR
    )


def where(sku: str = "CUP") -> tuple[Decimal, Decimal, Decimal]:
    """What is on hand at the depot, on the way to the shop, and at the shop."""
    depot = stock.on_hand(sku, DEPOT) + stock.on_hand(sku, "DEPOT-A1")
    return depot, stock.on_hand(sku, ON_THE_WAY), stock.on_hand(sku, SHOP)
