"""Decisions on proposals over HTTP: approving them into draft orders, and turning them down."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.planning import actions
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.rules import OrderState

router = Router()
DECIDES = KeyHolder(Scope.PROPOSALS_DECIDE)
MOST_AT_ONCE = 1_000
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class ProposalsIn(Schema):
    """Proposals that are decided together, all or none."""

    proposals: list[Id] = Field(min_length=1, max_length=MOST_AT_ONCE)


class RejectionIn(ProposalsIn):
    """Proposals that are turned down, and why."""

    reason: str = Field(min_length=1, max_length=1_000)


class DraftOut(Schema):
    """A draft order that was written."""

    number: str
    supplier: str = Field(alias="supplier.code")
    site: str = Field(alias="site.code")
    state: OrderState
    currency: str


class TurnedDownOut(Schema):
    """How many were turned down."""

    count: int


@router.post("/proposals/approvals", auth=DECIDES, response=list[DraftOut], summary="Approve proposals")
def approve(request: HttpRequest, body: ProposalsIn) -> list[PurchaseOrder]:
    """Turn proposals into draft orders, one per supplier and site; one that is decided already refuses all."""
    return actions.approve(body.proposals, actor=actor_of(request))


@router.post("/proposals/rejections", auth=DECIDES, response=TurnedDownOut, summary="Turn proposals down")
def reject(request: HttpRequest, body: RejectionIn) -> Any:
    """Turn proposals down; each stays so until its inputs move. One that is decided already refuses all."""
    return {"count": actions.reject(body.proposals, actor=actor_of(request), because=body.reason)}
