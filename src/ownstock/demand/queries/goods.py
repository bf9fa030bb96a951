"""The goods that demand may be promised, the claims to them, and the claims that no longer hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet, Sum

from ownstock.base.text import plain
from ownstock.catalog.rules import LocationKind
from ownstock.demand.models import Allocation, DemandLine
from ownstock.demand.rules import OPEN_STATES, Claim, Commitment, Goods, Shelf
from ownstock.demand.rules.goods import needed_on
from ownstock.ledger.models import Balance
from ownstock.ledger.rules import Status

Place = tuple[int, int]
# Goods on their way between places cannot be picked.
PICKED_FROM = (LocationKind.SITE, LocationKind.BIN)
# Item-sites where more is promised of a balance than is released there, or of a lot that may not be fit any more.
DOUBTFUL = """
    WITH promised AS (
        SELECT l.item_id, l.site_id, a.location_id, a.lot_id, sum(a.quantity) AS quantity,
            max(greatest(l.wanted_on, %(today)s) + c.minimum_remaining_life_days) AS used_on
        FROM demand_allocation a JOIN demand_line l ON l.id = a.line_id JOIN demand_customer c ON c.id = l.customer_id
        GROUP BY 1, 2, 3, 4
    )
    SELECT DISTINCT p.item_id, p.site_id FROM promised p
    LEFT JOIN ledger_balance b ON b.location_id = p.location_id AND b.item_id = p.item_id
        AND b.lot_id IS NOT DISTINCT FROM p.lot_id AND b.status = 'released'
    LEFT JOIN ledger_lot t ON t.id = p.lot_id
    WHERE coalesce(b.on_hand, 0) < p.quantity OR least(t.expires_on, t.retest_on) <= p.used_on
    ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class ShortAllocation:
    """A promise whose goods are no longer there for it."""

    number: str
    customer: str
    sku: str
    location: str
    lot: str
    allocated: Decimal
    short: Decimal
    wanted_on: date

    @property
    def sentence(self) -> str:
        """What is short, and what to do."""
        place = f"{self.location}{f', lot {self.lot}' if self.lot else ''}"
        return (
            f"{self.number}: {plain(self.short)} of the {plain(self.allocated)} of {self.sku} promised to {self.customer} "
            f"from {place} are not there for it any more. Allocate it again."
        )


def pickable(places: Iterable[Place]) -> QuerySet[Balance]:
    """The balances of released goods of some (item id, site id) that can be picked, by number; also empty ones."""
    items, sites = zip(*places, strict=True)
    rows = Balance.objects.filter(
        item_id__in=set(items), location__site_id__in=set(sites), status=Status.RELEASED, location__kind__in=PICKED_FROM
    )
    return rows.order_by("id")


def goods(places: Collection[Place]) -> dict[Place, Goods]:
    """What is on the shelves of some (item id, site id), and every claim to it."""
    if not places:
        return {}
    shelves: dict[Place, list[Shelf]] = defaultdict(list)
    columns = ("location_id", "location__code", "lot_id", "lot__code", "on_hand", "lot__expires_on", "lot__retest_on")
    for item, site, place, code, lot, lot_code, *rest in pickable(places).values_list(
        "item_id", "location__site_id", *columns
    ):
        shelves[item, site].append(Shelf(place, code, lot, lot_code or "", *rest))
    claims: dict[Place, list[Claim]] = defaultdict(list)
    named = ("line_id", "line__number", "line__customer__code", "location_id", "lot_id", "quantity", "line__wanted_on")
    for item, site, line, number, customer, location, lot, *rest in _promised(places).values_list(
        "line__item_id", "line__site_id", *named, "line__customer__minimum_remaining_life_days"
    ):
        claims[item, site].append(Claim(line, number, customer, (location, lot), *rest))
    return {place: Goods(shelves[place], claims[place]) for place in places}


def _promised(places: Iterable[Place]) -> QuerySet[Allocation]:
    items, sites = zip(*places, strict=True)
    rows = Allocation.objects.filter(line__item_id__in=set(items), line__site_id__in=set(sites))
    return rows.select_related("line__customer", "line__item", "location", "lot").order_by("id")


def promised(item_id: int, site_id: int) -> dict[tuple[int, int | None], Decimal]:
    """What of an item at a site is promised to customers, by (location id, lot id)."""
    rows = Allocation.objects.filter(line__item_id=item_id, line__site_id=site_id).values_list("location_id", "lot_id")
    return {(location_id, lot_id): total for location_id, lot_id, total in rows.annotate(Sum("quantity")).order_by()}


def commitments(item_id: int, site_id: int, today: date, found: Goods) -> list[Commitment]:
    """What is owed of an item from a site beyond the goods that are held for it, each on the day it is needed."""
    short = found.shortfalls(today)
    held: dict[int, Decimal] = defaultdict(Decimal)
    for key, claim in found.claims.items():
        held[claim.line_id] += claim.quantity - short.get(key, Decimal(0))
    rows = DemandLine.objects.filter(item_id=item_id, site_id=site_id, state__in=OPEN_STATES).select_related("customer")
    return [
        Commitment(left, needed_on(line.wanted_on, today), line.customer.minimum_remaining_life_days)
        for line in rows.order_by("wanted_on", "id")
        if (left := line.open_quantity - held[line.pk]) > 0
    ]


def short_allocations(today: date) -> list[ShortAllocation]:
    """Every promise whose goods are gone, on hold, or not fit on the day they are needed; by number.

    Where a balance holds less than was promised of it, those who want it last are short.
    """
    with connection.cursor() as cursor:
        cursor.execute(DOUBTFUL, {"today": today})
        places = cursor.fetchall()
    if not places:
        return []
    short = {key: quantity for found in goods(places).values() for key, quantity in found.shortfalls(today).items()}
    rows = [(row, short.get((row.line_id, (row.location_id, row.lot_id)))) for row in _promised(places)]
    found = [_short(row, quantity) for row, quantity in rows if quantity]
    return sorted(found, key=lambda s: (s.number, s.location, s.lot))


def _short(row: Allocation, quantity: Decimal) -> ShortAllocation:
    line = row.line
    return ShortAllocation(
        line.number, line.customer.code, line.item.sku, row.location.code, row.lot.code if row.lot else "", row.quantity,
        quantity, line.wanted_on,
    )  # fmt: skip
