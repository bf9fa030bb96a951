"""Recall for programs: where a lot came from, where it went, what is left of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema
from pydantic import AwareDatetime

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.pages import CutList, CutPart, cut
from ownstock.exchange.evidence import queries
from ownstock.exchange.evidence.answer import facts
from ownstock.exchange.evidence.dossier import Match
from ownstock.ledger.rules.posting import Status
from ownstock.ledger.rules.tracing import Flow, Role

LISTS = ("lots", "flows", "receipts", "customers", "left", "transfers", "transformations")
router = Router()
Sku = Annotated[str, Path(description="The item.", max_length=60)]
Lot = Annotated[str, Path(description="Its lot, or serial number.", max_length=60)]
At = Annotated[AwareDatetime | None, Query(description="As of this moment, by when goods moved; empty: now.")]


class TracedLotOut(Schema):
    """A lot that was followed, with its sum."""

    role: Role
    depth: int = Field(description="Over how many transformations.")
    sku: str
    lot: str
    came_in: Decimal
    went_out: Decimal
    on_hand: Decimal = Field(description="What is left.")
    unexplained: Decimal = Field(description="came_in - went_out - on_hand; zero where all is accounted for.")


class FlowOut(Schema):
    """All of one flow of a lot."""

    sku: str
    lot: str
    flow: Flow
    posted: Decimal
    taken_back: Decimal
    net: Decimal


class MovedOut(Schema):
    """What each movement in the answer has."""

    moved_at: datetime
    sku: str
    lot: str
    quantity: Decimal = Field(description="Stock units.")
    posting: str
    taken_back_by: str = Field(description="The posting that reversed it, if one did.")


class ReceiptOut(MovedOut):
    """Goods that came from a supplier."""

    net: Decimal = Field(description="Zero where it was taken back.")
    supplier: str
    order_number: str
    match: Match = Field(description="How the order was found.")
    reference: str


class CustomerOut(MovedOut):
    """Goods that went to a customer, or came back."""

    flow: Flow
    net: Decimal = Field(
        description="What the customer has by it; negative for a return, zero where it was taken back."
    )
    customer: str
    document: str


class LeftOut(Schema):
    """What is left in one place and status."""

    sku: str
    lot: str
    location: str
    site: str
    status: Status
    on_hand: Decimal
    by_movements: Decimal = Field(description="What its movements say; another number must be looked into.")


class TracedTransferOut(MovedOut):
    """Goods that went from site to site."""

    source: str
    target: str
    reference: str


class TransformationOut(Schema):
    """Goods that became others in one posting."""

    moved_at: datetime
    posting: str
    taken_back_by: str
    used: str
    made: str


class TraceOut(Schema):
    """The answer; every list is cut to the part asked for."""

    question: str
    at: datetime | None
    adds_up: bool
    limits: list[str] = Field(description="What the answer cannot tell, a sentence each.")
    lots: CutList[TracedLotOut]
    flows: CutList[FlowOut]
    receipts: CutList[ReceiptOut]
    customers: CutList[CustomerOut]
    left: CutList[LeftOut]
    transfers: CutList[TracedTransferOut]
    transformations: CutList[TransformationOut]


@router.get(
    "/trace/{sku}/{lot}", auth=KeyHolder(Scope.LEDGER_READ, Scope.ORDERS_READ), response=TraceOut, summary="Trace a lot"
)
def get_trace(request: HttpRequest, sku: Sku, lot: Lot, part: Query[CutPart], at: At = None) -> dict[str, Any]:
    """Where a lot came from, where it went and what is left, with reconciliation; its lists in parts.

    `limit` and `offset` cut each list alike; every part is traced anew, and so costs the same.
    """
    told = facts(queries.of_lot(sku, lot, asked_by=actor_of(request), at=at))
    return told | {name: cut(told[name], part) for name in LISTS}
