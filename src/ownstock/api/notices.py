"""Shipping notices over HTTP, and goods that were not as ordered."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Header, Path, Query, Router, Schema

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.pages import Page, Part, page
from ownstock.ledger.rules import Status
from ownstock.purchasing import actions
from ownstock.purchasing.models import Discrepancy
from ownstock.purchasing.queries import discrepancies as differences
from ownstock.purchasing.queries import notices as queries
from ownstock.purchasing.rules.discrepancies import WAYS_OUT, DiscrepancyKind, SettlementKind
from ownstock.purchasing.rules.notices import MAX_MARKS, MAX_NOTICE_LINES, Notice, NoticedLine, NoticePurpose

router = Router()
READS, WRITES = KeyHolder(Scope.ORDERS_READ), KeyHolder(Scope.ORDERS_WRITE)
Quantity = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=4)]
Key = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(min_length=1, max_length=1_000, description="Why, in words.")]


class NoticedLineIn(Schema):
    """Goods on their way for a line of an order."""

    order_number: str = Field(max_length=20)
    line: int = Field(0, ge=0, description="The line of the order; 0: the line with this `code`.")
    code: str = Field("", max_length=60, description="Our code of the item, or the supplier's own.")
    quantity: Quantity
    unit: str = Field("", max_length=20, description="The unit of the order; empty: stock units.")
    lot: str = Field("", max_length=60)
    expires_on: date | None = None
    marks: list[Annotated[str, Field(max_length=60)]] = Field(
        [], max_length=MAX_MARKS, description="What stands on the packages, such as their SSCC."
    )


class NoticeIn(Schema):
    """What a supplier says has left it."""

    supplier: str = Field(max_length=60)
    number: str = Field(min_length=1, max_length=60, description="The supplier's own number.")
    purpose: NoticePurpose = NoticePurpose.ORIGINAL
    shipped_on: date | None = None
    expected_on: date | None = None
    carrier: str = Field("", max_length=100)
    reference: str = Field("", max_length=100, description="The carrier's own, such as a bill of lading.")
    lines: list[NoticedLineIn] = Field(max_length=MAX_NOTICE_LINES)


class NoticedLineOut(Schema):
    """Goods on their way for a line of an order, in stock units."""

    order_number: str = Field(alias="purchase_order.number")
    line: int
    sku: str = Field(alias="item.sku")
    quantity: Decimal
    lot: str
    expires_on: date | None
    marks: list[str]


class NoticeOut(Schema):
    """A shipping notice as it was taken."""

    supplier: str = Field(alias="supplier.code")
    number: str
    purpose: NoticePurpose
    shipped_on: date | None
    expected_on: date | None
    carrier: str
    reference: str
    recorded_at: datetime
    lines: list[NoticedLineOut]


class DiscrepancyOut(Schema):
    """A difference between what came and what was ordered or announced."""

    id: int
    order_number: str
    line: int
    kind: DiscrepancyKind
    sku: str
    quantity: Decimal
    lot: str
    receipt_key: str
    reason: str
    settled_as: SettlementKind | None
    ways_out: list[SettlementKind]


class SettlementIn(Schema):
    """What a discrepancy comes to."""

    settled_as: SettlementKind
    reason: Reason


class ReturnIn(Schema):
    """Goods of a receipt that go back to their supplier."""

    receipt_key: Key
    line: int = Field(1, ge=1, description="The line of the receipt's posting.")
    quantity: Quantity
    status: Status = Field(Status.RELEASED, description="What the goods are now.")
    location: str = Field("", max_length=60, description="Where they lie; empty: the order's site.")
    reason: Reason


class ReturnOut(Schema):
    """Goods that went back, and what the supplier is to credit."""

    posting_key: str
    order_number: str = Field(alias="purchase_order.number")
    line: int
    quantity: Decimal
    expected_credit: Decimal = Field(description="In the order's currency.")


@router.post("/shipping-notices", auth=WRITES, response=NoticeOut, summary="A supplier's shipping notice")
def take_notice(
    request: HttpRequest,
    body: NoticeIn,
    key: Annotated[Key, Header(alias="Idempotency-Key", description="The message's own identity.")],
) -> Any:
    """Take what a supplier says has left it: it is expected on the notice's day then. The same message changes nothing."""
    said = body.dict()
    lines = [NoticedLine(**{**line, "marks": tuple(line["marks"])}) for line in said.pop("lines")]
    taken = actions.take_notice(Notice(**said, lines=lines), message_key=key, actor=actor_of(request))
    return queries.notices().get(pk=taken.pk)


@router.get("/shipping-notices", auth=READS, response=Page[NoticeOut], summary="Shipping notices")
def list_notices(
    request: HttpRequest, part: Query[Part], supplier: Annotated[str, Query(description="Of this supplier only.")] = ""
) -> dict[str, Any]:
    """Every notice as it came, newest first; of one number the newest holds."""
    return page(queries.notices(supplier), part)


@router.get("/discrepancies", auth=READS, response=Page[DiscrepancyOut], summary="Goods that were not as ordered")
def list_discrepancies(
    request: HttpRequest,
    part: Query[Part],
    order: Annotated[str, Query(description="Of this order only.")] = "",
    settled: Annotated[bool, Query(description="Those too that are settled.")] = False,
) -> dict[str, Any]:
    """What is to be settled, newest first, with the ways out that each has."""
    found = page(differences.discrepancies(number=order, is_open=not settled), part)
    return {**found, "rows": [_difference(row) for row in found["rows"]]}


@router.post(
    "/discrepancies/{pk}/settlement", auth=WRITES, response=DiscrepancyOut, summary="What a discrepancy comes to"
)
def settle(
    request: HttpRequest, pk: Annotated[int, Path(description="Its number.")], body: SettlementIn
) -> dict[str, Any]:
    """Settle a discrepancy and do what that takes. The same settlement again changes nothing."""
    row = actions.settle_discrepancy(pk, body.settled_as, reason=body.reason, actor=actor_of(request))
    return _difference(row.discrepancy)


@router.post("/supplier-returns", auth=WRITES, response=ReturnOut, summary="Goods that go back")
def send_back(
    request: HttpRequest,
    body: ReturnIn,
    key: Annotated[Key, Header(alias="Idempotency-Key", description="Becomes the key of the posting in the ledger.")],
) -> Any:
    """Send goods of a receipt back to their supplier, who is to credit them. The same key again changes nothing."""
    return actions.send_back(
        body.receipt_key, body.line, body.quantity, key=key, reason=body.reason, actor=actor_of(request),
        source_status=body.status, location=body.location,
    )  # fmt: skip


def _difference(row: Discrepancy) -> dict[str, Any]:
    settlement = getattr(row, "settlement", None)
    return {
        "id": row.pk, "order_number": row.purchase_order.number, "line": row.line, "kind": row.kind,
        "sku": row.item.sku, "quantity": row.quantity, "lot": row.lot, "receipt_key": row.receipt_key,
        "reason": row.reason, "settled_as": settlement.settled_as if settlement else None,
        "ways_out": [] if settlement else list(WAYS_OUT[DiscrepancyKind(row.kind)]),
    }  # fmt: skip
