"""The ledger for programs: what is on hand now and then, movements, postings and taking them back, what quality decides."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Header, Path, Query, Router, Schema
from pydantic import AwareDatetime

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.pages import CutList, CutPart, Page, Part, cut, page
from ownstock.api.postings import PostedOut
from ownstock.catalog.queries import base_currency
from ownstock.ledger import actions, queries
from ownstock.ledger.actions import Posted
from ownstock.ledger.queries.lots import lot as known_lot
from ownstock.ledger.queries.postings import posting_named, request_of
from ownstock.ledger.rules import MAX_KEY_LENGTH, Kind, Status
from ownstock.planning.actions.taking_back import take_back

router = Router()
READS, POSTS, DECIDES = (KeyHolder(scope) for scope in (Scope.LEDGER_READ, Scope.LEDGER_POST, Scope.QUALITY_WRITE))
Key = Annotated[str, Field(min_length=1, max_length=MAX_KEY_LENGTH)]
OnceKey = Annotated[Key, Header(alias="Idempotency-Key", description="Becomes the key of the posting in the ledger.")]
PostingKey = Annotated[str, Path(description="The key it was posted under.", max_length=MAX_KEY_LENGTH)]
Sku = Annotated[str, Path(description="The item.", max_length=60)]
LotCode = Annotated[str, Path(description="The lot.", max_length=60)]
Reason = Annotated[str, Field(min_length=1, max_length=2_000, description="Why; the journal keeps it.")]


class BalanceOut(Schema):
    """What is on hand of an item in one place, lot and status."""

    sku: str = Field(alias="item.sku")
    location: str = Field(alias="location.code")
    lot: str | None = Field(None, alias="lot.code")
    status: str
    on_hand: Decimal = Field(description="Stock units.")


class MovementOut(Schema):
    """So many stock units, from one place and status to another."""

    posting: str = Field(alias="posting.key")
    line: int
    kind: Kind = Field(alias="posting.kind")
    reference: str = Field(alias="posting.reference")
    sku: str = Field(alias="item.sku")
    lot: str | None = Field(None, alias="lot.code")
    source: str = Field(alias="source.code")
    source_status: Status
    target: str = Field(alias="target.code")
    target_status: Status
    quantity: Decimal = Field(description="Stock units.")
    unit_cost: Decimal | None = Field(description="What one was said to be worth; empty where no value moves.")
    moved_at: datetime
    recorded_at: datetime


class PostingLineOut(Schema):
    """One movement of a posting, as it was asked for."""

    sku: str
    lot: str
    source: str
    source_status: Status
    target: str
    target_status: Status
    quantity: Decimal
    unit_cost: Decimal | None
    moved_at: datetime | None


class PostingOut(Schema):
    """One document of the ledger."""

    key: str
    kind: Kind
    reference: str
    actor: str
    recorded_at: datetime
    reverses: str | None = Field(description="The posting that it takes back.")
    reversed_by: str | None = Field(description="The posting that took it back.")
    lines: list[PostingLineOut]


class ReversalIn(Schema):
    """Why a posting is taken back."""

    reason: Reason


class BalanceAsOfOut(Schema):
    """What was on hand at a past instant; below zero where goods left that came later, by the moments posted."""

    sku: str
    location: str
    lot: str
    status: Status
    on_hand: Decimal


class StockValueOut(Schema):
    """What the stock is worth."""

    value: Decimal
    currency: str
    at: datetime | None = Field(description="At this moment; empty: now.")


class LotDecisionIn(Schema):
    """What quality decides about goods that lie somewhere."""

    location: str = Field(max_length=60)
    status: Status = Field(description="As they are now.")
    quantity: Decimal | None = Field(
        None, gt=0, max_digits=18, decimal_places=4, description="Stock units; empty: all of it there."
    )
    reason: Reason


class LotIn(Schema):
    """Until when a lot may be used; a day that is left out is not known."""

    expires_on: date | None = None
    retest_on: date | None = None
    reason: str = Field("", max_length=2_000, description="Needed where it changes what was said before.")


class LotOut(Schema):
    """A lot and until when it may be used."""

    sku: str = Field(alias="item.sku")
    lot: str = Field(alias="code")
    expires_on: date | None
    retest_on: date | None


AsOf = Annotated[AwareDatetime, Query(description="With its time zone.")]
Believed = Annotated[
    AwareDatetime | None, Query(description="As it was known then: what was recorded later is left out.")
]
OfSku = Annotated[str, Query(description="Of this item only.", max_length=60)]
AtLocation = Annotated[str, Query(description="At this location only.", max_length=60)]
OfLot = Annotated[str, Query(description="Of this lot only; name its item too.", max_length=60)]
Site = Annotated[str, Query(description="Into, out of and within this site.", max_length=60)]


@router.get("/balances", auth=READS, response=Page[BalanceOut], summary="What is on hand")
def list_balances(
    request: HttpRequest, part: Query[Part], sku: OfSku = "", location: AtLocation = ""
) -> dict[str, Any]:
    """Balances that are not zero, by item and location."""
    return page(queries.balances(sku=sku, location=location), part, keys_first=True)


@router.get("/movements", auth=READS, response=Page[MovementOut], summary="An item's movements at a site")
def list_movements(request: HttpRequest, part: Query[Part], sku: OfSku, site: Site) -> dict[str, Any]:
    """Movements of an item into, out of and within a site, the newest first."""
    return page(queries.movements_of(sku, site), part)


@router.get("/as-of", auth=READS, response=CutList[BalanceAsOfOut], summary="What was on hand at a past instant")
def as_of(
    request: HttpRequest, part: Query[CutPart], moment: AsOf, sku: OfSku = "", location: AtLocation = "", lot: OfLot = "",
    believed_at: Believed = None,
) -> dict[str, Any]:  # fmt: skip
    """What was on hand at a moment, by item, location, lot and status, as it is known now or was believed then."""
    return cut(queries.as_of(moment, sku=sku, location=location, lot=lot, believed_at=believed_at), part)


@router.get("/value", auth=READS, response=StockValueOut, summary="What the stock is worth")
def value(
    request: HttpRequest, sku: OfSku = "", at: Annotated[AwareDatetime | None, Query(description="Empty: now.")] = None
) -> dict[str, Any]:
    """The value of all goods, or of an item, in the company's currency. What was posted just now may not be in it yet."""
    return {"value": queries.value_at(at, sku=sku or None), "currency": base_currency(), "at": at}


@router.get("/postings/{path:key}", auth=READS, response=PostingOut, summary="One posting")
def get_posting(request: HttpRequest, key: PostingKey) -> dict[str, Any]:
    """A document of the ledger with its lines."""
    posting = posting_named(key)
    reversed_by = getattr(posting, "reversed_by", None)
    return {
        "key": posting.key, "kind": posting.kind, "reference": posting.reference, "actor": posting.actor,
        "recorded_at": posting.recorded_at, "reverses": posting.reverses.key if posting.reverses else None,
        "reversed_by": reversed_by.key if reversed_by else None, "lines": list(request_of(posting).lines),
    }  # fmt: skip


@router.post("/reversals/{path:key}", auth=POSTS, response=PostedOut, summary="Take a posting back")
def reverse(request: HttpRequest, key: PostingKey, body: ReversalIn, new_key: OnceKey) -> Posted:
    """Post the lines of a posting the other way round, now; what it received or shipped is open again."""
    return take_back(key, new_key=new_key, actor=actor_of(request), reason=body.reason)


@router.get("/lots/{sku}/{lot}", auth=READS, response=LotOut, summary="One lot")
def get_lot(request: HttpRequest, sku: Sku, lot: LotCode) -> Any:
    """What is known of a lot."""
    return known_lot(sku, lot)


@router.put("/lots/{sku}/{lot}", auth=DECIDES, response=LotOut, summary="Until when a lot may be used")
def describe_lot(request: HttpRequest, sku: Sku, lot: LotCode, body: LotIn) -> Any:
    """Say until when a lot may be used; what was said before is changed only with a reason."""
    return actions.describe_lot(
        sku, lot, expires_on=body.expires_on, retest_on=body.retest_on, reason=body.reason, actor=actor_of(request)
    )


@router.post("/lots/{sku}/{lot}/release", auth=DECIDES, response=PostedOut, summary="Make goods usable")
def release(request: HttpRequest, sku: Sku, lot: LotCode, body: LotDecisionIn, key: OnceKey) -> Posted:
    """Quality releases goods; whoever received them cannot, where they came into quarantine."""
    return actions.release(sku, body.location, lot=lot, **_decision(body), key=key, actor=actor_of(request))


@router.post("/lots/{sku}/{lot}/hold", auth=DECIDES, response=PostedOut, summary="Keep goods from being used")
def hold(request: HttpRequest, sku: Sku, lot: LotCode, body: LotDecisionIn, key: OnceKey) -> Posted:
    """Hold goods until somebody decides."""
    return actions.hold(sku, body.location, lot=lot, **_decision(body), key=key, actor=actor_of(request))


@router.post("/lots/{sku}/{lot}/reject", auth=DECIDES, response=PostedOut, summary="Say that goods must not be used")
def reject(request: HttpRequest, sku: Sku, lot: LotCode, body: LotDecisionIn, key: OnceKey) -> Posted:
    """Reject goods; they go back or to scrap."""
    return actions.reject(sku, body.location, lot=lot, **_decision(body), key=key, actor=actor_of(request))


def _decision(body: LotDecisionIn) -> dict[str, Any]:
    return {"source_status": str(body.status), "quantity": body.quantity, "reason": body.reason}
