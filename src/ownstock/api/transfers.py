"""Transfers between sites for programs: writing, placing, shipping, receiving, losing, cancelling, looking them up."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Header, Path, Query, Router, Schema
from pydantic import AwareDatetime

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.pages import Page, Part, page
from ownstock.planning.inputs.transfers import ship as ship_goods
from ownstock.purchasing.actions import transfers as actions
from ownstock.purchasing.actions.transfers import ArrivedPart, AskedPart, LostPart, ShippedPart
from ownstock.purchasing.models import TransferOrder
from ownstock.purchasing.queries import transfers as queries
from ownstock.purchasing.rules.transfers import (
    MAX_KEY_LENGTH,
    MAX_TRANSFER_LINES,
    MAX_TRANSIT_DAYS,
    TransferState,
)

router = Router()
READS, WRITES = KeyHolder(Scope.TRANSFERS_READ), KeyHolder(Scope.TRANSFERS_WRITE)
Number = Annotated[str, Path(description="The order's number, such as TO-000012.", max_length=20)]
Quantity = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=4, description="Stock units.")]
QuantityOrNone = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4, description="Stock units.")]
Code = Annotated[str, Field(min_length=1, max_length=60)]
Lot = Annotated[str, Field(max_length=60)]
LineNumber = Annotated[int, Field(ge=1)]
Reason = Annotated[str, Field(min_length=1, max_length=1_000, description="Why, in words.")]
OnceKey = Annotated[
    str, Header(alias="Idempotency-Key", min_length=1, max_length=MAX_KEY_LENGTH, description="Makes it happen once.")
]


class AskedIn(Schema):
    """So many of an item."""

    sku: Code
    quantity: Quantity


class TransferIn(Schema):
    """Goods that one site is to send to another."""

    source: Code
    target: Code
    requested_on: date = Field(description="The day on which the target wants them.")
    transit_days: int = Field(ge=0, le=MAX_TRANSIT_DAYS)
    lines: list[AskedIn] = Field(min_length=1, max_length=MAX_TRANSFER_LINES)


class ShippedIn(Schema):
    """Goods of a line that leave; of one lot where it is named, else what expires first."""

    line: LineNumber
    quantity: Quantity
    lot: Lot = ""


class TransferShipmentIn(Schema):
    """Goods that leave."""

    moved_at: AwareDatetime | None = Field(None, description="When they left; empty: now.")
    reason: str = Field("", max_length=1_000, description="Why what expires earlier is left behind, where it is.")
    lines: list[ShippedIn] = Field(min_length=1, max_length=MAX_TRANSFER_LINES)


class ArrivedIn(Schema):
    """Goods of a line that came."""

    line: LineNumber
    quantity: QuantityOrNone = Field(description="Stock units that came sound.")
    damaged: QuantityOrNone = Field(Decimal(0), description="Stock units that came damaged, on top.")
    lot: Lot = ""


class ArrivalIn(Schema):
    """Goods that came."""

    location: str = Field("", max_length=60, description="Where in the target they were put; empty: the site itself.")
    moved_at: AwareDatetime | None = Field(None, description="When they were put there; empty: now.")
    reason: str = Field("", max_length=1_000, description="What is damaged, where something is.")
    lines: list[ArrivedIn] = Field(min_length=1, max_length=MAX_TRANSFER_LINES)


class LostIn(Schema):
    """Goods of a line that will never come."""

    line: LineNumber
    quantity: Quantity
    lot: Lot = ""


class LossIn(Schema):
    """Goods that left and will never come."""

    reason: Reason
    lines: list[LostIn] = Field(min_length=1, max_length=MAX_TRANSFER_LINES)


class TransferCancelIn(Schema):
    """What is not to be shipped any more."""

    line: LineNumber | None = Field(None, description="Empty: all lines.")
    quantity: Quantity | None = Field(None, description="Empty: all that is not shipped.")
    reason: Reason


class TransferRowOut(Schema):
    """A transfer order."""

    number: str
    state: TransferState
    source: str = Field(alias="source.code")
    target: str = Field(alias="target.code")
    requested_on: date
    transit_days: int
    placed_at: datetime | None


class TransferLineOut(Schema):
    """One item of a transfer order, in stock units."""

    line: int
    sku: str
    quantity: Decimal
    shipped_quantity: Decimal
    received_quantity: Decimal
    lost_quantity: Decimal
    cancelled_quantity: Decimal
    to_ship: Decimal
    on_the_way: Decimal


class OnTheWayOut(Schema):
    """Goods on the way."""

    line: int
    lot: str
    quantity: Decimal
    expected_on: date
    shipment_key: str


class TransferOut(Schema):
    """A transfer order with its lines and what of them is on the way."""

    number: str
    state: TransferState
    source: str
    target: str
    requested_on: date
    transit_days: int
    placed_at: datetime | None
    lines: list[TransferLineOut]
    on_the_way: list[OnTheWayOut]


class WhichTransfers(Schema):
    """Which transfer orders."""

    state: TransferState | None = None


@router.get("/transfer-orders", auth=READS, response=Page[TransferRowOut], summary="Transfers between sites")
def list_transfers(request: HttpRequest, part: Query[Part], which: Query[WhichTransfers]) -> dict[str, Any]:
    """Transfer orders, newest first."""
    return page(queries.transfers(which.state or ""), part)


@router.get("/transfer-orders/{number}", auth=READS, response=TransferOut, summary="One transfer order")
def get_transfer(request: HttpRequest, number: Number) -> dict[str, Any]:
    """A transfer order with its lines, and what of them is on the way."""
    return _transfer(queries.transfer(number))


@router.post("/transfer-orders", auth=WRITES, response=TransferOut, summary="Write a transfer order")
def draft(request: HttpRequest, body: TransferIn, key: OnceKey) -> dict[str, Any]:
    """Write a draft. The same key again gives that order as it is now."""
    parts = [AskedPart(line.sku, line.quantity) for line in body.lines]
    order = actions.draft(
        body.source, body.target, parts, requested_on=body.requested_on, transit_days=body.transit_days,
        actor=actor_of(request), key=key,
    )  # fmt: skip
    return _transfer(order)


@router.post("/transfer-orders/{number}/placement", auth=WRITES, response=TransferOut, summary="Place a transfer order")
def place(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Tell the source to ship. Placing again changes nothing."""
    return _transfer(actions.place(number, actor=actor_of(request)))


@router.post("/transfer-orders/{number}/shipments", auth=WRITES, response=TransferOut, summary="Goods that leave")
def ship(request: HttpRequest, number: Number, body: TransferShipmentIn, key: OnceKey) -> dict[str, Any]:
    """Ship goods. The key becomes that of the posting; the same key again ships nothing."""
    parts = [ShippedPart(line.line, line.quantity, line.lot) for line in body.lines]
    order = ship_goods(number, parts, key=key, actor=actor_of(request), moved_at=body.moved_at, reason=body.reason)
    return _transfer(order)


@router.post("/transfer-orders/{number}/receipts", auth=WRITES, response=TransferOut, summary="Goods that came")
def receive(request: HttpRequest, number: Number, body: ArrivalIn, key: OnceKey) -> dict[str, Any]:
    """Put goods on the target's shelf. The key becomes that of the posting; the same key again changes nothing."""
    parts = [ArrivedPart(line.line, line.quantity, line.lot, line.damaged) for line in body.lines]
    order = actions.receive(
        number, parts, key=key, actor=actor_of(request), location=body.location, reason=body.reason,
        moved_at=body.moved_at,
    )  # fmt: skip
    return _transfer(order)


@router.post("/transfer-orders/{number}/losses", auth=WRITES, response=TransferOut, summary="Goods that never came")
def lose(request: HttpRequest, number: Number, body: LossIn, key: OnceKey) -> dict[str, Any]:
    """Say that goods on the way will never come. The key becomes that of the posting."""
    parts = [LostPart(line.line, line.quantity, line.lot) for line in body.lines]
    return _transfer(actions.lose(number, parts, key=key, reason=body.reason, actor=actor_of(request)))


@router.post(
    "/transfer-orders/{number}/cancellations", auth=WRITES, response=TransferOut, summary="What will not leave"
)
def cancel(request: HttpRequest, number: Number, body: TransferCancelIn, key: OnceKey) -> dict[str, Any]:
    """Take off what is not shipped. The same key again changes nothing."""
    order = actions.cancel(
        number, line=body.line, quantity=body.quantity, key=key, reason=body.reason, actor=actor_of(request)
    )
    return _transfer(order)


def _transfer(order: TransferOrder) -> dict[str, Any]:
    return {
        "number": order.number, "state": order.state, "source": order.source.code, "target": order.target.code,
        "requested_on": order.requested_on, "transit_days": order.transit_days, "placed_at": order.placed_at,
        "lines": [
            {
                "line": line.line, "sku": line.item.sku, "quantity": line.quantity,
                "shipped_quantity": line.shipped_quantity, "received_quantity": line.received_quantity,
                "lost_quantity": line.lost_quantity, "cancelled_quantity": line.cancelled_quantity,
                "to_ship": line.totals.to_ship, "on_the_way": line.totals.on_the_way,
            }
            for line in queries.transfer_lines(order)
        ],
        "on_the_way": [
            {
                "line": goods.line, "lot": goods.lot, "quantity": goods.quantity, "expected_on": goods.expected_on,
                "shipment_key": goods.shipment_key,
            }
            for goods in queries.on_the_way(order)
        ],
    }  # fmt: skip
