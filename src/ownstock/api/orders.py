"""Purchase orders for programs: looking one up, the supplier's answer, goods that came."""

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
from ownstock.base.errors import Refused
from ownstock.planning.queries import business_day
from ownstock.purchasing import actions, queries
from ownstock.purchasing.actions import DraftLine, ReceiptLine, WrongGoods
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.queries.answers import answers
from ownstock.purchasing.queries.revisions import RevisionStory, revision_stories
from ownstock.purchasing.rules import AnswerOutcome, LineAnswer, LineChange, OrderState, Promise, open_quantity

MAX_LINES = 10_000
MAX_KEY_LENGTH = 200
router = Router()
Number = Annotated[str, Path(description="The order's number, such as PO-000012.", max_length=20)]
Quantity = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=4, description="Stock units.")]
Key = Annotated[str, Field(min_length=1, max_length=MAX_KEY_LENGTH)]


class DeliveryOut(Schema):
    """A part of a line that arrives together."""

    number: int
    quantity: Decimal
    requested_on: date
    first_promised_on: date | None
    latest_promised_on: date | None
    received_quantity: Decimal
    cancelled_quantity: Decimal
    open_quantity: Decimal


class OrderLineOut(Schema):
    """One item of the order."""

    line: int
    sku: str
    supplier_sku: str
    quantity: Decimal = Field(description="Stock units.")
    price: Decimal = Field(description="Of one stock unit.")
    deliveries: list[DeliveryOut]


class RevisionOut(Schema):
    """What an order asked for at a time; a change or a cancellation makes the next."""

    number: int
    created_at: datetime
    created_by: str
    reason: str
    is_sent: bool


class AnswerOut(Schema):
    """A supplier's answer as it came, and what it was taken for."""

    message_key: str
    revision: int
    outcome: AnswerOutcome
    written_at: datetime | None
    received_at: datetime
    answer: list[dict[str, Any]]


class OrderOut(Schema):
    """A purchase order with its lines and deliveries, its revisions and the supplier's answers."""

    number: str
    state: OrderState
    supplier: str
    site: str
    currency: str
    ordered_on: date
    placed_at: datetime | None
    sent_revision: int | None = Field(description="The number of the revision that was sent last.")
    lines: list[OrderLineOut]
    revisions: list[RevisionOut]
    answers: list[AnswerOut]


class OrderRowOut(Schema):
    """A purchase order in a list."""

    number: str
    state: OrderState
    supplier: str = Field(alias="supplier.code")
    site: str = Field(alias="site.code")
    currency: str
    ordered_on: date
    placed_at: datetime | None
    sent_revision: int | None = Field(description="The number of the revision that was sent last.")


class WhichOrders(Schema):
    """Which purchase orders."""

    state: OrderState | None = None
    supplier: str = Field("", max_length=60, description="To this supplier only.")
    site: str = Field("", max_length=60, description="For this site only.")


class PromiseIn(Schema):
    """A part of a line that will come together."""

    quantity: Quantity
    promised_on: date


class AnswerIn(Schema):
    """What will come of one line; no promises: nothing."""

    line: int = Field(ge=1)
    promises: list[PromiseIn] = Field(max_length=100)
    price: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)] | None = Field(
        None, description="Of one stock unit, where the supplier names one; another than ordered is told to people."
    )
    reason: str = Field("", max_length=200, description="Why less, later or nothing is promised.")
    comment: str = Field("", max_length=1_000)


class AcknowledgementIn(Schema):
    """A supplier's answer. A line that is not named stays as it was."""

    message_key: Key | None = Field(None, description="The message's own identity, where no Idempotency-Key is sent.")
    revision: int | None = Field(
        None, ge=1, description="The revision that is answered; empty: the last that was sent."
    )
    written_at: AwareDatetime | None = Field(
        None, description="When the supplier wrote it: an older one changes nothing."
    )
    answers: list[AnswerIn] = Field(min_length=1, max_length=MAX_LINES)


class PlacementIn(Schema):
    """How an order is placed."""

    below_minimum: str = Field("", max_length=200, description="Why one smaller than agreed is sent all the same.")


class LineChangeIn(Schema):
    """What is to be different of a line; what is left out stays."""

    line: int = Field(ge=1)
    quantity: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)] | None = Field(
        None, description="Stock units; 0 takes the line out."
    )
    requested_on: date | None = None
    price: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)] | None = None


class AddedLineIn(Schema):
    """An item to add, on its supplier's terms."""

    sku: str = Field(min_length=1, max_length=60)
    quantity: Quantity
    requested_on: date


class ChangeIn(Schema):
    """A change of an order. Lines that are not named stay as they stand."""

    reason: str = Field(min_length=1, max_length=500)
    revision: int | None = Field(
        None, ge=1, description="The revision it is a change of; refused if there is a newer one."
    )
    lines: list[LineChangeIn] = Field([], max_length=MAX_LINES)
    added: list[AddedLineIn] = Field([], max_length=MAX_LINES)


class CancellationIn(Schema):
    """Why an order is taken back."""

    reason: str = Field(min_length=1, max_length=500)


class ReceiptLineIn(Schema):
    """Goods that came for a line: so many that are good, and so many that are damaged."""

    line: int = Field(ge=1)
    quantity: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4, description="Stock units that are good.")]
    lot: str = Field("", max_length=60)
    expires_on: date | None = Field(None, description="Until when the lot may be used.")
    damaged: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)] = Decimal(0)
    reason: str = Field("", max_length=1_000, description="What is wrong with what is damaged.")


class WrongGoodsIn(Schema):
    """Another item that came instead of what a line asked for; not kept, it is only noted."""

    line: int = Field(ge=1)
    sku: str = Field(max_length=60)
    quantity: Quantity
    lot: str = Field("", max_length=60)
    is_kept: bool = True
    reason: str = Field("", max_length=1_000)


class ReceiptIn(Schema):
    """Goods that came."""

    received_on: date
    moved_at: AwareDatetime | None = Field(None, description="When they were put on the shelf; empty: now.")
    lines: list[ReceiptLineIn] = Field(max_length=MAX_LINES)
    wrong: list[WrongGoodsIn] = Field([], max_length=MAX_LINES)
    notice: str = Field("", max_length=60, description="The number of the shipping notice that the goods came by.")


@router.get(
    "/purchase-orders", auth=KeyHolder(Scope.ORDERS_READ), response=Page[OrderRowOut], summary="Purchase orders"
)
def list_orders(request: HttpRequest, part: Query[Part], which: Query[WhichOrders]) -> dict[str, Any]:
    """Purchase orders, the newest first."""
    wanted = {"state": which.state, "supplier__code": which.supplier, "site__code": which.site}
    return page(queries.orders().filter(**{name: value for name, value in wanted.items() if value}), part)


@router.get(
    "/purchase-orders/{number}", auth=KeyHolder(Scope.ORDERS_READ), response=OrderOut, summary="One purchase order"
)
def get_order(request: HttpRequest, number: Number) -> dict[str, Any]:
    """An order with its lines, and of each what is promised, received and still open."""
    return _order(queries.order(number))


@router.post(
    "/purchase-orders/{number}/acknowledgements",
    auth=KeyHolder(Scope.ORDERS_WRITE),
    response=OrderOut,
    summary="The supplier's answer",
)
def acknowledge(
    request: HttpRequest,
    number: Number,
    body: AcknowledgementIn,
    key: Annotated[Key | None, Header(alias="Idempotency-Key", description="The message's own identity.")] = None,
) -> dict[str, Any]:
    """Take what the supplier promises. The same message again changes nothing; the order comes back as it is now."""
    message_key = key or body.message_key
    if message_key is None:
        raise Refused("Send the message's identity: Idempotency-Key or message_key.", code="no_message_key")
    answered = actions.acknowledge(
        number, [_answer(a) for a in body.answers], message_key=message_key, actor=actor_of(request),
        revision=body.revision, written_at=body.written_at,
    )  # fmt: skip
    return _order(answered)


def _answer(said: AnswerIn) -> LineAnswer:
    promises = tuple(Promise(p.quantity, p.promised_on) for p in said.promises)
    return LineAnswer(said.line, promises, said.price, said.reason, said.comment)


@router.post(
    "/purchase-orders/{number}/placements",
    auth=KeyHolder(Scope.ORDERS_PLACE),
    response=OrderOut,
    summary="Place an order",
)
def place(request: HttpRequest, number: Number, body: PlacementIn) -> dict[str, Any]:
    """Send a draft, or a change that waited. What needs an approval that it has not is refused; people give it."""
    actor = actor_of(request)
    return _order(actions.place(number, actor=actor, below_minimum=body.below_minimum, on=business_day()))


@router.post(
    "/purchase-orders/{number}/changes",
    auth=KeyHolder(Scope.ORDERS_PLACE),
    response=OrderOut,
    summary="Change an order",
)
def change(request: HttpRequest, number: Number, body: ChangeIn) -> dict[str, Any]:
    """Ask for something else: the next revision, sent where the order was and needs no further approval."""
    found = queries.order(number)
    changes = [LineChange(c.line, c.quantity, c.requested_on, c.price) for c in body.lines]
    added = [DraftLine(queries.term_for(found, a.sku), a.quantity, a.requested_on) for a in body.added]
    changed = actions.change(
        number, [*changes, *added], reason=body.reason, actor=actor_of(request), revision=body.revision
    )
    return _order(changed)


@router.post(
    "/purchase-orders/{number}/cancellations",
    auth=KeyHolder(Scope.ORDERS_PLACE),
    response=OrderOut,
    summary="Cancel an order",
)
def cancel(request: HttpRequest, number: Number, body: CancellationIn) -> dict[str, Any]:
    """Take back an order, or what is still open of it. Cancelling twice changes nothing."""
    return _order(actions.cancel(number, reason=body.reason, actor=actor_of(request)))


@router.post(
    "/purchase-orders/{number}/chases",
    auth=KeyHolder(Scope.ORDERS_PLACE),
    response=OrderOut,
    summary="Remind the supplier",
)
def chase(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Send the supplier a reminder of an order, not more than once a day."""
    return _order(actions.chase(number, actor=actor_of(request)))


@router.post(
    "/purchase-orders/{number}/receipts",
    auth=KeyHolder(Scope.RECEIPTS_WRITE),
    response=OrderOut,
    summary="Goods that came",
)
def receive(
    request: HttpRequest,
    number: Number,
    body: ReceiptIn,
    key: Annotated[Key, Header(alias="Idempotency-Key", description="Becomes the key of the posting in the ledger.")],
) -> dict[str, Any]:
    """Put goods on the shelf. The same key again changes nothing; the order comes back as it is now."""
    received = actions.receive(
        number, [ReceiptLine(**line.dict()) for line in body.lines], key=key, received_on=body.received_on,
        moved_at=body.moved_at, actor=actor_of(request), wrong=[WrongGoods(**goods.dict()) for goods in body.wrong],
        notice=body.notice,
    )  # fmt: skip
    return _order(received)


def _order(order: PurchaseOrder) -> dict[str, Any]:
    return {
        "number": order.number, "state": order.state, "supplier": order.supplier.code, "site": order.site.code,
        "currency": order.currency, "ordered_on": order.ordered_on, "placed_at": order.placed_at,
        "sent_revision": order.sent_revision,
        "revisions": [_revision(story) for story in reversed(revision_stories(order))],
        "answers": [{name: getattr(row, name) for name in AnswerOut.model_fields} for row in answers(order)],
        "lines": [
            {
                "line": line.line, "sku": line.item.sku, "supplier_sku": line.supplier_sku, "quantity": line.quantity,
                "price": line.price, "deliveries": [_delivery(delivery) for delivery in line.deliveries.all()],
            }
            for line in queries.lines(order)
        ],
    }  # fmt: skip


def _revision(story: RevisionStory) -> dict[str, Any]:
    row = story.revision
    return {
        "number": row.number, "created_at": row.created_at, "created_by": row.created_by, "reason": row.reason,
        "is_sent": story.sent is not None,
    }  # fmt: skip


def _delivery(delivery: Any) -> dict[str, Any]:
    kept = {name: getattr(delivery, name) for name in DeliveryOut.model_fields if name != "open_quantity"}
    room = open_quantity(delivery.quantity, delivery.received_quantity, delivery.cancelled_quantity)
    return {**kept, "open_quantity": room}
