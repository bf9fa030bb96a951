"""The message log for programs: what went to suppliers and came from them, with its bytes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router, Schema

from ownstock.access.rules import Scope
from ownstock.api.description import BYTES
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.pages import Page, Part, page
from ownstock.base.errors import Refused
from ownstock.exchange.inbox import actions
from ownstock.exchange.inbox.rules import InboundState
from ownstock.exchange.message_log import Logged, inbound_messages, message, outbound_messages
from ownstock.exchange.rules import AttemptOutcome, OutboundState

router = Router()
READS, WRITES = KeyHolder(Scope.MESSAGES_READ), KeyHolder(Scope.MESSAGES_WRITE)
Key = Annotated[str, Path(description="Its key, such as out-5 or in-12.", max_length=30)]
SupplierCode = Annotated[str, Query(description="Of this supplier only.")]


class OutboundOut(Schema):
    """A message that left or is to leave."""

    id: int
    supplier: str = Field(alias="supplier.code")
    topic: str
    message_id: str
    file_name: str
    format: str
    state: OutboundState
    rendered_at: datetime


class InboundOut(Schema):
    """A message that came."""

    id: int
    supplier: str = Field(alias="supplier.code")
    name: str
    control_number: str
    format: str
    kinds: str
    state: InboundState
    fault: str
    fault_place: str
    received_at: datetime


class AttemptOut(Schema):
    """One try to hand a message over."""

    number: int
    outcome: AttemptOutcome
    told: str
    began_at: datetime


class MessageOut(Schema):
    """One message with what is known of it; its bytes are at `/content`."""

    key: str
    at: datetime
    supplier: str = Field(alias="supplier_code")
    channel: str = Field(alias="channel_name")
    what: str
    name: str
    state: str
    format: str
    identity: str
    content_hash: str
    fault: str
    fault_place: str
    told: list[str] = Field(description="What it did, or what the supplier's system says of it.")
    attempts: list[AttemptOut]


class DiscardIn(Schema):
    """Why a message is laid to rest."""

    reason: str = Field(min_length=1, max_length=1_000)


@router.get("/messages/out", auth=READS, response=Page[OutboundOut], summary="What left")
def list_outbound(request: HttpRequest, part: Query[Part], supplier: SupplierCode = "") -> Any:
    """Messages that left or are to leave, the newest first."""
    found = outbound_messages().select_related("supplier").defer("content")
    return page(found.filter(supplier__code=supplier) if supplier else found, part)


@router.get("/messages/in", auth=READS, response=Page[InboundOut], summary="What came")
def list_inbound(
    request: HttpRequest,
    part: Query[Part],
    supplier: SupplierCode = "",
    state: Annotated[InboundState | None, Query(description="Only those in this state.")] = None,
) -> Any:
    """Messages that came, the newest first."""
    wanted = {**({"supplier__code": supplier} if supplier else {}), **({"state": state} if state else {})}
    return page(inbound_messages().select_related("supplier").defer("content").filter(**wanted), part)


@router.get("/messages/{key}", auth=READS, response=MessageOut, summary="One message")
def get_message(request: HttpRequest, key: Key) -> Logged:
    """How far a message got, every attempt, what it did, why it was set aside."""
    return message(key)


@router.get(
    "/messages/{key}/content", auth=READS, response={200: None}, summary="A message's bytes", openapi_extra=BYTES
)
def get_content(request: HttpRequest, key: Key) -> HttpResponse:
    """The bytes as they left or came, as a file."""
    response = HttpResponse(message(key).content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{key}"'
    return response


@router.post("/messages/{key}/replay", auth=WRITES, response=MessageOut, summary="Replay a message")
def replay(request: HttpRequest, key: Key) -> Logged:
    """Read a message that was set aside once more, after its cause was mended."""
    actions.replay(_inbound(key), actor=actor_of(request))
    return message(key)


@router.post("/messages/{key}/discard", auth=WRITES, response=MessageOut, summary="Discard a message")
def discard(request: HttpRequest, key: Key, body: DiscardIn) -> Logged:
    """Lay a message that was set aside to rest; nothing of it is applied."""
    actions.discard(_inbound(key), actor=actor_of(request), reason=body.reason)
    return message(key)


def _inbound(key: str) -> int:
    found = message(key)
    if not found.key.startswith("in-"):
        raise Refused("Only what came is replayed or discarded.", code="not_quarantined", message=found.key)
    return int(found.key.partition("-")[2])
