"""Posting movements into the ledger, one document or many in a call."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import AwareDatetime, BaseModel

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.ledger import actions
from ownstock.ledger.actions import Posted
from ownstock.ledger.rules import MAX_KEY_LENGTH, MAX_LINES, Kind, Line, PostingRequest, Status

MAX_POSTINGS = 10_000
# A document of few lines costs less than its transaction: it shares one with those of other callers.
FEW_LINES = 50
router = Router()


class MovementIn(BaseModel):
    """So many stock units of an item, from one location to another."""

    sku: str = Field(max_length=60)
    source: str = Field(max_length=60, description="The location where it begins.")
    target: str = Field(max_length=60, description="The location where it ends.")
    quantity: Decimal = Field(gt=0, max_digits=18, decimal_places=4, description="So many of `unit`.")
    unit: str = Field(
        "", max_length=20, description="Another unit of the item, converted exactly; empty: the stock unit."
    )
    lot: str = Field("", max_length=60)
    source_status: Status = Status.RELEASED
    target_status: Status = Status.RELEASED
    moved_at: AwareDatetime | None = Field(None, description="When it moved; empty: now.")
    unit_cost: Decimal | None = Field(
        None, ge=0, max_digits=18, decimal_places=4, description="Of one stock unit; empty: the item's."
    )


class PostingIn(BaseModel):
    """One document: all its lines are posted, or none."""

    key: str = Field(min_length=1, max_length=MAX_KEY_LENGTH, description="Makes it happen once.")
    kind: Kind
    reference: str = Field("", max_length=200, description="The document outside.")
    lines: list[MovementIn] = Field(min_length=1, max_length=MAX_LINES)


class PostingsIn(Schema):
    """Documents that are posted together."""

    postings: list[PostingIn] = Field(min_length=1, max_length=MAX_POSTINGS)


class PostedOut(Schema):
    """What became of one document."""

    key: str
    is_new: bool = Field(description="Whether this call posted it; false when an earlier one had.")


@router.post("/postings", auth=KeyHolder(Scope.LEDGER_POST), response=list[PostedOut], summary="Post movements")
def post(request: HttpRequest, body: PostingsIn) -> list[Posted]:
    """Post documents, all of them or none. A key that was posted before with the same content posts nothing."""
    asked = [_request(posting) for posting in body.postings]
    if len(asked) == 1 and len(asked[0].lines) <= FEW_LINES:
        return [actions.post_soon(asked[0], actor=actor_of(request))]
    return actions.post(asked, actor=actor_of(request))


def _request(posting: PostingIn) -> PostingRequest:
    lines = [Line(**line.__dict__) for line in posting.lines]
    return PostingRequest(posting.key, posting.kind, lines, posting.reference)
