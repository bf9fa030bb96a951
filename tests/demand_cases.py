"""A small business with customers, for tests of demand: lines entered, goods in lots, what is allocated in a word."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ownstock.demand import actions, queries
from ownstock.demand.models import DemandLine
from ownstock.demand.rules import EnteredLine, Part
from ownstock.ledger import actions as ledger
from ownstock.ledger.models import Lot
from ownstock.ledger.rules import Kind, Line, PostingRequest
from tests.factories import ACTOR, TODAY


def wants(
    key: str, quantity: int | str, *, sku: str = "CUP", customer: str = "ANNA", days: int = 0, site: str = "SHOP"
) -> EnteredLine:
    """A line of a customer's order, wanted so many days from TODAY."""
    return EnteredLine(key, customer, sku, site, Decimal(quantity), TODAY + timedelta(days=days), f"order {key}")


def entered(
    key: str, quantity: int | str, *, sku: str = "CUP", customer: str = "ANNA", days: int = 0, site: str = "SHOP"
) -> DemandLine:
    """The same, entered."""
    [line] = actions.enter([wants(key, quantity, sku=sku, customer=customer, days=days, site=site)], actor=ACTOR)
    return line


def goods_in(
    quantity: int | str, *, lot: str = "", expires_on: date | None = None, retest_on: date | None = None,
    status: str = "released", location: str = "SHOP", sku: str = "CUP", key: str = "",
) -> None:  # fmt: skip
    """Put goods on a shelf, in a lot with its dates where one is named."""
    line = Line(
        sku=sku, source="DIFFERENCES", target=location, quantity=Decimal(quantity), lot=lot, target_status=status
    )
    named = key or f"in:{sku}:{location}:{lot}:{status}:{quantity}"
    ledger.post([PostingRequest(named, Kind.ADJUSTMENT, [line])], actor=ACTOR)
    if lot:
        Lot.objects.filter(item__sku=sku, code=lot).update(expires_on=expires_on, retest_on=retest_on)


def goods_lost(
    quantity: int | str, *, lot: str = "", location: str = "SHOP", sku: str = "CUP", key: str = "lost"
) -> None:
    """A count that finds less than was thought."""
    line = Line(sku=sku, source=location, target="DIFFERENCES", quantity=Decimal(quantity), lot=lot)
    ledger.post([PostingRequest(key, Kind.COUNT_DIFFERENCE, [line])], actor=ACTOR)


def put_on_hold(quantity: int | str, *, lot: str = "", location: str = "SHOP", sku: str = "CUP") -> None:
    """A change of status: the goods stay where they are and may not be used."""
    line = Line(sku=sku, source=location, target=location, quantity=Decimal(quantity), lot=lot, target_status="on_hold")
    ledger.post([PostingRequest(f"hold:{sku}:{lot}", Kind.TRANSFER, [line])], actor=ACTOR)


def allocate(*lines: DemandLine, today: date = TODAY) -> list[DemandLine]:
    """Allocate to lines, on TODAY."""
    return actions.allocate([line.number for line in lines], today=today, actor=ACTOR)


def promised(line: DemandLine) -> dict[str, Decimal]:
    """What is allocated to a line, by lot (goods of no lot: by location)."""
    return {row.lot.code if row.lot else row.location.code: row.quantity for row in queries.allocations(line)}


NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)


def shipped(line: DemandLine, quantity: int | str, *, key: str, moved_at: datetime = NOON) -> DemandLine:
    """Ship so much of one line, at noon of TODAY."""
    [after] = actions.ship([Part(line.number, Decimal(quantity))], key=key, actor=ACTOR, moved_at=moved_at)
    return after
